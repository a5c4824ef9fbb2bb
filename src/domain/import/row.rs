//! What a line of an export says once it is read.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};

use crate::domain::registry::identifier::Identifier;
use crate::domain::registry::{Act, GivenBy};

/// One record of the file: who, and what is claimed of them.
#[derive(Clone, PartialEq, Eq)]
pub struct ImportRow {
    /// The line in the file on which the record begins.
    pub line: u64,
    /// Identifiers of one person, in the mapping's order; at least one.
    pub identifiers: Vec<Identifier>,
    /// What is claimed; empty where the mapping says to skip.
    pub claims: Vec<ImportClaim>,
}

/// A consent, refusal or withdrawal that the other system had on record.
#[derive(Clone, PartialEq, Eq)]
pub struct ImportClaim {
    /// The purpose's id.
    pub purpose: String,
    /// The channel.
    pub channel: String,
    /// What the person chose.
    pub status: ImportStatus,
    /// When they did, as the other system says. Where it knows the day alone:
    /// its first instant for a yes, its last (never after now) for a no.
    pub collected_at: Option<DateTime<Utc>>,
    /// When they confirmed a double opt-in; only of a yes.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// What the mapping says of every such act.
    pub manner: Manner,
    /// The words they saw, as `id@version`; only of a yes.
    pub notice: Option<String>,
    /// The language they saw them in; only of a yes.
    pub language: Option<String>,
    /// Cells kept as evidence, by the names of the mapping. Personal data.
    pub evidence: BTreeMap<String, String>,
    /// Whether a yes can be demonstrated (GDPR 7(1)): words, language, time and
    /// every cell that shows the person's own act are there.
    pub proof: bool,
}

/// How the people of a file acted, where the mapping says it of all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Manner {
    /// By which act.
    pub act: Option<Act>,
    /// Who gave the answers.
    pub given_by: Option<GivenBy>,
    /// Whether the consents are explicit.
    pub explicit: Option<bool>,
    /// Whether the phone numbers were verified.
    pub phone_number_verified: Option<bool>,
}

/// What the person chose. The order is that of strictness: of two, the
/// greater wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ImportStatus {
    /// Said yes.
    Given,
    /// Said no when asked.
    Refused,
    /// Took a yes back.
    Withdrawn,
}

impl fmt::Debug for ImportRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImportRow")
            .field("line", &self.line)
            .field("identifiers", &self.identifiers)
            .field("claims", &self.claims)
            .finish()
    }
}

impl fmt::Debug for ImportClaim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImportClaim")
            .field("purpose", &self.purpose)
            .field("channel", &self.channel)
            .field("status", &self.status)
            .field("proof", &self.proof)
            .finish_non_exhaustive()
    }
}
