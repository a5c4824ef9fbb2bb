//! Finding recorded decisions again.

use super::story::Story;
use crate::access::{Grant, Principal, ReadDecisions, ReadSubjects, authorize};
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::domain::event::{View, ViewReason};
use crate::domain::ids::{DecisionId, SubjectId};
use crate::store::{ReadTx, ReadsDecisions, Whose};

const NONE: Refusal = Refusal::NotFound("a decision with this id");
/// Its time is over; whether there ever was one of that id, nobody can tell any more.
const GONE: Refusal = Refusal::NotFound(
    "a decision with this id (decisions as old as it would be are no longer kept)",
);

impl App {
    /// The whole story of a decision.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where none of that id is on record.
    pub fn decision(&self, grant: &Grant<ReadDecisions>, id: DecisionId) -> Result<Story, Refusal> {
        let find = |tx: &mut ReadTx<'_>| {
            let Some(found) = tx.decision(grant, id)? else {
                let gone = tx.decisions_gone_before(grant)?;
                let is_old = gone.is_some_and(|before| id.made_at() < before);
                return Err(if is_old { GONE } else { NONE });
            };
            self.stories(tx, grant, vec![found])?.pop().ok_or(NONE)
        };
        match self.store.read(find) {
            // it may wait in the journal for its block
            Err(Refusal::NotFound(_)) if self.seal_decisions()? => self.store.read(find),
            found => found,
        }
    }

    /// The same for whoever holds the decision's id, which nobody can guess: the customer who was
    /// sent it with a message.
    ///
    /// # Errors
    /// As [`App::decision`].
    pub fn explain(&self, id: DecisionId) -> Result<Story, Refusal> {
        self.decision(&authorize(&Principal::System)?, id)
    }

    /// A campaign's decisions, the newest first, from a place on, and where the next page begins.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub fn decisions_of_campaign(
        &self,
        grant: &Grant<ReadDecisions>,
        campaign: &str,
        from: u64,
        limit: u32,
    ) -> Result<(Vec<Story>, Option<u64>), Refusal> {
        let whose = Whose::Campaign(campaign.to_owned());
        self.seal_decisions()?;
        self.store
            .read(|tx| self.page_of(tx, grant, &whose, from, limit))
    }

    /// A person's decisions, the newest first, from a place on, and where the next page begins. Who
    /// reads them leaves an entry.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where there is no such person, or where the view cannot be recorded.
    pub fn decisions_of_subject(
        &self,
        grant: &Grant<ReadSubjects>,
        id: SubjectId,
        (from, limit): (u64, u32),
        reason: Option<&ViewReason>,
    ) -> Result<(Vec<Story>, Option<u64>), Refusal> {
        const NOBODY: Refusal = Refusal::NotFound("a person with this id");
        self.seal_decisions()?;
        let (subject, page) = self.store.read(|tx| {
            let subject = tx.subject(grant, id)?.ok_or(NOBODY)?;
            let page = self.page_of(tx, grant, &Whose::Subject(subject), from, limit)?;
            Ok::<_, Refusal>((subject, page))
        })?;
        self.view(grant, subject, View::Decisions, reason)?;
        Ok(page)
    }

    fn page_of<P: ReadsDecisions>(
        &self,
        tx: &mut ReadTx<'_>,
        grant: &Grant<P>,
        whose: &Whose,
        from: u64,
        limit: u32,
    ) -> Result<(Vec<Story>, Option<u64>), Refusal> {
        // the first page begins with the newest
        let from = if from == 0 { i64::MAX as u64 } else { from };
        let mut found = tx.decisions(grant, whose, from, limit as usize + 1)?;
        let next = found
            .get(limit as usize)
            .map(crate::store::FoundDecision::place);
        found.truncate(limit as usize);
        Ok((self.stories(tx, grant, found)?, next))
    }
}
