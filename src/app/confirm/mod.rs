//! Double opt-in: a consent is asked for, a mail goes out, and whoever reads it confirms.
//!
//! A confirmation is ordered by the instant of its request ([`crate::domain::registry::confirming`]): a no
//! said meanwhile wins for ever.

mod ask;

pub(super) use ask::{Wanted, ask, mail_address};

use super::open::App;
use super::refusal::Refusal;
use crate::access::code::Code;
use crate::access::token::TokenHash;
use crate::access::{ConfirmOwn, Grant, Principal, authorize};
use crate::domain::ids::{Position, RecordId};
use crate::domain::registry::{
    Act, Answer, Catalogue, Circumstances, Confirming, ConsentRecord, Identifier, OpenRequest,
    confirming,
};
use crate::domain::time::Now;
use crate::store::{Asked, Order, Pending, Recorded, WriteTx};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// How long a link confirms.
pub const VALID: TimeDelta = TimeDelta::days(7);
/// How long one that no longer does is answered with what became of it.
pub const REMEMBERED: TimeDelta = TimeDelta::days(90);

/// What the page behind a link shows.
pub struct ConfirmationView {
    /// What was asked, and how it stands.
    pub pending: Pending,
    /// The address that the mail went to.
    pub contact: Option<Identifier>,
    /// What is in force.
    pub catalogue: Catalogue,
}

/// By what the person showed that they read the mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadBy {
    /// The button behind the link, in a browser that had shown it.
    Link,
    /// The code.
    Code,
}

/// What came of a confirmation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Confirmed {
    /// What was asked for is a yes now; of `kept` it is not, since the person has answered otherwise since.
    Done {
        /// What is a yes now.
        given: Vec<Asked>,
        /// What stays as it is.
        kept: Vec<Asked>,
    },
    /// It had been confirmed then.
    Before(DateTime<Utc>),
    /// The person has said no since, which holds.
    NoSince(DateTime<Utc>),
    /// The person has said yes since, in another way.
    YesSince(DateTime<Utc>),
    /// Its time has passed.
    Expired,
    /// A newer link has come in its place.
    Replaced,
}

impl App {
    /// What is confirmed by a link; `None` where it leads nowhere. It changes nothing. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn confirmation(&self, token: &str) -> Result<Option<ConfirmationView>, Refusal> {
        let hash = TokenHash::of(token);
        self.store.read(|tx| {
            let Some(pending) = tx.pending(&self.serve, hash)? else {
                return Ok(None);
            };
            let identifiers = tx.identifiers(&self.serve, pending.subject)?;
            let contact = identifiers
                .into_iter()
                .find(|held| held.blind == pending.contact);
            Ok(Some(ConfirmationView {
                contact: contact.map(|held| held.identifier),
                catalogue: tx.catalogue(&self.serve)?,
                pending,
            }))
        })
    }

    /// Whether a code is that of the link's mail; `None` where too many were tried. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read or written.
    pub fn is_confirmation_code(&self, token: &str, code: &Code) -> Result<Option<bool>, Refusal> {
        let hash = TokenHash::of(token);
        Ok(self.store.try_confirmation_code(&self.serve, hash, code)?)
    }

    /// Turns what was asked for into a yes, unless the person has answered since.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where the link leads nowhere.
    pub async fn confirm(
        &self,
        pending: &Pending,
        read_by: ReadBy,
        now: Now,
    ) -> Result<(Confirmed, Option<Position>), Refusal> {
        let grant = authorize::<ConfirmOwn>(&Principal::Confirming(pending.subject))?;
        let order = Order {
            subjects: vec![pending.subject],
            ..Order::at(now)
        };
        let (actor, hash) = (grant.clone(), pending.hash);
        let outcome = self
            .store
            .write(&grant, order, move |tx| confirm(tx, &actor, hash, read_by))
            .await;
        match outcome {
            Ok(done) => Ok((done.value, done.positions.last().copied())),
            Err(Stopped::Nothing(found)) => Ok((found, None)),
            Err(Stopped::Refused(refusal)) => Err(refusal),
        }
    }
}

/// Why nothing was written.
enum Stopped {
    Nothing(Confirmed),
    Refused(Refusal),
}

impl<E: Into<Refusal>> From<E> for Stopped {
    fn from(error: E) -> Self {
        Self::Refused(error.into())
    }
}

fn confirm(
    tx: &mut WriteTx<'_>,
    grant: &Grant<ConfirmOwn>,
    hash: TokenHash,
    read_by: ReadBy,
) -> Result<Recorded<Confirmed>, Stopped> {
    let at = tx.now().utc();
    let gone = Refusal::NotFound("this link");
    let pending = tx.confirmation(grant, hash)?.ok_or(gone)?;
    if let Some(before) = closed(&pending, at) {
        return Err(Stopped::Nothing(before));
    }
    let subject = grant.customer().and_then(|own| tx.resolve(own));
    let subject = subject.ok_or(Refusal::NotFound("a person for this link"))?;
    let (mut given, mut kept, mut last, mut said) = (Vec::new(), Vec::new(), None, None);
    for item in pending.items {
        let Some((told, request)) = tx.request(grant, subject, item.record)? else {
            continue;
        };
        let held = tx.state(subject, &item.purpose, item.channel);
        match confirming(held, &tx.standing(subject), &request) {
            Confirming::Confirms => {
                let id = RecordId::new(tx.now(), tx.entropy())?;
                let yes = yes(told, (id, subject), &request, read_by, at);
                last = Some(tx.consent(grant, yes)?.0);
                given.push(item);
            }
            Confirming::NoSince(at) => {
                said = Some(Confirmed::NoSince(at));
                kept.push(item);
            }
            Confirming::YesSince(at) => {
                said = said.or(Some(Confirmed::YesSince(at)));
                kept.push(item);
            }
        }
    }
    let Some(entry) = last else {
        return Err(Stopped::Nothing(said.unwrap_or(Confirmed::Expired)));
    };
    tx.confirmed(grant, hash);
    Ok(entry.with(Confirmed::Done { given, kept }))
}

/// What is said of a link that confirms nothing any more.
#[must_use]
pub fn closed(pending: &Pending, at: DateTime<Utc>) -> Option<Confirmed> {
    match pending.confirmed_at {
        Some(before) => Some(Confirmed::Before(before)),
        None if pending.replaced => Some(Confirmed::Replaced),
        None if pending.expires_at <= at => Some(Confirmed::Expired),
        None => None,
    }
}

/// The request, said again as the yes that it has become: same words, same place, ordered by the same
/// instant. What was kept as evidence stays with the request, which it names.
fn yes(
    told: ConsentRecord,
    (id, subject): (RecordId, crate::domain::ids::SubjectId),
    request: &OpenRequest,
    read_by: ReadBy,
    at: DateTime<Utc>,
) -> ConsentRecord {
    ConsentRecord {
        id,
        subject,
        status: Answer::Given,
        act: Some(Act::LinkConfirmed),
        circumstances: Circumstances {
            confirmed_at: Some(at),
            ..told.circumstances
        },
        recorded_at: at,
        effective_at: request.at,
        evidence: Some(json!({ "double_opt_in": {
            "request": request.record, "position": request.position,
            "requested_at": told.recorded_at, "confirmed_at": at, "read_by": read_by,
        } })),
        ..told
    }
}
