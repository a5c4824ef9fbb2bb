//! A registry with everything in it; then one thing changed behind its back, and it must show.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use super::*;
use crate::access::{ManageAccess, RecordConsents};
use crate::app::create_key::NewKey;
use crate::app::pace::{Wanted, tests as pace};
use crate::app::testing::{TestApp, sql};
use crate::audit::note::VerifierKey;
use crate::audit::package::format::Finding;
use crate::audit::package::verify::{VerifyReport, verify};
use crate::domain::registry::{AtMost, Objection, Role, StaffTerms};
use std::io::Cursor;
use std::path::PathBuf;
use std::sync::LazyLock;

mod fuzz;
mod honest;
mod tampered;

/// Says little, so that the report's streaming is tested and not its looks.
pub(super) struct Plain;

impl Report for Plain {
    fn head(&self, out: &mut dyn Write, data: &ReportData) -> std::io::Result<()> {
        write!(out, "<h1>{} entries</h1>", data.entries)
    }

    fn row(&self, out: &mut dyn Write, entry: &ReportEntry) -> std::io::Result<()> {
        writeln!(
            out,
            "<p>{} {:?} {:?}</p>",
            entry.position, entry.kind, entry.purpose
        )
    }

    fn foot(&self, out: &mut dyn Write, rows: u64) -> std::io::Result<()> {
        write!(out, "<p>{rows}</p>")
    }
}

/// The positions of what was recorded.
pub(super) struct Fixture {
    file: PathBuf,
    _home: TestApp,
    pub consent: u64,
    pub linked: u64,
    pub replaced: u64,
    pub withdrawn: u64,
    pub objected: u64,
    pub restricted: u64,
    pub lifted: u64,
    pub paced: u64,
    pub merged: u64,
    pub suppressed: u64,
    pub key: u64,
    pub revoked: u64,
    pub staff: u64,
    pub purpose: u64,
    pub size: u64,
}

pub(super) static FIXTURE: LazyLock<Fixture> = LazyLock::new(Fixture::new);

impl Fixture {
    fn new() -> Self {
        let home = TestApp::new();
        let (app, record) = (&home.app, TestApp::grant::<RecordConsents>());
        home.publish();
        let manage = TestApp::grant::<ManageAccess>();
        let next = || app.store.read(|tx| tx.position(&app.serve)).unwrap();
        let (old, _) = app
            .create_key(
                &manage,
                NewKey::plain("old till", Role::Collector),
                app.now(),
            )
            .unwrap();
        app.revoke_key(&manage, old, app.now()).unwrap();
        let revoked = next() - 1;
        app.create_key(&manage, NewKey::plain("crm", Role::Marketing), app.now())
            .unwrap();
        let key = next() - 1;
        app.add_staff(
            &manage,
            "dpo",
            StaffTerms::plain(Role::Dpo),
            &Secret::new("correct horse battery".into()),
            app.now(),
        )
        .unwrap();
        let staff = next() - 1;
        app.sign_head(app.now()).unwrap();
        home.clock.pass(60);
        let anne = [("email", "anne@example.fr")];
        let positions = home.record(vec![
            home.claim(&anne, "newsletter", "given"),
            home.claim(&anne, "offers", "given"),
        ]);
        let [linked, replaced, consent] = positions[..] else {
            panic!("{positions:?}")
        };
        for block in 0..3 {
            home.clock.pass(3600);
            let claims = (0..50).map(|n| {
                let email = format!("p{block}-{n}@example.fr");
                home.claim(
                    &[("email", &email)],
                    "newsletter",
                    if n % 5 == 0 { "refused" } else { "given" },
                )
            });
            home.record(claims.collect());
            app.sign_head(app.now()).unwrap();
        }
        home.clock.pass(3600);
        let withdrawn = home.record(vec![home.claim(&anne, "newsletter", "withdrawn")])[0];
        let bea = home.named(&[("email", "p0-1@example.fr")]);
        let at = |value: Committed<crate::domain::ids::SubjectId>| value.positions[0];
        let objected = at(TestApp::wait(app.object(
            &record,
            bea.clone(),
            Objection::DirectMarketing,
            app.now(),
            None,
        ))
        .unwrap());
        let carl = home.named(&[("email", "p0-2@example.fr")]);
        let restricted =
            at(TestApp::wait(app.restrict(&record, carl.clone(), true, app.now(), None)).unwrap());
        let lifted =
            at(TestApp::wait(app.restrict(&record, carl, false, app.now(), None)).unwrap());
        let until = app.now().utc() + chrono::TimeDelta::days(30);
        let wanted = Wanted {
            paused_until: Some(Some(until)),
            at_most: Some(Some(AtMost::OneAWeek)),
        };
        let pause = pace::claim(&home, &[("email", "p0-6@example.fr")], "offers", wanted);
        pace::set(&home, pause, None).unwrap();
        let paced = next() - 1;
        let dora = home.named(&[("email", "p0-3@example.fr")]);
        at(TestApp::wait(app.restrict(&record, dora, true, app.now(), None)).unwrap());
        let two = [("email", "p1-1@example.fr"), ("email", "p1-5@example.fr")];
        let merged = home.record(vec![home.claim(&two, "offers", "given")])[0];
        let three = [
            ("email", "p0-1@example.fr"),
            ("email", "p1-5@example.fr"),
            ("crm_id", "C-1"),
        ];
        let mut later = home.claim(&three, "offers", "given");
        later.collected_at = Some(app.now().utc());
        home.record(vec![later]);
        let stop = home.named(&[("email", "never@example.fr"), ("email", "p0-7@example.fr")]);
        let suppressed =
            TestApp::wait(app.suppress(&record, stop.clone(), "complaint".into(), app.now(), None))
                .unwrap()
                .positions[0];
        TestApp::wait(app.suppress(&record, stop, "again".into(), app.now(), None)).unwrap();
        let links = TestApp::grant::<crate::access::IssueLinks>();
        TestApp::wait(app.issue_link(&links, bea, None, app.now())).unwrap();
        app.sign_head(app.now()).unwrap();
        let size = next();
        sql(&home.file, "PRAGMA wal_checkpoint(TRUNCATE)");
        Self {
            file: home.file.clone(),
            _home: home,
            consent,
            linked,
            replaced,
            withdrawn,
            objected,
            restricted,
            lifted,
            paced,
            merged,
            suppressed,
            key,
            revoked,
            staff,
            purpose: 2,
            size,
        }
    }

    /// A copy, in which something may have been changed.
    pub(super) fn copy(&self, tamper: &str) -> TestApp {
        let copy = TestApp::copy_of(&self.file, 2, tamper);
        copy.clock.pass(4 * 86_400);
        copy
    }
}

use crate::domain::personal::Secret;
use crate::store::Committed;

/// Everything that was ever recorded.
pub(super) fn all(app: &App) -> ExportQuery {
    let to = app.now().utc() + chrono::TimeDelta::days(1);
    ExportQuery {
        from: chrono::DateTime::UNIX_EPOCH,
        to,
        controller: None,
        purpose: None,
        campaign: None,
    }
}

pub(super) fn export(app: &App, query: &ExportQuery) -> Result<(Exported, Vec<u8>), ExportError> {
    let mut bytes = Vec::new();
    let made = app.export(
        &TestApp::grant(),
        query,
        &Plain,
        app.now(),
        &mut bytes,
        &|_, _| {},
    )?;
    Ok((made, bytes))
}

pub(super) fn verified(bytes: &[u8], key: &VerifierKey) -> VerifyReport {
    verify(Cursor::new(bytes), Some(key), &[], &[])
}

pub(super) fn found(app: &App) -> Vec<Finding> {
    app.audit_check(&TestApp::grant(), &|_, _| {})
        .unwrap()
        .findings
}
