//! Another master key changes nothing that is stored, and one that was forgotten opens nothing.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use super::*;
use crate::access::{ExportAudit, Principal, authorize};
use crate::app::open::OpenError;
use crate::app::testing::{TestApp, TestClock, TestDice, sql};
use crate::domain::ids::StaffId;
use crate::domain::personal::Secret;
use crate::domain::registry::Role;
use crate::domain::time::{Entropy, NoEntropy};
use crate::store::ReadTx;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tempfile::TempDir;

fn key(byte: u8) -> MasterKey {
    MasterKey::new(&Secret::new([byte; 32])).unwrap()
}

fn witness() -> Grant<WitnessDestruction> {
    authorize(&Principal::Staff(StaffId::from_bytes([7; 16]), Role::Admin)).unwrap()
}

/// A registry that the key of sevens opens, with one person.
fn home() -> TestApp {
    let home = TestApp::new();
    home.publish();
    records(&home);
    home
}

fn records(home: &TestApp) {
    home.record(vec![home.claim(
        &[("email", "anne@example.fr")],
        "newsletter",
        "given",
    )]);
}

/// A copy of a registry as it is now, changed by SQL, with the keys of epochs that belong to it.
struct Copy {
    folder: TempDir,
    keys: std::path::PathBuf,
}

static SEEDS: AtomicU64 = AtomicU64::new(70_000);

impl Copy {
    fn of(home: &TestApp, statements: &str) -> Self {
        home.app.store.settle(&home.app.serve).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::copy(&home.file, folder.path().join("placet.db")).unwrap();
        sql(&folder.path().join("placet.db"), statements);
        let keys = home.file.with_file_name("keys");
        Self { folder, keys }
    }

    fn opens(&self, byte: u8) -> Result<App, String> {
        let file = self.folder.path().join("placet.db");
        opened(&file, &self.keys, key(byte), None).map_err(|error| error.to_string())
    }
}

fn opened(
    file: &Path,
    keys: &Path,
    master: MasterKey,
    dice: Option<Arc<dyn Entropy>>,
) -> Result<App, OpenError> {
    let seed = SEEDS.fetch_add(1, Ordering::SeqCst);
    let mut setup = TestApp::setup(file, keys.to_owned(), seed, TestClock::new());
    setup.master_key = master;
    setup.entropy = dice.unwrap_or(setup.entropy);
    App::open_as_it_is(setup)
}

fn findings(app: &App) -> Vec<String> {
    let grant = TestApp::grant::<ExportAudit>();
    let found = app.audit_check(&grant, &|_, _| {}).unwrap();
    found.findings.into_iter().map(|one| one.what).collect()
}

fn readable(app: &App) -> usize {
    let grant = TestApp::grant::<ExportAudit>();
    let read = |tx: &mut ReadTx<'_>| {
        let serve = &app.serve;
        let _where_possible = tx.hold_every_epoch(serve);
        Ok::<_, StoreError>(tx.audited_persons(&grant, &[], 1000)?.0)
    };
    let persons = app.store.read(read).unwrap();
    let all = persons.iter().flat_map(|person| &person.identifiers);
    all.filter(|(_, opens)| *opens).count()
}

fn code(refused: Result<impl Sized, Refusal>) -> &'static str {
    match refused.err().unwrap() {
        Refusal::Conflict { code, .. } => code,
        other => panic!("{other}"),
    }
}

fn told(app: &App) -> Vec<(String, bool)> {
    let told = app.master_keys(&TestApp::grant()).unwrap();
    assert!(told.iter().all(|one| one.since.is_some()), "{told:?}");
    told.into_iter().map(|one| (one.id, one.here)).collect()
}

fn adds(app: &App, byte: u8) -> Result<bool, Refusal> {
    app.add_master_key(&TestApp::grant(), key(7), key(byte), app.now())
}

fn forgets(app: &App, held: u8, byte: u8) -> Result<(), Refusal> {
    let pair = (key(held), key(byte).id());
    app.forget_master_key(&TestApp::grant(), pair, Some(&witness()), app.now())
}

#[test]
fn a_registry_opens_with_either_key_until_one_is_forgotten() {
    let home = home();
    let app = &home.app;
    assert_eq!(told(app), [(key(7).id().to_string(), true)]);
    let before = Copy::of(&home, "SELECT 1");
    assert!(adds(app, 8).unwrap());
    assert!(!adds(app, 8).unwrap(), "whoever runs it again is told so");
    assert_eq!(code(adds(app, 7)), "master_key_held");
    assert_eq!(code(adds(app, 9)), "master_key_replaced_meanwhile");
    let both = [
        (key(7).id().to_string(), true),
        (key(8).id().to_string(), false),
    ];
    assert_eq!(told(app), both);
    let between = Copy::of(&home, "SELECT 1");
    for byte in [7, 8] {
        let again = between.opens(byte).unwrap();
        assert_eq!(
            (readable(&again), findings(&again)),
            (1, Vec::new()),
            "{byte}"
        );
    }
    let wrong = between.opens(9).err().unwrap();
    for id in [key(7).id(), key(8).id(), key(9).id()] {
        assert!(wrong.contains(&id.to_string()), "{wrong}");
    }
    let alone = app.forget_master_key(&TestApp::grant(), (key(8), key(7).id()), None, app.now());
    assert_eq!(code(alone), "second_person");
    assert_eq!(code(forgets(app, 7, 7)), "master_key_held");
    assert!(matches!(forgets(app, 7, 9), Err(Refusal::NotFound(_))));
    let stranger = forgets(app, 9, 7).unwrap_err();
    assert!(
        matches!(stranger, Refusal::Store(StoreError::WrongMaster(_))),
        "{stranger}"
    );
    assert_eq!(told(app), both, "nothing has changed");
    forgets(app, 8, 7).unwrap();
    // who is open goes on
    records(&home);
    assert_eq!((readable(app), findings(app)), (1, Vec::new()));
    let after = Copy::of(&home, "SELECT 1");
    let refused = after.opens(7).err().unwrap();
    assert!(
        refused.contains("does not belong to this database"),
        "{refused}"
    );
    let new = after.opens(8).unwrap();
    assert_eq!((readable(&new), findings(&new)), (1, Vec::new()));
    assert_eq!(told(&new), [(key(8).id().to_string(), true)]);
    // what was copied before opens with the key of then
    assert_eq!(readable(&before.opens(7).unwrap()), 1);
    assert!(before.opens(8).is_err());
}

/// Given up: the new one is lost, or was a mistake.
#[test]
fn either_of_two_may_go_and_another_may_come_then() {
    let home = home();
    adds(&home.app, 8).unwrap();
    forgets(&home.app, 7, 8).unwrap();
    assert!(matches!(
        forgets(&home.app, 7, 8),
        Err(Refusal::NotFound(_))
    ));
    assert!(adds(&home.app, 9).unwrap());
    assert!(adds(&home.app, 9).is_ok_and(|added| !added));
    assert_eq!(findings(&home.app), Vec::<String>::new());
    assert!(Copy::of(&home, "SELECT 1").opens(8).is_err());
}

/// The first 32 bytes are the root that a master key derived before there were others.
struct AsBefore(AtomicBool, Arc<TestDice>);

impl Entropy for AsBefore {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        if self.0.swap(true, Ordering::SeqCst) {
            return self.1.fill(bytes);
        }
        let of = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"placet/1");
        bytes.copy_from_slice(ring::hmac::sign(&of, &[7; 32]).as_ref());
        Ok(())
    }
}

/// What is derived, sealed and hashed stays what it was: only the root is written down.
#[test]
fn a_registry_from_before_has_its_root_written_down_by_its_own_key() {
    let folder = tempfile::tempdir().unwrap();
    let (file, keys) = (folder.path().join("placet.db"), folder.path().join("keys"));
    let dice = Arc::new(AsBefore(AtomicBool::new(false), TestDice::new(5)));
    drop(opened(&file, &keys, key(7), Some(dice)).unwrap());
    sql(&file, "DELETE FROM master_keys");
    let foreign = opened(&file, &keys, key(8), None)
        .err()
        .unwrap()
        .to_string();
    assert!(
        foreign.contains("does not belong to this database"),
        "{foreign}"
    );
    let app = opened(&file, &keys, key(7), None).unwrap();
    assert_eq!(app.keys().check(), &key(7).derived().check().unwrap());
    assert_eq!(told(&app), [(key(7).id().to_string(), true)]);
    assert_eq!(findings(&app), Vec::<String>::new());
    // its first entry named none
    sql(
        &file,
        "UPDATE public_events SET payload = json_remove(payload, '$.master_key') WHERE position = 0",
    );
    let of_masters = |app: &App| {
        findings(app)
            .iter()
            .filter(|what| what.contains("master key"))
            .count()
    };
    assert_eq!(of_masters(&app), 0);
    assert!(adds(&app, 8).unwrap());
    assert_eq!(of_masters(&app), 0);
    forgets(&app, 8, 7).unwrap();
    assert_eq!(of_masters(&app), 0);
    drop(app);
    let refused = opened(&file, &keys, key(7), None)
        .err()
        .unwrap()
        .to_string();
    assert!(refused.contains(&key(8).id().to_string()), "{refused}");
    let app = opened(&file, &keys, key(8), None).unwrap();
    assert_eq!(of_masters(&app), 0);
}

#[test]
fn a_new_registry_derives_nothing_from_its_master_key() {
    let home = home();
    assert_ne!(home.app.keys().check(), &key(7).derived().check().unwrap());
    // without its root it is lost, whatever the key once derived
    let bare = Copy::of(&home, "DELETE FROM master_keys");
    let refused = bare.opens(7).err().unwrap();
    assert!(
        refused.contains("does not belong to this database"),
        "{refused}"
    );
}

/// Whatever somebody writes into the table, the log says otherwise, or it does not open.
#[test]
fn rows_of_master_keys_are_held_against_the_log() {
    let home = home();
    adds(&home.app, 8).unwrap();
    let another = "INSERT INTO master_keys SELECT x'0102030405060708', wrapped, since FROM master_keys LIMIT 1";
    for damage in [
        another,
        "DELETE FROM master_keys WHERE since > 0",
        "UPDATE master_keys SET since = 1 WHERE since = 0",
        "UPDATE master_keys SET since = 0",
    ] {
        let copy = Copy::of(&home, damage);
        let found = findings(&copy.opens(7).unwrap());
        let tells = found.iter().any(|what| what.contains("master key"));
        assert!(tells, "{damage}: {found:?}");
    }
    let exchanged =
        "UPDATE master_keys SET wrapped = (SELECT wrapped FROM master_keys WHERE since > 0)";
    for damage in ["UPDATE master_keys SET wrapped = x'00'", exchanged] {
        let shut = Copy::of(&home, damage).opens(7).err().unwrap();
        assert!(
            shut.contains("the root of the registry"),
            "{damage}: {shut}"
        );
    }
}

#[test]
fn nodes_say_by_which_key_they_would_start_while_one_is_replaced() {
    let mut home = home();
    let found = Arc::new(std::sync::Mutex::new(Some(key(7).id())));
    let looks = found.clone();
    home.app
        .look_for_master(Box::new(move || *looks.lock().unwrap()));
    let app = &home.app;
    let said = || {
        app.watch_masters("here").unwrap();
        let nodes = app.master_nodes(&TestApp::grant()).unwrap();
        nodes
            .into_iter()
            .map(|one| (one.name, one.master_key))
            .collect::<Vec<_>>()
    };
    assert_eq!(said(), [], "nobody asks");
    adds(app, 8).unwrap();
    let here = |id: Option<MasterId>| [("here".to_owned(), id.map(|id| id.to_string()))];
    assert_eq!(said(), here(Some(key(7).id())));
    *found.lock().unwrap() = None;
    assert_eq!(said(), here(None));
    *found.lock().unwrap() = Some(key(8).id());
    app.ask_masters(&TestApp::grant()).unwrap();
    assert_eq!(app.master_answers(&TestApp::grant()).unwrap(), []);
    assert_eq!(said(), here(Some(key(8).id())));
    forgets(app, 8, 7).unwrap();
    assert_eq!(said(), [], "nobody asks any more");
}
