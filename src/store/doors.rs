//! What opens the service's doors: API keys, staff accounts and sessions, customers' links.

use super::ReadTx;
use super::connection::on;
use super::error::StoreError;
use super::rows::{KeyRow, LinkRow, SessionRow, StaffRow};
use super::schema::{api_keys, links, sessions, staff};
use super::tx::{Entry, Records, WriteTx};
use super::world::Extra;
use crate::access::token::TokenHash;
use crate::access::{Grant, ManageAccess, Principal, Serve};
use crate::domain::event::{Actor, PublicEvent, PublicKind, SubjectEvent};
use crate::domain::ids::{Blind, KeyId, StaffId, SubjectId};
use crate::domain::registry::{KeyImage, Role, Slug};
use crate::domain::time::{Now, from_micros};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::json;

/// A staff account as the sign-in needs it.
#[derive(Debug, Clone)]
pub struct StaffAccount {
    /// The account.
    pub id: StaffId,
    /// What it may do.
    pub role: Role,
    /// The PHC string of its password.
    pub password: String,
}

/// An open session.
#[derive(Debug, Clone)]
pub struct Session {
    /// Whose.
    pub staff: StaffId,
    /// The name that they sign in with.
    pub login: String,
    /// What they may do.
    pub role: Role,
    /// The token that each form must bring back.
    pub csrf: String,
}

/// What a link of a message opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkPower {
    /// The choices: to see them, to change them, to stop.
    Choices,
    /// The stop alone: the target of a message's header.
    Stop,
}

impl LinkPower {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Choices => "choices",
            Self::Stop => "stop",
        }
    }
}

/// By which way somebody comes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Via {
    /// In which brand's name.
    pub controller: Option<Slug>,
    /// From which place: the id of a source, such as a shop's.
    pub place: Option<String>,
}

impl Via {
    pub(super) fn of(controller: Option<&str>, place: Option<String>) -> Self {
        let controller = controller.and_then(|id| id.parse().ok());
        Self { controller, place }
    }

    pub(super) fn named(&self) -> Option<String> {
        self.controller.as_ref().map(ToString::to_string)
    }
}

/// A link that is still valid.
#[derive(Debug, Clone)]
pub struct Link {
    /// Whose choices it opens.
    pub subject: SubjectId,
    /// The contact point that it was sent to.
    pub contact: Blind,
    /// What it opens.
    pub power: LinkPower,
    /// By which way it was come by.
    pub via: Via,
    /// Whether the sites of its brand may frame what it opens.
    pub framed: bool,
}

/// A key as the index needs it.
pub(super) fn key_image(row: &KeyRow) -> Result<KeyImage, StoreError> {
    let image = || {
        Some(KeyImage {
            id: KeyId::from_slice(&row.id)?,
            hash: row.hash.as_slice().try_into().ok()?,
            role: Role::parse(&row.role)?,
            live: row.revoked_at.is_none(),
        })
    };
    image().ok_or(StoreError::damaged("an API key"))
}

impl WriteTx<'_> {
    /// Makes an API key.
    pub fn add_key(
        &mut self,
        grant: &Grant<ManageAccess>,
        id: KeyId,
        name: &str,
        role: Role,
        hash: TokenHash,
    ) -> Entry {
        let row = KeyRow {
            id: id.as_bytes().to_vec(),
            name: name.to_owned(),
            role: role.as_str().to_owned(),
            hash: hash.0.to_vec(),
            created_at: self.now.micros(),
            revoked_at: None,
            position: 0,
        };
        self.public_with(
            PublicEvent::key_created(id, name, role, grant.actor()),
            Extra::Key(row),
        )
    }

    /// Revokes an API key; `None` where there is no live one of that id.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn revoke_key(
        &mut self,
        grant: &Grant<ManageAccess>,
        id: KeyId,
    ) -> Result<Option<Entry>, StoreError> {
        let key = id.as_bytes().to_vec();
        let found: Option<KeyRow> = self.read(
            "finding an API key",
            |db| on!(db, conn => api_keys::table.find(&key).first(conn).optional()),
        )?;
        let Some(row) = found.filter(|row| row.revoked_at.is_none()) else {
            return Ok(None);
        };
        let row = KeyRow {
            revoked_at: Some(self.now.micros()),
            ..row
        };
        let event = PublicEvent::new(PublicKind::KeyRevoked, grant.actor(), json!({ "key": id }));
        Ok(Some(self.public_with(event, Extra::Key(row))))
    }

    /// Makes a staff account; `None` where the name is taken.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn add_staff(
        &mut self,
        grant: &Grant<ManageAccess>,
        id: StaffId,
        login: &str,
        role: Role,
        password: &str,
    ) -> Result<Option<Entry>, StoreError> {
        let taken: i64 = self.read("looking for a staff account", |db| {
            on!(db, conn => staff::table.filter(staff::login.eq(login)).count().get_result(conn))
        })?;
        if taken > 0 {
            return Ok(None);
        }
        let row = StaffRow {
            id: id.as_bytes().to_vec(),
            login: login.to_owned(),
            role: role.as_str().to_owned(),
            password: password.to_owned(),
            created_at: self.now.micros(),
        };
        let event = PublicEvent::new(
            PublicKind::StaffAdded,
            grant.actor(),
            json!({ "staff": id, "role": role }),
        );
        Ok(Some(self.public_with(event, Extra::Staff(row))))
    }

    /// Opens a session for a member of staff whose password was right.
    pub fn open_session(
        &mut self,
        _grant: &Grant<Serve>,
        staff: StaffId,
        hash: TokenHash,
        csrf: &str,
        until: DateTime<Utc>,
    ) -> Entry {
        let row = SessionRow {
            hash: hash.0.to_vec(),
            staff_id: staff.as_bytes().to_vec(),
            csrf: csrf.to_owned(),
            created_at: self.now.micros(),
            expires_at: until.timestamp_micros(),
        };
        let event = PublicEvent::new(PublicKind::StaffSignedIn, &Actor::Staff(staff), json!({}));
        self.public_with(event, Extra::Session(row))
    }

    /// Issues links to a person's own choices, which go together: one entry tells of them.
    ///
    /// # Errors
    /// Where the person is not loaded.
    pub fn issue_links<P: Records, const N: usize>(
        &mut self,
        grant: &Grant<P>,
        links: [(Link, TokenHash); N],
        until: DateTime<Utc>,
    ) -> Result<Entry, StoreError> {
        let subject = links.first().map(|(link, _)| link.subject);
        let subject = subject.ok_or(StoreError::damaged("a link"))?;
        let entry = self.note(grant, subject, SubjectEvent::LinkIssued)?;
        for (link, hash) in links {
            self.beside_last(Extra::Link(LinkRow {
                hash: hash.0.to_vec(),
                subject_id: link.subject.as_bytes().to_vec(),
                contact: link.contact.0.to_vec(),
                created_at: self.now.micros(),
                expires_at: until.timestamp_micros(),
                power: link.power.as_str().to_owned(),
                controller: link.via.named(),
                place: link.via.place,
                framed: link.framed,
            }));
        }
        Ok(entry)
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
        let found: Option<StaffRow> = on!(self.db, conn => staff::table
            .filter(staff::login.eq(login)).first(conn).optional())
        .map_err(StoreError::failed("finding a staff account"))?;
        let account = |row: StaffRow| {
            let id = StaffId::from_slice(&row.id)?;
            Some(StaffAccount {
                id,
                role: Role::parse(&row.role)?,
                password: row.password,
            })
        };
        Ok(found.and_then(account))
    }

    /// What the key or the account of an actor may do now; `None` where it is there no more.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn principal(
        &mut self,
        _grant: &Grant<Serve>,
        actor: &Actor,
    ) -> Result<Option<Principal>, StoreError> {
        let failed = StoreError::failed("finding who asked");
        Ok(match actor {
            Actor::Key(id) => {
                let found: Option<KeyRow> = on!(self.db, conn => api_keys::table
                    .find(id.as_bytes().to_vec()).first(conn).optional())
                .map_err(failed)?;
                let live = found.filter(|row| row.revoked_at.is_none());
                live.and_then(|row| Some(Principal::Key(*id, Role::parse(&row.role)?)))
            }
            Actor::Staff(id) => {
                let found: Option<StaffRow> = on!(self.db, conn => staff::table
                    .find(id.as_bytes().to_vec()).first(conn).optional())
                .map_err(failed)?;
                found.and_then(|row| Some(Principal::Staff(*id, Role::parse(&row.role)?)))
            }
            Actor::Subject | Actor::Operator | Actor::System => None,
        })
    }

    /// The session behind a cookie, while it is open.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn session(
        &mut self,
        _grant: &Grant<Serve>,
        hash: TokenHash,
        now: Now,
    ) -> Result<Option<Session>, StoreError> {
        let found: Option<(SessionRow, StaffRow)> = on!(self.db, conn => sessions::table
            .inner_join(staff::table.on(staff::id.eq(sessions::staff_id)))
            .filter(sessions::hash.eq(hash.0.to_vec()))
            .filter(sessions::expires_at.gt(now.micros()))
            .first(conn).optional())
        .map_err(StoreError::failed("finding a session"))?;
        let session = |(session, staff): (SessionRow, StaffRow)| {
            Some(Session {
                staff: StaffId::from_slice(&staff.id)?,
                login: staff.login,
                role: Role::parse(&staff.role)?,
                csrf: session.csrf,
            })
        };
        Ok(found.and_then(session))
    }

    /// The link behind a token, while it is valid, and until when.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn link(
        &mut self,
        _grant: &Grant<Serve>,
        hash: TokenHash,
        now: Now,
    ) -> Result<Option<(Link, DateTime<Utc>)>, StoreError> {
        let found: Option<LinkRow> =
            on!(self.db, conn => links::table.find(hash.0.to_vec()).first(conn).optional())
                .map_err(StoreError::failed("finding a link"))?;
        let Some(row) = found.filter(|row| row.expires_at > now.micros()) else {
            return Ok(None);
        };
        let link = SubjectId::from_slice(&row.subject_id).zip(Blind::from_slice(&row.contact));
        let (subject, contact) = link.ok_or(StoreError::damaged("a link"))?;
        let power = if row.power == LinkPower::Choices.as_str() {
            LinkPower::Choices
        } else {
            LinkPower::Stop
        };
        let Some(subject) = self.resolve(subject)? else {
            return Ok(None);
        };
        Ok(Some((
            Link {
                subject,
                contact,
                power,
                via: Via::of(row.controller.as_deref(), row.place),
                framed: row.framed,
            },
            from_micros(row.expires_at),
        )))
    }
}

/// A session is closed by its owner at once; that it was opened stays in the ledger.
pub(super) fn close_session(
    db: &mut super::connection::Db,
    hash: TokenHash,
) -> Result<(), StoreError> {
    on!(db, conn => diesel::delete(sessions::table.find(hash.0.to_vec())).execute(conn))
        .map_err(StoreError::failed("closing a session"))?;
    Ok(())
}
