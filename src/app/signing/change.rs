//! A new key, the end of an old one, and a new beginning where one is lost. Each is an entry of the
//! log; one that cannot be recorded does not happen.

use super::{Keys, SigningFault};
use crate::access::{Grant, ManageSigning};
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::audit::note::{NoteSigner, VerifierKey};
use crate::audit::signing::{KeyAct, open_checkpoint};
use crate::domain::personal::Secret;
use crate::domain::time::{Now, random};
use crate::store::{Order, StoreError, StoredKeyAct};

/// The longest reason, in characters.
const LONGEST_REASON: usize = 500;

impl App {
    /// Makes a key that signs the log from here on, beside the one that signs now. The next
    /// checkpoint bears both, so that the old key vouches for the new one.
    ///
    /// # Errors
    /// Where two keys sign already, or the key that signs is lost.
    pub fn rotate_signing(
        &self,
        grant: &Grant<ManageSigning>,
        now: Now,
    ) -> Result<VerifierKey, Refusal> {
        let head = self.sign_head(now)?.note;
        let keys = self.keys_of_log()?;
        let [previous] = &keys.history.current()[..] else {
            return Err(Refusal::conflict(
                "rotation_unfinished",
                "two keys sign already: retire the older one first, with `placet keys retire-signing`",
            ));
        };
        let (key, sealed) = self.new_key()?;
        let act = KeyAct::Rotated {
            key: key.clone(),
            previous: previous.clone(),
            head,
        };
        self.record_key_act(grant, act, Some(sealed), keys.acts, false, now)?;
        self.sign_head(now)?;
        Ok(key)
    }

    /// Ends the older of two keys: from the next checkpoint on only the newer one signs. A
    /// checkpoint that both signed must be there, since it is what leads from one to the other.
    ///
    /// # Errors
    /// Where only one key signs, or no checkpoint bears both.
    pub fn retire_signing(
        &self,
        grant: &Grant<ManageSigning>,
        now: Now,
    ) -> Result<VerifierKey, Refusal> {
        let keys = self.keys_of_log()?;
        let [older, newer] = &keys.history.current()[..] else {
            return Err(Refusal::conflict(
                "one_key",
                "only one key signs: make another first, with `placet keys rotate-signing`",
            ));
        };
        self.bears_both(&keys, newer, now)?;
        let act = KeyAct::Retired { key: older.clone() };
        let retired = older.clone();
        self.record_key_act(grant, act, None, keys.acts, false, now)?;
        self.sign_head(now)?;
        Ok(retired)
    }

    /// Begins with a new key, since one that signs is lost. Nothing vouches for it but the
    /// operator's word: the chain of keys is broken here, and says so for ever.
    ///
    /// # Errors
    /// Where every key is there, or the reason is empty.
    pub fn replace_lost_signing(
        &self,
        grant: &Grant<ManageSigning>,
        reason: &str,
        now: Now,
    ) -> Result<VerifierKey, Refusal> {
        let reason = reason.trim();
        if reason.is_empty()
            || reason.chars().count() > LONGEST_REASON
            || reason.chars().any(char::is_control)
        {
            return Err(Refusal::field(
                "/reason",
                "reason_malformed",
                "must have 1 to 500 printable characters: it is published",
            ));
        }
        let (rows, acts) = self.store.read(|tx| {
            Ok::<_, StoreError>((tx.key_acts(&self.serve)?, tx.key_acts_of_log(&self.serve)?))
        })?;
        let again = rows.len() != acts.len();
        let keys = self.keys_of(acts)?;
        let current = keys.history.current();
        let lost = |key: &VerifierKey| keys.signer(key, &self.first_signer, self.keys()).is_err();
        if !current.iter().any(lost) {
            return Err(Refusal::conflict(
                "key_not_lost",
                "every key that signs is here: nothing is lost. To change keys, use `placet keys rotate-signing`",
            ));
        }
        let previous = current
            .last()
            .ok_or_else(|| StoreError::from(SigningFault::Entry(0)))?
            .clone();
        let (key, sealed) = self.new_key()?;
        let act = KeyAct::Replaced {
            key: key.clone(),
            previous,
            reason: reason.to_owned(),
        };
        self.record_key_act(grant, act, Some(sealed), keys.acts, again, now)?;
        self.sign_head(now)?;
        Ok(key)
    }

    fn new_key(&self) -> Result<(VerifierKey, Vec<u8>), Refusal> {
        let seed = Secret::new(random::<32>(self.entropy())?);
        let signer = NoteSigner::from_seed(self.origin(), seed.expose())
            .map_err(|error| StoreError::Log(error.to_string()))?;
        let key = signer.verifier().clone();
        let sealed = self
            .keys()
            .seal_signing(&seed, &key.to_string(), self.entropy())
            .map_err(StoreError::from)?;
        Ok((key, sealed))
    }

    fn bears_both(&self, keys: &Keys, newer: &VerifierKey, now: Now) -> Result<(), Refusal> {
        let from = keys.history.spans().find(|span| span.key == *newer);
        let from = from.map_or(0, |span| span.from);
        let covering = || self.store.read(|tx| tx.checkpoint_from(&self.serve, from));
        let mut found: Option<(u64, String, i64)> = covering()?;
        if found.is_none() {
            self.sign_head(now)?;
            found = covering()?;
        }
        let bears =
            |(_, note, _): &(u64, String, i64)| open_checkpoint(note, &keys.history).is_ok();
        if found.as_ref().is_some_and(bears) {
            return Ok(());
        }
        Err(Refusal::conflict(
            "no_checkpoint_by_both",
            "no checkpoint bears the signatures of both keys: nothing would lead from the old key to the new one",
        ))
    }

    fn record_key_act(
        &self,
        grant: &Grant<ManageSigning>,
        act: KeyAct,
        sealed: Option<Vec<u8>>,
        before: Vec<StoredKeyAct>,
        again: bool,
        now: Now,
    ) -> Result<(), Refusal> {
        let actor = grant.clone();
        self.store
            .write_blocking(grant, Order::at(now), move |tx| {
                let entry = tx.signing_act(&actor, &act, sealed.clone(), &before, again);
                Ok::<_, Refusal>(entry.with(()))
            })?;
        Ok(())
    }
}
