//! Reads the law files' test cases (`policies/law/vectors.json`), strictly: a field that no reader
//! knows fails the test, and so does a group that nobody reads.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

const VECTORS: &str = include_str!("../../policies/law/vectors.json");

/// Every group of the file, and which module's tests run it.
const READERS: [(&str, &str); 18] = [
    ("decision_vectors", "policy"),
    ("deadline_vectors", "domain::calendar"),
    ("timezone_vectors", "domain::calendar"),
    ("suspension_vectors", "domain::calendar"),
    ("hour_vectors", "domain::calendar"),
    ("working_day_vectors", "domain::calendar"),
    ("retention_vectors", "domain::calendar"),
    ("holiday_calendars", "domain::calendar"),
    ("age_table", "policy::age_tests"),
    ("tcf_vectors", "domain::signals::tcf"),
    ("gpp_header_vectors", "domain::signals::gpp"),
    ("gpc_vectors", "domain::signals::gpc"),
    ("consent_mode_vectors", "domain::signals::consent_mode"),
    ("one_click_vectors", "domain::signals::one_click"),
    ("list_header_vectors", "domain::signals::list_unsubscribe"),
    (
        "phone_normalisation_vectors",
        "domain::registry::identifier",
    ),
    ("email_identity_vectors", "domain::registry::identifier"),
    ("meta", "-"),
];

fn file() -> Map<String, Value> {
    serde_json::from_str(VECTORS).expect("the law's vectors in JSON")
}

/// One group as it stands, of a reader's own type.
pub(crate) fn group<T: DeserializeOwned>(name: &str) -> T {
    let value = file().remove(name).expect("a group of that name");
    serde_json::from_value(value).expect("a group that its reader knows whole")
}

/// Runs every case of a group, and says so: there is at least one, each has a name of its own,
/// and `check` saw them all.
pub(crate) fn each<T: DeserializeOwned>(name: &str, mut check: impl FnMut(&T)) {
    let cases: Vec<Value> = group(name);
    let names: BTreeSet<String> = cases.iter().map(case_name).collect();
    let mut seen = BTreeSet::new();
    for case in cases {
        let called = case_name(&case);
        let typed: T = serde_json::from_value(case).unwrap_or_else(|e| panic!("{called}: {e}"));
        check(&typed);
        assert!(seen.insert(called.clone()), "{called} is there twice");
    }
    assert!(!seen.is_empty(), "{name} is empty");
    assert_eq!(seen, names, "{name} was not run whole");
}

/// Its id; where the group has none, what its cases differ by.
fn case_name(case: &Value) -> String {
    let keys = ["id", "country", "header"];
    let name = keys.into_iter().find_map(|key| case.get(key)?.as_str());
    name.expect("a case with a name").to_owned()
}

#[test]
fn every_group_has_a_reader() {
    let groups: BTreeSet<String> = file().keys().cloned().collect();
    let read: BTreeSet<String> = READERS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(groups, read);
}
