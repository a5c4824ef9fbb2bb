//! Applies again what the register has and the database not. Done twice, it changes nothing the second
//! time, so that it may break off anywhere.

use super::act::{LaterAct, Who};
use super::gap::Marks;
use super::rows;
use crate::access::{ApplyAgain, Grant};
use crate::domain::event::{Corrected, PublicEvent, PublicKind, Reference, SubjectEvent};
use crate::domain::ids::{Blind, KeyId, RecordId, SubjectId};
use crate::domain::registry::{
    Answer, Channel, Circumstances, ConsentRecord, Objection, PaceRecord, Slug, Source, SourceKind,
};
use crate::store::Erasure;
use crate::store::connection::on;
use crate::store::error::StoreError;
use crate::store::schema::{erasures, suppressions};
use crate::store::tx::{Entry, WriteTx};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;

/// What a record says of where it comes from.
const AGAIN: &str = "erasure-register";

/// What was applied again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applied {
    /// Persons erased.
    pub erased: u64,
    /// Refusals and withdrawals.
    pub answers: u64,
    /// Objections.
    pub objections: u64,
    /// Restrictions.
    pub restrictions: u64,
    /// Pauses and bounds.
    pub pauses: u64,
    /// Contact points put on the suppression list.
    pub suppressed: u64,
    /// API keys revoked. Registers of before do not say.
    #[serde(default)]
    pub keys: u64,
    /// Deaths recorded, or their records corrected. Registers of before do not say.
    #[serde(default)]
    pub deaths: u64,
    /// Contact points put in the place of others. Registers of before do not say.
    #[serde(default)]
    pub corrections: u64,
    /// Persons whom the copy does not know, made anew with their no.
    pub unknown: u64,
}

impl Applied {
    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            erased: self.erased + other.erased,
            answers: self.answers + other.answers,
            objections: self.objections + other.objections,
            restrictions: self.restrictions + other.restrictions,
            pauses: self.pauses + other.pauses,
            suppressed: self.suppressed + other.suppressed,
            keys: self.keys + other.keys,
            deaths: self.deaths + other.deaths,
            corrections: self.corrections + other.corrections,
            unknown: self.unknown + other.unknown,
        }
    }
}

impl WriteTx<'_> {
    /// Applies noes again: each to the one whom it was about. Whom the copy does not know is made anew,
    /// with that no and nothing else; who is two records there becomes one, the stricter winning.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn say_again(
        &mut self,
        grant: &Grant<ApplyAgain>,
        acts: &[LaterAct],
    ) -> Result<(Option<Entry>, Applied), StoreError> {
        self.world.again = true;
        let mut again = Again {
            tx: self,
            grant,
            done: Applied::default(),
            last: None,
            suppressed: BTreeSet::new(),
        };
        for act in acts {
            again.act(act)?;
        }
        Ok((again.last, again.done))
    }

    /// Erases somebody again; none where nobody of these records is there. The write must be alone, and
    /// this its last step.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn erase_again(
        &mut self,
        grant: &Grant<ApplyAgain>,
        (records, contacts): (&[SubjectId], &[Blind]),
        why: &Erasure,
    ) -> Result<Option<Entry>, StoreError> {
        self.world.again = true;
        let by_record = records.iter().find_map(|id| self.resolve(*id));
        let there = by_record.or_else(|| self.find_hashes(contacts).into_iter().next());
        let Some(subject) = there else {
            return Ok(None);
        };
        Ok(Some(self.erase(grant, subject, why)?.0))
    }

    fn was_erased(&mut self, subject: SubjectId) -> Result<bool, StoreError> {
        let id = subject.as_bytes().to_vec();
        let found: Option<i64> = self.read("looking for an erasure", |db| {
            on!(db, conn => erasures::table.find(id).select(erasures::position).first(conn).optional())
        })?;
        Ok(found.is_some())
    }

    /// Says that the register was applied, as far as it goes, and moves the marks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn applied_again(
        &mut self,
        grant: &Grant<ApplyAgain>,
        marks: &Marks,
        told: Value,
    ) -> Result<Entry, StoreError> {
        self.world.again = true;
        for mark in &marks.moved {
            let (id, node) = (mark.id.as_str(), mark.node.as_str());
            let moved = rows::put(self.db, (id, node), mark.blocks, &mark.head);
            self.broken |= moved.is_err();
            moved?;
        }
        for lost in &marks.lost {
            let forgotten = rows::forget(self.db, &lost.id);
            self.broken |= forgotten.is_err();
            forgotten?;
        }
        let event = PublicEvent::new(PublicKind::AppliedAgain, grant.actor(), told);
        Ok(self.public(event))
    }
}

struct Again<'a, 'b> {
    tx: &'a mut WriteTx<'b>,
    grant: &'a Grant<ApplyAgain>,
    done: Applied,
    last: Option<Entry>,
    /// Those that this write puts on the list.
    suppressed: BTreeSet<Blind>,
}

impl Again<'_, '_> {
    fn act(&mut self, act: &LaterAct) -> Result<(), StoreError> {
        match act {
            LaterAct::Suppressed { contact, reason } => self.suppress(contact.0, reason),
            LaterAct::KeyRevoked { key } => self.revoke(*key),
            LaterAct::Erased { .. } => Ok(()),
            LaterAct::Answered {
                who,
                purpose,
                channel,
                status,
                at,
            } => self.each(who, |again, person| {
                again.answered(person, (purpose, *channel), *status, *at)
            }),
            LaterAct::Objected { who, scope, at } => {
                self.each(who, |again, person| again.objected(person, *scope, *at))
            }
            LaterAct::Restricted { who } => self.each(who, Self::restricted),
            LaterAct::Died {
                who,
                dead,
                evidence,
            } => self.each(who, |again, person| again.died(person, *dead, evidence)),
            LaterAct::Corrected {
                who,
                from,
                to,
                request,
                evidence,
            } => self.each(who, |again, person| {
                let corrected = Corrected {
                    request: *request,
                    from: from.0,
                    to: to.0,
                    evidence: evidence.clone(),
                };
                again.corrected(person, corrected)
            }),
            LaterAct::Paced { who, record } => {
                self.each(who, |again, person| again.paced(person, record))
            }
        }
    }

    fn each(
        &mut self,
        who: &Who,
        act: impl Fn(&mut Self, SubjectId) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let contacts = who.contacts(self.tx.keys);
        let there = self.tx.resolve(who.subject);
        let unknown = there.is_none() && self.tx.find(&contacts).is_empty();
        if unknown && (contacts.is_empty() || self.tx.was_erased(who.subject)?) {
            return Ok(());
        }
        self.done.unknown += u64::from(unknown);
        let person = self.tx.subject_again(self.grant, who.subject, &contacts)?;
        act(self, person)
    }

    fn suppress(&mut self, contact: Blind, reason: &str) -> Result<(), StoreError> {
        let blind = contact.0.to_vec();
        let there: Option<i64> = self.tx.read("reading the suppression list", |db| {
            on!(db, conn => suppressions::table.find(&blind)
                .select(suppressions::position).first(conn).optional())
        })?;
        if there.is_none() && self.suppressed.insert(contact) {
            self.last = Some(self.tx.suppress(self.grant, contact, reason)?);
            self.done.suppressed += 1;
        }
        Ok(())
    }

    fn revoke(&mut self, key: KeyId) -> Result<(), StoreError> {
        if let Some(entry) = self.tx.revoke_key_again(self.grant, key)? {
            self.last = Some(entry);
            self.done.keys += 1;
        }
        Ok(())
    }

    fn answered(
        &mut self,
        person: SubjectId,
        (purpose, channel): (&Slug, Channel),
        status: Answer,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let held = self.tx.state(person, purpose, channel);
        if held.is_some_and(|held| held.status.is_no() && held.effective_at >= at) {
            return Ok(());
        }
        let now = self.tx.now();
        let published = self.tx.catalogue().purposes.get(purpose);
        let controller = published.map(|purpose| purpose.controller.clone());
        let record = ConsentRecord {
            id: RecordId::new(now, self.tx.entropy())?,
            subject: person,
            identified_by: Vec::new(),
            controller: controller.map_or_else(default_controller, Ok)?,
            purpose: purpose.clone(),
            channel,
            status,
            notice: None,
            language: None,
            source: source(),
            act: None,
            circumstances: Circumstances::default(),
            collected_at: Some(at.min(now.utc())),
            recorded_at: now.utc(),
            effective_at: at.min(now.utc()),
            valid_until: None,
            proof: true,
            evidence: None,
        };
        self.last = Some(self.tx.consent(self.grant, record)?.0);
        self.done.answers += 1;
        Ok(())
    }

    fn objected(
        &mut self,
        person: SubjectId,
        scope: Objection,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let standing = self.tx.standing(person);
        let after = standing.clone().objecting(scope, at);
        if after != standing {
            self.tx.touch(person)?.row_mut().set_standing(&after);
            let event = SubjectEvent::Objected {
                scope,
                effective_at: at,
            };
            self.last = Some(self.tx.note(self.grant, person, event)?);
            self.done.objections += 1;
        }
        Ok(())
    }

    fn restricted(&mut self, person: SubjectId) -> Result<(), StoreError> {
        if self.tx.standing(person).restricted.is_none() {
            self.last = Some(self.tx.restrict(self.grant, person, true)?);
            self.done.restrictions += 1;
        }
        Ok(())
    }

    /// A correction of the record lifts nothing here: whoever was restricted by it stays so until staff lift it.
    fn died(
        &mut self,
        person: SubjectId,
        dead: bool,
        evidence: &Reference,
    ) -> Result<(), StoreError> {
        if self.tx.is_dead(self.grant, person)? != dead {
            let event = SubjectEvent::Died {
                dead,
                evidence: evidence.clone(),
            };
            self.last = Some(self.tx.note(self.grant, person, event)?);
            self.done.deaths += 1;
        }
        Ok(())
    }

    /// The new one was linked with the others that name whom the act is about.
    fn corrected(&mut self, person: SubjectId, corrected: Corrected) -> Result<(), StoreError> {
        if self.tx.take_from_person(person, corrected.from)? {
            let event = SubjectEvent::Corrected(Box::new(corrected));
            self.last = Some(self.tx.note(self.grant, person, event)?);
            self.done.corrections += 1;
        }
        Ok(())
    }

    fn paced(&mut self, person: SubjectId, record: &PaceRecord) -> Result<(), StoreError> {
        let held = self.tx.pace(person, &record.purpose, record.channel)?;
        let (pace, since) = (record.pace, record.effective_at);
        if held.is_some_and(|held| held.since > since || (held.since == since && held.pace == pace))
        {
            return Ok(());
        }
        let record = PaceRecord {
            id: RecordId::new(self.tx.now(), self.tx.entropy())?,
            subject: person,
            identified_by: Vec::new(),
            source: source(),
            ..record.clone()
        };
        self.last = Some(self.tx.set_pace(self.grant, record)?.0);
        self.done.pauses += 1;
        Ok(())
    }
}

/// Of a purpose that the copy does not know.
fn default_controller() -> Result<Slug, StoreError> {
    "default"
        .parse()
        .map_err(|_| StoreError::damaged("a controller"))
}

fn source() -> Source {
    Source {
        kind: SourceKind::Import,
        id: Some(AGAIN.to_owned()),
        agent: None,
    }
}
