//! Exports of the background, from asking to taking away.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use super::*;
use crate::access::{ExportAudit, Grant, Principal, authorize};
use crate::app::App;
use crate::app::contact::Named;
use crate::app::create_key::NewKey;
use crate::app::erase::{ErasureClaim, Whom};
use crate::app::export::{ExportError, ExportQuery};
use crate::app::refusal::Refusal;
use crate::app::testing::{TestApp, TestDice};
use crate::audit::package::write::WriteError;
use crate::domain::ids::{BackgroundId, ExportId};
use crate::domain::registry::Role;
use chrono::{DateTime, TimeDelta};
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Mutex;

/// A press that writes a word, or does what a test wants meanwhile.
struct TestPress<F>(F);

impl<F: Fn(&App, &mut dyn Write) -> Result<(), ExportError> + Send + Sync> Press for TestPress<F> {
    fn make(
        &self,
        app: &App,
        _: &Grant<ExportAudit>,
        _: &Wanted,
        out: &mut (dyn Write + Send),
        progress: &dyn Fn(u64, u64),
    ) -> Result<ExportMade, ExportError> {
        let size = app.store.read(|tx| tx.position(&app.serve))?;
        progress(1, 2);
        out.write_all(b"made").map_err(WriteError::from)?;
        (self.0)(app, out)?;
        Ok(ExportMade {
            export: ExportId::new(app.now(), app.entropy()).map_err(Refusal::from)?,
            recorded: 0,
            size,
            holds: true,
        })
    }
}

fn press() -> impl Press {
    TestPress(|_: &App, _: &mut dyn Write| Ok(()))
}

fn shelved(home: &mut TestApp, folder: &Path) {
    let shelf = Shelf::open(
        folder,
        "host",
        TimeDelta::hours(24),
        TestDice::new(9).as_ref(),
    );
    home.app.keep_exports(shelf.unwrap());
}

/// A registry with a shelf, and the grant of a key that is there.
fn home(folder: &Path) -> (TestApp, Grant<ExportAudit>) {
    let mut home = TestApp::new();
    home.publish();
    shelved(&mut home, folder);
    home.app.tidy_exports().unwrap();
    let grant = dpo(&home);
    (home, grant)
}

/// The grant of a key of the DPO's.
fn dpo(home: &TestApp) -> Grant<ExportAudit> {
    let made = home.app.create_key(
        &TestApp::grant(),
        NewKey::plain("dpo", Role::Dpo),
        home.app.now(),
    );
    authorize(&Principal::Key(made.unwrap().0, Role::Dpo)).unwrap()
}

fn wanted() -> Wanted {
    Wanted::Package {
        query: ExportQuery {
            from: DateTime::UNIX_EPOCH,
            to: DateTime::UNIX_EPOCH + TimeDelta::days(40_000),
            controller: None,
            purpose: None,
            campaign: None,
        },
        language: "fr".into(),
    }
}

fn state(home: &TestApp, grant: &Grant<ExportAudit>, id: BackgroundId) -> ExportState {
    home.app.background_export(grant, id).unwrap().state
}

fn code<T: std::fmt::Debug>(outcome: Result<T, Refusal>) -> &'static str {
    match outcome.unwrap_err() {
        Refusal::Conflict { code, .. } => code,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_export_is_made_fetched_recorded_and_taken_away() {
    let folder = tempfile::tempdir().unwrap();
    let (home, grant) = home(folder.path());
    let app = &home.app;
    let id = app.ask_export(&grant, &wanted()).unwrap().id;
    assert_eq!(state(&home, &grant, id), ExportState::Waiting);
    assert_eq!(code(app.fetch_export(&grant, id)), "export_not_ready");
    assert!(app.make_next_export(&press()).unwrap());
    assert!(
        !app.make_next_export(&press()).unwrap(),
        "there is no other"
    );
    let ExportState::Ready { bytes: 4, .. } = state(&home, &grant, id) else {
        panic!("{:?}", state(&home, &grant, id));
    };
    let path = folder.path().join(format!("{id}.file"));
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let before = app.store.read(|tx| tx.position(&app.serve)).unwrap();
    let mut text = String::new();
    let mut fetched = app.fetch_export(&grant, id).unwrap();
    fetched.file.read_to_string(&mut text).unwrap();
    assert_eq!(text, "made");
    let (entries, _) = app.entries(&TestApp::grant(), before, 1).unwrap();
    assert_eq!(entries[0].leaf["t"], "export.fetched");
    assert_eq!(entries[0].content.reveal()["actor"]["kind"], "key");
    home.clock.pass(24 * 3_600);
    assert_eq!(code(app.fetch_export(&grant, id)), "export_gone");
    app.tidy_exports().unwrap();
    let why = ExportGone::Expired;
    assert_eq!(state(&home, &grant, id), ExportState::Gone { why });
    assert!(!path.exists());
    let findings = app.audit_check(&TestApp::grant(), &|_, _| {}).unwrap();
    assert!(findings.holds(), "{findings:?}");
}

#[test]
fn a_file_that_may_show_somebody_goes_when_they_are_erased() {
    let folder = tempfile::tempdir().unwrap();
    let (home, grant) = home(folder.path());
    let app = &home.app;
    let id = app.ask_export(&grant, &wanted()).unwrap().id;
    let path = folder.path().join(format!("{id}.file"));
    // while it is made, it is made again
    let erased = Mutex::new(false);
    let eraser = TestPress(|_: &App, _: &mut dyn Write| {
        if !std::mem::replace(&mut *erased.lock().unwrap(), true) {
            erase(&home, "a@example.fr");
        }
        Ok(())
    });
    assert!(app.make_next_export(&eraser).unwrap());
    assert_eq!(state(&home, &grant, id), ExportState::Waiting);
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        2,
        "node and lock"
    );
    assert!(app.make_next_export(&eraser).unwrap());
    assert!(path.exists());
    // at once for whoever asks, and the file itself with the next look
    erase(&home, "b@example.fr");
    assert_eq!(code(app.fetch_export(&grant, id)), "export_gone");
    app.tidy_exports().unwrap();
    let why = ExportGone::Erased;
    assert_eq!(state(&home, &grant, id), ExportState::Gone { why });
    assert!(!path.exists());
    // somebody erased again and again is told in words
    let id = app.ask_export(&grant, &wanted()).unwrap().id;
    for name in ["c", "d", "e"] {
        let eraser = TestPress(|_: &App, _: &mut dyn Write| {
            erase(&home, &format!("{name}@example.fr"));
            Ok(())
        });
        assert!(app.make_next_export(&eraser).unwrap());
    }
    let why = ExportFailure::Erased;
    assert_eq!(state(&home, &grant, id), ExportState::Failed { why });
}

fn erase(home: &TestApp, email: &str) {
    home.record(vec![home.claim(&[("email", email)], "newsletter", "given")]);
    let named: Named = home.named(&[("email", email)]);
    let claim = ErasureClaim {
        reason: "objection".into(),
        keep_suppression: false,
        reference: None,
        systems: true,
    };
    let grant = TestApp::grant();
    let done = home
        .app
        .erase(&grant, Whom::Named(named), claim, home.app.now(), None);
    TestApp::wait(done).unwrap();
}

#[test]
fn what_was_under_way_at_a_restart_is_begun_anew_and_not_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let (mut home, grant) = home(folder.path());
    let id = home.app.ask_export(&grant, &wanted()).unwrap().id;
    let stray = folder
        .path()
        .join(format!("{}.file", BackgroundId::from_bytes([1; 16])));
    std::fs::write(&stray, "nobody's").unwrap();
    for attempt in 1..=3 {
        // as if the process had died under it
        let stopper = TestPress(|_: &App, _: &mut dyn Write| {
            let stopping = crate::store::StoreError::Stopping;
            Err(ExportError::Refused(Refusal::Store(stopping)))
        });
        assert!(home.app.make_next_export(&stopper).unwrap());
        let running = home.app.background_export(&grant, id).unwrap();
        assert!(matches!(running.state, ExportState::Running { .. }));
        assert_eq!(running.attempts, attempt);
        assert!(folder.path().join(format!("{id}.part")).exists());
        home.app.shelf = None;
        shelved(&mut home, folder.path());
        assert!(
            !home.app.make_next_export(&press()).unwrap(),
            "not before it was looked at"
        );
        home.app.tidy_exports().unwrap();
        assert!(!folder.path().join(format!("{id}.part")).exists());
    }
    let why = ExportFailure::Interrupted;
    assert_eq!(state(&home, &grant, id), ExportState::Failed { why });
    assert!(!stray.exists(), "a file that nobody knows");
}

#[test]
fn a_full_disk_is_told_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let (home, grant) = home(folder.path());
    let id = home.app.ask_export(&grant, &wanted()).unwrap().id;
    let full = TestPress(|_: &App, _: &mut dyn Write| {
        let mut disk = std::fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap();
        Ok(disk.write_all(b"more").map_err(WriteError::from)?)
    });
    assert!(home.app.make_next_export(&full).unwrap());
    let why = ExportFailure::DiskFull;
    assert_eq!(state(&home, &grant, id), ExportState::Failed { why });
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        2,
        "node and lock"
    );
    assert_eq!(code(home.app.fetch_export(&grant, id)), "export_failed");
}

#[test]
fn who_may_no_longer_is_refused_and_a_queue_has_an_end() {
    let folder = tempfile::tempdir().unwrap();
    let (home, grant) = home(folder.path());
    let nobody: Grant<ExportAudit> = authorize(&Principal::Key(
        crate::domain::ids::KeyId::from_bytes([9; 16]),
        Role::Dpo,
    ))
    .unwrap();
    let id = home.app.ask_export(&nobody, &wanted()).unwrap().id;
    assert!(home.app.make_next_export(&press()).unwrap());
    let why = ExportFailure::NotAllowed;
    assert_eq!(state(&home, &grant, id), ExportState::Failed { why });
    for _ in 0..20 {
        home.app.ask_export(&grant, &wanted()).unwrap();
    }
    let refused = home.app.ask_export(&grant, &wanted());
    assert_eq!(code(refused), "exports_too_many");
}

#[test]
fn a_file_of_another_node_is_named_and_not_handed_out() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (mut home, grant) = home(here.path());
    let first = home.app.shelf().unwrap().node().to_owned();
    let id = home.app.ask_export(&grant, &wanted()).unwrap().id;
    assert!(home.app.make_next_export(&press()).unwrap());
    let other = Shelf::open(
        there.path(),
        "",
        TimeDelta::hours(24),
        TestDice::new(8).as_ref(),
    );
    home.app.keep_exports(other.unwrap());
    let Err(Refusal::Conflict { code, what }) = home.app.fetch_export(&grant, id) else {
        panic!("handed out");
    };
    assert_eq!(code, "export_elsewhere");
    assert!(what.contains(&first), "{what}");
    assert!(first.starts_with("host-"), "{first}");
    assert!(home.app.shelf().unwrap().node().starts_with("node-"));
    // of two processes with one directory the first makes the exports
    let again = Shelf::open(
        there.path(),
        "x",
        TimeDelta::hours(24),
        TestDice::new(7).as_ref(),
    );
    let again = again.unwrap();
    home.app.tidy_exports().unwrap();
    assert_eq!(again.node(), home.app.shelf().unwrap().node());
    assert!(!again.is_ours().unwrap());
}
