//! Versions of the policies: drafts, what is in force, and what was.

mod read;
mod write;

pub use read::ReadsPolicies;
pub(super) use read::in_force;
pub use write::{Activation, Approved, Proposed};
pub(super) use write::{PolicyActivated, activate, draft, still_in_force};

use super::schema;
use crate::domain::ids::Position;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;

/// The states of a version.
pub(super) const DRAFT: &str = "draft";
pub(super) const ACTIVE: &str = "active";
pub(super) const RETIRED: &str = "retired";
/// It came with the program, or from the operator's directory.
pub(super) const SHIPPED: &str = "shipped";
/// It was published by two persons.
pub(super) const PUBLISHED: &str = "published";

/// The policy version that is in force at a position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyInForce {
    /// Its digest; empty where none was activated yet.
    pub version: String,
    /// What is stored of it; nothing of a version of a program before versions were stored.
    pub stored: Option<StoredPolicy>,
}

/// A version as the database holds it. Nothing of it is believed before it is held against the
/// digest and the signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPolicy {
    /// Path and text of each file.
    pub files: Vec<(String, String)>,
    /// What is known of it besides.
    pub about: PolicyRecord,
}

/// What is known of a version besides its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyRecord {
    /// `sha256:` and 64 hex digits.
    pub digest: String,
    /// `draft`, `active` or `retired`.
    pub state: String,
    /// Whether two persons published it, rather than a program that came with it.
    pub published: bool,
    /// Why it was proposed, in the proposer's words.
    pub why: String,
    /// Who proposed it, as the ledger names them.
    pub proposed_by: Value,
    /// When.
    pub proposed_at: DateTime<Utc>,
    /// The signed note, once it came into force.
    pub note: Option<String>,
    /// The entry that brought it into its state.
    pub position: Position,
}

#[derive(Insertable, Queryable, AsChangeset, Clone)]
#[diesel(table_name = schema::policy_versions, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(super) struct PolicyRow {
    pub digest: String,
    pub files: String,
    pub state: String,
    pub origin: String,
    pub why: String,
    pub proposed_by: String,
    pub proposed_at: i64,
    pub note: Option<String>,
    pub position: i64,
}
