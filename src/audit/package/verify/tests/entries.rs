//! Edited, dropped, swapped entries.

use super::*;

/// The package of these lines, all else honest.
fn with_lines(change: impl FnOnce(&mut Vec<EntryLine>)) -> VerifyReport {
    let mut lines: Vec<_> = (FIRST..END).map(|position| SAMPLE.line(position)).collect();
    change(&mut lines);
    run(&SAMPLE.package_of(lines.into_iter(), FIRST, END))
}

#[test]
fn an_edited_entry_is_named() {
    type Edit = fn(&mut EntryLine);
    let edits: [(&str, Edit); 9] = [
        ("payload", |line| {
            line.payload.as_mut().unwrap()["status"] = json!("refused")
        }),
        ("payload field", |line| {
            line.payload.as_mut().unwrap()["x"] = json!(1)
        }),
        ("record", |line| {
            line.record.as_mut().unwrap()["status"] = json!("refused")
        }),
        ("nested record", |line| {
            line.record.as_mut().unwrap()["source"]["kind"] = json!("form")
        }),
        ("leaf", |line| {
            line.leaf = line.leaf.replace("given", "refused")
        }),
        ("leaf spelling", |line| {
            line.leaf = line.leaf.replace('{', "{ ")
        }),
        ("opening", |line| line.opening = Some("ab".repeat(32))),
        ("withheld beside payload", |line| {
            line.withheld = Some("erased".into())
        }),
        ("nothing at all", |line| {
            (line.payload, line.opening) = (None, None)
        }),
    ];
    for (what, edit) in edits {
        let report = with_lines(|lines| edit(&mut lines[233]));
        assert!(
            !report.ok && names(&report, FIRST + 233),
            "{what}: {report}"
        );
        assert!(
            report
                .failures
                .iter()
                .all(|f| f.position == Some(FIRST + 233)),
            "{what}: {report}"
        );
    }
    let report = with_lines(|lines| lines[233].record = Some(json!({"status": "refused"})));
    assert!(report.to_string().contains("`status`"), "{report}");
}

#[test]
fn another_entry_s_line_in_its_place() {
    let report = with_lines(|lines| {
        let other = lines[9].clone();
        lines[300] = EntryLine {
            position: lines[300].position,
            ..other
        };
    });
    assert!(!report.ok && names(&report, FIRST + 300), "{report}");
}

/// Rewrites `entries.jsonl` by lines, with seal and manifest made to fit.
fn with_raw_lines(change: impl FnOnce(&mut Vec<String>)) -> VerifyReport {
    with_file_and_manifest("entries.jsonl", |bytes| {
        let text = String::from_utf8(bytes.clone()).unwrap();
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        change(&mut lines);
        *bytes = lines
            .iter()
            .flat_map(|line| format!("{line}\n").into_bytes())
            .collect();
    })
}

#[test]
fn dropped_swapped_doubled_lines() {
    let report = with_raw_lines(|lines| drop(lines.remove(50)));
    assert!(!report.ok && names(&report, FIRST + 50), "{report}");
    let report = with_raw_lines(|lines| lines.swap(50, 51));
    assert!(!report.ok && names(&report, FIRST + 50), "{report}");
    let report = with_raw_lines(|lines| lines.insert(50, lines[49].clone()));
    assert!(!report.ok && names(&report, FIRST + 50), "{report}");
    let report = with_raw_lines(|lines| lines.truncate(10));
    assert!(!report.ok && names(&report, FIRST + 10), "{report}");
    let report = with_raw_lines(|lines| lines.push(lines[0].clone()));
    assert!(!report.ok, "{report}");
    let report = with_raw_lines(|lines| lines[7] = lines[7].replace(':', ": "));
    assert!(!report.ok && names(&report, FIRST + 7), "{report}");
    let report = with_raw_lines(|lines| lines[8] = "{".repeat(MAX_LINE + 5));
    assert!(!report.ok && names(&report, FIRST + 8), "{report}");
    let report = with_file_and_manifest("entries.jsonl", |bytes| bytes.truncate(bytes.len() - 1));
    assert!(!report.ok && names(&report, END - 1), "{report}");
}

#[test]
fn times_and_tags() {
    let mut sample = Sample::new(4);
    sample.push(SAMPLE.line(2).leaf.into_bytes());
    let mut line = SAMPLE.line(2);
    line.position = 4;
    let lines = (0..4).map(|p| sample.line(p)).chain([line]);
    let report = run(&sample.package_of(lines, 0, 5));
    assert!(names(&report, 4) && report.failures.len() == 2, "{report}");
}
