//! What befalls the tasks of a request with the request itself, in its transaction: they wait, go on, are
//! given up, are forgotten. Such a write is alone in its transaction; rows that are touched here belong to
//! it, and a step that is under way elsewhere is no longer kept.

use super::connection::{Db, on};
use super::error::StoreError;
use super::rows::IdentifierRow;
use super::schema::{case_keys, identifiers, requests, subject_events, system_tasks as tasks};
use super::tasks::{Changes, NEVER, Plans, StoredTask, update};
use super::tx::{Entry, Records, WriteTx};
use super::world::Pending;
use crate::access::{Grant, Serve};
use crate::domain::event::{Actor, PublicEvent, PublicKind, SubjectEvent};
use crate::domain::ids::{CaseId, DsrId, SubjectId};
use crate::domain::registry::{Identifier, IdentifierKind};
use crate::domain::requests::RequestKind;
use crate::domain::systems::{Outcome, System};
use crate::domain::time::from_micros;
use diesel::prelude::*;
use serde_json::json;

const DIED: &str = "death.recorded";
const LIVES: &str = "death.corrected";

impl WriteTx<'_> {
    /// The systems that are registered.
    ///
    /// # Errors
    /// Where the database fails, or a row is not what the log says was registered.
    pub fn systems<P: Plans>(&mut self, _grant: &Grant<P>) -> Result<Vec<System>, StoreError> {
        let found = self.reading().systems();
        self.broken |= matches!(found, Err(StoreError::Failed { .. }));
        found
    }

    /// The tasks of a request, in their order.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn tasks_of<P: Plans>(
        &mut self,
        _grant: &Grant<P>,
        case: CaseId,
    ) -> Result<Vec<StoredTask>, StoreError> {
        let found = self.reading().tasks_of(case);
        self.broken |= matches!(found, Err(StoreError::Failed { .. }));
        found
    }

    /// The identifiers that are a person's now, those of this batch among them.
    ///
    /// # Errors
    /// Where the person is not loaded, the database fails, or a row was changed.
    pub fn own_identifiers<P: Plans>(
        &mut self,
        _grant: &Grant<P>,
        subject: SubjectId,
    ) -> Result<Vec<Identifier>, StoreError> {
        let id = subject.as_bytes().to_vec();
        let mut rows: Vec<IdentifierRow> = self.read("loading identifiers", |db| {
            on!(db, conn => identifiers::table.filter(identifiers::subject_id.eq(&id)).load(conn))
        })?;
        let person = self.world.subjects.get(&subject);
        let person = person.ok_or(StoreError::damaged("a data subject"))?;
        rows.extend(person.new_identifiers.iter().cloned());
        rows.extend(person.moved_identifiers.iter().cloned());
        let damaged = || StoreError::damaged("an identifier");
        let opened = rows.iter().map(|row| {
            let plain = person.key.open(&row.sealed, &row.blind)?;
            let text = String::from_utf8(plain).map_err(|_| damaged())?;
            let kind = IdentifierKind::from_code(row.kind).ok_or_else(damaged)?;
            Identifier::parse(kind, &text).map_err(|_| damaged())
        });
        opened.collect()
    }

    /// Whether a death of the person is recorded, and was not corrected.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn is_dead<P: Records>(
        &mut self,
        _grant: &Grant<P>,
        subject: SubjectId,
    ) -> Result<bool, StoreError> {
        let records = self.reading().cluster(subject)?;
        let said = self
            .world
            .pending
            .iter()
            .rev()
            .find_map(|pending| match pending {
                Pending::Subject {
                    subject: of,
                    event: SubjectEvent::Died { dead, .. },
                    ..
                } if self.world.resolve(*of) == Some(subject) => Some(*dead),
                _ => None,
            });
        if let Some(dead) = said {
            return Ok(dead);
        }
        let last: Option<String> = self.read("looking for a death", |db| {
            on!(db, conn => subject_events::table
                .filter(subject_events::subject_id.eq_any(&records))
                .filter(subject_events::kind.eq_any([DIED, LIVES]))
                .order(subject_events::position.desc())
                .select(subject_events::kind).first(conn).optional())
        })?;
        Ok(last.is_some_and(|kind| kind == DIED))
    }

    /// Has the tasks of a request wait until they are woken: nothing is begun, and what is under way is not
    /// kept.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn hold_tasks<P: Records>(
        &mut self,
        _grant: &Grant<P>,
        case: CaseId,
    ) -> Result<(), StoreError> {
        let id = case.as_bytes().to_vec();
        self.read("holding tasks", |db| {
            on!(db, conn => diesel::update(tasks::table.filter(tasks::case_id.eq(&id)))
                .set((tasks::due_at.eq(NEVER), tasks::version.eq(tasks::version + 1)))
                .execute(conn))
        })?;
        Ok(())
    }

    /// Has the tasks of a request that are not over go on.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn wake_tasks<P: Records>(
        &mut self,
        grant: &Grant<P>,
        case: CaseId,
    ) -> Result<(), StoreError> {
        let now = self.now;
        for mut task in self.tasks_of(grant, case)? {
            if task.progress.outcome.is_some() || task.due_at.is_some() {
                continue;
            }
            task.due_at = Some(from_micros(now.micros()));
            let changes = Changes::of(&task, None, now, self.entropy)?;
            self.read("waking a task", |db| update(db, &task, &changes))?;
        }
        Ok(())
    }

    /// Gives up the tasks of a request that are not over, each with an entry; what is done stays done.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn stop_tasks<P: Records>(
        &mut self,
        grant: &Grant<P>,
        case: CaseId,
        ground: &str,
    ) -> Result<(), StoreError> {
        self.hold_tasks(grant, case)?;
        for mut task in self.tasks_of(grant, case)? {
            if task.progress.outcome.is_none() {
                let ground = ground.to_owned();
                task.progress.outcome = Some(Outcome::Refused { ground });
                let _entry = self.task_ended(grant.actor(), &task)?;
            }
        }
        Ok(())
    }

    /// Forgets what was found for a request: its key and what is sealed under it go. That there were
    /// tasks, and what came of them, stays. `None` where nothing is left to forget.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn forget_found(
        &mut self,
        actor: &Actor,
        case: CaseId,
    ) -> Result<Option<Entry>, StoreError> {
        let ids = [case.as_bytes().to_vec()];
        if self.read("forgetting what was found", |db| forget(db, &ids))? == 0 {
            return Ok(None);
        }
        let payload = json!({ "request": case, "forgotten": true });
        let event = PublicEvent::new(PublicKind::TaskEnded, actor, payload);
        Ok(Some(self.public(event)))
    }

    /// Forgets what was found for the requests of an erased person, but for those of erasure that are
    /// still worked on: those keys are what the other systems are asked by.
    pub(super) fn forget_found_of(&mut self, records: &[Vec<u8>]) -> Result<(), StoreError> {
        self.read("erasing", |db| {
            let erasing = requests::is_open
                .eq(true)
                .and(requests::kind.eq(RequestKind::Erasure.as_str()));
            let ids: Vec<Vec<u8>> = on!(db, conn => requests::table
                .filter(requests::subject_id.eq_any(records.iter().map(Some)))
                .filter(diesel::dsl::not(erasing))
                .select(requests::id).load(conn))?;
            forget(db, &ids)
        })?;
        Ok(())
    }
}

/// Takes keys and what is sealed under them away; how many keys there were.
fn forget(db: &mut Db, cases: &[Vec<u8>]) -> diesel::QueryResult<usize> {
    let gone = on!(db, conn => diesel::delete(
        case_keys::table.filter(case_keys::id.eq_any(cases))).execute(conn))?;
    on!(db, conn => diesel::update(tasks::table.filter(tasks::case_id.eq_any(cases)))
        .set((tasks::sealed.eq(Vec::<u8>::new()), tasks::version.eq(tasks::version + 1)))
        .execute(conn))?;
    Ok(gone)
}

impl super::read::ReadTx<'_> {
    /// The requests that are over and whose finds are kept.
    ///
    /// # Errors
    /// Where the database fails or a row is damaged.
    pub fn kept_finds(
        &mut self,
        _grant: &Grant<Serve>,
    ) -> Result<Vec<super::StoredDsr>, StoreError> {
        let ids: Vec<Vec<u8>> = on!(self.db, conn => requests::table
            .filter(requests::is_open.eq(false))
            .filter(requests::id.eq_any(case_keys::table.select(case_keys::id)))
            .select(requests::id).load(conn))
        .map_err(StoreError::failed("looking for what is to be forgotten"))?;
        let each = ids.iter().filter_map(|id| DsrId::from_slice(id));
        let mut found = Vec::new();
        for id in each {
            found.extend(self.stored_dsr(id)?);
        }
        Ok(found)
    }

    /// Cases that are no request's and whose keys are kept; each with the last change of one
    /// of its tasks, in microseconds since 1970.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn kept_cases(&mut self, _grant: &Grant<Serve>) -> Result<Vec<(CaseId, i64)>, StoreError> {
        let cases: Vec<(Vec<u8>, Option<i64>)> = on!(self.db, conn => tasks::table
            .filter(tasks::case_id.eq_any(case_keys::table.select(case_keys::id)))
            .filter(tasks::case_id.ne_all(requests::table.select(requests::id)))
            .group_by(tasks::case_id)
            .select((tasks::case_id, diesel::dsl::max(tasks::changed_at)))
            .load(conn))
        .map_err(StoreError::failed("looking for what is to be forgotten"))?;
        let case = |(id, at): (Vec<u8>, Option<i64>)| Some((CaseId::from_slice(&id)?, at?));
        Ok(cases.into_iter().filter_map(case).collect())
    }
}
