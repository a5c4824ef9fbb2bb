//! A decision that nobody may know yet. What is in it comes out by one way only: written down.

use crate::app::check::Decided;
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::audit::Hash;
use crate::audit::decision::{Context, Record};
use std::sync::Arc;

/// A decision that is not on record yet: its answer is given by [`App::record_decisions`].
#[derive(Debug)]
#[must_use]
pub struct Draft {
    pub(super) decided: Decided,
    pub(super) record: Record,
    /// What the record names by its hash and may not be in the database yet.
    pub(super) texts: Vec<Text>,
}

/// A text that records name by its hash.
pub(super) type Text = (Hash, Arc<str>);

/// When a decision is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum When {
    /// After its record is on the disk.
    #[default]
    Now,
    /// At once; the record follows, and is lost where the machine dies before.
    Later,
}

impl Draft {
    /// What was decided, for tests of the deciding alone.
    #[cfg(test)]
    #[must_use]
    pub fn decided(self) -> Decided {
        self.decided
    }

    /// What the record shares with others.
    pub(in crate::app) const fn context(&self) -> &Arc<Context> {
        &self.record.context
    }

    /// What is written down, for tests of the deciding alone.
    #[cfg(test)]
    pub(in crate::app) const fn record(&self) -> &Record {
        &self.record
    }

    /// What is told, for tests of the deciding alone.
    #[cfg(test)]
    pub(in crate::app) const fn told(&self) -> &Decided {
        &self.decided
    }

    /// What is written down of decisions that are recorded with what they allow.
    pub(in crate::app) fn written(drafts: Vec<Self>) -> (Vec<Record>, Vec<Text>) {
        let (_, records, texts) = taken_apart(drafts.into_iter().map(Ok::<_, Refusal>).collect());
        (records, texts)
    }
}

impl App {
    /// Whether so many decisions wait to be written down that another one would be answered late.
    #[must_use]
    pub fn is_crowded(&self) -> bool {
        self.recorder.is_crowded()
    }

    /// Writes decisions down and gives their answers, in order.
    ///
    /// # Errors
    /// Where they cannot be recorded: then nothing is permitted.
    pub async fn record_decisions<E>(
        &self,
        drafts: Vec<Result<Draft, E>>,
        when: When,
    ) -> Result<Vec<Result<Decided, E>>, Refusal> {
        let (answers, records, texts) = taken_apart(drafts);
        self.recorder.record(records, texts, when).await?;
        Ok(answers)
    }

    /// [`App::record_decisions`] for callers outside an async runtime.
    ///
    /// # Errors
    /// As there.
    pub fn record_decisions_blocking<E>(
        &self,
        drafts: Vec<Result<Draft, E>>,
    ) -> Result<Vec<Result<Decided, E>>, Refusal> {
        let (answers, records, texts) = taken_apart(drafts);
        self.recorder.record_blocking(records, texts)?;
        Ok(answers)
    }

    /// Gives the answer of a decision that denies whatever happens to its record: where the
    /// database fails, it could be no better.
    #[must_use]
    pub fn answer_a_denial(&self, draft: Draft) -> Decided {
        let Draft {
            decided,
            record,
            texts,
        } = draft;
        if decided.outcome.is_permit() {
            // never happens: a permit is answered once it is on record
            return Decided {
                outcome: Arc::new(crate::policy::Outcome::evaluation_error()),
                ..decided
            };
        }
        self.recorder.offer(vec![record], texts);
        decided
    }
}

#[allow(clippy::type_complexity, reason = "three lists")]
fn taken_apart<E>(
    drafts: Vec<Result<Draft, E>>,
) -> (Vec<Result<Decided, E>>, Vec<Record>, Vec<Text>) {
    let mut records = Vec::with_capacity(drafts.len());
    let mut texts = Vec::new();
    let mut answer = |draft: Draft| {
        records.push(draft.record);
        texts.extend(draft.texts);
        draft.decided
    };
    let answers = drafts
        .into_iter()
        .map(|draft| draft.map(&mut answer))
        .collect();
    (answers, records, texts)
}
