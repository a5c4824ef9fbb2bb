//! What a running node does by itself while two master keys open the registry: it says by which it would start
//! again, so that none is forgotten that somebody needs.

use crate::access::{Grant, ManageMaster, ReadKeys};
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::store::keys::MasterId;
use crate::store::{MasterAnswer, StoreError};

/// Looks by which master key a start would open the registry now; none where none is found.
pub type MasterLook = Box<dyn Fn() -> Option<MasterId> + Send + Sync>;

/// What a node says, as it is told.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct NodeTold {
    /// Where it runs.
    pub name: String,
    /// The master key by which it would start again; none where it finds none.
    pub master_key: Option<String>,
}

impl App {
    /// Looks from here on by which master key this node would start again.
    pub fn look_for_master(&mut self, look: MasterLook) {
        self.master_look = Some(look);
    }

    /// What running nodes said last. One that ended meanwhile may be among them.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn master_nodes(&self, grant: &Grant<ReadKeys>) -> Result<Vec<NodeTold>, Refusal> {
        let answers = self.store.read(|tx| tx.master_answers(grant))?;
        let told = answers.into_iter().map(|one| NodeTold {
            name: one.name,
            master_key: one.id.map(|id| id.to_string()),
        });
        Ok(told.collect())
    }

    /// Asks running nodes by which master key each would start again: they say it within a second or two.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn ask_masters(&self, grant: &Grant<ManageMaster>) -> Result<(), Refusal> {
        Ok(self.store.ask_masters(grant)?)
    }

    /// What they have said since.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn master_answers(
        &self,
        grant: &Grant<ManageMaster>,
    ) -> Result<Vec<MasterAnswer>, Refusal> {
        Ok(self.store.read(|tx| tx.master_answers(grant))?)
    }

    /// Says by which master key this node would start again, where somebody may want to know; `name` is where it runs.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn watch_masters(&self, name: &str) -> Result<(), StoreError> {
        let Some(look) = &self.master_look else {
            return Ok(());
        };
        let serve = &self.serve;
        if self.store.read(|tx| tx.master_keys(serve))?.len() < 2 {
            return Ok(());
        }
        let answer = MasterAnswer {
            node: self.node,
            name: name.to_owned(),
            id: look(),
        };
        let given = self.store.read(|tx| tx.master_answers(serve))?;
        if given.contains(&answer) {
            return Ok(());
        }
        self.store.answer_master(serve, &answer)
    }
}
