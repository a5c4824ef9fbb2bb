//! Reads how packages stand.

use super::super::connection::on;
use super::super::error::StoreError;
use super::super::keys::SubjectKey;
use super::super::people::Reads;
use super::super::read::ReadTx;
use super::super::schema::packages;
use super::{PackageRow, StoredPackage, WAITING, context, damaged};
use crate::access::{Grant, KeepRequests, OwnFile, ReadRequests, Serve};
use crate::domain::ids::{DsrId, SubjectId};
use diesel::prelude::*;

/// Packages that are looked at in one go.
const AT_A_TIME: i64 = 50;

/// May see how packages stand.
pub trait SeesPackages: Reads {}
impl SeesPackages for OwnFile {}
impl SeesPackages for KeepRequests {}
impl SeesPackages for ReadRequests {}

impl ReadTx<'_> {
    /// The packages of a person and of whoever was merged into them, the newest first.
    ///
    /// # Errors
    /// Where the database fails or a row is damaged.
    pub fn packages_of<P: SeesPackages>(
        &mut self,
        _grant: &Grant<P>,
        subject: SubjectId,
    ) -> Result<Vec<StoredPackage>, StoreError> {
        let cluster = self.cluster(subject)?;
        let rows: Vec<PackageRow> = on!(self.db, conn => packages::table
            .filter(packages::subject_id.eq_any(cluster))
            .order(packages::asked_at.desc()).limit(AT_A_TIME).load(conn))
        .map_err(StoreError::failed("reading packages"))?;
        rows.into_iter().map(PackageRow::stored).collect()
    }

    /// The newest package that answers a request.
    ///
    /// # Errors
    /// Where the database fails or a row is damaged.
    pub fn package_for<P: SeesPackages>(
        &mut self,
        _grant: &Grant<P>,
        request: DsrId,
    ) -> Result<Option<StoredPackage>, StoreError> {
        let row: Option<PackageRow> = on!(self.db, conn => packages::table
            .filter(packages::request_id.eq(request.as_bytes().to_vec()))
            .order(packages::asked_at.desc()).first(conn).optional())
        .map_err(StoreError::failed("reading packages"))?;
        row.map(PackageRow::stored).transpose()
    }

    /// Packages that are to be made, those that wait longest first.
    ///
    /// # Errors
    /// Where the database fails or a row is damaged.
    pub fn waiting_packages(
        &mut self,
        _grant: &Grant<Serve>,
    ) -> Result<Vec<StoredPackage>, StoreError> {
        let rows: Vec<PackageRow> = on!(self.db, conn => packages::table
            .filter(packages::stage.eq(WAITING)).order(packages::changed_at)
            .limit(AT_A_TIME).load(conn))
        .map_err(StoreError::failed("reading packages"))?;
        rows.into_iter().map(PackageRow::stored).collect()
    }

    /// The key of a package that was made.
    pub(super) fn package_key(
        &mut self,
        package: &StoredPackage,
    ) -> Result<SubjectKey, StoreError> {
        let wrapped: Option<Option<Vec<u8>>> = on!(self.db, conn => packages::table
            .find(package.id.as_bytes().to_vec()).select(packages::sealed_key)
            .first(conn).optional())
        .map_err(StoreError::failed("reading the key of a package"))?;
        let wrapped = wrapped.flatten().ok_or_else(damaged)?;
        let owner = self.subject_row(package.subject)?.ok_or_else(damaged)?;
        let key = self.subject_key(&owner)?;
        Ok(key.unwrap(&wrapped, &context(package.id))?)
    }
}
