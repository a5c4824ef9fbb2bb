//! Reads requests: a list without anybody's words, and one with everything that was written about it.

use super::act::NONE;
use crate::access::Grant;
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::domain::event::{View, ViewReason};
use crate::domain::ids::{DsrId, Position, SubjectId};
use crate::domain::registry::Language;
use crate::store::{DsrFilter, DsrMessage, ReadsRequests, StoredDsr, StoredIdentifier};

/// One request with everything that was written about it.
#[derive(Debug)]
pub struct DsrFile {
    /// How it stands.
    pub stored: StoredDsr,
    /// Whose it is, after merges; `None` once they were erased.
    pub subject: Option<SubjectId>,
    /// By what they are known.
    pub contacts: Vec<StoredIdentifier>,
    /// What was said and written.
    pub messages: Vec<DsrMessage>,
    /// The language of what they answered last.
    pub language: Option<Language>,
}

impl App {
    /// A page of requests in the order of their receipt, and where the next page begins. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn requests<P: ReadsRequests + 'static>(
        &self,
        grant: &Grant<P>,
        filter: &DsrFilter,
        (from, limit): (Position, u32),
    ) -> Result<(Vec<StoredDsr>, Option<Position>), Refusal> {
        let mut found = self
            .store
            .read(|tx| tx.dsrs(grant, filter, from, i64::from(limit) + 1))?;
        let next = found.get(limit as usize).map(|one| one.received);
        found.truncate(limit as usize);
        Ok((found, next))
    }

    /// One request with what was written about it; that it was read leaves an entry. Blocks.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where there is none, or where the view cannot be recorded.
    pub fn request_file<P: ReadsRequests + 'static>(
        &self,
        grant: &Grant<P>,
        id: DsrId,
        reason: Option<&ViewReason>,
    ) -> Result<DsrFile, Refusal> {
        let file = self.store.read(|tx| {
            let stored = tx.dsr(grant, id)?.ok_or(NONE)?;
            let subject = match stored.subject {
                Some(subject) => tx.subject(grant, subject)?,
                None => None,
            };
            let (mut contacts, mut messages, mut language) = (Vec::new(), Vec::new(), None);
            if let Some(subject) = subject {
                contacts = tx.identifiers(grant, subject)?;
                messages = tx.dsr_messages(grant, subject, id)?;
                language = tx.spoken_by(grant, subject)?;
            }
            Ok::<_, Refusal>(DsrFile {
                stored,
                subject,
                contacts,
                messages,
                language,
            })
        })?;
        if let Some(subject) = file.subject {
            self.view(grant, subject, View::Request, reason)?;
        }
        Ok(file)
    }
}
