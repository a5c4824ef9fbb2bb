//! What is in force and everything that was before it: purposes and notices, each version with since when and by whom.

use super::open::App;
use super::refusal::Refusal;
use crate::access::{Grant, ReadCatalogue};
use crate::domain::registry::{Catalogue, Notice, Purpose, Slug};
use crate::store::Published;
use chrono::{DateTime, Utc};
use std::collections::HashMap;

/// What was published, as one unchanging state holds it.
#[derive(Debug)]
pub struct PublishedCatalogue {
    /// What is in force.
    pub catalogue: Catalogue,
    /// Every version of the purposes that may be seen, by name, the earliest first.
    pub purposes: Vec<Published<Purpose>>,
    /// Every version of their notices, in the same order.
    pub notices: Vec<Published<Notice>>,
    /// What staff accounts and keys are called, by their ids.
    pub names: HashMap<String, String>,
}

impl App {
    /// What was ever published, of what the grant is for. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn published(&self, grant: &Grant<ReadCatalogue>) -> Result<PublishedCatalogue, Refusal> {
        self.store.read(|tx| {
            let catalogue = tx.catalogue_at(grant, DateTime::<Utc>::MAX_UTC)?;
            let seen = |id: &Slug| {
                catalogue
                    .purposes
                    .get(id)
                    .is_some_and(|one| grant.is_for(one))
            };
            let mut purposes = tx.published_purposes(grant)?;
            purposes.retain(|one| seen(&one.item.id));
            let mut notices = tx.published_notices(grant)?;
            notices.retain(|one| seen(&one.item.purpose));
            Ok(PublishedCatalogue {
                names: self.actors(tx)?,
                catalogue,
                purposes,
                notices,
            })
        })
    }
}
