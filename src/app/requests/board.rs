//! The board: what is open, by how soon it must be answered, with what each waits for.

use super::view::RequestView;
use crate::access::Grant;
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::domain::ids::{CaseId, Position};
use crate::domain::requests::{CorrectedKind, State};
use crate::domain::systems::Outcome;
use crate::store::{DsrFilter, ReadsRequests, StaffName, TaskTold};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Requests that a board shows at most, those that came first.
pub const BOARD: i64 = 2_000;
/// So many are named as what to do first.
const FIRST: usize = 3;
/// Days that are this week, and this month: counted from today, so that a Sunday hides no Monday.
const WEEK: i64 = 7;
const MONTH: i64 = 31;

/// How soon a request must be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// Its day is over.
    Late,
    /// Within seven days.
    Week,
    /// Within thirty-one.
    Month,
    /// Later, or while the period stands still.
    Later,
}

impl Column {
    /// Every one, from the left.
    pub const ALL: [Self; 4] = [Self::Late, Self::Week, Self::Month, Self::Later];

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Late => "late",
            Self::Week => "week",
            Self::Month => "month",
            Self::Later => "later",
        }
    }

    const fn of(days_left: Option<i64>) -> Self {
        match days_left {
            Some(days) if days < 0 => Self::Late,
            Some(days) if days <= WEEK => Self::Week,
            Some(days) if days <= MONTH => Self::Month,
            None | Some(_) => Self::Later,
        }
    }
}

/// What a request waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Waits {
    /// For the person to say who they are.
    Person,
    /// For somebody to take care of it.
    Owner,
    /// For it to be known who asks.
    Identity,
    /// For a system that has not done its task, or failed.
    Task(TaskTold),
    /// For a corrected contact point to be confirmed.
    Correction(CorrectedKind),
    /// For the answer.
    Answer,
    /// For nothing.
    Nothing,
}

/// One request of the board.
#[derive(Debug, Clone)]
pub struct Card {
    /// How it stands.
    pub view: RequestView,
    /// Where it hangs.
    pub column: Column,
    /// Who takes care of it.
    pub owner: Option<String>,
    /// What it waits for.
    pub waits: Waits,
}

/// The board.
#[derive(Debug, Clone, Default)]
pub struct Board {
    /// Every card: the soonest first, those that stand still last.
    pub cards: Vec<Card>,
    /// Those to begin with, by their places in the cards.
    pub first: Vec<usize>,
    /// Whether there are more than it shows.
    pub more: bool,
    /// The staff.
    pub staff: Vec<StaffName>,
}

/// Whether a task is not over, or was not done: what it blocks.
#[must_use]
pub const fn blocks(task: &TaskTold) -> bool {
    matches!(
        &task.progress.outcome,
        None | Some(Outcome::Failed { .. } | Outcome::NotVerified { .. })
    )
}

/// What a request waits for, with its tasks.
#[must_use]
pub fn waits(view: &RequestView, tasks: &[TaskTold]) -> Waits {
    let request = &view.request;
    if !request.is_open() {
        return Waits::Nothing;
    }
    if request.state == State::IdentityWanted {
        return Waits::Person;
    }
    // who failed needs somebody; who is at work does not
    let failed = |task: &&TaskTold| blocks(task) && task.progress.outcome.is_some();
    let failed = tasks.iter().find(failed);
    if let Some(task) = failed.or_else(|| tasks.iter().find(|task| blocks(task))) {
        return Waits::Task(task.clone());
    }
    if request.owner.is_none() {
        return Waits::Owner;
    }
    if request.receipt.kind.needs_identity() && request.identity.is_none() {
        return Waits::Identity;
    }
    if let Some(correction) = request.correction {
        return Waits::Correction(correction.what);
    }
    Waits::Answer
}

impl App {
    /// What is open, of everybody or as the filter says. No word of anybody's is read. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn request_board<P: ReadsRequests>(
        &self,
        grant: &Grant<P>,
        filter: &DsrFilter,
        today: NaiveDate,
    ) -> Result<Board, Refusal> {
        let filter = DsrFilter {
            open: Some(true),
            ..filter.clone()
        };
        let (mut found, tasks, staff) = self.store.read(|tx| {
            let found = tx.dsrs(grant, &filter, Position::MIN, BOARD + 1)?;
            let ids: Vec<_> = found.iter().map(|one| one.request.id).collect();
            let tasks = tx.tasks_told(grant, &ids)?;
            Ok::<_, Refusal>((found, tasks, tx.staff_names(grant)?))
        })?;
        let more = found.len() as i64 > BOARD;
        found.truncate(usize::try_from(BOARD).unwrap_or(usize::MAX));
        let mut by_case: BTreeMap<CaseId, Vec<TaskTold>> = BTreeMap::new();
        for task in tasks {
            by_case.entry(task.case).or_default().push(task);
        }
        let card = |one: crate::store::StoredDsr| {
            let view = RequestView::of(one.request, today);
            let tasks = by_case.get(&CaseId::of(view.request.id));
            Card {
                column: Column::of(view.days_left),
                owner: view.request.owner.map(|id| name_of(&staff, id)),
                waits: waits(&view, tasks.map_or(&[][..], Vec::as_slice)),
                view,
            }
        };
        let mut cards: Vec<Card> = found.into_iter().map(card).collect();
        cards.sort_by_key(|card| (card.view.due_on.is_none(), card.view.due_on));
        Ok(Board {
            first: first(&cards),
            cards,
            more,
            staff,
        })
    }
}

/// The soonest ones that somebody can do something about.
fn first(cards: &[Card]) -> Vec<usize> {
    let ours = |card: &Card| card.view.due_on.is_some() && card.waits != Waits::Person;
    let found = cards.iter().enumerate().filter(|(_, card)| ours(card));
    found.map(|(at, _)| at).take(FIRST).collect()
}

/// What a member of staff signs in with; who is there no more is named by their id.
#[must_use]
pub fn name_of(staff: &[StaffName], id: crate::domain::ids::StaffId) -> String {
    let found = staff.iter().find(|one| one.id == id);
    found.map_or_else(|| id.to_string(), |one| one.login.clone())
}
