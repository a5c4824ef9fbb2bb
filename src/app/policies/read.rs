//! Reading policy versions: every one that was ever in force stays.

use super::load;
use super::rules::Rules;
use crate::access::{Grant, ReadPolicies};
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::policy::Pack;
use crate::store::{PolicyRecord, StoredPolicy};

impl App {
    /// Every version, the one that came last into its state first.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn policy_versions(
        &self,
        grant: &Grant<ReadPolicies>,
    ) -> Result<Vec<PolicyRecord>, Refusal> {
        Ok(self.store.read(|tx| tx.policy_versions(grant))?)
    }

    /// A version with its files.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where there is none of this digest.
    pub fn policy_version(
        &self,
        grant: &Grant<ReadPolicies>,
        digest: &str,
    ) -> Result<StoredPolicy, Refusal> {
        let found = self.store.read(|tx| tx.policy_version(grant, digest))?;
        found.ok_or(Refusal::NotFound("a policy version of this digest"))
    }

    /// The packs of a version, held against its digest.
    ///
    /// # Errors
    /// As [`App::policy_version`]; and where the stored files are not those of the digest.
    pub fn policy_pack(&self, grant: &Grant<ReadPolicies>, digest: &str) -> Result<Pack, Refusal> {
        let stored = self.policy_version(grant, digest)?;
        load::pack(digest, &stored).map_err(|what| Refusal::Conflict {
            code: "policy_damaged",
            what,
        })
    }

    /// The packs that the registry decides by: its version in force, else the program's own.
    ///
    /// # Errors
    /// As [`App::policy_pack`].
    pub fn live_pack(&self, grant: &Grant<ReadPolicies>) -> Result<Pack, Refusal> {
        let held = self.store.read(|tx| tx.policy_in_force(&self.serve))?;
        let own = self.loader.own();
        if held.version.is_empty() || held.version == own.version() {
            return Ok(own.clone());
        }
        self.policy_pack(grant, &held.version)
    }

    /// The rules in force, read from the database now.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn live_rules(&self) -> Result<Rules, Refusal> {
        let held = self.store.read(|tx| tx.policy_in_force(&self.serve))?;
        Ok(self.loader.rules(&held))
    }
}
