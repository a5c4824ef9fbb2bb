//! Staff accounts: what opens them, and what the operator does with them. Who they are stands in the ledger as an
//! id; a name stands in their row alone.

use super::ReadTx;
use super::api_keys::written;
use super::connection::on;
use super::error::StoreError;
use super::open::Store;
use super::passkeys::{PasskeyShown, has_passkey};
use super::provider::Identity;
use super::rows::StaffRow;
use super::schema::{date_feeds, passkeys, recovery_codes, sessions, staff};
use super::tx::{Entry, WriteTx};
use crate::access::recovery::RecoveryCode;
use crate::access::token::TokenHash;
use crate::access::totp::TotpSecret;
use crate::access::{
    Grant, KeepAccounts, ManageAccess, OwnAccount, Permission, ReadAccounts, Serve,
};
use crate::domain::event::{Actor, PublicEvent, PublicKind};
use crate::domain::ids::StaffId;
use crate::domain::registry::{Role, StaffTerms};
use crate::domain::time::{Now, from_micros};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::{Value, json};

/// A staff account as the sign-in needs it.
#[derive(Debug, Clone)]
pub struct StaffAccount {
    /// The account.
    pub id: StaffId,
    /// The name that they sign in with.
    pub login: String,
    /// What it may do, until when and for what.
    pub terms: StaffTerms,
    /// The PHC string of its password.
    pub password: String,
    /// Since when it is there.
    pub created_at: DateTime<Utc>,
    /// Whether it has a second factor: an authenticator app or a passkey.
    pub has_factor: bool,
    /// Since when nobody signs in with it.
    pub disabled_at: Option<DateTime<Utc>>,
    /// When somebody signed in with it last.
    pub signed_in_at: Option<DateTime<Utc>>,
    /// The identity of the provider that opens it.
    pub identity: Option<Identity>,
    /// Whether its role follows from the provider's groups.
    pub mapped: bool,
}

impl StaffAccount {
    /// Whether somebody may sign in with it: it is not disabled, and its time is not over.
    #[must_use]
    pub fn is_open(&self, now: Now) -> bool {
        self.disabled_at.is_none() && !self.terms.is_over(now.utc())
    }
}

pub(super) fn account((row, has_passkey): (StaffRow, bool)) -> Option<StaffAccount> {
    Some(StaffAccount {
        id: StaffId::from_slice(&row.id)?,
        terms: terms(&row)?,
        login: row.login,
        password: row.password,
        created_at: from_micros(row.created_at),
        has_factor: row.factor.is_some() || has_passkey,
        disabled_at: row.disabled_at.map(from_micros),
        signed_in_at: row.signed_in_at.map(from_micros),
        identity: row.identity.and_then(|mark| mark.try_into().ok()),
        mapped: row.mapped,
    })
}

/// What a row says; `None` where it cannot be read, and so opens nothing.
pub(super) fn terms(row: &StaffRow) -> Option<StaffTerms> {
    Some(StaffTerms {
        role: Role::parse(&row.role)?,
        until: row.expires_at.map(from_micros),
        bounds: serde_json::from_str(&row.bounds).ok()?,
    })
}

/// Whether somebody may sign in with an account and use what it has: it is not disabled, and its time is not over.
pub(super) fn is_open(row: &StaffRow, now: Now) -> bool {
    row.disabled_at.is_none() && row.expires_at.is_none_or(|end| end > now.micros())
}

/// The end as its row has it.
pub(super) fn until_of(terms: &StaffTerms) -> Option<i64> {
    terms.until.map(|until| until.timestamp_micros())
}

/// What the log says of an account's terms.
pub(super) fn told(id: StaffId, terms: &StaffTerms) -> Result<Value, StoreError> {
    let unwritten = |_| StoreError::damaged("an account's terms");
    let mut told = serde_json::to_value(terms).map_err(unwritten)?;
    if let Some(told) = told.as_object_mut() {
        told.insert("staff".into(), json!(id));
    }
    Ok(told)
}

/// Which account an own act is about.
pub(super) fn own(grant: &Grant<OwnAccount>) -> Result<StaffId, StoreError> {
    match grant.actor() {
        Actor::Staff(id) => Ok(*id),
        _ => Err(StoreError::damaged("an account's owner")),
    }
}

impl ReadTx<'_> {
    /// The staff account of that name.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn staff(
        &mut self,
        _grant: &Grant<Serve>,
        login: &str,
    ) -> Result<Option<StaffAccount>, StoreError> {
        let found: Option<(StaffRow, bool)> = on!(self.db, conn => staff::table
            .filter(staff::login.eq(login))
            .select((staff::all_columns, has_passkey!())).first(conn).optional())
        .map_err(StoreError::failed("finding a staff account"))?;
        Ok(found.and_then(account))
    }

    /// The staff account of that id.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn staff_of(
        &mut self,
        _grant: &Grant<Serve>,
        id: StaffId,
    ) -> Result<Option<StaffAccount>, StoreError> {
        let found: Option<(StaffRow, bool)> = on!(self.db, conn => staff::table
            .find(id.as_bytes().to_vec())
            .select((staff::all_columns, has_passkey!())).first(conn).optional())
        .map_err(StoreError::failed("finding a staff account"))?;
        Ok(found.and_then(account))
    }

    /// Every staff account, by name.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn all_staff(
        &mut self,
        _grant: &Grant<ReadAccounts>,
    ) -> Result<Vec<StaffAccount>, StoreError> {
        let rows: Vec<(StaffRow, bool)> = on!(self.db, conn => staff::table
            .order(staff::login)
            .select((staff::all_columns, has_passkey!())).load(conn))
        .map_err(StoreError::failed("loading staff accounts"))?;
        Ok(rows.into_iter().filter_map(account).collect())
    }

    /// How many recovery codes an account has left.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn recovery_left(&mut self, grant: &Grant<OwnAccount>) -> Result<i64, StoreError> {
        let id = own(grant)?.as_bytes().to_vec();
        on!(self.db, conn => recovery_codes::table
            .filter(recovery_codes::staff_id.eq(id)).count().get_result(conn))
        .map_err(StoreError::failed("counting recovery codes"))
    }
}

impl Store {
    /// Keeps a password's hash that was made anew with more work: what it is of stays. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn renew_password(
        &self,
        _grant: &Grant<Serve>,
        of: &StaffAccount,
        hash: &str,
    ) -> Result<(), StoreError> {
        self.outside_the_ledger(|db| {
            // not where it was changed meanwhile
            let row = staff::table
                .filter(staff::id.eq(of.id.as_bytes().to_vec()))
                .filter(staff::password.eq(&of.password));
            on!(db, conn => diesel::update(row).set(staff::password.eq(hash)).execute(conn))
                .map_err(StoreError::failed("keeping a password"))
        })?;
        Ok(())
    }
}

/// Writes about accounts. Each must be alone in its transaction.
impl WriteTx<'_> {
    /// Takes a code of the authenticator app as used, or a recovery code, or a passkey; whether it was right. Of two at
    /// once, on whichever nodes, one is.
    ///
    /// # Errors
    /// Where the database fails, or the second factor does not open.
    pub fn use_factor(
        &mut self,
        _grant: &Grant<Serve>,
        of: StaffId,
        typed: &Typed,
    ) -> Result<bool, StoreError> {
        let id = of.as_bytes().to_vec();
        let row: Option<StaffRow> = self.read(
            "finding a staff account",
            |db| on!(db, conn => staff::table.find(&id).first(conn).optional()),
        )?;
        let Some(row) = row.filter(|row| is_open(row, self.now)) else {
            return Ok(false);
        };
        match typed {
            Typed::Code(code) => {
                let Some(sealed) = &row.factor else {
                    return Ok(false);
                };
                let secret = self.keys.open_factor(sealed, of)?;
                let Some(step) = secret.matched(code, self.now, row.factor_step) else {
                    return Ok(false);
                };
                let unused = staff::table
                    .find(id)
                    .filter(staff::factor_step.is_null().or(staff::factor_step.lt(step)));
                let used = self.read("using a code", |db| {
                    on!(db, conn => diesel::update(unused)
                        .set(staff::factor_step.eq(step)).execute(conn))
                })?;
                Ok(used == 1)
            }
            Typed::Recovery(code) => {
                let row = recovery_codes::table.find((id, code.hash().0.to_vec()));
                let used = self.read(
                    "using a recovery code",
                    |db| on!(db, conn => diesel::delete(row).execute(conn)),
                )?;
                Ok(used == 1)
            }
            Typed::Passkey(shown) => self.use_passkey(of, shown),
        }
    }

    /// Changes one's own password.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn change_password(
        &mut self,
        grant: &Grant<OwnAccount>,
        hash: &str,
    ) -> Result<Entry, StoreError> {
        let id = own(grant)?.as_bytes().to_vec();
        self.read("changing a password", |db| {
            on!(db, conn => diesel::update(staff::table.find(id))
                .set(staff::password.eq(hash)).execute(conn))
        })?;
        self.own_act(grant, PublicKind::StaffPasswordChanged)
    }

    /// Sets one's own second factor; the step's code counts as used. Only with `instead` it comes in the place of one
    /// that is there: `None` where there is one otherwise.
    ///
    /// # Errors
    /// Where the database fails, or it cannot be sealed.
    pub fn set_factor(
        &mut self,
        grant: &Grant<OwnAccount>,
        (factor, step): (&TotpSecret, i64),
        recovery: &[RecoveryCode],
        instead: bool,
    ) -> Result<Option<Entry>, StoreError> {
        let staff_id = own(grant)?;
        let sealed = self.keys.seal_factor(factor, staff_id, self.entropy)?;
        let (_, passkeys) = self.factors_locked(staff_id)?;
        if passkeys > 0 && !instead {
            return Ok(None);
        }
        let set = (staff::factor.eq(sealed), staff::factor_step.eq(step));
        let row = || staff::table.find(staff_id.as_bytes().to_vec());
        let done = self.read("setting a second factor", |db| {
            if instead {
                on!(db, conn => diesel::update(row()).set(set).execute(conn))
            } else {
                on!(db, conn => diesel::update(row().filter(staff::factor.is_null())).set(set).execute(conn))
            }
        })?;
        if done == 0 {
            return Ok(None);
        }
        self.keep_recovery(staff_id, recovery)?;
        self.own_act(grant, PublicKind::StaffFactorSet).map(Some)
    }

    /// Gives one's own account other recovery codes in the place of those that were left.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn renew_recovery(
        &mut self,
        grant: &Grant<OwnAccount>,
        recovery: &[RecoveryCode],
    ) -> Result<Entry, StoreError> {
        self.keep_recovery(own(grant)?, recovery)?;
        self.own_act(grant, PublicKind::StaffRecoveryMade)
    }

    pub(super) fn keep_recovery(
        &mut self,
        of: StaffId,
        recovery: &[RecoveryCode],
    ) -> Result<(), StoreError> {
        let id = of.as_bytes().to_vec();
        let rows: Vec<_> = recovery
            .iter()
            .map(|code| {
                (
                    recovery_codes::staff_id.eq(id.clone()),
                    recovery_codes::hash.eq(code.hash().0.to_vec()),
                )
            })
            .collect();
        let old = recovery_codes::table.filter(recovery_codes::staff_id.eq(id.clone()));
        self.read("keeping recovery codes", |db| {
            on!(db, conn => diesel::delete(old).execute(conn))?;
            for row in rows {
                on!(db, conn => diesel::insert_into(recovery_codes::table).values(row).execute(conn))?;
            }
            Ok(())
        })
    }

    fn own_act(
        &mut self,
        grant: &Grant<OwnAccount>,
        kind: PublicKind,
    ) -> Result<Entry, StoreError> {
        let payload = json!({ "staff": own(grant)? });
        Ok(self.public(PublicEvent::new(kind, grant.actor(), payload)))
    }

    /// Records that somebody proved who they are, for one command and without a session.
    pub fn proven(&mut self, _grant: &Grant<Serve>, staff: StaffId, by: &'static str) -> Entry {
        let payload = json!({ "by": by });
        self.public(PublicEvent::new(
            PublicKind::StaffProven,
            &Actor::Staff(staff),
            payload,
        ))
    }

    /// Takes the second factors of an account away, passkeys among them, and ends its sessions; `None` where there is no such account.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn reset_factor(
        &mut self,
        grant: &Grant<ManageAccess>,
        login: &str,
    ) -> Result<Option<Entry>, StoreError> {
        let Some(id) = self.staff_named(login)? else {
            return Ok(None);
        };
        let none = (
            staff::factor.eq(None::<Vec<u8>>),
            staff::factor_step.eq(None::<i64>),
        );
        self.read("resetting a second factor", |db| {
            on!(db, conn => diesel::update(staff::table.find(id.as_bytes().to_vec())).set(none).execute(conn))
        })?;
        self.keep_recovery(id, &[])?;
        self.forget_passkeys(id)?;
        self.close(grant, id, PublicKind::StaffFactorReset)
            .map(Some)
    }

    /// Has nobody sign in with an account any more, or lets them again; at once, on every node. `None` where there
    /// is no such account, or it stands so already.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn disable_staff(
        &mut self,
        grant: &Grant<KeepAccounts>,
        login: &str,
        disable: bool,
    ) -> Result<Option<Entry>, StoreError> {
        let Some(id) = self.staff_named(login)? else {
            return Ok(None);
        };
        let row = || staff::table.find(id.as_bytes().to_vec());
        let since = disable.then(|| self.now.micros());
        let changed = self.read("disabling an account", |db| {
            if disable {
                on!(db, conn => diesel::update(row().filter(staff::disabled_at.is_null()))
                    .set(staff::disabled_at.eq(since)).execute(conn))
            } else {
                on!(db, conn => diesel::update(row().filter(staff::disabled_at.is_not_null()))
                    .set(staff::disabled_at.eq(since)).execute(conn))
            }
        })?;
        if changed == 0 {
            return Ok(None);
        }
        let kind = if disable {
            PublicKind::StaffDisabled
        } else {
            PublicKind::StaffEnabled
        };
        self.close(grant, id, kind).map(Some)
    }

    /// Puts other terms in the place of an account's, and ends its sessions: whoever signs in again has the new
    /// ones. `None` where there is no such account, or they are its own already.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn change_staff(
        &mut self,
        grant: &Grant<ManageAccess>,
        login: &str,
        terms: &StaffTerms,
    ) -> Result<Option<Entry>, StoreError> {
        let Some(id) = self.staff_named(login)? else {
            return Ok(None);
        };
        let set_by_hand = staff::table.find(id.as_bytes().to_vec());
        // what somebody decided is not decided again by groups
        self.read("changing an account", |db| {
            on!(db, conn => diesel::update(set_by_hand).set(staff::mapped.eq(false)).execute(conn))
        })?;
        self.change_terms(grant, id, terms).map(Some)
    }

    /// The same of an account that is known, by whoever may.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn change_terms<P: Permission>(
        &mut self,
        grant: &Grant<P>,
        id: StaffId,
        terms: &StaffTerms,
    ) -> Result<Entry, StoreError> {
        let set = (
            staff::role.eq(terms.role.as_str()),
            staff::expires_at.eq(until_of(terms)),
            staff::bounds.eq(written(&terms.bounds)?),
        );
        let of = staff::table.find(id.as_bytes().to_vec());
        self.read(
            "changing an account",
            |db| on!(db, conn => diesel::update(of).set(set).execute(conn)),
        )?;
        self.end_all(id)?;
        let event = PublicEvent::new(PublicKind::StaffChanged, grant.actor(), told(id, terms)?);
        Ok(self.public(event))
    }

    /// Ends every session of an account, which stays as it is; `None` where none is open.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn end_staff_sessions(
        &mut self,
        grant: &Grant<KeepAccounts>,
        login: &str,
    ) -> Result<Option<Entry>, StoreError> {
        let Some(id) = self.staff_named(login)? else {
            return Ok(None);
        };
        let row = sessions::table.filter(sessions::staff_id.eq(id.as_bytes().to_vec()));
        let ended = self.read(
            "ending sessions",
            |db| on!(db, conn => diesel::delete(row).execute(conn)),
        )?;
        let told = json!({ "staff": id, "ended": ended });
        let event = PublicEvent::new(PublicKind::StaffSessionEnded, grant.actor(), told);
        Ok((ended > 0).then(|| self.public(event)))
    }

    pub(super) fn staff_named(&mut self, login: &str) -> Result<Option<StaffId>, StoreError> {
        let found: Option<Vec<u8>> = self.read("finding a staff account", |db| {
            on!(db, conn => staff::table.filter(staff::login.eq(login))
                .select(staff::id).first(conn).optional())
        })?;
        Ok(found.as_deref().and_then(StaffId::from_slice))
    }

    /// Ends every session of an account and its feed of dates, with the entry that says why.
    fn close<P: Permission>(
        &mut self,
        grant: &Grant<P>,
        id: StaffId,
        kind: PublicKind,
    ) -> Result<Entry, StoreError> {
        self.end_all(id)?;
        let event = PublicEvent::new(kind, grant.actor(), json!({ "staff": id }));
        Ok(self.public(event))
    }

    pub(super) fn end_all(&mut self, id: StaffId) -> Result<(), StoreError> {
        let of = id.as_bytes().to_vec();
        self.read("ending sessions", |db| {
            on!(db, conn => diesel::delete(sessions::table.filter(sessions::staff_id.eq(&of))).execute(conn))?;
            on!(db, conn => diesel::delete(date_feeds::table.filter(date_feeds::staff_id.eq(&of))).execute(conn))
        })?;
        Ok(())
    }
}

/// What somebody typed to prove who they are.
#[derive(Debug, Clone)]
pub enum Typed {
    /// Six digits.
    Code(crate::access::code::Code),
    /// A recovery code.
    Recovery(RecoveryCode),
    /// A passkey, which is pressed and not typed.
    Passkey(PasskeyShown),
}

impl Typed {
    /// Reads a code; `None` where it is neither kind.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let code = crate::access::code::Code::typed(text).map(Self::Code);
        code.or_else(|| RecoveryCode::typed(text).map(Self::Recovery))
    }

    /// Its word in the ledger.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Code(_) => "totp",
            Self::Recovery(_) => "recovery_code",
            Self::Passkey(_) => "passkey",
        }
    }
}

/// The hash of a session, as its owner's page names it.
#[must_use]
pub fn session_name(hash: TokenHash) -> String {
    crate::audit::encoding::hex(&hash.0)
}

/// Whether it is the session of that name.
pub(super) fn named(text: &str) -> Option<TokenHash> {
    crate::audit::encoding::unhex(text).map(TokenHash)
}

/// The instant before which something is over.
pub(super) fn before(now: Now, span: chrono::TimeDelta) -> i64 {
    (now.utc() - span).timestamp_micros()
}
