//! Alarms about staff who looked at unusually many persons' files.

use super::{When, Words, date_time_long};

/// An alarm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookAlarm {
    /// About whom, by the name that they sign in with.
    pub login: String,
    /// What was unusual: `hour` or `day`.
    pub why: &'static str,
    /// How many persons it were.
    pub persons: u64,
    /// When it was seen.
    pub at: When,
    /// Where the log of their accesses is.
    pub url: String,
}

impl LookAlarm {
    pub(super) fn sentence(&self, w: Words) -> String {
        let persons = w.count("looks-persons", self.persons);
        let why = w.code("looks-why", self.why);
        let at = date_time_long(w, &self.at);
        let told = [
            ("name", self.login.as_str()),
            ("persons", &persons),
            ("why", &why),
            ("at", &at),
        ];
        w.get_with("looks-line", &told)
    }
}
