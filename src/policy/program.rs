//! One law in time: the policies of a jurisdiction, by the days on which they hold.

use super::annotations::PolicyDescription;
use super::compile::Compiled;
use super::error::PolicyError;
use super::manifest::{Manifest, Manifests, folder};
use super::memo::Memo;
use super::vocabulary::Country;
use cedar_policy::PolicySet;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// The policies that hold together from one day to the next change, and the outcomes that they
/// have given.
pub(super) struct Era {
    /// Its first day; the first era has none.
    from: Option<NaiveDate>,
    pub(super) policies: PolicySet,
    pub(super) memo: Memo,
}

/// The eras of one jurisdiction, in order.
pub(super) struct Program {
    pub(super) eras: Vec<Era>,
}

impl Program {
    /// The place of the era that a day falls into.
    pub(super) fn era_of(&self, day: NaiveDate) -> usize {
        let begun = |era: &Era| era.from.is_none_or(|from| from <= day);
        self.eras.partition_point(begun).saturating_sub(1)
    }
}

/// The programs, and which one holds for a country.
pub(super) struct Programs {
    pub(super) all: Vec<Program>,
    of_country: BTreeMap<Country, usize>,
}

impl Programs {
    /// Puts the packs together, one program for each pack that has countries.
    pub(super) fn build(compiled: &Compiled) -> Result<Self, PolicyError> {
        let mut programs = Self {
            all: Vec::new(),
            of_country: BTreeMap::new(),
        };
        for (name, manifest) in &compiled.manifests {
            if manifest.countries.is_empty() {
                continue;
            }
            let at = programs.all.len();
            programs.all.push(program(name, manifest, compiled)?);
            for country in &manifest.countries {
                programs.of_country.insert(*country, at);
            }
        }
        Ok(programs)
    }

    /// The law of a country.
    pub(super) fn of(&self, country: Country) -> Option<&Program> {
        self.all.get(*self.of_country.get(&country)?)
    }
}

fn program(name: &str, manifest: &Manifest, compiled: &Compiled) -> Result<Program, PolicyError> {
    let folders = manifest.folders(name, &compiled.manifests);
    let held: Vec<&PolicyDescription> = compiled
        .descriptions
        .iter()
        .filter(|one| folders.contains(&folder(&one.file)))
        .collect();
    let mut days: Vec<NaiveDate> = held.iter().flat_map(|one| changes(one)).collect();
    days.sort_unstable();
    days.dedup();
    let starts = std::iter::once(None).chain(days.into_iter().map(Some));
    let eras = starts.map(|from| era(from, &held, compiled));
    Ok(Program {
        eras: eras.collect::<Result<_, _>>()?,
    })
}

/// The days on which a policy begins to hold and ceases to.
fn changes(one: &PolicyDescription) -> impl Iterator<Item = NaiveDate> + use<> {
    let ended = one.until.and_then(|until| until.succ_opt());
    [one.from, ended].into_iter().flatten()
}

fn era(
    from: Option<NaiveDate>,
    held: &[&PolicyDescription],
    compiled: &Compiled,
) -> Result<Era, PolicyError> {
    let day = from.unwrap_or(NaiveDate::MIN);
    let mut policies = PolicySet::new();
    for one in held.iter().filter(|one| one.holds_on(day)) {
        if let Some(policy) = compiled
            .policies
            .policy(&cedar_policy::PolicyId::new(&one.id))
        {
            policies.add(policy.clone()).map_err(|error| {
                PolicyError::whole(&one.file, error.to_string(), "give the policy another @id")
            })?;
        }
    }
    Ok(Era {
        from,
        policies,
        memo: Memo::default(),
    })
}

/// The days on which a pack's policies hold lie within the pack's own.
pub(super) fn within_pack(one: &mut PolicyDescription, manifests: &Manifests) {
    let Some(pack) = manifests.get(folder(&one.file)) else {
        return;
    };
    one.from = one.from.max(pack.effective_from);
    one.until = match (one.until, pack.effective_until) {
        (Some(own), Some(packs)) => Some(own.min(packs)),
        (own, packs) => own.or(packs),
    };
}
