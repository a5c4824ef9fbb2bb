//! Epochs follow each other while persons stay readable, and what is destroyed opens nowhere.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use super::*;
use crate::access::{
    ExportAudit, ManageEpochs, Principal, ReadSubjects, Serve, WitnessDestruction, authorize,
};
use crate::app::testing::{TestApp, TestDice};
use crate::domain::ids::StaffId;
use crate::domain::registry::Role;
use crate::store::ReadTx;
use std::path::PathBuf;

fn home() -> (TestApp, Grant<ManageEpochs>) {
    let home = TestApp::new();
    home.publish();
    (home, TestApp::grant())
}

/// Somebody of the staff who is by.
fn witness() -> Grant<WitnessDestruction> {
    authorize(&Principal::Staff(StaffId::from_bytes([7; 16]), Role::Admin)).unwrap()
}

fn records(home: &TestApp, names: &[&str]) {
    for name in names {
        let who = format!("{name}@example.fr");
        home.record(vec![home.claim(&[("email", &who)], "newsletter", "given")]);
    }
}

fn findings(home: &TestApp) -> Vec<String> {
    let grant = TestApp::grant::<ExportAudit>();
    let found = home.app.audit_check(&grant, &|_, _| {}).unwrap();
    found.findings.into_iter().map(|one| one.what).collect()
}

fn states(home: &TestApp) -> Vec<(i32, &'static str, u64)> {
    let told = home.app.key_epochs(&TestApp::grant()).unwrap();
    told.iter()
        .map(|one| (one.epoch, one.state, one.persons))
        .collect()
}

fn rotates(home: &TestApp, grant: &Grant<ManageEpochs>) -> Epoch {
    let app = &home.app;
    let epoch = app.prepare_epoch(grant, false).unwrap();
    app.begin_epoch(grant, epoch, app.now()).unwrap();
    let done = app.rewrap_keys(grant, &|_, _| ()).unwrap();
    assert_eq!(done.shut, 0);
    epoch
}

fn code(refused: Result<impl Sized, Refusal>) -> &'static str {
    match refused.err().unwrap() {
        Refusal::Conflict { code, .. } => code,
        other => panic!("{other}"),
    }
}

fn file(home: &TestApp, epoch: i32) -> PathBuf {
    home.app.keys().directory().file(Epoch::of(epoch))
}

/// How many identifiers can be read with the keys that are here.
fn readable(home: &TestApp) -> usize {
    let grant = TestApp::grant::<ExportAudit>();
    let read = |tx: &mut ReadTx<'_>| Ok::<_, StoreError>(tx.audited_persons(&grant, &[], 1000)?.0);
    let persons = home.app.store.read(read).unwrap();
    let all = persons.iter().flat_map(|person| &person.identifiers);
    all.filter(|(_, opens)| *opens).count()
}

#[test]
fn keys_are_wrapped_again_and_everything_reads_as_before() {
    let (home, grant) = home();
    assert_eq!(states(&home), [(2, "current", 0)]);
    records(&home, &["anne", "bea", "carl"]);
    assert_eq!(findings(&home), Vec::<String>::new());
    assert_eq!(rotates(&home, &grant), Epoch::of(3));
    assert_eq!(states(&home), [(2, "past", 0), (3, "current", 3)]);
    records(&home, &["anne", "dora"]);
    assert_eq!(states(&home)[1].2, 4);
    assert_eq!(readable(&home), 4);
    assert_eq!(findings(&home), Vec::<String>::new());
    let again = home.app.rewrap_keys(&grant, &|_, _| ()).unwrap();
    assert_eq!(again, crate::store::Rewrapped::default());
    // a service that starts on what is there
    let later = TestApp::reopened(&home);
    records(&later, &["emil"]);
    assert_eq!(readable(&later), 5);
}

/// Every place where a rotation can be broken off.
#[test]
fn a_rotation_that_was_broken_off_goes_on() {
    let (home, grant) = home();
    let app = &home.app;
    records(&home, &["anne"]);
    // the file, and nothing in the database
    app.keys()
        .directory()
        .make(Epoch::of(3), app.entropy())
        .unwrap();
    let secret = std::fs::read(file(&home, 3)).unwrap();
    // named, and not begun
    app.prepare_epoch(&grant, false).unwrap();
    let epoch = app.prepare_epoch(&grant, false).unwrap();
    assert_eq!(std::fs::read(file(&home, 3)).unwrap(), secret);
    records(&home, &["bea"]);
    assert_eq!(states(&home), [(2, "current", 2), (3, "prepared", 0)]);
    assert_eq!(findings(&home), Vec::<String>::new());
    // begun, and nobody wrapped again
    app.begin_epoch(&grant, epoch, app.now()).unwrap();
    records(&home, &["carl"]);
    assert_eq!(app.keys_of_earlier_epochs(&grant).unwrap(), 2);
    assert_eq!(findings(&home), Vec::<String>::new());
    let done = app.rewrap_keys(&grant, &|_, _| ()).unwrap();
    assert_eq!((done.persons, done.shut), (2, 0));
    assert_eq!(readable(&home), 3);
    // whoever prepared the same epoch comes too late
    let late = app.begin_epoch(&grant, epoch, app.now());
    assert_eq!(code(late), "rotation_elsewhere");
}

#[test]
fn an_epoch_goes_only_when_nobody_needs_it() {
    let (home, grant) = home();
    let app = &home.app;
    records(&home, &["anne"]);
    let destroy =
        |epoch: i32| app.destroy_epoch(&grant, Epoch::of(epoch), Some(&witness()), app.now());
    assert_eq!(code(destroy(1)), "epoch_of_master");
    assert_eq!(code(destroy(2)), "epoch_current");
    assert!(matches!(destroy(9), Err(Refusal::NotFound(_))));
    let next = app.prepare_epoch(&grant, false).unwrap();
    assert_eq!(code(destroy(3)), "epoch_current");
    app.begin_epoch(&grant, next, app.now()).unwrap();
    assert_eq!(code(destroy(2)), "epoch_in_use");
    assert!(file(&home, 2).exists());
    app.rewrap_keys(&grant, &|_, _| ()).unwrap();
    let alone = app.destroy_epoch(&grant, Epoch::of(2), None, app.now());
    assert_eq!(code(alone), "second_person");
    assert!(file(&home, 2).exists());
    let done = destroy(2).unwrap();
    assert!(done.recorded && done.file_removed && !file(&home, 2).exists());
    // it is recorded: on the other machines one person takes the file away
    let done = app
        .destroy_epoch(&grant, Epoch::of(2), None, app.now())
        .unwrap();
    assert!(!done.recorded && !done.file_removed, "again");
    assert_eq!(states(&home), [(2, "destroyed", 0), (3, "current", 1)]);
    assert_eq!(findings(&home), Vec::<String>::new());
    let told = app.key_epochs(&TestApp::grant()).unwrap();
    assert!(told[0].destroyed_at.is_some() && told[0].begun_at.is_some());
}

/// The point of it all: with the master key, the files that are left and an old copy of the database,
/// nothing of anybody opens.
#[test]
fn an_old_copy_opens_for_nobody_once_its_epoch_is_destroyed() {
    let (home, grant) = home();
    records(&home, &["anne", "bea"]);
    home.app.settle().unwrap();
    let aside = tempfile::tempdir().unwrap();
    let copy = aside.path().join("placet.db");
    std::fs::copy(&home.file, &copy).unwrap();
    // the copy is as good as the registry while the epoch's file is there
    std::fs::create_dir(aside.path().join("keys")).unwrap();
    std::fs::copy(file(&home, 2), aside.path().join("keys/epoch-2.key")).unwrap();
    assert_eq!(readable(&TestApp::copy_of(&copy, 4, "SELECT 1")), 2);
    rotates(&home, &grant);
    home.app.settle().unwrap();
    let between = home.file.with_file_name("between.db");
    std::fs::copy(&home.file, &between).unwrap();
    home.app
        .destroy_epoch(&grant, Epoch::of(2), Some(&witness()), home.app.now())
        .unwrap();
    std::fs::remove_file(aside.path().join("keys/epoch-2.key")).unwrap();
    std::fs::copy(file(&home, 3), aside.path().join("keys/epoch-3.key")).unwrap();
    let restored = TestApp::copy_of(&copy, 6, "SELECT 1");
    assert_eq!(readable(&restored), 0);
    let serve = &restored.app.serve;
    let refused = restored.app.store.read(|tx| tx.hold_every_epoch(serve));
    let said = refused.unwrap_err().to_string();
    assert!(
        said.contains("epoch-2.key") && said.contains("must not be used"),
        "{said}"
    );
    let person = |tx: &mut ReadTx<'_>| {
        let all = tx.audited_persons(&TestApp::grant(), &[], 1)?.0;
        tx.identifiers(&TestApp::grant::<ReadSubjects>(), all[0].id)
    };
    assert!(matches!(
        restored.app.store.read(person),
        Err(StoreError::Epoch(_))
    ));
    // a copy from between the two opens: nobody of it is under the epoch that is gone
    let between = TestApp::copy_of(&between, 5, "SELECT 1");
    let serve = &between.app.serve;
    let held = between.app.store.read(|tx| tx.hold_every_epoch(serve));
    assert!(held.is_ok() && readable(&between) == 2, "{held:?}");
}

/// A registry from before there were epochs: its first rotation takes everybody away from the master key
/// alone. Later copies do not open without the new epoch's file; earlier ones do, and epoch 1 says so by
/// not letting itself be destroyed.
#[test]
fn an_old_registry_leaves_the_master_key_with_its_first_rotation() {
    let (new, grant) = home();
    new.app.settle().unwrap();
    let as_before =
        "UPDATE registry SET key_epoch = 1; UPDATE key_epochs SET number = 1, self_test = NULL";
    let aside = tempfile::tempdir().unwrap();
    let old_file = aside.path().join("placet.db");
    std::fs::copy(&new.file, &old_file).unwrap();
    let old = TestApp::copy_of(&old_file, 7, as_before);
    records(&old, &["anne", "bea"]);
    assert_eq!(states(&old), [(1, "current", 2)]);
    let bare = |home: &TestApp, seed: u64| {
        let folder = tempfile::tempdir().unwrap();
        home.app.settle().unwrap();
        let copy = folder.path().join("placet.db");
        std::fs::copy(&home.file, &copy).unwrap();
        readable(&TestApp::copy_of(&copy, seed, "SELECT 1"))
    };
    assert_eq!(bare(&old, 8), 2, "the master key alone opens it");
    assert_eq!(rotates(&old, &grant), Epoch::FIRST);
    assert_eq!(states(&old), [(1, "past", 0), (2, "current", 2)]);
    assert_eq!(readable(&old), 2);
    assert_eq!(bare(&old, 9), 0, "and no copy from here on");
    let destroyed =
        old.app
            .destroy_epoch(&grant, Epoch::OF_MASTER, Some(&witness()), old.app.now());
    assert_eq!(code(destroyed), "epoch_of_master");
}

#[test]
fn a_file_that_is_missing_or_anothers_is_known() {
    let (home, _) = home();
    records(&home, &["anne"]);
    home.app.settle().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("placet.db");
    std::fs::copy(&home.file, &copy).unwrap();
    std::fs::create_dir(folder.path().join("keys")).unwrap();
    let holds = || {
        let again = TestApp::copy_of(&copy, 6, "SELECT 1");
        let serve: &Grant<Serve> = &again.app.serve;
        let held = again.app.store.read(|tx| tx.hold_every_epoch(serve));
        held.map_or_else(|error| error.to_string(), |()| "held".into())
    };
    let here = folder.path().join("keys/epoch-2.key");
    assert!(holds().contains("is missing"), "{}", holds());
    let dice = TestDice::new(99);
    crate::store::keys::file::make(&here, dice.as_ref()).unwrap();
    assert!(
        holds().contains("is not that of key epoch 2"),
        "{}",
        holds()
    );
    std::fs::write(&here, "no key").unwrap();
    assert!(holds().contains("is damaged"), "{}", holds());
    std::fs::copy(file(&home, 2), &here).unwrap();
    assert_eq!(holds(), "held");
}

/// A running service holds its keys; it says that a file is gone before a restart finds out.
#[test]
fn a_running_service_notices_files_and_answers_for_prepared_ones() {
    let (home, grant) = home();
    let app = &home.app;
    records(&home, &["anne"]);
    assert_eq!(app.watch_epochs("here").unwrap(), None);
    assert_eq!(app.epoch_state().current, 2);
    std::fs::rename(file(&home, 2), file(&home, 99)).unwrap();
    let state = app.watch_epochs("here").unwrap().unwrap();
    assert!(
        state.faults[0].contains("key epoch 2 is missing"),
        "{state:?}"
    );
    assert_eq!(app.watch_epochs("here").unwrap(), None, "said once");
    std::fs::rename(file(&home, 99), file(&home, 2)).unwrap();
    let epoch = app.prepare_epoch(&grant, false).unwrap();
    std::fs::rename(file(&home, 3), file(&home, 99)).unwrap();
    let answers = || {
        app.watch_epochs("here").unwrap();
        let answers = app.epoch_answers(&grant, epoch).unwrap();
        answers
            .into_iter()
            .map(|one| (one.name, one.holds))
            .collect::<Vec<_>>()
    };
    assert_eq!(answers(), [("here".to_owned(), false)]);
    assert_eq!(
        code(app.prepare_epoch(&grant, false)),
        "epoch_prepared_elsewhere"
    );
    std::fs::rename(file(&home, 99), file(&home, 3)).unwrap();
    assert_eq!(answers(), [("here".to_owned(), true)]);
    // lost for good: another file is made, and what was answered counts no more
    std::fs::remove_file(file(&home, 3)).unwrap();
    app.prepare_epoch(&grant, true).unwrap();
    assert!(app.epoch_answers(&grant, epoch).unwrap().is_empty());
    app.begin_epoch(&grant, epoch, app.now()).unwrap();
    app.rewrap_keys(&grant, &|_, _| ()).unwrap();
    assert_eq!(readable(&home), 1);
    assert_eq!(findings(&home), Vec::<String>::new());
}

/// Whatever somebody writes into the tables, the log says otherwise.
#[test]
fn rows_of_epochs_are_held_against_the_log() {
    let (home, grant) = home();
    records(&home, &["anne"]);
    rotates(&home, &grant);
    home.app
        .destroy_epoch(&grant, Epoch::of(2), Some(&witness()), home.app.now())
        .unwrap();
    home.app.settle().unwrap();
    for damage in [
        "UPDATE registry SET key_epoch = 2",
        "UPDATE registry SET key_epoch = 1",
        "DELETE FROM key_epochs WHERE number = 2",
        "UPDATE key_epochs SET self_test = x'00' WHERE number = 3",
        "UPDATE key_epochs SET begun = 1 WHERE number = 3",
        "UPDATE key_epochs SET begun = NULL WHERE number = 3",
        "UPDATE key_epochs SET destroyed = NULL WHERE number = 2",
        "UPDATE key_epochs SET destroyed = begun WHERE number = 3",
        "INSERT INTO key_epochs (number, begun) VALUES (7, 3)",
        "UPDATE subjects SET key_epoch = 2",
        "UPDATE subjects SET key_epoch = 1",
    ] {
        let copy = TestApp::copy_of(&home.file, 6, damage);
        let found = findings(&copy);
        assert!(
            found.iter().any(|what| what.contains("epoch")),
            "{damage}: {found:?}"
        );
    }
    let copy = TestApp::copy_of(&home.file, 6, "SELECT 1");
    assert_eq!(findings(&copy), Vec::<String>::new());
}
