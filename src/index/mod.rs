//! What checks read: contact point → person → packed facts, in memory only. It follows the
//! ledger and holds nothing that the database does not.

mod names;
mod person;
mod reached;
mod table;
#[cfg(test)]
mod tests;

pub use person::{CellView, PersonView};
pub use reached::{MadeView, ReachedView};
pub use table::Table;

use crate::domain::ids::Position;
use crate::domain::registry::Change;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

/// The index, shared by everything in a process.
#[derive(Debug, Default)]
pub struct Index {
    table: RwLock<Table>,
}

impl Index {
    /// An empty index, at position 0.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A view that does not change while it is held. Hold it briefly: writers wait.
    pub fn view(&self) -> RwLockReadGuard<'_, Table> {
        self.table.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many ledger entries it has taken in.
    pub fn position(&self) -> Position {
        self.view().position()
    }

    /// Takes in what entries `first..end` changed; `false` where it has not yet taken in what
    /// came before `first`, so that nothing is skipped.
    pub fn apply(&self, first: Position, end: Position, changes: Vec<Change>) -> bool {
        let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
        if table.position() < first {
            return false;
        }
        if table.position() < end {
            changes.into_iter().for_each(|change| table.take_in(change));
            table.move_to(end);
        }
        true
    }

    /// Takes in a newer state of whatever changed, read from the database at `end`. Since each
    /// change is a whole image, and the state read is never older than the one held, nothing is
    /// undone by it.
    pub fn catch_up(&self, end: Position, changes: Vec<Change>) {
        let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
        if table.position() < end {
            changes.into_iter().for_each(|change| table.take_in(change));
            table.move_to(end);
        }
    }

    /// Takes in changes while the index is being built, before anybody reads it.
    pub fn load(&self, changes: Vec<Change>) {
        let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
        changes.into_iter().for_each(|change| table.take_in(change));
    }

    /// Says that the index was built from the state at `position`.
    pub fn built(&self, position: Position) {
        let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
        table.move_to(position);
    }
}
