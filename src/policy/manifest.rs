//! `pack.toml`: what a pack is, for which countries, and on which packs it builds.

use super::error::PolicyError;
use super::pack::{Pack, PackFile};
use super::vocabulary::Country;
use chrono::NaiveDate;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The name of the file that says what a pack is.
pub(super) const MANIFEST: &str = "pack.toml";

/// A pack's description of itself.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    /// Its name, for people.
    pub(super) name: String,
    /// Whose law it is.
    pub(super) jurisdiction: String,
    /// The countries whose law it completes; none where others build on it.
    #[serde(default)]
    pub(super) countries: Vec<Country>,
    /// The packs that hold beside it, by their folders.
    #[serde(default)]
    pub(super) builds_on: Vec<String>,
    /// Whether it holds beside every country's: the firm's own rules.
    #[serde(default)]
    pub(super) everywhere: bool,
    /// The first local day on which it holds.
    pub(super) effective_from: Option<NaiveDate>,
    /// The last local day on which it holds.
    pub(super) effective_until: Option<NaiveDate>,
    /// The laws that it puts into practice.
    pub(super) sources: Vec<String>,
}

/// The folder of the statements that hold whatever the rules say. Its policies decide nothing:
/// what the others permit is held against them ([`super::never`]).
pub(super) const NEVER: &str = "never";

/// The packs of a set of files, by their folders.
pub(super) type Manifests = BTreeMap<String, Manifest>;

/// The folder of a file's path; empty for a file that is in none.
pub(super) fn folder(path: &str) -> &str {
    path.split_once('/').map_or("", |(folder, _)| folder)
}

/// Reads and checks every `pack.toml`.
pub(super) fn read(pack: &Pack) -> Result<Manifests, PolicyError> {
    let mut manifests = Manifests::new();
    for file in pack.manifests() {
        manifests.insert(folder(&file.path).to_owned(), one(file)?);
    }
    for file in pack.policy_files() {
        if !manifests.contains_key(folder(&file.path)) {
            let what = format!("the folder has no {MANIFEST}");
            let mend = "say in it what the pack is; rules of your own belong into company/";
            return Err(PolicyError::whole(&file.path, what, mend));
        }
    }
    check_names(&manifests)?;
    check_never(&manifests)?;
    check_countries(&manifests)?;
    Ok(manifests)
}

fn one(file: &PackFile) -> Result<Manifest, PolicyError> {
    toml::from_str(&file.text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        let what = error.message().to_owned();
        PolicyError::at(
            &file.path,
            &file.text,
            offset,
            what,
            "see the packs shipped",
        )
    })
}

fn check_names(manifests: &Manifests) -> Result<(), PolicyError> {
    for (folder, manifest) in manifests {
        for name in &manifest.builds_on {
            if !manifests.contains_key(name) {
                let what = format!("builds on `{name}`, which is no pack here");
                return Err(refused(folder, what, "name the folder of a pack"));
            }
        }
    }
    Ok(())
}

/// What is held against the rules is no rule.
fn check_never(manifests: &Manifests) -> Result<(), PolicyError> {
    let applies = |one: &Manifest| one.everywhere || !one.countries.is_empty();
    let mend = "statements under never/ are held against the rules and decide nothing";
    for (folder, manifest) in manifests {
        if folder == NEVER && applies(manifest) {
            return Err(refused(folder, "it names where it applies".into(), mend));
        }
        if manifest.builds_on.iter().any(|name| name == NEVER) {
            return Err(refused(folder, "builds on `never`".into(), mend));
        }
    }
    Ok(())
}

/// No country has two packs: which one's law would hold?
fn check_countries(manifests: &Manifests) -> Result<(), PolicyError> {
    let mut seen: BTreeMap<Country, &str> = BTreeMap::new();
    for (folder, manifest) in manifests {
        for country in &manifest.countries {
            if let Some(first) = seen.insert(*country, folder) {
                let what = format!("{country} is `{first}`'s country already");
                return Err(refused(folder, what, "name it in one pack"));
            }
        }
    }
    Ok(())
}

fn refused(folder: &str, what: String, mend: &str) -> PolicyError {
    PolicyError::whole(&format!("{folder}/{MANIFEST}"), what, mend)
}

impl Manifest {
    /// The folders whose policies hold where this pack's do, its own among them.
    pub(super) fn folders<'a>(&'a self, own: &'a str, all: &'a Manifests) -> Vec<&'a str> {
        let everywhere = all.iter().filter(|(_, one)| one.everywhere);
        self.builds_on
            .iter()
            .map(String::as_str)
            .chain([own])
            .chain(everywhere.map(|(folder, _)| folder.as_str()))
            .collect()
    }
}
