//! The law's cases: a decision vector is read strictly, turned into facts by the functions that
//! the service uses, and decided by the engine that the service uses.

mod consents;
mod file;
mod run;
mod suite;
#[cfg(test)]
mod tests;
mod vector;

pub(super) use file::is_case_file;
pub use file::{CaseFile, read_cases};
pub use run::{Verdict, run};
pub use suite::{Report, run_all};
pub use vector::{Case, Expected};
