//! Policies: packs of Cedar files, the facts they decide on, and the decision with its reason.
//!
//! Code computes [`Facts`]; policies decide on facts and never compute. [`Engine::decide`] is the
//! one function from facts to [`Outcome`]: the single check, the batch, the audience filter, the
//! simulation and the policy tests all go through it. Which packs apply follows from the
//! countries ([`Laws`]) and the day ([`LegalDay`]). Cedar is the only engine; its outcomes are
//! remembered, which is exact because an outcome depends on the packs and on what the policies
//! can tell apart in the facts.

mod annotations;
pub mod book;
pub mod cases;
mod changes;
mod compile;
mod dice;
mod directory;
mod draft;
mod engine;
mod error;
mod facts;
pub mod gather;
mod grounds;
mod kept;
mod key;
mod lint;
mod manifest;
mod memo;
mod never;
mod outcome;
mod pack;
mod program;
mod schema;
mod situation;
mod vocabulary;
mod words;

#[cfg(test)]
mod never_tests;
#[cfg(test)]
mod pack_tests;
#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod refusal_tests;

pub use annotations::PolicyDescription;
pub use changes::{Changed, Changes, Term, Written};
pub use directory::{PolicySource, read_case_file, read_case_files, read_directory};
pub use draft::{Draft, DraftError};
pub use engine::Engine;
pub use error::PolicyError;
pub use facts::Facts;
pub use never::{Broken, Never, Searched};
pub use outcome::{Effect, LawfulIf, Outcome, reasons};
pub use pack::Pack;
pub use situation::{Laws, LegalDay, Situation};
pub use vocabulary::{
    AccountModel, Art22Ground, Channel, ConsentAct, ConsentFact, Country, DayOfWeek, LastChoice,
    LegalBasis, PartnerUse, PersonKind, PixelUse, ProofFact, PurposeUse, RegisterFact, Sector,
    SenderType, SignalFact, SlotFact, Stated, Subscriber, UnknownWord, Whole,
};
