//! The lists that a person was on, and what their line was answered.

use super::contact::Named;
use super::open::App;
use super::refusal::Refusal;
use crate::access::{Grant, OwnChoices, ReadDecisions, ReadSubjects, authorize};
use crate::domain::event::{View, ViewReason};
use crate::domain::ids::{AudienceId, Position, SubjectId};
use crate::domain::registry::{Controller, Purpose};
use crate::policy::{ToPerson, to_person};
use crate::store::{FoundOnList, StoreError};
use serde_json::Value;

/// The first page begins with the newest.
const NEWEST: Position = i64::MAX as u64;

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

    /// Whether it is the list of that id, where one is asked about.
    fn is(&self, list: Option<AudienceId>) -> bool {
        list.is_none_or(|list| self.told("audience") == list.to_string())
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
        let from = if from == 0 { NEWEST } else { from };
        let (subject, (found, next)) = self.store.read(|tx| {
            let subject = tx.subject(grant, id)?.ok_or(NOBODY)?;
            let page = tx.lists_of(grant, subject, from, limit as usize)?;
            Ok::<_, Refusal>((subject, page))
        })?;
        self.view(grant, subject, View::Lists, reason)?;
        Ok((found.into_iter().map(OnList::from).collect(), next))
    }

    /// The lists that the person of these identifiers was on, the newest first: all, or the one of that
    /// id, which is there once for each answer that their lines got. Who reads them leaves an entry.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where nobody is known by them, or where the view cannot be recorded.
    pub fn lists_of_named(
        &self,
        grant: &Grant<ReadSubjects>,
        named: &Named,
        list: Option<AudienceId>,
        reason: Option<&ViewReason>,
    ) -> Result<Vec<OnList>, Refusal> {
        const NOBODY: Refusal = Refusal::NotFound("a person with these identifiers");
        let (subject, (found, _)) = self.store.read(|tx| {
            let subject = tx.find(grant, &named.blinds())?.ok_or(NOBODY)?;
            let all = tx.lists_of(grant, subject, NEWEST, usize::MAX)?;
            Ok::<_, Refusal>((subject, all))
        })?;
        self.view(grant, subject, View::Lists, reason)?;
        let lists = found.into_iter().map(OnList::from);
        Ok(lists.filter(|one| one.is(list)).collect())
    }

    /// The list of that id, where the person of the grant was on it. Where their lines were answered
    /// differently, it is the permit: by that they were written to.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn own_list(
        &self,
        own: &Grant<OwnChoices>,
        list: AudienceId,
    ) -> Result<Option<OnList>, Refusal> {
        let Some(subject) = own.customer() else {
            return Ok(None);
        };
        let grant: Grant<ReadDecisions> = authorize(&crate::access::Principal::System)?;
        let (found, _) = self.store.read(|tx| {
            let person = tx.subject(own, subject)?;
            let found = person.map(|person| tx.lists_of(&grant, person, NEWEST, usize::MAX));
            Ok::<_, StoreError>(found.transpose()?.unwrap_or_default())
        })?;
        let lists = found.into_iter().map(OnList::from);
        let lists = lists.filter(|one| one.is(Some(list)));
        Ok(lists.max_by_key(|one| one.permit))
    }

    /// What a list was for, and whose, as the catalogue has it.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn list_about(
        &self,
        list: &OnList,
    ) -> Result<Option<(Purpose, Option<Controller>)>, Refusal> {
        let catalogue = self.store.read(|tx| tx.catalogue(&self.serve))?;
        let purpose = catalogue.purpose(list.told("purpose")).cloned();
        Ok(purpose.map(|purpose| {
            let controller = catalogue.controllers.get(&purpose.controller).cloned();
            (purpose, controller)
        }))
    }
}
