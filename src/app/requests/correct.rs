//! A contact point is put right (art. 16): staff enter the new one, its holder confirms it, and only then it is
//! the person's, in the place of the old one. Until then nothing moves. Who holds the new one already is told to
//! nobody, before or after.

use super::act::{NONE, order, writes_to, wrong};
use super::tasks::follow;
use super::view::today;
use crate::access::{AnswerChallenge, Grant, KeepRequests, Principal, authorize};
use crate::app::mail::about;
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::domain::event::{Corrected, Reference};
use crate::domain::ids::DsrId;
use crate::domain::registry::IdentifierKind;
use crate::domain::requests::{Act, ConfirmedBy, CorrectedKind, Request};
use crate::domain::time::Now;
use crate::store::{
    Committed, Contact, Entry, IdempotencyKey, Order, Records, StoredChallenge, StoredDsr, WriteTx,
};

/// A corrected contact point, as staff enter it.
#[derive(Debug, Clone)]
pub struct Correcting {
    /// Within which request.
    pub id: DsrId,
    /// The version that whoever acts has seen, where they say so.
    pub version: Option<u32>,
    /// The one that is wrong, of the person's.
    pub from: Contact,
    /// The right one, of the same kind.
    pub to: Contact,
}

/// A call to the new number, at which the person answered.
#[derive(Debug, Clone)]
pub struct CalledBack {
    /// Within which request.
    pub id: DsrId,
    /// The version that whoever acts has seen, where they say so.
    pub version: Option<u32>,
    /// Where the record of the call is.
    pub evidence: Reference,
}

impl App {
    /// Enters a corrected contact point. A mail goes to a new address; a new number is called by staff.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where there is no such request, [`Refusal::Invalid`] where the two are of different
    /// kinds or the old one is not the person's, [`Refusal::Conflict`] where the request does not allow it or no
    /// mail goes out.
    pub async fn correct_contact(
        &self,
        grant: &Grant<KeepRequests>,
        correcting: Correcting,
        now: Now,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<Committed<Request>, Refusal> {
        let what = kind_of(&correcting)?;
        if what == CorrectedKind::Email && !self.mails() {
            return Err(no_mail());
        }
        let on = today(now, self.home_zone);
        let subject = self.stored_request(grant, correcting.id).await?.subject;
        let (actor, post) = (grant.clone(), self.request_post());
        let order = Order {
            blinds: vec![correcting.from.blind],
            ..order(subject, now, idempotency)
        };
        self.store
            .write(grant, order, move |tx| {
                let act = Act::Correct { on, what };
                let (held, next) = seen(tx, &actor, (correcting.id, correcting.version), &act)?;
                let subject = writes_to(tx, &held)?;
                if !tx
                    .find(std::slice::from_ref(&correcting.from))
                    .contains(&subject)
                {
                    let detail = "is no contact point of this person's; open the file and take one of theirs";
                    return Err(Refusal::field("/from", "address_not_theirs", detail));
                }
                let entry = tx.act_on_dsr(&actor, &held, &next, &act)?;
                let (from, to) = (correcting.from.blind, &correcting.to);
                about::correction(tx, &actor, (subject, &next), (from, to), &post)?;
                Ok(entry.with(next))
            })
            .await
    }

    /// Moves to a number that staff called: a phone gets no mail.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] where no number waits, or it is not known who asks.
    pub async fn confirm_by_call(
        &self,
        grant: &Grant<KeepRequests>,
        called: CalledBack,
        now: Now,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<Committed<Request>, Refusal> {
        let asked = self.asked_correction(grant, called.id).await?;
        let on = today(now, self.home_zone);
        let subject = self.stored_request(grant, called.id).await?.subject;
        let actor = grant.clone();
        let order = knowing(order(subject, now, idempotency), asked.as_ref());
        self.store
            .write(grant, order, move |tx| {
                let by = ConfirmedBy::CallBack;
                let act = Act::Confirm { on, by };
                let (held, next) = seen(tx, &actor, (called.id, called.version), &act)?;
                if held.request.correction.map(|one| one.what) != Some(CorrectedKind::Phone) {
                    return Err(only_by_mail());
                }
                let asked = tx.correction(&actor, called.id)?.ok_or_else(forgotten)?;
                let evidence = Some(called.evidence.clone());
                let entry = moved(tx, &actor, (&held, &next, &act), (&asked, evidence))?;
                // a call has no time by which it must be
                tx.drop_corrections(&actor, called.id)?;
                Ok(entry.with(next))
            })
            .await
    }

    /// Moves to the address whose holder confirmed it.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where the link leads nowhere, [`Refusal::Conflict`] where it waits for this no more.
    pub async fn confirm_correction(
        &self,
        challenge: &StoredChallenge,
        now: Now,
    ) -> Result<Request, Refusal> {
        let grant = authorize::<AnswerChallenge>(&Principal::Challenged(challenge.subject))?;
        let act = Act::Confirm {
            on: today(now, self.home_zone),
            by: ConfirmedBy::Mail,
        };
        let filed = self.stored_request(&self.serve, challenge.request).await?;
        let mut order = knowing(order(filed.subject, now, None), Some(challenge));
        order.subjects.push(challenge.subject);
        let (actor, hash, id) = (grant.clone(), challenge.hash, challenge.request);
        let done = self.store.write(&grant, order, move |tx| {
            let held = tx.dsr(&actor, id)?.ok_or(NONE)?;
            let whose = held.subject.and_then(|one| tx.resolve(one));
            let own = actor.customer().and_then(|one| tx.resolve(one));
            if own.is_none() || whose != own {
                return Err(NONE);
            }
            let next = held.request.after(&act).map_err(wrong)?;
            let asked = tx.correction(&actor, id)?.filter(|one| one.hash == hash);
            let asked = asked.ok_or_else(forgotten)?;
            let entry = moved(tx, &actor, (&held, &next, &act), (&asked, None))?;
            // last: whoever comes second finds it answered, and nothing of theirs is kept
            if !tx.answer_challenge(&actor, hash)? {
                return Err(forgotten());
            }
            Ok(entry.with(next))
        });
        Ok(done.await?.value)
    }

    async fn asked_correction(
        &self,
        grant: &Grant<KeepRequests>,
        id: DsrId,
    ) -> Result<Option<StoredChallenge>, Refusal> {
        let (store, grant) = (self.store.clone(), grant.clone());
        let read = move || store.read(|tx| tx.open_correction(&grant, id));
        let found = tokio::task::spawn_blocking(read).await;
        Ok(found.map_err(|_| crate::store::StoreError::Stopping)??)
    }
}

/// Does what a confirmation is for: the request says so, and the contact points change places.
fn moved<P: Records>(
    tx: &mut WriteTx<'_>,
    grant: &Grant<P>,
    (held, next, act): (&StoredDsr, &Request, &Act),
    (asked, evidence): (&StoredChallenge, Option<Reference>),
) -> Result<Entry, Refusal> {
    let subject = writes_to(tx, held)?;
    let (Some(correction), Some(to)) = (&asked.correction, tx.corrected_to(grant, asked)?) else {
        return Err(forgotten());
    };
    let entry = tx.act_on_dsr(grant, held, next, act)?;
    follow(tx, grant, (held, next), act)?;
    let corrected = Corrected {
        request: next.id,
        from: correction.from,
        to: asked.contact,
        evidence,
    };
    let to = Contact {
        blind: asked.contact,
        coarse: None,
        identifier: to,
    };
    let _moved = tx.correct(grant, subject, &to, corrected)?;
    Ok(entry)
}

/// The request as it is and as it would be, where nobody acted on it meanwhile.
fn seen(
    tx: &mut WriteTx<'_>,
    grant: &Grant<KeepRequests>,
    (id, version): (DsrId, Option<u32>),
    act: &Act,
) -> Result<(StoredDsr, Request), Refusal> {
    let acting = super::Acting {
        id,
        version,
        act: act.clone(),
        text: None,
        news: super::Telling::Nobody,
    };
    super::act::step(tx, grant, &acting)
}

/// Whoever holds either contact point now is locked with the person.
fn knowing(order: Order, asked: Option<&StoredChallenge>) -> Order {
    let both = asked.into_iter().flat_map(|one| {
        let from = one.correction.as_ref().map(|correction| correction.from);
        from.into_iter().chain([one.contact])
    });
    let owner = asked.and_then(|one| Some(one.correction.as_ref()?.owner));
    Order {
        blinds: both.collect(),
        subjects: order.subjects.into_iter().chain(owner).collect(),
        ..order
    }
}

fn kind_of(correcting: &Correcting) -> Result<CorrectedKind, Refusal> {
    let (from, to) = (&correcting.from.identifier, &correcting.to.identifier);
    if correcting.from.blind == correcting.to.blind {
        let detail = "is the same; send the contact point that is right";
        return Err(Refusal::field("/to", "contact_unchanged", detail));
    }
    match (from.kind(), to.kind()) {
        (IdentifierKind::Email, IdentifierKind::Email) => Ok(CorrectedKind::Email),
        (IdentifierKind::Phone, IdentifierKind::Phone) => Ok(CorrectedKind::Phone),
        _ => {
            let detail =
                "must be an email in the place of an email, or a phone in the place of a phone";
            Err(Refusal::field("/to", "contact_kind", detail))
        }
    }
}

fn forgotten() -> Refusal {
    Refusal::conflict(
        "correction_over",
        "this correction was confirmed or dropped, or its time is over; enter the corrected contact point again",
    )
}

fn only_by_mail() -> Refusal {
    Refusal::conflict(
        "correction_by_mail",
        "a mail address is confirmed by whoever reads what was sent there; wait for it, or enter it again to have \
         another mail sent",
    )
}

fn no_mail() -> Refusal {
    Refusal::conflict(
        "mail_off",
        "no mail goes out here, and an address is confirmed by one; set a mail server up",
    )
}
