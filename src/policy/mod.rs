//! Policies: packs of Cedar files, the facts they decide on, and the decision with its reason.
//!
//! Code computes [`Facts`]; policies decide on facts and never compute. [`Engine::decide`] is the
//! one function from facts to [`Outcome`]: the single check, the batch, the audience filter, the
//! simulation and the policy tests all go through it. Which packs apply follows from the
//! countries ([`Laws`]) and the day ([`LegalDay`]). Cedar is the language and the reference; what
//! answers is the policies compiled to a small program (`compiled`).

mod annotations;
pub mod book;
mod borders;
pub mod cases;
mod changes;
mod codes;
mod compile;
mod compiled;
mod contents;
mod dice;
mod difference;
mod directory;
mod draft;
mod engine;
mod error;
mod explain;
mod fact_set;
mod facts;
pub mod gather;
mod grounds;
mod kept;
mod leeway;
mod manifest;
mod never;
mod outcome;
mod pack;
mod program;
mod prove;
mod recalled;
mod reference;
mod schema;
mod situation;
mod solve;
mod source;
mod survey;
mod to_person;
mod vocabulary;
mod words;

#[cfg(test)]
mod age_tests;
#[cfg(test)]
mod draw;
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
pub use codes::Codes;
pub use compiled::Block;
pub use contents::{PackContents, contents};
pub use difference::Difference;
pub use directory::{PolicySource, read_case_file, read_case_files, read_directory};
pub use draft::{Draft, DraftError};
pub use engine::Engine;
pub use error::PolicyError;
pub use fact_set::FactSet;
pub use facts::{FactName, Facts};
pub(crate) use kept::Kept;
pub use never::{Broken, Never, Searched};
pub use outcome::{Effect, LawfulIf, Outcome, reasons};
pub use pack::Pack;
pub use prove::Proof;
pub use recalled::Recalled;
pub use situation::{Laws, LegalDay, Situation};
pub use source::Source;
pub use survey::Survey;
pub use to_person::{ToPerson, to_person, to_person_in};
pub use vocabulary::{
    AccountModel, Art22Ground, Channel, ConsentAct, ConsentFact, Country, DayOfWeek, LastChoice,
    LegalBasis, PartnerUse, PersonKind, PixelUse, ProofFact, PurposeUse, RegisterFact, Sector,
    SenderType, SignalFact, SlotFact, Stated, Subscriber, UnknownWord, Whole,
};
