//! `placet api-key …`.

use super::config::Config;
use super::doors::{RoleArg, grant};
use super::open;
use super::output::{Exit, Failure, print};
use crate::access::ManageAccess;
use crate::app::create_key::{NewKey, is_near};
use crate::domain::duration::CalendarPeriod;
use crate::domain::network::Network;
use crate::domain::registry::brand::Host;
use crate::domain::registry::{Bounds, Slug};
use crate::domain::time::rfc3339;
use crate::store::ListedKey;
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

/// `placet api-key …`
#[derive(Subcommand)]
pub enum ApiKeyCommand {
    /// Make a key and print it alone; it is shown this once
    #[command(
        after_help = "Examples:\n  placet api-key create --name mailer --role marketing\n  placet api-key create --name till --role collector --expires P90D --brand lumen --network 10.1.0.0/16"
    )]
    Create {
        /// What it is for
        #[arg(long)]
        name: String,
        /// What it may do
        #[arg(long)]
        role: RoleArg,
        #[command(flatten)]
        terms: Terms,
    },
    /// Tell which keys there are, until when, and when each was used last; no secret
    #[command(after_help = "Example: placet api-key list")]
    List,
    /// Revoke a key: it opens nothing from the next request on
    #[command(after_help = "Example: placet api-key revoke 0193…")]
    Revoke {
        /// The key's id, as `list` prints it
        id: String,
    },
}

/// For how long, on what, and from where.
#[derive(Args, Clone)]
pub struct Terms {
    /// For how long it opens, a year at most [default: P1Y]
    #[arg(long, value_name = "PERIOD")]
    expires: Option<CalendarPeriod>,
    /// A brand (controller) whose purposes it may act on; may be given several times [default: all]
    #[arg(long = "brand", value_name = "ID")]
    brands: Vec<Slug>,
    /// A purpose that it may act on; may be given several times [default: all]
    #[arg(long = "purpose", value_name = "ID")]
    purposes: Vec<Slug>,
    /// A network that it may be used from; may be given several times [default: any]
    #[arg(long = "network", value_name = "CIDR")]
    networks: Vec<Network>,
    /// A host name that the caller's client certificate must be for, see `tls_client_ca`; may be given several times
    /// [default: none is asked for]
    #[arg(long = "certificate", value_name = "NAME", value_parser = host)]
    certificates: Vec<Host>,
}

fn host(text: &str) -> Result<Host, &'static str> {
    Host::try_from(text.to_owned())
}

impl Terms {
    /// The key that is to be made on these terms.
    pub fn key(&self, name: &str, role: RoleArg) -> NewKey {
        NewKey {
            name: name.to_owned(),
            role: role.into(),
            expires: self.expires,
            bounds: Bounds {
                brands: self.brands.iter().cloned().collect(),
                purposes: self.purposes.iter().cloned().collect(),
                networks: self.networks.iter().copied().collect(),
                certificates: self.certificates.iter().cloned().collect(),
            },
        }
    }
}

/// Runs `placet api-key …`.
///
/// # Errors
/// Where it could not be done.
pub fn run(command: &ApiKeyCommand, config: &Config, as_json: bool) -> Result<Exit, Failure> {
    let app = open(config)?;
    match command {
        ApiKeyCommand::Create { name, role, terms } => {
            let (id, token) = app.create_key(&grant()?, terms.key(name, *role), app.now())?;
            if as_json {
                return print(&json!({ "id": id, "key": token.reveal() }).to_string());
            }
            print(token.reveal())
        }
        ApiKeyCommand::List => {
            let all = app.keys_listed(&grant::<ManageAccess>()?)?;
            let keys = all.iter().filter(|key| key.terms.public_key.is_none());
            list(keys, app.now().utc(), as_json)
        }
        ApiKeyCommand::Revoke { id } => revoke(&app, id),
    }
}

/// Revokes a key or a client.
pub fn revoke(app: &crate::app::App, id: &str) -> Result<Exit, Failure> {
    let id = id
        .parse()
        .map_err(|_| Failure::usage("this is no key id; `list` prints them"))?;
    app.revoke_key(&grant()?, id, app.now())?;
    Ok(Exit::Ok)
}

/// Prints keys or clients.
pub fn list<'a>(
    keys: impl Iterator<Item = &'a ListedKey>,
    now: DateTime<Utc>,
    as_json: bool,
) -> Result<Exit, Failure> {
    if as_json {
        let all: Vec<Value> = keys.map(|key| told(key, now)).collect();
        return print(&json!({ "keys": all }).to_string());
    }
    let lines: Vec<String> = keys.map(|key| line(key, now)).collect();
    print(&lines.join("\n"))
}

fn state(key: &ListedKey, now: DateTime<Utc>) -> &'static str {
    match key.revoked_at {
        Some(_) => "revoked",
        None if key.terms.expires_at <= now => "over",
        None if is_near(key.terms.expires_at, now) => "ends soon",
        None => "opens",
    }
}

fn told(key: &ListedKey, now: DateTime<Utc>) -> Value {
    let terms = &key.terms;
    json!({
        "id": key.id, "name": terms.name, "role": terms.role, "state": state(key, now),
        "created_at": rfc3339(key.created_at), "expires_at": rfc3339(terms.expires_at),
        "revoked_at": key.revoked_at.map(rfc3339), "used_at": key.used_at.map(rfc3339),
        "bounds": terms.bounds, "public_key": terms.public_key,
    })
}

fn line(key: &ListedKey, now: DateTime<Utc>) -> String {
    let (terms, day) = (&key.terms, |at: DateTime<Utc>| at.date_naive().to_string());
    let used = key
        .used_at
        .map_or("never".into(), |at| at.format("%Y-%m-%d %H:%M").to_string());
    let bounds = if terms.bounds.is_empty() {
        String::new()
    } else {
        format!("  {}", json!(terms.bounds))
    };
    format!(
        "{}  {:<9}  {:<9}  until {}  used {used:<16}  {}{bounds}",
        key.id,
        state(key, now),
        terms.role.as_str(),
        day(terms.expires_at),
        terms.name,
    )
}
