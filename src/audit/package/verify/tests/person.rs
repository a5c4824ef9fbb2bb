//! A package about one person, made by an exporter that leaves something out or slips something in,
//! and signs it with the log's own key.

use super::*;
use crate::audit::commitment::event_tag;
use crate::audit::leaf::Leaf;
use crate::audit::package::person_testing::{ANNE, BERTHE, PersonSample};

/// What the check says of the package after a change.
fn after(change: impl FnOnce(&mut PersonSample)) -> VerifyReport {
    let mut sample = PersonSample::new();
    change(&mut sample);
    run(&sample.package())
}

fn number_of(sample: &PersonSample, number: u64) -> usize {
    let tag = event_tag(&ANNE, number);
    let has = |line: &EntryLine| Leaf::parse(line.leaf.as_bytes()).unwrap().tag == Some(tag);
    sample.lines.iter().position(has).unwrap()
}

#[track_caller]
fn says(report: &VerifyReport, what: &str) {
    assert!(!report.ok, "{report}");
    assert!(report.to_string().contains(what), "{what}: {report}");
}

#[test]
fn an_honest_one_holds_and_says_what_it_shows() {
    let report = after(|_| {});
    assert!(report.ok, "{report}");
    let text = report.to_string();
    for said in [
        "the person's entries 0 to 41 are all here, none left out; number 41 records this disclosure",
        "the person's entries 0 to 2 are all here",
        "One person, among entries 0 up to 347: 46 read",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(!text.contains("published entries"), "{text}");
    // a package of a period says nothing of persons
    assert!(!run(&PACKAGE).to_string().contains("person's entries"));
}

#[test]
fn an_entry_left_out_is_a_hole() {
    for number in [0, 17, 40] {
        let report = after(|sample| drop(sample.lines.remove(number_of(sample, number))));
        says(
            &report,
            &format!("the person's entry number {number} is left out"),
        );
    }
    // whoever also lowers the count takes the disclosure away with the last
    let report = after(|sample| {
        drop(sample.lines.remove(number_of(sample, 41)));
        sample.file.records[0].count = 41;
    });
    says(
        &report,
        "the person's last entry does not tell of this disclosure",
    );
}

#[test]
fn a_number_that_is_skipped() {
    let report = after(|sample| {
        drop(sample.lines.remove(number_of(sample, 17)));
        sample.file.records[0].count = 41;
    });
    says(&report, "entry number 17 is left out");
    says(&report, "no number has its tag");
    let report = after(|sample| sample.file.records[0].count = (1 << 53) - 1);
    says(&report, "entry number 42 is left out");
}

#[test]
fn a_doctored_payload_is_named() {
    let mut position = 0;
    let report = after(|sample| {
        let at = number_of(sample, 20);
        position = sample.lines[at].position;
        sample.lines[at].payload.as_mut().unwrap()["status"] = json!("refused");
    });
    assert!(!report.ok && names(&report, position), "{report}");
    says(&report, "not those that the leaf commits to");
    let report = after(|sample| {
        let at = number_of(sample, 20);
        sample.lines[at].leaf = sample.lines[at].leaf.replace("given", "refused");
    });
    says(&report, "leaf is not the one that the log holds here");
}

#[test]
fn another_person_s_entry_slipped_in() {
    let mut position = 0;
    let report = after(|sample| {
        let other = sample.others[100].clone();
        position = other.position;
        sample.lines.push(other);
        sample.lines.sort_by_key(|line| line.position);
    });
    assert!(names(&report, position), "{report}");
    says(&report, "is no entry of this person");
    // an entry that is about nobody, and not about this export
    let report = after(|sample| sample.file.export = "another".into());
    says(&report, "is no entry about this person");
    says(&report, "is of another export than the manifest");
}

#[test]
fn the_view_key_exchanged() {
    let report = after(|sample| sample.file.records[0].view_key = hex(&BERTHE));
    says(&report, "it is not this person's");
    let report = after(|sample| sample.file.records[0].view_key = "ab".into());
    says(&report, "a view key is none");
    let report = after(|sample| sample.file.records[0].subject = "another".into());
    says(&report, "is recorded of another person");
}

#[test]
fn a_merged_record_left_out() {
    let report = after(|sample| drop(sample.file.records.remove(1)));
    says(&report, "merged a record whose entries are left out");
    // said to be gone, though nobody said that it is
    let report = after(|sample| sample.file.unreadable.push("another".into()));
    says(&report, "names a record that no entry merged");
    // said to be gone, and so it is: it holds, and says so
    let report = after(|sample| {
        let old = sample.file.records.remove(1);
        sample
            .lines
            .retain(|line| line.payload.as_ref().unwrap()["subject"] != old.subject.as_str());
        sample.file.unreadable.push(old.subject);
    });
    assert!(report.ok, "{report}");
    assert!(
        report
            .to_string()
            .contains("of 1 merged record(s) the key is gone"),
        "{report}"
    );
}

#[test]
fn the_export_s_own_entry_left_out() {
    let report = after(|sample| {
        sample
            .lines
            .retain(|line| !line.leaf.contains("export.made"));
    });
    says(&report, "the entry that records this export is left out");
}

#[test]
fn decisions_about_somebody_else() {
    let sample = PersonSample::new();
    let line = json!({"block": 3, "index": 0, "context": {}, "salt": "00".repeat(16),
        "record": {"context": hex(&crate::audit::tree::sha256(&[b"{}"])), "subject": "somebody"}});
    let text = format!("{line}\n");
    let report = run(&sample.package_with(&[("decisions.jsonl", text)]));
    says(&report, "a decision is about somebody else");
    says(&report, "decisions stand here that no entry records");
}

#[test]
fn a_file_cut_off_or_repacked() {
    let package = PersonSample::new().package();
    for length in [package.len() - 1, package.len() / 2, 100, 0] {
        assert!(!run(&package[..length]).ok, "{length}");
    }
    let files = unpack(&package);
    assert!(run(&pack(&files)).ok, "the test's own packing");
    for (name, _) in &files {
        let mut without = files.clone();
        without.retain(|(other, _)| other != name);
        assert!(!run(&pack(&without)).ok, "without {name}");
        let mut changed = files.clone();
        let file = changed.iter_mut().find(|(other, _)| other == name).unwrap();
        file.1.push(b' ');
        assert!(!run(&pack(&changed)).ok, "changed {name}");
    }
    let mut files = files;
    for (name, bytes) in &mut files {
        if name == "entries.jsonl" {
            let text = String::from_utf8(bytes.clone()).unwrap();
            *bytes = text
                .lines()
                .skip(1)
                .flat_map(|line| format!("{line}\n").into_bytes())
                .collect();
        }
    }
    relist(&mut files);
    let report = run(&pack(&files));
    says(&report, "left out");
}

#[test]
fn entries_out_of_order_twice_or_damaged() {
    let edit = |change: fn(&mut Vec<&str>)| {
        let mut files = unpack(&PersonSample::new().package());
        let file = files
            .iter_mut()
            .find(|(name, _)| name == "entries.jsonl")
            .unwrap();
        let text = String::from_utf8(file.1.clone()).unwrap();
        let mut lines: Vec<&str> = text.lines().collect();
        change(&mut lines);
        file.1 = lines
            .iter()
            .flat_map(|line| format!("{line}\n").into_bytes())
            .collect();
        relist(&mut files);
        run(&pack(&files))
    };
    says(&edit(|lines| lines.swap(3, 4)), "stands out of order");
    says(
        &edit(|lines| lines.insert(3, lines[3])),
        "stands out of order, twice",
    );
    says(&edit(|lines| lines[5] = "{}"), "line is not an entry");
}
