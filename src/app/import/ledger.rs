//! Which files were brought in: what the log says of each, the newest first.

use super::Counts;
use crate::access::{Grant, ReadImports};
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::domain::ids::Position;
use crate::store::{PublicEntry, StoreError};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use std::collections::HashMap;

/// Imports on a page.
const PAGE: usize = 50;

/// An import, as its entry tells it. Nobody is named in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// Its place in the log.
    pub position: Position,
    /// When it was done.
    pub at: DateTime<Utc>,
    /// What kind of actor brought it in: `staff`, `operator`.
    pub actor: String,
    /// What they are called.
    pub name: Option<String>,
    /// The mapping's name.
    pub map: String,
    /// The system that the file came from.
    pub source: String,
    /// The mark of the file, by which whoever has it can tell that it was this one.
    pub file_mark: Option<String>,
    /// What came of it.
    pub counts: Counts,
    /// Lines that were refused.
    pub refused: u64,
}

/// A page of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportPage {
    /// The imports, the newest first.
    pub rows: Vec<Imported>,
    /// Before which position the next page begins.
    pub next: Option<Position>,
}

impl App {
    /// The imports before a position, or the newest. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn imports(
        &self,
        grant: &Grant<ReadImports>,
        before: Option<Position>,
    ) -> Result<ImportPage, Refusal> {
        let before = before.unwrap_or(i64::MAX as u64);
        let mut rows = self.read_imports(grant, before, PAGE + 1)?;
        let more = rows.len() > PAGE;
        rows.truncate(PAGE);
        let next = rows.last().map(|last| last.position).filter(|_| more);
        Ok(ImportPage { rows, next })
    }

    /// The import that an entry tells of. Blocks.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where the entry tells of none, or where the data cannot be read.
    pub fn import_at(
        &self,
        grant: &Grant<ReadImports>,
        position: Position,
    ) -> Result<Imported, Refusal> {
        let newest = self.read_imports(grant, position.saturating_add(1), 1)?;
        let found = newest.into_iter().find(|one| one.position == position);
        found.ok_or(Refusal::NotFound("an import at this position"))
    }

    fn read_imports(
        &self,
        grant: &Grant<ReadImports>,
        before: Position,
        limit: usize,
    ) -> Result<Vec<Imported>, Refusal> {
        let (entries, names) = self.store.read::<_, StoreError>(|tx| {
            Ok((tx.imports(grant, before, limit as i64)?, self.actors(tx)?))
        })?;
        let told = |entry| told(entry, &names).ok_or(StoreError::damaged("an import's entry"));
        Ok(entries.iter().map(told).collect::<Result<_, _>>()?)
    }
}

/// What an entry says. Those from before there were marks have the file's digest in its place.
#[derive(Deserialize)]
struct Said {
    recorded_at: DateTime<Utc>,
    actor: Who,
    map: String,
    source: String,
    file_mark: Option<String>,
    #[serde(default)]
    counts: Counts,
    #[serde(default)]
    refused_lines: u64,
}

#[derive(Deserialize)]
struct Who {
    kind: String,
    id: Option<String>,
}

fn told(entry: &PublicEntry, names: &HashMap<String, String>) -> Option<Imported> {
    let said: Said = serde_json::from_str(&entry.payload).ok()?;
    Some(Imported {
        position: entry.position,
        at: said.recorded_at,
        name: said.actor.id.and_then(|id| names.get(&id).cloned()),
        actor: said.actor.kind,
        map: said.map,
        source: said.source,
        file_mark: said.file_mark,
        counts: said.counts,
        refused: said.refused_lines,
    })
}
