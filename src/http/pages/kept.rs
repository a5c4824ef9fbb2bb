//! That a person's data are kept on a ground of the law, said to them.

use super::{Words, date_long};
use chrono::NaiveDate;

/// Why data are kept, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptBack {
    /// The ground's code.
    pub ground: &'static str,
    /// Where it stands in the law.
    pub law: &'static str,
    /// The last day.
    pub until: NaiveDate,
}

impl KeptBack {
    pub(super) fn told(&self, w: Words) -> String {
        let (ground, date) = (w.code("ground", self.ground), date_long(w, self.until));
        let law = w.law(self.law);
        let facts = [("ground", &*ground), ("law", &*law), ("date", &*date)];
        w.get_with("kept-line", &facts)
    }
}
