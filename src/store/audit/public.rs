//! Suppressions, keys, staff and catalogue as their rows say.

use crate::access::{ExportAudit, Grant};
use crate::domain::ids::{Blind, KeyId, Position, StaffId};
use crate::domain::registry::StaffTerms;
use crate::domain::time::from_micros;
use crate::store::ReadTx;
use crate::store::connection::on;
use crate::store::error::StoreError;
use crate::store::figures::CountsFigures;
use crate::store::passkeys::mark_of;
use crate::store::rows::{
    CatalogueRow, KeyRow, PasskeyRow, StaffRow, SuppressionRow, signed, unsigned,
};
use crate::store::schema::{
    api_keys, catalogue_items, passkeys, public_events, staff, suppressions,
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};

/// As many values in one `IN (…)` as both databases take gladly.
const CHUNK: usize = 500;

/// A row of the suppression list.
#[derive(Debug, Clone)]
pub struct StoredSuppression {
    /// The contact point.
    pub blind: Blind,
    /// Why.
    pub reason: String,
    /// Since when.
    pub since: DateTime<Utc>,
    /// The entry that put it there.
    pub position: Position,
}

/// A row of the API keys.
#[derive(Debug, Clone)]
pub struct StoredKey {
    /// The key; `None` where the id is none.
    pub id: Option<KeyId>,
    /// Its name.
    pub name: String,
    /// What it may do.
    pub role: String,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Since when no longer.
    pub revoked_at: Option<DateTime<Utc>>,
    /// Until when it opens.
    pub expires_at: DateTime<Utc>,
    /// Within which bounds, as JSON; none where it is none.
    pub bounds: Option<Value>,
    /// The public half of a client's key pair, as JSON; null where a secret opens.
    pub public_key: Option<Value>,
    /// The entry that made or revoked it.
    pub position: Position,
}

/// A row of the staff accounts.
#[derive(Debug, Clone)]
pub struct StoredStaff {
    /// The account; `None` where the id is none.
    pub id: Option<StaffId>,
    /// The name by which they sign in.
    pub login: String,
    /// What it may do, until when and for what; none where it cannot be read.
    pub terms: Option<StaffTerms>,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Whether it has an authenticator app.
    pub has_factor: bool,
    /// The marks of its passkeys.
    pub passkeys: BTreeSet<[u8; 32]>,
    /// The identity of the provider that opens it, as a keyed hash.
    pub identity: Option<Vec<u8>>,
    /// Since when nobody signs in with it.
    pub disabled_at: Option<DateTime<Utc>>,
}

/// A row of the catalogue.
#[derive(Debug, Clone)]
pub struct PublishedItem {
    /// `controller`, `purpose` or `notice`.
    pub kind: String,
    /// Its name.
    pub id: String,
    /// Its version.
    pub version: i32,
    /// What it says, as JSON text.
    pub body: String,
    /// Since when.
    pub since: DateTime<Utc>,
    /// The entry that published it.
    pub position: Position,
}

impl ReadTx<'_> {
    /// A page of the suppression list in the order of its hashes.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn audited_suppressions(
        &mut self,
        _grant: &Grant<ExportAudit>,
        after: &[u8],
        limit: i64,
    ) -> Result<(Vec<StoredSuppression>, Option<Vec<u8>>), StoreError> {
        let rows: Vec<SuppressionRow> = on!(self.db, conn => suppressions::table
            .filter(suppressions::blind.gt(after))
            .order(suppressions::blind).limit(limit).load(conn))
        .map_err(StoreError::failed("reading the suppression list"))?;
        let last = rows.last().map(|row| row.blind.clone());
        Ok((rows.into_iter().filter_map(suppression).collect(), last))
    }

    /// The rows of the suppression list for these contact points.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn audited_suppressions_of(
        &mut self,
        _grant: &Grant<ExportAudit>,
        blinds: &[Blind],
    ) -> Result<HashMap<Blind, StoredSuppression>, StoreError> {
        let wanted: Vec<&[u8]> = blinds.iter().map(|blind| blind.0.as_slice()).collect();
        let mut found = HashMap::new();
        for chunk in wanted.chunks(CHUNK) {
            let rows: Vec<SuppressionRow> = on!(self.db, conn => suppressions::table
                .filter(suppressions::blind.eq_any(chunk.to_vec())).load(conn))
            .map_err(StoreError::failed("reading the suppression list"))?;
            let rows = rows.into_iter().filter_map(suppression);
            found.extend(rows.map(|row| (row.blind, row)));
        }
        Ok(found)
    }

    /// The payloads of the events about no person at these positions.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn public_payloads(
        &mut self,
        _grant: &Grant<ExportAudit>,
        positions: &[Position],
    ) -> Result<HashMap<Position, String>, StoreError> {
        let mut found = HashMap::new();
        for chunk in positions.chunks(CHUNK) {
            let wanted: Vec<i64> = chunk.iter().map(|position| signed(*position)).collect();
            let rows: Vec<(i64, String)> = on!(self.db, conn => public_events::table
                .filter(public_events::position.eq_any(wanted))
                .select((public_events::position, public_events::payload)).load(conn))
            .map_err(StoreError::failed("reading events"))?;
            found.extend(
                rows.into_iter()
                    .map(|(at, payload)| (unsigned(at), payload)),
            );
        }
        Ok(found)
    }

    /// Every API key.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn audited_keys(
        &mut self,
        _grant: &Grant<ExportAudit>,
    ) -> Result<Vec<StoredKey>, StoreError> {
        let rows: Vec<KeyRow> = on!(self.db, conn => api_keys::table.load(conn))
            .map_err(StoreError::failed("loading API keys"))?;
        let key = |row: KeyRow| StoredKey {
            id: KeyId::from_slice(&row.id),
            name: row.name,
            role: row.role,
            created_at: from_micros(row.created_at),
            revoked_at: row.revoked_at.map(from_micros),
            expires_at: from_micros(row.expires_at),
            bounds: serde_json::from_str(&row.bounds).ok(),
            public_key: match row.public_key {
                Some(text) => serde_json::from_str(&text).ok(),
                None => Some(Value::Null),
            },
            position: unsigned(row.position),
        };
        Ok(rows.into_iter().map(key).collect())
    }

    /// Every staff account.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn audited_staff(
        &mut self,
        _grant: &Grant<ExportAudit>,
    ) -> Result<Vec<StoredStaff>, StoreError> {
        let rows: Vec<StaffRow> = on!(self.db, conn => staff::table.load(conn))
            .map_err(StoreError::failed("loading staff accounts"))?;
        let mut passkeys = self.audited_passkeys()?;
        let mut account = |row: StaffRow| StoredStaff {
            id: StaffId::from_slice(&row.id),
            terms: crate::store::staff::terms(&row),
            passkeys: passkeys.remove(&row.id).unwrap_or_default(),
            login: row.login,
            created_at: from_micros(row.created_at),
            has_factor: row.factor.is_some(),
            identity: row.identity,
            disabled_at: row.disabled_at.map(from_micros),
        };
        Ok(rows.into_iter().map(&mut account).collect())
    }

    /// The passkeys of each account: what each is, and not what its row says that it is.
    fn audited_passkeys(&mut self) -> Result<HashMap<Vec<u8>, BTreeSet<[u8; 32]>>, StoreError> {
        let rows: Vec<PasskeyRow> = on!(self.db, conn => passkeys::table.load(conn))
            .map_err(StoreError::failed("loading passkeys"))?;
        let mut found: HashMap<_, BTreeSet<_>> = HashMap::new();
        for row in rows {
            let mark = mark_of(&row).unwrap_or_default();
            found.entry(row.staff_id).or_default().insert(mark);
        }
        Ok(found)
    }

    /// Every version of every controller, purpose and notice.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn published_items<P: CountsFigures>(
        &mut self,
        _grant: &Grant<P>,
    ) -> Result<Vec<PublishedItem>, StoreError> {
        let rows: Vec<CatalogueRow> = on!(self.db, conn => catalogue_items::table
            .order((catalogue_items::kind, catalogue_items::id, catalogue_items::version))
            .load(conn))
        .map_err(StoreError::failed("reading the catalogue"))?;
        let item = |row: CatalogueRow| PublishedItem {
            kind: row.kind,
            id: row.id,
            version: row.version,
            body: row.body,
            since: from_micros(row.since),
            position: unsigned(row.position),
        };
        Ok(rows.into_iter().map(item).collect())
    }
}

fn suppression(row: SuppressionRow) -> Option<StoredSuppression> {
    Some(StoredSuppression {
        blind: Blind::from_slice(&row.blind)?,
        reason: row.reason,
        since: from_micros(row.since),
        position: unsigned(row.position),
    })
}
