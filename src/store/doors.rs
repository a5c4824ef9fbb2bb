//! What opens the service's doors besides keys: staff accounts, customers' links.

use super::ReadTx;
use super::api_keys::written;
use super::connection::on;
use super::error::StoreError;
use super::provider::Identified;
use super::rows::{LinkRow, StaffRow};
use super::schema::{links, staff};
use super::staff::{is_open, told, until_of};
use super::tx::{Entry, Records, WriteTx};
use super::world::Extra;
use crate::access::token::TokenHash;
use crate::access::{Grant, ManageAccess, Permission, Principal, Serve};
use crate::domain::event::{Actor, PublicEvent, PublicKind, SubjectEvent};
use crate::domain::ids::{Blind, StaffId, SubjectId};
use crate::domain::registry::{Role, Slug, StaffTerms};
use crate::domain::time::{Now, from_micros};
use chrono::{DateTime, Utc};
use diesel::prelude::*;

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
    /// In a brand's name, from nowhere in particular.
    #[must_use]
    pub fn of_brand(brand: &Slug) -> Self {
        Self {
            controller: Some(brand.clone()),
            place: None,
        }
    }

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

impl WriteTx<'_> {
    /// Makes a staff account; `None` where the name is taken.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn add_staff(
        &mut self,
        grant: &Grant<ManageAccess>,
        id: StaffId,
        login: &str,
        terms: &StaffTerms,
        password: &str,
    ) -> Result<Option<Entry>, StoreError> {
        self.add_account(grant, (id, login), terms, (password, None))
    }

    /// Makes an account that a password opens, or somebody at the provider; `None` where the name or the identity
    /// is taken.
    pub(super) fn add_account<P: Permission>(
        &mut self,
        grant: &Grant<P>,
        (id, login): (StaffId, &str),
        terms: &StaffTerms,
        (password, opened): (&str, Option<Identified>),
    ) -> Result<Option<Entry>, StoreError> {
        let identity = opened.map(|opened| opened.identity.to_vec());
        let taken: i64 = self.read("looking for a staff account", |db| {
            on!(db, conn => staff::table
                .filter(staff::login.eq(login).or(staff::identity.eq(&identity)))
                .count().get_result(conn))
        })?;
        if taken > 0 {
            return Ok(None);
        }
        let row = StaffRow {
            id: id.as_bytes().to_vec(),
            login: login.to_owned(),
            role: terms.role.as_str().to_owned(),
            password: password.to_owned(),
            created_at: self.now.micros(),
            factor: None,
            factor_step: None,
            disabled_at: None,
            signed_in_at: None,
            expires_at: until_of(terms),
            bounds: written(&terms.bounds)?,
            identity,
            mapped: opened.is_some_and(|opened| opened.mapped),
        };
        let event = PublicEvent::new(PublicKind::StaffAdded, grant.actor(), told(id, terms)?);
        Ok(Some(self.public_with(event, Extra::Staff(row))))
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
    /// What the key or the account of an actor may do now; `None` where it is there no more.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn principal(
        &mut self,
        _grant: &Grant<Serve>,
        actor: &Actor,
        now: Now,
    ) -> Result<Option<Principal>, StoreError> {
        let failed = StoreError::failed("finding who asked");
        Ok(match actor {
            Actor::Key(id) => self.live_key(*id, now)?,
            Actor::Staff(id) => {
                let found: Option<StaffRow> = on!(self.db, conn => staff::table
                    .find(id.as_bytes().to_vec()).first(conn).optional())
                .map_err(failed)?;
                let able = found.filter(|row| is_open(row, now));
                able.and_then(|row| Some(Principal::Staff(*id, Role::parse(&row.role)?)))
            }
            Actor::Subject | Actor::Operator | Actor::System => None,
        })
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
