//! The rows of a package's tables, read a page at a time: how much there is of a person's does not matter.
//! Who of the house did something is told by their role and never by name.

use super::table::{Cell, Table};
use super::{LeftOut, tell};
use crate::app::export::ExportError;
use crate::app::lists::OnList;
use crate::app::open::App;
use crate::app::systems::FoundRows;
use crate::audit::package::write::WriteError;
use crate::domain::event::SubjectEvent;
use crate::domain::ids::{PackageId, SubjectId};
use crate::domain::registry::{Catalogue, Language, LegalBasis, Slug};
use crate::domain::requests::Outcome;
use crate::domain::systems::System;
use crate::store::{DsrFilter, FoundDecision, HistoryEntry, ReadTx, Whose};
use chrono::{DateTime, Utc};
use std::io;

/// Rows that are read at once.
const PAGE: usize = 500;

/// How much of a person's is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Everything (art. 15).
    All,
    /// What they gave themselves, for what rests on consent or a contract (art. 20).
    Portable,
}

/// What is held about one person, to be read table by table.
pub struct Collected<'a, 'b> {
    pub(super) app: &'a App,
    pub(super) tx: &'a mut ReadTx<'b>,
    pub(super) id: PackageId,
    pub(super) person: SubjectId,
    pub(super) language: String,
    pub(super) catalogue: Catalogue,
    pub(super) systems: Vec<System>,
    pub(super) found: Vec<FoundRows>,
    pub(super) left_out: Vec<LeftOut>,
    pub(super) now: DateTime<Utc>,
    pub(super) alive: &'a dyn Fn() -> Result<(), ExportError>,
}

/// Takes a row.
pub type Each<'a> = &'a mut dyn FnMut(&[Cell]) -> io::Result<()>;

impl Collected<'_, '_> {
    /// The name of the package.
    #[must_use]
    pub const fn id(&self) -> PackageId {
        self.id
    }

    /// The language that it is for; empty where nobody knows.
    #[must_use]
    pub fn language(&self) -> &str {
        &self.language
    }

    /// Purposes and who decides about them, as they are in force.
    #[must_use]
    pub const fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The systems that hold data about customers, and the recipients of some.
    #[must_use]
    pub fn systems(&self) -> &[System] {
        &self.systems
    }

    /// What the systems found.
    #[must_use]
    pub fn found(&self) -> &[FoundRows] {
        &self.found
    }

    /// What systems hold and is not in it.
    #[must_use]
    pub fn left_out(&self) -> &[LeftOut] {
        &self.left_out
    }

    /// When it is made.
    #[must_use]
    pub const fn made_at(&self) -> DateTime<Utc> {
        self.now
    }

    /// Where the service is.
    #[must_use]
    pub fn public_url(&self) -> &str {
        self.app.public_url()
    }

    /// Whether what is held for a purpose may be taken along.
    #[must_use]
    pub fn is_portable(&self, purpose: &Slug) -> bool {
        let known = self.catalogue.purpose(purpose.as_str());
        known.is_some_and(|purpose| {
            matches!(
                purpose.legal_basis,
                LegalBasis::Consent | LegalBasis::Contract
            )
        })
    }

    /// The rows of a table, each as its columns are; how many there are.
    ///
    /// # Errors
    /// Where the data cannot be read, or whoever takes them cannot.
    pub fn rows(&mut self, table: Table, scope: Scope, each: Each<'_>) -> Result<u64, ExportError> {
        let mut count = 0_u64;
        let mut counted = |row: &[Cell]| {
            count = count.saturating_add(1);
            each(row)
        };
        match (table, scope) {
            (Table::Contacts, _) => self.contacts(&mut counted)?,
            (Table::Choices, _) => self.choices(scope, &mut counted)?,
            (Table::History, _) => self.events(&mut counted, |one, entry, event| {
                tell::history(one, entry, event, scope)
            })?,
            (_, Scope::Portable) => {}
            (Table::Messages, _) => self.events(&mut counted, tell::message)?,
            (Table::Correspondence, _) => self.events(&mut counted, tell::written)?,
            (Table::Accesses, _) => self.events(&mut counted, tell::access)?,
            (Table::Decisions, _) => self.decisions(&mut counted)?,
            (Table::Lists, _) => self.lists(&mut counted)?,
            (Table::Requests, _) => self.requests(&mut counted)?,
        }
        Ok(count)
    }

    fn contacts(&mut self, each: Each<'_>) -> Result<(), ExportError> {
        for held in self.tx.identifiers(&self.app.serve, self.person)? {
            let kind = held.identifier.kind().as_str().to_owned();
            each(&[Some(kind), Some(held.identifier.reveal().to_owned())])
                .map_err(WriteError::from)?;
        }
        Ok(())
    }

    fn choices(&mut self, scope: Scope, each: Each<'_>) -> Result<(), ExportError> {
        let (cells, _) = self.tx.choices(&self.app.serve, self.person)?;
        for cell in cells {
            if scope == Scope::All || self.is_portable(&cell.purpose) {
                each(&tell::choice(self, &cell)).map_err(WriteError::from)?;
            }
        }
        Ok(())
    }

    /// Those events of the person's history of which a row is told, the oldest first.
    fn events(
        &mut self,
        each: Each<'_>,
        told: impl Fn(&Self, &HistoryEntry, &SubjectEvent) -> Option<Vec<Cell>>,
    ) -> Result<(), ExportError> {
        let mut from = 0;
        loop {
            (self.alive)()?;
            let page = self
                .tx
                .history(&self.app.serve, self.person, from, PAGE as i64)?;
            for entry in &page {
                let event = SubjectEvent::read(&entry.kind, entry.payload.reveal());
                let row = event.and_then(|event| told(self, entry, &event));
                if let Some(row) = row {
                    each(&row).map_err(WriteError::from)?;
                }
            }
            match page.last() {
                Some(last) if page.len() == PAGE => from = last.position.saturating_add(1),
                _ => return Ok(()),
            }
        }
    }

    /// The newest first.
    fn decisions(&mut self, each: Each<'_>) -> Result<(), ExportError> {
        let (whose, mut from) = (Whose::Subject(self.person), i64::MAX as u64);
        loop {
            (self.alive)()?;
            let page = self.tx.decisions(&self.app.serve, &whose, from, PAGE)?;
            let (count, last) = (page.len(), page.last().map(FoundDecision::place));
            for story in self.app.stories(self.tx, &self.app.serve, page)? {
                each(&tell::decision(self, &story)).map_err(WriteError::from)?;
            }
            match last {
                Some(last) if count == PAGE && last > 0 => from = last - 1,
                _ => return Ok(()),
            }
        }
    }

    /// The newest first.
    fn lists(&mut self, each: Each<'_>) -> Result<(), ExportError> {
        let mut upto = i64::MAX as u64;
        loop {
            (self.alive)()?;
            let (page, next) = self.tx.lists_of(&self.app.serve, self.person, upto, PAGE)?;
            for found in page {
                each(&tell::list(self, &OnList::from(found))).map_err(WriteError::from)?;
            }
            match next {
                Some(next) => upto = next,
                None => return Ok(()),
            }
        }
    }

    fn requests(&mut self, each: Each<'_>) -> Result<(), ExportError> {
        let filter = DsrFilter {
            subject: Some(self.person),
            ..DsrFilter::default()
        };
        let mut from = 0;
        loop {
            let page = self.tx.dsrs(&self.app.serve, &filter, from, PAGE as i64)?;
            for held in &page {
                each(&tell::request(&held.request)).map_err(WriteError::from)?;
            }
            match page.last() {
                Some(last) if page.len() == PAGE => from = last.received.saturating_add(1),
                _ => return Ok(()),
            }
        }
    }

    /// A purpose by the name that customers know.
    #[allow(clippy::unnecessary_wraps, reason = "as the cells of a row take it")]
    pub(super) fn title(&self, id: &str) -> Cell {
        let purpose = self.catalogue.purpose(id);
        let title = purpose.and_then(|purpose| purpose.title.in_or_else(self.spoken()));
        Some(title.map_or_else(|| id.to_owned(), |(_, title)| title.to_owned()))
    }

    /// The language in which texts are told.
    pub(super) fn spoken(&self) -> Language {
        Language::parse(&self.language).unwrap_or(Language::EN)
    }
}

/// The day of an answer.
pub(super) const fn answered_on(outcome: &Outcome) -> chrono::NaiveDate {
    match outcome {
        Outcome::Fulfilled(on)
        | Outcome::PartlyFulfilled(on, _)
        | Outcome::Refused(on, _)
        | Outcome::Closed(on, _) => *on,
    }
}
