//! From what the database says is in force to rules that answer. Nothing of the database is
//! believed: files are held against the digest, the digest against the signature.

use super::note;
use super::rules::Rules;
use crate::audit::note::VerifierKey;
use crate::policy::{Draft, DraftError, Engine, Pack};
use crate::store::{PolicyInForce, StoredPolicy};
use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Compiled versions that are kept: the live one, its predecessor, a draft or two.
const KEPT: usize = 4;

/// Loads versions, and keeps the last ones compiled.
pub struct Loader {
    own: Pack,
    verifier: VerifierKey,
    kept: Mutex<Vec<Arc<Engine>>>,
    /// Versions that passed every test of a draft in this process.
    passed: Mutex<HashSet<String>>,
}

impl Loader {
    /// A loader that falls back to the program's own packs, here compiled, where no version was ever activated.
    pub fn new(own: Pack, engine: Engine, verifier: VerifierKey) -> Self {
        Self {
            own,
            verifier,
            kept: Mutex::new(vec![Arc::new(engine)]),
            passed: Mutex::default(),
        }
    }

    /// The packs of the program or of its directory.
    pub const fn own(&self) -> &Pack {
        &self.own
    }

    /// The rules of the program's own packs.
    pub fn own_rules(&self) -> Rules {
        self.compiled(&self.own)
    }

    /// The rules that are in force.
    pub fn rules(&self, held: &PolicyInForce) -> Rules {
        if held.version.is_empty() {
            return self.own_rules();
        }
        let rules = match &held.stored {
            Some(stored) => self.stored(&held.version, stored),
            // activated by a program from before versions were stored
            None if held.version == self.own.version() => self.own_rules(),
            None => Rules::broken(&held.version, "its files are not in the database"),
        };
        if let Err(why) = rules.engine() {
            tracing::error!(version = %held.version, why, "the policy version in force cannot be used: everything is denied");
        }
        rules
    }

    fn stored(&self, version: &str, stored: &StoredPolicy) -> Rules {
        let signed = stored.about.note.as_deref();
        if !signed.is_some_and(|signed| self.signed(version, signed)) {
            return Rules::broken(version, "its signature does not hold");
        }
        match pack(version, stored) {
            Ok(pack) => self.compiled(&pack),
            Err(why) => Rules::broken(version, &why),
        }
    }

    /// Whether a note is the registry's own, about this version.
    pub fn signed(&self, version: &str, note: &str) -> bool {
        note::holds(&self.verifier, version, note)
    }

    /// The rules of packs, compiled now unless they were before.
    pub fn compiled(&self, pack: &Pack) -> Rules {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept.iter().position(|one| one.version() == pack.version());
        if let Some(known) = known {
            let engine = kept.remove(known);
            kept.push(engine.clone());
            return Rules::ready(engine);
        }
        match Engine::compile(pack) {
            Ok(engine) => {
                let engine = Arc::new(engine);
                if kept.len() == KEPT {
                    kept.remove(0);
                }
                kept.push(engine.clone());
                Rules::ready(engine)
            }
            Err(error) => Rules::broken(pack.version(), &error.to_string()),
        }
    }

    /// Tests a draft, unless this process did: the same files give the same result.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn examine(&self, pack: &Pack) -> Result<(), DraftError> {
        if !self.passed().contains(pack.version()) {
            Draft::examine(pack.clone(), &[])?;
            self.passes(pack.version());
        }
        Ok(())
    }

    /// Notes that a draft passed every test.
    pub fn passes(&self, version: &str) {
        self.passed().insert(version.to_owned());
    }

    fn passed(&self) -> MutexGuard<'_, HashSet<String>> {
        self.passed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The packs of a stored version.
///
/// # Errors
/// Where the files are not those that the digest names.
pub fn pack(version: &str, stored: &StoredPolicy) -> Result<Pack, String> {
    let pack = Pack::from_files(stored.files.clone()).map_err(|error| error.to_string())?;
    if pack.version() == version {
        return Ok(pack);
    }
    Err("its files are not those that its digest names".to_owned())
}
