//! Accounts of staff: who needs a second factor, how long sessions last, and what their owners do with them.

pub mod factor;
mod guessing;
pub mod manage;
pub mod passkeys;
pub mod password;
pub mod prove;
pub mod sessions;
pub mod words;

use super::open::App;
use super::refusal::Refusal;
use crate::access::factor::SecondFactor;
use crate::access::second_person::SecondPerson;
use crate::access::token::{PlainToken, TokenKind};
use crate::access::{Grant, OwnAccount, Principal, Serve, authorize};
use crate::domain::ids::StaffId;
use crate::domain::time::Now;
use crate::store::{Entry, NewStaffSession, Order, Provided, Session, WriteTx};
use chrono::TimeDelta;

/// How long it counts that somebody proved who they are, for acts that ask for it (`http/console/proof.rs`).
pub const FRESH: TimeDelta = TimeDelta::minutes(10);

/// How the operator has it.
#[derive(Debug, Clone, Copy)]
pub struct Accounts {
    /// Who needs a second factor.
    pub second_factor: SecondFactor,
    /// Which acts take two persons.
    pub second_person: SecondPerson,
    /// How long a session lasts that nobody uses.
    pub idle: TimeDelta,
    /// How long it lasts at most.
    pub lasting: TimeDelta,
    /// Looking at more persons' files than that within an hour raises an alarm; zero: no number of them does.
    pub views_alarm: u64,
}

impl Default for Accounts {
    fn default() -> Self {
        Self {
            second_factor: SecondFactor::Required,
            second_person: SecondPerson::Required,
            idle: TimeDelta::minutes(30),
            lasting: TimeDelta::hours(12),
            views_alarm: 60,
        }
    }
}

/// What is still ahead of somebody whose password was right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ahead {
    /// The code of their second factor.
    Code,
    /// Setting one up.
    Enrolment,
}

/// From where somebody comes.
#[derive(Debug, Clone, Copy)]
pub struct Visitor<'a> {
    /// The network.
    pub network: &'a str,
    /// The kind of browser.
    pub browser: &'a str,
}

/// What came of something that was typed to get in, or to prove who one is.
#[derive(Debug)]
pub enum Entered {
    /// In; the token is for the session's cookie.
    In(PlainToken),
    /// It is not the one, or was used.
    Wrong,
    /// It is a passkey whose counter went back: there may be a copy of it.
    Copied,
    /// Too much was tried: so many seconds have to pass.
    Wait(i64),
    /// The session ended meanwhile.
    Gone,
}

impl App {
    /// Holds accounts as the operator has it.
    pub const fn keep_accounts(&mut self, accounts: Accounts) {
        self.accounts = accounts;
    }

    /// How the operator has it.
    #[must_use]
    pub const fn accounts(&self) -> Accounts {
        self.accounts
    }

    /// What is ahead of who has this session; nothing where they are in.
    pub(super) fn still_ahead(&self, session: &Session) -> Option<Ahead> {
        let needed = self.accounts.second_factor.is_needed_by(session.terms.role);
        match (session.whole, session.has_factor()) {
            (false, true) => Some(Ahead::Code),
            (false, false) => Some(Ahead::Enrolment),
            (true, false) if needed && !session.provided.vouched => Some(Ahead::Enrolment),
            (true, _) => None,
        }
    }

    /// A session for a browser, with the token for its cookie.
    pub(super) fn new_session(
        &self,
        staff: StaffId,
        browser: &str,
        now: Now,
    ) -> Result<(PlainToken, NewStaffSession), Refusal> {
        let token = PlainToken::new(TokenKind::Session, self.entropy())?;
        let csrf = PlainToken::new(TokenKind::Link, self.entropy())?;
        let new = NewStaffSession {
            hash: token.hash(),
            staff,
            csrf: csrf.reveal().to_owned(),
            browser: browser.to_owned(),
            until: now.utc() + self.accounts.lasting,
            provided: Provided::default(),
        };
        Ok((token, new))
    }
}

/// The owner of a session, as such.
fn owner(session: &Session) -> Result<Grant<OwnAccount>, Refusal> {
    Ok(authorize(&Principal::Staff(
        session.staff,
        session.terms.role,
    ))?)
}

/// After somebody set up what proves who they are: their other sessions end, and this one goes on under another token;
/// one in which only the password was right yet is replaced by one in which they are in, by what they set up. The
/// entry that stands for it is returned.
fn goes_on(
    tx: &mut WriteTx<'_>,
    (serve, grant): (&Grant<Serve>, &Grant<OwnAccount>),
    session: &Session,
    new: &NewStaffSession,
    (set, by): (Entry, &'static str),
) -> Result<Entry, Refusal> {
    tx.end_others(grant, session.hash)?;
    if !session.whole {
        let entered = tx.open_session(serve, new, Some(session.hash), by)?;
        return entered.ok_or_else(gone);
    }
    if tx.renew_token(session, new.hash)? {
        Ok(set)
    } else {
        Err(gone())
    }
}

/// A write that changes rows of its own within its transaction.
pub(super) fn alone(now: Now) -> Order {
    Order {
        alone: true,
        ..Order::at(now)
    }
}

/// What a write refuses with where the code is not the one.
pub(super) const WRONG: &str = "proof_wrong";
/// What is refused of a passkey whose counter went back.
pub(super) const COPIED: &str = "passkey_copied";
/// What a write refuses with where the session is there no more.
pub(super) const GONE: &str = "session_ended";

pub(super) fn wrong() -> Refusal {
    Refusal::Conflict {
        code: WRONG,
        what: "this code does not match, or was used; take the next one".into(),
    }
}

pub(super) fn copied() -> Refusal {
    Refusal::Conflict {
        code: COPIED,
        what: "the passkey counts fewer uses than were seen of it: there may be a copy; remove it, and add another"
            .into(),
    }
}

pub(super) fn gone() -> Refusal {
    Refusal::Conflict {
        code: GONE,
        what: "the session has ended; sign in again".into(),
    }
}
