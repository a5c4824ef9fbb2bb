//! Rolls of lists against the entries that ended the lists: a person who was added, taken away or given
//! another answer gives the roll another root than the log has. Who was taken off, because they were
//! erased or since the list's time was over, is what the entries about that say.

use super::Check;
use super::entry::said;
use super::findings::Collector;
use crate::audit::leaf::{EntryKind, Leaf};
use crate::audit::roll::Said;
use crate::audit::tree::Frontier;
use crate::domain::ids::Position;
use crate::store::{AuditedSheet, StoreError, StoredEntry};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::ops::Range;

/// What the entries say, as far as they have been read.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct RollCheck {
    /// Of the current block.
    #[serde(skip)]
    said: BTreeMap<Position, Said>,
    /// Lines that are no longer on rolls, and sheets that are said to have lost some.
    missing: u64,
    sheets: u64,
    /// Lines that erasures, or time, took off rolls, and what the last entry about it says of all sheets.
    erased: u64,
    last: Option<(Position, Option<String>)>,
}

/// What a roll turned out to be.
#[derive(Default)]
struct Found {
    tree: Frontier,
    persons: u64,
    changed: u64,
    damaged: bool,
}

impl RollCheck {
    /// Takes note of what one entry says.
    pub(super) fn note(&mut self, entry: &StoredEntry, leaf: Option<&Leaf>) {
        let about = [
            EntryKind::AudienceEnded,
            EntryKind::SubjectErased,
            EntryKind::ListsExpired,
        ];
        let Some((kind, payload)) = said(entry, leaf, &about) else {
            return;
        };
        if kind == EntryKind::AudienceEnded {
            let said = Said::of(&payload).map(|said| (entry.position, said));
            self.said.extend(said);
            return;
        }
        let listed = payload.get("listed").and_then(Value::as_u64);
        self.erased = self.erased.saturating_add(listed.unwrap_or_default());
        let digest = payload.get("rolls_digest").and_then(Value::as_str);
        self.last = Some((entry.position, digest.map(str::to_owned)));
    }

    /// Every roll of these positions is the one that its entry commits to, and no other is there.
    pub(super) fn block(
        &mut self,
        check: &mut Check<'_, '_, '_>,
        range: &Range<Position>,
        found: &mut Collector,
    ) -> Result<(), StoreError> {
        for list in check.tx.audited_rolls(check.grant, range)? {
            if !self.said.contains_key(&list) {
                found.at(list, "who was on a list stands here, but no entry says so");
            }
        }
        for (list, said) in std::mem::take(&mut self.said) {
            let roll = self.read(check, list, found)?;
            if roll.damaged {
                found.at(list, "a part of who was on the list does not open");
            } else if roll.tree.size() != said.sheets || roll.tree.root() != said.root {
                found.at(
                    list,
                    "who was on the list is not what was recorded: the root is another",
                );
            }
            if said.sheets > 0 && !check.tx.is_roll_found(check.grant, list)? {
                found.at(
                    list,
                    "a person's lists are no longer looked for in this one",
                );
            }
            let missing = said.persons.saturating_sub(roll.persons);
            self.missing = self.missing.saturating_add(missing);
            self.sheets = self.sheets.saturating_add(roll.changed);
        }
        Ok(())
    }

    fn read(
        &self,
        check: &mut Check<'_, '_, '_>,
        list: Position,
        found: &mut Collector,
    ) -> Result<Found, StoreError> {
        let (mut roll, mut from) = (Found::default(), 0);
        loop {
            let sheets = check.tx.audited_sheets(check.grant, list, from)?;
            let Some(last) = sheets.last() else {
                return Ok(roll);
            };
            from = last.first.saturating_add(1);
            for sheet in &sheets {
                roll.take(sheet, list, found);
            }
        }
    }

    /// What was taken off rolls is what the erasures add up to.
    pub(super) fn close(
        &self,
        check: &mut Check<'_, '_, '_>,
        found: &mut Collector,
    ) -> Result<(), StoreError> {
        let (sheets, digest) = check.tx.audited_taken_off(check.grant)?;
        if sheets != self.sheets {
            found.whole("persons are said to have been taken off lists that are not there");
        }
        let said = self.last.as_ref();
        let is_said = match said.and_then(|(_, digest)| digest.as_ref()) {
            Some(said) => *said == digest,
            None => sheets == 0,
        };
        if is_said && self.missing == self.erased {
            return Ok(());
        }
        let what = "who was taken off lists is not what the erasures say";
        match said {
            Some((position, _)) => found.at(*position, what),
            None => found.whole(what),
        }
        Ok(())
    }
}

impl Found {
    fn take(&mut self, one: &AuditedSheet, list: Position, found: &mut Collector) {
        let Some(sheet) = &one.sheet else {
            self.damaged = true;
            return;
        };
        self.persons = self.persons.saturating_add(sheet.listed().len() as u64);
        let hash = sheet.hash();
        let Some((was, held)) = one.taken_off else {
            self.tree.append(hash);
            return;
        };
        self.changed = self.changed.saturating_add(1);
        self.tree.append(was);
        if held != hash {
            let what = "a part of who was on the list is not what an erasure left of it";
            found.at(list, what);
        }
    }
}
