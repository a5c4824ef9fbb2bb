//! From facts to outcome: the compiled policies decide, the annotations of what applied explain.

use super::annotations::PolicyDescription;
use super::borders::Borders;
use super::compile::compile;
use super::compiled::{Rule, Rules, Use};
use super::difference::Difference;
use super::error::PolicyError;
use super::fact_set::FactSet;
use super::facts::{FactName, Facts};
use super::grounds;
use super::outcome::Outcome;
use super::pack::{Pack, SCHEMA_PATH};
use super::program::{Era, Programs};
use super::reference::Reference;
use super::situation::{Laws, LegalDay, Situation};
use super::vocabulary::{Channel, Country, Fact, LegalBasis, PurposeUse};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Compiled policy packs that answer. Shared between threads by reference.
pub struct Engine {
    version: String,
    /// In the order of the files.
    rules: Vec<Rule>,
    borders: Borders,
    programs: Programs,
    reference: Reference,
    /// Whether Cedar decides by itself, since what was compiled has differed from it.
    by_cedar: AtomicBool,
    /// Where nobody's law is known.
    unknown_law: Arc<Outcome>,
}

impl Engine {
    /// Checks a set of packs and makes it ready to answer.
    ///
    /// # Errors
    /// The first thing wrong with the packs, with file, line and column: syntax, schema, unknown
    /// fact or word, wrong type, a policy that can never apply, one that uses more of Cedar than
    /// policies may, annotations, ids, a pack without a description.
    pub fn compile(pack: &Pack) -> Result<Self, PolicyError> {
        let compiled = compile(pack)?;
        let descriptions = compiled.rules.iter().map(|rule| &rule.description);
        let engine = Self {
            version: pack.version().to_owned(),
            programs: Programs::build(&compiled)?,
            reference: Reference::new(compiled.schema, descriptions)?,
            borders: Borders::of(&compiled.rules),
            rules: compiled.rules,
            by_cedar: AtomicBool::new(false),
            unknown_law: Arc::new(Outcome::unknown_law()),
        };
        engine.try_out()?;
        Ok(engine)
    }

    /// The version of the packs, as in [`Pack::version`].
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The policies with what they say about themselves, in the order of the files.
    pub fn policies(&self) -> impl Iterator<Item = &PolicyDescription> {
        self.rules.iter().map(|rule| &*rule.description)
    }

    /// Decides under every law that holds: what one of them denies is denied, and only what each
    /// permits is permitted.
    #[must_use]
    pub fn decide(&self, situation: &Situation) -> Arc<Outcome> {
        if self.is_by_cedar() {
            return self.decide_by_cedar(situation);
        }
        let (of, mut codes) = (Use::of(&situation.facts), situation.facts.codes());
        self.strictest(situation, |era, country| {
            codes.set(FactName::country, country.code());
            let rules = era.rules.rules(of);
            rules.map_or_else(evaluation_error, |rules| rules.decide(&codes))
        })
    }

    /// Decides by asking Cedar: slow, and what [`Engine::decide`] is held against.
    #[must_use]
    pub fn decide_by_cedar(&self, situation: &Situation) -> Arc<Outcome> {
        self.strictest(situation, |era, country| {
            let facts = Facts {
                country,
                ..situation.facts
            };
            let outcome = self.reference.evaluate(&era.policies, &facts);
            outcome.map_or_else(evaluation_error, Arc::new)
        })
    }

    /// Decides for a use whose legal basis nobody declared (a test case, a simulation): each
    /// basis is tried, and the best one answers. See [`grounds`].
    #[must_use]
    pub fn decide_on_any_ground(&self, situation: &Situation) -> Arc<Outcome> {
        let on = |basis: &LegalBasis| {
            let mut tried = *situation;
            tried.facts.legal_basis = *basis;
            (tried.facts, self.decide(&tried))
        };
        grounds::best(LegalBasis::ALL.iter().map(on)).unwrap_or_else(|| self.unknown_law.clone())
    }

    /// The facts that the policies read for a use under some laws, on one of some days. What they
    /// do not read need not be found out: no policy can tell.
    #[must_use]
    pub fn needs(&self, facts: &Facts, laws: Laws, day: LegalDay) -> FactSet {
        if self.is_by_cedar() {
            return FactSet::ALL;
        }
        let of = Use::of(facts);
        let programs = laws.iter().filter_map(|country| self.programs.of(country));
        let eras = programs.flat_map(|program| program.eras_of(day));
        let rules = eras.filter_map(|era| era.rules.rules(of));
        rules.fold(FactSet::default(), |needs, rules| needs.and(rules.needs()))
    }

    /// For each fact the values that policies may tell apart.
    pub(super) const fn borders(&self) -> &Borders {
        &self.borders
    }

    /// Whether the same policies hold on all of some days.
    #[must_use]
    pub fn is_settled(&self, laws: Laws, day: LegalDay) -> bool {
        let mut programs = laws.iter().filter_map(|country| self.programs.of(country));
        programs.all(|program| program.eras_of(day).count() == 1)
    }

    /// The rules of each law and era that holds in a situation, with the country; none where one
    /// of the laws is not known.
    pub(super) fn rules_for(&self, situation: &Situation) -> Option<Vec<(Country, &Rules)>> {
        let of = Use::of(&situation.facts);
        let mut all = Vec::new();
        for country in situation.laws.iter() {
            for era in self.programs.of(country)?.eras_of(situation.day) {
                all.push((country, era.rules.rules(of)?));
            }
        }
        Some(all)
    }

    /// Asks Cedar whether an outcome is right. Where it is not, Cedar decides everything from now
    /// on: slowly, and rightly.
    ///
    /// # Errors
    /// What differs.
    pub fn confirm(&self, situation: &Situation, given: &Outcome) -> Result<(), Difference> {
        let right = self.decide_by_cedar(situation);
        if *right == *given {
            return Ok(());
        }
        self.by_cedar.store(true, Ordering::SeqCst);
        Err(Difference::between(given, &right))
    }

    /// Whether Cedar decides by itself, since what was compiled has differed from it.
    #[must_use]
    pub fn is_by_cedar(&self) -> bool {
        self.by_cedar.load(Ordering::Relaxed)
    }

    /// Plants a mistake: a policy that never holds.
    #[cfg(test)]
    pub(crate) fn forget(&mut self, id: &str) {
        let eras = self.programs.all.iter_mut().flat_map(|one| &mut one.eras);
        eras.for_each(|era| era.rules.forget(id));
    }

    /// Every policy as it was compiled.
    #[cfg(test)]
    pub(super) fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The laws.
    pub(super) const fn programs(&self) -> &Programs {
        &self.programs
    }

    /// Cedar.
    #[cfg(test)]
    pub(super) const fn reference(&self) -> &Reference {
        &self.reference
    }

    fn strictest(
        &self,
        situation: &Situation,
        mut decide: impl FnMut(&Era, Country) -> Arc<Outcome>,
    ) -> Arc<Outcome> {
        let mut strictest: Option<Arc<Outcome>> = None;
        for country in situation.laws.iter() {
            let Some(program) = self.programs.of(country) else {
                return self.unknown_law.clone();
            };
            for era in program.eras_of(situation.day) {
                let outcome = decide(era, country);
                strictest = Some(match strictest {
                    None => outcome,
                    Some(before) => stricter(before, outcome),
                });
            }
        }
        strictest.unwrap_or_else(|| self.unknown_law.clone())
    }

    /// One real request to each program and era, so that packs that cannot answer, or that permit
    /// when nothing is known, are refused at the start.
    fn try_out(&self) -> Result<(), PolicyError> {
        let facts = Facts::nothing_known(
            PurposeUse::DirectMarketingOwn,
            Channel::Email,
            LegalBasis::Consent,
        );
        for era in self.programs.all.iter().flat_map(|one| &one.eras) {
            match self.reference.evaluate(&era.policies, &facts) {
                Some(outcome) if !outcome.is_permit() => {}
                Some(_) => {
                    return Err(PolicyError::whole(
                        SCHEMA_PATH,
                        "the packs permit an unknown person and purpose",
                        "make every permit ask for context.person_known and context.purpose_known",
                    ));
                }
                None => {
                    return Err(PolicyError::whole(
                        SCHEMA_PATH,
                        "the packs cannot answer a request",
                        "compare them with those shipped",
                    ));
                }
            }
        }
        Ok(())
    }
}

fn evaluation_error() -> Arc<Outcome> {
    Arc::new(Outcome::evaluation_error())
}

/// Of two answers the stricter: a denial before a permit, of two denials the earlier stop.
pub(super) fn stricter(one: Arc<Outcome>, other: Arc<Outcome>) -> Arc<Outcome> {
    match (one.is_permit(), other.is_permit()) {
        (true, false) => other,
        (false, false) if other.precedence() < one.precedence() => other,
        (false, _) => one,
        (true, true) if one == other => one,
        (true, true) => Arc::new(one.and(&other)),
    }
}
