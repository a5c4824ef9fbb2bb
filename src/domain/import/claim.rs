//! What a record claims about one purpose and channel.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::domain::registry::identifier::Identifier;

use super::EVIDENCE_MAX;
use super::cells::Cells;
use super::columns::Columns;
use super::error::{Fault, Problem};
use super::mapping::{ConsentRule, EvidenceRule, Proves, StatusRule, StatusWord, TimeRule};
use super::row::{ImportClaim, ImportStatus, Manner};
use super::when::{Clock, End};
use super::words::{is_language, is_notice};

/// A record and what it is read with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record<'r> {
    pub(super) cells: &'r Cells,
    pub(super) columns: &'r Columns,
    pub(super) clock: &'r Clock,
}

impl Record<'_> {
    /// The claim, or none where the mapping says to skip.
    pub(super) fn claim(
        &self,
        rule: &ConsentRule,
        identifiers: &[Identifier],
    ) -> Result<Option<ImportClaim>, Fault> {
        let Some(status) = self.status(rule)? else {
            return Ok(None);
        };
        // a yes to a channel that cannot reach the person says nothing; a no
        // holds for the contact point that may come later
        let reached = |kind| identifiers.iter().any(|found| found.kind() == kind);
        if status == ImportStatus::Given && !rule.needs.is_none_or(reached) {
            return Ok(None);
        }
        let mut claim = ImportClaim {
            purpose: rule.purpose.0.clone(),
            channel: rule.channel.0.clone(),
            status,
            collected_at: self.time(rule, status)?,
            confirmed_at: None,
            manner: Manner {
                act: rule.act,
                given_by: rule.given_by,
                explicit: rule.explicit,
                phone_number_verified: rule.phone_number_verified,
            },
            notice: None,
            language: None,
            evidence: self.evidence(&rule.evidence)?,
            proof: false,
        };
        if status == ImportStatus::Given {
            self.add_words(rule, &mut claim)?;
            claim.confirmed_at = self.read(rule.confirmed_at.as_ref(), End::Earliest)?;
            claim.proof = is_proof(rule, &claim);
        }
        Ok(Some(claim))
    }

    fn status(&self, rule: &ConsentRule) -> Result<Option<ImportStatus>, Fault> {
        let mut strictest = rule.status.and_then(StatusWord::status);
        for from in &rule.status_from {
            strictest = strictest.max(self.status_of(from)?);
        }
        Ok(strictest)
    }

    fn status_of(&self, from: &StatusRule) -> Result<Option<ImportStatus>, Fault> {
        let cell = self.columns.cell(self.cells, &from.column);
        let known = |word: &str| {
            let meaning = from.values.get(word).copied();
            meaning.ok_or_else(|| Fault::at(&from.column.0, Problem::StatusUnmapped))
        };
        let Some(signs) = &from.split else {
            return Ok(known(cell)?.status());
        };
        let words = cell.split(|c| signs.contains(c)).map(str::trim);
        let mut words = words.filter(|word| !word.is_empty()).peekable();
        if words.peek().is_none() {
            return Ok(known("")?.status());
        }
        words.try_fold(None, |strictest, word| {
            Ok(known(word)?.status().max(strictest))
        })
    }

    fn time(
        &self,
        rule: &ConsentRule,
        status: ImportStatus,
    ) -> Result<Option<DateTime<Utc>>, Fault> {
        let (time, end) = match status {
            ImportStatus::Given => (&rule.collected_at, End::Earliest),
            ImportStatus::Refused => (&rule.collected_at, End::Latest),
            ImportStatus::Withdrawn => (&rule.withdrawn_at, End::Latest),
        };
        self.read(time.as_ref(), end)
    }

    fn read(&self, time: Option<&TimeRule>, end: End) -> Result<Option<DateTime<Utc>>, Fault> {
        let Some(TimeRule { column, format }) = time else {
            return Ok(None);
        };
        let cell = self.columns.cell(self.cells, column);
        if cell.is_empty() {
            return Ok(None);
        }
        let at = self.clock.read(cell, format, end);
        at.map(Some)
            .map_err(|problem| Fault::at(&column.0, problem))
    }

    fn evidence(&self, rules: &[EvidenceRule]) -> Result<BTreeMap<String, String>, Fault> {
        let mut kept = BTreeMap::new();
        for rule in rules {
            let cell = self.columns.cell(self.cells, &rule.column);
            if cell.len() > EVIDENCE_MAX {
                return Err(Fault::at(&rule.column.0, Problem::EvidenceTooLong));
            }
            if !cell.is_empty() {
                kept.insert(rule.name.0.clone(), cell.to_owned());
            }
        }
        Ok(kept)
    }

    fn add_words(&self, rule: &ConsentRule, claim: &mut ImportClaim) -> Result<(), Fault> {
        claim.notice = rule.notice.as_ref().map(|notice| notice.0.clone());
        claim.language = rule.language.as_ref().map(|language| language.0.clone());
        if let Some(column) = &rule.notice_column {
            let cell = self.columns.cell(self.cells, column);
            claim.notice = checked(cell, is_notice, Problem::NoticeUnreadable)
                .map_err(|problem| Fault::at(&column.0, problem))?;
        }
        if let Some(column) = &rule.language_column {
            let cell = self.columns.cell(self.cells, column);
            claim.language = checked(cell, is_language, Problem::LanguageUnreadable)
                .map_err(|problem| Fault::at(&column.0, problem))?;
        }
        Ok(())
    }
}

/// Nothing for an empty cell, the problem for one that is no such word.
fn checked(
    cell: &str,
    is_word: fn(&str) -> bool,
    problem: Problem,
) -> Result<Option<String>, Problem> {
    match cell {
        "" => Ok(None),
        word if is_word(word) => Ok(Some(word.to_owned())),
        _ => Err(problem),
    }
}

/// GDPR 7(1): which words, in which language, when, and by an act that each
/// of the cells meant to show it does show.
fn is_proof(rule: &ConsentRule, claim: &ImportClaim) -> bool {
    let mut acts = rule
        .evidence
        .iter()
        .filter(|kept| kept.proves == Proves::Act)
        .peekable();
    claim.notice.is_some()
        && claim.language.is_some()
        && claim.collected_at.is_some()
        && acts.peek().is_some()
        && acts.all(|act| claim.evidence.contains_key(&act.name.0))
}
