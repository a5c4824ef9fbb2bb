//! How a person can be written to about a request: by what the registry held already, in the language that
//! they were last spoken to in.

use crate::access::Grant;
use crate::domain::event::SubjectEvent;
use crate::domain::ids::{Blind, SubjectId};
use crate::domain::registry::{Identifier, IdentifierKind, Language};
use crate::store::ReadTx;
use crate::store::connection::on;
use crate::store::error::StoreError;
use crate::store::rows::SubjectEventRow;
use crate::store::schema::subject_events;
use crate::store::tx::{Posts, WriteTx};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use std::collections::HashMap;

/// What tells how somebody can be reached.
const KINDS: [&str; 6] = [
    "subject.linked",
    "subject.corrected",
    "consent.requested",
    "consent.given",
    "consent.refused",
    "consent.withdrawn",
];

/// A mail address that the registry holds for a person.
#[derive(Debug, Clone)]
pub struct ReachedBy {
    /// Its keyed hash.
    pub blind: Blind,
    /// The address.
    pub identifier: Identifier,
    /// Since when the registry has known it as theirs.
    pub since: DateTime<Utc>,
    /// Whether it is on the list of those never to be contacted again.
    pub suppressed: bool,
}

/// How a person can be written to.
#[derive(Debug, Clone, Default)]
pub struct Reach {
    /// Their mail addresses, the one that was known first in front.
    pub mails: Vec<ReachedBy>,
    /// The language that they were last spoken to in.
    pub language: Option<Language>,
}

impl Reach {
    /// The address that the registry has known longest, of those that it knew before that instant.
    #[must_use]
    pub fn known_before(&self, instant: DateTime<Utc>) -> Option<&ReachedBy> {
        self.mails.iter().find(|one| one.since < instant)
    }
}

/// When each contact point was first said to be somebody's.
type Since = HashMap<Blind, DateTime<Utc>>;

impl WriteTx<'_> {
    /// How a person could be written to before this write.
    ///
    /// # Errors
    /// Where the database fails or an entry was changed.
    pub fn reach<P: Posts>(
        &mut self,
        grant: &Grant<P>,
        subject: SubjectId,
    ) -> Result<Reach, StoreError> {
        let (linked, language) = self.reading().said_of(subject)?;
        let mut mails = Vec::new();
        for held in self.reading().identifiers_of(subject)? {
            if held.identifier.kind() != IdentifierKind::Email {
                continue;
            }
            let Some(since) = linked.get(&held.blind).copied() else {
                continue;
            };
            let coarse = self
                .keys
                .blind(held.identifier.for_suppression().canonical());
            let suppressed = self.is_suppressed(grant, &[held.blind, coarse])?;
            let (blind, identifier) = (held.blind, held.identifier);
            mails.push(ReachedBy {
                blind,
                identifier,
                since,
                suppressed,
            });
        }
        mails.sort_by_key(|one| (one.since, one.blind));
        Ok(Reach { mails, language })
    }
}

impl ReadTx<'_> {
    /// When each contact point was first said to be theirs, and the language of their latest answer.
    pub(super) fn said_of(
        &mut self,
        subject: SubjectId,
    ) -> Result<(Since, Option<Language>), StoreError> {
        let cluster = self.cluster(subject)?;
        let rows: Vec<SubjectEventRow> = on!(self.db, conn => subject_events::table
            .filter(subject_events::subject_id.eq_any(&cluster))
            .filter(subject_events::kind.eq_any(KINDS))
            .order(subject_events::position).load(conn))
        .map_err(StoreError::failed("reading how somebody is reached"))?;
        let (mut linked, mut language) = (HashMap::new(), None);
        for row in rows {
            let entry = self.history_entry(row)?;
            match SubjectEvent::read(&entry.kind, entry.payload.reveal()) {
                Some(SubjectEvent::Linked(blinds)) => {
                    for blind in blinds {
                        linked.entry(blind).or_insert(entry.recorded_at);
                    }
                }
                // who has it again later has it since then
                Some(SubjectEvent::Corrected(corrected)) => {
                    linked.remove(&corrected.from);
                }
                Some(SubjectEvent::Consent(consent)) => language = consent.language.or(language),
                _ => {}
            }
        }
        Ok((linked, language))
    }
}
