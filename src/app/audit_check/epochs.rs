//! The rows of key epochs, and those under which persons' keys are wrapped, against the entries.

use super::Check;
use super::entry::said;
use super::findings::Collector;
use crate::audit::encoding::hex;
use crate::audit::leaf::{EntryKind, Leaf};
use crate::domain::ids::Position;
use crate::store::keys::Epoch;
use crate::store::{StoreError, StoredEntry, StoredEpoch};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// What the entries say of an epoch.
#[derive(Serialize, Deserialize)]
struct Said {
    begun: Position,
    self_test: Option<String>,
    destroyed: Option<Position>,
}

/// The entries about epochs, as far as they have been read.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct EpochCheck {
    said: BTreeMap<i32, Said>,
}

impl EpochCheck {
    /// Takes note of what one entry says.
    pub(super) fn note(&mut self, entry: &StoredEntry, leaf: Option<&Leaf>) {
        let about = [
            EntryKind::LogGenesis,
            EntryKind::KeyEpochBegun,
            EntryKind::KekDestroyed,
        ];
        let Some((kind, payload)) = said(entry, leaf, &about) else {
            return;
        };
        match kind {
            EntryKind::LogGenesis => self.first(entry.position, payload.get("key_epoch")),
            EntryKind::KeyEpochBegun => self.begun(entry.position, &payload),
            _ => {
                let said = number(&payload).and_then(|number| self.said.get_mut(&number));
                if let Some(said) = said {
                    said.destroyed.get_or_insert(entry.position);
                }
            }
        }
    }

    /// A log that was begun before there were epochs says nothing of them.
    fn first(&mut self, position: Position, said: Option<&Value>) {
        if let Some(said) = said {
            return self.begun(position, said);
        }
        let of_master = Said {
            begun: position,
            self_test: None,
            destroyed: None,
        };
        self.said.insert(Epoch::OF_MASTER.number(), of_master);
    }

    fn begun(&mut self, position: Position, payload: &Value) {
        let self_test = payload.get("self_test").and_then(Value::as_str);
        let said = Said {
            begun: position,
            self_test: self_test.map(str::to_owned),
            destroyed: None,
        };
        if let Some(number) = number(payload) {
            self.said.entry(number).or_insert(said);
        }
    }

    /// Each epoch is as the entries say, and nobody's key is wrapped under one that is not there.
    pub(super) fn close(
        mut self,
        check: &mut Check<'_, '_, '_>,
        found: &mut Collector,
    ) -> Result<(), StoreError> {
        let (current, rows) = (
            check.tx.current_epoch(check.grant)?,
            check.tx.key_epochs(check.grant)?,
        );
        let persons = check.tx.persons_by_epoch(check.grant)?;
        let last = self.said.keys().next_back().copied().unwrap_or_default();
        if current.number() != last {
            found.whole("the key epoch of new persons is not the one that began last");
        }
        for (epoch, count) in persons {
            let said = self.said.get(&epoch.number());
            if said.is_none_or(|said| said.destroyed.is_some()) {
                found.whole(format!(
                    "{count} person(s) have their key wrapped under key epoch {epoch}, which never began or was destroyed"
                ));
            }
        }
        for row in rows {
            self.row(&row, last, found);
        }
        for (number, said) in self.said {
            found.at(
                said.begun,
                format!("the row of key epoch {number} is missing"),
            );
        }
        Ok(())
    }

    fn row(&mut self, row: &StoredEpoch, last: i32, found: &mut Collector) {
        let number = row.epoch.number();
        let Some(said) = self.said.remove(&number) else {
            if row.begun.is_some() || row.destroyed.is_some() || number != last.saturating_add(1) {
                found.whole(format!(
                    "key epoch {number} stands in the database and never began"
                ));
            }
            return;
        };
        let as_said = row.begun == Some(said.begun)
            && row.destroyed == said.destroyed
            && row.self_test.as_deref().map(hex) == said.self_test;
        if !as_said {
            found.at(
                said.begun,
                format!("the row of key epoch {number} is not what was recorded"),
            );
        }
    }
}

fn number(payload: &Value) -> Option<i32> {
    i32::try_from(payload.get("epoch")?.as_i64()?).ok()
}
