//! `placet client …`.

use super::api_keys::{Terms, list, revoke};
use super::config::Config;
use super::doors::{RoleArg, grant};
use super::open;
use super::output::{Exit, Failure, print};
use super::public_key;
use crate::access::ManageAccess;
use crate::app::oauth::NewClient;
use clap::Subcommand;
use serde_json::json;
use std::path::PathBuf;

/// `placet client …`
#[derive(Subcommand)]
pub enum ClientCommand {
    /// Register a client by the public half of its key pair, and print its `client_id`
    #[command(
        after_help = "Example:\n  openssl genpkey -algorithm ed25519 -out crm.key && openssl pkey -in crm.key -pubout -out crm.pem\n  placet client add crm --role collector --key crm.pem"
    )]
    Add {
        /// What it is
        name: String,
        /// What it may do
        #[arg(long)]
        role: RoleArg,
        /// Its public key: a JWK, or PEM; Ed25519 or P-256
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        #[command(flatten)]
        terms: Terms,
    },
    /// Tell which clients there are, until when, and when each was here last
    #[command(after_help = "Example: placet client list")]
    List,
    /// Revoke a client: it gets no token, and those that it has open nothing from the next request on
    #[command(after_help = "Example: placet client revoke 0193…")]
    Revoke {
        /// The client's id, as `list` prints it
        id: String,
    },
}

/// Runs `placet client …`.
///
/// # Errors
/// Where it could not be done.
pub fn run(command: &ClientCommand, config: &Config, as_json: bool) -> Result<Exit, Failure> {
    match command {
        ClientCommand::Add {
            name,
            role,
            key,
            terms,
        } => {
            let new = NewClient {
                key: public_key::read(key)?,
                terms: terms.key(name, *role),
            };
            let app = open(config)?;
            let id = app.add_client(&grant()?, new, app.now())?;
            if as_json {
                return print(&json!({ "client_id": id }).to_string());
            }
            print(&id.to_string())
        }
        ClientCommand::List => {
            let app = open(config)?;
            let all = app.keys_listed(&grant::<ManageAccess>()?)?;
            let clients = all.iter().filter(|key| key.terms.public_key.is_some());
            list(clients, app.now().utc(), as_json)
        }
        ClientCommand::Revoke { id } => revoke(&open(config)?, id),
    }
}
