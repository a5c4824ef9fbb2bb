//! A comparison that was killed and goes on finds what one in one go finds; a state that is not its
//! own is refused.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::app::testing::TestApp;
use std::cell::RefCell;

/// A registry of more entries than are kept at once, with what goes wrong in `tamper`.
fn registry() -> TestApp {
    let home = TestApp::new();
    home.publish();
    for block in 0..5 {
        let claims = (0..210).map(|n| {
            let email = format!("p{block}-{n}@known.example");
            home.claim(&[("email", &email)], "newsletter", "given")
        });
        home.record(claims.collect());
    }
    home.app.sign_head(home.app.now()).unwrap();
    home
}

fn run(
    app: &App,
    kept: Option<&str>,
    states: &RefCell<Vec<String>>,
) -> Result<AuditFindings, CheckError> {
    let keep = |text: &str| {
        states.borrow_mut().push(text.to_owned());
        Ok(())
    };
    app.audit_check_from(&TestApp::grant(), kept, &keep, &|_, _| ())
}

#[test]
fn it_goes_on_and_finds_the_same() {
    let sound = registry();
    let tamper = "UPDATE ledger SET leaf = replace(leaf, 'consent.given', 'consent.refused') WHERE position IN (17, 2001);
        UPDATE identifiers SET kind = 4 WHERE subject_id = (SELECT subject_id FROM subject_events WHERE position = 2002);
        DELETE FROM tree_tiles;";
    crate::app::testing::sql(&sound.file, "PRAGMA wal_checkpoint(TRUNCATE)");
    for tamper in ["", tamper] {
        let home = TestApp::copy_of(&sound.file, 2, tamper);
        let whole = home.app.audit_check(&TestApp::grant(), &|_, _| ()).unwrap();
        assert_eq!(whole.holds(), tamper.is_empty(), "{whole:?}");
        let states = RefCell::default();
        assert_eq!(run(&home.app, None, &states).unwrap(), whole);
        let states = states.into_inner();
        assert!(states.len() >= 3, "{}", states.len());
        // the first, the last and one between: in the entries and among the persons
        for state in [
            &states[0],
            &states[states.len() / 2],
            &states[states.len() - 1],
        ] {
            let again = RefCell::default();
            assert_eq!(run(&home.app, Some(state), &again).unwrap(), whole);
            assert!(again.into_inner().len() < states.len());
        }
    }
    refused(&sound.app);
    grown(&sound);
}

/// What was recorded since is compared, too.
fn grown(home: &TestApp) {
    let states = RefCell::default();
    run(&home.app, None, &states).unwrap();
    home.record(vec![home.claim(
        &[("email", "late@known.example")],
        "newsletter",
        "given",
    )]);
    for state in states.into_inner().into_iter().step_by(3) {
        let found = run(&home.app, Some(&state), &RefCell::default()).unwrap();
        assert!(found.holds(), "{found:?}");
        assert_eq!(
            found.entries,
            home.app
                .audit_check(&TestApp::grant(), &|_, _| ())
                .unwrap()
                .entries
        );
    }
}

fn refused(app: &App) {
    let states = RefCell::default();
    run(app, None, &states).unwrap();
    let state = states.into_inner().pop().unwrap();
    let is_refused = |app: &App, text: &str| {
        let outcome = run(app, Some(text), &RefCell::default());
        assert!(matches!(outcome, Err(CheckError::State(_))), "{outcome:?}");
    };
    is_refused(app, "");
    is_refused(app, &state.replace("omitted", "omitteb"));
    for at in (0..state.len()).step_by(state.len() / 50) {
        let mut bytes = state.clone().into_bytes();
        bytes[at] ^= 1;
        is_refused(app, &String::from_utf8_lossy(&bytes));
    }
    let other = TestApp::new();
    is_refused(&other.app, &state);
}
