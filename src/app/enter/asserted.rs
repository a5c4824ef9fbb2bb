//! Somebody comes from a brand's own login: its site posts a signed assertion, once. It is taken from a site of
//! the brand only, so that nobody is logged in as somebody else by a page elsewhere.

use super::assertion::{self, Assertion, Unfit};
use super::join::{Came, Newcomer};
use super::{CHOICES_OPEN, SESSION};
use crate::access::token::{PlainToken, TokenHash, TokenKind};
use crate::access::{Grant, OwnFile, Principal, authorize};
use crate::app::brand::of_site;
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::domain::ids::{Blind, SubjectId};
use crate::domain::registry::{Catalogue, Slug};
use crate::domain::time::Now;
use crate::store::{Entry, Link, LinkPower, NewSession, Order, Spend, Via, WriteTx};
use chrono::{DateTime, Utc};

/// What an assertion is to open; each has an address of its own, which the assertion has to name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entrance {
    /// The person's page, by a session of this browser.
    Page,
    /// Their choices in a frame of the brand's site, by a link that lives as long as a visit. No cookie is
    /// needed there, and there is no way on to the rest of the file.
    Frame,
}

impl Entrance {
    /// Where it is posted.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Page => "/own-login",
            Self::Frame => "/own-login/frame",
        }
    }

    const fn came(self) -> Came {
        match self {
            Self::Page => Came::Login,
            Self::Frame => Came::Frame,
        }
    }
}

/// What came of an assertion.
pub enum Asserted {
    /// In; the token is for the session's cookie.
    In(PlainToken),
    /// The path of the choices.
    Choices(String),
    /// It holds, and nothing is kept of that person: they may become one of the registry.
    Unknown(Box<Newcomer>),
    /// It opens nothing.
    Refused(Unfit),
}

/// What a site's page posted.
pub struct Posted<'a> {
    /// The `Origin` that the browser sent.
    pub origin: &'a str,
    /// The `Host` that it asked.
    pub host: Option<&'a str>,
    /// The assertion.
    pub assertion: &'a str,
}

impl App {
    /// Lets in whom a brand's own login names. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read or written.
    pub fn enter_asserted(
        &self,
        posted: &Posted<'_>,
        entrance: Entrance,
        now: Now,
    ) -> Result<Asserted, Refusal> {
        let catalogue = self.store.read(|tx| tx.catalogue(&self.serve))?;
        let (brand, said) = match self.asserted(&catalogue, posted, entrance, now) {
            Ok(found) => found,
            Err(unfit) => return Ok(Asserted::Refused(unfit)),
        };
        let contact = said.contact.blind;
        let found = self.store.read(|tx| tx.find(&self.serve, &[contact]))?;
        let Some(subject) = found else {
            let (spend, contact) = (said.spend.hash, said.contact.identifier);
            let newcomer = self.newcomer((brand, entrance.came()), contact, spend, now)?;
            return Ok(Asserted::Unknown(Box::new(newcomer)));
        };
        let (opened, door) = self.door(entrance, Via::of_brand(&brand), contact, now)?;
        let (grant, order) = alone(subject, now)?;
        let written = self.store.write_blocking(&grant, order, move |tx| {
            Ok::<_, Refusal>(door.open(tx, subject, Some(&brand), said.spend)?.with(()))
        });
        told(written.map(|_| opened))
    }

    /// What is to be opened for somebody, and what they get of it.
    pub(super) fn door(
        &self,
        entrance: Entrance,
        via: Via,
        contact: Blind,
        now: Now,
    ) -> Result<(Asserted, Door), Refusal> {
        if entrance == Entrance::Frame {
            let token = PlainToken::new(TokenKind::Link, self.entropy())?;
            let until = now.utc() + CHOICES_OPEN;
            let path = format!("/c/{}", token.reveal());
            let door = Door::Choices(contact, via, token.hash(), until);
            return Ok((Asserted::Choices(path), door));
        }
        let token = PlainToken::new(TokenKind::CustomerSession, self.entropy())?;
        let csrf = PlainToken::new(TokenKind::Link, self.entropy())?;
        let session = NewSession {
            hash: token.hash(),
            csrf: csrf.reveal().to_owned(),
            contact,
            via,
            until: now.utc() + SESSION,
        };
        Ok((Asserted::In(token), Door::Session(session)))
    }

    fn asserted(
        &self,
        catalogue: &Catalogue,
        posted: &Posted<'_>,
        entrance: Entrance,
        now: Now,
    ) -> Result<(Slug, Assertion), Unfit> {
        let site = of_site(catalogue, posted.origin, self.is_https());
        let site = site.ok_or(Unfit::Site)?;
        let brand = site.brand.as_ref().ok_or(Unfit::Site)?;
        let host = Self::brand_host(catalogue, posted.host);
        let host = host.filter(|(id, _)| *id == site.id);
        let base = self.base_at(host.as_ref().map(|(_, host)| host.as_str()));
        let address = format!("{base}{}", entrance.path());
        let (keys, at) = (self.keys(), now.utc());
        let said = assertion::read(posted.assertion, (&site.id, brand), &address, keys, at)?;
        Ok((site.id.clone(), said))
    }
}

/// What is opened, in the transaction that spends the assertion.
pub(super) enum Door {
    /// A session of this browser.
    Session(NewSession),
    /// A link to the choices.
    Choices(Blind, Via, TokenHash, DateTime<Utc>),
}

impl Door {
    pub fn open(
        &self,
        tx: &mut WriteTx<'_>,
        subject: SubjectId,
        brand: Option<&Slug>,
        spend: Spend,
    ) -> Result<Entry, Refusal> {
        let grant = authorize::<OwnFile>(&Principal::SignedIn(subject))?;
        let session = match self {
            Self::Session(session) => Some(session),
            Self::Choices(..) => None,
        };
        let entered = tx.enter_by_assertion(&grant, brand, spend, session)?;
        let entered = entered.ok_or(USED)?;
        let Self::Choices(contact, via, hash, until) = self else {
            return Ok(entered);
        };
        let link = Link {
            subject: tx.resolve(subject).ok_or(USED)?,
            contact: *contact,
            power: LinkPower::Choices,
            via: via.clone(),
            framed: true,
        };
        Ok(tx.issue_links(&grant, [(link, *hash)], *until)?)
    }
}

/// Found to be used when it is to be used.
pub(super) const USED: Refusal = Refusal::NotFound("an assertion that was not used yet");

pub(super) fn told(opened: Result<Asserted, Refusal>) -> Result<Asserted, Refusal> {
    match opened {
        Err(Refusal::NotFound(_)) => Ok(Asserted::Refused(Unfit::Used)),
        other => other,
    }
}

fn alone(subject: SubjectId, now: Now) -> Result<(Grant<OwnFile>, Order), Refusal> {
    let grant = authorize::<OwnFile>(&Principal::SignedIn(subject))?;
    let order = Order {
        subjects: vec![subject],
        alone: true,
        ..Order::at(now)
    };
    Ok((grant, order))
}
