//! Clients that write and ask at any node, and remember what they were told.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::fleet::Fleet;
use super::history::{Act, Answer, History, Write};
use crate::support::dice::Dice;
use crate::support::http::Http;
use crate::support::process;
use crate::support::scene::{consent, email, question, tagged};

/// Persons that are written about at a time.
const WINDOW: usize = 10;
/// For how long an erasure is tried again whose outcome is not known.
const PATIENCE: Duration = Duration::from_mins(1);

/// A write whose outcome nobody told.
struct Open {
    tag: String,
    begun: Instant,
    persons: Vec<usize>,
    act: Act,
}

/// What all clients share.
pub struct Clients<'a> {
    fleet: &'a Fleet,
    history: Mutex<History>,
    open: Mutex<Vec<Open>>,
    /// Of whom a write was acknowledged, and whom somebody tried to erase.
    known: Mutex<BTreeSet<usize>>,
    erased: Mutex<BTreeSet<usize>>,
    /// The first of the persons that are written about now.
    window: AtomicUsize,
    pub over: AtomicBool,
}

pub fn address(person: usize) -> Value {
    email(&format!("p{person}@nodes.example"))
}

impl<'a> Clients<'a> {
    pub fn of(fleet: &'a Fleet) -> Self {
        Self {
            fleet,
            history: Mutex::default(),
            open: Mutex::default(),
            known: Mutex::default(),
            erased: Mutex::default(),
            window: AtomicUsize::new(0),
            over: AtomicBool::new(false),
        }
    }

    /// Others are written about from now on; those before are still asked about.
    pub fn moves_on(&self) {
        self.window.fetch_add(3, Ordering::SeqCst);
    }

    /// One client, until it is over.
    pub fn client(&self, seed: u64) {
        let mut dice = Dice::new(seed);
        let mut number = 0;
        while !self.over.load(Ordering::SeqCst) {
            number += 1;
            let first = self.window.load(Ordering::SeqCst);
            let person = first + dice.below(WINDOW);
            match dice.below(100) {
                0..50 => self.asks(&mut dice, person),
                50..58 if first > 0 => self.asks(&mut dice, person % first),
                94..98 => {
                    // whoever is not known yet has no phone number to be found by
                    let known = self.known.lock().unwrap().contains(&person);
                    let other = first + dice.below(WINDOW);
                    if known && other != person {
                        self.says(&mut dice, &[other, person], Act::No, (seed, number));
                    }
                }
                98 => self.erases(&mut dice, person),
                at => {
                    let act = if at % 2 == 0 { Act::Yes } else { Act::No };
                    self.says(&mut dice, &[person], act, (seed, number));
                }
            }
        }
    }

    fn asks(&self, dice: &mut Dice, person: usize) {
        let node = dice.below(self.fleet.nodes.len());
        let body = question(&address(person), "newsletter", "email");
        let clock = self.fleet.nodes[node].clock();
        let begun = Instant::now();
        let Ok(reply) = self.fleet.api(node).try_post("/v1/checks", &body) else {
            return;
        };
        let ended = Instant::now();
        assert!([200, 429, 503].contains(&reply.status), "{}", reply.text);
        if reply.status != 200 {
            assert!(!reply.text.contains("\"permit\""), "{}", reply.text);
            return;
        }
        let told = reply.json();
        // it says that it cannot know
        if told["reason"] == "STALE" {
            return;
        }
        let answer = Answer {
            begun,
            ended,
            person,
            permit: told["decision"] == "permit",
            position: told["position"].as_u64().expect("a position"),
            node,
            clock,
        };
        self.history.lock().unwrap().answers.push(answer);
    }

    fn says(&self, dice: &mut Dice, persons: &[usize], act: Act, (seed, number): (u64, u64)) {
        let tag = format!("{seed}-{number}");
        // the phone number of the last makes them all one person
        let subject = known_by(persons[0], persons[persons.len() - 1]);
        let status = if act == Act::Yes {
            "given"
        } else {
            "withdrawn"
        };
        let body = tagged(consent(&subject, "newsletter", "email", status), &tag);
        let api = self.anywhere(dice);
        let open = Open {
            tag,
            begun: Instant::now(),
            persons: persons.to_vec(),
            act,
        };
        let api = api.header("idempotency-key", &open.tag);
        match api.try_post("/v1/consents", &body) {
            Ok(reply) if reply.status == 201 => {
                let told = reply.json();
                // a no takes effect no earlier than what it takes back, whatever the clock of its node
                let holds = told["state"]["record_id"] == told["id"];
                let since = &told["state"]["since"];
                let effective = if holds { since } else { &told["recorded_at"] };
                self.keeps(&open, effective, &told["position"], true);
                self.known.lock().unwrap().insert(persons[0]);
            }
            Ok(reply) => {
                assert!([429, 500, 503].contains(&reply.status), "{}", reply.text);
                self.open.lock().unwrap().push(open);
            }
            Err(_) => self.open.lock().unwrap().push(open),
        }
    }

    fn keeps(&self, open: &Open, effective: &Value, position: &Value, acknowledged: bool) {
        let effective: DateTime<Utc> = effective.as_str().unwrap().parse().unwrap();
        let write = Write {
            begun: open.begun,
            ended: acknowledged.then(Instant::now),
            persons: open.persons.clone(),
            act: open.act,
            position: position.as_u64().expect("a position"),
            effective: effective.timestamp_micros(),
        };
        self.history.lock().unwrap().writes.push(write);
    }

    /// An erasure is tried until its outcome is known.
    fn erases(&self, dice: &mut Dice, person: usize) {
        let begun = Instant::now();
        let body = json!({ "reason": "data_subject_request" });
        let mut tried = false;
        let settled = process::until(PATIENCE, || {
            let api = self.anywhere(dice);
            let Ok(found) = api.try_post("/v1/subjects/lookup", &address(person)) else {
                return false;
            };
            if found.status == 404 {
                // nobody, or erased by what nobody told the outcome of
                if tried {
                    self.history.lock().unwrap().murky.insert(person);
                }
                return true;
            }
            if found.status != 200 {
                return false;
            }
            let id = found.json()["subject_id"].as_str().unwrap().to_owned();
            if std::mem::replace(&mut tried, true) {
                // what was tried before may have erased them, and somebody may have written about them since
                self.history.lock().unwrap().murky.insert(person);
            }
            let path = format!("/v1/subjects/{id}/erasure");
            match api.try_post(&path, &body) {
                Ok(reply) if reply.status < 300 => {
                    let write = Write {
                        begun,
                        ended: Some(Instant::now()),
                        persons: vec![person],
                        act: Act::Erasure,
                        position: reply.json()["position"].as_u64().expect("a position"),
                        effective: 0,
                    };
                    self.history.lock().unwrap().writes.push(write);
                    true
                }
                _ => false,
            }
        });
        assert!(settled, "an erasure came to no end");
        self.erased.lock().unwrap().insert(person);
    }

    fn anywhere(&self, dice: &mut Dice) -> Http {
        self.fleet.api(dice.below(self.fleet.nodes.len()))
    }

    /// The history, once nothing is written any more: what nobody was told is looked up.
    pub fn ends(self) -> History {
        let api = self.fleet.api(0);
        let open = std::mem::take(&mut *self.open.lock().unwrap());
        for one in open {
            let found = api.post("/v1/subjects/lookup", &address(one.persons[0]));
            if found.status == 404 {
                if self.erased.lock().unwrap().contains(&one.persons[0]) {
                    self.history.lock().unwrap().murky.extend(&one.persons);
                }
                continue;
            }
            let id = found.expect(200).json()["subject_id"].clone();
            let history = api.history(id.as_str().unwrap());
            let is_it = |item: &&Value| item["content"]["evidence"]["tag"] == *one.tag;
            match history.iter().find(is_it) {
                Some(item) => {
                    let effective = &item["content"]["effective_at"];
                    self.keeps(&one, effective, &item["position"], false);
                }
                None if self.erased.lock().unwrap().contains(&one.persons[0]) => {
                    self.history.lock().unwrap().murky.extend(&one.persons);
                }
                None => {}
            }
        }
        let mut history = self.history.into_inner().unwrap();
        history.one_clock = self.fleet.nodes.iter().all(|node| node.shift == 0);
        history
    }
}

/// A person's mail address, with the phone number of the same or of another.
fn known_by(person: usize, phone: usize) -> Value {
    let mut subject = address(person);
    subject["phone"] = json!(format!("+336{:08}", 10_000_000 + phone));
    subject
}
