//! How far facts may move before an answer changes: what is asked before looking for the change
//! that would flip it, so that what cannot is not tried.

use super::compiled::{Rules, Span};
use super::engine::Engine;
use super::fact_set::FactSet;
use super::facts::FactName;
use super::program::Era;
use super::situation::{Laws, LegalDay, Situation};
use super::vocabulary::{Country, Fact};
use chrono::NaiveDate;

impl Engine {
    /// Whether a use may be permitted for some facts between those of two situations and some
    /// values of those that are free. Where it cannot be told at once, yes.
    #[must_use]
    pub fn may_permit(&self, situation: &Situation, later: &Situation, free: FactSet) -> bool {
        let (now, then) = (situation.facts.codes(), later.facts.codes());
        let span = Span::new(now, then, free);
        self.by_each(situation, |country, rules| {
            rules.may_permit(&span.under(country.code()))
        })
    }

    /// Whether a use is permitted for all facts between those of two situations and for any value
    /// of those that are free. Where it cannot be told at once, no.
    #[must_use]
    pub fn must_permit(&self, situation: &Situation, later: &Situation, free: FactSet) -> bool {
        let (now, then) = (situation.facts.codes(), later.facts.codes());
        let span = Span::new(now, then, free);
        self.by_each(situation, |country, rules| {
            rules.must_permit(&span.under(country.code()))
        })
    }

    fn by_each(&self, situation: &Situation, says: impl Fn(Country, &Rules) -> bool) -> bool {
        let all = self.rules_for(situation).filter(|all| !all.is_empty());
        all.is_some_and(|all| all.into_iter().all(|(country, rules)| says(country, rules)))
    }

    /// The facts on which a denial rests: one of them must change for it to end.
    #[must_use]
    pub fn rests_on(&self, situation: &Situation) -> FactSet {
        let mut codes = situation.facts.codes();
        let all = self.rules_for(situation).unwrap_or_default();
        let mut each = all.into_iter().map(|(country, rules)| {
            codes.set(FactName::country, country.code());
            rules.rests_on(&codes)
        });
        each.find_map(|reads| reads).unwrap_or_default()
    }

    /// The facts that the stops read which hold.
    #[must_use]
    pub fn stops_read(&self, situation: &Situation) -> FactSet {
        let mut codes = situation.facts.codes();
        let all = self.rules_for(situation).unwrap_or_default();
        all.into_iter()
            .fold(FactSet::default(), |reads, (country, rules)| {
                codes.set(FactName::country, country.code());
                reads.and(rules.stops_read(&codes))
            })
    }

    /// Whether every law is known, and there is one.
    #[must_use]
    pub fn knows(&self, laws: Laws) -> bool {
        let mut known = laws
            .iter()
            .map(|country| self.programs().of(country).is_some());
        laws.iter().next().is_some() && known.all(|known| known)
    }

    /// The first day after some days on which one of the laws is another than before.
    #[must_use]
    pub fn next_era(&self, laws: Laws, day: LegalDay) -> Option<NaiveDate> {
        let programs = laws
            .iter()
            .filter_map(|country| self.programs().of(country));
        let begins = programs.flat_map(|program| program.eras.iter().filter_map(Era::from));
        begins.filter(|from| *from > day.earliest).min()
    }

    /// The minutes of the day at which a policy may begin to say something else.
    pub fn minutes(&self) -> &[u16] {
        self.borders().near(FactName::minute_of_day)
    }
}
