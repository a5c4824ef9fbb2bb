//! Answers from the database, for whom this node does not hold.

use crate::access::{CheckDecisions, Grant};
use crate::app::check::{Drafted, Question, effort};
use crate::app::deciding::Memory;
use crate::app::open::App;
use crate::app::policies::rules::Rules;
use crate::domain::ids::Blind;
use crate::domain::time::Now;
use crate::index::Index;
use crate::store::{ReadTx, StoreError, Whom};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// So often the index is brought up where a register's list was loaded meanwhile.
const TRIES: usize = 3;

/// A question, and who asks it.
pub(in crate::app) type Asked = (Grant<CheckDecisions>, Question);

/// Readings that are under way at once: each has a connection of the database's.
const AT_ONCE: usize = 8;

/// Turns at reading.
pub(in crate::app) struct Readings(Semaphore);

impl Default for Readings {
    fn default() -> Self {
        Self(Semaphore::new(AT_ONCE))
    }
}

impl App {
    /// [`App::read_and_decide`] on a thread that may wait, in its turn.
    ///
    /// # Errors
    /// As there, or where the service stops.
    pub(in crate::app) async fn read_in_turn(
        self: &Arc<Self>,
        asked: Vec<Asked>,
        now: Now,
    ) -> Result<Vec<Drafted>, StoreError> {
        let turn = self.readings.0.acquire().await;
        let _turn = turn.map_err(|_| StoreError::Stopping)?;
        let app = self.clone();
        let read = tokio::task::spawn_blocking(move || app.read_and_decide(&asked, now));
        read.await.map_err(|_| StoreError::Stopping)?
    }

    /// Decides questions on what the database holds of these persons at one instant, in their order, by the functions that
    /// decide from memory. Blocks.
    ///
    /// # Errors
    /// Where it cannot be read: then nothing is decided.
    pub(in crate::app) fn read_and_decide(
        &self,
        asked: &[Asked],
        now: Now,
    ) -> Result<Vec<Drafted>, StoreError> {
        let questions = || asked.iter().map(|(_, question)| question);
        let contacts: Vec<Blind> = questions().flat_map(|one| one.blinds.clone()).collect();
        let filed: Vec<Blind> = questions().flat_map(|one| one.coarse.clone()).collect();
        let persons: Vec<_> = questions().filter_map(|one| one.subject).collect();
        let index = self.read_index(&Whom {
            contacts: &contacts,
            filed: &filed,
            persons: &persons,
        })?;
        self.elsewhere.database(asked.len());
        let view = index.view();
        let mut memory = Memory::new(self.maker.clone());
        let mut deciding = self.deciding(&view, now, effort(asked.len()), &mut memory);
        let drafts = asked
            .iter()
            .map(|(grant, question)| deciding.draft(grant, question));
        Ok(drafts.collect())
    }

    /// An index of these persons only, as the database holds them at one instant, with the rules in force then. Whatever was
    /// acknowledged before is in it. Blocks.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub(in crate::app) fn read_index(&self, whom: &Whom<'_>) -> Result<Index<Rules>, StoreError> {
        for _ in 0..TRIES {
            let read = self.store.read(|tx| self.read_within(tx, whom))?;
            if let Some(index) = read {
                return Ok(index);
            }
            // it follows all the time, and is behind for a moment only
            if !self.catches_up() {
                break;
            }
        }
        Err(StoreError::Failed {
            doing: "reading whom this node does not hold",
            kind: "registers' lists are loaded anew all the time".into(),
        })
    }

    /// The same within a reading; `None` where a register's list was loaded that this node has not taken in.
    fn read_within(
        &self,
        tx: &mut ReadTx<'_>,
        whom: &Whom<'_>,
    ) -> Result<Option<Index<Rules>>, StoreError> {
        // what is the same for everybody is known already, as of then
        let (index, held) = self.index.of_nobody();
        let serve = &self.serve;
        if tx.any_list_since(serve, held)? {
            return Ok(None);
        }
        let mut changes = Vec::new();
        tx.seen_of(serve, whom, held, &mut |change| changes.push(change))?;
        let newer = tx.policy_since(serve, held)?;
        let known = || index.view().rules().clone();
        let rules = newer.map_or_else(known, |newer| self.loader.rules(&newer));
        index.load(changes);
        index.built((tx.position(serve)?, None), rules);
        Ok(Some(index))
    }
}
