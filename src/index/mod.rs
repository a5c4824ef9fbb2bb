//! What checks read: contact point → person → packed facts, in memory only. It follows the
//! ledger and holds nothing that the database does not.

mod acts;
mod cell;
mod glance;
mod lists;
mod names;
mod parts;
mod person;
mod pieces;
mod places;
mod reached;
mod rows;
mod snapshot;
mod subjects;
mod table;
#[cfg(test)]
mod tests;
mod trail;

pub use cell::Manner;
pub use glance::{Glance, OwnAnswer, Use};
pub use lists::{Consulted, Point};
pub use person::{CellView, PersonView};
pub use reached::{MadeView, ReachedView};
pub use snapshot::{Damaged, FORM, Making};
pub use table::Table;

use crate::domain::ids::Position;
use crate::domain::registry::Change;
use crate::domain::shard::Shard;
use crate::domain::tip::{Loss, Stretch, Tip};
use std::ops::Deref;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// The index, shared by everything in a process. `R` is what checks decide by: it changes with
/// the ledger too, so that no view holds persons of one position and rules of another.
#[derive(Debug)]
pub struct Index<R> {
    view: RwLock<View<R>>,
    /// Whom it holds, where that is not everybody.
    shard: Option<Shard>,
}

/// The tables and the rules of one position.
#[derive(Debug)]
pub struct View<R> {
    table: Table,
    rules: R,
    /// The end of the log at its position, as far as that is known.
    tip: Option<Tip>,
    /// Why it may be relied on no more, where that was found.
    lost: Option<Loss>,
}

impl<R> Deref for View<R> {
    type Target = Table;

    fn deref(&self) -> &Table {
        &self.table
    }
}

impl<R> View<R> {
    /// The rules in force.
    pub const fn rules(&self) -> &R {
        &self.rules
    }

    fn move_to(&mut self, position: Position, tip: Option<Tip>) {
        self.table.move_to(position);
        self.tip = tip;
    }

    fn take_in(&mut self, changes: Vec<Change>, rules: Option<R>) {
        changes
            .into_iter()
            .for_each(|change| self.table.take_in(change));
        if let Some(rules) = rules {
            self.rules = rules;
        }
    }
}

impl<R> Index<R> {
    /// An empty index, at position 0, with the rules to begin with.
    pub fn new(rules: R) -> Self {
        Self::of_shard(rules, None)
    }

    /// The same, of those persons alone whom contact points of a part lead to, where there is one. Who fills it sees
    /// to that.
    pub fn of_shard(rules: R, shard: Option<Shard>) -> Self {
        let table = Table::default();
        Self {
            shard,
            view: RwLock::new(View {
                table,
                rules,
                tip: None,
                lost: None,
            }),
        }
    }

    /// An index of nobody beside this one: with its catalogue, its rules and the lists of its registers; and its position.
    pub fn of_nobody(&self) -> (Self, Position)
    where
        R: Clone,
    {
        let view = self.view();
        let beside = View {
            table: view.table.of_nobody(),
            rules: view.rules.clone(),
            tip: None,
            lost: None,
        };
        let beside = Self {
            view: RwLock::new(beside),
            shard: None,
        };
        (beside, view.position())
    }

    /// A view that does not change while it is held. Hold it briefly: writers wait.
    pub fn view(&self) -> RwLockReadGuard<'_, View<R>> {
        self.view.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self) -> RwLockWriteGuard<'_, View<R>> {
        self.view.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whom it holds, where that is not everybody.
    pub const fn shard(&self) -> Option<Shard> {
        self.shard
    }

    /// How many ledger entries it has taken in.
    pub fn position(&self) -> Position {
        self.view().position()
    }

    /// How many ledger entries it has taken in, and the end of the log there, where it is known.
    pub fn followed(&self) -> (Position, Option<Tip>) {
        let view = self.view();
        (view.position(), view.tip)
    }

    /// What is held may be relied on no more: nothing is taken in from now on. The first reason stays.
    pub fn lose(&self, why: Loss) {
        self.change().lost.get_or_insert(why);
    }

    /// Why it may be relied on no more, where that was found.
    pub fn loss(&self) -> Option<Loss> {
        self.view().lost
    }

    /// Whether it may be relied on no more.
    pub fn is_lost(&self) -> bool {
        self.loss().is_some()
    }

    /// Takes in what a write changed; `false` where it has not yet taken in what came before, so that nothing is
    /// skipped, or where the write did not find the log that was followed. `rules` are those after it, where they
    /// changed. An index of a part takes in nothing so: of somebody who belongs to it from now on a write does not
    /// tell all.
    pub fn apply(&self, stretch: &Stretch, changes: Vec<Change>, rules: Option<R>) -> bool {
        if self.shard.is_some() {
            return false;
        }
        let mut view = self.change();
        let (held, tip) = (view.position(), view.tip);
        if held < stretch.first || view.lost.is_some() {
            return false;
        }
        if held >= stretch.end {
            return true;
        }
        // entries of one write are there together: a part of them is another write's
        let follows = held == stretch.first && tip.is_none_or(|tip| tip.frontier == stretch.found);
        if !follows {
            view.lost = Some(Loss::AnotherWay);
            return false;
        }
        view.take_in(changes, rules);
        view.move_to(stretch.end, Some(stretch.tip));
        true
    }

    /// Takes in a newer state of whatever changed, read from the database at `end`. Since each
    /// change is a whole image, and the state read is never older than the one held, nothing is
    /// undone by it.
    pub fn catch_up(
        &self,
        (end, tip): (Position, Option<Tip>),
        changes: Vec<Change>,
        rules: Option<R>,
    ) {
        let mut view = self.change();
        if view.position() < end && view.lost.is_none() {
            view.take_in(changes, rules);
            view.move_to(end, tip);
        }
    }

    /// Forgets everything, before it is built another way.
    pub fn clear(&self) {
        self.change().table = Table::default();
    }

    /// Takes in changes while the index is being built, before anybody reads it.
    pub fn load(&self, changes: Vec<Change>) {
        self.change().take_in(changes, None);
    }

    /// Says that the index was built from the state at `position`, and by which rules it decides.
    pub fn built(&self, (position, tip): (Position, Option<Tip>), rules: R) {
        let mut view = self.change();
        view.rules = rules;
        view.move_to(position, tip);
    }
}
