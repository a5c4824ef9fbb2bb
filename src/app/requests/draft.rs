//! What somebody has answered of a request that they have not sent yet: one a kind, so that going back and
//! forth asks nothing twice.

use crate::access::token::TokenHash;
use crate::access::{Grant, OwnFile};
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::domain::personal::Personal;
use crate::domain::requests::RequestKind;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The longest answer to one question, in characters.
pub const LONGEST_ANSWER: usize = 4_000;

/// The answers, by the word of the kind, in the order of the questions.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Draft(BTreeMap<String, Vec<String>>);

impl Draft {
    /// The answer to a question, the first being 0.
    #[must_use]
    pub fn answer(&self, kind: RequestKind, question: usize) -> Option<&str> {
        let answers = self.0.get(kind.as_str())?;
        answers.get(question).map(String::as_str)
    }

    /// Takes an answer.
    pub fn take(&mut self, kind: RequestKind, question: usize, answer: String) {
        let answers = self.0.entry(kind.as_str().to_owned()).or_default();
        while answers.len() <= question {
            answers.push(String::new());
        }
        if let Some(place) = answers.get_mut(question) {
            *place = answer;
        }
    }

    /// Forgets the answers for a kind.
    pub fn forget(&mut self, kind: RequestKind) {
        self.0.remove(kind.as_str());
    }
}

impl App {
    /// The draft of a session. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn draft(&self, grant: &Grant<OwnFile>, session: TokenHash) -> Result<Draft, Refusal> {
        let kept = self.store.read(|tx| tx.draft(grant, session))?;
        let draft = kept.and_then(|kept| serde_json::from_slice(kept.reveal()).ok());
        Ok(draft.unwrap_or_default())
    }

    /// Keeps the draft of a session. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be written.
    pub fn keep_draft(
        &self,
        grant: &Grant<OwnFile>,
        session: TokenHash,
        draft: &Draft,
    ) -> Result<(), Refusal> {
        let bytes = Personal::new(serde_json::to_vec(draft).unwrap_or_default());
        Ok(self
            .store
            .keep_draft(grant, session, &bytes, self.entropy())?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_own_answers() {
        let mut draft = Draft::default();
        draft.take(RequestKind::Rectification, 1, "Lille".into());
        draft.take(RequestKind::Access, 0, "mails".into());
        assert_eq!(draft.answer(RequestKind::Rectification, 0), Some(""));
        assert_eq!(draft.answer(RequestKind::Rectification, 1), Some("Lille"));
        draft.forget(RequestKind::Rectification);
        assert_eq!(draft.answer(RequestKind::Rectification, 1), None);
        assert_eq!(draft.answer(RequestKind::Access, 0), Some("mails"));
    }
}
