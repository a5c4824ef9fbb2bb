//! What the records of all decisions share: the names of the facts, and which texts are in the
//! database already.

use crate::audit::Hash;
use crate::audit::commitment::canonical_json;
use crate::audit::encoding::{hex, unhex};
use crate::audit::tree::sha256;
use crate::policy::{Engine, Facts, Outcome, to_person};
use serde_json::json;
use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock};

/// What the records of all decisions share.
pub struct Maker {
    /// How packed facts read, and the hash of it.
    pub shape: (Hash, Arc<str>),
    known: RwLock<HashSet<Hash>>,
}

impl Maker {
    /// Nothing is in the database yet, as far as is known.
    #[must_use]
    pub fn new() -> Self {
        let shape = Facts::shape();
        Self {
            shape: (sha256(&[shape.as_bytes()]), shape.into()),
            known: RwLock::default(),
        }
    }

    /// Whether a text is in the database, as far as is known here.
    pub fn knows(&self, hash: &Hash) -> bool {
        let known = self.known.read();
        known.unwrap_or_else(PoisonError::into_inner).contains(hash)
    }

    /// From now on these texts are known to be in the database.
    pub fn learn(&self, hashes: impl Iterator<Item = Hash>) {
        let known = self.known.write();
        known.unwrap_or_else(PoisonError::into_inner).extend(hashes);
    }

    /// The outcome's text and its hash: what was said, by which policies, on which law. An outcome
    /// is given many times, so that both are made once and kept with it.
    pub fn outcome<'a>(&self, engine: Option<&Engine>, outcome: &'a Outcome) -> (Hash, &'a str) {
        let kept = outcome.recorded(|outcome| {
            let text = canonical_json(&told(engine, outcome)).unwrap_or_default();
            let hash = hex(&sha256(&[&text]));
            hash + &String::from_utf8(text).unwrap_or_default()
        });
        let (hash, text) = kept.split_at_checked(64).unwrap_or_default();
        (unhex(hash).unwrap_or_default(), text)
    }
}

fn told(engine: Option<&Engine>, outcome: &Outcome) -> serde_json::Value {
    let by = outcome.determining().iter().map(|id| {
        let policy = engine.and_then(|engine| engine.policies().find(|policy| policy.id == *id));
        let source = policy.map(|policy| policy.source.as_str());
        json!({ "id": id, "source": source })
    });
    let first = outcome.policy_id();
    let policy = engine.and_then(|engine| engine.policies().find(|one| one.id == first));
    let spoken = policy.map(|policy| policy.to_person.clone());
    json!({
        "also": outcome.also(),
        "effect": outcome.effect(),
        "explanation": { "en": outcome.explanation_en(), "fr": outcome.explanation_fr() },
        "lawful_if": outcome.lawful_if(),
        "obligations": outcome.obligations(),
        "policies": by.collect::<Vec<_>>(),
        "reason": outcome.reason(),
        "to_person": spoken.or_else(|| to_person(outcome.reason())),
    })
}
