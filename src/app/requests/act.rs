//! What staff do with a request: one act, one entry. Of two who act at once the second is told.

use super::file::look_at_text;
use super::news::{Telling, send};
use super::tasks::follow;
use super::view::today;
use crate::access::{Grant, KeepRequests};
use crate::app::open::App;
use crate::app::package::{Wanted, asks_for_one, wanted_for};
use crate::app::refusal::{FieldProblem, Refusal};
use crate::domain::ids::{DsrId, SubjectId};
use crate::domain::requests::{
    Act, LONGEST_TEXT, Message, Request, RequestKind, WrittenBy, WrongAct,
};
use crate::domain::time::Now;
use crate::store::{
    Committed, IdempotencyKey, Order, SeesRequests, StoreError, StoredDsr, WriteTx,
};
use chrono::NaiveDate;

pub(super) const NONE: Refusal = Refusal::NotFound("a request with this id");

/// An act with what belongs to it.
#[derive(Debug, Clone)]
pub struct Acting {
    /// On which request.
    pub id: DsrId,
    /// The version that whoever acts has seen, where they say so.
    pub version: Option<u32>,
    /// What is done.
    pub act: Act,
    /// What the person is told with it.
    pub text: Option<String>,
    /// Whether a mail says that there is news.
    pub news: Telling,
}

/// A message about a request.
#[derive(Debug, Clone)]
pub struct Writing {
    /// About which.
    pub id: DsrId,
    /// Who wrote it.
    pub by: WrittenBy,
    /// What it says.
    pub text: String,
    /// Whether a mail says that there is news.
    pub news: Telling,
}

impl App {
    /// Does something with a request.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where there is no such request, [`Refusal::Conflict`] where it stands otherwise
    /// than whoever acts has seen or the act cannot be done, [`Refusal::Invalid`] where a field is wrong.
    pub async fn act_on_request(
        &self,
        grant: &Grant<KeepRequests>,
        acting: Acting,
        now: Now,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<Committed<Request>, Refusal> {
        look(
            &acting.act,
            acting.text.as_deref(),
            today(now, self.home_zone),
        )?;
        let stored = self.stored_request(grant, acting.id).await?;
        let subject = stored.subject;
        let package = self.package_wanted(grant, stored, &acting.act, now).await?;
        let (actor, post) = (grant.clone(), self.request_post());
        let order = knowing(order(subject, now, idempotency), &acting.news);
        self.store
            .write(grant, order, move |tx| {
                let (held, next) = step(tx, &actor, &acting)?;
                if next.receipt.kind == RequestKind::Erasure
                    && is_done(&acting.act)
                    && held.subject.is_some()
                {
                    return Err(only_by_erasing());
                }
                let mut entry = tx.act_on_dsr(&actor, &held, &next, &acting.act)?;
                if let Some(wanted) = &package {
                    let asked = wanted.package(&actor, next.id, now, tx.entropy())?;
                    tx.ask_package(&actor, &asked)?;
                }
                follow(tx, &actor, (&held, &next), &acting.act)?;
                if let Some(text) = &acting.text {
                    let subject = writes_to(tx, &held)?;
                    let message = Message {
                        request: next.id,
                        by: WrittenBy::Staff,
                        text: text.clone(),
                    };
                    entry = tx.write_about_dsr(&actor, subject, message)?;
                    send(tx, &actor, (subject, &next), &acting.news, &post)?;
                }
                Ok(entry.with(next))
            })
            .await
    }

    /// The package that is to be made once this is done: of a request that is fulfilled by one, unless one
    /// waits or can be fetched.
    async fn package_wanted(
        &self,
        grant: &Grant<KeepRequests>,
        stored: StoredDsr,
        act: &Act,
        now: Now,
    ) -> Result<Option<Wanted>, Refusal> {
        if !is_done(act) || !asks_for_one(&stored.request) {
            return Ok(None);
        }
        let (store, grant) = (self.store.clone(), grant.clone());
        let read = move || store.read(|tx| wanted_for(tx, &grant, &stored, now));
        let found = tokio::task::spawn_blocking(read).await;
        Ok(found.map_err(|_| StoreError::Stopping)??)
    }

    /// Adds a message to the correspondence of a request.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where there is no such request, [`Refusal::Conflict`] where the person was
    /// erased, [`Refusal::Invalid`] where the text is too long.
    pub async fn write_about_request(
        &self,
        grant: &Grant<KeepRequests>,
        writing: Writing,
        now: Now,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<Committed<()>, Refusal> {
        look_at_writing(Some(&writing.text))?;
        let subject = self.stored_request(grant, writing.id).await?.subject;
        let (actor, post) = (grant.clone(), self.request_post());
        let order = knowing(order(subject, now, idempotency), &writing.news);
        self.store
            .write(grant, order, move |tx| {
                let held = tx.dsr(&actor, writing.id)?.ok_or(NONE)?;
                let subject = writes_to(tx, &held)?;
                let message = Message {
                    request: writing.id,
                    by: writing.by,
                    text: writing.text.clone(),
                };
                let entry = tx.write_about_dsr(&actor, subject, message)?;
                if writing.by == WrittenBy::Staff {
                    send(tx, &actor, (subject, &held.request), &writing.news, &post)?;
                }
                Ok(entry.with(()))
            })
            .await
    }

    /// A request as it stands before a write: whose it is, so that they can be locked.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where there is no such request.
    pub async fn stored_request<P: SeesRequests + 'static>(
        &self,
        grant: &Grant<P>,
        id: DsrId,
    ) -> Result<StoredDsr, Refusal> {
        let (store, grant) = (self.store.clone(), grant.clone());
        let found = tokio::task::spawn_blocking(move || store.read(|tx| tx.dsr(&grant, id)));
        let found: Option<StoredDsr> = found.await.map_err(|_| StoreError::Stopping)??;
        found.ok_or(NONE)
    }
}

/// The request as it is and as it would be.
pub(super) fn step(
    tx: &mut WriteTx<'_>,
    grant: &Grant<KeepRequests>,
    acting: &Acting,
) -> Result<(StoredDsr, Request), Refusal> {
    let held = tx.dsr(grant, acting.id)?.ok_or(NONE)?;
    let is = held.request.version;
    if acting.version.is_some_and(|seen| seen != is) {
        return Err(Refusal::Conflict {
            code: "request_changed",
            what: format!(
                "somebody acted on this request meanwhile, it is at version {is} now; read it again and \
                 do what is still to be done"
            ),
        });
    }
    if let Act::Assign { owner: Some(owner) } = &acting.act
        && !tx.is_staff(grant, *owner)?
    {
        let detail = "nobody of the staff has this id";
        return Err(Refusal::field("/owner", "staff_unknown", detail));
    }
    let next = held.request.after(&acting.act).map_err(wrong)?;
    Ok((held, next))
}

pub(super) fn order(
    subject: Option<SubjectId>,
    now: Now,
    idempotency: Option<IdempotencyKey>,
) -> Order {
    Order {
        subjects: subject.into_iter().collect(),
        idempotency,
        // what is done to the tasks of other systems is seen by no other write of the same batch
        alone: true,
        ..Order::at(now)
    }
}

/// The address that news go to is looked up as well.
fn knowing(order: Order, news: &Telling) -> Order {
    Order {
        blinds: news
            .chosen()
            .map(|news| news.to.blind)
            .into_iter()
            .collect(),
        ..order
    }
}

pub(super) fn wrong(wrong: WrongAct) -> Refusal {
    Refusal::Conflict {
        code: wrong.code(),
        what: wrong.to_string(),
    }
}

pub(super) const fn is_done(act: &Act) -> bool {
    matches!(act, Act::Fulfil { .. })
}

fn only_by_erasing() -> Refusal {
    Refusal::Conflict {
        code: "not_erased",
        what: "a request of erasure is fulfilled by erasing the person, with POST /v1/requests/{id}/fulfilment".into(),
    }
}

/// The person that is written to; of one who was erased there is nothing to write into.
pub(super) fn writes_to(tx: &WriteTx<'_>, held: &StoredDsr) -> Result<SubjectId, Refusal> {
    let gone = || Refusal::Conflict {
        code: "person_erased",
        what: "the person was erased and their correspondence with them; leave the text out".into(),
    };
    held.subject
        .and_then(|subject| tx.resolve(subject))
        .ok_or_else(gone)
}

/// A text that goes with a request.
pub(super) fn look_at_writing(text: Option<&str>) -> Result<(), Refusal> {
    let mut problems = Vec::new();
    look_at_text("/text", text, LONGEST_TEXT, &mut problems);
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Refusal::Invalid(problems))
    }
}

/// What can be seen without looking at the request.
pub(super) fn look(act: &Act, text: Option<&str>, today: NaiveDate) -> Result<(), Refusal> {
    let mut problems = Vec::new();
    if act.on().is_some_and(|on| on > today) {
        let detail = "lies in the future; record it once it is done";
        problems.push(FieldProblem::new("/on", "day_in_future", detail));
    }
    if matches!(act, Act::Identify { known_by, .. } if known_by.is_proven()) {
        let detail = "is proven by the service alone, where the person signs in or answers a challenge: send one \
                      with challenge, or say in_person, document, mandate or call_back";
        problems.push(FieldProblem::new("/known_by", "proven_only", detail));
    }
    look_at_text("/text", text, LONGEST_TEXT, &mut problems);
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Refusal::Invalid(problems))
    }
}
