//! What is kept of the provider by which staff sign in: which browsers were sent there, which identity opens which
//! account, and the end of its sessions. An identity stands here as a keyed hash; who it is knows the provider.

use super::ReadTx;
use super::connection::on;
use super::error::StoreError;
use super::open::Store;
use super::passkeys::has_passkey;
use super::rows::StaffRow;
use super::schema::{passkeys, provider_asks, sessions, staff};
use super::staff::{StaffAccount, account};
use super::tx::{Entry, WriteTx};
use crate::access::password::NOBODYS;
use crate::access::token::TokenHash;
use crate::access::{Grant, ManageAccess, Permission, Serve};
use crate::audit::encoding::hex;
use crate::domain::event::{PublicEvent, PublicKind};
use crate::domain::ids::StaffId;
use crate::domain::registry::StaffTerms;
use crate::domain::time::{Now, from_micros};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::json;

/// Somebody at the provider, as a keyed hash of whose they are and what they are called there.
pub type Identity = [u8; 32];

/// A browser that is sent to the provider.
#[derive(Debug)]
pub struct NewAsk {
    /// What is kept of the state in the address.
    pub state: TokenHash,
    /// What is kept of the browser's cookie.
    pub browser: TokenHash,
    /// The session whose owner is to prove who they are; none where somebody wants in.
    pub proves: Option<TokenHash>,
    /// Until when it may come back.
    pub until: DateTime<Utc>,
}

/// What a browser was sent for.
#[derive(Debug, Clone, Copy)]
pub struct AskedProvider {
    /// The session whose owner is to prove who they are; none where somebody wants in.
    pub proves: Option<TokenHash>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Which sessions the provider ends.
#[derive(Debug, Clone, Copy)]
pub enum Ended {
    /// All of an identity.
    Of(Identity),
    /// Those of an identity that came of no session of which it told.
    Unnamed(Identity),
    /// Those that came of one session at the provider.
    Session(Identity),
}

impl ReadTx<'_> {
    /// The account that an identity opens.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn staff_of_identity(
        &mut self,
        _grant: &Grant<Serve>,
        identity: Identity,
    ) -> Result<Option<StaffAccount>, StoreError> {
        let found: Option<(StaffRow, bool)> = on!(self.db, conn => staff::table
            .filter(staff::identity.eq(identity.to_vec()))
            .select((staff::all_columns, has_passkey!())).first(conn).optional())
        .map_err(StoreError::failed("finding a staff account"))?;
        Ok(found.and_then(account))
    }
}

impl Store {
    /// Remembers that a browser is sent to the provider. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn ask_provider(
        &self,
        grant: &Grant<Serve>,
        ask: &NewAsk,
        now: Now,
    ) -> Result<(), StoreError> {
        let row = (
            provider_asks::state.eq(ask.state.0.to_vec()),
            provider_asks::browser.eq(ask.browser.0.to_vec()),
            provider_asks::proves.eq(ask.proves.map(|hash| hash.0.to_vec())),
            provider_asks::asked_at.eq(now.micros()),
            provider_asks::expires_at.eq(ask.until.timestamp_micros()),
        );
        // whoever asks and asks leaves no more than what lasts
        self.tidy_provider_asks(grant, now)?;
        self.outside_the_ledger(|db| {
            on!(db, conn => diesel::insert_into(provider_asks::table).values(row).execute(conn))
                .map_err(StoreError::failed("keeping a state"))
        })?;
        Ok(())
    }

    /// Forgets browsers that did not come back in time. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn tidy_provider_asks(&self, _grant: &Grant<Serve>, now: Now) -> Result<usize, StoreError> {
        let over = provider_asks::table.filter(provider_asks::expires_at.le(now.micros()));
        self.outside_the_ledger(|db| {
            on!(db, conn => diesel::delete(over).execute(conn))
                .map_err(StoreError::failed("tidying states"))
        })
    }

    /// Takes what a browser was sent for, while it lasts: of two who come back with one state, on whichever nodes, one
    /// has it. What another browser brings leaves it to whoever it is of. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn take_ask(
        &self,
        _grant: &Grant<Serve>,
        (state, browser): (TokenHash, TokenHash),
        now: Now,
    ) -> Result<Option<AskedProvider>, StoreError> {
        let row = || {
            provider_asks::table
                .find(state.0.to_vec())
                .filter(provider_asks::browser.eq(browser.0.to_vec()))
                .filter(provider_asks::expires_at.gt(now.micros()))
        };
        self.outside_the_ledger(|db| {
            let found: Option<(Option<Vec<u8>>, i64)> = on!(db, conn => row()
                .select((provider_asks::proves, provider_asks::asked_at)).first(conn).optional())
            .map_err(StoreError::failed("finding a state"))?;
            let Some((proves, at)) = found else {
                return Ok(None);
            };
            let taken = on!(db, conn => diesel::delete(row()).execute(conn))
                .map_err(StoreError::failed("taking a state"))?;
            let proves = proves.and_then(|hash| hash.try_into().ok()).map(TokenHash);
            let at = from_micros(at);
            Ok((taken == 1).then_some(AskedProvider { proves, at }))
        })
    }
}

/// Writes about identities. Each must be alone in its transaction.
impl WriteTx<'_> {
    /// Makes an account for somebody whom the provider's groups give a role; `None` where the name is taken.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn add_identified<P: Permission>(
        &mut self,
        grant: &Grant<P>,
        (id, login): (StaffId, &str),
        terms: &StaffTerms,
        opened: Identified,
    ) -> Result<Option<Entry>, StoreError> {
        let added = self.add_account(grant, (id, login), terms, (NOBODYS, Some(opened)))?;
        if added.is_none() {
            return Ok(None);
        }
        Ok(Some(self.identity_act(grant, id, Some(opened.identity))))
    }

    /// Binds an account to an identity, or to none any more; its sessions end. `None` where there is no such account,
    /// it stands so already, or the identity opens another.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn link_identity(
        &mut self,
        grant: &Grant<ManageAccess>,
        login: &str,
        identity: Option<Identity>,
    ) -> Result<Option<Entry>, StoreError> {
        let Some(id) = self.staff_named(login)? else {
            return Ok(None);
        };
        let wanted = identity.map(|identity| identity.to_vec());
        let others: i64 = self.read("looking for an identity", |db| {
            on!(db, conn => staff::table.filter(staff::identity.eq(&wanted)).count().get_result(conn))
        })?;
        let row = || staff::table.find(id.as_bytes().to_vec());
        let had: Option<Vec<u8>> = self.read(
            "finding an identity",
            |db| on!(db, conn => row().select(staff::identity).first(conn)),
        )?;
        if others > 0 || had == wanted {
            return Ok(None);
        }
        let set = (staff::identity.eq(wanted), staff::mapped.eq(false));
        self.read(
            "binding an account",
            |db| on!(db, conn => diesel::update(row()).set(set).execute(conn)),
        )?;
        self.end_all(id)?;
        Ok(Some(self.identity_act(grant, id, identity)))
    }

    fn identity_act<P: Permission>(
        &mut self,
        grant: &Grant<P>,
        id: StaffId,
        identity: Option<Identity>,
    ) -> Entry {
        let (kind, payload) = match identity {
            Some(mark) => {
                let told = json!({ "staff": id, "identity": hex(&mark) });
                (PublicKind::StaffIdentityLinked, told)
            }
            None => (PublicKind::StaffIdentityUnlinked, json!({ "staff": id })),
        };
        self.public(PublicEvent::new(kind, grant.actor(), payload))
    }

    /// Ends the sessions that the provider let in, with an entry for each account that had one.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn end_provided(
        &mut self,
        grant: &Grant<Serve>,
        which: Ended,
    ) -> Result<Option<Entry>, StoreError> {
        let of: Vec<Vec<u8>> = self.read("finding sessions", |db| match which {
            Ended::Of(identity) | Ended::Unnamed(identity) => on!(db, conn => staff::table
                .filter(staff::identity.eq(identity.to_vec())).select(staff::id).load(conn)),
            Ended::Session(session) => on!(db, conn => sessions::table
                .filter(sessions::provider_session.eq(session.to_vec()))
                .select(sessions::staff_id).distinct().load(conn)),
        })?;
        let mut entry = None;
        for id in of.iter().filter_map(|id| StaffId::from_slice(id)) {
            let ended = self.end_provided_of(id, which)?;
            if ended == 0 {
                continue;
            }
            let told = json!({ "staff": id, "ended": ended, "by": "provider" });
            let event = PublicEvent::new(PublicKind::StaffSessionEnded, grant.actor(), told);
            entry = Some(self.public(event));
        }
        Ok(entry)
    }

    fn end_provided_of(&mut self, id: StaffId, which: Ended) -> Result<usize, StoreError> {
        let of = id.as_bytes().to_vec();
        let rows = || sessions::table.filter(sessions::staff_id.eq(&of));
        self.read("ending sessions", |db| match which {
            Ended::Of(_) => {
                on!(db, conn => diesel::delete(rows().filter(sessions::by_provider.eq(true))).execute(conn))
            }
            Ended::Unnamed(_) => {
                let unnamed = rows()
                    .filter(sessions::by_provider.eq(true))
                    .filter(sessions::provider_session.is_null());
                on!(db, conn => diesel::delete(unnamed).execute(conn))
            }
            Ended::Session(session) => on!(db, conn => diesel::delete(
                rows().filter(sessions::provider_session.eq(session.to_vec()))).execute(conn)),
        })
    }
}

/// What opens an account that is made for an identity.
#[derive(Debug, Clone, Copy)]
pub struct Identified {
    /// The identity.
    pub identity: Identity,
    /// Whether its role follows from the provider's groups.
    pub mapped: bool,
}
