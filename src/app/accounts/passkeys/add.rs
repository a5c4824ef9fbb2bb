//! A passkey is added to one's own account, with codes to recover by where it is the first of its second factors.
//! Every other session of the account ends.

use super::super::{GONE, alone, goes_on, owner};
use super::{App, unavailable};
use crate::access::passkey::{Asked, Passkey, Registration};
use crate::access::recovery::RecoveryCode;
use crate::access::token::PlainToken;
use crate::app::refusal::Refusal;
use crate::domain::time::Now;
use crate::store::{Ceremony, PasskeyChange, Session};

/// The longest name that somebody gives a passkey, in characters.
const NAME: usize = 60;
/// What a write refuses with where the account has it already, or one too many.
const NOT_ADDED: &str = "passkey_not_added";

/// What came of adding a passkey.
#[derive(Debug)]
pub enum PasskeyAdded {
    /// It is added; the token is for this session's cookie, the codes for their owner, where there are new ones.
    Done(PlainToken, Vec<RecoveryCode>),
    /// The name is empty, or too long.
    Name,
    /// It does not answer what was asked, or the account has it already, or as many as it may have.
    Wrong,
    /// The session ended meanwhile.
    Gone,
}

impl App {
    /// Adds the passkey that a browser made. Blocks.
    ///
    /// # Errors
    /// Where there are no passkeys at this address, or the data cannot be read or written.
    pub fn add_passkey(
        &self,
        session: &Session,
        (name, made): (&str, &str),
        now: Now,
    ) -> Result<PasskeyAdded, Refusal> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > NAME || name.chars().any(char::is_control) {
            return Ok(PasskeyAdded::Name);
        }
        let Some(passkey) = self.made_passkey(session, made, now)? else {
            return Ok(PasskeyAdded::Wrong);
        };
        let first = !session.has_factor();
        let recovery = if first {
            self.new_recovery()?
        } else {
            Vec::new()
        };
        match self.keep_passkey(session, (passkey, name.to_owned()), recovery.clone(), now) {
            Ok(token) => Ok(PasskeyAdded::Done(token, recovery)),
            Err(Refusal::Conflict { code: GONE, .. }) => Ok(PasskeyAdded::Gone),
            Err(Refusal::Conflict {
                code: NOT_ADDED, ..
            }) => Ok(PasskeyAdded::Wrong),
            Err(refusal) => Err(refusal),
        }
    }

    /// The passkey, where it answers what was asked in this session.
    fn made_passkey(
        &self,
        session: &Session,
        made: &str,
        now: Now,
    ) -> Result<Option<Passkey>, Refusal> {
        let party = self.relying_party().ok_or_else(unavailable)?;
        let Ok(made) = Registration::read(made) else {
            return Ok(None);
        };
        let asked = (session.asker(), Ceremony::Enrol);
        let challenge = self.store.take_challenge(&self.serve, asked, now)?;
        let Some(challenge) = challenge else {
            return Ok(None);
        };
        let asked = Asked {
            party: &party,
            challenge: &challenge,
        };
        Ok(made.accepted(asked).ok())
    }

    fn keep_passkey(
        &self,
        session: &Session,
        (passkey, name): (Passkey, String),
        recovery: Vec<RecoveryCode>,
        now: Now,
    ) -> Result<PlainToken, Refusal> {
        let (token, mut new) = self.new_session(session.staff, &session.browser, now)?;
        new.provided = session.provided;
        let (serve, grant, session) = (self.serve.clone(), owner(session)?, session.clone());
        self.store
            .write_blocking(&owner(&session)?, alone(now), move |tx| {
                // as with an app: whoever is not in yet adds the first, and nothing beside one that is there
                let added = tx.add_passkey(&grant, (&passkey, &name), &recovery, session.whole)?;
                let PasskeyChange::Done(added) = added else {
                    return Err(not_added());
                };
                let entry = goes_on(tx, (&serve, &grant), &session, &new, (added, "passkey"))?;
                Ok::<_, Refusal>(entry.with(()))
            })?;
        Ok(token)
    }
}

fn not_added() -> Refusal {
    Refusal::Conflict {
        code: NOT_ADDED,
        what: "the account has this passkey already, or as many as it may have".into(),
    }
}
