//! A signed-in customer reads what they said: every choice, pause and objection, the newest first. Who of
//! the house looked into their file is not in it.

use super::open::App;
use super::refusal::Refusal;
use crate::access::{Grant, OwnFile};
use crate::domain::event::SubjectEvent;
use crate::domain::ids::Position;
use crate::domain::registry::{Catalogue, Notice, NoticeRef, Purpose, Slug, Source};
use chrono::{DateTime, Utc};

/// How many are on a page.
const PAGE: u8 = 50;
/// What is told.
const KINDS: [&str; 12] = [
    "consent.requested",
    "consent.given",
    "consent.refused",
    "consent.withdrawn",
    "objection.made",
    "restriction.set",
    "restriction.lifted",
    "pace.set",
    "dispute.made",
    "dispute.closed",
    "hold.placed",
    "hold.lifted",
];

/// One thing that the person did.
#[derive(Debug)]
pub struct OwnEvent {
    /// Its place in the ledger.
    pub position: Position,
    /// When the registry received it.
    pub recorded_at: DateTime<Utc>,
    /// What was done.
    pub event: SubjectEvent,
}

/// A page of them, and what they name.
#[derive(Debug)]
pub struct OwnHistory {
    /// The newest first.
    pub events: Vec<OwnEvent>,
    /// The next page has those before this position.
    pub further: Option<Position>,
    catalogue: Catalogue,
}

impl OwnHistory {
    /// A purpose, as the catalogue has it.
    #[must_use]
    pub fn purpose(&self, id: &Slug) -> Option<&Purpose> {
        self.catalogue.purpose(id.as_str())
    }

    /// The words that were shown.
    #[must_use]
    pub fn notice(&self, shown: &NoticeRef) -> Option<&Notice> {
        self.catalogue.notices.get(shown)
    }

    /// Where it was taken down, by the name that customers know.
    #[must_use]
    pub fn place<'a>(&'a self, source: &'a Source) -> Option<&'a str> {
        self.catalogue.place(source.id.as_deref()?)
    }
}

impl App {
    /// A page of a signed-in customer's history; of one who was erased there is none. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn own_history(
        &self,
        grant: &Grant<OwnFile>,
        before: Option<Position>,
    ) -> Result<OwnHistory, Refusal> {
        let own = grant.customer().ok_or(Refusal::NotFound("this person"))?;
        self.store.read(|tx| {
            let catalogue = tx.catalogue(&self.serve)?;
            // one more than is shown, to know whether there are others
            let limit = i64::from(PAGE) + 1;
            let mut found = match tx.subject(grant, own)? {
                Some(subject) => tx.newest(grant, subject, &KINDS, before, limit)?,
                None => Vec::new(),
            };
            let more = found.len() > usize::from(PAGE);
            found.truncate(usize::from(PAGE));
            let further = found.last().filter(|_| more).map(|last| last.position);
            let events = found.into_iter().filter_map(|entry| {
                Some(OwnEvent {
                    position: entry.position,
                    recorded_at: entry.recorded_at,
                    event: SubjectEvent::read(&entry.kind, entry.payload.reveal())?,
                })
            });
            Ok(OwnHistory {
                events: events.collect(),
                further,
                catalogue,
            })
        })
    }
}
