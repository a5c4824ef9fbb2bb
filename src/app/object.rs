//! Objections, restriction and the suppression list: the person's no, above the single choices.
//!
//! Nothing here depends on policies.

use super::contact::Named;
use super::death::still_dead;
use super::holds::stays_locked;
use super::open::App;
use super::record::person;
use super::refusal::Refusal;
use super::requests::today;
use super::scope::for_all;
use crate::access::{Grant, RecordConsents};
use crate::domain::ids::SubjectId;
use crate::domain::registry::Objection;
use crate::domain::time::Now;
use crate::store::{Committed, IdempotencyKey, Order};

impl App {
    /// Records an objection (GDPR art. 21). It takes effect with the next check.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub async fn object(
        &self,
        grant: &Grant<RecordConsents>,
        named: Named,
        scope: Objection,
        now: Now,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<Committed<SubjectId>, Refusal> {
        for_all(grant, "/subject")?;
        let (order, actor) = (order(&named, now, idempotency), grant.clone());
        self.store
            .write(grant, order, move |tx| {
                let subject = person(tx, &actor, "", &named)?;
                Ok(tx.object(&actor, subject, scope)?.with(subject))
            })
            .await
    }

    /// Restricts processing (art. 18), or lifts the restriction.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub async fn restrict(
        &self,
        grant: &Grant<RecordConsents>,
        named: Named,
        restricted: bool,
        now: Now,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<Committed<SubjectId>, Refusal> {
        for_all(grant, "/subject")?;
        let (order, actor) = (order(&named, now, idempotency), grant.clone());
        // whether a death or a hold stands against lifting it is read from the database
        let (alone, day) = (!restricted, today(now, self.home_zone));
        self.store
            .write(grant, Order { alone, ..order }, move |tx| {
                let subject = person(tx, &actor, "", &named)?;
                if !restricted && tx.is_dead(&actor, subject)? {
                    return Err(still_dead());
                }
                if !restricted {
                    stays_locked(tx, &actor, subject, day)?;
                }
                Ok(tx.restrict(&actor, subject, restricted)?.with(subject))
            })
            .await
    }

    /// Puts contact points on the suppression list, known or not. Nothing lifts them.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub async fn suppress(
        &self,
        grant: &Grant<RecordConsents>,
        named: Named,
        reason: String,
        now: Now,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<Committed<usize>, Refusal> {
        for_all(grant, "/subject")?;
        // the exact one, too: by it a person whose contact point this is is known
        let blinds: Vec<_> = named.coarse().into_iter().chain(named.blinds()).collect();
        let actor = grant.clone();
        let order = Order {
            idempotency,
            ..Order::at(now)
        };
        self.store
            .write(grant, order, move |tx| {
                let mut last = None;
                for blind in &blinds {
                    last = Some(tx.suppress(&actor, *blind, &reason)?);
                }
                let none = || {
                    Refusal::field(
                        "/subject",
                        "identifier_missing",
                        "name at least one contact point",
                    )
                };
                Ok(last.ok_or_else(none)?.with(blinds.len()))
            })
            .await
    }
}

fn order(named: &Named, now: Now, idempotency: Option<IdempotencyKey>) -> Order {
    Order {
        blinds: named.blinds(),
        idempotency,
        ..Order::at(now)
    }
}
