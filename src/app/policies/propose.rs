//! Proposing a policy version: tested, then kept as a draft until somebody else approves it.

use crate::access::{ChangePolicies, Grant};
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::domain::ids::Position;
use crate::domain::time::Now;
use crate::policy::cases::Case;
use crate::policy::{Draft, DraftError, Pack, Proof, Searched};
use crate::store::{IdempotencyKey, Order, Proposed};
use serde::{Deserialize, Serialize};

/// The longest reason, in characters.
const LONGEST: usize = 1_000;

/// A proposal that was kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Proposal {
    /// The draft's name.
    pub digest: String,
    /// How many policies it has.
    pub policies: usize,
    /// How the statements under `never/` were held against it.
    pub never: Searched,
    /// Which of them are proved.
    #[serde(default)]
    pub proofs: Vec<Proof>,
}

impl From<DraftError> for Refusal {
    fn from(error: DraftError) -> Self {
        let code = match &error {
            DraftError::Policy(_) => "policy_invalid",
            DraftError::Never(_) => "never_broken",
        };
        Self::field("/files", code, error.to_string())
    }
}

impl App {
    /// Tests packs and keeps them as a draft. Blocks, for some seconds. `cases` are further
    /// uses to test it with.
    ///
    /// # Errors
    /// What is wrong with the packs, with file and line, or that the version is proposed or in
    /// force already. Nothing is kept then.
    pub fn propose_policy(
        &self,
        grant: &Grant<ChangePolicies>,
        pack: Pack,
        cases: &[Case],
        why: &str,
        now: Now,
        key: Option<IdempotencyKey>,
    ) -> Result<(Proposal, Option<Position>), Refusal> {
        look_at_reason(why)?;
        let draft = Draft::examine(pack, cases)?;
        let proposal = Proposal {
            digest: draft.engine.version().to_owned(),
            policies: draft.engine.policies().count(),
            never: draft.searched,
            proofs: draft.proofs,
        };
        self.loader.passes(&proposal.digest);
        let (actor, why, files) = (grant.clone(), why.trim().to_owned(), files(&draft.pack));
        let order = Order {
            idempotency: key,
            ..Order::at(now)
        };
        let committed = self.store.write_blocking(grant, order, move |tx| {
            match tx.propose_policy(&actor, &proposal.digest, &files, &why)? {
                Proposed::Draft(entry) => Ok(entry.with(proposal.clone())),
                Proposed::Waiting => Err(Refusal::Conflict {
                    code: "policy_proposed",
                    what: "this version is a draft already; somebody else approves it".into(),
                }),
                Proposed::InForce => Err(Refusal::Conflict {
                    code: "policy_in_force",
                    what: "this version is in force already".into(),
                }),
            }
        })?;
        Ok((committed.value, committed.positions.first().copied()))
    }
}

fn look_at_reason(why: &str) -> Result<(), Refusal> {
    let fits =
        (1..=LONGEST).contains(&why.trim().chars().count()) && !why.chars().any(char::is_control);
    if fits {
        return Ok(());
    }
    let mend = format!("say in one line of at most {LONGEST} characters why; the ledger keeps it");
    Err(Refusal::field("/why", "why_missing", mend))
}

/// Path and text of every file, to be stored.
pub(super) fn files(pack: &Pack) -> Vec<(String, String)> {
    let owned = |(path, text): (&str, &str)| (path.to_owned(), text.to_owned());
    pack.files().map(owned).collect()
}
