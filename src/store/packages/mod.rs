//! Packages of what is held about one person, for that person. A row says how one stands; what is in it is
//! sealed under a key of its own, and that key under the person's. That one was made and fetched is in the
//! ledger; that one was asked for is not, since nothing has happened yet.

mod parts;
mod read;

pub use parts::Parts;
pub use read::SeesPackages;

use super::connection::{Db, on};
use super::error::StoreError;
use super::keys::SubjectKey;
use super::open::Store;
use super::schema::{package_parts as kept, packages};
use super::tx::{Entry, WriteTx};
use super::world::Extra;
use crate::access::{Grant, KeepRequests, Permission, Serve};
use crate::domain::event::{Actor, PublicEvent, PublicKind};
use crate::domain::ids::{DsrId, ExportId, PackageId, SubjectId};
use crate::domain::registry::Slug;
use crate::domain::time::{Now, from_micros};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// For so long whoever makes a package need not say that they still do.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// How long it is shown that there was a package.
const REMEMBERED: TimeDelta = TimeDelta::days(30);

/// How a package stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PackageStage {
    /// It is to be made, or is being made.
    Waiting,
    /// It can be fetched.
    Ready(Box<PackageMade>),
    /// It could not be made.
    Failed,
    /// Its time is over.
    Expired,
}

/// What is known of a package that was made: nothing of what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageMade {
    /// The entry's name for it.
    pub export: ExportId,
    /// When.
    pub made_at: DateTime<Utc>,
    /// How large it is.
    pub bytes: u64,
    /// The SHA-256 of it, in hex.
    pub sha256: String,
    /// Its tables, each with how many rows.
    pub tables: Vec<(String, u64)>,
    /// What systems hold and did not tell.
    pub left_out: Vec<LeftOut>,
}

/// A system of which something is not in a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Which one, as it is called in words.
    pub system: String,
    /// Why: `others`, `not_asked`, `refused`, `partly` or `failed`.
    pub why: Slug,
}

/// A package.
#[derive(Debug, Clone)]
pub struct StoredPackage {
    /// Its name.
    pub id: PackageId,
    /// Whose, as it was asked for.
    pub subject: SubjectId,
    /// The request that it answers.
    pub request: Option<DsrId>,
    /// In which language.
    pub language: String,
    /// Who asked.
    pub asked_by: Actor,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// How it stands.
    pub stage: PackageStage,
    /// How often it was begun.
    pub attempts: i32,
    /// When it was begun, or when its maker last said that they still do.
    pub changed_at: DateTime<Utc>,
    /// Until when it can be fetched.
    pub expires_at: Option<DateTime<Utc>>,
    /// How often it was fetched.
    pub downloads: i32,
}

impl StoredPackage {
    /// One that is asked for.
    #[must_use]
    pub fn asked(
        id: PackageId,
        (subject, request): (SubjectId, Option<DsrId>),
        language: String,
        asked_by: Actor,
        now: Now,
    ) -> Self {
        Self {
            id,
            subject,
            request,
            language,
            asked_by,
            asked_at: now.utc(),
            stage: PackageStage::Waiting,
            attempts: 0,
            changed_at: now.utc(),
            expires_at: None,
            downloads: 0,
        }
    }

    /// Whether nobody makes it.
    #[must_use]
    pub fn is_free(&self, now: Now) -> bool {
        self.stage == PackageStage::Waiting
            && (self.attempts == 0 || self.changed_at + LEASE < now.utc())
    }
}

/// The row of a package.
#[derive(Insertable, Queryable, Clone, PartialEq, Eq, Debug)]
#[diesel(table_name = packages, treat_none_as_default_value = false)]
pub(super) struct PackageRow {
    pub id: Vec<u8>,
    pub subject_id: Vec<u8>,
    pub request_id: Option<Vec<u8>>,
    pub language: String,
    pub asked_by: String,
    pub asked_at: i64,
    pub stage: String,
    pub attempts: i32,
    pub changed_at: i64,
    pub expires_at: Option<i64>,
    pub sealed_key: Option<Vec<u8>>,
    pub about: Option<String>,
    pub downloads: i32,
}

const WAITING: &str = "waiting";
const READY: &str = "ready";
const FAILED: &str = "failed";
const EXPIRED: &str = "expired";

fn damaged() -> StoreError {
    StoreError::damaged("a package")
}

impl PackageRow {
    fn of(package: &StoredPackage) -> Result<Self, StoreError> {
        Ok(Self {
            id: package.id.as_bytes().to_vec(),
            subject_id: package.subject.as_bytes().to_vec(),
            request_id: package.request.map(|id| id.as_bytes().to_vec()),
            language: package.language.clone(),
            asked_by: serde_json::to_string(&package.asked_by).map_err(|_| damaged())?,
            asked_at: package.asked_at.timestamp_micros(),
            stage: WAITING.to_owned(),
            attempts: 0,
            changed_at: package.changed_at.timestamp_micros(),
            expires_at: None,
            sealed_key: None,
            about: None,
            downloads: 0,
        })
    }

    fn stored(self) -> Result<StoredPackage, StoreError> {
        let made = |about: Option<String>| serde_json::from_str(&about?).ok();
        let stage = match self.stage.as_str() {
            WAITING => PackageStage::Waiting,
            READY => PackageStage::Ready(made(self.about).ok_or_else(damaged)?),
            FAILED => PackageStage::Failed,
            EXPIRED => PackageStage::Expired,
            _ => return Err(damaged()),
        };
        let request = self.request_id.as_deref();
        let request = request.map(|id| DsrId::from_slice(id).ok_or_else(damaged));
        Ok(StoredPackage {
            id: PackageId::from_slice(&self.id).ok_or_else(damaged)?,
            subject: SubjectId::from_slice(&self.subject_id).ok_or_else(damaged)?,
            request: request.transpose()?,
            language: self.language,
            asked_by: serde_json::from_str(&self.asked_by).map_err(|_| damaged())?,
            asked_at: from_micros(self.asked_at),
            stage,
            attempts: self.attempts,
            changed_at: from_micros(self.changed_at),
            expires_at: self.expires_at.map(from_micros),
            downloads: self.downloads,
        })
    }
}

/// May ask for a package, and fetch one.
pub trait AsksPackages: Permission {}
impl<P: SeesPackages> AsksPackages for P {}

/// Writes one that is asked for.
pub(super) fn insert(db: &mut Db, row: &PackageRow) -> Result<(), StoreError> {
    on!(db, conn => diesel::insert_into(packages::table).values(row).execute(conn))
        .map_err(StoreError::failed("asking for a package"))?;
    Ok(())
}

/// The row, where whoever began it that often still makes it.
macro_rules! still_making {
    ($package:expr) => {
        packages::table
            .filter(packages::id.eq($package.id.as_bytes().to_vec()))
            .filter(packages::attempts.eq($package.attempts))
            .filter(packages::stage.eq(WAITING))
    };
}
use still_making;

impl Store {
    /// Keeps that a package is asked for. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn ask_package<P: SeesPackages>(
        &self,
        _grant: &Grant<P>,
        package: &StoredPackage,
    ) -> Result<(), StoreError> {
        let row = PackageRow::of(package)?;
        self.outside_the_ledger(|db| insert(db, &row))
    }

    /// Begins to make a package; whether nobody else did meanwhile. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn begin_package(
        &self,
        _grant: &Grant<Serve>,
        package: &mut StoredPackage,
        now: Now,
    ) -> Result<bool, StoreError> {
        let next = package.attempts.saturating_add(1);
        let begun = self.outside_the_ledger(|db| {
            let moved = (
                packages::attempts.eq(next),
                packages::changed_at.eq(now.micros()),
            );
            on!(db, conn => diesel::update(still_making!(package)
                .filter(packages::changed_at.eq(package.changed_at.timestamp_micros())))
                .set(moved).execute(conn))
            .map_err(StoreError::failed("beginning a package"))
        })?;
        package.attempts = next;
        Ok(begun == 1)
    }

    /// Says that a package is still being made; whether it is still wanted from whoever says so. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn still_making(
        &self,
        _grant: &Grant<Serve>,
        package: &StoredPackage,
        now: Now,
    ) -> Result<bool, StoreError> {
        let found = self.outside_the_ledger(|db| {
            on!(db, conn => diesel::update(still_making!(package))
                .set(packages::changed_at.eq(now.micros())).execute(conn))
            .map_err(StoreError::failed("making a package"))
        })?;
        Ok(found == 1)
    }

    /// Writes down that a package could not be made. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn fail_package(
        &self,
        _grant: &Grant<Serve>,
        package: &StoredPackage,
    ) -> Result<(), StoreError> {
        self.outside_the_ledger(|db| {
            on!(db, conn => diesel::update(still_making!(package))
                .set(packages::stage.eq(FAILED)).execute(conn))
            .and_then(|_| drop_parts(db, package.id, None))
            .map_err(StoreError::failed("giving a package up"))
        })?;
        Ok(())
    }

    /// Takes away the packages whose time is over, their keys first, and forgets old ones; how many had to
    /// go. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn tidy_packages(&self, _grant: &Grant<Serve>, now: Now) -> Result<usize, StoreError> {
        let old = (now.utc() - REMEMBERED).timestamp_micros();
        let failed = || StoreError::failed("taking packages away");
        let over: Vec<Vec<u8>> = self.read(|tx| {
            on!(tx.db, conn => packages::table.filter(packages::stage.eq(READY))
                .filter(packages::expires_at.le(now.micros())).select(packages::id).load(conn))
            .map_err(failed())
        })?;
        let forgotten: i64 = self.read(|tx| {
            on!(tx.db, conn => packages::table.filter(packages::stage.eq_any([FAILED, EXPIRED]))
                .filter(packages::changed_at.lt(old)).count().get_result(conn))
            .map_err(failed())
        })?;
        if over.is_empty() && forgotten == 0 {
            return Ok(0);
        }
        self.outside_the_ledger(|db| {
            for id in &over {
                let gone = (
                    packages::stage.eq(EXPIRED),
                    packages::sealed_key.eq(None::<Vec<u8>>),
                    packages::about.eq(None::<String>),
                    packages::changed_at.eq(now.micros()),
                );
                on!(db, conn => diesel::update(packages::table.find(id)).set(gone).execute(conn))
                    .map_err(failed())?;
                on!(db, conn => diesel::delete(kept::table
                    .filter(kept::package_id.eq(id))).execute(conn))
                .map_err(failed())?;
            }
            on!(db, conn => diesel::delete(packages::table
                .filter(packages::stage.eq_any([FAILED, EXPIRED]))
                .filter(packages::changed_at.lt(old))).execute(conn))
            .map_err(failed())
        })?;
        Ok(over.len())
    }
}

/// Drops the parts of a package: all of them, or those of other attempts.
fn drop_parts(db: &mut Db, id: PackageId, but: Option<i32>) -> diesel::QueryResult<usize> {
    let of = kept::table.filter(kept::package_id.eq(id.as_bytes().to_vec()));
    match but {
        Some(attempt) => {
            on!(db, conn => diesel::delete(of.filter(kept::attempt.ne(attempt))).execute(conn))
        }
        None => on!(db, conn => diesel::delete(of).execute(conn)),
    }
}

impl WriteTx<'_> {
    /// Asks for a package in the transaction of what was recorded last.
    ///
    /// # Errors
    /// Where it cannot be written down.
    pub fn ask_package(
        &mut self,
        _grant: &Grant<KeepRequests>,
        package: &StoredPackage,
    ) -> Result<(), StoreError> {
        let row = PackageRow::of(package)?;
        self.beside_last(Extra::Package(Box::new(row)));
        Ok(())
    }

    /// Writes down that a package was made, with an entry for each of the person's records; `None` where
    /// it is not wanted any more. The write must be alone in its transaction.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn package_made(
        &mut self,
        grant: &Grant<Serve>,
        package: &StoredPackage,
        (made, key): (&PackageMade, &SubjectKey),
        (records, expires_at): (&[SubjectId], DateTime<Utc>),
    ) -> Result<Option<Entry>, StoreError> {
        let owner = self.world.subjects.get(&package.subject);
        let owner = owner.map(|person| person.key.clone()).ok_or_else(damaged)?;
        let sealed = owner.wrap(key, &context(package.id), self.entropy)?;
        let about = serde_json::to_string(made).map_err(|_| damaged())?;
        let ready = (
            packages::stage.eq(READY),
            packages::sealed_key.eq(Some(sealed)),
            packages::about.eq(Some(about)),
            packages::expires_at.eq(Some(expires_at.timestamp_micros())),
            packages::changed_at.eq(self.now.micros()),
        );
        let changed = self.read(
            "making a package",
            |db| on!(db, conn => diesel::update(still_making!(package)).set(ready).execute(conn)),
        )?;
        if changed != 1 {
            return Ok(None);
        }
        self.read("making a package", |db| {
            drop_parts(db, package.id, Some(package.attempts))
        })?;
        let payload = json!({ "export": made.export,
            "query": { "about": "package", "request": package.request } });
        let event = PublicEvent::new(PublicKind::Export, &package.asked_by, payload);
        let entry = self.public(event);
        for record in records {
            let _entry = self.disclosed(grant, *record, made.export)?;
        }
        Ok(Some(entry))
    }

    /// Writes down that a package is fetched; `None` where it is not there, not any more, or somebody
    /// else's. The write must be alone in its transaction.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn package_fetched<P: AsksPackages>(
        &mut self,
        grant: &Grant<P>,
        package: &StoredPackage,
    ) -> Result<Option<Entry>, StoreError> {
        let PackageStage::Ready(made) = &package.stage else {
            return Ok(None);
        };
        let there = packages::table
            .filter(packages::id.eq(package.id.as_bytes().to_vec()))
            .filter(packages::subject_id.eq(package.subject.as_bytes().to_vec()))
            .filter(packages::stage.eq(READY))
            .filter(packages::expires_at.gt(self.now.micros()));
        let counted = self.read("fetching a package", |db| {
            on!(db, conn => diesel::update(there)
                .set(packages::downloads.eq(packages::downloads + 1)).execute(conn))
        })?;
        if counted != 1 {
            return Ok(None);
        }
        let payload = json!({ "export": made.export });
        let event = PublicEvent::new(PublicKind::ExportFetched, grant.actor(), payload);
        Ok(Some(self.public(event)))
    }
}

/// What a package's key is bound to.
fn context(id: PackageId) -> Vec<u8> {
    [b"package-key/".as_slice(), id.as_bytes()].concat()
}
