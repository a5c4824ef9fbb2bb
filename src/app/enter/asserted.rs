//! Somebody comes from a brand's own login: its site posts a signed assertion, once. It is taken from a site of
//! the brand only, so that nobody is logged in as somebody else by a page elsewhere.

use super::assertion::{self, Assertion, Unfit};
use super::{CHOICES_OPEN, SESSION};
use crate::access::token::{PlainToken, TokenKind};
use crate::access::{Grant, OwnFile, Principal, authorize};
use crate::app::brand::of_site;
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::domain::ids::SubjectId;
use crate::domain::registry::{Catalogue, Slug};
use crate::domain::time::Now;
use crate::store::{Link, LinkPower, NewSession, Order, Via};

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
}

/// What came of an assertion.
pub enum Asserted {
    /// In; the token is for the session's cookie.
    In(PlainToken),
    /// The path of the choices.
    Choices(String),
    /// It holds, and nothing is kept of that person.
    Unknown,
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
            return Ok(Asserted::Unknown);
        };
        match entrance {
            Entrance::Page => self.with_session(subject, brand, &said, now),
            Entrance::Frame => self.with_frame(subject, brand, &said, now),
        }
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

    fn with_session(
        &self,
        subject: SubjectId,
        brand: Slug,
        said: &Assertion,
        now: Now,
    ) -> Result<Asserted, Refusal> {
        let token = PlainToken::new(TokenKind::CustomerSession, self.entropy())?;
        let csrf = PlainToken::new(TokenKind::Link, self.entropy())?;
        let session = NewSession {
            hash: token.hash(),
            csrf: csrf.reveal().to_owned(),
            contact: said.contact.blind,
            via: Via {
                controller: Some(brand.clone()),
                place: None,
            },
            until: now.utc() + SESSION,
        };
        let (grant, order) = alone(subject, now)?;
        let (actor, spend) = (grant.clone(), said.spend);
        let opened = self.store.write_blocking(&grant, order, move |tx| {
            let entry = tx.enter_by_assertion(&actor, &brand, spend, Some(&session))?;
            Ok::<_, Refusal>(entry.ok_or(USED)?.with(()))
        });
        told(opened.map(|_| Asserted::In(token)))
    }

    fn with_frame(
        &self,
        subject: SubjectId,
        brand: Slug,
        said: &Assertion,
        now: Now,
    ) -> Result<Asserted, Refusal> {
        let token = PlainToken::new(TokenKind::Link, self.entropy())?;
        let (hash, until) = (token.hash(), now.utc() + CHOICES_OPEN);
        let (contact, spend) = (said.contact.blind, said.spend);
        let (grant, order) = alone(subject, now)?;
        let actor = grant.clone();
        let opened = self.store.write_blocking(&grant, order, move |tx| {
            let _signed_in = tx
                .enter_by_assertion(&actor, &brand, spend, None)?
                .ok_or(USED)?;
            let link = Link {
                subject: tx.resolve(subject).ok_or(USED)?,
                contact,
                power: LinkPower::Choices,
                via: Via {
                    controller: Some(brand.clone()),
                    place: None,
                },
                framed: true,
            };
            Ok::<_, Refusal>(tx.issue_links(&actor, [(link, hash)], until)?.with(()))
        });
        told(opened.map(|_| Asserted::Choices(format!("/c/{}", token.reveal()))))
    }
}

/// Found to be used when it is to be used.
const USED: Refusal = Refusal::NotFound("an assertion that was not used yet");

fn told(opened: Result<Asserted, Refusal>) -> Result<Asserted, Refusal> {
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
