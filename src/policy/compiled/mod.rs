//! Policies as a small program: what answers every check.
//!
//! Cedar is the language and the reference, and is too slow to be asked each time. When the packs
//! are compiled, each policy's condition is [lowered](lower()) to comparisons of one fact with
//! literals, joined by *and* and *or* ([`Condition`]). The first time that a kind of use is asked
//! about, what is fixed for it is [substituted](ByUse), so that most policies fall away. What is
//! left gives, for a row of facts ([`super::Codes`]) or for a block of rows ([`Block`]), the set of
//! policies that hold; each such set has its outcome, made once ([`Outcomes`]).
//!
//! Nothing here may differ from Cedar: `differential_tests` compares the two on random facts, and
//! a share of the live checks is repeated by Cedar ([`super::Engine::confirm`]).

mod block;
mod by_use;
mod classes;
mod condition;
#[cfg(test)]
mod differential_tests;
mod lower;
mod mask;
#[cfg(test)]
mod mutants;
mod outcomes;
mod rules;
mod sieve;
mod span;
mod test;

pub use block::Block;
pub(super) use by_use::{ByUse, Use};
pub(super) use classes::{Class, Classes};
pub(super) use condition::Condition;
pub(super) use lower::lower;
pub(super) use mask::Mask;
pub(super) use rules::{Rule, Rules};
pub(super) use span::Span;
pub(super) use test::Test;
