//! What happened to the person, as the entries tell it.

use crate::audit::leaf::Leaf;
use crate::audit::package::format::EntryLine;
use crate::domain::event::SubjectEvent;
use crate::domain::ids::Position;
use crate::domain::registry::{Catalogue, Notice, Purpose};
use chrono::{DateTime, Utc};
use serde_json::Value;

/// One entry, with what it names.
#[derive(Debug, Clone)]
pub struct TimelineEntry {
    /// Its place in the log.
    pub position: Position,
    /// What happened, as the leaf names it; empty where the leaf does not read.
    pub kind: String,
    /// When the registry received it, or when its entry was written.
    pub at: DateTime<Utc>,
    /// What was recorded; `None` where it is withheld.
    pub payload: Option<Value>,
    /// The same, where it is an event about the person.
    pub event: Option<SubjectEvent>,
    /// The purpose, as the catalogue has it.
    pub purpose: Option<Purpose>,
    /// The words that were shown.
    pub notice: Option<Notice>,
}

/// What is told apart: blocks by the decisions that are in them, lists by what was answered there.
const TOLD_APART: [&str; 2] = ["decisions.recorded", "audience.ended"];

/// The person's timeline.
pub(super) fn timeline(lines: &[EntryLine], catalogue: &Catalogue) -> Vec<TimelineEntry> {
    let told = lines.iter().map(|line| entry(line, catalogue));
    told.filter(|one| !TOLD_APART.contains(&one.kind.as_str()))
        .collect()
}

fn entry(line: &EntryLine, catalogue: &Catalogue) -> TimelineEntry {
    let leaf = Leaf::parse(line.leaf.as_bytes()).ok();
    let kind = leaf.as_ref().map_or("", |leaf| leaf.kind.as_str());
    let event = event(line, kind);
    let consent = match &event {
        Some(SubjectEvent::Consent(record)) => Some(record),
        _ => None,
    };
    let purpose = match &event {
        Some(SubjectEvent::Consent(record)) => catalogue.purpose(record.purpose.as_str()),
        Some(SubjectEvent::Paced(record)) => catalogue.purpose(record.purpose.as_str()),
        _ => None,
    };
    let notice = consent.and_then(|record| catalogue.notices.get(record.notice.as_ref()?));
    let written = leaf.as_ref().map_or(0, |leaf| leaf.at);
    TimelineEntry {
        position: line.position,
        at: recorded_at(line)
            .or_else(|| DateTime::from_timestamp(written, 0))
            .unwrap_or_default(),
        kind: kind.to_owned(),
        payload: line.payload.clone(),
        purpose: purpose.cloned(),
        notice: notice.cloned(),
        event,
    }
}

/// The event about the person that a line tells of.
pub(super) fn event(line: &EntryLine, kind: &str) -> Option<SubjectEvent> {
    let payload = line.payload.as_ref()?;
    payload.get("subject")?;
    SubjectEvent::read(kind, payload)
}

/// When the registry received it.
pub(super) fn recorded_at(line: &EntryLine) -> Option<DateTime<Utc>> {
    let text = line.payload.as_ref()?.get("recorded_at")?.as_str()?;
    text.parse().ok()
}
