//! What systems have to do for requests. A task is taken by whoever still finds it as it was read, and
//! nobody else is given it for a while. That a step was begun or answered is bookkeeping; what came of
//! the task goes with an entry of the log.

use super::connection::{Db, on};
use super::error::StoreError;
use super::keys::SubjectKey;
use super::open::Store;
use super::read::ReadTx;
use super::rows::{CaseRow, TaskRow};
use super::schema::{case_keys, system_tasks as tasks};
use super::tx::{Entry, Records, WriteTx};
use super::world::Extra;
use crate::access::{Grant, Permission, ReadState, Serve, WorkRequests};
use crate::domain::event::{Actor, PublicEvent, PublicKind};
use crate::domain::ids::{CaseId, TaskId};
use crate::domain::personal::Personal;
use crate::domain::registry::Slug;
use crate::domain::systems::{Progress, Verb};
use crate::domain::time::{Entropy, Now};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Never by itself.
pub(super) const NEVER: i64 = i64::MAX;

/// A permission that lets other systems be given tasks: whoever may take a request in, or work on it.
pub trait Plans: Permission {}
impl<P: Records> Plans for P {}
impl Plans for WorkRequests {}

/// What of a task is personal.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Private {
    /// The identifiers that are known, by kind: of the request, and what its answer yielded.
    pub known: BTreeMap<Slug, BTreeSet<String>>,
    /// What a reading found.
    pub rows: Vec<Value>,
}

/// A task.
#[derive(Clone)]
pub struct StoredTask {
    /// Its name.
    pub id: TaskId,
    /// The request.
    pub case: CaseId,
    /// The system.
    pub system: Slug,
    /// What it has to do.
    pub verb: Verb,
    /// In which place of the order.
    pub place: i32,
    /// How far it is.
    pub progress: Progress,
    /// When it goes on; none where it is over or waits for somebody.
    pub due_at: Option<DateTime<Utc>>,
    /// What is personal; none where the key of the request is gone.
    pub private: Option<Personal<Private>>,
    version: i64,
}

/// A task that is planned.
#[derive(Clone)]
pub struct NewTask {
    /// Its name.
    pub id: TaskId,
    /// The system.
    pub system: Slug,
    /// What it has to do.
    pub verb: Verb,
    /// In which place of the order.
    pub place: i32,
    /// Where it begins, or what came of it already.
    pub progress: Progress,
    /// Whom it is about.
    pub private: Personal<Private>,
}

const READING_KEY: &str = "reading the key of a request";

fn wrapped_key(db: &mut Db, case: CaseId) -> diesel::QueryResult<Option<Vec<u8>>> {
    on!(db, conn => case_keys::table.find(case.as_bytes().to_vec())
        .select(case_keys::wrapped).first(conn).optional())
}

fn unwritable<E>(_: E) -> StoreError {
    StoreError::damaged("a task")
}

fn sealed(
    key: &SubjectKey,
    private: &Personal<Private>,
    id: TaskId,
    entropy: &dyn Entropy,
) -> Result<Vec<u8>, StoreError> {
    let plain = serde_json::to_vec(private.reveal()).map_err(unwritable)?;
    Ok(key.seal(&plain, id.as_bytes(), entropy)?)
}

impl WriteTx<'_> {
    /// Writes down what systems have to do for a request.
    ///
    /// # Errors
    /// Where the database fails or randomness is missing.
    pub fn plan_tasks<P: Plans>(
        &mut self,
        grant: &Grant<P>,
        case: CaseId,
        all: &[NewTask],
    ) -> Result<Entry, StoreError> {
        let known = self.read(READING_KEY, |db| wrapped_key(db, case))?;
        let key = known.as_ref().map_or_else(
            || SubjectKey::new(self.entropy),
            |wrapped| self.keys.unwrap_case(wrapped, case),
        )?;
        let wrapped = known.map_or_else(|| self.keys.wrap_case(&key, case, self.entropy), Ok)?;
        let (now, entropy) = (self.now, self.entropy);
        let row = |task: &NewTask| {
            Ok::<_, StoreError>(TaskRow {
                id: task.id.as_bytes().to_vec(),
                case_id: case.as_bytes().to_vec(),
                system: task.system.to_string(),
                verb: task.verb.as_str().to_owned(),
                place: task.place,
                progress: serde_json::to_string(&task.progress).map_err(unwritable)?,
                sealed: sealed(&key, &task.private, task.id, entropy)?,
                due_at: if task.progress.outcome.is_some() {
                    NEVER
                } else {
                    now.micros()
                },
                version: 0,
                changed_at: now.micros(),
            })
        };
        let rows = all.iter().map(row).collect::<Result<Vec<_>, _>>()?;
        let told = |task: &NewTask| {
            json!({ "task": task.id, "system": task.system, "verb": task.verb,
                "outcome": task.progress.outcome })
        };
        let payload = json!({ "request": case, "tasks": all.iter().map(told).collect::<Vec<_>>() });
        let event = PublicEvent::new(PublicKind::TasksPlanned, grant.actor(), payload);
        let id = case.as_bytes().to_vec();
        Ok(self.public_with(event, Extra::Tasks(CaseRow { id, wrapped }, rows)))
    }

    /// Writes down that a task is over, unless somebody changed it meanwhile.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn task_ended(
        &mut self,
        actor: &Actor,
        task: &StoredTask,
    ) -> Result<Option<Entry>, StoreError> {
        let key = self.read(READING_KEY, |db| wrapped_key(db, task.case))?;
        let key = key
            .map(|wrapped| self.keys.unwrap_case(&wrapped, task.case))
            .transpose()?;
        let changes = Changes::of(task, key.as_ref(), self.now, self.entropy)?;
        let changed = self.read("ending a task", |db| update(db, task, &changes))?;
        if changed != 1 {
            return Ok(None);
        }
        let payload = json!({
            "request": task.case, "task": task.id, "system": task.system, "verb": task.verb,
            "progress": task.progress,
        });
        let event = PublicEvent::new(PublicKind::TaskEnded, actor, payload);
        Ok(Some(self.public(event)))
    }
}

impl WriteTx<'_> {
    /// Has a task that failed, or that was not as its system said, done again, unless somebody changed
    /// it meanwhile.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn task_again<P: Plans>(
        &mut self,
        grant: &Grant<P>,
        task: &StoredTask,
    ) -> Result<Option<Entry>, StoreError> {
        let key = self.read(READING_KEY, |db| wrapped_key(db, task.case))?;
        let key = key
            .map(|wrapped| self.keys.unwrap_case(&wrapped, task.case))
            .transpose()?;
        let changes = Changes::of(task, key.as_ref(), self.now, self.entropy)?;
        let changed = self.read("taking a task up again", |db| update(db, task, &changes))?;
        if changed != 1 {
            return Ok(None);
        }
        let payload = json!({ "request": task.case, "again": task.id });
        let event = PublicEvent::new(PublicKind::TasksPlanned, grant.actor(), payload);
        Ok(Some(self.public(event)))
    }
}

/// The columns that move.
pub(super) struct Changes {
    progress: String,
    sealed: Option<Vec<u8>>,
    due_at: i64,
    changed_at: i64,
}

impl Changes {
    pub(super) fn of(
        task: &StoredTask,
        key: Option<&SubjectKey>,
        now: Now,
        entropy: &dyn Entropy,
    ) -> Result<Self, StoreError> {
        let kept = task.private.as_ref().zip(key);
        let kept = kept.map(|(private, key)| sealed(key, private, task.id, entropy));
        Ok(Self {
            progress: serde_json::to_string(&task.progress).map_err(unwritable)?,
            sealed: kept.transpose()?,
            due_at: task.due_at.map_or(NEVER, |at| at.timestamp_micros()),
            changed_at: now.micros(),
        })
    }
}

/// Of several that want to change a task one does: whoever still finds it as it was read.
pub(super) fn update(
    db: &mut Db,
    task: &StoredTask,
    changes: &Changes,
) -> diesel::QueryResult<usize> {
    let as_read = tasks::table
        .filter(tasks::id.eq(task.id.as_bytes().to_vec()))
        .filter(tasks::version.eq(task.version));
    let moved = (
        tasks::progress.eq(&changes.progress),
        tasks::due_at.eq(changes.due_at),
        tasks::version.eq(task.version.saturating_add(1)),
        tasks::changed_at.eq(changes.changed_at),
    );
    match &changes.sealed {
        Some(sealed) => on!(db, conn => diesel::update(as_read)
            .set((moved, tasks::sealed.eq(sealed))).execute(conn)),
        None => on!(db, conn => diesel::update(as_read).set(moved).execute(conn)),
    }
}

/// Writes what is planned, now that it has an entry.
pub(super) fn write(db: &mut Db, case: &CaseRow, rows: &[TaskRow]) -> Result<(), StoreError> {
    on!(db, conn => diesel::insert_into(case_keys::table).values(case)
        .on_conflict_do_nothing().execute(conn))
    .map_err(StoreError::failed("planning tasks"))?;
    for row in rows {
        on!(db, conn => diesel::insert_into(tasks::table).values(row).execute(conn))
            .map_err(StoreError::failed("planning tasks"))?;
    }
    Ok(())
}

impl Store {
    /// Keeps how far a task is; whether it was still as it was read. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn keep_task(
        &self,
        _grant: &Grant<Serve>,
        task: &mut StoredTask,
        now: Now,
        entropy: &dyn Entropy,
    ) -> Result<bool, StoreError> {
        let key = self.read(|tx| tx.case_key(task.case))?;
        let changes = Changes::of(task, key.as_ref(), now, entropy)?;
        let changed = self.outside_the_ledger(|db| {
            update(db, task, &changes).map_err(StoreError::failed("keeping a task"))
        })?;
        task.version = task.version.saturating_add(1);
        Ok(changed == 1)
    }
}

fn stored(row: TaskRow, key: Option<&SubjectKey>) -> Result<StoredTask, StoreError> {
    let damaged = || StoreError::damaged("a task");
    let id = TaskId::from_slice(&row.id).ok_or_else(damaged)?;
    let plain = key.map(|key| key.open(&row.sealed, id.as_bytes()));
    let private = match plain.transpose()? {
        Some(plain) => Some(serde_json::from_slice(&plain).map_err(|_| damaged())?),
        None => None,
    };
    Ok(StoredTask {
        id,
        case: CaseId::from_slice(&row.case_id).ok_or_else(damaged)?,
        system: row.system.parse().map_err(|_| damaged())?,
        verb: Verb::parse(&row.verb).ok_or_else(damaged)?,
        place: row.place,
        progress: serde_json::from_str(&row.progress).map_err(|_| damaged())?,
        due_at: (row.due_at != NEVER).then(|| crate::domain::time::from_micros(row.due_at)),
        private: private.map(Personal::new),
        version: row.version,
    })
}

impl ReadTx<'_> {
    /// The tasks that changed since an instant: whose, and how far they are. Nothing of whom they are about.
    ///
    /// # Errors
    /// Where the database fails or a row is damaged.
    pub fn tasks_since(
        &mut self,
        _grant: &Grant<ReadState>,
        since: DateTime<Utc>,
    ) -> Result<Vec<(String, Progress)>, StoreError> {
        let rows: Vec<(String, String)> = on!(self.db, conn => tasks::table
            .filter(tasks::changed_at.ge(since.timestamp_micros()))
            .order(tasks::changed_at)
            .select((tasks::system, tasks::progress)).load(conn))
        .map_err(StoreError::failed("reading tasks"))?;
        let read = |(system, progress): (String, String)| {
            let progress =
                serde_json::from_str(&progress).map_err(|_| StoreError::damaged("a task"))?;
            Ok((system, progress))
        };
        rows.into_iter().map(read).collect()
    }

    fn case_key(&mut self, case: CaseId) -> Result<Option<SubjectKey>, StoreError> {
        let wrapped = wrapped_key(self.db, case).map_err(StoreError::failed(READING_KEY))?;
        let opened = wrapped.map(|wrapped| self.keys.unwrap_case(&wrapped, case));
        Ok(opened.transpose()?)
    }

    /// The tasks of a request, in their order.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn tasks_of(&mut self, case: CaseId) -> Result<Vec<StoredTask>, StoreError> {
        let rows: Vec<TaskRow> = on!(self.db, conn => tasks::table
            .filter(tasks::case_id.eq(case.as_bytes().to_vec()))
            .order((tasks::place, tasks::verb)).load(conn))
        .map_err(StoreError::failed("reading tasks"))?;
        let key = self.case_key(case)?;
        let read = |row| stored(row, key.as_ref());
        rows.into_iter().map(read).collect()
    }

    /// The task of that name.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn task(&mut self, id: TaskId) -> Result<Option<StoredTask>, StoreError> {
        let row: Option<TaskRow> = on!(self.db, conn => tasks::table
            .find(id.as_bytes().to_vec()).first(conn).optional())
        .map_err(StoreError::failed("reading a task"))?;
        let Some(row) = row else { return Ok(None) };
        let case = CaseId::from_slice(&row.case_id);
        let key = self.case_key(case.ok_or(StoreError::damaged("a task"))?)?;
        stored(row, key.as_ref()).map(Some)
    }

    /// Requests with a task that is due, those that wait longest first.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn due_cases(&mut self, now: Now, most: i64) -> Result<Vec<CaseId>, StoreError> {
        let rows: Vec<Vec<u8>> = on!(self.db, conn => tasks::table
            .filter(tasks::due_at.le(now.micros())).order(tasks::due_at)
            .limit(most).select(tasks::case_id).load(conn))
        .map_err(StoreError::failed("looking for tasks"))?;
        let mut seen = BTreeSet::new();
        let cases = rows.iter().filter_map(|id| CaseId::from_slice(id));
        Ok(cases.filter(|case| seen.insert(*case)).collect())
    }
}
