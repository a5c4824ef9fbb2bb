//! The lists that the person was on.

use super::Job;
use crate::app::export::ExportError;
use crate::app::export::decisions::line;
use crate::app::lists::OnList;
use crate::audit::package::format::{LISTS, ListLine};
use crate::audit::package::write::PackageWriter;
use crate::domain::ids::SubjectId;
use crate::store::{ReadTx, StoreError};
use std::io::Write;

impl Job<'_> {
    /// Every list that the person was on and the package's log tells of, the oldest first.
    pub(super) fn on_lists(
        &self,
        tx: &mut ReadTx<'_>,
        person: SubjectId,
    ) -> Result<Vec<OnList>, StoreError> {
        let upto = self.end().saturating_sub(1);
        let (found, _) = tx.lists_of(self.grant, person, upto, usize::MAX)?;
        Ok(found.into_iter().rev().map(OnList::from).collect())
    }

    pub(super) fn write_lists<W: Write>(
        package: &mut PackageWriter<W>,
        lists: &[OnList],
    ) -> Result<(), ExportError> {
        if lists.is_empty() {
            return Ok(());
        }
        package.stream(LISTS, |out| {
            let told = |list: &OnList| ListLine {
                list: list.position,
                permit: list.permit,
                reason: list.reason.clone(),
            };
            lists.iter().try_for_each(|list| line(&told(list), out))
        })?;
        Ok(())
    }
}
