//! One law in time: the policies of a jurisdiction, by the days on which they hold.

use super::annotations::PolicyDescription;
use super::compile::Compiled;
use super::compiled::{ByUse, Mask, Rule};
use super::error::PolicyError;
use super::manifest::{Manifest, Manifests, folder};
use super::situation::LegalDay;
use super::vocabulary::Country;
use cedar_policy::{PolicyId, PolicySet};
use chrono::NaiveDate;

/// The policies that hold together from one day to the next change: as Cedar reads them, and
/// compiled.
pub(super) struct Era {
    /// Its first day; the first era has none.
    from: Option<NaiveDate>,
    pub(super) policies: PolicySet,
    pub(super) rules: ByUse,
}

/// The eras of one jurisdiction, in order.
pub(super) struct Program {
    pub(super) eras: Vec<Era>,
}

impl Era {
    /// Its first day.
    pub(super) const fn from(&self) -> Option<NaiveDate> {
        self.from
    }
}

impl Program {
    /// The eras that the day may fall into: one, or two where the zone is not known and the law
    /// changes on that day.
    pub(super) fn eras_of(&self, day: LegalDay) -> impl Iterator<Item = &Era> {
        let (first, last) = (self.era_of(day.earliest), self.era_of(day.latest));
        self.eras.iter().take(last + 1).skip(first)
    }

    /// The place of the era that a day falls into.
    fn era_of(&self, day: NaiveDate) -> usize {
        let begun = |era: &Era| era.from.is_none_or(|from| from <= day);
        self.eras.partition_point(begun).saturating_sub(1)
    }
}

/// The programs, and which one holds for a country.
pub(super) struct Programs {
    pub(super) all: Vec<Program>,
    of_country: [Option<u8>; Country::ALL.len()],
}

impl Programs {
    /// Puts the packs together, one program for each pack that has countries.
    pub(super) fn build(compiled: &Compiled) -> Result<Self, PolicyError> {
        let mut programs = Self {
            all: Vec::new(),
            of_country: [None; Country::ALL.len()],
        };
        for (name, manifest) in &compiled.manifests {
            if manifest.countries.is_empty() {
                continue;
            }
            let at = u8::try_from(programs.all.len()).ok();
            programs.all.push(program(name, manifest, compiled)?);
            for country in &manifest.countries {
                if let Some(law) = programs.of_country.get_mut(*country as usize) {
                    *law = at;
                }
            }
        }
        Ok(programs)
    }

    /// The law of a country.
    pub(super) fn of(&self, country: Country) -> Option<&Program> {
        let at = (*self.of_country.get(country as usize)?)?;
        self.all.get(usize::from(at))
    }
}

fn program(name: &str, manifest: &Manifest, compiled: &Compiled) -> Result<Program, PolicyError> {
    let folders = manifest.folders(name, &compiled.manifests);
    let held: Vec<&Rule> = compiled
        .rules
        .iter()
        .filter(|one| folders.contains(&folder(&one.description.file)))
        .collect();
    let days = held.iter().flat_map(|one| changes(&one.description));
    let mut days: Vec<NaiveDate> = days.collect();
    days.sort_unstable();
    days.dedup();
    let starts = std::iter::once(None).chain(days.into_iter().map(Some));
    let eras = starts.map(|from| era(from, &held, compiled, &manifest.countries));
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
    held: &[&Rule],
    compiled: &Compiled,
    countries: &[Country],
) -> Result<Era, PolicyError> {
    let day = from.unwrap_or(NaiveDate::MIN);
    let mut rules = Vec::new();
    let mut policies = PolicySet::new();
    for rule in held.iter().filter(|one| one.description.holds_on(day)) {
        let (id, file) = (&rule.description.id, &rule.description.file);
        if rules.len() == Mask::MOST {
            let what = format!("more than {} policies hold together", Mask::MOST);
            return Err(PolicyError::whole(file, what, "join some of them"));
        }
        if let Some(policy) = compiled.policies.policy(&PolicyId::new(id)) {
            policies.add(policy.clone()).map_err(|error| {
                PolicyError::whole(file, error.to_string(), "give the policy another @id")
            })?;
        }
        rules.push((*rule).clone());
    }
    Ok(Era {
        from,
        policies,
        rules: ByUse::new(rules, countries),
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
