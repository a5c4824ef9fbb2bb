//! What commands about keys, clients and accounts have in common.

use super::output::{Failure, say};
use crate::access::{Grant, Permission, Principal, authorize};
use crate::app::{App, Refusal};
use crate::domain::personal::Secret;
use crate::domain::registry::Role;
use clap::ValueEnum;
use std::io::BufRead;

/// A role, as the command line writes it.
#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum RoleArg {
    /// Records consents; of staff, the agent in a shop or on the telephone
    #[value(alias = "agent")]
    Collector,
    /// Asks before it sends; of staff, whoever plans campaigns
    #[value(alias = "marketer")]
    Marketing,
    /// Reads, exports, requests
    Dpo,
    /// Writes policies, purposes and notices, and sees nobody's data
    PrivacyEngineer,
    /// Reads, and changes nothing
    Auditor,
    /// Everything
    Admin,
}

impl From<RoleArg> for Role {
    fn from(role: RoleArg) -> Self {
        match role {
            RoleArg::Collector => Self::Collector,
            RoleArg::Marketing => Self::Marketing,
            RoleArg::Dpo => Self::Dpo,
            RoleArg::PrivacyEngineer => Self::PrivacyEngineer,
            RoleArg::Auditor => Self::Auditor,
            RoleArg::Admin => Self::Admin,
        }
    }
}

/// What the operator may do with keys and accounts.
pub(super) fn grant<P: Permission>() -> Result<Grant<P>, Failure> {
    Ok(authorize(&Principal::Operator).map_err(Refusal::from)?)
}

/// Who acts: a staff account whose password is read from standard input, and the code of its second factor from the
/// next line where it has one.
pub(super) fn person<P: Permission>(app: &App, login: &str) -> Result<Grant<P>, Failure> {
    say("password, then Enter:");
    let line = || {
        let mut line = String::new();
        let read = std::io::stdin().lock().read_line(&mut line);
        read.map(|_| line.trim_end_matches(['\n', '\r']).to_owned())
    };
    let password = Secret::new(line()?);
    let code = || {
        say("code of the authenticator app, or a recovery code, then Enter:");
        // without a line there is no code, which is wrong
        line().unwrap_or_default()
    };
    let found = app.staff_principal(login, &password, code, app.now())?;
    let wrong = || Failure::usage("no staff account has this name, password and code");
    Ok(authorize(&found.ok_or_else(wrong)?).map_err(Refusal::from)?)
}
