//! A log and its witness, with a courier between them that tests can cut or bend.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::*;
use crate::app::testing::{TestApp, sql};
use crate::audit::checkpoint::Checkpoint;
use crate::audit::note::{Cosigner, VerifierKey, cosignatures};
use crate::audit::tree::tests::leaves;
use crate::audit::witness::{AddCheckpoint, Refused, judge};
use std::sync::Mutex;

type Bend = fn(Reply) -> Result<Reply, Unreached>;

/// A witness in memory, and what stands between.
struct Wire {
    cosigner: Cosigner,
    log: VerifierKey,
    last: Mutex<Option<Checkpoint>>,
    asked: Mutex<Vec<u64>>,
    at: u64,
    bend: Bend,
}

impl Wire {
    fn to(home: &TestApp) -> Self {
        Self {
            cosigner: Cosigner::from_seed("witness.example/w1", &[9; 32]).unwrap(),
            log: home.app.verifier().clone(),
            last: Mutex::default(),
            asked: Mutex::default(),
            at: home.app.now().utc().timestamp().unsigned_abs(),
            bend: Ok,
        }
    }

    fn witness(&self) -> Witness {
        format!("{}=http://witness.example/", self.cosigner.key())
            .parse()
            .unwrap()
    }

    fn cosigns(&self, body: &str) -> Result<String, Refused> {
        let request: AddCheckpoint = body.parse()?;
        self.asked.lock().unwrap().push(request.old);
        let mut last = self.last.lock().unwrap();
        let head = judge(&request, std::slice::from_ref(&self.log), last.as_ref())?;
        let line = self.cosigner.sign(&head.to_string(), self.at).unwrap();
        *last = Some(head);
        Ok(line)
    }

    fn asked(&self) -> Vec<u64> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

impl Courier for Wire {
    fn post(&self, url: &str, body: String) -> Result<Reply, Unreached> {
        assert_eq!(url, "http://witness.example/add-checkpoint");
        let (status, body) = match self.cosigns(&body) {
            Ok(line) => (200, line),
            Err(Refused::Conflict(size)) => (409, format!("{size}\n")),
            Err(refused) => (refused.status(), refused.to_string()),
        };
        let reply = Reply { status, body };
        // on its way back, a cosignature may be bent
        if status == 200 {
            (self.bend)(reply)
        } else {
            Ok(reply)
        }
    }
}

/// A registry of a few entries more than it signed before.
fn grown(home: &TestApp, person: &str) -> u64 {
    home.record(vec![home.claim(
        &[("email", person)],
        "newsletter",
        "given",
    )]);
    home.app.sign_head(home.app.now()).unwrap().size
}

fn home() -> TestApp {
    let home = TestApp::new();
    home.publish();
    home
}

#[test]
fn a_checkpoint_is_cosigned_kept_and_served() {
    let home = home();
    let (app, wire) = (&home.app, Wire::to(&home));
    let known = [wire.cosigner.key().clone()];
    assert_eq!(app.cosigned_checkpoint().unwrap(), None);
    let size = grown(&home, "anne@example.fr");
    assert_eq!(cosignatures(&app.checkpoint().unwrap(), &known), Ok(vec![]));
    assert_eq!(app.submit(&wire.witness(), &wire, false), Ok(Some(size)));
    let served = app.checkpoint().unwrap();
    let [one] = &cosignatures(&served, &known).unwrap()[..] else {
        panic!("{served}")
    };
    assert_eq!(one.at, wire.at);
    let log = std::slice::from_ref(app.verifier());
    assert_eq!(Checkpoint::open(&served, log).unwrap().size, size);
    // once is enough, and growth is proven from there
    assert_eq!(app.submit(&wire.witness(), &wire, false), Ok(None));
    let next = grown(&home, "bea@example.fr");
    assert_eq!(app.cosigned_checkpoint().unwrap(), Some(served));
    assert_eq!(app.submit(&wire.witness(), &wire, false), Ok(Some(next)));
    assert_eq!(wire.asked(), [0, size]);
}

#[test]
fn a_witness_that_knows_more_than_we_remember_is_asked_again() {
    let home = home();
    let wire = Wire::to(&home);
    let first = grown(&home, "anne@example.fr");
    home.app.submit(&wire.witness(), &wire, false).unwrap();
    sql(&home.file, "DELETE FROM cosignatures");
    let second = grown(&home, "bea@example.fr");
    assert_eq!(
        home.app.submit(&wire.witness(), &wire, false),
        Ok(Some(second))
    );
    assert_eq!(wire.asked(), [0, 0, first]);
}

#[test]
fn a_log_that_was_set_back_or_rewritten_raises_an_alarm() {
    let home = home();
    let wire = Wire::to(&home);
    let size = grown(&home, "anne@example.fr");
    let other = |size, root| {
        let origin = home.app.origin().to_owned();
        *wire.last.lock().unwrap() = Some(Checkpoint { origin, size, root });
        home.app.submit(&wire.witness(), &wire, false).unwrap_err()
    };
    let [root, ..] = leaves(1)[..] else { panic!() };
    let set_back = other(size + 5, root);
    assert_eq!(set_back, SubmitError::SetBack(size + 5, size));
    for known in [size, size - 1] {
        let rewritten = other(known, root);
        assert!(rewritten.is_alarm() && rewritten == SubmitError::Rewritten);
    }
    assert_eq!(home.app.cosigned_checkpoint().unwrap(), None);
}

/// Two nodes submit for one log: the slower one's older checkpoint is no alarm.
#[test]
fn a_node_that_another_overtook_is_quiet() {
    let home = home();
    let wire = Wire::to(&home);
    let older = grown(&home, "anne@example.fr");
    let newer = grown(&home, "bea@example.fr");
    home.app.submit(&wire.witness(), &wire, false).unwrap();
    // as the slower node saw it
    let forget = format!("DELETE FROM cosignatures; DELETE FROM checkpoints WHERE size > {older}");
    sql(&home.file, &forget);
    assert_eq!(home.app.submit(&wire.witness(), &wire, false), Ok(None));
    assert_eq!(home.app.sign_head(home.app.now()).unwrap().size, newer);
    assert_eq!(
        home.app.submit(&wire.witness(), &wire, false),
        Ok(Some(newer))
    );
}

#[test]
fn what_is_no_cosignature_is_not_kept() {
    let home = home();
    let mut wire = Wire::to(&home);
    let size = grown(&home, "anne@example.fr");
    let cut: Bend = |_| Err(Unreached("cut".into()));
    let bends: [(Bend, SubmitError); 7] = [
        (cut, SubmitError::Unreached(Unreached("cut".into()))),
        (
            |reply| {
                Ok(Reply {
                    status: 302,
                    ..reply
                })
            },
            SubmitError::Declined(302),
        ),
        (
            |reply| {
                Ok(Reply {
                    status: 404,
                    ..reply
                })
            },
            SubmitError::Declined(404),
        ),
        (
            |reply| {
                Ok(Reply {
                    body: String::new(),
                    ..reply
                })
            },
            SubmitError::NotCosigned,
        ),
        (
            |reply| {
                Ok(Reply {
                    body: reply.body.replace("w1", "w2"),
                    ..reply
                })
            },
            SubmitError::NotCosigned,
        ),
        (
            |reply| {
                Ok(Reply {
                    body: format!("{}\n", reply.body),
                    ..reply
                })
            },
            SubmitError::NotCosigned,
        ),
        (
            |reply| {
                Ok(Reply {
                    body: "— x\n".into(),
                    ..reply
                })
            },
            SubmitError::NotCosigned,
        ),
    ];
    for (bend, expected) in bends {
        wire.bend = bend;
        assert_eq!(
            home.app.submit(&wire.witness(), &wire, false),
            Err(expected)
        );
    }
    // another key under the witness's name; a clock far ahead
    wire.bend = Ok;
    let known = wire.witness();
    wire.cosigner = Cosigner::from_seed("witness.example/w1", &[8; 32]).unwrap();
    assert_eq!(
        home.app.submit(&known, &wire, false),
        Err(SubmitError::NotCosigned)
    );
    wire.at += 301;
    assert_eq!(
        home.app.submit(&wire.witness(), &wire, false),
        Err(SubmitError::NotCosigned)
    );
    assert_eq!(home.app.cosigned_checkpoint().unwrap(), None);
    wire.at -= 301;
    assert_eq!(
        home.app.submit(&wire.witness(), &wire, false),
        Ok(Some(size))
    );
}

/// An older copy of the database in which everything was cosigned: nothing grows, and it shows.
#[test]
fn a_start_asks_again() {
    let home = home();
    let wire = Wire::to(&home);
    let size = grown(&home, "anne@example.fr");
    let asks = |again| home.app.submit(&wire.witness(), &wire, again);
    assert_eq!((asks(false), asks(false)), (Ok(Some(size)), Ok(None)));
    assert_eq!(asks(true), Ok(Some(size)));
    if let Some(last) = wire.last.lock().unwrap().as_mut() {
        last.size += 1;
    }
    assert_eq!(asks(true), Err(SubmitError::SetBack(size + 1, size)));
}

#[test]
fn a_witness_is_a_key_and_an_address() {
    let wire = Cosigner::from_seed("witness.example/w1", &[9; 32]).unwrap();
    let text = format!("{}=https://w.example/path/?a=b", wire.key());
    let witness: Witness = text.parse().unwrap();
    assert_eq!(witness.url, "https://w.example/path/?a=b");
    for bad in [
        wire.key().to_string(),
        format!("{}=", wire.key()),
        format!("{}=ftp://w.example", wire.key()),
        "x=https://w.example".into(),
    ] {
        assert!(bad.parse::<Witness>().is_err(), "{bad}");
    }
}
