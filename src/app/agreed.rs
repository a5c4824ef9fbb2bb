//! How many persons' yes counts for a purpose now: whom a change of its words is about.

use super::open::App;
use super::refusal::Refusal;
use crate::access::{Grant, ReadCatalogue};
use crate::domain::registry::{Answer, Slug};
use crate::domain::time::Now;
use crate::index::{CellView, PersonView};

/// Persons looked at on one view of the index.
const AT_A_TIME: usize = 4_096;

impl App {
    /// How many persons said yes to a purpose, by any channel, with a yes that has not run out and that the words in
    /// force cover. Blocks, for as long as going through all persons takes.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn agreed(
        &self,
        _grant: &Grant<ReadCatalogue>,
        purpose: &Slug,
        now: Now,
    ) -> Result<u64, Refusal> {
        self.index_everybody()?;
        let catalogue = self.index.view().catalogue().clone();
        let counts = |cell: &CellView<'_>| {
            let yes = cell.answer == Answer::Given && !cell.expired(now.utc());
            yes && catalogue.covers(purpose, cell.notice)
        };
        let says_yes = |person: &PersonView<'_>| person.answers(purpose).any(|cell| counts(&cell));
        let mut found = 0;
        self.everybody(AT_A_TIME, &mut |_, person| {
            found += u64::from(says_yes(&person))
        })?;
        Ok(found)
    }
}
