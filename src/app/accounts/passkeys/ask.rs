//! A browser is asked for a passkey: by a challenge that this session, or this browser, answers once and soon.

use super::{App, unavailable};
use crate::access::passkey::{Challenge, CredentialId, RelyingParty};
use crate::access::token::TokenHash;
use crate::app::refusal::Refusal;
use crate::domain::time::Now;
use crate::store::{Ceremony, Session};
use chrono::TimeDelta;

/// So long somebody has to find their key.
const LASTING: TimeDelta = TimeDelta::minutes(5);

/// What a browser is asked.
#[derive(Debug)]
pub struct AskedOfBrowser {
    /// For whom.
    pub party: RelyingParty,
    /// What it has to answer.
    pub challenge: Challenge,
    /// The passkeys of the account: those that are to be shown, or that are there already.
    pub known: Vec<CredentialId>,
    /// How long it has, in milliseconds.
    pub milliseconds: i64,
}

impl App {
    /// Asks for a passkey of an account's owner, or to make one. Blocks.
    ///
    /// # Errors
    /// Where there are no passkeys at this address, or the data cannot be read or written.
    pub fn ask_own_passkey(
        &self,
        session: &Session,
        ceremony: Ceremony,
        now: Now,
    ) -> Result<AskedOfBrowser, Refusal> {
        let known = self.own_passkeys(session)?.into_iter();
        let known = known.map(|one| one.passkey.id).collect();
        self.ask_passkey((session.asker(), ceremony), known, now)
    }

    /// Asks for a passkey of whoever it is that wants in; `browser` is what is kept of the token in its cookie. Blocks.
    ///
    /// # Errors
    /// As above.
    pub fn ask_any_passkey(&self, browser: TokenHash, now: Now) -> Result<AskedOfBrowser, Refusal> {
        self.ask_passkey((browser, Ceremony::SignIn), Vec::new(), now)
    }

    fn ask_passkey(
        &self,
        asker: (TokenHash, Ceremony),
        known: Vec<CredentialId>,
        now: Now,
    ) -> Result<AskedOfBrowser, Refusal> {
        let party = self.relying_party().ok_or_else(unavailable)?;
        let challenge = Challenge::new(self.entropy())?;
        let until = (now, LASTING);
        self.store
            .ask_passkey(&self.serve, asker, &challenge, until)?;
        Ok(AskedOfBrowser {
            party,
            challenge,
            known,
            milliseconds: LASTING.num_milliseconds(),
        })
    }
}
