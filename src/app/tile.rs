//! A tile of the log, for those who follow it.

use super::open::App;
use super::refusal::Refusal;
use crate::access::{Grant, Serve};
use crate::audit::Hash;
use crate::audit::package::plan::{LogSource, tile_bytes};
use crate::audit::tile::TileId;
use crate::store::{ReadTx, StoreError};
use std::cell::RefCell;
use std::ops::Range;

/// The log as a read transaction sees it.
pub(super) struct LogRead<'a, 'b> {
    tx: RefCell<&'a mut ReadTx<'b>>,
    grant: &'a Grant<Serve>,
}

impl<'a, 'b> LogRead<'a, 'b> {
    /// A reader of the log.
    pub const fn new(tx: &'a mut ReadTx<'b>, grant: &'a Grant<Serve>) -> Self {
        Self {
            tx: RefCell::new(tx),
            grant,
        }
    }
}

impl LogSource for LogRead<'_, '_> {
    type Error = StoreError;

    fn leaf_bytes(&self, positions: Range<u64>) -> Result<Vec<Vec<u8>>, StoreError> {
        let leaves = self.tx.borrow_mut().leaves(self.grant, positions)?;
        Ok(leaves
            .into_iter()
            .map(|(_, leaf)| leaf.into_bytes())
            .collect())
    }

    fn tile_root(&self, level: u8, index: u64) -> Result<Hash, StoreError> {
        let root = self.tx.borrow_mut().tile_root(self.grant, level, index)?;
        root.ok_or(StoreError::damaged("a tile's root"))
    }
}

impl App {
    /// The bytes of a tile; `None` where the log is not that long.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn tile(&self, id: &TileId) -> Result<Option<Vec<u8>>, Refusal> {
        self.store.read(|tx| {
            let size = tx.position(&self.serve)?;
            let whole = TileId::within(size, id.content, id.index);
            if whole.is_none_or(|whole| whole.width < id.width) {
                return Ok(None);
            }
            let log = LogRead::new(tx, &self.serve);
            tile_bytes(id, &log)
                .map(Some)
                .map_err(|error| StoreError::Log(error.to_string()).into())
        })
    }
}
