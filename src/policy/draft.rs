//! A set of packs before it may decide anything: compiled, and held against what is never permitted.

use super::cases::{Case, read_cases};
use super::engine::Engine;
use super::error::PolicyError;
use super::never::{Broken, Never, Searched};
use super::pack::{Pack, embedded_cases};
use super::prove::Proof;

/// Uses drawn for each draft. Fewer in a debug build, where Cedar is ten times slower.
const DRAWS: usize = if cfg!(debug_assertions) { 12 } else { 2_000 };
/// Of the cases that the program carries every so many serve as starts.
const EVERY: usize = if cfg!(debug_assertions) { 8 } else { 1 };
/// The same draws for everybody: what refuses a draft here refuses it everywhere.
const SEED: u64 = 0x506c_6163_6574;

/// Packs that passed every test that needs no registry.
pub struct Draft {
    /// The files.
    pub pack: Pack,
    /// Ready to answer.
    pub engine: Engine,
    /// How the statements under `never/` were held against it.
    pub searched: Searched,
    /// Which of them are proved.
    pub proofs: Vec<Proof>,
}

/// Packs that may not be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    /// They do not parse or validate.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// They permit what is never permitted.
    #[error("{0}")]
    Never(Box<Broken>),
}

impl Draft {
    /// Tests packs. `cases` are further uses to start the search from, besides those that the
    /// program carries.
    ///
    /// # Errors
    /// The first thing wrong, with file and line; or the statement that does not hold, with the facts.
    pub fn examine(pack: Pack, cases: &[Case]) -> Result<Self, DraftError> {
        let engine = Engine::compile(&pack)?;
        let never = Never::compile(&pack)?;
        let proofs = never.prove(&engine).map_err(DraftError::Never)?;
        let mut known = shipped_cases()?;
        let new: Vec<Case> = cases
            .iter()
            .filter(|case| !known.contains(case))
            .cloned()
            .collect();
        known.extend(new);
        let searched = never
            .search(&engine, &known, DRAWS, SEED)
            .map_err(DraftError::Never)?;
        Ok(Self {
            pack,
            engine,
            searched,
            proofs,
        })
    }
}

fn shipped_cases() -> Result<Vec<Case>, PolicyError> {
    let mut cases = Vec::new();
    for file in embedded_cases() {
        let read = read_cases(&file);
        let mend = "the program is damaged";
        cases.extend(read.map_err(|what| PolicyError::whole(&file.path, what, mend))?);
    }
    Ok(cases.into_iter().step_by(EVERY).collect())
}
