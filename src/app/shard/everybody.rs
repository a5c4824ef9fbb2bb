//! Going through everybody, wherever they are held.

use crate::app::open::App;
use crate::app::policies::rules::Rules;
use crate::domain::ids::SubjectId;
use crate::index::{PersonView, View};
use crate::store::{StoreError, Whom};

/// Persons read at once.
const READ: i64 = 4_096;

impl App {
    /// Shows every person once, so many on one view of the index, for which writers wait: those who were merged as who they
    /// are now. Blocks, for as long as that takes: where this node holds a part of them all are read from the database.
    /// Without an index call [`App::index_everybody`] first.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub(in crate::app) fn everybody(
        &self,
        at_a_time: usize,
        visit: &mut dyn FnMut(&View<Rules>, PersonView<'_>),
    ) -> Result<(), StoreError> {
        if self.index.shard().is_some() {
            return self.read_everybody(visit);
        }
        let mut from = 0;
        loop {
            let view = self.index.view();
            if from >= view.persons() {
                return Ok(());
            }
            view.some(from, at_a_time)
                .for_each(|person| visit(&view, person));
            from += at_a_time;
        }
    }

    fn read_everybody(
        &self,
        visit: &mut dyn FnMut(&View<Rules>, PersonView<'_>),
    ) -> Result<(), StoreError> {
        let mut last: Option<SubjectId> = None;
        loop {
            let some = self
                .store
                .read(|tx| tx.persons_after(&self.serve, last, READ))?;
            let Some(end) = some.last() else {
                return Ok(());
            };
            let index = self.read_index(&Whom {
                contacts: &[],
                filed: &[],
                persons: &some,
            })?;
            let view = index.view();
            let own = some.iter().filter_map(|id| view.person_of(*id));
            // who was merged is somebody else now, who comes by their own id
            let own = own.filter(|person| some.binary_search(&person.subject()).is_ok());
            let mut rows: Vec<PersonView<'_>> = own.collect();
            rows.sort_by_key(PersonView::row);
            rows.dedup_by_key(|person| person.row());
            rows.into_iter().for_each(|person| visit(&view, person));
            last = Some(*end);
        }
    }
}
