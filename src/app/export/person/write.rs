//! Writes the package.

use super::held::held;
use super::timeline::timeline;
use super::{Job, PersonData, PersonExported, changed};
use crate::app::audit_check::{AuditFindings, Check, keys_of};
use crate::app::export::entries::opened;
use crate::app::export::{ExportError, by, files};
use crate::app::lists::OnList;
use crate::audit::commitment::canonical_json;
use crate::audit::encoding::hex;
use crate::audit::package::format::{
    About, EntryLine, PERSON, Period, PersonFile, PersonRecord, Positions, REPORT,
};
use crate::audit::package::plan::sparse_tiles;
use crate::audit::package::write::{PackageMeta, PackageWriter, WriteError};
use crate::domain::ids::{Position, SubjectId};
use crate::domain::time::rfc3339;
use crate::store::{FoundDecision, ReadTx, StoreError};
use chrono::DateTime;
use serde_json::json;
use std::collections::BTreeSet;
use std::io::Write;

impl Job<'_> {
    /// Everything from here on is read from one unchanging state.
    pub(super) fn write<W: Write>(
        &self,
        tx: &mut ReadTx<'_>,
        out: W,
    ) -> Result<PersonExported, ExportError> {
        let (file, mut positions) = self.whose(tx)?;
        let person = self.person()?;
        positions.insert(self.recorded.position);
        positions.extend(tx.suppressions_of(self.grant, person, self.recorded.position)?);
        let decided = self.decided(tx, person)?;
        positions.extend(decided.iter().map(|one| one.block));
        let lists = self.on_lists(tx, person)?;
        positions.extend(lists.iter().map(|one| one.position));
        positions.extend(self.epochs(tx, &positions)?);
        let findings = self.check(tx, &positions)?;
        let lines = self.lines(tx, &positions)?;

        let mut package = PackageWriter::begin(out, self.meta())?;
        for line in &lines {
            package.entry(line)?;
        }
        let whose = canonical_json(&json!(file)).map_err(WriteError::from)?;
        package.file(PERSON, &whose)?;
        files::write((self.app, self.grant), tx, &mut package)?;
        self.write_decisions(tx, &mut package, &decided)?;
        Self::write_lists(&mut package, &lists)?;
        let (entries, decisions) = (lines.len() as u64, decided.len() as u64);
        let on_lists = lists.len() as u64;
        let data = self.data(tx, &file, &lines, (decided, lists), &findings)?;
        package.stream(REPORT, |out| self.report.write(out, &data))?;
        let needed = sparse_tiles(&positions, self.head.checkpoint.size);
        self.head.tiles(tx, &mut package, needed)?;
        let (size, end) = (self.head.checkpoint.size, self.end());
        self.head.close(tx, package, end, &findings.findings)?;
        Ok(PersonExported {
            id: self.recorded.export,
            recorded: self.recorded.position,
            entries,
            decisions,
            lists: on_lists,
            size,
            findings: findings.findings,
        })
    }

    pub(super) fn person(&self) -> Result<SubjectId, StoreError> {
        let first = self.recorded.records.first();
        first
            .map(|(person, _)| *person)
            .ok_or(StoreError::damaged("a data subject"))
    }

    /// The position after the last entry of the disclosure.
    pub(super) fn end(&self) -> Position {
        let ends = self.recorded.records.iter().map(|(_, end)| *end);
        ends.max().unwrap_or_default().saturating_add(1)
    }

    /// The entries by which key epochs began and were destroyed since the person is known: they tell from
    /// when on no copy of the database opens their file any more.
    fn epochs(
        &self,
        tx: &mut ReadTx<'_>,
        positions: &BTreeSet<Position>,
    ) -> Result<Vec<Position>, StoreError> {
        let known_since = positions.first().copied().unwrap_or_default();
        let epochs = tx.key_epochs(self.grant)?.into_iter();
        let entries = epochs.flat_map(|one| [one.begun, one.destroyed]).flatten();
        Ok(entries
            .filter(|at| *at > known_since && *at < self.end())
            .collect())
    }

    /// Keys and numbers of the records, and where their entries stand, up to the disclosure.
    fn whose(&self, tx: &mut ReadTx<'_>) -> Result<(PersonFile, BTreeSet<Position>), ExportError> {
        let ids = tx.record_ids(self.grant, self.person()?)?;
        if ids.len() != self.recorded.records.len() {
            return Err(changed().into());
        }
        let mut file = PersonFile {
            export: self.recorded.export.to_string(),
            records: Vec::new(),
            unreadable: Vec::new(),
        };
        let mut positions = BTreeSet::new();
        for (subject, end) in &self.recorded.records {
            let stored = tx.stored_record(self.grant, *subject)?;
            let Some((stored, view)) =
                stored.and_then(|one| one.view.clone().map(|view| (one, view)))
            else {
                file.unreadable.push(subject.to_string());
                continue;
            };
            let upto = stored.entries.iter().filter(|(_, at)| at <= end);
            positions.extend(upto.clone().map(|(_, at)| *at));
            file.records.push(PersonRecord {
                count: upto
                    .map(|(number, _)| number.saturating_add(1))
                    .max()
                    .unwrap_or(0),
                subject: subject.to_string(),
                view_key: hex(view.expose()),
            });
        }
        Ok((file, positions))
    }

    fn check(
        &self,
        tx: &mut ReadTx<'_>,
        positions: &BTreeSet<Position>,
    ) -> Result<AuditFindings, StoreError> {
        let records: Vec<_> = self.recorded.records.iter().map(|(id, _)| *id).collect();
        let keys = keys_of(tx, self.grant, self.app.verifier())?;
        Check {
            tx,
            grant: self.grant,
            origin: self.app.origin(),
            keys,
            progress: &|_, _| {},
        }
        .person(positions, &records)
    }

    fn lines(
        &self,
        tx: &mut ReadTx<'_>,
        positions: &BTreeSet<Position>,
    ) -> Result<Vec<EntryLine>, StoreError> {
        let mut lines = Vec::with_capacity(positions.len());
        for position in positions {
            let entry = tx.entries(self.grant, *position..position.saturating_add(1))?;
            lines.extend(entry.into_iter().map(opened));
        }
        Ok(lines)
    }

    fn meta(&self) -> PackageMeta {
        let at = self.at.map(rfc3339);
        PackageMeta {
            about: About::Person,
            period: Period {
                from: rfc3339(DateTime::UNIX_EPOCH),
                to: rfc3339(self.now.utc()),
            },
            positions: Positions {
                first: 0,
                end: self.end(),
            },
            created_at: rfc3339(self.now.utc()),
            query: json!({ "about": "person", "at": at, "export": self.recorded.export }),
        }
    }

    fn data(
        &self,
        tx: &mut ReadTx<'_>,
        file: &PersonFile,
        lines: &[EntryLine],
        (decided, lists): (Vec<FoundDecision>, Vec<OnList>),
        findings: &AuditFindings,
    ) -> Result<PersonData, ExportError> {
        let catalogue = tx.catalogue(&self.app.serve)?;
        let held = match self.at {
            Some(at) => Some(held(self.app, tx, lines, file, at)?),
            None => None,
        };
        Ok(PersonData {
            export: self.recorded.export,
            exported_by: by(self.grant.actor()),
            exported_at: self.now.utc(),
            origin: self.app.origin().to_owned(),
            checkpoint: self.head.checkpoint.clone(),
            records: self.recorded.records.len() as u64,
            unreadable: file.unreadable.len() as u64,
            timeline: timeline(lines, &catalogue),
            decisions: self.app.stories(tx, self.grant, decided)?,
            lists,
            held,
            findings: findings.findings.clone(),
        })
    }
}
