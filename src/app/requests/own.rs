//! A signed-in customer's own requests: they ask for a right, read how it stands, write about it, take it
//! back. Nobody reaches anybody else's: to them there is none.

use super::act::{look_at_writing, order, writes_to, wrong};
use super::file::{effect, planned, receive};
use super::tasks::follow;
use super::view::today;
use crate::access::{Grant, OwnFile};
use crate::app::mail::about::{self, Addressed};
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::domain::ids::{Blind, DsrId};
use crate::domain::registry::{Language, Slug};
use crate::domain::requests::{
    Act, ClosedAs, KnownBy, Made, Message, Receipt, Request, RequestKind, Via, WrittenBy, WrongAct,
};
use crate::domain::time::Now;
use crate::store::{Committed, DsrFilter, DsrMessage, IdempotencyKey, Order, StoredDsr, WriteTx};
use chrono::NaiveDate;
use std::collections::BTreeMap;

const NONE: Refusal = Refusal::NotFound("a request of yours with this id");
/// So many of a kind one person can have open.
pub const MOST_OPEN: usize = 5;
/// So many a page shows.
const LISTED: i64 = 200;

/// A request as its person reads it.
#[derive(Debug)]
pub struct OwnDsr {
    /// How it stands.
    pub stored: StoredDsr,
    /// What was said and written: the notes of staff for each other are not among it.
    pub messages: Vec<DsrMessage>,
}

/// What somebody who is signed in asks for.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Which right.
    pub kind: RequestKind,
    /// What they wrote.
    pub text: Option<String>,
    /// How many open requests of the kind they were shown: where it is another number now, they are shown
    /// those first.
    pub seen_open: usize,
    /// The address by which they are in.
    pub contact: Blind,
    /// In which language.
    pub language: Language,
    /// In the name of which brand.
    pub controller: Option<Slug>,
}

impl App {
    /// Takes a request of somebody who is signed in: by that it is known who asks.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] with `request_open` where they have another number of open ones than they were
    /// shown, or too many.
    pub async fn ask_for_right(
        &self,
        grant: &Grant<OwnFile>,
        wish: Wish,
        now: Now,
    ) -> Result<Request, Refusal> {
        look_at_writing(wish.text.as_deref())?;
        let (day, home) = (today(now, self.home_zone), self.home_country);
        let own = grant.customer().ok_or(NONE)?;
        let (actor, post) = (grant.clone(), self.request_post());
        let done = self
            .store
            .write(grant, order(Some(own), now, None), move |tx| {
                let subject = tx.resolve(own).ok_or(NONE)?;
                let open = tx.open_dsrs(&actor, subject, wish.kind)?.len();
                if open != wish.seen_open || open >= MOST_OPEN {
                    return Err(open_already());
                }
                let receipt = receipt(tx, &wish, day, home.as_str());
                let made = Made {
                    request: DsrId::from_bytes([0; 16]),
                    duplicate_of: None,
                    named: BTreeMap::new(),
                    text: wish.text.clone(),
                    place: None,
                    mandate: None,
                };
                let (entry, request) = receive(tx, &actor, subject, receipt, made)?;
                let planned = planned(tx, &actor, &request, subject)?;
                let to = Addressed::SignedIn(wish.contact, wish.language, wish.controller.clone());
                about::acknowledge(tx, &actor, (subject, &request), &post, to)?;
                let entry = planned.unwrap_or(entry);
                let entry = effect(tx, &actor, (subject, wish.kind), day)?.unwrap_or(entry);
                Ok::<_, Refusal>(entry.with(request))
            });
        Ok(done.await?.value)
    }

    /// The requests of a signed-in customer, the newest first. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn own_requests(&self, grant: &Grant<OwnFile>) -> Result<Vec<StoredDsr>, Refusal> {
        let own = grant.customer().ok_or(NONE)?;
        let mut found = self.store.read(|tx| {
            let filter = DsrFilter {
                subject: tx.subject(grant, own)?,
                ..DsrFilter::default()
            };
            match filter.subject {
                Some(_) => tx.dsrs(grant, &filter, 0, LISTED),
                None => Ok(Vec::new()),
            }
        })?;
        found.reverse();
        Ok(found)
    }

    /// One of them, with what was written about it. Blocks.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where they have none of that id.
    pub fn own_request(&self, grant: &Grant<OwnFile>, id: DsrId) -> Result<OwnDsr, Refusal> {
        let own = grant.customer().ok_or(NONE)?;
        self.store.read(|tx| {
            let own = tx.subject(grant, own)?.ok_or(NONE)?;
            let stored = tx.dsr(grant, id)?.ok_or(NONE)?;
            let whose = match stored.subject {
                Some(subject) => tx.subject(grant, subject)?,
                None => None,
            };
            if whose != Some(own) {
                return Err(NONE);
            }
            let mut messages = tx.dsr_messages(grant, own, id)?;
            messages.retain(|one| {
                let message = one.message.as_ref().map(|message| message.reveal().by);
                message != Some(WrittenBy::Note)
            });
            Ok(OwnDsr { stored, messages })
        })
    }

    /// Adds what the person writes about a request of theirs.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where it is not theirs, [`Refusal::Invalid`] where the text is too long.
    pub async fn write_about_own(
        &self,
        grant: &Grant<OwnFile>,
        (id, text): (DsrId, String),
        now: Now,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<Committed<()>, Refusal> {
        look_at_writing(Some(&text))?;
        let order = self.own_order(grant, id, now, idempotency).await?;
        let actor = grant.clone();
        self.store
            .write(grant, order, move |tx| {
                let held = own_dsr(tx, &actor, id)?;
                let message = Message {
                    request: id,
                    by: WrittenBy::Person,
                    text: text.clone(),
                };
                let subject = writes_to(tx, &held)?;
                Ok(tx.write_about_dsr(&actor, subject, message)?.with(()))
            })
            .await
    }

    /// Takes a request back at its person's wish. What it stopped stays stopped.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where it is not theirs, [`Refusal::Conflict`] where it has its answer.
    pub async fn withdraw_own(
        &self,
        grant: &Grant<OwnFile>,
        id: DsrId,
        now: Now,
    ) -> Result<Request, Refusal> {
        let (on, reason) = (today(now, self.home_zone), ClosedAs::Withdrawn);
        self.act_on_own(grant, id, Act::Close { on, reason }, now)
            .await
    }

    /// Takes a request that came in otherwise as its person's, since they are signed in and say so.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where it is not theirs, [`Refusal::Conflict`] where it is known who asked.
    pub async fn own_it(
        &self,
        grant: &Grant<OwnFile>,
        id: DsrId,
        now: Now,
    ) -> Result<Request, Refusal> {
        let (on, known_by) = (today(now, self.home_zone), KnownBy::SignIn);
        self.act_on_own(grant, id, Act::Identify { on, known_by }, now)
            .await
    }

    /// A write that locks whoever is signed in, and the record that the request was made on.
    async fn own_order(
        &self,
        grant: &Grant<OwnFile>,
        id: DsrId,
        now: Now,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<Order, Refusal> {
        let own = grant.customer().ok_or(NONE)?;
        let filed = self.stored_request(grant, id).await?.subject;
        let mut order = order(Some(own), now, idempotency);
        order.subjects.extend(filed);
        Ok(order)
    }

    async fn act_on_own(
        &self,
        grant: &Grant<OwnFile>,
        id: DsrId,
        act: Act,
        now: Now,
    ) -> Result<Request, Refusal> {
        let order = self.own_order(grant, id, now, None).await?;
        let actor = grant.clone();
        let done = self.store.write(grant, order, move |tx| {
            let held = own_dsr(tx, &actor, id)?;
            let is_known = held.request.identity.is_some();
            if is_known && matches!(act, Act::Identify { .. }) {
                return Err(wrong(WrongAct::Identified));
            }
            let next = held.request.after(&act).map_err(wrong)?;
            let entry = tx.act_on_dsr(&actor, &held, &next, &act)?;
            follow(tx, &actor, (&held, &next), &act)?;
            Ok::<_, Refusal>(entry.with(next))
        });
        Ok(done.await?.value)
    }
}

/// A request of somebody who is signed in; the calendar is that of the brand in whose name they are.
fn receipt(tx: &WriteTx<'_>, wish: &Wish, received_on: NaiveDate, home: &str) -> Receipt {
    let controller = wish.controller.as_ref();
    let controller = controller.and_then(|id| tx.catalogue().controllers.get(id));
    let country = controller.and_then(|controller| controller.country.clone());
    Receipt {
        kind: wish.kind,
        via: Via::WebForm,
        received_on,
        country: country.unwrap_or_else(|| home.to_owned()),
        mandated: false,
        duplicate: false,
        known_by: Some(KnownBy::SignIn),
    }
}

/// A request, where it is of whoever is signed in.
fn own_dsr(tx: &mut WriteTx<'_>, grant: &Grant<OwnFile>, id: DsrId) -> Result<StoredDsr, Refusal> {
    let held = tx.dsr(grant, id)?.ok_or(NONE)?;
    let whose = held.subject.and_then(|one| tx.resolve(one));
    let own = grant.customer().and_then(|one| tx.resolve(one));
    if own.is_none() || whose != own {
        return Err(NONE);
    }
    Ok(held)
}

fn open_already() -> Refusal {
    Refusal::Conflict {
        code: "request_open",
        what: "another request of this kind is open; look at it first".into(),
    }
}
