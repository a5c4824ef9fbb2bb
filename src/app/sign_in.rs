//! Staff sign in and out.

use super::open::App;
use super::refusal::Refusal;
use crate::access::token::{PlainToken, TokenHash, TokenKind};
use crate::access::{Principal, password};
use crate::domain::personal::Secret;
use crate::domain::time::Now;
use crate::store::{Order, Session, StaffAccount};
use chrono::TimeDelta;
use std::sync::{Condvar, Mutex, PoisonError};

/// How long a session lasts at most.
pub const SESSION: TimeDelta = TimeDelta::hours(12);

/// At most two passwords are hashed at a time: each takes 64 MiB.
static HASHING: (Mutex<u8>, Condvar) = (Mutex::new(0), Condvar::new());
const AT_A_TIME: u8 = 2;

/// A hash that no password has, for names that nobody has: both take the same time.
const NOBODY: &str = "$argon2id$v=19$m=65536,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

impl App {
    /// Opens a session where name and password are right; `None` where they are not. Blocks
    /// while the password is hashed.
    ///
    /// # Errors
    /// Where the data cannot be read or written.
    pub fn sign_in(
        &self,
        login: &str,
        password: &Secret<String>,
        now: Now,
    ) -> Result<Option<PlainToken>, Refusal> {
        let Some(account) = self.staff_account(login, password)? else {
            return Ok(None);
        };
        let token = PlainToken::new(TokenKind::Session, self.entropy())?;
        let csrf = PlainToken::new(TokenKind::Link, self.entropy())?
            .reveal()
            .to_owned();
        let (grant, hash, until) = (self.serve.clone(), token.hash(), now.utc() + SESSION);
        self.store
            .write_blocking(&self.serve, Order::at(now), move |tx| {
                Ok::<_, Refusal>(
                    tx.open_session(&grant, account.id, hash, &csrf, until)
                        .with(()),
                )
            })?;
        Ok(Some(token))
    }

    /// The member of staff of that name and password, for one command and without a session; `None`
    /// where they are wrong. Blocks while the password is hashed.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn staff_principal(
        &self,
        login: &str,
        password: &Secret<String>,
    ) -> Result<Option<Principal>, Refusal> {
        let account = self.staff_account(login, password)?;
        Ok(account.map(|account| Principal::Staff(account.id, account.role)))
    }

    fn staff_account(
        &self,
        login: &str,
        password: &Secret<String>,
    ) -> Result<Option<StaffAccount>, Refusal> {
        let account = self.store.read(|tx| tx.staff(&self.serve, login))?;
        let kept = account
            .as_ref()
            .map_or(NOBODY, |account| account.password.as_str());
        let right = in_turn(|| password::verify(password, kept));
        Ok(account.filter(|_| right))
    }

    /// The open session behind a cookie.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn session(&self, token: &str, now: Now) -> Result<Option<Session>, Refusal> {
        Ok(self
            .store
            .read(|tx| tx.session(&self.serve, TokenHash::of(token), now))?)
    }

    /// Closes a session.
    ///
    /// # Errors
    /// Where the data cannot be written.
    pub fn sign_out(&self, token: &str) -> Result<(), Refusal> {
        Ok(self
            .store
            .close_session(&self.serve, TokenHash::of(token))?)
    }
}

fn in_turn<T>(hash: impl FnOnce() -> T) -> T {
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
