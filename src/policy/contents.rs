//! What a set of packs holds, pack by pack, as people read it.

use super::annotations::PolicyDescription;
use super::compile::compile;
use super::error::PolicyError;
use super::manifest::folder;
use super::pack::Pack;
use chrono::NaiveDate;

/// A pack with its policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackContents {
    /// Its folder.
    pub folder: String,
    /// Its name, for people.
    pub name: String,
    /// Whose law it is.
    pub jurisdiction: String,
    /// The first local day on which it holds; from the beginning where it names none.
    pub from: Option<NaiveDate>,
    /// The last local day on which it holds; without end where it names none.
    pub until: Option<NaiveDate>,
    /// The laws that it puts into practice.
    pub sources: Vec<String>,
    /// Its policies, in the order of its files. Those under `never/` decide nothing: the others are held against them.
    pub policies: Vec<PolicyDescription>,
}

/// The packs of a version, by their folders.
///
/// # Errors
/// As [`super::Engine::compile`].
pub fn contents(pack: &Pack) -> Result<Vec<PackContents>, PolicyError> {
    let compiled = compile(pack)?;
    let rules = || compiled.rules.iter().chain(&compiled.never);
    let own = |name: &str| {
        let own = rules().filter(|rule| folder(&rule.description.file) == name);
        own.map(|rule| (*rule.description).clone()).collect()
    };
    let packs = compiled.manifests.iter().map(|(name, one)| PackContents {
        folder: name.clone(),
        name: one.name.clone(),
        jurisdiction: one.jurisdiction.clone(),
        from: one.effective_from,
        until: one.effective_until,
        sources: one.sources.clone(),
        policies: own(name),
    });
    Ok(packs.collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::policy::Engine;

    #[test]
    fn every_policy_stands_in_its_pack_once() {
        let pack = Pack::embedded().unwrap();
        let packs = contents(&pack).unwrap();
        let mut ids: Vec<&str> = packs
            .iter()
            .filter(|one| one.folder != "never")
            .flat_map(|one| one.policies.iter().map(|policy| policy.id.as_str()))
            .collect();
        let engine = Engine::compile(&pack).unwrap();
        assert_eq!(ids.len(), engine.policies().count());
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), engine.policies().count());
        assert!(packs.iter().any(|one| one.from.is_some()));
    }
}
