//! The lists that a person was on, and what their line was answered.

use super::open::App;
use super::refusal::Refusal;
use crate::access::{Grant, ReadSubjects};
use crate::domain::event::{View, ViewReason};
use crate::domain::ids::{Position, SubjectId};
use crate::policy::{ToPerson, to_person};
use crate::store::FoundOnList;
use serde_json::Value;

/// A list that a person was on.
#[derive(Debug, Clone)]
pub struct OnList {
    /// The entry of the log that tells of the list's end and commits to who was on it.
    pub position: Position,
    /// Whether the person might be contacted.
    pub permit: bool,
    /// Why, or why not.
    pub reason: String,
    /// What the entry says: purpose, channel, campaign, who filtered it, the mark of the permitted lines.
    told: Value,
}

impl From<FoundOnList> for OnList {
    fn from(found: FoundOnList) -> Self {
        let FoundOnList {
            position,
            payload,
            permit,
            reason,
        } = found;
        Self {
            position,
            permit,
            reason,
            told: payload,
        }
    }
}

impl OnList {
    /// A text that the entry says; empty where it says none of that name.
    #[must_use]
    pub fn told(&self, name: &str) -> &str {
        self.told.get(name).and_then(Value::as_str).unwrap_or("")
    }

    /// A number that the entry says.
    #[must_use]
    pub fn number(&self, name: &str) -> u64 {
        let number = self.told.get(name).and_then(Value::as_u64);
        number.unwrap_or_default()
    }

    /// Who filtered it, as the entry says it.
    #[must_use]
    pub fn actor(&self) -> Value {
        self.told.get("actor").cloned().unwrap_or_default()
    }

    /// Whether the list was filtered to its end.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.told.get("complete").and_then(Value::as_bool) == Some(true)
    }

    /// The reason in words for the person, where there are some.
    #[must_use]
    pub fn spoken(&self) -> Option<ToPerson> {
        to_person(&self.reason)
    }
}

impl App {
    /// The lists that a person was on, the newest first, from an entry of the log on, and where the next
    /// page begins. Who reads them leaves an entry.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where there is no such person, or where the view cannot be recorded.
    pub fn lists_of_subject(
        &self,
        grant: &Grant<ReadSubjects>,
        id: SubjectId,
        (from, limit): (Position, u32),
        reason: Option<&ViewReason>,
    ) -> Result<(Vec<OnList>, Option<Position>), Refusal> {
        const NOBODY: Refusal = Refusal::NotFound("a person with this id");
        // the first page begins with the newest
        let from = if from == 0 { i64::MAX as u64 } else { from };
        let (subject, (found, next)) = self.store.read(|tx| {
            let subject = tx.subject(grant, id)?.ok_or(NOBODY)?;
            let page = tx.lists_of(grant, subject, from, limit as usize)?;
            Ok::<_, Refusal>((subject, page))
        })?;
        self.view(grant, subject, View::Lists, reason)?;
        Ok((found.into_iter().map(OnList::from).collect(), next))
    }
}
