//! Makes the package whose turn it is. One that answers a request waits until each system has told what it
//! holds, or has been given up.

use super::collect::Collected;
use super::{KEPT, LeftOut, PackageMade, StoredPackage};
use crate::app::export::ExportError;
use crate::app::mail::about;
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::app::systems::{FoundRows, StoredTask};
use crate::audit::package::write::WriteError;
use crate::domain::ids::{CaseId, DsrId, ExportId, SubjectId};
use crate::domain::personal::Personal;
use crate::domain::registry::{Language, Slug};
use crate::domain::systems::{Outcome, System, Verb};
use crate::domain::time::Now;
use crate::store::{Order, Parts};
use chrono::{DateTime, TimeDelta, Utc};
use std::cell::Cell;
use std::io::Write;

/// How often one is begun before it is given up.
const ATTEMPTS: i32 = 3;
/// How often it is looked whether systems have told.
const LOOK_AGAIN: TimeDelta = TimeDelta::seconds(3);
/// How often it is said that one is still being made.
const TELL: TimeDelta = TimeDelta::seconds(15);

/// The tables of a package that was bound, each with how many rows.
pub type Bound = Vec<(String, u64)>;

/// How what was collected becomes one file.
pub trait Binder: Send + Sync {
    /// Writes the file, reading row after row.
    ///
    /// # Errors
    /// Where something cannot be read or written.
    fn bind(
        &self,
        collected: &mut Collected<'_, '_>,
        out: &mut dyn Write,
    ) -> Result<Bound, ExportError>;
}

/// What systems told for a request, and what they did not.
struct Told {
    systems: Vec<System>,
    found: Vec<FoundRows>,
    left_out: Vec<LeftOut>,
}

impl App {
    /// Makes the next package; whether there was one. Blocks for as long as that takes.
    ///
    /// # Errors
    /// Where it is not known which is next. One that cannot be made is tried again, and then given up.
    pub fn make_next_package(&self, binder: &dyn Binder) -> Result<bool, Refusal> {
        let now = self.now();
        let waiting = self.store.read(|tx| tx.waiting_packages(&self.serve))?;
        for mut package in waiting.into_iter().filter(|one| one.is_free(now)) {
            if !self.systems_have_told(&package, now)? {
                continue;
            }
            if package.attempts >= ATTEMPTS {
                self.store.fail_package(&self.serve, &package)?;
                continue;
            }
            if !self.store.begin_package(&self.serve, &mut package, now)? {
                continue;
            }
            if let Err(error) = self.make_package(binder, &package) {
                tracing::warn!(%error, "a package could not be made; it is tried again");
            }
            return Ok(true);
        }
        Ok(false)
    }

    /// Whether nothing is waited for any more. What waits goes behind those that do not.
    fn systems_have_told(&self, package: &StoredPackage, now: Now) -> Result<bool, Refusal> {
        let Some(request) = package.request else {
            return Ok(true);
        };
        let looked = package.changed_at > package.asked_at;
        if package.attempts == 0 && looked && package.changed_at + LOOK_AGAIN > now.utc() {
            return Ok(false);
        }
        let tasks = self.store.read(|tx| tx.tasks_of(CaseId::of(request)))?;
        let mut reads = tasks.iter().filter(|task| task.verb == Verb::Read);
        let told = reads.all(|task| task.progress.outcome.is_some());
        if !told {
            self.store.still_making(&self.serve, package, now)?;
        }
        Ok(told)
    }

    fn make_package(
        &self,
        binder: &dyn Binder,
        package: &StoredPackage,
    ) -> Result<(), ExportError> {
        // what was decided until now is to be in it
        self.seal_decisions()?;
        let mut parts = Parts::begin(
            &self.store,
            &self.serve,
            package,
            self.clock(),
            self.entropy(),
        )?;
        let now = self.now();
        let tables = self.bound(binder, package, now.utc(), &mut parts)?;
        let (key, bytes, sha256) = parts.end()?;
        let made = PackageMade {
            export: ExportId::new(now, self.entropy()).map_err(Refusal::from)?,
            made_at: now.utc(),
            bytes,
            sha256,
            tables: tables.0,
            left_out: tables.1,
        };
        let records = self.records_of_package(package)?;
        let order = Order {
            subjects: records.clone(),
            alone: true,
            ..Order::at(self.now())
        };
        let (serve, own, post) = (self.serve.clone(), package.clone(), self.request_post());
        let until = now.utc() + KEPT;
        self.store.write_blocking(&self.serve, order, move |tx| {
            let entry = tx.package_made(&serve, &own, (&made, &key), (&records, until))?;
            let entry = entry.ok_or(Refusal::NotFound("this package any more"))?;
            let gone = Refusal::NotFound("the person of this package");
            let person = tx.resolve(own.subject).ok_or(gone)?;
            let whose = (person, Language::parse(&own.language));
            about::tell_package(tx, &serve, whose, until, &post)?;
            Ok::<_, Refusal>(entry.with(()))
        })?;
        if let Some(request) = package.request {
            self.forget_case(CaseId::of(request))?;
        }
        Ok(())
    }

    fn bound(
        &self,
        binder: &dyn Binder,
        package: &StoredPackage,
        now: DateTime<Utc>,
        parts: &mut Parts<'_>,
    ) -> Result<(Bound, Vec<LeftOut>), ExportError> {
        let told = self.told(package.request)?;
        let last = Cell::new(self.now().utc());
        let alive = || self.still_wanted(package, &last);
        self.store.read(|tx| {
            let gone = Refusal::NotFound("the person of this package");
            let person = tx.subject(&self.serve, package.subject)?.ok_or(gone)?;
            let mut collected = Collected {
                app: self,
                id: package.id,
                person,
                language: package.language.clone(),
                catalogue: tx.catalogue(&self.serve)?,
                tx,
                systems: told.systems,
                found: told.found,
                left_out: told.left_out.clone(),
                now,
                alive: &alive,
            };
            let tables = binder.bind(&mut collected, parts)?;
            Ok((tables, told.left_out))
        })
    }

    /// Says now and then that the package is still being made; where it is wanted no more, this ends it.
    fn still_wanted(
        &self,
        package: &StoredPackage,
        last: &Cell<DateTime<Utc>>,
    ) -> Result<(), ExportError> {
        self.goes_on()?;
        let now = self.now();
        if last.get() + TELL > now.utc() {
            return Ok(());
        }
        last.set(now.utc());
        if self.store.still_making(&self.serve, package, now)? {
            return Ok(());
        }
        Err(Refusal::NotFound("this package any more").into())
    }

    fn records_of_package(&self, package: &StoredPackage) -> Result<Vec<SubjectId>, Refusal> {
        let gone = Refusal::NotFound("the person of this package");
        self.store.read(|tx| {
            let person = tx.subject(&self.serve, package.subject)?.ok_or(gone)?;
            Ok(tx.record_ids(&self.serve, person)?)
        })
    }

    fn told(&self, request: Option<DsrId>) -> Result<Told, Refusal> {
        let systems = self.systems()?;
        let tasks = match request {
            Some(request) => self.store.read(|tx| tx.tasks_of(CaseId::of(request)))?,
            None => Vec::new(),
        };
        let (mut found, mut left_out) = (Vec::new(), Vec::new());
        for system in systems.iter().filter(|system| !system.recipient) {
            let mut of = tasks.iter().filter(|task| task.verb == Verb::Read);
            let task = of.find(|task| task.system == system.id);
            for why in missing(system, task) {
                left_out.push(LeftOut {
                    system: system.title.clone(),
                    why,
                });
            }
            if let Some(private) = task.and_then(|task| task.private.as_ref()) {
                found.push(FoundRows {
                    system: system.clone(),
                    rows: Personal::new(private.reveal().rows.clone()),
                });
            }
        }
        Ok(Told {
            systems,
            found,
            left_out,
        })
    }
}

/// What of a system's is not told, in words of ours.
fn missing(system: &System, task: Option<&StoredTask>) -> Vec<Slug> {
    let outcome = task.and_then(|task| task.progress.outcome.as_ref());
    let forgotten = task.is_some_and(|task| task.private.is_none());
    let why = match outcome {
        None => Some("not_asked"),
        Some(_) if forgotten => Some("not_asked"),
        Some(Outcome::Done) => None,
        Some(Outcome::Partly { .. }) => Some("partly"),
        Some(Outcome::Refused { .. } | Outcome::LegalHold { .. }) => Some("refused"),
        Some(Outcome::Failed { .. } | Outcome::NotVerified { .. }) => Some("failed"),
    };
    let others = (!system.others.is_empty() && why != Some("not_asked")).then_some("others");
    let both = why.into_iter().chain(others);
    both.filter_map(|word| word.parse().ok()).collect()
}

impl From<std::io::Error> for ExportError {
    fn from(error: std::io::Error) -> Self {
        Self::Package(WriteError::from(error))
    }
}
