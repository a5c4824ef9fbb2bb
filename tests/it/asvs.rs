//! The page about OWASP's ASVS says what is: each requirement stands there once, its counts are right, and the
//! files and tests that it names are there. So are those of the pages beside it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const PAGE: &str = "docs/asvs.md";
const BESIDE: [&str; 2] = ["docs/inventories.md", "docs/threat-model.md"];
const VERDICTS: [&str; 4] = ["met", "not applicable", "deviation", "not yet"];
/// So many requirements the standard has of levels 1 and 2, and of level 1.
const REQUIREMENTS: [usize; 2] = [253, 70];
/// What begins so between two backticks is a file or a folder of ours.
const OURS: [&str; 5] = ["src/", "tests/", "docs/", "policies/", "migrations/"];

struct Row<'p> {
    id: &'p str,
    level: &'p str,
    verdict: &'p str,
    how: &'p str,
}

fn place(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn read(name: &str) -> String {
    std::fs::read_to_string(place(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The cells of a table's line.
fn cells(line: &str) -> Option<Vec<&str>> {
    let inner = line.strip_prefix("| ")?.strip_suffix(" |")?;
    Some(inner.split(" | ").collect())
}

/// Chapter, section and place of a requirement.
fn number(id: &str) -> Option<[u32; 3]> {
    let mut parts = id.strip_prefix('V')?.split('.').map(str::parse::<u32>);
    let found = [
        parts.next()?.ok()?,
        parts.next()?.ok()?,
        parts.next()?.ok()?,
    ];
    parts.next().is_none().then_some(found)
}

fn rows(page: &str) -> Vec<Row<'_>> {
    let row = |line| {
        let [id, level, _, verdict, how]: [&str; 5] = cells(line)?.try_into().ok()?;
        number(id)?;
        Some(Row {
            id,
            level,
            verdict,
            how,
        })
    };
    page.lines().filter_map(row).collect()
}

/// The counts at the head: of each verdict all rows, and those of level 1.
fn told(page: &str) -> BTreeMap<&str, [usize; 2]> {
    let count = |line| {
        let [verdict, all, first]: [&str; 3] = cells(line)?.try_into().ok()?;
        Some((verdict, [all.parse().ok()?, first.parse().ok()?]))
    };
    page.lines().filter_map(count).collect()
}

fn counted(rows: &[Row<'_>], is: impl Fn(&Row<'_>) -> bool) -> [usize; 2] {
    let these = || rows.iter().filter(|row| is(row));
    [
        these().count(),
        these().filter(|row| row.level == "1").count(),
    ]
}

/// What stands between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// What is wrong with a name of a file, or of a test in it as `file::name`.
fn fault(named: &str) -> Option<String> {
    if !OURS.iter().any(|start| named.starts_with(start)) {
        return None;
    }
    let (file, test) = named.split_once("::").unwrap_or((named, ""));
    if !place(file).exists() {
        return Some(format!("{file} is not there"));
    }
    let missing = !test.is_empty() && !read(file).contains(&format!("fn {test}("));
    missing.then(|| format!("{file} has no test {test}"))
}

fn none(offenders: &[String]) {
    assert!(
        offenders.is_empty(),
        "the pages say what is not so:\n{}",
        offenders.join("\n")
    );
}

#[test]
fn each_requirement_stands_there_once_and_in_order() {
    let page = read(PAGE);
    let rows = rows(&page);
    let numbers: Vec<_> = rows.iter().map(|row| number(row.id)).collect();
    for (pair, row) in numbers.windows(2).zip(rows.iter().skip(1)) {
        assert!(pair[0] < pair[1], "{} is not in its place", row.id);
    }
    let lines = page.lines().filter(|line| line.starts_with("| V")).count();
    assert_eq!(lines, rows.len(), "a row has not five cells");
    assert_eq!(counted(&rows, |_| true), REQUIREMENTS);
}

#[test]
fn every_verdict_is_one_of_four_and_the_counts_are_right() {
    let page = read(PAGE);
    let (rows, told) = (rows(&page), told(&page));
    for row in &rows {
        let id = row.id;
        assert!(VERDICTS.contains(&row.verdict), "{id}: {}", row.verdict);
        assert!(["1", "2"].contains(&row.level), "{id}: level {}", row.level);
        assert!(!row.how.is_empty(), "{id} says nothing");
        // what is otherwise is said with what would mend it
        let open = row.verdict == "deviation" && !row.how.contains("Mend: ");
        assert!(!open, "{id} does not say what would mend it");
    }
    for verdict in VERDICTS {
        let found = counted(&rows, |row| row.verdict == verdict);
        assert_eq!(told.get(verdict), Some(&found), "{verdict}");
    }
    assert_eq!(told.get("all"), Some(&counted(&rows, |_| true)));
}

#[test]
fn files_and_tests_that_are_named_are_there() {
    let mut offenders = Vec::new();
    let mut tests = 0;
    for name in [PAGE].iter().chain(&BESIDE) {
        for named in quoted(&read(name)) {
            tests += usize::from(named.contains(".rs::"));
            offenders.extend(fault(named).map(|fault| format!("{name}: {fault}")));
        }
    }
    none(&offenders);
    assert!(tests > 100, "{tests} tests are named");
}

/// Whoever says that something is met says by what.
#[test]
fn what_is_met_names_a_file_or_says_why() {
    let page = read(PAGE);
    let bare = |row: &&Row<'_>| row.verdict == "met" && quoted(row.how).next().is_none();
    let bare: Vec<&str> = rows(&page).iter().filter(bare).map(|row| row.id).collect();
    // the compiler reads them
    assert_eq!(bare, ["V1.3.10"]);
}

#[test]
fn the_check_sees_what_it_should() {
    assert_eq!(number("V10.4.11"), Some([10, 4, 11]));
    assert!(number("V2.1.1") < number("V10.1.1"));
    for wrong in ["id", "10.4.11", "V1.2", "V1.2.3.4", "V1.a.2"] {
        assert_eq!(number(wrong), None, "{wrong}");
    }
    assert_eq!(rows("| V1.1.1 | 2 | what | met | how |\n|---|").len(), 1);
    assert_eq!(told("| met | 3 | 1 |\n| verdict | rows | x |").len(), 1);
    assert_eq!(quoted("a `b` c `d`").collect::<Vec<_>>(), ["b", "d"]);
    let own = "tests/it/asvs.rs::the_check_sees_what_it_should";
    assert_eq!(fault(own), None);
    assert_eq!(fault("expires P90D"), None);
    assert!(fault("tests/it/asvs.rs::nobody_wrote_this").is_some());
    assert!(fault("src/nowhere.rs").is_some());
}
