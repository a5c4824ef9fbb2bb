//! Suppressions, keys, staff and catalogue against the events that published them. Of keys, staff
//! and catalogue there are few: what the events say of them is kept until the end.

use super::findings::Collector;
use super::kept::pairs;
use super::{BLOCK, Check};
use crate::access::{ExportAudit, Grant};
use crate::audit::Hash;
use crate::audit::commitment::canonical_json;
use crate::audit::leaf::{EntryKind, Leaf};
use crate::audit::tree::sha256;
use crate::domain::ids::{Blind, KeyId, Position, StaffId};
use crate::domain::registry::{Notice, NoticeRef, StaffTerms};
use crate::store::{
    PublishedItem, ReadTx, StoreError, StoredEntry, StoredKey, StoredPayload, notice_hash,
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What an event said of a row: its place, its time, and what the row must say.
#[derive(Serialize, Deserialize)]
struct Said<T> {
    position: Position,
    at: Option<DateTime<Utc>>,
    what: T,
}

/// What the events said of an API key.
#[derive(Serialize, Deserialize)]
struct Key {
    name: String,
    role: String,
    /// None in an entry of before: then it is a year.
    expires_at: Option<DateTime<Utc>>,
    bounds: Value,
    client: Value,
    revoked: Option<(Position, Option<DateTime<Utc>>)>,
}

impl Key {
    fn terms_are_those_of(&self, row: &StoredKey) -> bool {
        let unsaid = row.created_at + UNSAID;
        row.expires_at == self.expires_at.unwrap_or(unsaid)
            && row.bounds.as_ref() == Some(&self.bounds)
            && row.public_key.as_ref() == Some(&self.client)
    }
}

/// For how long a key opens of which the entry does not say it.
const UNSAID: TimeDelta = TimeDelta::days(365);

/// What the events said of a staff account.
#[derive(Serialize, Deserialize)]
struct Staff {
    terms: Option<StaffTerms>,
    has_factor: bool,
    /// The marks of its passkeys.
    #[serde(default)]
    passkeys: BTreeSet<[u8; 32]>,
    /// The identity that opens it.
    #[serde(default)]
    identity: Option<[u8; 32]>,
    disabled_at: Option<DateTime<Utc>>,
}

/// Kind, name and version of a catalogue item.
type ItemName = (String, String, i64);

/// What the public events say, as far as they have been read.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct PublicCheck {
    #[serde(skip)]
    items: Vec<PublishedItem>,
    #[serde(with = "pairs")]
    said_items: BTreeMap<ItemName, Said<Option<Hash>>>,
    #[serde(with = "pairs")]
    keys: BTreeMap<KeyId, Said<Key>>,
    #[serde(with = "pairs")]
    staff: BTreeMap<StaffId, Said<Staff>>,
    /// The suppressions of the current block.
    #[serde(skip)]
    suppressed: Vec<(Blind, Said<String>)>,
}

impl PublicCheck {
    /// Reads what the catalogue has now.
    pub(super) fn load(
        &mut self,
        tx: &mut ReadTx<'_>,
        grant: &Grant<ExportAudit>,
    ) -> Result<(), StoreError> {
        self.items = tx.published_items(grant)?;
        Ok(())
    }

    /// The hash of each notice as the catalogue has it now.
    pub(super) fn notice_hashes(&self) -> BTreeMap<NoticeRef, Hash> {
        let notices = self.items.iter().filter(|item| item.kind == "notice");
        let hash = |item: &PublishedItem| {
            let notice: Notice = serde_json::from_str(&item.body).ok()?;
            Some((notice.reference(), notice_hash(&notice).ok()?))
        };
        notices.filter_map(hash).collect()
    }

    /// Takes note of what one entry says.
    pub(super) fn note(&mut self, entry: &StoredEntry, leaf: Option<&Leaf>) {
        let (Some(leaf), StoredPayload::Public { text, .. }) = (leaf, &entry.payload) else {
            return;
        };
        let payload: Value = serde_json::from_str(text).unwrap_or_default();
        let (position, at) = (entry.position, field(&payload, "recorded_at"));
        match leaf.kind {
            EntryKind::ControllerPublished => self.item("controller", &payload, position, at),
            EntryKind::PurposePublished => self.item("purpose", &payload, position, at),
            EntryKind::NoticePublished => self.item("notice", &payload, position, at),
            EntryKind::KeyCreated => {
                let Some(id) = field(&payload, "key") else {
                    return;
                };
                let what = Key {
                    name: text_of(&payload, "name"),
                    role: text_of(&payload, "role"),
                    expires_at: field(&payload, "expires_at"),
                    bounds: field(&payload, "bounds").unwrap_or_else(|| json!({})),
                    client: field(&payload, "public_key").unwrap_or_default(),
                    revoked: None,
                };
                self.keys.insert(id, Said { position, at, what });
            }
            EntryKind::KeyRevoked => {
                let key = field(&payload, "key").and_then(|id: KeyId| self.keys.get_mut(&id));
                if let Some(said) = key {
                    said.what.revoked = Some((position, at));
                }
            }
            EntryKind::StaffAdded => {
                let Some(id) = field(&payload, "staff") else {
                    return;
                };
                self.staff.insert(
                    id,
                    Said {
                        position,
                        at,
                        what: Staff {
                            terms: serde_json::from_value(payload).ok(),
                            has_factor: false,
                            passkeys: BTreeSet::new(),
                            identity: None,
                            disabled_at: None,
                        },
                    },
                );
            }
            EntryKind::StaffFactorSet
            | EntryKind::StaffFactorReset
            | EntryKind::StaffPasskeyAdded
            | EntryKind::StaffPasskeyRemoved
            | EntryKind::StaffIdentityLinked
            | EntryKind::StaffIdentityUnlinked
            | EntryKind::StaffDisabled
            | EntryKind::StaffEnabled
            | EntryKind::StaffChanged => self.changed_staff(leaf.kind, &payload, at),
            EntryKind::SuppressionAdded => {
                let blind = crate::audit::encoding::unhex(text_of(&payload, "contact")).map(Blind);
                let said = Said {
                    position,
                    at,
                    what: text_of(&payload, "reason"),
                };
                self.suppressed.extend(blind.map(|blind| (blind, said)));
            }
            _ => {}
        }
    }

    fn changed_staff(&mut self, kind: EntryKind, payload: &Value, at: Option<DateTime<Utc>>) {
        let id: Option<StaffId> = field(payload, "staff");
        let Some(said) = id.and_then(|id| self.staff.get_mut(&id)) else {
            return;
        };
        let passkey = crate::audit::encoding::unhex(text_of(payload, "passkey"));
        match kind {
            EntryKind::StaffFactorSet => said.what.has_factor = true,
            EntryKind::StaffFactorReset => {
                said.what.has_factor = false;
                said.what.passkeys.clear();
            }
            EntryKind::StaffPasskeyAdded => said.what.passkeys.extend(passkey),
            EntryKind::StaffPasskeyRemoved => {
                said.what.passkeys.retain(|one| Some(*one) != passkey)
            }
            EntryKind::StaffIdentityLinked => {
                said.what.identity = crate::audit::encoding::unhex(text_of(payload, "identity"));
            }
            EntryKind::StaffIdentityUnlinked => said.what.identity = None,
            EntryKind::StaffDisabled => said.what.disabled_at = at,
            EntryKind::StaffChanged => {
                said.what.terms = serde_json::from_value(payload.clone()).ok();
            }
            _ => said.what.disabled_at = None,
        }
    }

    fn item(
        &mut self,
        kind: &'static str,
        payload: &Value,
        position: Position,
        at: Option<DateTime<Utc>>,
    ) {
        let version = payload
            .get("version")
            .and_then(Value::as_i64)
            .unwrap_or_default();
        let what = payload.get("body").and_then(digest);
        self.said_items.insert(
            (kind.to_owned(), text_of(payload, "id"), version),
            Said { position, at, what },
        );
    }

    /// Each suppression of the block stands on the list: since that entry, or since an earlier one.
    pub(super) fn block(
        &mut self,
        check: &mut Check<'_, '_, '_>,
        found: &mut Collector,
    ) -> Result<(), StoreError> {
        let said = std::mem::take(&mut self.suppressed);
        let blinds: Vec<Blind> = said.iter().map(|(blind, _)| *blind).collect();
        let rows = check.tx.audited_suppressions_of(check.grant, &blinds)?;
        for (blind, said) in said {
            match rows.get(&blind) {
                None => found.at(
                    said.position,
                    "the contact point is no longer on the suppression list",
                ),
                Some(row) if row.position > said.position => {
                    found.at(
                        said.position,
                        "the suppression list has the contact point since a later entry only",
                    );
                }
                Some(row)
                    if row.position == said.position
                        && (row.reason != said.what || Some(row.since) != said.at) =>
                {
                    found.at(
                        said.position,
                        "the suppression's reason or time is not what was recorded",
                    );
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    pub(super) fn close(
        mut self,
        check: &mut Check<'_, '_, '_>,
        found: &mut Collector,
    ) -> Result<(), StoreError> {
        self.close_items(found);
        self.close_keys(check, found)?;
        self.close_staff(check, found)?;
        suppressions(check, found)
    }

    fn close_items(&mut self, found: &mut Collector) {
        for item in &self.items {
            let kind = ["controller", "purpose", "notice"]
                .into_iter()
                .find(|kind| *kind == item.kind);
            let name = (
                kind.unwrap_or("unknown").to_owned(),
                item.id.clone(),
                i64::from(item.version),
            );
            let Some(said) = self.said_items.remove(&name) else {
                found.at(
                    item.position,
                    "a catalogue item stands in the database that was never published",
                );
                continue;
            };
            let body = serde_json::from_str(&item.body)
                .ok()
                .and_then(|body| digest(&body));
            if body.is_none()
                || body != said.what
                || Some(item.since) != said.at
                || item.position != said.position
            {
                found.at(
                    said.position,
                    "the catalogue item is not what was published",
                );
            }
        }
        for said in self.said_items.values() {
            found.at(said.position, "the published catalogue item is missing");
        }
    }

    fn close_keys(
        &mut self,
        check: &mut Check<'_, '_, '_>,
        found: &mut Collector,
    ) -> Result<(), StoreError> {
        for row in check.tx.audited_keys(check.grant)? {
            let Some(said) = row.id.and_then(|id| self.keys.remove(&id)) else {
                found.at(
                    row.position,
                    "an API key stands in the database that was never made",
                );
                continue;
            };
            let (last, revoked_at) = said.what.revoked.unwrap_or((said.position, None));
            let is = row.name == said.what.name
                && row.role == said.what.role
                && Some(row.created_at) == said.at;
            if !is {
                found.at(
                    said.position,
                    "the API key's name, role or time is not what was recorded",
                );
            }
            if !said.what.terms_are_those_of(&row) {
                found.at(
                    said.position,
                    "the API key's end, bounds or public key is not what was recorded",
                );
            }
            if row.revoked_at != revoked_at || row.position != last {
                found.at(last, "the API key's revocation is not what was recorded");
            }
        }
        for said in self.keys.values() {
            found.at(said.position, "the API key's row is missing");
        }
        Ok(())
    }

    fn close_staff(
        &mut self,
        check: &mut Check<'_, '_, '_>,
        found: &mut Collector,
    ) -> Result<(), StoreError> {
        for row in check.tx.audited_staff(check.grant)? {
            match row.id.and_then(|id| self.staff.remove(&id)) {
                None => found.whole("a staff account stands in the database that was never made"),
                Some(said) if row.terms != said.what.terms || Some(row.created_at) != said.at => {
                    found.at(
                        said.position,
                        "the staff account's role, bounds or time is not what was recorded",
                    );
                }
                Some(said) if row.has_factor != said.what.has_factor => {
                    found.at(
                        said.position,
                        "whether the staff account has a second factor is not what was recorded",
                    );
                }
                Some(said) if row.passkeys != said.what.passkeys => {
                    found.at(
                        said.position,
                        "the passkeys of the staff account are not those that were recorded",
                    );
                }
                Some(said) if row.identity != said.what.identity.map(|mark| mark.to_vec()) => {
                    found.at(
                        said.position,
                        "the identity that opens the staff account is not the one that was recorded",
                    );
                }
                Some(said) if row.disabled_at != said.what.disabled_at => {
                    found.at(
                        said.position,
                        "whether the staff account is disabled is not what was recorded",
                    );
                }
                Some(_) => {}
            }
        }
        for said in self.staff.values() {
            found.at(said.position, "the staff account's row is missing");
        }
        Ok(())
    }
}

/// Each row of the list has the entry that it names.
fn suppressions(check: &mut Check<'_, '_, '_>, found: &mut Collector) -> Result<(), StoreError> {
    let mut after = Vec::new();
    loop {
        let limit = i64::try_from(BLOCK).unwrap_or(i64::MAX);
        let (rows, last) = check.tx.audited_suppressions(check.grant, &after, limit)?;
        let Some(last) = last else { return Ok(()) };
        let positions: Vec<Position> = rows.iter().map(|row| row.position).collect();
        let payloads = check.tx.public_payloads(check.grant, &positions)?;
        for row in rows {
            let payload: Value = payloads
                .get(&row.position)
                .and_then(|text| serde_json::from_str(text).ok())
                .unwrap_or_default();
            let said = crate::audit::encoding::unhex(text_of(&payload, "contact")).map(Blind);
            if said != Some(row.blind) {
                found.at(
                    row.position,
                    "a suppression names an entry that does not record it",
                );
            }
        }
        after = last;
    }
}

fn digest(body: &Value) -> Option<Hash> {
    Some(sha256(&[&canonical_json(body).ok()?]))
}

fn field<T: DeserializeOwned>(payload: &Value, name: &str) -> Option<T> {
    T::deserialize(payload.get(name)?).ok()
}

fn text_of(payload: &Value, name: &str) -> String {
    payload
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}
