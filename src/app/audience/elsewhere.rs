//! Lines about persons whom this node does not hold in memory.

use super::Audience;
use super::given::Verdict;
use super::judge::Judge;
use super::roll::Roll;
use crate::app::policies::rules::Rules;
use crate::audit::roll::Listed;
use crate::domain::ids::Position;
use crate::index::Index;
use crate::policy::Outcome;
use crate::store::{StoreError, Whom};

/// Lines whose persons are read at once.
const READ: usize = 2 * 1024;

impl Audience<'_> {
    /// Answers for lines, by their numbers, whatever this node holds.
    pub(super) fn answer_elsewhere(&mut self, lines: &[u32]) {
        for some in lines.chunks(READ) {
            let contacts = self.lines.some(some).contacts();
            let read = self.app.read_index(&Whom {
                contacts: &contacts.own,
                filed: &contacts.coarse,
                persons: &[],
            });
            match read {
                Ok(index) => self.answer_as_read(some, &index),
                Err(error) => {
                    tracing::warn!(%error, lines = some.len(), "lines of a list are refused");
                    self.refuse(some);
                }
            }
        }
    }

    /// By the very function that answers from memory.
    fn answer_as_read(&mut self, some: &[u32], index: &Index<Rules>) {
        let (view, now) = (index.view(), self.app.now());
        let Ok(mut judge) = Judge::new(&view, &self.query, now) else {
            return self.refuse(some);
        };
        judge.renew(&view, &self.query, now, true);
        let version = view.rules().version();
        self.tally.at(&self.given, view.position(), version);
        let mut roll = Roll::default();
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
        listed.sort_unstable();
        listed.dedup();
        self.app.store.read(|tx| {
            if !listed.is_empty() && tx.any_erased_since(serve, since)? {
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
