//! Keys change while a log is kept; what it handed out before and after holds.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::*;
use crate::access::{ExportAudit, ManageSigning};
use crate::app::testing::{TestApp, sql};
use crate::audit::checkpoint::Checkpoint;
use crate::audit::note::{self, lines_by};
use crate::audit::signing::open_checkpoint;

fn home() -> (TestApp, Grant<ManageSigning>) {
    let home = TestApp::new();
    home.publish();
    (home, TestApp::grant())
}

fn grows(home: &TestApp, who: &str) -> String {
    home.record(vec![home.claim(&[("email", who)], "newsletter", "given")]);
    home.app.sign_head(home.app.now()).unwrap().note
}

fn findings(home: &TestApp) -> Vec<String> {
    let grant = TestApp::grant::<ExportAudit>();
    let found = home.app.audit_check(&grant, &|_, _| {}).unwrap();
    found.findings.into_iter().map(|one| one.what).collect()
}

#[test]
fn both_sign_until_the_old_one_is_retired() {
    let (home, grant) = home();
    let (app, now) = (&home.app, home.app.now());
    let old = app.verifier().clone();
    let alone = grows(&home, "anne@example.fr");
    let new = app.rotate_signing(&grant, now).unwrap();
    assert_ne!(old, new);
    let both = app.sign_head(now).unwrap().note;
    let opened = note::open(&both, &[old.clone(), new.clone()]).unwrap();
    assert_eq!(opened.signed_by, [old.clone(), new.clone()]);
    assert!(app.rotate_signing(&grant, now).is_err(), "one at a time");
    assert_eq!(app.retire_signing(&grant, now).unwrap(), old);
    assert!(app.retire_signing(&grant, now).is_err(), "one must stay");
    let later = grows(&home, "bea@example.fr");
    assert_eq!(lines_by(&later, app.origin()), 1);
    assert!(Checkpoint::open(&later, std::slice::from_ref(&new)).is_ok());
    let history = app.keys_of_log().unwrap().history;
    for note in [&alone, &both, &later] {
        assert!(open_checkpoint(note, &history).is_ok(), "{note}");
    }
    assert_eq!(app.anchor().unwrap(), old);
    assert_eq!(findings(&home), Vec::<String>::new());
    let third = app.rotate_signing(&grant, now).unwrap();
    app.retire_signing(&grant, now).unwrap();
    let states: Vec<_> = app.signing_inventory(&TestApp::grant()).unwrap();
    let states: Vec<_> = states
        .iter()
        .map(|here| (here.told.key.clone(), here.state))
        .collect();
    let expected = [(old, "retired"), (new, "retired"), (third, "signs")];
    assert_eq!(
        states,
        expected.map(|(key, state)| (key.to_string(), state))
    );
    // another service on the same file, as after a restart
    let again = TestApp::reopened(&home);
    assert_eq!(again.app.log_keys().unwrap(), app.log_keys().unwrap());
    grows(&again, "carl@example.fr");
}

#[test]
fn a_key_that_does_not_open_signs_nothing_and_is_replaced_by_an_act() {
    let (home, grant) = home();
    let (app, now) = (&home.app, home.app.now());
    app.rotate_signing(&grant, now).unwrap();
    app.retire_signing(&grant, now).unwrap();
    let why = |reason: &str| app.replace_lost_signing(&grant, reason, now);
    assert!(why("no reason to").is_err(), "nothing is lost");
    let signed = grows(&home, "anne@example.fr");
    for damage in [
        "UPDATE signing_acts SET sealed = NULL WHERE number = 0",
        "UPDATE signing_acts SET sealed = x'00' WHERE number = 0",
    ] {
        sql(&home.file, damage);
        home.record(vec![home.claim(
            &[("email", "bea@example.fr")],
            "newsletter",
            "given",
        )]);
        let error = app.sign_head(now).unwrap_err().to_string();
        assert!(error.contains("replace-lost-signing"), "{error}");
    }
    assert!(why(" ").is_err() && why("a\nb").is_err());
    let new = why("the backup was older than the key").unwrap();
    assert_eq!(app.anchor().unwrap(), new);
    let note = app.sign_head(now).unwrap().note;
    assert!(Checkpoint::open(&note, &[new]).is_ok());
    let history = app.keys_of_log().unwrap().history;
    assert!(
        open_checkpoint(&signed, &history).is_ok(),
        "what it signed stays good"
    );
    assert_eq!(findings(&home), Vec::<String>::new());
}

/// The row is gone, and with it what the service knows of the key; the log still knows.
#[test]
fn a_row_that_is_missing_is_found_and_mended_from_the_log() {
    let (home, grant) = home();
    let (app, now) = (&home.app, home.app.now());
    app.rotate_signing(&grant, now).unwrap();
    sql(&home.file, "DELETE FROM signing_acts");
    let looks = || {
        let serve = &app.serve;
        app.store
            .read(|tx| look(tx, serve, &app.first_signer, app.keys()))
    };
    let error = looks().unwrap_err().to_string();
    assert!(error.contains("is not signed by the keys"), "{error}");
    assert!(!findings(&home).is_empty());
    app.replace_lost_signing(&grant, "somebody tidied up", now)
        .unwrap();
    looks().unwrap();
    assert_eq!(findings(&home), Vec::<String>::new());
    assert_eq!(app.log_keys().unwrap().len(), 3);
}

#[test]
fn a_service_does_not_start_on_another_logs_keys_or_checkpoints() {
    let (home, grant) = home();
    let (app, now) = (&home.app, home.app.now());
    app.rotate_signing(&grant, now).unwrap();
    app.retire_signing(&grant, now).unwrap();
    let note = grows(&home, "anne@example.fr");
    let looks = |damage: &str, words: &str| {
        app.settle().unwrap();
        let copy = TestApp::copy_of(&home.file, 5, damage);
        let (app, serve) = (&copy.app, &copy.app.serve);
        let looked = app
            .store
            .read(|tx| look(tx, serve, &app.first_signer, app.keys()));
        let said = looked.map_or_else(|error| error.to_string(), |()| "well".to_owned());
        assert!(said.contains(words), "{damage}: {said}");
    };
    looks("SELECT 1", "well");
    let line = note.rsplit_once("\n\n").unwrap().1.trim_end();
    let stranger = NoteSigner::from_seed(app.origin(), &[9; 32]).unwrap();
    let text = note::unverified_text(&note).unwrap();
    let strange = stranger.sign(text).unwrap();
    let strange = strange.rsplit_once("\n\n").unwrap().1.trim_end();
    let moved = format!("UPDATE checkpoints SET note = replace(note, '{line}', '{strange}')");
    looks(&moved, "the last checkpoint of this log");
    looks(
        "UPDATE signing_acts SET sealed = NULL",
        "replace-lost-signing",
    );
    looks(
        "DELETE FROM signing_acts WHERE number = 1",
        "the last checkpoint of this log",
    );
    looks(
        "UPDATE public_events SET payload = replace(payload, 'log.example/test', 'log.example/other') WHERE position = 0",
        "names another log",
    );
}
