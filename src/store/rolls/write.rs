//! A roll, made ready away from the writer, and its rows.

use super::SheetRow;
use crate::access::{CheckDecisions, Grant};
use crate::audit::roll::sheet::MOST;
use crate::audit::roll::{Answer, Listed, Said, Sheet, said};
use crate::audit::tree::{Frontier, hash_leaf};
use crate::domain::event::{PublicEvent, PublicKind};
use crate::domain::time::{Entropy, random};
use crate::store::bulk::{self, bulk};
use crate::store::connection::{Db, on};
use crate::store::error::StoreError;
use crate::store::keys::Keyring;
use crate::store::rows::signed;
use crate::store::schema::{roll_sheets, rolls};
use crate::store::tx::{Entry, WriteTx};
use crate::store::world::Extra;
use diesel::prelude::*;
use serde_json::Value;
use std::sync::Arc;

/// Sheets of one statement: half a megabyte.
const AT_A_TIME: usize = 64;

/// Who was on a list, sealed.
#[derive(Debug)]
pub struct SealedRoll {
    said: Said,
    /// Where each begins, and its bytes.
    sheets: Vec<(i64, Vec<u8>)>,
}

impl SealedRoll {
    /// Seals who was on a list, in order, and which answers their lines got.
    ///
    /// # Errors
    /// Where randomness is missing.
    pub fn seal(
        listed: &[Listed],
        answers: Vec<Answer>,
        keys: &Keyring,
        entropy: &dyn Entropy,
    ) -> Result<Self, StoreError> {
        let (mut tree, mut sheets) = (Frontier::new(), Vec::new());
        for listed in cut(listed) {
            let sheet = Sheet::new(listed.to_vec(), random(entropy)?);
            let bytes = sheet.to_bytes();
            tree.append(hash_leaf(&bytes));
            let sealed = keys.seal_decisions(&bytes, entropy)?;
            sheets.push((signed(sheet.first()), sealed));
        }
        Ok(Self {
            said: Said {
                sheets: sheets.len() as u64,
                persons: listed.len() as u64,
                root: tree.root(),
                answers,
            },
            sheets,
        })
    }
}

/// Parts of some [`MOST`]: all of a person is in one of them, so that it is found by where it begins.
fn cut(mut listed: &[Listed]) -> impl Iterator<Item = &[Listed]> {
    std::iter::from_fn(move || {
        let last = listed.get(..MOST).unwrap_or(listed).last()?.number;
        let end = MOST.min(listed.len());
        let more = listed.iter().skip(end);
        let end = end + more.take_while(|one| one.number == last).count();
        let (part, rest) = listed.split_at(end);
        listed = rest;
        Some(part)
    })
}

impl WriteTx<'_> {
    /// Records what came of a list, with who was on it.
    pub fn end_list(
        &mut self,
        grant: &Grant<CheckDecisions>,
        mut came_of_it: Value,
        roll: &Arc<SealedRoll>,
    ) -> Entry {
        if let Some(fields) = came_of_it.as_object_mut() {
            fields.insert(said::FIELD.into(), roll.said.to_json());
        }
        let event = PublicEvent::new(PublicKind::AudienceEnded, grant.actor(), came_of_it);
        self.public_with(event, Extra::Roll(roll.clone()))
    }
}

/// Writes the sheets of a roll, where there are any.
pub(in crate::store) fn write(
    db: &mut Db,
    roll: &SealedRoll,
    position: i64,
) -> Result<(), StoreError> {
    let failed = || StoreError::failed("recording who was on a list");
    if roll.sheets.is_empty() {
        return Ok(());
    }
    on!(db, conn => diesel::insert_into(rolls::table)
        .values(rolls::position.eq(position)).execute(conn))
    .map_err(failed())?;
    for sheets in roll.sheets.chunks(AT_A_TIME) {
        let row = |(first, sealed): &(i64, Vec<u8>)| SheetRow {
            position,
            first: *first,
            sealed: sealed.clone(),
        };
        let rows: Vec<SheetRow> = sheets.iter().map(row).collect();
        insert(db, &rows).map_err(failed())?;
    }
    Ok(())
}

fn insert(db: &mut Db, rows: &[SheetRow]) -> QueryResult<()> {
    match db {
        Db::Sqlite(conn) => rows.iter().try_for_each(|row| {
            let into = diesel::insert_into(roll_sheets::table);
            into.values(row).execute(conn).map(drop)
        }),
        Db::Postgres(conn) => bulk::insert(
            conn,
            vec![bulk!(rows => roll_sheets { position, first, sealed })],
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_never_cut_in_two() {
        let whole: Vec<Listed> = (0..MOST as u64 * 2)
            .flat_map(|number| {
                let twice = number % 8_191 == 0;
                (0..if twice { 3 } else { 1 }).map(move |answer| Listed { number, answer })
            })
            .collect();
        let parts: Vec<&[Listed]> = cut(&whole).collect();
        assert_eq!(parts.concat(), whole);
        assert!(parts.len() == 3 && parts.iter().all(|part| part.len() <= MOST + 2));
        let ends = parts.windows(2).filter_map(|two| {
            let (one, other) = (two.first()?.last()?, two.last()?.first()?);
            Some(one.number < other.number)
        });
        assert!(ends.into_iter().all(|apart| apart));
        assert_eq!(cut(&[]).count(), 0);
    }
}
