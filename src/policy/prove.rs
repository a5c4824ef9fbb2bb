//! The statements under `never/`, proved: for every law, every era of it and every combination of
//! facts, those that cannot be included, the rules permit nothing that a statement forbids.
//!
//! It is decided on the policies as they were compiled, which are what answers. Where more steps would
//! be needed than are allowed, a statement counts as not proved, and only the search by random facts
//! speaks for it ([`Never::search`]).

use super::borders::borders;
use super::compiled::Condition;
use super::engine::Engine;
use super::facts::{FactName, Facts};
use super::never::{Broken, Never};
use super::outcome::Effect;
use super::program::{Era, Program};
use super::situation::{Laws, LegalDay, Situation};
use super::solve::{Domains, solve};
use super::vocabulary::{Channel, Country, Fact, LegalBasis, PurposeUse};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Steps allowed for one statement under one law in one era.
const STEPS: usize = 20_000;

/// Whether a statement is proved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// The statement.
    pub statement: String,
    /// No combination of facts breaks it. Where false, this is not known.
    pub proved: bool,
}

impl Never {
    /// Looks for facts with which the rules permit what a statement forbids, until none are left.
    ///
    /// # Errors
    /// [`Broken`], with such facts.
    pub fn prove(&self, engine: &Engine) -> Result<Vec<Proof>, Box<Broken>> {
        let mut proofs: Vec<Proof> = self
            .statements()
            .iter()
            .map(|one| Proof {
                statement: one.id.clone(),
                proved: true,
            })
            .collect();
        for program in &engine.programs().all {
            for (at, era) in program.eras.iter().enumerate() {
                let law = Law::of(engine, program, at, era);
                let statements = self.statements().iter().zip(self.conditions());
                for (proof, (said, statement)) in proofs.iter_mut().zip(statements) {
                    // a statement that begins later says nothing about this era
                    if said
                        .from
                        .is_none_or(|from| law.until.is_none_or(|next| from < next))
                    {
                        proof.proved &= self.holds(engine, &law, statement)?;
                    }
                }
            }
        }
        Ok(proofs)
    }

    /// Whether a statement is proved under a law.
    fn holds(
        &self,
        engine: &Engine,
        law: &Law<'_>,
        statement: &Condition,
    ) -> Result<bool, Box<Broken>> {
        let domains = law.domains(engine, statement);
        let mut conditions = vec![statement.clone()];
        conditions.extend(law.permitted.iter().cloned());
        let found = match solve(conditions, domains, &mut { STEPS }) {
            Ok(None) => return Ok(true),
            Ok(Some(found)) => found,
            Err(_) => return Ok(false),
        };
        let nothing = Facts::nothing_known(
            PurposeUse::DirectMarketingOwn,
            Channel::Email,
            LegalBasis::Consent,
        );
        let broken = Facts::of(&found.row(nothing.codes()))
            .and_then(|facts| self.broken(engine, &law.situation(facts)));
        // what Cedar does not confirm is neither broken nor proved
        broken.map_or(Ok(false), Err)
    }
}

/// One law in one era.
struct Law<'a> {
    countries: Vec<Country>,
    day: NaiveDate,
    /// The first day of the next era.
    until: Option<NaiveDate>,
    /// What holds of all facts that it permits: no stop, and one of the permits.
    permitted: Vec<Condition>,
    era: &'a Era,
}

impl<'a> Law<'a> {
    fn of(engine: &Engine, program: &Program, at: usize, era: &'a Era) -> Self {
        let is_its = |country: &Country| {
            let law = engine.programs().of(*country);
            law.is_some_and(|law| std::ptr::eq(law, program))
        };
        let effect = |effect| {
            let all = era.rules.all().iter();
            all.filter(move |rule| rule.description.effect == effect)
        };
        let stops = effect(Effect::Deny).map(|rule| rule.condition.clone().negated());
        let permits = effect(Effect::Permit).map(|rule| rule.condition.clone());
        let permits = Condition::any(permits);
        Self {
            countries: Country::ALL.iter().copied().filter(is_its).collect(),
            day: day(program, at),
            until: program.eras.get(at + 1).and_then(Era::from),
            permitted: stops.chain([permits]).collect(),
            era,
        }
    }

    /// The values that the statement or the law can tell apart.
    fn domains(&self, engine: &Engine, statement: &Condition) -> Domains {
        let mut more: Vec<(FactName, Vec<u16>)> = Vec::new();
        statement.each_test(&mut |test| more.push((test.fact(), borders(test))));
        Domains::new(|fact| {
            if fact == FactName::country {
                return self.countries.iter().map(|one| one.code()).collect();
            }
            let mut codes = engine.borders().near(fact).to_vec();
            let own = more.iter().filter(|(of, _)| *of == fact);
            codes.extend(own.flat_map(|(_, codes)| codes));
            codes.sort_unstable();
            codes.dedup();
            codes
        })
    }

    fn situation(&self, facts: Facts) -> Situation {
        debug_assert!(
            !self.era.rules.all().is_empty(),
            "a law without rules permits nothing"
        );
        Situation {
            facts,
            laws: Laws::of(facts.channel, Some(facts.country), Some(facts.country)),
            day: LegalDay::known(self.day),
        }
    }
}

/// A day in an era: its first, or the one before the next where it has always been.
fn day(program: &Program, at: usize) -> NaiveDate {
    let first = |era: &Era| era.from();
    let next = || program.eras.get(at + 1).and_then(first)?.pred_opt();
    let own = program.eras.get(at).and_then(first);
    own.or_else(next).unwrap_or_default()
}
