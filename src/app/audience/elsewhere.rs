//! Lines about persons whom this node does not hold in memory: asked of those that do, else of the database.

use super::given::{Given, Place, Verdict};
use super::judge::Judge;
use super::line::Lines;
use super::roll::Roll;
use super::wire::{self, Told};
use super::{App, Audience, AudienceQuery};
use crate::app::policies::rules::Rules;
use crate::app::shard::nodes::{Matter, Unheard};
use crate::audit::roll::Listed;
use crate::domain::ids::Position;
use crate::domain::shard::Shard;
use crate::index::Index;
use crate::policy::Outcome;
use crate::store::{StoreError, Whom};
use std::collections::BTreeMap;

/// Lines whose persons are read at once.
const READ: usize = 2 * 1024;

impl Audience<'_> {
    /// Answers for lines, by their numbers, whatever this node holds.
    pub(super) fn answer_elsewhere(&mut self, own: Shard, lines: &[u32]) {
        let mut by_home: BTreeMap<Shard, Vec<u32>> = BTreeMap::new();
        for (line, home) in self.lines.some(lines).homes(own) {
            by_home.entry(home).or_default().push(line);
        }
        let asked = self.ask(&by_home);
        for ((_, some), told) in by_home.into_iter().zip(asked) {
            let left = match told {
                Ok(told) => self.answer_as_told(&some, told),
                Err(_) => some,
            };
            left.chunks(READ).for_each(|some| self.read(some));
        }
    }

    /// Asks all nodes at once.
    fn ask(&self, by_home: &BTreeMap<Shard, Vec<u32>>) -> Vec<Result<Told, Unheard>> {
        let (app, query, lines) = (self.app, &self.query, &self.lines);
        std::thread::scope(|scope| {
            let asked = by_home
                .iter()
                .map(|(home, some)| scope.spawn(move || app.ask_lines(*home, query, lines, some)));
            // all are asked before one is waited for
            let asked: Vec<_> = asked.collect();
            let heard = asked
                .into_iter()
                .map(|one| one.join().unwrap_or(Err(Unheard::Away)));
            heard.collect()
        })
    }

    /// Takes what another node says; the lines that it has no answer for.
    fn answer_as_told(&mut self, some: &[u32], told: Told) -> Vec<u32> {
        self.tally
            .at(&self.given, told.position, &told.policy_version);
        let given = &mut self.given;
        let own: Vec<Place> = told
            .verdicts
            .into_iter()
            .map(|one| given.place(one))
            .collect();
        let own = |place: Place| own.get(place as usize).copied();
        let mut left = Vec::new();
        for (line, place) in some.iter().zip(told.places) {
            match (place.and_then(own), self.places.get_mut(*line as usize)) {
                (Some(place), Some(answered)) => *answered = place,
                _ => left.push(*line),
            }
        }
        self.app.elsewhere.nodes(some.len() - left.len());
        let listed = told.listed.into_iter().filter_map(|one| {
            let answer = own(one.answer)?;
            Some(Listed { answer, ..one })
        });
        self.elsewhere.extend(listed);
        left
    }

    /// Answers from the database.
    fn read(&mut self, some: &[u32]) {
        let contacts = self.lines.some(some).contacts();
        let read = self.app.read_index(&Whom {
            contacts: &contacts.own,
            filed: &contacts.coarse,
            persons: &[],
        });
        match read {
            Ok(index) => {
                self.app.elsewhere.database(some.len());
                self.answer_as_read(some, &index);
            }
            Err(error) => {
                tracing::warn!(%error, lines = some.len(), "lines of a list are refused");
                self.refuse(some);
            }
        }
    }

    /// By the very function that answers from memory.
    fn answer_as_read(&mut self, some: &[u32], index: &Index<Rules>) {
        let (view, now) = (index.view(), self.app.now());
        let Ok(mut judge) = Judge::at_the_head(&view, &self.query, now) else {
            return self.refuse(some);
        };
        let version = view.rules().version();
        self.tally.at(&self.given, view.position(), version);
        let mut roll = Roll::of_few();
        let (told, lines) = ((&mut self.given, &mut roll), self.lines.some(some));
        let places = &mut self.places;
        judge.lines(self.app, &view, told, lines, |line, place| {
            if let Some(answered) = places.get_mut(line as usize) {
                *answered = place;
            }
        });
        self.elsewhere.extend(roll.listed(&view, &[]));
    }

    /// Who was on the list and is not in the index. Who was erased meanwhile does not go onto its roll.
    pub(super) fn listed_elsewhere(&self) -> Result<Vec<Listed>, StoreError> {
        let (serve, since) = (&self.app.serve, self.tally.from_position);
        let mut listed = self.elsewhere.clone();
        if listed.is_empty() {
            return Ok(listed);
        }
        self.app.store.read(|tx| {
            if tx.any_erased_since(serve, since)? {
                let numbers: Vec<Position> = listed.iter().map(|one| one.number).collect();
                let known = tx.known_numbers(serve, &numbers)?;
                listed.retain(|one| known.contains(&one.number));
            }
            Ok::<_, StoreError>(())
        })?;
        Ok(listed)
    }

    /// In doubt the answer is no.
    fn refuse(&mut self, some: &[u32]) {
        let no = self.given.place(Verdict::of(&Outcome::stale()));
        for line in some {
            if let Some(answered) = self.places.get_mut(*line as usize) {
                *answered = no;
            }
        }
    }
}

impl App {
    /// Asks a node that holds a part about lines, by their numbers.
    fn ask_lines(
        &self,
        home: Shard,
        query: &AudienceQuery,
        lines: &Lines,
        some: &[u32],
    ) -> Result<Told, Unheard> {
        let asked = wire::Asked {
            purpose: query.purpose.clone(),
            channel: query.channel.clone(),
            lines: some.len(),
        };
        let text = wire::write_asked(&asked, lines.some(some).who()).ok_or(Unheard::Garbled)?;
        let told = self.ask_node(home, Matter::Lines, &text)?;
        wire::read_told(&told, some.len()).ok_or(Unheard::Garbled)
    }

    /// Answers another node's question about lines, as far as everybody whom they name is held here; `None` where it is no
    /// such question, or nothing can be decided. Blocks.
    #[must_use]
    pub fn answer_lines(&self, text: &[u8]) -> Option<Vec<u8>> {
        let (asked, lines) = wire::read_asked(text)?;
        let fresh = self.catches_up();
        let (view, now) = (self.index.view(), self.now());
        let query = AudienceQuery {
            purpose: asked.purpose,
            channel: asked.channel,
            campaign: None,
        };
        let judge = Judge::at_the_head(&view, &query, now);
        let mut judge = judge.ok().filter(|_| fresh)?;
        let all = lines.in_order(0..lines.len());
        let shard = self.index.shard();
        let (here, _) = all.parted(|named| shard.is_none_or(|own| named.is_here(own, &view)));
        let (mut given, mut roll) = (Given::default(), Roll::of_few());
        let mut places = vec![None; lines.len()];
        let told = (&mut given, &mut roll);
        judge.lines(self, &view, told, lines.some(&here), |line, place| {
            if let Some(answered) = places.get_mut(line as usize) {
                *answered = Some(place);
            }
        });
        let listed = roll.listed(&view, &[]);
        let on = (view.position(), view.rules().version().as_ref());
        wire::write_told(on, &given, &places, &listed)
    }
}
