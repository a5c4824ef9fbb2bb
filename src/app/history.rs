//! What is held about one person: the state of every choice, and how it came about. Who reads it
//! leaves an entry.

use super::open::App;
use super::pace::PaceView;
use super::record::StateView;
use super::refusal::Refusal;
use crate::access::{Grant, ReadSubjects};
use crate::domain::event::{View, ViewReason};
use crate::domain::ids::{Position, SubjectId};
use crate::domain::registry::Standing;
use crate::domain::time::Now;
use crate::store::HistoryEntry;

const NOBODY: Refusal = Refusal::NotFound("a person with this id");

/// Every choice of a person, with objections and restriction.
#[derive(Debug)]
pub struct Choices {
    /// The person, after merges.
    pub subject: SubjectId,
    /// One state per purpose and channel.
    pub states: Vec<StateView>,
    /// What stands above them.
    pub standing: Standing,
    /// The pauses and bounds that hold something back now.
    pub paces: Vec<PaceView>,
}

impl App {
    /// The state per purpose and channel, each with its reason.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where there is no such person, or where the view cannot be recorded.
    pub fn states(
        &self,
        grant: &Grant<ReadSubjects>,
        id: SubjectId,
        now: Now,
        reason: Option<&ViewReason>,
    ) -> Result<Choices, Refusal> {
        let serve = &self.serve;
        let choices = self.store.read(|tx| {
            let subject = tx.subject(grant, id)?.ok_or(NOBODY)?;
            let catalogue = tx.catalogue(serve)?;
            let (cells, standing) = tx.choices(grant, subject)?;
            let states = cells
                .iter()
                .map(|cell| {
                    StateView::of(
                        &cell.purpose,
                        cell.channel,
                        &cell.state,
                        &catalogue,
                        now.utc(),
                    )
                })
                .collect();
            let paces = tx.paces(grant, subject)?;
            let paces = paces
                .iter()
                .filter_map(|one| PaceView::of(&one.purpose, one.channel, &one.state, now.utc()))
                .collect();
            Ok::<_, Refusal>(Choices {
                subject,
                states,
                standing,
                paces,
            })
        })?;
        self.view(grant, choices.subject, View::Choices, reason)?;
        Ok(choices)
    }

    /// A page of a person's history from a position on, and where the next page begins.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where there is no such person, or where the view cannot be recorded.
    pub fn history(
        &self,
        grant: &Grant<ReadSubjects>,
        id: SubjectId,
        (from, limit): (Position, u32),
        reason: Option<&ViewReason>,
    ) -> Result<(Vec<HistoryEntry>, Option<Position>), Refusal> {
        let (subject, page) = self.store.read(|tx| {
            let subject = tx.subject(grant, id)?.ok_or(NOBODY)?;
            let mut entries = tx.history(grant, subject, from, i64::from(limit) + 1)?;
            let next = entries.get(limit as usize).map(|entry| entry.position);
            entries.truncate(limit as usize);
            Ok::<_, Refusal>((subject, (entries, next)))
        })?;
        self.view(grant, subject, View::History, reason)?;
        Ok(page)
    }
}
