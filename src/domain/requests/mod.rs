//! Requests of data subjects (GDPR 15 to 22): what was asked, how it stands, by when it must be answered.
//!
//! A request is folded from its acts, each an entry of the log about no person: number, kind, dates and
//! outcome outlive an erasure. Whose it is, and every word that was written about it, stand in the person's
//! own history and go with it.

mod act;
mod authority;
mod clock;
mod ground;
mod hold;
mod request;
mod words;

pub use act::{Act, Receipt, WrongAct};
pub use authority::{Authority, authority};
pub use clock::{Deadline, Rest};
pub use ground::Ground;
pub use hold::{Hold, HoldGround};
pub use request::{Correction, Extension, Outcome, Question, Request, State};
pub use words::{
    ClosedAs, ConfirmedBy, CorrectedKind, Doubt, ExtensionReason, KnownBy, RequestKind,
    UnknownWord, Via, WrittenBy,
};

use super::ids::DsrId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The longest text that goes with a request, in characters.
pub const LONGEST_TEXT: usize = 10_000;

/// What stands in the person's own history of a request that they made.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Made {
    /// Which one.
    pub request: DsrId,
    /// An open request of the same kind that they had made before.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub duplicate_of: Option<DsrId>,
    /// The contact points that were named, as they were named: those that were not known before are not
    /// taken for the person's.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub named: BTreeMap<String, String>,
    /// What they wrote.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub text: Option<String>,
    /// Where it was received: a store, a desk.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub place: Option<String>,
    /// Who asked for them, and by which mandate.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub mandate: Option<Mandate>,
}

/// By which an agent asks for somebody else.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Mandate {
    /// Who the agent is.
    pub agent: String,
    /// Where the mandate can be found.
    pub reference: String,
}

/// One message of the correspondence.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Message {
    /// About which request.
    pub request: DsrId,
    /// Who wrote it.
    pub by: WrittenBy,
    /// What it says.
    pub text: String,
}

#[cfg(test)]
mod tests;
