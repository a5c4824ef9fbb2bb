//! Hands a package out to the person whom it is about, who signed in a moment ago; and takes those away whose
//! time is over.

use super::{PackageMade, PackageStage, StoredPackage};
use crate::access::{Grant, OwnFile};
use crate::app::enter::SESSION;
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::domain::ids::PackageId;
use crate::domain::time::Now;
use crate::store::{CustomerSession, Order, StoreError};
use chrono::TimeDelta;
use std::io::Write;

/// For so long after signing in a package is handed out.
pub const FRESH: TimeDelta = TimeDelta::minutes(10);

/// The name of a refusal that signing in again mends.
pub const STALE: &str = "sign_in_again";

/// A package that may be handed out: that it is, is in the log.
#[derive(Debug)]
pub struct Fetched {
    package: StoredPackage,
    /// What it is.
    pub made: PackageMade,
}

/// Whether somebody signed in a moment ago.
#[must_use]
pub fn is_fresh(session: &CustomerSession, now: Now) -> bool {
    session.until - SESSION + FRESH > now.utc()
}

impl App {
    /// Opens a package for whom it is about, and records that it is fetched. Blocks.
    ///
    /// # Errors
    /// [`STALE`] where they signed in too long ago, [`Refusal::NotFound`] where they have no such package,
    /// or not any more.
    pub fn fetch_own_package(
        &self,
        grant: &Grant<OwnFile>,
        session: &CustomerSession,
        id: PackageId,
        now: Now,
    ) -> Result<Fetched, Refusal> {
        if !is_fresh(session, now) {
            return Err(Refusal::Conflict {
                code: STALE,
                what: "sign in again: what is in a package is shown to who signed in a moment ago"
                    .into(),
            });
        }
        let none = || Refusal::NotFound("a package of yours with this id");
        let own = self.own_packages(grant)?;
        let package = own.into_iter().find(|one| one.id == id).ok_or_else(none)?;
        let PackageStage::Ready(made) = package.stage.clone() else {
            return Err(none());
        };
        let order = Order {
            alone: true,
            ..Order::at(now)
        };
        let (by, fetched) = (grant.clone(), package.clone());
        self.store.write_blocking(grant, order, move |tx| {
            let entry = tx.package_fetched(&by, &fetched)?;
            Ok::<_, Refusal>(entry.ok_or_else(none)?.with(()))
        })?;
        Ok(Fetched {
            package,
            made: *made,
        })
    }

    /// Writes the content of a package that is handed out. Blocks.
    ///
    /// # Errors
    /// Where it is there no more, or `out` fails.
    pub fn write_package(&self, fetched: &Fetched, out: &mut dyn Write) -> Result<(), StoreError> {
        self.store
            .package_content(&fetched.package, fetched.made.bytes, out)
    }

    /// Takes away the packages whose time is over. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn tidy_packages(&self) -> Result<(), StoreError> {
        if self.store.tidy_packages(&self.serve, self.now())? > 0 {
            self.store.sweep(&self.serve)?;
        }
        Ok(())
    }
}
