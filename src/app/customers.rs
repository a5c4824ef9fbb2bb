//! The customers of the registry, page by page: whom a search asks about.

use super::open::App;
use super::refusal::Refusal;
use crate::access::{CheckDecisions, Grant};
use crate::domain::ids::SubjectId;

impl App {
    /// The ids of persons after `after`, in their order, at most `limit`; records that were merged
    /// into another are not among them. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn customers(
        &self,
        grant: &Grant<CheckDecisions>,
        after: Option<SubjectId>,
        limit: usize,
    ) -> Result<Vec<SubjectId>, Refusal> {
        Ok(self.store.read(|tx| tx.subject_ids(grant, after, limit))?)
    }
}
