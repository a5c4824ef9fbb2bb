//! Writes contacts down: who reached whom, when and how; and releases those that a decision
//! reserved and that were not made after all.
//!
//! One request is one transaction; one bad element refuses them all, and every bad element is named.

use super::contact::Named;
use super::open::App;
use super::record::{person, unknown_channel, unknown_purpose};
use super::refusal::{FieldProblem, Refusal};
use super::scope::{beyond, for_all};
use crate::access::{Grant, RecordContacts};
use crate::domain::ids::{RecordId, SubjectId};
use crate::domain::registry::{Catalogue, Channel, ContactRecord, Direction, Slug};
use crate::domain::time::{Now, rfc3339};
use crate::store::{Committed, Entry, IdempotencyKey, NotReleased, Order, WriteTx};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// How far a caller's clock may run ahead.
const SKEW: TimeDelta = TimeDelta::seconds(30);
/// The longest name of a campaign or subcontractor, in bytes.
pub const LONGEST_TEXT: usize = 200;

/// One contact as a request puts it, not yet looked at.
#[derive(Debug, Clone)]
pub struct ContactClaim {
    /// With whom.
    pub named: Named,
    /// `to_person` or `from_person`.
    pub direction: String,
    /// By which channel.
    pub channel: String,
    /// What for.
    pub purpose: Option<String>,
    /// When; now where left out.
    pub at: Option<DateTime<Utc>>,
    /// Whether somebody answered a call.
    pub answered: Option<bool>,
    /// `refused`: the person said no in the call.
    pub outcome: Option<String>,
    /// Which subcontractor made it.
    pub by: Option<String>,
    /// The campaign.
    pub campaign: Option<String>,
}

/// What was written.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WrittenContact {
    /// The contact.
    pub id: RecordId,
    /// The person.
    pub subject_id: SubjectId,
    /// When it was.
    pub at: String,
    /// Which of the write's entries it is.
    pub entry: usize,
}

/// One contact that reads and fits.
struct Fits {
    direction: Direction,
    channel: Channel,
    /// With its controller.
    purpose: Option<(Slug, Slug)>,
    at: DateTime<Utc>,
    refused: bool,
}

impl App {
    /// Writes contacts down in one transaction.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming every bad field of every element; nothing is written then.
    pub async fn contacts(
        &self,
        grant: &Grant<RecordContacts>,
        claims: Vec<(String, ContactClaim)>,
        now: Now,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<Committed<Vec<WrittenContact>>, Refusal> {
        let blinds = claims.iter().flat_map(|(_, claim)| claim.named.blinds());
        let order = Order {
            blinds: blinds.collect(),
            idempotency,
            ..Order::at(now)
        };
        let actor = grant.clone();
        self.store
            .write(grant, order, move |tx| write_all(tx, &actor, &claims))
            .await
    }

    /// Releases a reserved contact that was not made after all, with the reason in a word.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where there is none that still counts, [`Refusal::Conflict`] where it
    /// was recorded after it was made, or released before.
    pub async fn release_contact(
        &self,
        grant: &Grant<RecordContacts>,
        contact: RecordId,
        reason: String,
        now: Now,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<Committed<()>, Refusal> {
        let (store, look) = (self.store.clone(), grant.clone());
        let found =
            tokio::task::spawn_blocking(move || store.read(|tx| tx.contact_owner(&look, contact)));
        let none = Refusal::NotFound("a contact with this id that still counts");
        let found = found
            .await
            .map_err(|_| crate::store::StoreError::Stopping)??;
        let (owner, purpose) = found.ok_or(none)?;
        let order = Order {
            subjects: vec![owner],
            idempotency,
            ..Order::at(now)
        };
        let actor = grant.clone();
        self.store
            .write(grant, order, move |tx| {
                let none = Refusal::NotFound("a contact with this id that still counts");
                let purpose = purpose.as_deref();
                let purpose = purpose.and_then(|id| tx.catalogue().purpose(id));
                // of another brand it is as if it were not there
                let theirs = purpose.map_or(actor.is_for_all(), |one| actor.is_for(one));
                let subject = tx.resolve(owner).filter(|_| theirs).ok_or(none)?;
                let released = tx.release(&actor, subject, contact, reason.clone())?;
                Ok(released.map_err(not_released)?.with(()))
            })
            .await
    }
}

fn not_released(why: NotReleased) -> Refusal {
    let (code, what) = match why {
        NotReleased::Unknown => {
            return Refusal::NotFound("a contact with this id that still counts");
        }
        NotReleased::NotReserved => (
            "not_reserved",
            "this contact was recorded after it was made; only one that a check reserved can be released",
        ),
        NotReleased::Already => ("already_released", "this contact was released before"),
    };
    Refusal::Conflict {
        code,
        what: what.to_owned(),
    }
}

fn write_all(
    tx: &mut WriteTx<'_>,
    grant: &Grant<RecordContacts>,
    claims: &[(String, ContactClaim)],
) -> Result<crate::store::Recorded<Vec<WrittenContact>>, Refusal> {
    let (mut written, mut problems, mut last) = (Vec::new(), Vec::new(), None);
    for (pointer, claim) in claims {
        let one = look(tx.catalogue(), pointer, claim, tx.now())
            .map_err(Refusal::Invalid)
            .and_then(|fits| write_one(tx, grant, pointer, claim, fits));
        match one {
            Ok((entry, one)) => {
                written.push(one);
                last = Some(entry);
            }
            Err(Refusal::Invalid(found)) => problems.extend(found),
            Err(other) => return Err(other),
        }
    }
    match last {
        Some(entry) if problems.is_empty() => Ok(entry.with(written)),
        _ => Err(Refusal::Invalid(problems)),
    }
}

fn write_one(
    tx: &mut WriteTx<'_>,
    grant: &Grant<RecordContacts>,
    pointer: &str,
    claim: &ContactClaim,
    fits: Fits,
) -> Result<(Entry, WrittenContact), Refusal> {
    match claim
        .purpose
        .as_deref()
        .and_then(|id| tx.catalogue().purpose(id))
    {
        Some(purpose) => beyond(grant, purpose, pointer)
            .map_or(Ok(()), |fault| Err(Refusal::Invalid(vec![fault])))?,
        None => for_all(grant, &format!("{pointer}/purpose"))?,
    }
    let subject = person(tx, grant, pointer, &claim.named)?;
    let id = RecordId::new(tx.now(), tx.entropy())?;
    let (purpose, controller) = fits.purpose.unzip();
    let record = ContactRecord {
        id,
        subject,
        identified_by: claim.named.kinds(),
        direction: fits.direction,
        channel: fits.channel,
        controller,
        purpose,
        at: fits.at,
        answered: claim.answered,
        refused: fits.refused,
        by: claim.by.clone(),
        campaign: claim.campaign.clone(),
        decision: None,
    };
    let entry = tx.contact(grant, record)?;
    let written = WrittenContact {
        id,
        subject_id: subject,
        at: rfc3339(fits.at),
        entry: entry.index(),
    };
    Ok((entry, written))
}

/// Reads one claim against the catalogue; names everything that is wrong with it.
fn look(
    catalogue: &Catalogue,
    pointer: &str,
    claim: &ContactClaim,
    now: Now,
) -> Result<Fits, Vec<FieldProblem>> {
    let mut problems = Vec::new();
    let direction = Direction::parse(&claim.direction);
    let channel = Channel::parse(&claim.channel);
    if direction.is_none() {
        let (at, detail) = ("/direction", "must be to_person or from_person");
        problems.push(problem(pointer, at, "direction_unknown", detail));
    }
    if channel.is_none() {
        problems.push(unknown_channel(pointer));
    }
    let purpose = look_at_purpose(catalogue, pointer, direction, claim, &mut problems);
    look_at_date(pointer, claim.at, now, &mut problems);
    look_at_call(pointer, direction, channel, claim, &mut problems);
    look_at_texts(pointer, claim, &mut problems);
    match (direction, channel) {
        (Some(direction), Some(channel)) if problems.is_empty() => Ok(Fits {
            direction,
            channel,
            purpose,
            at: claim
                .at
                .map_or(now.utc(), |at| Now::at(at).utc().min(now.utc())),
            refused: claim.outcome.is_some(),
        }),
        _ => Err(problems),
    }
}

/// What pressure is for is known; a person who calls need not say why.
fn look_at_purpose(
    catalogue: &Catalogue,
    pointer: &str,
    direction: Option<Direction>,
    claim: &ContactClaim,
    problems: &mut Vec<FieldProblem>,
) -> Option<(Slug, Slug)> {
    let Some(text) = &claim.purpose else {
        if direction == Some(Direction::ToPerson) {
            let detail =
                "say what the person was contacted for; GET /v1/purposes lists what is in force";
            problems.push(problem(pointer, "/purpose", "purpose_missing", detail));
        }
        return None;
    };
    let purpose = catalogue.purpose(text);
    if purpose.is_none() {
        problems.push(unknown_purpose(pointer));
    }
    purpose.map(|purpose| (purpose.id.clone(), purpose.controller.clone()))
}

fn look_at_date(
    pointer: &str,
    at: Option<DateTime<Utc>>,
    now: Now,
    problems: &mut Vec<FieldProblem>,
) {
    if at.is_some_and(|at| at > now.utc() + SKEW) {
        let clock = rfc3339(now.utc());
        let detail = format!("lies in the future; the registry's clock says {clock}");
        problems.push(problem(pointer, "/at", "date_in_future", &detail));
    }
}

/// Only a call to the person is answered, and only in one they say no.
fn look_at_call(
    pointer: &str,
    direction: Option<Direction>,
    channel: Option<Channel>,
    claim: &ContactClaim,
    problems: &mut Vec<FieldProblem>,
) {
    let is_call = matches!(channel, Some(Channel::PhoneLive | Channel::PhoneAutomated));
    let is_call = is_call && direction == Some(Direction::ToPerson);
    let mut refuse = |at, code, detail| problems.push(problem(pointer, at, code, detail));
    let known = claim.outcome.as_deref().is_none_or(|it| it == "refused");
    if !known {
        let detail = "must be refused, or be left out";
        refuse("/outcome", "outcome_unknown", detail);
    } else if claim.outcome.is_some() && !is_call {
        let detail = "only a call to the person can be refused; record any other no as a consent or an objection";
        refuse("/outcome", "not_a_call", detail);
    } else if claim.outcome.is_some() && claim.answered == Some(false) {
        let detail = "nobody answered, so that nobody can have refused";
        refuse("/outcome", "not_answered", detail);
    }
    if claim.answered.is_some() && !is_call {
        refuse(
            "/answered",
            "not_a_call",
            "only a call to the person is answered",
        );
    }
}

fn look_at_texts(pointer: &str, claim: &ContactClaim, problems: &mut Vec<FieldProblem>) {
    for (at, text) in [("/by", &claim.by), ("/campaign", &claim.campaign)] {
        if let Some(found) = text
            .as_deref()
            .and_then(|text| text_fault(pointer, at, text))
        {
            problems.push(found);
        }
    }
}

/// What is wrong with the length of a free text.
pub(super) fn text_fault(pointer: &str, at: &str, text: &str) -> Option<FieldProblem> {
    let detail = format!("must have 1 to {LONGEST_TEXT} bytes");
    (!(1..=LONGEST_TEXT).contains(&text.len()))
        .then(|| problem(pointer, at, "length_wrong", &detail))
}

fn problem(pointer: &str, at: &str, code: &'static str, detail: &str) -> FieldProblem {
    FieldProblem::new(format!("{pointer}{at}"), code, detail)
}
