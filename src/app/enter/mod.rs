//! Customers sign in: they type their address, read a mail, and are in for a while.
//!
//! What is answered to an address does not depend on it, in words or in time: who it is, is looked up
//! afterwards ([`App::look_at_sign_ins`]). The way in is bound to the browser that asked: by its cookie where
//! the mail's link is opened in it, by the code where that is typed in it.

mod asserted;
pub mod assertion;
mod join;
mod look;

pub use asserted::{Asserted, Entrance, Posted};
pub use join::{Came, Newcomer};

use super::open::App;
use super::refusal::Refusal;
use crate::access::code::Code;
use crate::access::token::{PlainToken, TokenHash, TokenKind};
use crate::access::{Grant, OwnFile, Principal, authorize};
use crate::domain::ids::Blind;
use crate::domain::registry::{Identifier, Language};
use crate::domain::time::Now;
use crate::store::{
    CustomerSession, Link, LinkPower, NewSession, NewSignIn, OpenSignIn, Order, StoreError,
    StoredIdentifier, Tried, Via,
};
use chrono::TimeDelta;

/// How long link and code work (OWASP ASVS 5.0, 6.5.5).
pub const VALID: TimeDelta = TimeDelta::minutes(10);
/// How long a session lasts at most, however it is used.
pub const SESSION: TimeDelta = TimeDelta::hours(2);
/// How long the choices stay open that a signed-in customer opened.
const CHOICES_OPEN: TimeDelta = TimeDelta::hours(1);

/// What somebody typed, and where.
pub struct Asked<'a> {
    /// What should be an address.
    pub address: &'a str,
    /// The network that it came from.
    pub network: &'a str,
    /// The language of the page.
    pub language: Language,
    /// By which way they came.
    pub via: Via,
    /// The brand's host on which they asked, where that is not ours.
    pub host: Option<String>,
    /// Whether who is not known yet is asked for their first choices: behind a shop's code.
    pub newcomers: bool,
}

/// What came of asking.
pub enum Asking {
    /// If the address is known, a mail is on its way; the token is for the browser's cookie.
    Taken(PlainToken),
    /// What was typed is no address.
    NoAddress,
    /// From this network was asked too often.
    TooMany,
}

/// What came of a link or a code.
pub enum Entering {
    /// In; the token is for the session's cookie.
    In(PlainToken),
    /// They read the mail, and nothing is kept of them: they may become a person of the registry.
    Unknown(Box<Newcomer>),
    /// The code is not the one.
    Wrong,
    /// Too many codes were tried.
    TooMany,
    /// The time has passed, or nothing was asked from this browser.
    Expired,
    /// It was used already.
    Used,
    /// It was asked from another browser.
    Elsewhere,
}

/// How a link stands in the browser that opened it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkFound {
    /// It opens here.
    Opens,
    /// It was asked from another browser.
    Elsewhere,
    /// It was used already.
    Used,
    /// Its time has passed, or there never was one.
    Gone,
}

impl App {
    /// Takes the wish to sign in down. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be written.
    pub fn ask_sign_in(&self, asked: Asked<'_>, now: Now) -> Result<Asking, Refusal> {
        let Ok(address) = Identifier::email(asked.address) else {
            return Ok(Asking::NoAddress);
        };
        let token = PlainToken::new(TokenKind::Browser, self.entropy())?;
        let browser = token.hash();
        // known or not, whoever asks by this way: so that both take the same time
        let sealed = asked.newcomers.then(|| {
            let address = address.reveal().as_bytes();
            self.keys()
                .seal_address(address, &browser.0, self.entropy())
        });
        let sealed = sealed.transpose().map_err(StoreError::from)?;
        let new = NewSignIn {
            browser,
            contact: self.keys().blind(address.canonical()),
            client: self.keys().client(asked.network),
            language: asked.language.as_str().to_owned(),
            expires_at: now.utc() + VALID,
            via: asked.via,
            host: asked.host,
            address: sealed,
        };
        let taken = self.store.ask_sign_in(&self.serve, &new, now)?;
        Ok(if taken {
            Asking::Taken(token)
        } else {
            Asking::TooMany
        })
    }

    /// Lets in who typed the code in the browser that asked. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read or written.
    pub fn enter_by_code(&self, browser: &str, code: &str, now: Now) -> Result<Entering, Refusal> {
        let asked = self.asked(browser)?;
        let Some(asked) = asked.filter(|asked| asked.expires_at > now.utc()) else {
            return Ok(Entering::Expired);
        };
        if asked.used {
            return Ok(Entering::Used);
        }
        let Some(code) = Code::typed(code) else {
            return Ok(Entering::Wrong);
        };
        match self
            .store
            .try_sign_in_code(&self.serve, &asked, &code, now)?
        {
            Tried::Right => self.let_in(&asked, now),
            Tried::Wrong => Ok(Entering::Wrong),
            Tried::TooMany => Ok(Entering::TooMany),
        }
    }

    /// Lets in who pressed the button behind the mail's link, in the browser that asked. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read or written.
    pub fn enter_by_link(
        &self,
        browser: Option<&str>,
        link: &str,
        now: Now,
    ) -> Result<Entering, Refusal> {
        let (found, asked) = self.find_link(browser, link, now)?;
        match (found, asked) {
            (LinkFound::Opens, Some(asked)) => self.let_in(&asked, now),
            (LinkFound::Elsewhere, _) => Ok(Entering::Elsewhere),
            (LinkFound::Used, _) => Ok(Entering::Used),
            _ => Ok(Entering::Expired),
        }
    }

    /// How a link stands in a browser. It changes nothing. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn link_found(
        &self,
        browser: Option<&str>,
        link: &str,
        now: Now,
    ) -> Result<LinkFound, Refusal> {
        Ok(self.find_link(browser, link, now)?.0)
    }

    fn find_link(
        &self,
        browser: Option<&str>,
        link: &str,
        now: Now,
    ) -> Result<(LinkFound, Option<OpenSignIn>), Refusal> {
        let token = TokenHash::of(link);
        let asked = self
            .store
            .read(|tx| tx.sign_in_by_link(&self.serve, token))?;
        let here = browser.map(TokenHash::of);
        let found = match &asked {
            Some(asked) if asked.used => LinkFound::Used,
            Some(asked) if asked.expires_at <= now.utc() => LinkFound::Gone,
            Some(asked) if here == Some(asked.browser) => LinkFound::Opens,
            Some(_) => LinkFound::Elsewhere,
            None => LinkFound::Gone,
        };
        Ok((found, asked))
    }

    fn asked(&self, browser: &str) -> Result<Option<OpenSignIn>, Refusal> {
        let browser = TokenHash::of(browser);
        Ok(self.store.read(|tx| tx.sign_in(&self.serve, browser))?)
    }

    fn let_in(&self, asked: &OpenSignIn, now: Now) -> Result<Entering, Refusal> {
        let Some(subject) = asked.subject else {
            return self.let_newcomer_in(asked, now);
        };
        let grant = authorize::<OwnFile>(&Principal::SignedIn(subject))?;
        let token = PlainToken::new(TokenKind::CustomerSession, self.entropy())?;
        let csrf = PlainToken::new(TokenKind::Link, self.entropy())?;
        let order = Order {
            subjects: vec![subject],
            alone: true,
            ..Order::at(now)
        };
        let session = NewSession {
            hash: token.hash(),
            csrf: csrf.reveal().to_owned(),
            contact: asked.contact,
            via: asked.via.clone(),
            until: now.utc() + SESSION,
        };
        let (actor, asked) = (grant.clone(), asked.clone());
        let opened = self.store.write_blocking(&grant, order, move |tx| {
            let entry = tx.open_customer_session(&actor, &asked, &session)?;
            Ok::<_, Refusal>(
                entry
                    .ok_or(Refusal::NotFound("this wish to sign in"))?
                    .with(()),
            )
        });
        match opened {
            Ok(_) => Ok(Entering::In(token)),
            Err(Refusal::NotFound(_)) => Ok(Entering::Used),
            Err(refusal) => Err(refusal),
        }
    }

    /// The customer behind a session's cookie, with the permission to read what is theirs; the session
    /// lasts on. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read or written.
    pub fn signed_in(
        &self,
        token: &str,
        now: Now,
    ) -> Result<Option<(Grant<OwnFile>, CustomerSession)>, Refusal> {
        let hash = TokenHash::of(token);
        let found = self
            .store
            .read(|tx| tx.customer_session(&self.serve, hash, now))?;
        let Some(session) = found else {
            return Ok(None);
        };
        self.store.session_used(&self.serve, hash, &session, now)?;
        let grant = authorize::<OwnFile>(&Principal::SignedIn(session.subject))?;
        Ok(Some((grant, session)))
    }

    /// Ends a customer's session. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be written.
    pub fn leave(&self, token: &str) -> Result<(), Refusal> {
        let hash = TokenHash::of(token);
        Ok(self.store.close_customer_session(&self.serve, hash)?)
    }

    /// The identifiers by which a signed-in customer is known, in an order that stays. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn own_contacts(&self, grant: &Grant<OwnFile>) -> Result<Vec<StoredIdentifier>, Refusal> {
        let own = grant.customer().ok_or(Refusal::NotFound("this person"))?;
        let mut found = self.store.read(|tx| tx.identifiers(grant, own))?;
        found.sort_by_key(|held| (held.identifier.kind().code(), held.blind));
        Ok(found)
    }

    /// A short-lived link to a signed-in customer's own choices. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be written.
    pub fn open_choices(
        &self,
        grant: &Grant<OwnFile>,
        (contact, via): (Blind, Via),
        now: Now,
    ) -> Result<String, Refusal> {
        let own = grant.customer().ok_or(Refusal::NotFound("this person"))?;
        let token = PlainToken::new(TokenKind::Link, self.entropy())?;
        let order = Order {
            subjects: vec![own],
            ..Order::at(now)
        };
        let (actor, hash, until) = (grant.clone(), token.hash(), now.utc() + CHOICES_OPEN);
        self.store.write_blocking(grant, order, move |tx| {
            let subject = tx.resolve(own).ok_or(Refusal::NotFound("this person"))?;
            let link = Link {
                subject,
                contact,
                power: LinkPower::Choices,
                via: via.clone(),
                framed: false,
            };
            Ok::<_, Refusal>(tx.issue_links(&actor, [(link, hash)], until)?.with(()))
        })?;
        Ok(format!("/c/{}", token.reveal()))
    }
}
