//! A set of packs as the command line names it.

use crate::access::{Grant, Principal, ReadPolicies, authorize};
use crate::app::Refusal;
use crate::cli::config::Config;
use crate::cli::open;
use crate::cli::output::Failure;
use crate::policy::{Pack, PolicyError, PolicySource};

/// What the operator may read of policies.
///
/// # Errors
/// Never in practice.
pub fn grant() -> Result<Grant<ReadPolicies>, Failure> {
    Ok(authorize(&Principal::Operator).map_err(Refusal::from)?)
}

/// Loads what is named: `live`, `shipped`, a stored version's digest, or a directory.
///
/// # Errors
/// Where it cannot be read.
pub fn load(name: &str, config: &Config) -> Result<Pack, Failure> {
    let refused = |error: PolicyError| Failure::usage(error.to_string());
    match name {
        "live" => Ok(open(config)?.live_pack(&grant()?)?),
        digest if digest.starts_with("sha256:") => {
            Ok(open(config)?.policy_pack(&grant()?, digest)?)
        }
        "shipped" => PolicySource::Embedded.load().map_err(refused),
        directory => {
            let source = PolicySource::Directory(directory.into());
            source.load().map_err(refused)
        }
    }
}
