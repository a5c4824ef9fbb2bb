//! Passkeys of staff, and what browsers were asked about them. A passkey is one of an account's second factors: it
//! comes and goes under a lock on the account's row, so that of two who take the last two away, on whichever nodes,
//! the second sees what the first left.

use super::ReadTx;
use super::connection::on;
use super::error::StoreError;
use super::open::Store;
use super::rows::PasskeyRow;
use super::schema::{passkey_challenges, passkeys, staff};
use super::staff::own;
use super::tx::{Entry, WriteTx};
use crate::access::passkey::{Challenge, CredentialId, Passkey, PublicKey};
use crate::access::recovery::RecoveryCode;
use crate::access::token::TokenHash;
use crate::access::{Grant, OwnAccount, Serve};
use crate::audit::encoding::{hex, unhex};
use crate::domain::event::{PublicEvent, PublicKind};
use crate::domain::ids::StaffId;
use crate::domain::time::{Now, from_micros};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use serde_json::json;

/// Whether an account has a passkey, of a query over accounts.
macro_rules! has_passkey {
    () => {
        diesel::dsl::exists(passkeys::table.filter(passkeys::staff_id.eq(staff::id)))
    };
}
pub(super) use has_passkey;

/// How many passkeys an account may have: a few devices and a key in a drawer.
pub const PASSKEYS: usize = 10;

/// A passkey as its owner sees it.
#[derive(Debug, Clone)]
pub struct KeptPasskey {
    /// Whose.
    pub staff: StaffId,
    /// The passkey.
    pub passkey: Passkey,
    /// The name that its owner gave it.
    pub name: String,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// When it was used last.
    pub used_at: Option<DateTime<Utc>>,
}

impl KeptPasskey {
    /// As its owner's page names it.
    #[must_use]
    pub fn mark(&self) -> String {
        hex(&self.passkey.mark())
    }
}

/// That a passkey was shown, with everything about it looked at but whether it was shown meanwhile.
#[derive(Debug, Clone)]
pub struct PasskeyShown {
    /// Which.
    pub id: CredentialId,
    /// How often it was used by now, as it counts; 0 of one that does not count.
    pub counter: u32,
}

/// What came of adding a passkey, or taking one away.
#[derive(Debug)]
pub enum PasskeyChange {
    /// It is done.
    Done(Entry),
    /// Nothing was changed: the account has one by that key already, or one too many; or there is none to take away.
    Not,
    /// Nothing was changed: the account needs it.
    Needed,
}

/// What a browser is asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ceremony {
    /// Make a passkey.
    Enrol,
    /// Show one, of whoever it is.
    SignIn,
    /// Show one of this account.
    Prove,
}

impl Ceremony {
    const fn word(self) -> &'static str {
        match self {
            Self::Enrol => "enrol",
            Self::SignIn => "sign_in",
            Self::Prove => "prove",
        }
    }
}

fn passkey(row: &PasskeyRow) -> Option<Passkey> {
    Some(Passkey {
        id: CredentialId::of(&row.id)?,
        key: PublicKey::kept(&row.public_key).ok()?,
        counter: row.counter.try_into().ok()?,
        may_be_copied: row.may_be_copied,
    })
}

/// What the log knows the passkey of a row by; `None` where it does not read.
pub(super) fn mark_of(row: &PasskeyRow) -> Option<[u8; 32]> {
    passkey(row).map(|passkey| passkey.mark())
}

fn kept(row: PasskeyRow) -> Result<KeptPasskey, StoreError> {
    let damaged = || StoreError::damaged("a passkey");
    Ok(KeptPasskey {
        staff: StaffId::from_slice(&row.staff_id).ok_or_else(damaged)?,
        passkey: passkey(&row).ok_or_else(damaged)?,
        name: row.name,
        created_at: from_micros(row.created_at),
        used_at: row.used_at.map(from_micros),
    })
}

impl ReadTx<'_> {
    /// The passkeys of an account, the oldest first.
    ///
    /// # Errors
    /// Where the database fails, or one does not read.
    pub fn passkeys(
        &mut self,
        _grant: &Grant<Serve>,
        of: StaffId,
    ) -> Result<Vec<KeptPasskey>, StoreError> {
        let rows: Vec<PasskeyRow> = on!(self.db, conn => passkeys::table
            .filter(passkeys::staff_id.eq(of.as_bytes().to_vec()))
            .order((passkeys::created_at, passkeys::id)).load(conn))
        .map_err(StoreError::failed("listing passkeys"))?;
        rows.into_iter().map(kept).collect()
    }

    /// The passkey of that id.
    ///
    /// # Errors
    /// Where the database fails, or it does not read.
    pub fn passkey(
        &mut self,
        _grant: &Grant<Serve>,
        id: &CredentialId,
    ) -> Result<Option<KeptPasskey>, StoreError> {
        let found: Option<PasskeyRow> = on!(self.db, conn => passkeys::table
            .find(id.as_bytes().to_vec()).first(conn).optional())
        .map_err(StoreError::failed("finding a passkey"))?;
        found.map(kept).transpose()
    }
}

impl Store {
    /// Keeps what a browser is asked, in the place of what it was asked before. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn ask_passkey(
        &self,
        grant: &Grant<Serve>,
        (asker, ceremony): (TokenHash, Ceremony),
        challenge: &Challenge,
        (now, lasting): (Now, TimeDelta),
    ) -> Result<(), StoreError> {
        let row = (
            passkey_challenges::asker.eq(asker.0.to_vec()),
            passkey_challenges::ceremony.eq(ceremony.word()),
            passkey_challenges::challenge.eq(challenge.0.to_vec()),
            passkey_challenges::expires_at.eq((now.utc() + lasting).timestamp_micros()),
        );
        let key = (passkey_challenges::asker, passkey_challenges::ceremony);
        let set = (
            passkey_challenges::challenge.eq(challenge.0.to_vec()),
            passkey_challenges::expires_at.eq((now.utc() + lasting).timestamp_micros()),
        );
        // whoever asks and asks leaves no more than what lasts
        self.tidy_passkey_challenges(grant, now)?;
        self.outside_the_ledger(|db| {
            on!(db, conn => diesel::insert_into(passkey_challenges::table).values(row)
                .on_conflict(key).do_update().set(set).execute(conn))
            .map_err(StoreError::failed("keeping a challenge"))
        })?;
        Ok(())
    }

    /// Forgets what browsers were asked and did not answer in time. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn tidy_passkey_challenges(
        &self,
        _grant: &Grant<Serve>,
        now: Now,
    ) -> Result<usize, StoreError> {
        let over =
            passkey_challenges::table.filter(passkey_challenges::expires_at.le(now.micros()));
        self.outside_the_ledger(|db| {
            on!(db, conn => diesel::delete(over).execute(conn))
                .map_err(StoreError::failed("tidying challenges"))
        })
    }

    /// Takes what a browser was asked, while it lasts: it is answered once, right or wrong. Of two who answer at once,
    /// on whichever nodes, one has it. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn take_challenge(
        &self,
        _grant: &Grant<Serve>,
        (asker, ceremony): (TokenHash, Ceremony),
        now: Now,
    ) -> Result<Option<Challenge>, StoreError> {
        let row = || passkey_challenges::table.find((asker.0.to_vec(), ceremony.word()));
        self.outside_the_ledger(|db| {
            let found: Option<Vec<u8>> = on!(db, conn => row()
                .filter(passkey_challenges::expires_at.gt(now.micros()))
                .select(passkey_challenges::challenge).first(conn).optional())
            .map_err(StoreError::failed("finding a challenge"))?;
            let Some(found) = found else {
                return Ok(None);
            };
            let taken = on!(db, conn => diesel::delete(row()
                .filter(passkey_challenges::challenge.eq(&found))).execute(conn))
            .map_err(StoreError::failed("taking a challenge"))?;
            let challenge = found.try_into().ok().map(Challenge);
            Ok(challenge.filter(|_| taken == 1))
        })
    }
}

/// Writes about passkeys. Each must be alone in its transaction.
impl WriteTx<'_> {
    /// Takes a passkey of the account as shown; whether it is still what was looked at. Of two at once, on whichever
    /// nodes, one is, where the passkey counts.
    pub(super) fn use_passkey(
        &mut self,
        of: StaffId,
        shown: &PasskeyShown,
    ) -> Result<bool, StoreError> {
        let (id, counter) = (shown.id.as_bytes().to_vec(), i64::from(shown.counter));
        let row = passkeys::table
            .find(id)
            .filter(passkeys::staff_id.eq(of.as_bytes().to_vec()));
        let set = (
            passkeys::counter.eq(counter),
            passkeys::used_at.eq(self.now.micros()),
        );
        let used = self.read("using a passkey", |db| {
            if counter == 0 {
                on!(db, conn => diesel::update(row.filter(passkeys::counter.eq(0))).set(set).execute(conn))
            } else {
                on!(db, conn => diesel::update(row.filter(passkeys::counter.lt(counter))).set(set).execute(conn))
            }
        })?;
        Ok(used == 1)
    }

    /// Adds a passkey to one's own account; `recovery` are kept where it is the first of its second factors. Only with
    /// `beside` it comes beside another.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn add_passkey(
        &mut self,
        grant: &Grant<OwnAccount>,
        (passkey, name): (&Passkey, &str),
        recovery: &[RecoveryCode],
        beside: bool,
    ) -> Result<PasskeyChange, StoreError> {
        let of = own(grant)?;
        let (app, others) = self.factors_locked(of)?;
        let first = !app && others == 0;
        if (!first && !beside) || others >= PASSKEYS as i64 {
            return Ok(PasskeyChange::Not);
        }
        let row = PasskeyRow {
            id: passkey.id.as_bytes().to_vec(),
            staff_id: of.as_bytes().to_vec(),
            mark: passkey.mark().to_vec(),
            name: name.to_owned(),
            public_key: passkey.key.as_bytes().to_vec(),
            counter: passkey.counter.into(),
            may_be_copied: passkey.may_be_copied,
            created_at: self.now.micros(),
            used_at: None,
        };
        let added = self.read("adding a passkey", |db| {
            on!(db, conn => diesel::insert_into(passkeys::table).values(&row)
                .on_conflict_do_nothing().execute(conn))
        })?;
        if added == 0 {
            return Ok(PasskeyChange::Not);
        }
        if first {
            self.keep_recovery(of, recovery)?;
        }
        let entry = self.passkey_act(grant, PublicKind::StaffPasskeyAdded, &passkey.mark())?;
        Ok(PasskeyChange::Done(entry))
    }

    /// Takes a passkey of one's own away by its mark; not where it is the last second factor and one is `needed`.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn remove_passkey(
        &mut self,
        grant: &Grant<OwnAccount>,
        mark: &str,
        needed: bool,
    ) -> Result<PasskeyChange, StoreError> {
        let (of, Some(mark)) = (own(grant)?, unhex::<32>(mark)) else {
            return Ok(PasskeyChange::Not);
        };
        let (app, all) = self.factors_locked(of)?;
        let id = of.as_bytes().to_vec();
        let row = || {
            passkeys::table
                .filter(passkeys::staff_id.eq(&id))
                .filter(passkeys::mark.eq(mark.to_vec()))
        };
        let there: i64 = self.read(
            "finding a passkey",
            |db| on!(db, conn => row().count().get_result(conn)),
        )?;
        if there == 0 {
            return Ok(PasskeyChange::Not);
        }
        let last = !app && all == there;
        if last && needed {
            return Ok(PasskeyChange::Needed);
        }
        self.read(
            "removing a passkey",
            |db| on!(db, conn => diesel::delete(row()).execute(conn)),
        )?;
        if last {
            self.keep_recovery(of, &[])?;
        }
        let entry = self.passkey_act(grant, PublicKind::StaffPasskeyRemoved, &mark)?;
        Ok(PasskeyChange::Done(entry))
    }

    /// Whether the account has an authenticator app, and how many passkeys; its row is locked until the end of the
    /// transaction.
    pub(super) fn factors_locked(&mut self, of: StaffId) -> Result<(bool, i64), StoreError> {
        let id = of.as_bytes().to_vec();
        self.read("looking at second factors", |db| {
            // what both databases lock a row by
            on!(db, conn => diesel::update(staff::table.find(&id)).set(staff::login.eq(staff::login)).execute(conn))?;
            let app: bool = on!(db, conn => staff::table.find(&id)
                .select(staff::factor.is_not_null()).first(conn))?;
            let passkeys = on!(db, conn => passkeys::table
                .filter(passkeys::staff_id.eq(&id)).count().get_result(conn))?;
            Ok((app, passkeys))
        })
    }

    /// Takes all passkeys of an account away.
    pub(super) fn forget_passkeys(&mut self, of: StaffId) -> Result<(), StoreError> {
        let all = passkeys::table.filter(passkeys::staff_id.eq(of.as_bytes().to_vec()));
        self.read(
            "forgetting passkeys",
            |db| on!(db, conn => diesel::delete(all).execute(conn)),
        )?;
        Ok(())
    }

    fn passkey_act(
        &mut self,
        grant: &Grant<OwnAccount>,
        kind: PublicKind,
        mark: &[u8; 32],
    ) -> Result<Entry, StoreError> {
        // the name is its owner's and stands in its row alone
        let payload = json!({ "staff": own(grant)?, "passkey": hex(mark) });
        Ok(self.public(PublicEvent::new(kind, grant.actor(), payload)))
    }
}
