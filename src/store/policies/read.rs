//! Reads versions of the policies.

use super::{PUBLISHED, PolicyInForce, PolicyRecord, PolicyRow, StoredPolicy};
use crate::access::{ExportAudit, Grant, ReadPolicies, Serve};
use crate::domain::ids::Position;
use crate::domain::time::from_micros;
use crate::store::connection::{Db, on};
use crate::store::error::StoreError;
use crate::store::read::ReadTx;
use crate::store::rows::{signed, unsigned};
use crate::store::schema::{policy_versions, registry};
use diesel::prelude::*;

/// A permission that lets versions of the policies be read.
pub trait ReadsPolicies {}
impl ReadsPolicies for ReadPolicies {}
impl ReadsPolicies for ExportAudit {}
impl ReadsPolicies for Serve {}

impl ReadTx<'_> {
    /// What is in force.
    ///
    /// # Errors
    /// Where the database fails or the row cannot be read.
    pub fn policy_in_force(&mut self, _grant: &Grant<Serve>) -> Result<PolicyInForce, StoreError> {
        in_force(self.db)
    }

    /// What is in force, where that changed from `since` on.
    ///
    /// # Errors
    /// As [`ReadTx::policy_in_force`].
    pub fn policy_since(
        &mut self,
        grant: &Grant<Serve>,
        since: Position,
    ) -> Result<Option<PolicyInForce>, StoreError> {
        let at: i64 = on!(self.db, conn => registry::table.select(registry::policy_at).first(conn))
            .map_err(StoreError::failed("reading the policy's age"))?;
        let changed = at > signed(since);
        changed.then(|| self.policy_in_force(grant)).transpose()
    }

    /// A version with its files.
    ///
    /// # Errors
    /// As [`ReadTx::policy_in_force`].
    pub fn policy_version<P: ReadsPolicies>(
        &mut self,
        _grant: &Grant<P>,
        digest: &str,
    ) -> Result<Option<StoredPolicy>, StoreError> {
        find(self.db, digest)
    }

    /// Every version, the one that came last into its state first; without files.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn policy_versions<P: ReadsPolicies>(
        &mut self,
        _grant: &Grant<P>,
    ) -> Result<Vec<PolicyRecord>, StoreError> {
        let rows: Vec<PolicyRow> = on!(self.db, conn => policy_versions::table
            .order((policy_versions::position.desc(), policy_versions::digest)).load(conn))
        .map_err(StoreError::failed("reading the policy versions"))?;
        Ok(rows.into_iter().map(|row| record(&row)).collect())
    }

    /// The digest that the registry names as being in force, as it stands there.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn policy_named(&mut self, _grant: &Grant<ExportAudit>) -> Result<String, StoreError> {
        named(self.db)
    }
}

/// What is in force, for readers and for the writer that has just changed it.
pub(in crate::store) fn in_force(db: &mut Db) -> Result<PolicyInForce, StoreError> {
    let version = named(db)?;
    let stored = find(db, &version)?;
    Ok(PolicyInForce { version, stored })
}

pub(super) fn named(db: &mut Db) -> Result<String, StoreError> {
    on!(db, conn => registry::table.select(registry::policy).first(conn))
        .map_err(StoreError::failed("reading the policy in force"))
}

fn find(db: &mut Db, digest: &str) -> Result<Option<StoredPolicy>, StoreError> {
    let row: Option<PolicyRow> =
        on!(db, conn => policy_versions::table.find(digest).first(conn).optional())
            .map_err(StoreError::failed("reading a policy version"))?;
    let stored = |row: PolicyRow| StoredPolicy {
        about: record(&row),
        // files that do not read are none: the digest will not be theirs
        files: serde_json::from_str(&row.files).unwrap_or_default(),
    };
    Ok(row.map(stored))
}

fn record(row: &PolicyRow) -> PolicyRecord {
    PolicyRecord {
        digest: row.digest.clone(),
        state: row.state.clone(),
        published: row.origin == PUBLISHED,
        why: row.why.clone(),
        proposed_by: serde_json::from_str(&row.proposed_by).unwrap_or_default(),
        proposed_at: from_micros(row.proposed_at),
        note: row.note.clone(),
        position: unsigned(row.position),
    }
}
