//! Exports everything about one person as a package in which an omission shows.
//!
//! The export is recorded as every other. In the same transaction each record of the person gets an
//! entry that tells of it, with the next number and tag: whoever has the view key then sees that the
//! numbers have no hole, and that the last one is this disclosure.

mod decisions;
mod held;
mod lists;
mod timeline;
mod write;

pub use held::{Held, HeldRecord, HeldState};
pub use timeline::TimelineEntry;

use super::ExportError;
use super::head::Head;
use crate::access::{ExportAudit, Grant};
use crate::app::contact::Named;
use crate::app::decisions::story::Story;
use crate::app::lists::OnList;
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::audit::checkpoint::Checkpoint;
use crate::audit::package::format::Finding;
use crate::domain::event::{PublicEvent, PublicKind};
use crate::domain::ids::{ExportId, Position, SubjectId};
use crate::domain::time::{Now, rfc3339};
use crate::store::{Order, StoreError};
use chrono::{DateTime, Utc};
use serde_json::json;
use std::io::{self, Write};

const CHANGED: &str = "the person's records were merged while the export began; export again";

/// An export about one person that was made.
#[derive(Debug, Clone, serde::Serialize)]
pub struct PersonExported {
    /// Its name in the log.
    pub id: ExportId,
    /// The entry that records it.
    pub recorded: Position,
    /// How many entries are in it.
    pub entries: u64,
    /// How many decisions about the person are in it.
    pub decisions: u64,
    /// How many lists that the person was on.
    pub lists: u64,
    /// The size of the log that its checkpoint covers.
    pub size: u64,
    /// What does not hold in the database.
    pub findings: Vec<Finding>,
}

/// What the report for people is told.
#[derive(Debug)]
pub struct PersonData {
    /// The export.
    pub export: ExportId,
    /// Who exported.
    pub exported_by: String,
    /// When.
    pub exported_at: DateTime<Utc>,
    /// The log's name.
    pub origin: String,
    /// The head that the package is proven against.
    pub checkpoint: Checkpoint,
    /// How many records the person had, those merged among them.
    pub records: u64,
    /// Of how many of them the key is gone.
    pub unreadable: u64,
    /// Everything that was recorded about the person.
    pub timeline: Vec<TimelineEntry>,
    /// Every decision about them, the oldest first.
    pub decisions: Vec<Story>,
    /// Every list that they were on, the oldest first.
    pub lists: Vec<OnList>,
    /// What was held at an instant, where one was asked about.
    pub held: Option<Held>,
    /// What does not hold.
    pub findings: Vec<Finding>,
}

/// How the report is rendered.
pub trait PersonReport {
    /// Writes it.
    ///
    /// # Errors
    /// Whatever `out` gives.
    fn write(&self, out: &mut dyn Write, data: &PersonData) -> io::Result<()>;
}

/// Who is disclosed, by which entries that is recorded.
struct Recorded {
    export: ExportId,
    /// The entry of the export.
    position: Position,
    /// The person's records, and the last entry of each.
    records: Vec<(SubjectId, Position)>,
}

/// What the writing of a package works with.
struct Job<'a> {
    app: &'a App,
    grant: &'a Grant<ExportAudit>,
    at: Option<DateTime<Utc>>,
    report: &'a dyn PersonReport,
    now: Now,
    recorded: Recorded,
    head: Head<'a>,
}

impl App {
    /// Exports everything about the person that these identifiers name to `out`, recording first
    /// that it does. With `at`, the report tells what was held then. Blocks.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where they name nobody, a conflict where they name several persons;
    /// where the export cannot be recorded, or `out` fails.
    pub fn export_person<W: Write>(
        &self,
        grant: &Grant<ExportAudit>,
        named: &Named,
        at: Option<DateTime<Utc>>,
        report: &dyn PersonReport,
        now: Now,
        out: W,
    ) -> Result<PersonExported, ExportError> {
        // what was decided until now is to be in the log
        self.seal_decisions()?;
        self.sign_head(now)?;
        let recorded = self.record_disclosure(grant, named, at, now)?;
        let head = self.head_for_export(grant, now)?;
        let job = Job {
            app: self,
            grant,
            at,
            report,
            now,
            recorded,
            head,
        };
        self.store.read(|tx| job.write(tx, out))
    }

    fn record_disclosure(
        &self,
        grant: &Grant<ExportAudit>,
        named: &Named,
        at: Option<DateTime<Utc>>,
        now: Now,
    ) -> Result<Recorded, ExportError> {
        let ids = self.records_named(grant, named)?;
        let export = ExportId::new(now, self.entropy()).map_err(Refusal::from)?;
        let query = json!({ "about": "person", "at": at.map(rfc3339) });
        let payload = json!({ "export": export, "query": query });
        let event = PublicEvent::new(PublicKind::Export, grant.actor(), payload);
        let order = Order {
            subjects: ids.clone(),
            ..Order::at(now)
        };
        let (by, records) = (grant.clone(), ids.clone());
        let committed = self.store.write_blocking(grant, order, move |tx| {
            let entry = tx.public(event.clone());
            let person = records.first().and_then(|first| tx.resolve(*first));
            for record in &records {
                // another merge may have come in between
                if person != records.first().copied() || tx.resolve(*record) != person {
                    return Err(changed());
                }
                let _entry = tx.disclosed(&by, *record, export)?;
            }
            Ok::<_, Refusal>(entry.with(()))
        })?;
        let mut positions = committed.positions.into_iter();
        let none = || StoreError::Log("the export has no entry".into());
        let position = positions.next().ok_or_else(none)?;
        Ok(Recorded {
            export,
            position,
            records: ids.into_iter().zip(positions).collect(),
        })
    }

    /// The one person's records; the first is the one that the others were merged into.
    fn records_named(
        &self,
        grant: &Grant<ExportAudit>,
        named: &Named,
    ) -> Result<Vec<SubjectId>, Refusal> {
        self.store.read(|tx| {
            let found = tx.named_by(grant, &named.blinds())?;
            let mut found = found.into_iter();
            let nobody = Refusal::NotFound("a person with these identifiers");
            let person = found.next().ok_or(nobody)?;
            if found.next().is_some() {
                return Err(Refusal::Conflict {
                    code: "identifiers_of_several",
                    what: "these identifiers are of several persons; name one person".into(),
                });
            }
            Ok(tx.record_ids(grant, person)?)
        })
    }
}

fn changed() -> Refusal {
    Refusal::Conflict {
        code: "person_changed",
        what: CHANGED.into(),
    }
}
