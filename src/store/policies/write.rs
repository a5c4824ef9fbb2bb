//! Puts versions of the policies down: proposed by one, approved by another, in force from the
//! entry on that says so.

use super::read::{in_force, named as in_force_named};
use super::{ACTIVE, DRAFT, PUBLISHED, PolicyInForce, PolicyRow, RETIRED, SHIPPED};
use crate::access::{ChangePolicies, CheckDecisions, Grant, Serve};
use crate::domain::event::{PublicEvent, PublicKind};
use crate::store::connection::{Db, on};
use crate::store::error::StoreError;
use crate::store::schema::{policy_versions, registry};
use crate::store::tx::{Entry, WriteTx};
use crate::store::world::{Extra, World};
use diesel::prelude::*;
use serde_json::{Value, json};

/// A version that is to come into force.
#[derive(Debug, Clone)]
pub struct Activation {
    /// Its digest.
    pub digest: String,
    /// Path and text of each file.
    pub files: Vec<(String, String)>,
    /// The signed note.
    pub note: String,
}

/// What a proposal came to.
#[derive(Debug)]
pub enum Proposed {
    /// It is a draft now.
    Draft(Entry),
    /// It was a draft already.
    Waiting,
    /// It is in force.
    InForce,
}

/// What an approval came to.
#[derive(Debug)]
pub enum Approved {
    /// It is in force from this entry on.
    Active(Entry),
    /// There is no such draft.
    NoDraft,
    /// Whoever approves is who proposed it.
    SamePerson,
    /// Meanwhile another version is in force than the one that the draft was held against.
    LiveChanged,
}

/// A version on its way into force, and what must still be so when the head of the log is locked.
pub(in crate::store) struct PolicyActivated {
    row: PolicyRow,
    /// The version that it takes the place of.
    replaces: String,
}

impl WriteTx<'_> {
    /// Puts the version of a program or of its directory in force; `None` where it is already, or
    /// where a published one is.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn activate_shipped(
        &mut self,
        grant: &Grant<Serve>,
        activation: &Activation,
    ) -> Result<Option<Entry>, StoreError> {
        let held = self.named()?;
        let stored = self.version(&held)?;
        let published = stored.as_ref().is_some_and(|row| row.origin == PUBLISHED);
        if published || (held == activation.digest && stored.is_some()) {
            return Ok(None);
        }
        let actor = json!(grant.actor());
        let row = PolicyRow {
            digest: activation.digest.clone(),
            files: json!(activation.files).to_string(),
            state: ACTIVE.to_owned(),
            origin: SHIPPED.to_owned(),
            why: String::new(),
            proposed_by: actor.to_string(),
            proposed_at: self.now.micros(),
            note: Some(activation.note.clone()),
            position: 0,
        };
        let payload = json!({ "version": row.digest, "replaces": held, "note": activation.note });
        let event = PublicEvent::new(PublicKind::Policy, grant.actor(), payload);
        let extra = PolicyActivated {
            row,
            replaces: held,
        };
        Ok(Some(
            self.public_with(event, Extra::Policy(Box::new(extra))),
        ))
    }

    /// Keeps a draft until somebody else approves it.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn propose_policy(
        &mut self,
        grant: &Grant<ChangePolicies>,
        digest: &str,
        files: &[(String, String)],
        why: &str,
    ) -> Result<Proposed, StoreError> {
        let held = self.version(digest)?;
        match held.as_ref().map(|row| row.state.as_str()) {
            Some(DRAFT) => return Ok(Proposed::Waiting),
            Some(ACTIVE) => return Ok(Proposed::InForce),
            _ => {}
        }
        let row = PolicyRow {
            digest: digest.to_owned(),
            files: json!(files).to_string(),
            state: DRAFT.to_owned(),
            origin: PUBLISHED.to_owned(),
            why: why.to_owned(),
            proposed_by: json!(grant.actor()).to_string(),
            proposed_at: self.now.micros(),
            note: None,
            position: 0,
        };
        let payload = json!({ "version": digest, "why": why });
        let event = PublicEvent::new(PublicKind::PolicyProposed, grant.actor(), payload);
        let extra = Extra::PolicyDraft(Box::new(row));
        Ok(Proposed::Draft(self.public_with(event, extra)))
    }

    /// Puts a draft in force that somebody else proposed. `live` is the version that it was
    /// held against, `gate` what came of that.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn approve_policy(
        &mut self,
        grant: &Grant<ChangePolicies>,
        digest: &str,
        live: &str,
        note: &str,
        gate: &Value,
    ) -> Result<Approved, StoreError> {
        let held = self.version(digest)?;
        let Some(row) = held.filter(|row| row.state == DRAFT) else {
            return Ok(Approved::NoDraft);
        };
        let proposer: Value = serde_json::from_str(&row.proposed_by).unwrap_or_default();
        if proposer == json!(grant.actor()) {
            return Ok(Approved::SamePerson);
        }
        if self.named()? != live {
            return Ok(Approved::LiveChanged);
        }
        let payload = json!({
            "version": digest, "replaces": live, "proposed_by": proposer,
            "why": row.why, "gate": gate, "note": note,
        });
        let event = PublicEvent::new(PublicKind::Policy, grant.actor(), payload);
        let row = PolicyRow {
            state: ACTIVE.to_owned(),
            note: Some(note.to_owned()),
            ..row
        };
        let extra = PolicyActivated {
            row,
            replaces: live.to_owned(),
        };
        let extra = Extra::Policy(Box::new(extra));
        Ok(Approved::Active(self.public_with(event, extra)))
    }

    /// Notes that this write decides by a version; the one that is in force where that is another.
    /// The commit fails and is run again where yet another comes first.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn decided_by(
        &mut self,
        _grant: &Grant<CheckDecisions>,
        version: &str,
    ) -> Result<Option<PolicyInForce>, StoreError> {
        let named = self.named()?;
        self.world.decided_by = Some(named.clone());
        if named == version {
            return Ok(None);
        }
        let held = in_force(self.db);
        self.broken |= held.is_err();
        held.map(Some)
    }

    fn named(&mut self) -> Result<String, StoreError> {
        self.read(
            "reading the policy in force",
            |db| on!(db, conn => registry::table.select(registry::policy).first(conn)),
        )
    }

    fn version(&mut self, digest: &str) -> Result<Option<PolicyRow>, StoreError> {
        self.read(
            "reading a policy version",
            |db| on!(db, conn => policy_versions::table.find(digest).first(conn).optional()),
        )
    }
}

/// Refuses a batch that decided by a version that is no longer in force, now that the head of the
/// log is locked: what follows an activation is decided by it.
pub(in crate::store) fn still_in_force(db: &mut Db, world: &World) -> Result<(), StoreError> {
    let Some(decided_by) = &world.decided_by else {
        return Ok(());
    };
    // an activation in this very batch comes before some of its decisions
    let activates = |(_, extra): &(usize, Extra)| matches!(extra, Extra::Policy(_));
    if in_force_named(db)? == *decided_by && !world.extras.iter().any(activates) {
        return Ok(());
    }
    Err(StoreError::Failed {
        doing: "deciding",
        kind: "another policy version came first".into(),
    })
}

/// Writes a draft down; one that was in force before is a draft again.
pub(in crate::store) fn draft(db: &mut Db, row: PolicyRow) -> Result<(), StoreError> {
    let doing = "keeping a policy draft";
    let renewed = on!(db, conn => diesel::update(policy_versions::table.find(&row.digest)
        .filter(policy_versions::state.eq(RETIRED))).set(&row).execute(conn))
    .map_err(StoreError::failed(doing))?;
    if renewed == 0 {
        on!(db, conn => diesel::insert_into(policy_versions::table).values(&row).execute(conn))
            .map_err(StoreError::failed(doing))?;
    }
    Ok(())
}

/// Puts a version in force, now that the head of the log is locked. Where another node was quicker,
/// the statement changes nothing and the whole write is run again.
pub(in crate::store) fn activate(
    db: &mut Db,
    activated: PolicyActivated,
    position: i64,
) -> Result<(), StoreError> {
    let doing = "activating a policy version";
    let row = PolicyRow {
        position,
        ..activated.row
    };
    let moved = on!(db, conn => diesel::update(registry::table
        .filter(registry::policy.eq(&activated.replaces)))
        .set((registry::policy.eq(&row.digest), registry::policy_at.eq(position.saturating_add(1))))
        .execute(conn))
    .map_err(StoreError::failed(doing))?;
    if moved == 0 {
        return Err(StoreError::Failed {
            doing,
            kind: "another version came first".into(),
        });
    }
    on!(db, conn => diesel::update(policy_versions::table
        .filter(policy_versions::state.eq(ACTIVE)))
        .set(policy_versions::state.eq(RETIRED)).execute(conn))
    .map_err(StoreError::failed(doing))?;
    let known = on!(db, conn => diesel::update(policy_versions::table.find(&row.digest))
        .set(&row).execute(conn))
    .map_err(StoreError::failed(doing))?;
    if known == 0 {
        on!(db, conn => diesel::insert_into(policy_versions::table).values(&row).execute(conn))
            .map_err(StoreError::failed(doing))?;
    }
    Ok(())
}
