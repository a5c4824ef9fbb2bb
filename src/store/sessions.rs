//! Sessions of staff: opened, used, proven again, ended. A session in which only the password was right yet is
//! bookkeeping; from the moment that somebody is in, each act has its entry.

use super::ReadTx;
use super::connection::on;
use super::error::StoreError;
use super::open::Store;
use super::passkeys::has_passkey;
use super::provider::Identity;
use super::rows::{SessionRow, StaffRow};
use super::schema::{passkeys, sessions, staff};
use super::staff::{before, named, own};
use super::tx::{Entry, WriteTx};
use crate::access::password::NOBODYS;
use crate::access::token::TokenHash;
use crate::access::totp::TotpSecret;
use crate::access::{Grant, OwnAccount, ReadAccounts, Serve};
use crate::domain::event::{Actor, PublicEvent, PublicKind};
use crate::domain::ids::StaffId;
use crate::domain::registry::StaffTerms;
use crate::domain::time::{Entropy, Now, from_micros};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use serde_json::json;
use std::collections::HashMap;

/// A session that was seen as lately is not written again.
const LATELY: TimeDelta = TimeDelta::minutes(1);

/// An open session.
#[derive(Debug, Clone)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "how far somebody is, and the three things that an account may have"
)]
pub struct Session {
    /// What is kept of its token.
    pub hash: TokenHash,
    /// Whose.
    pub staff: StaffId,
    /// The name that they sign in with.
    pub login: String,
    /// What they may do, until when and for what.
    pub terms: StaffTerms,
    /// The token that each form must bring back.
    pub csrf: String,
    /// Whether everything was proven that the account has; else only the password.
    pub whole: bool,
    /// Whether the account has an authenticator app.
    pub has_app: bool,
    /// Whether it has a passkey.
    pub has_passkey: bool,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// When it was used last.
    pub seen_at: DateTime<Utc>,
    /// When its owner proved last who they are.
    pub proven_at: DateTime<Utc>,
    /// Until when it lasts at most.
    pub until: DateTime<Utc>,
    /// The kind of browser.
    pub browser: String,
    /// What the provider has to do with it.
    pub provided: Provided,
    /// The identity of the provider that opens the account.
    pub identity: Option<Identity>,
    /// Whether the account has a password.
    pub has_password: bool,
}

/// What the provider has to do with a session.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Provided {
    /// Whether it let somebody in.
    pub is: bool,
    /// Whether it vouched for a second factor.
    pub vouched: bool,
    /// Which of its own sessions it was, as a keyed hash.
    pub session: Option<Identity>,
}

impl Session {
    /// Whether the account has a second factor.
    #[must_use]
    pub const fn has_factor(&self) -> bool {
        self.has_app || self.has_passkey
    }

    /// By what a browser's challenges are kept: it stays when the token changes.
    #[must_use]
    pub fn asker(&self) -> TokenHash {
        TokenHash::of(&self.csrf)
    }
}

/// A session that is to be opened.
#[derive(Debug, Clone)]
pub struct NewStaffSession {
    /// What is kept of its token.
    pub hash: TokenHash,
    /// Whose.
    pub staff: StaffId,
    /// The token that each form must bring back.
    pub csrf: String,
    /// The kind of browser.
    pub browser: String,
    /// Until when it lasts at most.
    pub until: DateTime<Utc>,
    /// What the provider has to do with it.
    pub provided: Provided,
}

impl NewStaffSession {
    fn row(&self, whole: bool, now: Now, offered: Option<Vec<u8>>) -> SessionRow {
        SessionRow {
            hash: self.hash.0.to_vec(),
            staff_id: self.staff.as_bytes().to_vec(),
            csrf: self.csrf.clone(),
            whole,
            created_at: now.micros(),
            seen_at: now.micros(),
            proven_at: now.micros(),
            expires_at: self.until.timestamp_micros(),
            browser: self.browser.clone(),
            offered,
            by_provider: self.provided.is,
            vouched: self.provided.vouched,
            provider_session: self.provided.session.map(|mark| mark.to_vec()),
        }
    }
}

fn session((row, staff, has_passkey): (SessionRow, StaffRow, bool)) -> Option<Session> {
    Some(Session {
        hash: TokenHash(row.hash.as_slice().try_into().ok()?),
        staff: StaffId::from_slice(&staff.id)?,
        terms: super::staff::terms(&staff)?,
        login: staff.login,
        csrf: row.csrf,
        whole: row.whole,
        has_app: staff.factor.is_some(),
        has_passkey,
        created_at: from_micros(row.created_at),
        seen_at: from_micros(row.seen_at),
        proven_at: from_micros(row.proven_at),
        until: from_micros(row.expires_at),
        browser: row.browser,
        provided: Provided {
            is: row.by_provider,
            vouched: row.vouched,
            session: row.provider_session.and_then(|mark| mark.try_into().ok()),
        },
        identity: staff.identity.and_then(|mark| mark.try_into().ok()),
        has_password: staff.password != NOBODYS,
    })
}

impl ReadTx<'_> {
    /// The session behind a cookie, while it is open: not over, used within `idle`, of an account that may sign in.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn session(
        &mut self,
        _grant: &Grant<Serve>,
        hash: TokenHash,
        idle: TimeDelta,
        now: Now,
    ) -> Result<Option<Session>, StoreError> {
        let found: Option<(SessionRow, StaffRow, bool)> = on!(self.db, conn => sessions::table
            .inner_join(staff::table.on(staff::id.eq(sessions::staff_id)))
            .filter(sessions::hash.eq(hash.0.to_vec()))
            .filter(sessions::expires_at.gt(now.micros()))
            .filter(sessions::seen_at.gt(before(now, idle)))
            .filter(staff::disabled_at.is_null())
            .filter(staff::expires_at.is_null().or(staff::expires_at.gt(now.micros())))
            .select((sessions::all_columns, staff::all_columns, has_passkey!()))
            .first(conn).optional())
        .map_err(StoreError::failed("finding a session"))?;
        Ok(found.and_then(session))
    }

    /// One's own open sessions, the one used last first.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn own_sessions(
        &mut self,
        grant: &Grant<OwnAccount>,
        idle: TimeDelta,
        now: Now,
    ) -> Result<Vec<Session>, StoreError> {
        let rows: Vec<(SessionRow, StaffRow, bool)> = on!(self.db, conn => sessions::table
            .inner_join(staff::table.on(staff::id.eq(sessions::staff_id)))
            .filter(sessions::staff_id.eq(own(grant)?.as_bytes().to_vec()))
            .filter(sessions::expires_at.gt(now.micros()))
            .filter(sessions::seen_at.gt(before(now, idle)))
            .filter(sessions::whole.eq(true))
            .select((sessions::all_columns, staff::all_columns, has_passkey!()))
            .order((sessions::seen_at.desc(), sessions::created_at.desc())).load(conn))
        .map_err(StoreError::failed("listing sessions"))?;
        Ok(rows.into_iter().filter_map(session).collect())
    }

    /// How many open sessions each account has; those that have none are not among them.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn open_sessions(
        &mut self,
        _grant: &Grant<ReadAccounts>,
        idle: TimeDelta,
        now: Now,
    ) -> Result<HashMap<StaffId, u64>, StoreError> {
        let rows: Vec<Vec<u8>> = on!(self.db, conn => sessions::table
            .filter(sessions::expires_at.gt(now.micros()))
            .filter(sessions::seen_at.gt(before(now, idle)))
            .filter(sessions::whole.eq(true))
            .select(sessions::staff_id).load(conn))
        .map_err(StoreError::failed("counting sessions"))?;
        let mut counts = HashMap::new();
        for id in rows.iter().filter_map(|id| StaffId::from_slice(id)) {
            *counts.entry(id).or_insert(0) += 1;
        }
        Ok(counts)
    }

    /// The second factor that is being set up in a session.
    ///
    /// # Errors
    /// Where the database fails, or it does not open.
    pub fn offered(
        &mut self,
        _grant: &Grant<Serve>,
        of: &Session,
    ) -> Result<Option<TotpSecret>, StoreError> {
        let found: Option<Option<Vec<u8>>> = on!(self.db, conn => sessions::table
            .find(of.hash.0.to_vec()).select(sessions::offered).first(conn).optional())
        .map_err(StoreError::failed("finding a second factor"))?;
        let opened = found
            .flatten()
            .map(|sealed| self.keys.open_factor(&sealed, of.staff));
        Ok(opened.transpose()?)
    }
}

impl Store {
    /// Keeps a session in which the password was right, and nothing else yet. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn begin_session(
        &self,
        _grant: &Grant<Serve>,
        new: &NewStaffSession,
        offered: Option<&TotpSecret>,
        (now, entropy): (Now, &dyn Entropy),
    ) -> Result<(), StoreError> {
        let sealed = offered.map(|factor| self.keys().seal_factor(factor, new.staff, entropy));
        let row = new.row(false, now, sealed.transpose()?);
        self.outside_the_ledger(|db| {
            on!(db, conn => diesel::insert_into(sessions::table).values(&row).execute(conn))
                .map_err(StoreError::failed("beginning a session"))
        })?;
        Ok(())
    }

    /// Offers a second factor in a session: it counts once its first code was typed. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn offer_factor(
        &self,
        _grant: &Grant<Serve>,
        of: &Session,
        factor: &TotpSecret,
        entropy: &dyn Entropy,
    ) -> Result<(), StoreError> {
        let sealed = self.keys().seal_factor(factor, of.staff, entropy)?;
        self.outside_the_ledger(|db| {
            on!(db, conn => diesel::update(sessions::table.find(of.hash.0.to_vec()))
                .set(sessions::offered.eq(sealed)).execute(conn))
            .map_err(StoreError::failed("offering a second factor"))
        })?;
        Ok(())
    }

    /// Lets a session last on, since it was used. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn staff_session_used(
        &self,
        _grant: &Grant<Serve>,
        of: &Session,
        now: Now,
    ) -> Result<(), StoreError> {
        if of.seen_at + LATELY > now.utc() {
            return Ok(());
        }
        self.outside_the_ledger(|db| {
            on!(db, conn => diesel::update(sessions::table.find(of.hash.0.to_vec()))
                .set(sessions::seen_at.eq(now.micros())).execute(conn))
            .map_err(StoreError::failed("keeping a session"))
        })?;
        Ok(())
    }

    /// Forgets sessions that are over. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn tidy_sessions(
        &self,
        _grant: &Grant<Serve>,
        idle: TimeDelta,
        now: Now,
    ) -> Result<usize, StoreError> {
        let over = sessions::expires_at
            .le(now.micros())
            .or(sessions::seen_at.le(before(now, idle)));
        self.outside_the_ledger(|db| {
            on!(db, conn => diesel::delete(sessions::table.filter(over)).execute(conn))
                .map_err(StoreError::failed("tidying sessions"))
        })
    }
}

/// Writes about sessions. Each must be alone in its transaction.
impl WriteTx<'_> {
    /// Lets somebody in; `by` is what they proved it with. A session in which only the password was right is
    /// replaced: `None` where it is there no more.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn open_session(
        &mut self,
        _grant: &Grant<Serve>,
        new: &NewStaffSession,
        begun: Option<TokenHash>,
        by: &'static str,
    ) -> Result<Option<Entry>, StoreError> {
        if let Some(begun) = begun
            && !self.end_one(begun)?
        {
            return Ok(None);
        }
        let row = new.row(true, self.now, None);
        let (account, now) = (row.staff_id.clone(), self.now.micros());
        self.read("opening a session", |db| {
            on!(db, conn => diesel::insert_into(sessions::table).values(&row).execute(conn))?;
            on!(db, conn => diesel::update(staff::table.find(account))
                .set(staff::signed_in_at.eq(now)).execute(conn))
        })?;
        let actor = Actor::Staff(new.staff);
        let event = PublicEvent::new(PublicKind::StaffSignedIn, &actor, json!({ "by": by }));
        Ok(Some(self.public(event)))
    }

    /// Gives a session another token, since its owner proved again who they are; `None` where it was ended meanwhile.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn prove_session(
        &mut self,
        _grant: &Grant<Serve>,
        of: &Session,
        hash: TokenHash,
        by: &'static str,
    ) -> Result<Option<Entry>, StoreError> {
        if !self.renew_token(of, hash)? {
            return Ok(None);
        }
        let actor = Actor::Staff(of.staff);
        let event = PublicEvent::new(PublicKind::StaffProven, &actor, json!({ "by": by }));
        Ok(Some(self.public(event)))
    }

    /// Gives a session another token; `false` where it was ended meanwhile.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn renew_token(&mut self, of: &Session, hash: TokenHash) -> Result<bool, StoreError> {
        let now = self.now.micros();
        let set = (
            sessions::hash.eq(hash.0.to_vec()),
            sessions::proven_at.eq(now),
            sessions::seen_at.eq(now),
            sessions::offered.eq(None::<Vec<u8>>),
        );
        let renewed = self.read("renewing a session", |db| {
            on!(db, conn => diesel::update(sessions::table.find(of.hash.0.to_vec())).set(set).execute(conn))
        })?;
        Ok(renewed == 1)
    }

    /// Ends the session of who signs out; `None` where it is there no more.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn sign_out(
        &mut self,
        grant: &Grant<OwnAccount>,
        hash: TokenHash,
    ) -> Result<Option<Entry>, StoreError> {
        if !self.end_one(hash)? {
            return Ok(None);
        }
        let event = PublicEvent::new(PublicKind::StaffSignedOut, grant.actor(), json!({}));
        Ok(Some(self.public(event)))
    }

    /// Ends one of one's own sessions by its name, or all but this one; `None` where there was none.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn end_sessions(
        &mut self,
        grant: &Grant<OwnAccount>,
        this: TokenHash,
        which: Option<&str>,
    ) -> Result<Option<Entry>, StoreError> {
        let own = own(grant)?.as_bytes().to_vec();
        let ended = match which {
            None => self.end_others(grant, this)?,
            Some(name) => {
                let Some(hash) = named(name) else {
                    return Ok(None);
                };
                let row = sessions::table
                    .find(hash.0.to_vec())
                    .filter(sessions::staff_id.eq(own));
                self.read(
                    "ending a session",
                    |db| on!(db, conn => diesel::delete(row).execute(conn)),
                )?
            }
        };
        if ended == 0 {
            return Ok(None);
        }
        let event = PublicEvent::new(
            PublicKind::StaffSessionEnded,
            grant.actor(),
            json!({ "ended": ended }),
        );
        Ok(Some(self.public(event)))
    }

    /// Ends all of one's own sessions but this one; how many there were.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn end_others(
        &mut self,
        grant: &Grant<OwnAccount>,
        this: TokenHash,
    ) -> Result<usize, StoreError> {
        let others = sessions::table
            .filter(sessions::staff_id.eq(own(grant)?.as_bytes().to_vec()))
            .filter(sessions::hash.ne(this.0.to_vec()));
        self.read(
            "ending sessions",
            |db| on!(db, conn => diesel::delete(others).execute(conn)),
        )
    }

    fn end_one(&mut self, hash: TokenHash) -> Result<bool, StoreError> {
        let row = sessions::table.find(hash.0.to_vec());
        let ended = self.read(
            "ending a session",
            |db| on!(db, conn => diesel::delete(row).execute(conn)),
        )?;
        Ok(ended == 1)
    }

    /// Records that somebody could not prove who they are: which account, as a keyed hash of the name that was typed,
    /// whether there is one or not.
    pub fn sign_in_failed(
        &mut self,
        grant: &Grant<Serve>,
        account: [u8; 32],
        step: &'static str,
    ) -> Entry {
        let account = crate::audit::encoding::hex(&account);
        let payload = json!({ "account": account, "step": step });
        self.public(PublicEvent::new(
            PublicKind::StaffSignInFailed,
            grant.actor(),
            payload,
        ))
    }
}
