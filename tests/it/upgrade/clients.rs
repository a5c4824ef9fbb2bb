//! Clients who write and ask through the balancer, each about persons of their own, so that each knows what must be
//! answered. They try nothing twice.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use super::balancer::Balancer;
use crate::support::http::{Http, Reply};
use crate::support::scene::{consent, email, question, tagged, tags};

const NEWSLETTER: (&str, &str) = ("newsletter", "email");
/// So many persons each client has.
const PERSONS: usize = 4;

/// A write that was acknowledged: whose, and by which it is told from all others.
type Written = (String, String);

/// What the clients did.
pub struct Clients<'a> {
    nodes: &'a Balancer,
    written: Mutex<Vec<Written>>,
    failed: Mutex<Vec<String>>,
    sent: AtomicUsize,
}

impl<'a> Clients<'a> {
    pub fn of(nodes: &'a Balancer) -> Self {
        Self {
            nodes,
            written: Mutex::default(),
            failed: Mutex::default(),
            sent: AtomicUsize::new(0),
        }
    }

    /// How many requests were sent.
    pub fn sent(&self) -> usize {
        self.sent.load(Ordering::SeqCst)
    }

    /// One client, until it is over.
    pub fn client(&self, number: usize) {
        for round in 0.. {
            if self.nodes.over.load(Ordering::SeqCst) {
                return;
            }
            let person = email(&format!("c{number}p{}@upgrade.example", round % PERSONS));
            let said = ["given", "withdrawn"][(round / PERSONS) % 2];
            let tag = format!("{number}-{round}");
            self.says(&person, said, &tag);
            for _ in 0..2 {
                self.asks(&person, said == "given");
            }
            if round % 5 == 0 {
                self.sends("a lookup", 200, |api| {
                    api.try_post("/v1/subjects/lookup", &person)
                });
            }
        }
    }

    fn says(&self, person: &Value, said: &str, tag: &str) {
        let body = tagged(consent(person, NEWSLETTER.0, NEWSLETTER.1, said), tag);
        let reply = self.sends("a write", 201, |api| {
            let api = api.header("idempotency-key", tag);
            api.try_post("/v1/consents", &body)
        });
        let told = reply.map(|reply| reply.json()["subject_id"].as_str().unwrap().to_owned());
        let written = told.map(|subject| (subject, tag.to_owned()));
        self.written.lock().unwrap().extend(written);
    }

    fn asks(&self, person: &Value, permitted: bool) {
        let body = question(person, NEWSLETTER.0, NEWSLETTER.1);
        let reply = self.sends("a check", 200, |api| api.try_post("/v1/checks", &body));
        let Some(reply) = reply else { return };
        let told = reply.json();
        let wanted = if permitted {
            "CONSENT_VALID"
        } else {
            "CONSENT_WITHDRAWN"
        };
        if told["reason"] != wanted {
            self.fails(format!("{wanted} was said, and answered {}", reply.text));
        }
    }

    /// Sends something once, to whoever is ready.
    fn sends(
        &self,
        what: &str,
        status: u16,
        send: impl FnOnce(&Http) -> Result<Reply, ureq::Error>,
    ) -> Option<Reply> {
        self.sent.fetch_add(1, Ordering::SeqCst);
        let Some(api) = self.nodes.next() else {
            self.fails(format!("{what}: no node is ready"));
            return None;
        };
        match send(&api) {
            Ok(reply) if reply.status == status => Some(reply),
            Ok(reply) => {
                self.fails(format!("{what}: {} {}", reply.status, reply.text));
                None
            }
            Err(error) => {
                self.fails(format!("{what}: {error}"));
                None
            }
        }
    }

    fn fails(&self, what: String) {
        self.failed.lock().unwrap().push(what);
    }

    /// Nothing failed, and everything that was acknowledged is there once.
    #[track_caller]
    pub fn all_is_well(self) {
        let failed = self.failed.into_inner().unwrap();
        assert!(
            failed.is_empty(),
            "{} of {} failed: {:#?}",
            failed.len(),
            self.sent.into_inner(),
            &failed[..failed.len().min(5)]
        );
        let written = self.written.into_inner().unwrap();
        let api = self.nodes.next().expect("a node");
        let mut subjects: Vec<&String> = written.iter().map(|(subject, _)| subject).collect();
        subjects.sort();
        subjects.dedup();
        for subject in subjects {
            let found = tags(&api.history(subject));
            for (_, tag) in written.iter().filter(|(whose, _)| whose == subject) {
                assert_eq!(found.get(tag), Some(&1), "{tag} is there once");
            }
        }
    }
}
