//! Whom a brand's own login vouches for, or who read a mail that a shop's code brought them, and of whom nothing
//! is kept: they are asked, and with their first answer they are a person of the registry, and in.
//!
//! Between the question and the answer nothing is stored. The page carries a slip that only this service can
//! have written; it works once, for an hour, and for as long as nobody is known by that contact point: nothing
//! that was said since is answered over.

use super::Entering;
use super::asserted::{Asserted, Entrance, USED};
use super::assertion::Unfit;
use crate::access::{Grant, Join, Principal, authorize};
use crate::app::choices::OwnChoicesView;
use crate::app::choose::{Wishes, write};
use crate::app::contact::{self, Named};
use crate::app::open::App;
use crate::app::record::person;
use crate::app::refusal::Refusal;
use crate::audit::encoding::hex;
use crate::domain::registry::{Channel, Identifier, IdentifierKind, Slug};
use crate::domain::time::Now;
use crate::store::{OpenSignIn, Order, ReadTx, Spend, Via};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// How long the page can be answered.
const OPEN: TimeDelta = TimeDelta::hours(1);

/// What the page carries from the question to the answer.
#[derive(Debug, Serialize, Deserialize)]
struct Slip {
    brand: Slug,
    kind: String,
    contact: String,
    spend: [u8; 32],
    came: Came,
    until: DateTime<Utc>,
}

/// Who says that the contact point is theirs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Came {
    /// The brand's own login.
    Login,
    /// The same, in a frame of the brand's site.
    Frame,
    /// They themselves, by a mail that they read: in this place of the brand.
    Mail(Option<String>),
}

/// Somebody whose contact point is shown to be theirs, and who is unknown.
#[derive(Debug)]
pub struct Newcomer {
    /// What is on offer, with nothing answered.
    pub view: OwnChoicesView,
    /// What the page brings back.
    pub slip: String,
    /// Which brand asks.
    pub brand: Slug,
    /// How they came.
    pub came: Came,
}

impl App {
    /// What somebody unknown is asked. Nothing is written. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub(super) fn newcomer(
        &self,
        (brand, came): (Slug, Came),
        identifier: Identifier,
        spend: [u8; 32],
        now: Now,
    ) -> Result<Newcomer, Refusal> {
        let slip = Slip {
            kind: identifier.kind().as_str().to_owned(),
            contact: identifier.reveal().to_owned(),
            until: now.utc() + OPEN,
            brand,
            spend,
            came,
        };
        let signed = self.signed(&slip);
        self.asked_by(slip, signed, identifier)
    }

    /// Lets in whom a mail reached that a shop's code brought, and of whom nothing is kept: they are asked.
    pub(super) fn let_newcomer_in(
        &self,
        asked: &OpenSignIn,
        now: Now,
    ) -> Result<Entering, Refusal> {
        let opened = self.opened(asked.address.as_deref(), asked.browser);
        let Some((address, brand)) = opened.zip(asked.via.controller.clone()) else {
            return Ok(Entering::Wrong);
        };
        let is_known = |tx: &mut ReadTx<'_>| tx.find(&self.serve, &[asked.contact]);
        if self.store.read(is_known)?.is_some() {
            // joined meanwhile, by this mail or otherwise
            return Ok(Entering::Used);
        }
        let came = Came::Mail(asked.via.place.clone());
        let newcomer = self.newcomer((brand, came), address, asked.browser.0, now)?;
        Ok(Entering::Unknown(Box::new(newcomer)))
    }

    /// The page of a slip again; `None` where it is none of ours, or its time has passed. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn newcomer_again(&self, text: &str, now: Now) -> Result<Option<Newcomer>, Refusal> {
        let Some((slip, identifier)) = self.slip(text, now) else {
            return Ok(None);
        };
        self.asked_by(slip, text.to_owned(), identifier).map(Some)
    }

    fn asked_by(
        &self,
        slip: Slip,
        signed: String,
        identifier: Identifier,
    ) -> Result<Newcomer, Refusal> {
        let from = (&slip.brand, slip.place());
        let view = self
            .store
            .read(|tx| self.offered_to(tx, from, identifier))?;
        Ok(Newcomer {
            view,
            slip: signed,
            brand: slip.brand,
            came: slip.came,
        })
    }

    /// Makes somebody who answers a person of the registry, and lets them in, in one transaction. Blocks.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] where an answer was given to something that has changed.
    pub fn join(&self, text: &str, wishes: Wishes, now: Now) -> Result<Asserted, Refusal> {
        let Some((slip, identifier)) = self.slip(text, now) else {
            return Ok(Asserted::Refused(Unfit::Time));
        };
        let contact = contact::contact(self.keys(), identifier);
        let spend = Spend {
            hash: slip.spend,
            expires_at: slip.until + OPEN,
        };
        let grant: Grant<Join> = authorize(&Principal::Joining)?;
        let order = Order {
            blinds: vec![contact.blind],
            alone: true,
            ..Order::at(now)
        };
        let via = Via {
            controller: Some(slip.brand.clone()),
            place: slip.place().map(str::to_owned),
        };
        let (opened, door) = self.door(slip.entrance(), via, contact.blind, now)?;
        // who read a mail was named by no login
        let named_by = (!matches!(slip.came, Came::Mail(_))).then(|| slip.brand.clone());
        let is_mail = contact.identifier.kind() == IdentifierKind::Email;
        let post = self.answer_post(is_mail.then(|| contact.clone()));
        let named = Named {
            contacts: vec![contact],
            hashes: Vec::new(),
        };
        let actor = grant.clone();
        let written = self.store.write_blocking(&grant, order, move |tx| {
            if !tx.find(&named.contacts).is_empty() {
                return Err(USED);
            }
            let subject = person(tx, &actor, "", &named)?;
            let _written = write(tx, &actor, subject, (&wishes, &post))?;
            Ok(door.open(tx, subject, named_by.as_ref(), spend)?.with(()))
        });
        super::asserted::told(written.map(|_| opened))
    }

    /// What a brand asks somebody new, in one of its places, of the channels that reach that contact point.
    pub(super) fn offered_to(
        &self,
        tx: &mut ReadTx<'_>,
        (brand, place): (&Slug, Option<&str>),
        identifier: Identifier,
    ) -> Result<OwnChoicesView, Refusal> {
        let mut view = self.choices_of(tx, &self.serve, None)?;
        let kind = identifier.kind();
        view.purposes.retain_mut(|offered| {
            offered.rows.retain(|row| goes_by(kind, row.0));
            let chosen = offered.purpose.legal_basis.is_chosen();
            offered.purpose.controller == *brand && chosen && !offered.rows.is_empty()
        });
        view.contact = Some(identifier);
        view.via = Via {
            controller: Some(brand.clone()),
            place: place.map(str::to_owned),
        };
        Ok(view)
    }

    fn signed(&self, slip: &Slip) -> String {
        let json = serde_json::to_vec(slip).unwrap_or_default();
        let text = URL_SAFE_NO_PAD.encode(json);
        let tag = self.slip_tag(&text);
        format!("{text}.{tag}")
    }

    fn slip_tag(&self, text: &str) -> String {
        hex(&self.keys().form_tag(format!("join/{text}").as_bytes()))
    }

    fn slip(&self, text: &str, now: Now) -> Option<(Slip, Identifier)> {
        let (text, tag) = text.split_once('.')?;
        if self.slip_tag(text) != tag {
            return None;
        }
        let slip: Slip = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let kind = IdentifierKind::parse(&slip.kind)?;
        let identifier = Identifier::parse(kind, &slip.contact).ok()?;
        (now.utc() < slip.until).then_some((slip, identifier))
    }
}

impl Slip {
    fn entrance(&self) -> Entrance {
        if self.came == Came::Frame {
            Entrance::Frame
        } else {
            Entrance::Page
        }
    }

    fn place(&self) -> Option<&str> {
        match &self.came {
            Came::Mail(place) => place.as_deref(),
            Came::Login | Came::Frame => None,
        }
    }
}

/// Whether a contact point of a kind is reached by a channel.
const fn goes_by(kind: IdentifierKind, channel: Channel) -> bool {
    match kind {
        IdentifierKind::Email => matches!(channel, Channel::Email),
        IdentifierKind::Phone => matches!(
            channel,
            Channel::Sms | Channel::PhoneLive | Channel::PhoneAutomated
        ),
        _ => !matches!(
            channel,
            Channel::Email | Channel::Sms | Channel::PhoneLive | Channel::PhoneAutomated
        ),
    }
}
