//! Takes a person who is erased off every list. The hash that a sheet had is kept, so that the root in
//! the log is still the roll's; what the sheet is now is committed to by the erasure's entry.

use super::{SheetRow, TakenOffRow};
use crate::audit::Hash;
use crate::audit::roll::Sheet;
use crate::domain::ids::Position;
use crate::store::connection::on;
use crate::store::error::StoreError;
use crate::store::read::ReadTx;
use crate::store::rows::unsigned;
use crate::store::schema::{roll_erasures, roll_sheets};
use crate::store::tx::WriteTx;
use diesel::prelude::*;

impl WriteTx<'_> {
    /// Takes these records off every list: how many lines that were, and the keyed hash of all sheets
    /// that anybody was ever taken off.
    pub(in crate::store) fn take_off_rolls(
        &mut self,
        records: &[Vec<u8>],
    ) -> Result<(u64, Hash), StoreError> {
        let mut listed: u64 = 0;
        let mut numbers = self.reading().numbers_of(records)?;
        numbers.sort_unstable();
        for position in self.reading().rolls_until(i64::MAX)? {
            for number in &numbers {
                listed = listed.saturating_add(self.take_off(position, *number)?);
            }
        }
        let digest = self.reading().taken_off()?;
        Ok((listed, digest.1))
    }

    fn take_off(&mut self, position: i64, number: i64) -> Result<u64, StoreError> {
        let Some(row) = self.reading().sheet_for(position, number)? else {
            return Ok(0);
        };
        let sheet = row.open(self.keys)?;
        let Some((rest, gone)) = sheet.keeping(|other| other != unsigned(number)) else {
            return Ok(0);
        };
        self.replace_sheet(&row, &sheet, &rest)?;
        Ok(gone)
    }

    /// Puts what is left of a sheet in its place.
    pub(super) fn replace_sheet(
        &mut self,
        row: &SheetRow,
        sheet: &Sheet,
        rest: &Sheet,
    ) -> Result<(), StoreError> {
        let (position, first) = (row.position, row.first);
        let sealed = self.keys.seal_decisions(&rest.to_bytes(), self.entropy)?;
        let held = rest.hash().to_vec();
        let taken = TakenOffRow {
            position,
            first,
            was: sheet.hash().to_vec(),
            held: held.clone(),
        };
        self.read("taking somebody off a list", |db| {
            on!(db, conn => diesel::update(roll_sheets::table.find((position, first)))
                .set(roll_sheets::sealed.eq(sealed)).execute(conn))?;
            // what the list's entry has of the sheet is kept from the first time on
            let again = on!(db, conn => diesel::update(roll_erasures::table.find((position, first)))
                .set(roll_erasures::held.eq(held)).execute(conn))?;
            if again == 0 {
                on!(db, conn => diesel::insert_into(roll_erasures::table).values(taken).execute(conn))?;
            }
            Ok(())
        })
    }
}

impl ReadTx<'_> {
    /// How many sheets somebody was taken off, and their keyed hash.
    pub(super) fn taken_off(&mut self) -> Result<(u64, Hash), StoreError> {
        let rows: Vec<(i64, i64, Vec<u8>)> = on!(self.db, conn => roll_erasures::table
            .order((roll_erasures::position, roll_erasures::first))
            .select((roll_erasures::position, roll_erasures::first, roll_erasures::held)).load(conn))
        .map_err(StoreError::failed("reading who was taken off lists"))?;
        let sheet = |(position, first, held): &(i64, i64, Vec<u8>)| {
            let held: Hash = held.as_slice().try_into().unwrap_or_default();
            (unsigned(*position) as Position, unsigned(*first), held)
        };
        let digest = self.keys.rolls_digest(rows.iter().map(sheet));
        Ok((rows.len() as u64, digest))
    }
}
