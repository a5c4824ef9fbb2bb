//! What whoever keeps requests looks at beside them: the staff, the entries about one, the tasks of many.

use super::read::ReadsRequests;
use crate::access::{Grant, KeepRequests, Permission, ReadRequests, Serve};
use crate::domain::ids::{CaseId, DsrId, Position, StaffId, SubjectId};
use crate::domain::registry::{Language, Slug};
use crate::domain::systems::{Progress, Verb};
use crate::store::ReadTx;
use crate::store::connection::on;
use crate::store::error::StoreError;
use crate::store::figures::PublicEntry;
use crate::store::rows::{StaffRow, TaskRow, signed, unsigned};
use crate::store::schema::{ledger, public_events, staff, system_tasks as tasks};
use diesel::prelude::*;

/// Requests whose tasks are read at once: a statement takes only so many values.
const AT_ONCE: usize = 500;

/// A permission by which the staff's names are read.
pub trait NamesStaff: Permission {}
impl NamesStaff for KeepRequests {}
impl NamesStaff for ReadRequests {}
impl NamesStaff for Serve {}

/// A member of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffName {
    /// Who.
    pub id: StaffId,
    /// What they sign in with.
    pub login: String,
    /// What they may do.
    pub role: String,
}

/// What a system has to do for a request, without whom it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskTold {
    /// The request.
    pub case: CaseId,
    /// The system.
    pub system: Slug,
    /// What it has to do.
    pub verb: Verb,
    /// How far it is.
    pub progress: Progress,
}

impl ReadTx<'_> {
    /// The staff.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn staff_names<P: NamesStaff>(
        &mut self,
        _grant: &Grant<P>,
    ) -> Result<Vec<StaffName>, StoreError> {
        let rows: Vec<StaffRow> = on!(self.db, conn => staff::table.order(staff::login).load(conn))
            .map_err(StoreError::failed("loading staff accounts"))?;
        let name = |row: StaffRow| {
            let id = StaffId::from_slice(&row.id)?;
            let (login, role) = (row.login, row.role);
            Some(StaffName { id, login, role })
        };
        Ok(rows.into_iter().filter_map(name).collect())
    }

    /// The tasks of requests, in their order.
    ///
    /// # Errors
    /// Where the database fails or a row is damaged.
    pub fn tasks_told<P: ReadsRequests>(
        &mut self,
        _grant: &Grant<P>,
        requests: &[DsrId],
    ) -> Result<Vec<TaskTold>, StoreError> {
        let mut told = Vec::new();
        for some in requests.chunks(AT_ONCE) {
            let cases: Vec<Vec<u8>> = some.iter().map(|id| id.as_bytes().to_vec()).collect();
            let rows: Vec<TaskRow> = on!(self.db, conn => tasks::table
                .filter(tasks::case_id.eq_any(&cases))
                .order((tasks::case_id, tasks::place, tasks::verb)).load(conn))
            .map_err(StoreError::failed("reading tasks"))?;
            for row in rows {
                told.push(task(&row).ok_or(StoreError::damaged("a task"))?);
            }
        }
        Ok(told)
    }

    /// The entries about a request, from its receipt on: its acts, and what its tasks came to.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn dsr_entries<P: ReadsRequests>(
        &mut self,
        _grant: &Grant<P>,
        id: DsrId,
        received: Position,
    ) -> Result<Vec<PublicEntry>, StoreError> {
        let named = format!("%\"request\":\"{id}\"%");
        let rows: Vec<(i64, String, String)> = on!(self.db, conn => public_events::table
            .inner_join(ledger::table.on(ledger::position.eq(public_events::position)))
            .filter(public_events::position.ge(signed(received)))
            .filter(public_events::payload.like(&named))
            .order(public_events::position)
            .select((public_events::position, ledger::leaf, public_events::payload))
            .load(conn))
        .map_err(StoreError::failed("reading the entries of a request"))?;
        let entry = |(position, leaf, payload)| PublicEntry {
            position: unsigned(position),
            leaf,
            payload,
        };
        Ok(rows.into_iter().map(entry).collect())
    }

    /// The language of what the person answered last; none where they never answered in one.
    ///
    /// # Errors
    /// Where the database fails or an entry was changed.
    pub fn spoken_by<P: ReadsRequests>(
        &mut self,
        _grant: &Grant<P>,
        subject: SubjectId,
    ) -> Result<Option<Language>, StoreError> {
        Ok(self.said_of(subject)?.1)
    }
}

fn task(row: &TaskRow) -> Option<TaskTold> {
    Some(TaskTold {
        case: CaseId::from_slice(&row.case_id)?,
        system: row.system.parse().ok()?,
        verb: Verb::parse(&row.verb)?,
        progress: serde_json::from_str(&row.progress).ok()?,
    })
}
