//! Policies: what is in force and how it came to be, what a version holds, and what a draft would change.

use askama::Template;
use chrono::NaiveDate;

use super::frame::rendered;
use super::{ChangedTerm, Frame, PostForm, Term, Text, When, Words, date_long, date_time_long};
use crate::app::policies::shadow::Differing;
use crate::domain::registry::Piece;

/// A version in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionLine {
    /// Its name.
    pub digest: String,
    /// Its page.
    pub url: String,
    /// Why it was proposed.
    pub why: String,
    /// Who proposed it.
    pub by: String,
    /// When.
    pub at: When,
    /// Whether it is this member of staff's own.
    pub own: bool,
}

/// A draft that runs beside the version in force, on this node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShadowView {
    /// The draft.
    pub draft: String,
    /// Checks that it was asked about.
    pub asked: u64,
    /// Where it differed.
    pub differing: Vec<Differing>,
}

/// The list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoliciesPage {
    /// What surrounds the page, with the account.
    pub frame: Frame,
    /// The version in force.
    pub live: String,
    /// Its page, where its files are kept.
    pub url: Option<String>,
    /// How it came into force.
    pub facts: Vec<Term>,
    /// What waits for a second person.
    pub drafts: Vec<VersionLine>,
    /// What was in force.
    pub earlier: Vec<VersionLine>,
    /// The draft beside it.
    pub shadow: Option<ShadowView>,
}

/// A policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyRow {
    /// Its id.
    pub id: String,
    /// `permit` or `deny`.
    pub effect: &'static str,
    /// Its reason code.
    pub reason: String,
    /// The numbered rules of the law that it puts into practice.
    pub rules: String,
    /// The article of law.
    pub source: String,
    /// The first day on which it holds.
    pub from: Option<NaiveDate>,
    /// The last one.
    pub until: Option<NaiveDate>,
    /// Its explanation, in the page's language.
    pub words: String,
}

/// A pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackRow {
    /// Its folder.
    pub folder: String,
    /// Its name.
    pub name: String,
    /// Whose law it is.
    pub jurisdiction: String,
    /// The first day on which it holds.
    pub from: Option<NaiveDate>,
    /// The last one.
    pub until: Option<NaiveDate>,
    /// Its policies.
    pub policies: Vec<PolicyRow>,
}

/// A policy or a pack that a draft changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedPolicy {
    /// `added`, `removed`, `changed`, `pack` or `schema`.
    pub what: &'static str,
    /// Which one.
    pub id: String,
    /// What went and what came.
    pub terms: Vec<ChangedTerm>,
}

/// People for whom an answer changes alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlipRow {
    /// In which circumstances.
    pub circumstances: String,
    /// What the draft answers: `permit` or `deny`.
    pub to: &'static str,
    /// The reason by the version in force.
    pub live: String,
    /// The reason by the draft.
    pub draft: String,
    /// How many people.
    pub persons: u64,
}

/// A purpose on a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UseRow {
    /// The purpose's title.
    pub purpose: Text,
    /// The channel's code.
    pub channel: String,
    /// People whom the draft alone permits to be reached.
    pub to_permit: u64,
    /// People whom the version in force alone permits to be reached.
    pub to_deny: u64,
    /// The same by reasons.
    pub flips: Vec<FlipRow>,
}

/// What a simulation found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimulationView {
    /// People that it was tried on.
    pub persons: u64,
    /// In which circumstances.
    pub circumstances: Vec<String>,
    /// The picture, as HTML.
    pub picture: String,
    /// By purpose and channel.
    pub rows: Vec<UseRow>,
    /// Uses that the draft alone permits.
    pub to_permit: u64,
    /// Uses that the version in force alone permits.
    pub to_deny: u64,
    /// Recorded decisions that it was tried on.
    pub decisions: u64,
    /// Denials among them that the draft would permit.
    pub decisions_to_permit: u64,
    /// Permits among them that the draft would deny.
    pub decisions_to_deny: u64,
    /// Those of which the record does not tell what the draft needs.
    pub cannot_be_told: u64,
    /// How many new permits an approval has to allow.
    pub needed: u64,
}

/// Why nothing was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyFault {
    /// The form's token had expired.
    StaleForm,
    /// Somebody else's simulation runs.
    Busy,
    /// It is one's own draft.
    Own,
    /// More would newly be permitted than was seen.
    Gate,
    /// Another version came into force meanwhile.
    Meanwhile,
}

impl PolicyFault {
    const fn key(self) -> &'static str {
        match self {
            Self::StaleForm => "policies-fault-stale_form",
            Self::Busy => "policies-fault-busy",
            Self::Own => "policies-fault-own",
            Self::Gate => "policies-fault-gate",
            Self::Meanwhile => "policies-fault-meanwhile",
        }
    }
}

/// The page of one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyPage {
    /// What surrounds the page, with the account.
    pub frame: Frame,
    /// Its name.
    pub digest: String,
    /// How it came into its state.
    pub facts: Vec<Term>,
    /// What a draft changes.
    pub changes: Option<Vec<ChangedPolicy>>,
    /// What it holds.
    pub packs: Vec<PackRow>,
    /// What a simulation found.
    pub simulation: Option<SimulationView>,
    /// The form that tries a draft on everybody.
    pub simulate: Option<PostForm>,
    /// The form that puts it in force.
    pub approve: Option<PostForm>,
    /// Whether it is one's own draft.
    pub own: bool,
    /// Why nothing was done.
    pub fault: Option<PolicyFault>,
}

#[derive(Template)]
#[template(path = "policies.html")]
struct ListView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a PoliciesPage,
    title: String,
}

#[derive(Template)]
#[template(path = "policy.html")]
struct View<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a PolicyPage,
    title: String,
}

/// The first twelve signs of a version's name: enough to know it by.
fn short(digest: &str) -> &str {
    digest.get(..19).unwrap_or(digest)
}

/// From when to when; empty where it names no day.
fn span(w: Words, from: Option<NaiveDate>, until: Option<NaiveDate>) -> String {
    let (from, until) = (
        from.map(|day| date_long(w, day)),
        until.map(|day| date_long(w, day)),
    );
    match (from, until) {
        (None, None) => "–".to_owned(),
        (Some(from), None) => w.get_with("policies-from", &[("from", &from)]),
        (None, Some(until)) => w.get_with("policies-until", &[("until", &until)]),
        (Some(from), Some(until)) => {
            w.get_with("texts-between", &[("since", &from), ("until", &until)])
        }
    }
}

impl PoliciesPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        rendered(&ListView {
            w,
            frame: &self.frame,
            page: self,
            title: self.frame.title(&w.get("policies-title"), false),
        })
    }

    fn time(&self, at: &When) -> String {
        date_time_long(self.frame.words(), at)
    }
}

impl PackRow {
    fn counted(&self, w: Words) -> String {
        w.count("policies-count", self.policies.len() as u64)
    }
}

impl SimulationView {
    fn told(&self, w: Words) -> String {
        let persons = w.number(self.persons);
        let tried = self.circumstances.join(" ; ");
        let facts = [("persons", persons.as_str()), ("tried", tried.as_str())];
        w.get_with("policies-simulated", &facts)
    }

    fn replayed(&self, w: Words) -> String {
        let numbers = [
            ("decisions", self.decisions),
            ("permit", self.decisions_to_permit),
            ("deny", self.decisions_to_deny),
            ("untold", self.cannot_be_told),
        ];
        let numbers = numbers.map(|(name, count)| (name, w.number(count)));
        let facts = numbers
            .each_ref()
            .map(|(name, text)| (*name, text.as_str()));
        w.get_with("policies-replayed", &facts)
    }
}

impl PolicyPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        let title = w.get_with("policies-version", &[("name", short(&self.digest))]);
        rendered(&View {
            w,
            frame: &self.frame,
            page: self,
            title: self.frame.title(&title, self.fault.is_some()),
        })
    }
}
