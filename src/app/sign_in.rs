//! Staff sign in and out: the password, then the second factor where there is one, or setting one up where one is
//! needed. What is answered does not depend on whether the name is somebody's, in words or in time.

use super::accounts::{self, Ahead, Entered, Visitor, alone};
use super::open::App;
use super::refusal::Refusal;
use crate::access::password::NOBODYS;
use crate::access::token::{PlainToken, TokenHash};
use crate::access::totp::TotpSecret;
use crate::access::{OwnAccount, Principal, authorize, password};
use crate::domain::personal::Secret;
use crate::domain::time::Now;
use crate::store::{Provided, Session, StaffAccount, Typed, WriteTx};
use std::sync::{Condvar, Mutex, PoisonError};

/// At most two passwords are hashed at a time: each takes 64 MiB.
static HASHING: (Mutex<u8>, Condvar) = (Mutex::new(0), Condvar::new());
const AT_A_TIME: u8 = 2;

impl App {
    /// Looks at name and password. Where they are right a session begins: with nothing ahead its owner is in. Blocks
    /// while the password is hashed.
    ///
    /// # Errors
    /// Where the data cannot be read or written.
    pub fn sign_in(
        &self,
        login: &str,
        password: &Secret<String>,
        visitor: Visitor<'_>,
        now: Now,
    ) -> Result<(Entered, Option<Ahead>), Refusal> {
        match self.is_password(login, password, visitor.network, now)? {
            Err(wait) => Ok((Entered::Wait(wait), None)),
            Ok(None) => Ok((Entered::Wrong, None)),
            Ok(Some(account)) => {
                let not = Provided::default();
                let (token, ahead) = self.begin(&account, not, visitor, now)?;
                Ok((Entered::In(token), ahead))
            }
        }
    }

    /// A session of whom a password or the provider tells; what neither vouched for is ahead.
    pub(super) fn begin(
        &self,
        account: &StaffAccount,
        provided: Provided,
        visitor: Visitor<'_>,
        now: Now,
    ) -> Result<(PlainToken, Option<Ahead>), Refusal> {
        let needed = self
            .accounts()
            .second_factor
            .is_needed_by(account.terms.role);
        let (token, mut new) = self.new_session(account.id, visitor.browser, now)?;
        new.provided = provided;
        let with = (now, self.entropy());
        if account.has_factor && !provided.vouched {
            self.store.begin_session(&self.serve, &new, None, with)?;
            return Ok((token, Some(Ahead::Code)));
        }
        if needed && !provided.vouched {
            let offered = TotpSecret::new(self.entropy())?;
            self.store
                .begin_session(&self.serve, &new, Some(&offered), with)?;
            return Ok((token, Some(Ahead::Enrolment)));
        }
        let grant = self.serve.clone();
        let by = if provided.is { "provider" } else { "password" };
        self.store
            .write_blocking(&self.serve, alone(now), move |tx| {
                let entry = tx.open_session(&grant, &new, None, by)?;
                let entry = entry.ok_or(Refusal::NotFound("the session"))?;
                Ok::<_, Refusal>(entry.with(()))
            })?;
        Ok((token, None))
    }

    /// Lets in who typed the code of their second factor after the password, or pressed a passkey. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read or written.
    pub fn sign_in_by_code(
        &self,
        begun: &Session,
        typed: &str,
        network: &str,
        now: Now,
    ) -> Result<Entered, Refusal> {
        let account = begun.staff.as_bytes().as_slice();
        let counted = match self.begin_try("code", account, network, now)? {
            Ok(counted) => counted,
            Err(wait) => return Ok(Entered::Wait(wait)),
        };
        let (token, mut new) = self.new_session(begun.staff, &begun.browser, now)?;
        new.provided = begun.provided;
        let outcome = self.read_proof(begun, typed, now).and_then(|typed| {
            let (grant, from) = (self.serve.clone(), begun.hash);
            let write = move |tx: &mut WriteTx<'_>| {
                if !tx.use_factor(&grant, new.staff, &typed)? {
                    return Err(accounts::wrong());
                }
                let entry = tx.open_session(&grant, &new, Some(from), typed.word())?;
                Ok::<_, Refusal>(entry.ok_or_else(accounts::gone)?.with(()))
            };
            let written = self.store.write_blocking(&self.serve, alone(now), write);
            written.map(|_| token)
        });
        self.code_tried(&counted, account, outcome, now)
    }

    /// The member of staff of that name and password, for one command and without a session; `None` where they are
    /// wrong. `code` asks for the second factor where the account has one. Blocks while the password is hashed.
    ///
    /// # Errors
    /// Where the data cannot be read or written.
    pub fn staff_principal(
        &self,
        login: &str,
        password: &Secret<String>,
        code: impl FnOnce() -> String,
        now: Now,
    ) -> Result<Option<Principal>, Refusal> {
        let Some(account) = self.staff_account(login, password, now)? else {
            return Ok(None);
        };
        let principal = Principal::Staff(account.id, account.terms.role);
        if !account.has_factor {
            return Ok(Some(principal));
        }
        let Some(typed) = Typed::read(&code()) else {
            return Ok(None);
        };
        let grant = self.serve.clone();
        let proven = self
            .store
            .write_blocking(&self.serve, alone(now), move |tx| {
                if !tx.use_factor(&grant, account.id, &typed)? {
                    return Err(accounts::wrong());
                }
                Ok::<_, Refusal>(tx.proven(&grant, account.id, typed.word()).with(()))
            });
        match proven {
            Ok(_) => Ok(Some(principal)),
            Err(Refusal::Conflict {
                code: accounts::WRONG,
                ..
            }) => Ok(None),
            Err(refusal) => Err(refusal),
        }
    }

    /// The account of that name and password, where somebody may sign in with it.
    pub(super) fn staff_account(
        &self,
        login: &str,
        password: &Secret<String>,
        now: Now,
    ) -> Result<Option<StaffAccount>, Refusal> {
        let account = self.store.read(|tx| tx.staff(&self.serve, login))?;
        let kept = account
            .as_ref()
            .map_or(NOBODYS, |account| account.password.as_str());
        let right = in_turn(|| password::verify(password, kept));
        let open =
            |account: &StaffAccount| account.is_open(now) && self.password_opens(&account.login);
        Ok(account.filter(|account| right && open(account)))
    }

    /// The session behind a cookie, of somebody who is in. It lasts on, since it was used. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read or written.
    pub fn session(&self, token: &str, now: Now) -> Result<Option<Session>, Refusal> {
        let found = self.any_session(token, now)?;
        let Some(session) = found.filter(|session| self.still_ahead(session).is_none()) else {
            return Ok(None);
        };
        self.store.staff_session_used(&self.serve, &session, now)?;
        Ok(Some(session))
    }

    /// The session behind a cookie of somebody who is not in yet, with what is ahead of them. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn begun_session(
        &self,
        token: &str,
        now: Now,
    ) -> Result<Option<(Session, Ahead)>, Refusal> {
        let found = self.any_session(token, now)?;
        Ok(found.and_then(|session| {
            let ahead = self.still_ahead(&session)?;
            Some((session, ahead))
        }))
    }

    fn any_session(&self, token: &str, now: Now) -> Result<Option<Session>, Refusal> {
        let (hash, idle) = (TokenHash::of(token), self.accounts().idle);
        Ok(self
            .store
            .read(|tx| tx.session(&self.serve, hash, idle, now))?)
    }

    /// Closes a session at its owner's wish. Blocks.
    ///
    /// # Errors
    /// Where it is closed already, or the data cannot be written.
    pub fn sign_out(&self, session: &Session, now: Now) -> Result<(), Refusal> {
        let who = Principal::Staff(session.staff, session.terms.role);
        let (own, hash) = (authorize::<OwnAccount>(&who)?, session.hash);
        let grant = own.clone();
        self.store.write_blocking(&own, alone(now), move |tx| {
            let entry = tx.sign_out(&grant, hash)?;
            Ok::<_, Refusal>(entry.ok_or_else(accounts::gone)?.with(()))
        })?;
        Ok(())
    }
}

/// Hashes when it is its turn.
pub(super) fn in_turn<T>(hash: impl FnOnce() -> T) -> T {
    let (busy, freed) = &HASHING;
    let mut at_work = busy.lock().unwrap_or_else(PoisonError::into_inner);
    while *at_work >= AT_A_TIME {
        at_work = freed.wait(at_work).unwrap_or_else(PoisonError::into_inner);
    }
    *at_work += 1;
    drop(at_work);
    let outcome = hash();
    *busy.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
    freed.notify_one();
    outcome
}
