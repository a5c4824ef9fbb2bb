//! A log and an authority that tests can bend. That tokens of a real one pass, signature and all, is
//! for the tests from outside.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::*;
use crate::app::testing::TestApp;
use crate::audit::timestamp::tests::{granted, sha256_oid};
use std::sync::atomic::{AtomicUsize, Ordering};

type Bend = fn(Vec<u8>) -> Result<(u16, Vec<u8>), Unreached>;

struct Wire {
    note: Mutex<String>,
    asked: AtomicUsize,
    bend: Mutex<Bend>,
}

impl StampCourier for Wire {
    fn stamp(&self, url: &str, request: Vec<u8>) -> Result<(u16, Vec<u8>), Unreached> {
        assert_eq!(url, "http://tsa.example/");
        self.asked.fetch_add(1, Ordering::SeqCst);
        // the nonce is the number before the last field
        let nonce = request.get(request.len() - 11..request.len() - 3).unwrap();
        let note = self.note.lock().unwrap().clone();
        let time = "20261122120000Z";
        let token = granted(0, &sha256_oid(), time, Some(nonce), note.as_bytes());
        (self.bend.lock().unwrap())(token)
    }
}

fn home() -> (TestApp, Arc<Wire>) {
    let mut home = TestApp::new();
    home.publish();
    let wire = Arc::new(Wire {
        note: Mutex::default(),
        asked: AtomicUsize::new(0),
        bend: Mutex::new(|token| Ok((200, token))),
    });
    let courier = wire.clone();
    home.app.stamp_with(Authority::new(
        "http://tsa.example/".into(),
        String::new(),
        courier,
    ));
    (home, wire)
}

fn grows(home: &TestApp, wire: &Wire, who: &str) -> u64 {
    home.record(vec![home.claim(&[("email", who)], "newsletter", "given")]);
    let signed = home.app.sign_head(home.app.now()).unwrap();
    *wire.note.lock().unwrap() = signed.note;
    signed.size
}

#[test]
fn a_changed_log_is_stamped_once_an_hour() {
    let (home, wire) = home();
    let due = || home.app.stamp_if_due(home.app.now());
    let first = grows(&home, &wire, "anne@example.fr");
    assert_eq!(due(), Ok(Some(first)));
    assert_eq!(home.app.stamp(), Ok(None), "once is enough");
    grows(&home, &wire, "bea@example.fr");
    assert_eq!(due(), Ok(None), "not within the hour");
    home.clock.pass(3_600);
    let next = grows(&home, &wire, "carl@example.fr");
    assert_eq!(due(), Ok(Some(next)));
    assert_eq!(due(), Ok(None), "the log rests");
    assert_eq!(wire.asked.load(Ordering::SeqCst), 2);
    let state = home.app.stamp_state().unwrap();
    assert_eq!(state.last.map(|last| last.0), Some(next));
    // whichever way the clock jumps, the log is stamped again
    home.clock.pass(-40_000_000);
    let back = grows(&home, &wire, "dora@example.fr");
    assert_eq!(due(), Ok(Some(back)));
}

#[test]
fn what_is_no_timestamp_is_not_kept_and_is_told() {
    let (home, wire) = home();
    let size = grows(&home, &wire, "anne@example.fr");
    let bends: [(Bend, &str); 5] = [
        (|_| Err(Unreached("cut".into())), "cannot be reached: cut"),
        (|token| Ok((403, token)), "answers 403"),
        (
            |_| Ok((200, b"<html>".to_vec())),
            "not a timestamp response",
        ),
        (
            |_| Ok((200, granted(2, &sha256_oid(), "20261122120000Z", None, b""))),
            "does not grant",
        ),
        (
            |_| Ok((200, granted(0, &sha256_oid(), "20261122120000Z", None, b""))),
            "for something else",
        ),
    ];
    for (bend, words) in bends {
        *wire.bend.lock().unwrap() = bend;
        let error = home.app.stamp().unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
        let state = home.app.stamp_state().unwrap();
        assert_eq!((state.last, state.failure), (None, Some(error)));
    }
    *wire.bend.lock().unwrap() = |token| Ok((200, token));
    assert_eq!(home.app.stamp(), Ok(Some(size)));
    assert_eq!(home.app.stamp_state().unwrap().failure, None);
}

#[test]
fn without_an_authority_nothing_is_asked() {
    let home = TestApp::new();
    assert_eq!(home.app.stamp(), Ok(None));
    assert_eq!(home.app.stamp_state(), None);
}
