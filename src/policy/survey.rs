//! One use of many persons' data: the same decision, made block by block.

use super::codes::Codes;
use super::compiled::{Block, Class, Classes, Rules};
use super::engine::{Engine, stricter};
use super::fact_set::FactSet;
use super::facts::{FactName, Facts};
use super::outcome::Outcome;
use super::situation::Situation;
use super::vocabulary::{Country, Fact};
use std::collections::HashMap;
use std::sync::Arc;

/// Decides rows of facts that are about the same use, under the same laws, on the same day. The
/// outcomes are those of [`Engine::decide`], each kept once and named by its place.
pub struct Survey<'e> {
    engine: &'e Engine,
    /// The rules of each law and era that holds; none where Cedar decides, or no law is known.
    rules: Option<Vec<(Country, &'e Rules)>>,
    like: Situation,
    codes: Codes,
    outcomes: Vec<Arc<Outcome>>,
    counts: Vec<u64>,
    /// What was met under each law.
    met: Vec<Met>,
    joined: HashMap<(usize, usize), usize>,
    of_row: Vec<usize>,
}

/// The classes of rows under one law.
struct Met {
    classes: Classes,
    /// The place of each one's outcome, where it was given.
    places: Vec<usize>,
    of_row: Vec<Class>,
}

/// The place of an outcome that no row has had.
const NOT_GIVEN: usize = usize::MAX;
/// More classes are not kept from one block to the next: a caller who varies facts cannot fill the
/// memory.
const MOST: usize = 1 << 16;

impl Default for Met {
    fn default() -> Self {
        Self {
            classes: Classes::new(),
            places: Vec::new(),
            of_row: Vec::new(),
        }
    }
}

impl Engine {
    /// A survey of persons in situations like this one. What the policies do not read may differ
    /// from row to row unsaid.
    #[must_use]
    pub fn survey(&self, like: &Situation) -> Survey<'_> {
        Survey {
            engine: self,
            rules: self.rules_for(like).filter(|rules| !rules.is_empty()),
            like: *like,
            codes: like.facts.codes(),
            outcomes: Vec::new(),
            counts: Vec::new(),
            met: Vec::new(),
            joined: HashMap::new(),
            of_row: Vec::new(),
        }
    }
}

impl Survey<'_> {
    /// The facts that rows must have.
    #[must_use]
    pub fn needs(&self) -> FactSet {
        let like = &self.like;
        self.engine.needs(&like.facts, like.laws, like.day)
    }

    /// Decides the rows of a block made for [`Survey::needs`]: for each the place of its outcome
    /// in [`Survey::outcomes`].
    pub fn decide(&mut self, block: &mut Block) -> &[usize] {
        self.of_row.clear();
        if self.engine.is_by_cedar() {
            self.rules = None;
        }
        match self.rules.take() {
            Some(rules) => {
                for (law, (country, rules)) in rules.iter().enumerate() {
                    block.fill(FactName::country, country.code());
                    self.apply(law, rules, block);
                }
                self.rules = Some(rules);
            }
            None => self.one_by_one(block),
        }
        self.count();
        &self.of_row
    }

    /// Every outcome given so far.
    #[must_use]
    pub fn outcomes(&self) -> &[Arc<Outcome>] {
        &self.outcomes
    }

    /// How many rows had each of the outcomes.
    #[must_use]
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    fn apply(&mut self, law: usize, rules: &Rules, block: &Block) {
        if self.met.len() <= law {
            self.met.resize_with(law + 1, Met::default);
        }
        let Some(met) = self.met.get_mut(law) else {
            return;
        };
        let mut met = std::mem::take(met);
        if met.classes.len() > MOST {
            met = Met::default();
        }
        rules.classify(block, &mut met.classes, &mut met.of_row);
        met.places.resize(met.classes.len(), NOT_GIVEN);
        for class in &met.of_row {
            if let Some(place) = met.places.get_mut(*class as usize)
                && *place == NOT_GIVEN
            {
                let mask = met.classes.mask(*class as usize).unwrap_or_default();
                *place = self.keep(rules.outcome(mask));
            }
        }
        self.answer(&met);
        if let Some(held) = self.met.get_mut(law) {
            *held = met;
        }
    }

    /// Gives each row the outcome of its class, or the stricter of that and of another law's.
    fn answer(&mut self, met: &Met) {
        let places = met
            .of_row
            .iter()
            .map(|class| met.places.get(*class as usize));
        let places = places.map(|place| place.copied().unwrap_or_default());
        if self.of_row.is_empty() {
            self.of_row.extend(places);
            return;
        }
        let before = std::mem::take(&mut self.of_row);
        let joined = before.into_iter().zip(places);
        self.of_row = joined.map(|(one, other)| self.join(one, other)).collect();
    }

    /// The place of the stricter of two outcomes.
    fn join(&mut self, one: usize, other: usize) -> usize {
        if let Some(place) = self.joined.get(&(one, other)) {
            return *place;
        }
        let place = match (self.outcomes.get(one), self.outcomes.get(other)) {
            (Some(first), Some(second)) => self.keep(stricter(first.clone(), second.clone())),
            _ => one,
        };
        self.joined.insert((one, other), place);
        place
    }

    fn keep(&mut self, outcome: Arc<Outcome>) -> usize {
        let known = self.outcomes.iter().position(|kept| *kept == outcome);
        known.unwrap_or_else(|| {
            self.outcomes.push(outcome);
            self.counts.push(0);
            self.outcomes.len() - 1
        })
    }

    fn one_by_one(&mut self, block: &Block) {
        for row in 0..block.rows() {
            let facts = Facts::of(&block.row(row, self.codes));
            let outcome = facts.map(|facts| {
                let like = self.like;
                self.engine.decide(&Situation { facts, ..like })
            });
            let outcome = outcome.unwrap_or_else(|| Arc::new(Outcome::evaluation_error()));
            let place = self.keep(outcome);
            self.of_row.push(place);
        }
    }

    fn count(&mut self) {
        for place in &self.of_row {
            if let Some(count) = self.counts.get_mut(*place) {
                *count += 1;
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::super::borders::Borders;
    use super::super::draw::Draw;
    use super::super::pack_tests::engine;
    use super::super::{Laws, LegalDay, Pack};
    use super::*;

    /// Blocks of rows of one use, under one law or two, on a certain day or not.
    fn surveyed(engine: &Engine, blocks: usize, rows: usize) {
        let (borders, mut draw) = (Borders::of(engine.rules()), Draw::of_seed(5));
        for _ in 0..blocks {
            let facts = borders.facts(&mut draw);
            let countries = [draw.of(Country::ALL), draw.of(Country::ALL)].map(Some);
            let latest = draw.of(&["2026-08-11", "2024-01-01", "2026-11-23"]);
            let latest: chrono::NaiveDate = latest.parse().unwrap();
            let earliest = draw.of(&[latest, latest.pred_opt().unwrap()]);
            let like = Situation {
                facts,
                laws: Laws::of(facts.channel, countries[0], countries[1]),
                day: LegalDay { earliest, latest },
            };
            same_as_one_by_one(engine, &like, rows, &borders, &mut draw);
        }
    }

    fn same_as_one_by_one(
        engine: &Engine,
        like: &Situation,
        rows: usize,
        borders: &Borders,
        draw: &mut Draw,
    ) {
        let mut survey = engine.survey(like);
        let mut block = Block::new(survey.needs());
        let row = |draw: &mut Draw| Situation {
            facts: Facts {
                purpose_use: like.facts.purpose_use,
                legal_basis: like.facts.legal_basis,
                channel: like.facts.channel,
                ..borders.facts(draw)
            },
            ..*like
        };
        let rows: Vec<Situation> = (0..rows).map(|_| row(draw)).collect();
        assert!(rows.iter().all(|row| block.push(&row.facts.codes())));
        let places = survey.decide(&mut block).to_vec();
        assert_eq!(places.len(), rows.len());
        for (row, place) in rows.iter().zip(places) {
            assert_eq!(survey.outcomes()[place], engine.decide(row), "{row:?}");
        }
        assert_eq!(survey.counts().iter().sum::<u64>(), rows.len() as u64);
    }

    #[test]
    fn columns_and_rows_give_the_same_outcomes() {
        surveyed(engine(), 100, 300);
        surveyed(engine(), 2, Block::ROWS);
    }

    #[test]
    fn where_cedar_decides_a_survey_asks_it() {
        let mut engine = Engine::compile(&Pack::embedded().unwrap()).unwrap();
        engine.forget("gdpr-objection");
        let mut objected =
            super::super::pack_tests::in_france(super::super::facts::tests::consented_email());
        objected.facts.objection = true;
        assert!(
            engine
                .confirm(&objected, &engine.decide(&objected))
                .is_err()
        );
        surveyed(&engine, 2, 3);
        let mut survey = engine.survey(&objected);
        let mut block = Block::new(survey.needs());
        block.push(&objected.facts.codes());
        let place = survey.decide(&mut block)[0];
        assert_eq!(survey.outcomes()[place].reason(), "OBJECTION");
    }
}
