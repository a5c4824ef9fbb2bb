//! Asking for a package, and looking how it stands. A request that is fulfilled asks by itself.

use super::{PackageStage, StoredPackage};
use crate::access::{Grant, KeepRequests, OwnFile};
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::domain::ids::{DsrId, PackageId, SubjectId};
use crate::domain::requests::{Request, RequestKind};
use crate::domain::time::{Entropy, NoEntropy, Now};
use crate::store::{ReadTx, ReadsRequests, StoreError, StoredDsr};
use chrono::TimeDelta;

/// Packages that one person may ask for by themselves within a day.
const A_DAY: usize = 5;

/// A package for a request, before it has a name.
#[derive(Debug, Clone)]
pub(in crate::app) struct Wanted {
    subject: SubjectId,
    language: String,
}

impl Wanted {
    /// The package that a request asks for.
    pub fn package(
        &self,
        grant: &Grant<KeepRequests>,
        request: DsrId,
        now: Now,
        entropy: &dyn Entropy,
    ) -> Result<StoredPackage, NoEntropy> {
        Ok(StoredPackage::asked(
            PackageId::new(now, entropy)?,
            (self.subject, Some(request)),
            self.language.clone(),
            grant.actor().clone(),
            now,
        ))
    }
}

/// Whether a request is answered by a package.
pub(in crate::app) const fn asks_for_one(request: &Request) -> bool {
    matches!(
        request.receipt.kind,
        RequestKind::Access | RequestKind::Portability
    )
}

/// Whether it waits, or can be fetched yet.
fn is_good(package: &StoredPackage, now: Now) -> bool {
    match package.stage {
        PackageStage::Waiting => true,
        PackageStage::Ready(_) => package.expires_at.is_some_and(|until| until > now.utc()),
        PackageStage::Failed | PackageStage::Expired => false,
    }
}

impl App {
    /// The packages of a signed-in customer, the newest first. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn own_packages(&self, grant: &Grant<OwnFile>) -> Result<Vec<StoredPackage>, Refusal> {
        let own = grant.customer().ok_or(Refusal::NotFound("this person"))?;
        Ok(self.store.read(|tx| match tx.subject(grant, own)? {
            Some(subject) => tx.packages_of(grant, subject),
            None => Ok(Vec::new()),
        })?)
    }

    /// A signed-in customer asks for what is held here about them; one that waits already is that one.
    /// Blocks.
    ///
    /// # Errors
    /// Where they asked too often today, or it cannot be written down.
    pub fn ask_own_package(
        &self,
        grant: &Grant<OwnFile>,
        language: &str,
        now: Now,
    ) -> Result<StoredPackage, Refusal> {
        let gone = Refusal::NotFound("this person");
        let own = grant.customer().ok_or(Refusal::NotFound("this person"))?;
        let subject = self.store.read(|tx| tx.subject(grant, own))?.ok_or(gone)?;
        let others = self.own_packages(grant)?;
        let own_ones = others.iter().filter(|one| one.request.is_none());
        if let Some(waiting) = own_ones
            .clone()
            .find(|one| one.stage == PackageStage::Waiting)
        {
            return Ok(waiting.clone());
        }
        let since = now.utc() - TimeDelta::days(1);
        if own_ones.filter(|one| one.asked_at > since).count() >= A_DAY {
            return Err(Refusal::Conflict {
                code: "packages_too_many",
                what: format!("{A_DAY} packages were made within a day; fetch one of them"),
            });
        }
        let package = StoredPackage::asked(
            PackageId::new(now, self.entropy())?,
            (subject, None),
            language.to_owned(),
            grant.actor().clone(),
            now,
        );
        self.store.ask_package(grant, &package)?;
        Ok(package)
    }

    /// Has the package made that a request asks for; the one that waits or can be fetched already is that
    /// one. Blocks.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where there is no such request, [`Refusal::Conflict`] where it asks for
    /// something else, is not known to be the person's, or the person was erased.
    pub fn ask_package_for(
        &self,
        grant: &Grant<KeepRequests>,
        request: DsrId,
        now: Now,
    ) -> Result<StoredPackage, Refusal> {
        let held: Option<StoredDsr> = self.store.read(|tx| tx.dsr(grant, request))?;
        let held = held.ok_or(Refusal::NotFound("a request with this id"))?;
        if !asks_for_one(&held.request) {
            return Err(refused(
                "request_kind",
                "only a request of access or portability is answered by a package",
            ));
        }
        if held.request.identity.is_none() {
            return Err(refused(
                "identity_missing",
                "it is not known yet who asks; record that first, with identity",
            ));
        }
        let known = self.package_of_request(grant, request)?;
        if let Some(known) = known.filter(|one| is_good(one, now)) {
            return Ok(known);
        }
        let wanted = self.store.read(|tx| wanted_for(tx, grant, &held, now))?;
        let wanted = wanted.ok_or_else(|| {
            refused(
                "person_erased",
                "the person was erased; nothing is held of them",
            )
        })?;
        let package = wanted.package(grant, request, now, self.entropy())?;
        self.store.ask_package(grant, &package)?;
        Ok(package)
    }

    /// The newest package of a request. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn package_of_request<P: ReadsRequests>(
        &self,
        grant: &Grant<P>,
        request: DsrId,
    ) -> Result<Option<StoredPackage>, Refusal> {
        Ok(self.store.read(|tx| tx.package_for(grant, request))?)
    }
}

/// What a request wants, in the language that the person was asked in last; none where one is made
/// already, or they are erased.
pub(in crate::app) fn wanted_for(
    tx: &mut ReadTx<'_>,
    grant: &Grant<KeepRequests>,
    held: &StoredDsr,
    now: Now,
) -> Result<Option<Wanted>, StoreError> {
    let known = tx.package_for(grant, held.request.id)?;
    let subject = held.subject.map(|subject| tx.subject(grant, subject));
    let subject = subject.transpose()?.flatten();
    let Some(subject) = subject.filter(|_| !known.is_some_and(|one| is_good(&one, now))) else {
        return Ok(None);
    };
    let spoken = tx.spoken_by(grant, subject)?;
    let language = spoken.map_or_else(String::new, |one| one.as_str().to_owned());
    Ok(Some(Wanted { subject, language }))
}

fn refused(code: &'static str, what: &str) -> Refusal {
    Refusal::Conflict {
        code,
        what: what.to_owned(),
    }
}
