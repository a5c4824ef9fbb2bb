//! Somebody proves again who they are, before an act that asks for it: by a code, a passkey, or by the password
//! where the account has none. The session goes on under another token.

use super::guessing::Try;
use super::{App, COPIED, Entered, GONE, WRONG, alone, gone, wrong};
use crate::access::passkey::Assertion;
use crate::access::password;
use crate::access::token::{PlainToken, TokenKind};
use crate::app::refusal::Refusal;
use crate::app::sign_in::in_turn;
use crate::domain::personal::Secret;
use crate::domain::time::Now;
use crate::store::{Session, StaffAccount, Typed};

impl App {
    /// Looks at what was typed. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read or written.
    pub fn prove(
        &self,
        session: &Session,
        typed: &Secret<String>,
        network: &str,
        now: Now,
    ) -> Result<Entered, Refusal> {
        if !session.has_factor() {
            return self.prove_by_password(session, typed, network, now);
        }
        let account = session.staff.as_bytes().as_slice();
        let begun = match self.begin_try("code", account, network, now)? {
            Ok(begun) => begun,
            Err(wait) => return Ok(Entered::Wait(wait)),
        };
        let typed = self.read_proof(session, typed.expose(), now);
        let outcome = typed.and_then(|typed| self.renewed(session, Some(typed), now));
        self.code_tried(&begun, account, outcome, now)
    }

    /// What was typed, or pressed: a code of either kind, or a passkey of this account that answers what its page asked.
    pub(in crate::app) fn read_proof(
        &self,
        session: &Session,
        typed: &str,
        now: Now,
    ) -> Result<Typed, Refusal> {
        if Assertion::is_one(typed) {
            return Ok(Typed::Passkey(self.own_passkey(session, typed, now)?));
        }
        Typed::read(typed).ok_or_else(wrong)
    }

    /// What came of a code or a passkey, by what the write came to; the try is counted as that.
    pub(in crate::app) fn code_tried(
        &self,
        begun: &Try,
        account: &[u8],
        outcome: Result<PlainToken, Refusal>,
        now: Now,
    ) -> Result<Entered, Refusal> {
        match outcome {
            Ok(token) => {
                self.try_was_right(begun, now)?;
                Ok(Entered::In(token))
            }
            Err(Refusal::Conflict { code: WRONG, .. }) => {
                self.try_was_wrong("code", account, now)?;
                Ok(Entered::Wrong)
            }
            Err(Refusal::Conflict { code: COPIED, .. }) => {
                self.try_was_wrong("passkey_counter", account, now)?;
                Ok(Entered::Copied)
            }
            Err(Refusal::Conflict { code: GONE, .. }) => Ok(Entered::Gone),
            Err(refusal) => Err(refusal),
        }
    }

    fn prove_by_password(
        &self,
        session: &Session,
        typed: &Secret<String>,
        network: &str,
        now: Now,
    ) -> Result<Entered, Refusal> {
        match self.is_password(&session.login, typed, network, now)? {
            Err(wait) => Ok(Entered::Wait(wait)),
            Ok(None) => Ok(Entered::Wrong),
            Ok(Some(_)) => match self.renewed(session, None, now) {
                Ok(token) => Ok(Entered::In(token)),
                Err(Refusal::Conflict { code: GONE, .. }) => Ok(Entered::Gone),
                Err(refusal) => Err(refusal),
            },
        }
    }

    fn renewed(
        &self,
        session: &Session,
        typed: Option<Typed>,
        now: Now,
    ) -> Result<PlainToken, Refusal> {
        let token = PlainToken::new(TokenKind::Session, self.entropy())?;
        let (grant, session, hash) = (self.serve.clone(), session.clone(), token.hash());
        self.store
            .write_blocking(&self.serve, alone(now), move |tx| {
                if let Some(typed) = &typed
                    && !tx.use_factor(&grant, session.staff, typed)?
                {
                    return Err(wrong());
                }
                let by = typed.as_ref().map_or("password", Typed::word);
                let entry = tx.prove_session(&grant, &session, hash, by)?;
                Ok::<_, Refusal>(entry.ok_or_else(gone)?.with(()))
            })?;
        Ok(token)
    }

    /// The account of that name and password, counted as a try; inner: so many seconds have to pass first. The same is
    /// done for names that nobody has. Blocks while the password is hashed.
    pub(in crate::app) fn is_password(
        &self,
        login: &str,
        typed: &Secret<String>,
        network: &str,
        now: Now,
    ) -> Result<Result<Option<StaffAccount>, i64>, Refusal> {
        let begun = match self.begin_try("password", login.as_bytes(), network, now)? {
            Ok(begun) => begun,
            Err(wait) => return Ok(Err(wait)),
        };
        let account = self.staff_account(login, typed, now)?;
        match &account {
            None => self.try_was_wrong("password", login.as_bytes(), now)?,
            Some(account) => {
                self.try_was_right(&begun, now)?;
                self.renew_hash(account, typed)?;
            }
        }
        Ok(Ok(account))
    }

    /// A hash that was made with less work than today's is made anew, now that the password is known.
    fn renew_hash(&self, account: &StaffAccount, typed: &Secret<String>) -> Result<(), Refusal> {
        let renewed = || password::renewed(typed, &account.password, self.entropy());
        // without one the old hash stays good
        if let Ok(Some(hash)) = in_turn(renewed) {
            self.store.renew_password(&self.serve, account, &hash)?;
        }
        Ok(())
    }
}
