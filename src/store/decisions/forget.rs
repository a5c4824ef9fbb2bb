//! Takes the decisions about a person out of their blocks. In the place of each stands its hash, so
//! that the root that the log has is still the block's.

use super::super::schema::decision_blocks;
use crate::audit::decision::{Block, Record};
use crate::domain::ids::Position;
use crate::store::connection::on;
use crate::store::error::StoreError;
use crate::store::read::ReadTx;
use crate::store::rows::signed;
use crate::store::tx::WriteTx;
use diesel::prelude::*;

impl WriteTx<'_> {
    /// Takes out what was decided about these persons.
    pub(in crate::store) fn take_out_decisions(
        &mut self,
        persons: &[[u8; 16]],
    ) -> Result<(), StoreError> {
        let gone = |record: &Record| record.subject.is_some_and(|id| persons.contains(&id));
        let blocks = self.reading().blocks_about(persons)?;
        for position in blocks {
            let block = self.reading().decision_block(position)?;
            let Some(rest) = block.and_then(|block| block.without(gone)) else {
                continue;
            };
            self.replace_block(position, &rest)?;
        }
        Ok(())
    }

    /// Puts what is left of a block in its place.
    pub(super) fn replace_block(
        &mut self,
        position: Position,
        rest: &Block,
    ) -> Result<(), StoreError> {
        let sealed = self.keys.seal_decisions(&rest.to_bytes(), self.entropy)?;
        self.read("taking out decisions", |db| {
            on!(db, conn => diesel::update(decision_blocks::table.find(signed(position)))
                .set(decision_blocks::sealed.eq(sealed)).execute(conn))
        })?;
        Ok(())
    }

    /// The same transaction, read.
    pub(in crate::store) fn reading(&mut self) -> ReadTx<'_> {
        ReadTx {
            db: self.db,
            keys: self.keys,
        }
    }
}
