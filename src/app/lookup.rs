//! Finds the person behind identifiers.

use super::contact::{Named, hash_text};
use super::open::App;
use super::refusal::Refusal;
use crate::access::{Grant, ReadSubjects};
use crate::domain::event::{View, ViewReason};
use crate::domain::ids::SubjectId;

impl App {
    /// The person, and the keyed hash of each identifier, for where only a hash may travel. It
    /// leaves an entry.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where nobody is known by any of them, or where it cannot be recorded.
    pub fn lookup(
        &self,
        grant: &Grant<ReadSubjects>,
        named: &Named,
        reason: Option<&ViewReason>,
    ) -> Result<(SubjectId, Vec<String>), Refusal> {
        let blinds = named.blinds();
        let found = self.store.read(|tx| tx.find(grant, &blinds))?;
        let subject = found.ok_or(Refusal::NotFound("a person with these identifiers"))?;
        self.view(grant, subject, View::Lookup, reason)?;
        Ok((subject, blinds.iter().map(hash_text).collect()))
    }
}
