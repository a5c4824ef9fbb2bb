//! Approving a draft: by somebody else than its proposer, behind the gate.

use super::note;
use super::replay::Replay;
use super::simulate::Simulation;
use crate::access::{ChangePolicies, Grant};
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::domain::ids::Position;
use crate::domain::time::Now;
use crate::store::{Approved, IdempotencyKey, Order, StoreError, StoredPolicy};
use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::ops::Range;

/// How many days of recorded decisions the gate tries a draft on.
const DAYS: i64 = 30;

/// What the gate found, as the ledger keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    /// Persons that the draft was tried on.
    pub persons: u64,
    /// Uses (a person, a purpose, a channel) that the draft permits and the live version does not.
    pub to_permit: u64,
    /// Uses that the live version permits and the draft does not.
    pub to_deny: u64,
    /// Decisions of the last 30 days that the draft was tried on.
    #[serde(default)]
    pub decisions: u64,
    /// Those denials among them that the draft would permit.
    #[serde(default)]
    pub decisions_to_permit: u64,
    /// How many more permits whoever approved had allowed, of uses and of decisions each.
    pub allowed: u64,
}

/// A version that came into force.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Approval {
    /// Its name.
    pub digest: String,
    /// The version that it took the place of.
    pub replaces: String,
    /// What the gate found.
    pub gate: Gate,
}

impl App {
    /// Puts a draft in force: from the entry that is returned on, every node decides by it.
    /// Blocks, for as long as a simulation over everybody, and over the decisions of 30 days, takes.
    ///
    /// # Errors
    /// No such draft; the proposer's own; broken by now; or more uses or recorded decisions would
    /// newly be permitted than `allow_permits`. The live version stays then.
    pub fn approve_policy(
        &self,
        grant: &Grant<ChangePolicies>,
        digest: &str,
        allow_permits: u64,
        now: Now,
        key: Option<IdempotencyKey>,
    ) -> Result<(Approval, Option<Position>), Refusal> {
        let stored = self.draft_of_another(grant, digest)?;
        let pack = super::load::pack(digest, &stored)
            .map_err(|why| Refusal::conflict("draft_damaged", why))?;
        self.loader.examine(&pack)?;
        let (live, rules) = (self.live_rules()?, self.loader.compiled(&pack));
        let found = self.simulate(&live, &rules, now)?;
        let replay = self.replayed(grant, &rules, &lately(now))?;
        let gate = gate(&found, &replay, allow_permits)?;
        let told = [
            ("replaces", json!(live.version().as_ref())),
            ("proposed-by", stored.about.proposed_by.clone()),
            ("approved-by", json!(grant.actor())),
            ("gate", json!(gate)),
        ];
        let note = note::sign(&self.policy_signer, digest, &told)
            .map_err(|error| StoreError::Log(error.to_string()))?;
        let approval = Approval {
            digest: digest.to_owned(),
            replaces: live.version().as_ref().to_owned(),
            gate,
        };
        self.put_in_force(grant, approval, note, now, key)
    }

    /// Refused before the long work; the writer looks again.
    fn draft_of_another(
        &self,
        grant: &Grant<ChangePolicies>,
        digest: &str,
    ) -> Result<StoredPolicy, Refusal> {
        let stored = self
            .store
            .read(|tx| tx.policy_version(&self.serve, digest))?;
        let draft = stored.filter(|one| one.about.state == "draft");
        let draft = draft.ok_or(Refusal::NotFound("a policy draft of this digest"))?;
        if draft.about.proposed_by == json!(grant.actor()) {
            return Err(same_person());
        }
        Ok(draft)
    }

    fn put_in_force(
        &self,
        grant: &Grant<ChangePolicies>,
        approval: Approval,
        note: String,
        now: Now,
        key: Option<IdempotencyKey>,
    ) -> Result<(Approval, Option<Position>), Refusal> {
        let order = Order {
            idempotency: key,
            ..Order::at(now)
        };
        let (actor, gate): (_, Value) = (grant.clone(), json!(approval.gate));
        let committed = self.store.write_blocking(grant, order, move |tx| {
            let Approval {
                digest, replaces, ..
            } = &approval;
            match tx.approve_policy(&actor, digest, replaces, &note, &gate)? {
                Approved::Active(entry) => Ok(entry.with(approval.clone())),
                Approved::NoDraft => Err(Refusal::NotFound("a policy draft of this digest")),
                Approved::SamePerson => Err(same_person()),
                Approved::LiveChanged => Err(Refusal::conflict(
                    "policy_live_changed",
                    "another version came into force meanwhile; look at the difference and approve again",
                )),
            }
        })?;
        Ok((committed.value, committed.positions.first().copied()))
    }
}

fn same_person() -> Refusal {
    Refusal::conflict(
        "second_person_missing",
        "whoever proposed a version does not approve it; a second person does",
    )
}

/// The days whose decisions the gate looks at: those that it is asked in, too.
fn lately(now: Now) -> Range<DateTime<Utc>> {
    let now = now.utc();
    now - Duration::days(DAYS)..now + Duration::seconds(1)
}

/// More uses or decisions that would newly be permitted than allowed: not published.
fn gate(found: &Simulation, replay: &Replay, allowed: u64) -> Result<Gate, Refusal> {
    let gate = Gate {
        persons: found.persons,
        to_permit: found.to_permit(),
        to_deny: found.to_deny(),
        decisions: replay.decisions,
        decisions_to_permit: replay.to_permit(),
        allowed,
    };
    let needed = gate.to_permit.max(gate.decisions_to_permit);
    if needed <= allowed {
        return Ok(gate);
    }
    Err(Refusal::conflict(
        "gate_closed",
        format!(
            "{} uses would newly be permitted, and {} decisions of the last {DAYS} days, and {allowed} are allowed; simulate the draft, and if that is meant, approve it with allow_permits {needed}",
            gate.to_permit, gate.decisions_to_permit
        ),
    ))
}
