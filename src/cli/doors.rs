//! What commands about keys, clients and accounts have in common.

use super::output::Failure;
use crate::access::{Grant, Permission, Principal, authorize};
use crate::app::Refusal;
use crate::domain::registry::Role;
use clap::ValueEnum;

/// A role, as the command line writes it.
#[derive(Clone, Copy, ValueEnum)]
pub enum RoleArg {
    /// Records consents
    Collector,
    /// Asks before it sends
    Marketing,
    /// Reads, exports, requests
    Dpo,
    /// Everything
    Admin,
}

impl From<RoleArg> for Role {
    fn from(role: RoleArg) -> Self {
        match role {
            RoleArg::Collector => Self::Collector,
            RoleArg::Marketing => Self::Marketing,
            RoleArg::Dpo => Self::Dpo,
            RoleArg::Admin => Self::Admin,
        }
    }
}

/// What the operator may do with keys and accounts.
pub(super) fn grant<P: Permission>() -> Result<Grant<P>, Failure> {
    Ok(authorize(&Principal::Operator).map_err(Refusal::from)?)
}
