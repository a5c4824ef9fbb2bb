//! What is said of the accessibility of the customers' pages, from the record of the last check.

use std::sync::LazyLock;

use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

use super::frame::rendered;
use super::{Frame, Words, date_long};

/// The record of the last automatic check, which the outside tests write and hold
/// (`tests/it/pages/axe.rs`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
struct Checked {
    /// The day of the check.
    date: NaiveDate,
    /// The version of axe-core.
    axe: String,
    /// How many views were looked at: page, state, width, colours, language.
    views: u64,
    /// How many faults were found.
    violations: u64,
}

static CHECKED: LazyLock<Checked> =
    LazyLock::new(|| serde_json::from_str(include_str!("checked.json")).unwrap_or_default());

/// The accessibility statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessPage {
    /// What surrounds the page.
    pub frame: Frame,
}

#[derive(Template)]
#[template(path = "access.html")]
struct View<'a> {
    w: Words,
    frame: &'a Frame,
    title: String,
    checked: &'a Checked,
}

impl AccessPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        rendered(&View {
            w,
            frame: &self.frame,
            title: self.frame.title(&w.get("access-title"), false),
            checked: &CHECKED,
        })
    }
}

impl View<'_> {
    fn sentence(&self) -> String {
        let named = [
            ("date", &*date_long(self.w, self.checked.date)),
            ("views", &*self.w.number(self.checked.views)),
            ("version", &*self.checked.axe),
        ];
        self.w.get_with("access-checked", &named)
    }

    fn faults(&self) -> String {
        self.w.count("access-faults", self.checked.violations)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_can_be_read() {
        assert!(CHECKED.views > 0 && !CHECKED.axe.is_empty());
        assert_eq!(CHECKED.violations, 0);
    }
}
