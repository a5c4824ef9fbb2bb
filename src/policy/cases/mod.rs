//! The law's cases: a decision vector is read strictly, turned into facts by the functions that
//! the service uses, and decided by the engine that the service uses.

mod consents;
mod run;
#[cfg(test)]
mod tests;
mod vector;

pub use run::{Verdict, run};
pub use vector::{Case, Expected, read_cases};
