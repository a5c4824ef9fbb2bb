//! Fulfils a request of erasure: the person goes in the transaction that says so.

use super::act::{Acting, is_done, look, step};
use super::tasks::follow;
use super::view::today;
use crate::access::{EraseSubjects, Grant, KeepRequests};
use crate::app::erase::{Whom, suppress_all};
use crate::app::holds::{ON_HOLD, not_held};
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::domain::registry::ErasureReason;
use crate::domain::requests::{Request, RequestKind};
use crate::domain::time::Now;
use crate::store::{Committed, Erasure, IdempotencyKey, Order};

impl App {
    /// Answers a request: where it is one of erasure and the person is still there, by erasing them.
    ///
    /// # Errors
    /// As [`Self::act_on_request`].
    pub async fn fulfil_request(
        &self,
        (grant, erasing): (&Grant<KeepRequests>, &Grant<EraseSubjects>),
        acting: Acting,
        keep_suppression: bool,
        now: Now,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<Committed<Request>, Refusal> {
        let stored = self.stored_request(grant, acting.id).await?;
        let erases = stored.request.receipt.kind == RequestKind::Erasure && is_done(&acting.act);
        let Some(subject) = stored.subject.filter(|_| erases) else {
            return self.act_on_request(grant, acting, now, idempotency).await;
        };
        look(&acting.act, None, today(now, self.home_zone))?;
        if acting.text.is_some() {
            let detail = "would be erased with the person; tell them first, with messages";
            return Err(Refusal::field("/text", "text_erased", detail));
        }
        self.seal_what_waits().await?;
        let order = Order {
            subjects: vec![subject],
            idempotency,
            alone: true,
            ..Order::at(now)
        };
        let (actor, eraser, day) = (grant.clone(), erasing.clone(), today(now, self.home_zone));
        let done = self.store.write(grant, order, move |tx| {
            let (held, next) = step(tx, &actor, &acting)?;
            let gone = Refusal::NotFound("the person of this request");
            let subject = held.subject.and_then(|one| tx.resolve(one)).ok_or(gone)?;
            not_held(tx, &eraser, subject, day)?;
            // first: by its entry the answer is found
            let _answered = tx.act_on_dsr(&actor, &held, &next, &acting.act)?;
            // the other systems are through with it, or this is not done
            follow(tx, &actor, (&held, &next), &acting.act)?;
            let suppressed = if keep_suppression {
                suppress_all(tx, &eraser, subject)?
            } else {
                0
            };
            let why = Erasure {
                reason: ErasureReason::DataSubjectRequest,
                reference: Some(next.id.number()),
                suppressed,
            };
            let (entry, _) = tx.erase(&eraser, subject, &why)?;
            Ok::<_, Refusal>(entry.with(next))
        });
        let done = match done.await {
            Err(held @ Refusal::Conflict { code: ON_HOLD, .. }) => {
                self.lock_held(erasing, Whom::Subject(subject), now).await?;
                return Err(held);
            }
            done => done?,
        };
        self.sweep().await;
        Ok(done)
    }
}
