//! `placet api-key …` and `placet user …`.

use super::config::Config;
use super::open;
use super::output::{Exit, Failure, print, say};
use crate::access::{Grant, ManageAccess, Principal, authorize};
use crate::app::Refusal;
use crate::domain::personal::Secret;
use crate::domain::registry::Role;
use clap::{Subcommand, ValueEnum};
use serde_json::json;
use std::io::BufRead;

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

/// `placet api-key …`
#[derive(Subcommand)]
pub enum ApiKeyCommand {
    /// Make a key and print it alone; it is shown this once
    #[command(after_help = "Example: placet api-key create --name mailer --role marketing")]
    Create {
        /// What it is for
        #[arg(long)]
        name: String,
        /// What it may do
        #[arg(long)]
        role: RoleArg,
    },
    /// Revoke a key: it opens nothing from the next request on
    #[command(after_help = "Example: placet api-key revoke 0193…")]
    Revoke {
        /// The key's id, as `create --json` prints it
        id: String,
    },
}

/// `placet user …`
#[derive(Subcommand)]
pub enum UserCommand {
    /// Make a staff account; its password is read from standard input
    #[command(after_help = "Example: placet user add --login dpo --role dpo < password.txt")]
    Add {
        /// The name to sign in with
        #[arg(long)]
        login: String,
        /// What it may do
        #[arg(long)]
        role: RoleArg,
    },
}

fn grant() -> Result<Grant<ManageAccess>, Failure> {
    Ok(authorize(&Principal::Operator).map_err(Refusal::from)?)
}

/// Runs `placet api-key …`.
///
/// # Errors
/// Where it could not be done.
pub fn api_key(command: &ApiKeyCommand, config: &Config, as_json: bool) -> Result<Exit, Failure> {
    let app = open(config)?;
    match command {
        ApiKeyCommand::Create { name, role } => {
            let (id, token) = app.create_key(&grant()?, name, (*role).into(), app.now())?;
            if as_json {
                return print(&json!({ "id": id, "key": token.reveal() }).to_string());
            }
            print(token.reveal())
        }
        ApiKeyCommand::Revoke { id } => {
            let id = id
                .parse()
                .map_err(|_| Failure::usage("this is no key id; `create --json` prints it"))?;
            app.revoke_key(&grant()?, id, app.now())?;
            Ok(Exit::Ok)
        }
    }
}

/// Runs `placet user …`.
///
/// # Errors
/// Where it could not be done.
pub fn user(command: &UserCommand, config: &Config, as_json: bool) -> Result<Exit, Failure> {
    let UserCommand::Add { login, role } = command;
    let app = open(config)?;
    say("password (at least 15 characters), then Enter:");
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    let password = Secret::new(line.trim_end_matches(['\n', '\r']).to_owned());
    let id = app.add_staff(&grant()?, login, (*role).into(), &password, app.now())?;
    let text = if as_json {
        json!({ "id": id }).to_string()
    } else {
        id.to_string()
    };
    print(&text)
}
