//! `placet user …`, and the settings of staff accounts.

use super::config::{Config, ConfigError};
use super::doors::{RoleArg, grant};
use super::open;
use super::output::{Exit, Failure, print, say};
use crate::access::factor::SecondFactor;
use crate::access::password::rule::ALONE;
use crate::app::accounts::Accounts;
use crate::domain::personal::Secret;
use crate::domain::time::rfc3339;
use crate::store::StaffAccount;
use chrono::TimeDelta;
use clap::Subcommand;
use serde_json::{Value, json};
use std::io::BufRead;

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
    /// Tell which accounts there are
    #[command(after_help = "Example: placet user list")]
    List,
    /// Have nobody sign in with an account any more; its sessions end at once
    #[command(after_help = "Example: placet user disable k.dupuis")]
    Disable {
        /// The name to sign in with
        login: String,
    },
    /// Let an account sign in again
    #[command(after_help = "Example: placet user enable k.dupuis")]
    Enable {
        /// The name to sign in with
        login: String,
    },
    /// Take the second factor of an account away: whoever knows its password sets up another
    #[command(after_help = "Example: placet user reset-second-factor k.dupuis")]
    ResetSecondFactor {
        /// The name to sign in with
        login: String,
    },
}

/// Runs `placet user …`.
///
/// # Errors
/// Where it could not be done.
pub fn user(command: &UserCommand, config: &Config, as_json: bool) -> Result<Exit, Failure> {
    let app = open(config)?;
    match command {
        UserCommand::Add { login, role } => {
            say(&format!(
                "password (at least {ALONE} characters), then Enter:"
            ));
            let mut line = String::new();
            std::io::stdin().lock().read_line(&mut line)?;
            let password = Secret::new(line.trim_end_matches(['\n', '\r']).to_owned());
            let id = app.add_staff(&grant()?, login, (*role).into(), &password, app.now())?;
            let text = if as_json {
                json!({ "id": id }).to_string()
            } else {
                id.to_string()
            };
            return print(&text);
        }
        UserCommand::List => {
            let all = app.staff_accounts(&grant()?)?;
            if as_json {
                let all: Vec<Value> = all.iter().map(as_value).collect();
                return print(&Value::from(all).to_string());
            }
            return print(&all.iter().map(line).collect::<Vec<_>>().join("\n"));
        }
        UserCommand::Disable { login } => app.disable_staff(&grant()?, login, true, app.now())?,
        UserCommand::Enable { login } => app.disable_staff(&grant()?, login, false, app.now())?,
        UserCommand::ResetSecondFactor { login } => {
            app.reset_second_factor(&grant()?, login, app.now())?;
        }
    }
    Ok(Exit::Ok)
}

fn line(account: &StaffAccount) -> String {
    let factor = if account.has_factor {
        "second factor"
    } else {
        "password alone"
    };
    let role = account.role.as_str();
    let disabled = account
        .disabled_at
        .map(|at| format!("\tdisabled {}", rfc3339(at)));
    format!(
        "{}\t{role}\t{factor}{}",
        account.login,
        disabled.unwrap_or_default()
    )
}

fn as_value(account: &StaffAccount) -> Value {
    json!({
        "id": account.id,
        "login": account.login,
        "role": account.role,
        "second_factor": account.has_factor,
        "created_at": rfc3339(account.created_at),
        "disabled_at": account.disabled_at.map(rfc3339),
    })
}

/// How accounts and sessions are held.
///
/// # Errors
/// Where a setting cannot be used.
pub fn accounts(config: &Config) -> Result<Accounts, ConfigError> {
    let second_factor = match config.get("staff_second_factor").as_str() {
        "required" => SecondFactor::Required,
        "optional" => SecondFactor::Optional,
        _ => {
            return Err(ConfigError::Value {
                name: "staff_second_factor",
                mend: "must be required, or optional where the data are made up".into(),
            });
        }
    };
    Ok(Accounts {
        second_factor,
        idle: TimeDelta::minutes(config.number("staff_idle_minutes", 1..=720)?),
        lasting: TimeDelta::hours(config.number("staff_session_hours", 1..=24)?),
        views_alarm: config.number("views_alarm", 0..=100_000)?.unsigned_abs(),
    })
}
