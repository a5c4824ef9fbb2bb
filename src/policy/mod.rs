//! Policies: packs of Cedar files, the facts they decide on, and the decision with its reason.
//!
//! Code computes [`Facts`]; policies decide on facts and never compute. [`Engine::decide`] is the
//! one function from facts to [`Outcome`]: the single check, the batch, the audience filter, the
//! simulation and the policy tests all go through it. Cedar is the only engine; its outcomes are
//! remembered, which is exact because an outcome depends on the pack and the facts alone.

mod annotations;
mod compile;
mod directory;
mod engine;
mod error;
mod facts;
mod kept;
mod memo;
mod outcome;
mod pack;
mod schema;
mod vocabulary;

#[cfg(test)]
mod pack_tests;
#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod refusal_tests;

pub use annotations::PolicyDescription;
pub use directory::{PolicySource, read_directory};
pub use engine::Engine;
pub use error::PolicyError;
pub use facts::Facts;
pub use outcome::{Effect, LawfulIf, Outcome, reasons};
pub use pack::Pack;
pub use vocabulary::{
    Channel, ConsentFact, LegalBasis, ProofFact, PurposeUse, Stated, UnknownWord,
};
