//! The index in pieces, for a file from which it is there again sooner than from the database.
//!
//! Pieces are made one after the other while checks and changes go on, so that they show no one instant: each
//! shows its part as it was when the piece was made, at the position of the first one or later. Whoever takes
//! them all in and then follows the ledger from that position holds what it says, since each change is a whole
//! image. Lists of registers, suppressions, keys and the catalogue are not in it; they are read from the database.

pub(super) mod bytes;
mod contents;

use super::Index;
use super::table::Table;
use crate::domain::ids::Position;

/// The form of the pieces. It changes whenever anything in them is written in another way.
pub const FORM: u32 = 1;

/// Rows of a piece, and about as many contact points: some hundred kilobytes. Tests have few persons.
const SOME: usize = if cfg!(test) { 3 } else { 4_096 };

/// The pieces do not make an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the snapshot of the index is damaged or of another form")]
pub struct Damaged;

/// How far a snapshot is made.
#[derive(Debug, Clone, Copy, Default)]
pub struct Making(Next);

/// What comes next. What rows name by a number comes after them, so that nothing they name is missing.
#[derive(Debug, Clone, Copy, Default)]
enum Next {
    #[default]
    Counts,
    Rows {
        from: usize,
    },
    Contacts {
        from: usize,
    },
    Nothing,
}

impl<R> Index<R> {
    /// The next piece of a snapshot, and the position that the index is at; `None` where it is whole. Changes wait
    /// for as long as one piece takes.
    pub fn next_piece(&self, making: &mut Making) -> Option<(Vec<u8>, Position)> {
        let view = self.view();
        let (piece, next) = view.piece(making.0)?;
        making.0 = next;
        Some((piece, view.position()))
    }

    /// Takes in the next piece of a snapshot, while the index is being built.
    ///
    /// # Errors
    /// Where it is none.
    pub fn take_piece(&self, piece: &[u8]) -> Result<(), Damaged> {
        // of a part of the persons contact points are spread unevenly: room for them is made as they come
        let evenly = self.shard.is_none();
        self.change().table.take_piece(piece, evenly)
    }

    /// Ends the taking in: what pieces say of one another holds. How many persons there are.
    ///
    /// # Errors
    /// Where it does not hold, or the last piece is missing.
    pub fn settle_pieces(&self) -> Result<usize, Damaged> {
        self.change().table.settle()
    }
}

impl Table {
    fn piece(&self, next: Next) -> Option<(Vec<u8>, Next)> {
        match next {
            Next::Counts => Some((self.written_counts(), Next::Rows { from: 0 })),
            Next::Rows { from } => Some(match self.written_rows(from, SOME) {
                Some((rows, from)) => (rows, Next::Rows { from }),
                None => self.contacts(0),
            }),
            Next::Contacts { from } => Some(self.contacts(from)),
            Next::Nothing => None,
        }
    }

    /// Contact points from a part on; behind the last of them, what comes next.
    fn contacts(&self, from: usize) -> (Vec<u8>, Next) {
        match self.written_contacts(from, SOME) {
            Some((contacts, from)) => (contacts, Next::Contacts { from }),
            None => (self.written_said(), Next::Nothing),
        }
    }
}
