//! How a system is asked. What crosses the network or the disk is handed in by the command line.

use crate::domain::ids::{CaseId, TaskId};
use crate::domain::personal::Personal;
use crate::domain::systems::{Failure, Outcome, Step, System, Verb};
use serde_json::Value;

/// One step that a system is to do.
pub struct Call<'a> {
    /// The system.
    pub system: &'a System,
    /// The task: the key by which a repeated call is known.
    pub task: TaskId,
    /// The request.
    pub case: CaseId,
    /// What it has to do.
    pub verb: Verb,
    /// Which step of it.
    pub step: Step,
    /// The identifiers, of the kind that it is asked by.
    pub keys: &'a Personal<Vec<String>>,
}

/// What a system answers.
pub enum Answer {
    /// These rows.
    Rows(Personal<Vec<Value>>),
    /// So many rows were changed.
    Changed(u64),
    /// It has the task; ask again after so many seconds, or not at all.
    Later(Option<u32>),
    /// What came of it, by its own account.
    Said(Reply),
}

/// What came of a step, by the system's own account.
pub struct Reply {
    /// What.
    pub outcome: Outcome,
    /// How many rows it found or changed.
    pub count: u64,
    /// The rows, where it was to read.
    pub rows: Personal<Vec<Value>>,
}

/// What was posted to us as a system's answer, not yet looked at.
pub struct Posted<'a> {
    /// `webhook-id`: the task and the step that we called with.
    pub id: &'a str,
    /// `webhook-timestamp`.
    pub timestamp: &'a str,
    /// `webhook-signature`.
    pub signature: &'a str,
    /// The body.
    pub body: &'a [u8],
}

/// A step did not work. Holds no secret and nothing of whom it was about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}{}", .detail.as_ref().map(|text| format!(" ({text})")).unwrap_or_default())]
pub struct Fault {
    /// Why.
    pub why: Failure,
    /// In the words of the statement or the system's file, for whoever tries a registration.
    pub detail: Option<String>,
}

impl From<Failure> for Fault {
    fn from(why: Failure) -> Self {
        Self { why, detail: None }
    }
}

/// The way to the systems.
pub trait Reach: Send + Sync {
    /// Has a system do one step. Doing it twice must end as doing it once.
    ///
    /// # Errors
    /// Why it did not work.
    fn call(&self, call: &Call<'_>) -> Result<Answer, Fault>;

    /// Tries whether a system can be asked, by an identifier that nobody has, changing nothing.
    ///
    /// # Errors
    /// What is wrong.
    fn probe(&self, system: &System) -> Result<(), Fault>;

    /// Looks whether a system posted an answer: when it signed it, and what it says; `None` where it is not
    /// its own, or not of now.
    fn heard(&self, system: &System, posted: &Posted<'_>) -> Option<(i64, Result<Reply, Fault>)>;

    /// Takes away what the calls of a task left lying, now that it is over.
    fn settle(&self, system: &System, task: TaskId);
}
