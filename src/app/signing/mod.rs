//! The keys that sign the log: which they are, a new one beside the old, an end of the old, and what
//! is to be done where one is lost.
//!
//! The first is made of the registry's root. Later ones are random, sealed with a key of the root in the
//! database: so a key that was copied can be replaced without a new root.

mod change;
mod fault;
mod look;
#[cfg(test)]
mod tests;

pub use fault::SigningFault;
pub(super) use look::look;

use super::open::App;
use super::refusal::Refusal;
use crate::access::{Grant, ReadKeys};
use crate::audit::encoding::hex;
use crate::audit::note::{NoteSigner, VerifierKey};
use crate::audit::signing::{Introduced, KeyHistory};
use crate::domain::personal::Secret;
use crate::domain::time::rfc3339;
use crate::store::keys::Keyring;
use crate::store::{StoreError, StoredKeyAct};

/// The keys of a log as its entries say, and their seeds.
pub(super) struct Keys {
    pub history: KeyHistory,
    pub acts: Vec<StoredKeyAct>,
}

impl Keys {
    /// Out of the entries about keys; `first` is the key that the log began with.
    ///
    /// # Errors
    /// Where they do not follow each other.
    pub fn read(first: VerifierKey, acts: Vec<StoredKeyAct>) -> Result<Self, SigningFault> {
        let mut history = KeyHistory::new(first);
        for one in &acts {
            let at = one.position;
            let act = one.act.as_ref().ok_or(SigningFault::Entry(at))?;
            history
                .apply(at, act)
                .map_err(|_| SigningFault::Entry(at))?;
        }
        Ok(Self { history, acts })
    }

    /// Those that sign a head of that size.
    ///
    /// # Errors
    /// [`SigningFault::Lost`] where one cannot be opened.
    pub fn signers(
        &self,
        size: u64,
        first: &NoteSigner,
        keyring: &Keyring,
    ) -> Result<Vec<NoteSigner>, SigningFault> {
        let keys = self.history.signing(size);
        keys.iter()
            .map(|key| self.signer(key, first, keyring))
            .collect()
    }

    /// One that signs.
    ///
    /// # Errors
    /// As [`Self::signers`].
    pub fn signer(
        &self,
        key: &VerifierKey,
        first: &NoteSigner,
        keyring: &Keyring,
    ) -> Result<NoteSigner, SigningFault> {
        if first.verifier() == key {
            return Ok(first.clone());
        }
        self.opened(key, keyring)
            .ok_or_else(|| SigningFault::Lost(id(key)))
    }

    fn opened(&self, key: &VerifierKey, keyring: &Keyring) -> Option<NoteSigner> {
        let brings = |one: &&StoredKeyAct| {
            let act = one.act.as_ref();
            act.is_some_and(|act| act.previous().is_some() && act.key() == key)
        };
        let sealed = self.acts.iter().find(brings)?.sealed.as_ref()?;
        let seed: Secret<[u8; 32]> = keyring.open_signing(sealed, &key.to_string()).ok()?;
        let signer = NoteSigner::from_seed(key.name(), seed.expose()).ok()?;
        (signer.verifier() == key).then_some(signer)
    }
}

/// The four bytes by which signature lines name a key, in hex.
fn id(key: &VerifierKey) -> String {
    hex(key.id())
}

/// A key as it is told. No secret.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct KeyTold {
    /// The four bytes by which signature lines name it, in hex.
    pub id: String,
    /// The verifier key (C2SP signed-note).
    pub key: String,
    /// The first size that it signs.
    pub from: u64,
    /// The last; `None` as long as it signs.
    pub until: Option<u64>,
    /// How it came: `first`, `rotated` or `replaced`.
    pub introduced: &'static str,
    /// Why the one before was replaced, in the operator's words.
    pub reason: Option<String>,
}

/// A key with what is known here only.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct KeyHere {
    /// The key.
    #[serde(flatten)]
    pub told: KeyTold,
    /// `signs`, `retired` or `lost`.
    pub state: &'static str,
    /// When the entry was recorded by which it signs.
    pub since: Option<String>,
}

impl App {
    /// Every key that signed or signs the log, in the order in which they came. Public.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn log_keys(&self) -> Result<Vec<KeyTold>, Refusal> {
        let keys = self.keys_of_log()?;
        let told = keys.history.spans().map(|span| {
            let (introduced, reason) = match &span.by {
                Introduced::First => ("first", None),
                Introduced::Rotated => ("rotated", None),
                Introduced::Replaced(why) => ("replaced", Some(why.clone())),
            };
            KeyTold {
                id: id(&span.key),
                key: span.key.to_string(),
                from: span.from,
                until: span.until,
                introduced,
                reason,
            }
        });
        Ok(told.collect())
    }

    /// The same with what is known here only.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn signing_inventory(&self, grant: &Grant<ReadKeys>) -> Result<Vec<KeyHere>, Refusal> {
        let keys = self.keys_of_log()?;
        let state = |told: &KeyTold| {
            let key = told.key.parse().ok();
            let signer =
                key.and_then(|key| keys.signer(&key, &self.first_signer, self.keys()).ok());
            match (told.until, signer) {
                (Some(_), _) => "retired",
                (None, Some(_)) => "signs",
                (None, None) => "lost",
            }
        };
        let told = self.log_keys()?;
        // an entry is in the first size that is signed on it
        let entry = |told: &KeyTold| told.from.saturating_sub(1);
        let entries: Vec<_> = told.iter().map(entry).collect();
        let times = self.store.read(|tx| tx.recorded_at(grant, &entries))?;
        let here = told.into_iter().map(|told| KeyHere {
            state: state(&told),
            since: times.get(&entry(&told)).map(|at| rfc3339(*at)),
            told,
        });
        Ok(here.collect())
    }

    /// The key that vouches for all others: the one that the log began with, or began with anew
    /// after a loss. Whoever checks should have it from elsewhere than what is checked.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn anchor(&self) -> Result<VerifierKey, Refusal> {
        Ok(self.keys_of_log()?.history.anchor().clone())
    }

    pub(super) fn keys_of_log(&self) -> Result<Keys, Refusal> {
        let acts = self.store.read(|tx| tx.key_acts(&self.serve))?;
        Ok(self.keys_of(acts)?)
    }

    pub(super) fn keys_of(&self, acts: Vec<StoredKeyAct>) -> Result<Keys, StoreError> {
        Ok(Keys::read(self.verifier().clone(), acts)?)
    }
}
