//! Taking lines in, at a desk: the registry itself, or the rehearsal of a dry run. The rules
//! and the counts are the same at both.

use super::line::Line;
use super::report::Tally;
use super::verdict::{Claimed, Held, Verdict, verdict};
use crate::access::{Grant, ImportConsents};
use crate::app::contact::Named;
use crate::app::record::{Consent, write_for};
use crate::app::refusal::Refusal;
use crate::domain::ids::SubjectId;
use crate::domain::registry::{ConsentState, SourceKind, Standing, stricter};
use crate::domain::time::{Now, rfc3339};
use crate::store::{Entry, WriteTx};
use chrono::{DateTime, Utc};
use serde_json::json;
use std::collections::BTreeSet;

/// Where lines are taken in.
pub(super) trait Desk {
    /// The instant of the import.
    fn now(&self) -> Now;
    /// Whom these contacts lead to: nobody, one person, or several who are to be merged.
    fn persons(&self, named: &Named) -> BTreeSet<SubjectId>;
    /// The answer of one person.
    fn state(&self, person: SubjectId, consent: &Consent) -> Option<&ConsentState>;
    /// Objections of one person.
    fn standing(&self, person: SubjectId) -> Standing;
    /// Writes a consent of the one person whom its contacts name, made or merged where needed.
    fn write(&mut self, consent: &Consent) -> Result<(), Refusal>;
}

/// Takes lines in, one after the other: a line sees what those before it did.
pub(super) fn take_in(
    desk: &mut impl Desk,
    lines: &[Line],
    tally: &mut Tally,
) -> Result<(), Refusal> {
    for line in lines {
        for consent in &line.consents {
            let verdict = take_one(desk, line, consent, tally)?;
            tally.count(line.number, consent.status, consent.proof, verdict);
        }
    }
    Ok(())
}

fn take_one(
    desk: &mut impl Desk,
    line: &Line,
    consent: &Consent,
    tally: &mut Tally,
) -> Result<Verdict, Refusal> {
    let persons = desk.persons(&line.named);
    let (held, objected) = held(desk, &persons, consent);
    let claimed = Claimed {
        answer: consent.status,
        at: consent.acted_at().map(|at| at.min(desk.now().utc())),
        proof: consent.proof,
        notice: consent.notice.clone(),
    };
    let verdict = verdict(held.as_ref(), objected, &claimed);
    if verdict.writes() {
        tally.counts.persons_new += u64::from(persons.is_empty());
        tally.counts.persons_merged += persons.len().saturating_sub(1) as u64;
        match held {
            Some(held) if claimed.answer.is_no() && claimed.at < Some(held.effective_at) => {
                desk.write(&from_now(consent))?;
            }
            _ => desk.write(consent)?,
        }
    }
    Ok(verdict)
}

/// A no that must outrank an answer without a date counts from now; its own date is kept beside.
fn from_now(consent: &Consent) -> Consent {
    let mut consent = consent.clone();
    let date = consent.collected_at.take().map(|at| json!(rfc3339(at)));
    if let Some((fields, date)) = consent
        .evidence
        .as_mut()
        .and_then(|e| e.as_object_mut())
        .zip(date)
    {
        fields.insert("collected_at".into(), date);
    }
    consent
}

/// What holds of these persons once they are one, as the registry's merge makes it.
fn held(
    desk: &impl Desk,
    persons: &BTreeSet<SubjectId>,
    consent: &Consent,
) -> (Option<Held>, Option<DateTime<Utc>>) {
    let (mut state, mut standing): (Option<ConsentState>, _) = (None, Standing::default());
    for person in persons {
        standing = standing.merged(None, &desk.standing(*person), None);
        let Some(other) = desk.state(*person, consent) else {
            continue;
        };
        state = Some(state.map_or_else(|| other.clone(), |own| stricter(&own, other, u64::MAX)));
    }
    let held = state.map(|state| Held {
        answer: state.status,
        effective_at: state.effective_at,
        dated: is_dated(&state),
        expired: state.expired(desk.now().utc()),
        proof: state.proof,
        notice: state.notice,
    });
    (held, standing.objection.max(standing.objection_profiling))
}

/// An imported answer that took effect in the millisecond in which its record was made (the
/// first 48 bits of a `UUIDv7`, RFC 9562 5.7) came without a date.
fn is_dated(state: &ConsentState) -> bool {
    let made = state
        .record
        .as_bytes()
        .iter()
        .take(6)
        .fold(0_i64, |millis, byte| millis << 8 | i64::from(*byte));
    state.source != SourceKind::Import || state.effective_at.timestamp_millis() != made
}

/// The registry itself.
pub(super) struct Registry<'t, 'w> {
    pub tx: &'t mut WriteTx<'w>,
    pub grant: &'t Grant<ImportConsents>,
    /// The last entry, once there is one.
    pub entry: Option<Entry>,
}

impl Desk for Registry<'_, '_> {
    fn now(&self) -> Now {
        self.tx.now()
    }

    fn persons(&self, named: &Named) -> BTreeSet<SubjectId> {
        self.tx.find(&named.contacts)
    }

    fn state(&self, person: SubjectId, consent: &Consent) -> Option<&ConsentState> {
        self.tx.state(person, &consent.purpose, consent.channel)
    }

    fn standing(&self, person: SubjectId) -> Standing {
        self.tx.standing(person)
    }

    fn write(&mut self, consent: &Consent) -> Result<(), Refusal> {
        let subject = self.tx.subject_for(self.grant, &consent.named.contacts)?;
        let (entry, _) = write_for(self.tx, self.grant, subject, consent)?;
        self.entry = Some(entry);
        Ok(())
    }
}
