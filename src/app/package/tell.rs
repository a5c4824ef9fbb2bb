//! How what is held becomes a row of a table.

use super::collect::{Collected, Scope, answered_on};
use super::table::Cell;
use crate::app::decisions::story::{RecordedOutcome, Story};
use crate::app::lists::OnList;
use crate::app::record::StateView;
use crate::domain::event::{Reference, SubjectEvent};
use crate::domain::registry::{ConsentRecord, PaceRecord, Slug, Source};
use crate::domain::requests::{Request, State, WrittenBy};
use crate::domain::time::rfc3339;
use crate::policy::{Effect, to_person_in};
use crate::store::HistoryEntry;
use serde::Serialize;
use serde_json::{Value, json};

type Told<'a, 'b> = Collected<'a, 'b>;

#[allow(clippy::unnecessary_wraps, reason = "as the cells of a row take it")]
fn some(text: impl Into<String>) -> Cell {
    Some(text.into())
}

/// Something as JSON; nothing where it says nothing.
fn json_of(value: &impl Serialize) -> Cell {
    let value = serde_json::to_value(value).ok()?;
    let is_empty = value.is_null() || value.as_object().is_some_and(serde_json::Map::is_empty);
    (!is_empty).then(|| value.to_string())
}

/// A word of ours.
fn word(value: &impl Serialize) -> Cell {
    let value = serde_json::to_value(value).ok()?;
    value.as_str().map(str::to_owned)
}

/// Who did it: the role alone.
fn role(entry: &HistoryEntry) -> Cell {
    let actor = entry.payload.reveal().get("actor")?;
    some(actor.get("kind")?.as_str()?)
}

/// How a choice stands.
pub(super) fn choice(on: &Told<'_, '_>, cell: &crate::domain::registry::Cell) -> Vec<Cell> {
    let view = StateView::of(
        &cell.purpose,
        cell.channel,
        &cell.state,
        &on.catalogue,
        on.now,
    );
    vec![
        on.title(&view.purpose),
        some(view.channel),
        some(view.status),
        some(view.since),
        view.valid_until,
        some(view.source),
        some(view.purpose),
        view.notice,
        some(view.reason),
        some(view.record_id),
    ]
}

/// What of an event belongs to a line of the history.
#[derive(Default)]
struct Line<'a> {
    purpose: Option<&'a Slug>,
    channel: Cell,
    until: Cell,
    source: Option<&'a Source>,
    words: Cell,
    happened_at: Cell,
    notice: Cell,
    language: Cell,
    circumstances: Cell,
    evidence: Cell,
    details: Cell,
    record: Cell,
}

fn consent<'a>(on: &Told<'_, '_>, record: &'a ConsentRecord) -> Line<'a> {
    let notice = record.notice.as_ref();
    let known = notice.and_then(|notice| on.catalogue.notices.get(notice));
    let language = record.language.unwrap_or_else(|| on.spoken());
    let words = known.and_then(|notice| notice.text.in_or_else(language));
    Line {
        purpose: Some(&record.purpose),
        channel: some(record.channel.as_str()),
        until: record.valid_until.map(rfc3339),
        source: Some(&record.source),
        words: words.map(|(_, text)| text.to_owned()),
        happened_at: some(rfc3339(record.effective_at)),
        notice: notice.map(ToString::to_string),
        language: record.language.map(|one| one.as_str().to_owned()),
        circumstances: json_of(&record.circumstances),
        evidence: record.evidence.as_ref().and_then(json_of),
        details: record.act.and_then(|act| some(act.as_str())),
        record: some(record.id.to_string()),
    }
}

fn paced(record: &PaceRecord) -> Line<'_> {
    Line {
        purpose: Some(&record.purpose),
        channel: some(record.channel.as_str()),
        until: record.pace.paused_until.map(rfc3339),
        source: Some(&record.source),
        happened_at: some(rfc3339(record.effective_at)),
        details: record.pace.at_most.map(|most| most.as_str().to_owned()),
        ..Line::default()
    }
}

/// A line of the history; none where the event belongs to another table, or is not the person's to take
/// along.
pub(super) fn history(
    on: &Told<'_, '_>,
    entry: &HistoryEntry,
    event: &SubjectEvent,
    scope: Scope,
) -> Option<Vec<Cell>> {
    let at = |at| Line {
        happened_at: some(rfc3339(at)),
        ..Line::default()
    };
    let line = match event {
        SubjectEvent::Consent(record) => consent(on, record),
        SubjectEvent::Paced(record) => paced(record),
        SubjectEvent::Objected {
            scope,
            effective_at,
        } => Line {
            details: word(scope),
            ..at(*effective_at)
        },
        SubjectEvent::Restricted { effective_at, .. } => at(*effective_at),
        SubjectEvent::Disputed(record) => Line {
            record: some(record.to_string()),
            ..Line::default()
        },
        SubjectEvent::SignedIn(brand) => Line {
            details: brand.as_ref().map(ToString::to_string),
            ..Line::default()
        },
        SubjectEvent::DisputeClosed { outcome, .. } => Line {
            details: word(outcome),
            ..Line::default()
        },
        SubjectEvent::Held(hold) => Line {
            until: some(hold.until.to_string()),
            details: some(format!(
                "{}, {}",
                hold.ground.source(),
                hold.reference.as_str()
            )),
            ..Line::default()
        },
        SubjectEvent::HoldLifted { .. }
        | SubjectEvent::Linked(_)
        | SubjectEvent::Corrected(_)
        | SubjectEvent::Merged { .. }
        | SubjectEvent::LinkIssued
        | SubjectEvent::Died { .. } => Line::default(),
        SubjectEvent::Asked(_)
        | SubjectEvent::Wrote(_)
        | SubjectEvent::Contacted(_)
        | SubjectEvent::Released { .. }
        | SubjectEvent::Viewed(..)
        | SubjectEvent::Disclosed(_) => return None,
    };
    let theirs = line.purpose.is_some_and(|purpose| on.is_portable(purpose));
    if scope == Scope::Portable && !theirs {
        return None;
    }
    let place = line.source.and_then(|source| source.id.as_deref());
    let known = place.and_then(|place| on.catalogue.place(place));
    Some(vec![
        some(rfc3339(entry.recorded_at)),
        some(entry.kind.clone()),
        line.purpose.and_then(|purpose| on.title(purpose.as_str())),
        line.channel,
        line.until,
        line.source.and_then(|source| some(source.kind.as_str())),
        known.or(place).map(str::to_owned),
        line.words,
        line.happened_at,
        line.purpose.map(ToString::to_string),
        line.notice,
        line.language,
        line.circumstances,
        line.evidence,
        line.details,
        role(entry),
        some(entry.position.to_string()),
        line.record,
    ])
}

/// A line of who reached whom.
pub(super) fn message(
    on: &Told<'_, '_>,
    entry: &HistoryEntry,
    event: &SubjectEvent,
) -> Option<Vec<Cell>> {
    let (event, position) = (event, some(entry.position.to_string()));
    Some(match event {
        SubjectEvent::Contacted(record) => {
            let purpose = record.purpose.as_ref();
            vec![
                some(rfc3339(record.at)),
                some(entry.kind.clone()),
                some(record.direction.as_str()),
                some(record.channel.as_str()),
                purpose.and_then(|purpose| on.title(purpose.as_str())),
                record.campaign.clone(),
                purpose.map(ToString::to_string),
                record.answered.map(|answered| answered.to_string()),
                some(record.refused.to_string()),
                some(record.id.to_string()),
                position,
            ]
        }
        SubjectEvent::Released { contact, .. } => {
            let mut row = vec![some(rfc3339(entry.recorded_at)), some(entry.kind.clone())];
            row.resize(9, None);
            row.extend([some(contact.to_string()), position]);
            row
        }
        _ => return None,
    })
}

/// A line of the correspondence. What staff noted for themselves is looked through before it is given
/// out, since it may be about others.
pub(super) fn written(
    _: &Told<'_, '_>,
    entry: &HistoryEntry,
    event: &SubjectEvent,
) -> Option<Vec<Cell>> {
    let (number, by, text) = match event {
        SubjectEvent::Asked(made) => (made.request.number(), WrittenBy::Person, made.text.clone()?),
        SubjectEvent::Wrote(message) if message.by != WrittenBy::Note => {
            (message.request.number(), message.by, message.text.clone())
        }
        _ => return None,
    };
    Some(vec![
        some(rfc3339(entry.recorded_at)),
        some(number),
        some(by.as_str()),
        some(text),
    ])
}

/// A line of who read the person's file.
pub(super) fn access(
    _: &Told<'_, '_>,
    entry: &HistoryEntry,
    event: &SubjectEvent,
) -> Option<Vec<Cell>> {
    let (part, why, reference) = match event {
        SubjectEvent::Viewed(view, reason) => {
            let reference = reason.as_ref().and_then(|reason| reason.reference());
            let why = reason.as_ref().map(|reason| reason.why().as_str());
            (word(view), why, reference.map(Reference::as_str))
        }
        SubjectEvent::Disclosed(_) => (some("everything"), None, None),
        _ => return None,
    };
    Some(vec![
        some(rfc3339(entry.recorded_at)),
        role(entry),
        part,
        why.map(str::to_owned),
        reference.map(str::to_owned),
    ])
}

const fn decided(permit: bool) -> &'static str {
    if permit { "permit" } else { "deny" }
}

fn because(on: &Told<'_, '_>, outcome: &RecordedOutcome) -> Cell {
    let spoken = outcome.spoken();
    some(match on.spoken().as_str() {
        "fr" => spoken.fr,
        "en" => spoken.en,
        other => outcome.spoken_in(other).map_or(spoken.en, str::to_owned),
    })
}

/// A decision.
pub(super) fn decision(on: &Told<'_, '_>, story: &Story) -> Vec<Cell> {
    let outcome = &story.outcome;
    let rules = outcome.policies.iter().map(|one| match &one.source {
        Some(source) => format!("{} ({source})", one.id),
        None => one.id.clone(),
    });
    let asked_by = story.asked_by.split(':').next().unwrap_or_default();
    vec![
        some(rfc3339(story.made_at)),
        on.title(&story.purpose),
        story.channel.map(|channel| channel.as_str().to_owned()),
        some(decided(outcome.effect == Effect::Permit)),
        because(on, outcome),
        story.campaign.clone(),
        some(story.purpose.clone()),
        some(outcome.reason.clone()),
        some(rules.collect::<Vec<_>>().join("; ")),
        some(story.policy_version.clone()),
        some(asked_by),
        some(story.id.to_string()),
    ]
}

/// A list that the person was on.
pub(super) fn list(on: &Told<'_, '_>, list: &OnList) -> Vec<Cell> {
    let told = |name: &str| Some(list.told(name).to_owned()).filter(|text| !text.is_empty());
    let language = on.spoken();
    let because = match language.as_str() {
        "fr" => list.spoken().map(|spoken| spoken.fr),
        "en" => list.spoken().map(|spoken| spoken.en),
        other => to_person_in(&list.reason, other).map(str::to_owned),
    };
    vec![
        told("recorded_at"),
        told("purpose").and_then(|purpose| on.title(&purpose)),
        told("channel"),
        some(decided(list.permit)),
        because,
        told("campaign"),
        some(list.reason.clone()),
        told("policy_version"),
        told("audience"),
    ]
}

/// A request.
pub(super) fn request(request: &Request) -> Vec<Cell> {
    let answered = match &request.state {
        State::Done(outcome) => Some(answered_on(outcome).to_string()),
        _ => None,
    };
    let statutory = request.deadline().map(|deadline| deadline.statutory);
    vec![
        some(request.id.number()),
        some(request.receipt.kind.as_str()),
        some(request.receipt.received_on.to_string()),
        answered,
        some(request.receipt.via.as_str()),
        some(request.state_word()),
        statutory.map(|day| day.to_string()),
    ]
}

/// What a package says of itself, for machines.
pub(super) fn about(on: &Told<'_, '_>) -> Value {
    let purposes = on.catalogue.purposes.values();
    json!({
        "package": on.id,
        "made_at": rfc3339(on.now),
        "service": on.app.public_url(),
        "controllers": on.catalogue.controllers.values().map(|one| json!({
            "name": one.name, "country": one.country, "contact": one.contact,
            "dpo_contact": one.dpo_contact, "transfers": one.transfers,
        })).collect::<Vec<_>>(),
        "purposes": purposes.map(|one| json!({
            "id": one.id, "title": one.title, "legal_basis": one.legal_basis, "controller": one.controller,
            "data_categories": one.data_categories, "recipients": one.recipients, "retention": one.retention,
        })).collect::<Vec<_>>(),
        "systems": on.systems.iter().map(|one| json!({
            "title": one.title, "holds": one.holds, "purposes": one.purposes, "recipients": one.recipients,
            "retention": one.retention, "recipient": one.recipient,
        })).collect::<Vec<_>>(),
        "left_out": on.left_out,
    })
}

impl Collected<'_, '_> {
    /// What the package says of itself, for machines.
    #[must_use]
    pub fn about(&self) -> Value {
        about(self)
    }
}
