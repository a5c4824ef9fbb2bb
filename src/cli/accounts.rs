//! `placet user …`, and the settings of staff accounts.

use super::config::{Config, ConfigError};
use super::doors::{RoleArg, grant};
use super::open;
use super::output::{Exit, Failure, print, say};
use super::period;
use crate::access::factor::SecondFactor;
use crate::access::password::rule::ALONE;
use crate::access::roles;
use crate::access::second_person::SecondPerson;
use crate::app::accounts::Accounts;
use crate::domain::personal::Secret;
use crate::domain::registry::{Bounds, Slug, StaffTerms};
use crate::domain::time::rfc3339;
use crate::store::StaffAccount;
use chrono::{DateTime, TimeDelta, Utc};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::io::BufRead;

/// `placet user …`
#[derive(Subcommand)]
pub enum UserCommand {
    /// Make a staff account; its password is read from standard input
    #[command(
        after_help = "Examples:\n  placet user add --login dpo --role dpo < password.txt\n  placet user add --login k.dupuis --role agent --brand lumen < password.txt\n  placet user add --login cabinet --role auditor --until 2027-03-31 < password.txt"
    )]
    Add {
        /// The name to sign in with
        #[arg(long)]
        login: String,
        #[command(flatten)]
        terms: TermsArg,
        /// Make it without a password, for who has this subject (`sub`) at the provider (`oidc_issuer`)
        #[arg(long, value_name = "SUB")]
        oidc_sub: Option<String>,
    },
    /// Bind an account to somebody at the provider, who signs in with it from then on. Its sessions end at once
    #[command(after_help = "Example: placet user link k.dupuis --oidc-sub 248289761001")]
    Link {
        /// The name of the account
        login: String,
        /// The subject (`sub`) that the provider names
        #[arg(long, value_name = "SUB")]
        oidc_sub: String,
    },
    /// Have nobody at the provider sign in with an account any more. Its sessions end at once
    #[command(after_help = "Example: placet user unlink k.dupuis")]
    Unlink {
        /// The name of the account
        login: String,
    },
    /// Give an account another role, end or bounds: what is not said is without them. Its sessions end at once
    #[command(
        after_help = "Example: placet user change k.dupuis --role agent --brand lumen --brand atlas"
    )]
    Change {
        /// The name to sign in with
        login: String,
        #[command(flatten)]
        terms: TermsArg,
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
    /// End every session of an account, at once and on every node; it may sign in again
    #[command(after_help = "Example: placet user end-sessions k.dupuis")]
    EndSessions {
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

/// What an account is for, until when, and for which brands.
#[derive(Args)]
pub struct TermsArg {
    /// What it may do; `placet roles` tells what that is
    #[arg(long)]
    role: RoleArg,
    /// Its last day, or the instant at which it ends [default: without an end; an auditor needs one]
    #[arg(long, value_name = "DAY", value_parser = period::end)]
    until: Option<DateTime<Utc>>,
    /// A brand (controller) that it is for, of an agent or marketer; may be given several times [default: all]
    #[arg(long = "brand", value_name = "ID")]
    brands: Vec<Slug>,
    /// A purpose that it is for; may be given several times [default: all]
    #[arg(long = "purpose", value_name = "ID")]
    purposes: Vec<Slug>,
}

impl TermsArg {
    fn terms(&self) -> StaffTerms {
        StaffTerms {
            role: self.role.into(),
            until: self.until,
            bounds: Bounds {
                brands: self.brands.iter().cloned().collect(),
                purposes: self.purposes.iter().cloned().collect(),
                ..Bounds::default()
            },
        }
    }
}

/// Runs `placet user …`.
///
/// # Errors
/// Where it could not be done.
pub fn user(command: &UserCommand, config: &Config, as_json: bool) -> Result<Exit, Failure> {
    let app = open(config)?;
    match command {
        UserCommand::Add {
            login,
            terms,
            oidc_sub: Some(subject),
        } => {
            let (grant, terms) = (grant()?, terms.terms());
            let id = app.add_identified_staff(&grant, login, terms, subject, app.now())?;
            return made(&id.to_string(), as_json);
        }
        UserCommand::Add { login, terms, .. } => {
            say(&format!(
                "password (at least {ALONE} characters), then Enter:"
            ));
            let mut line = String::new();
            std::io::stdin().lock().read_line(&mut line)?;
            let password = Secret::new(line.trim_end_matches(['\n', '\r']).to_owned());
            let id = app.add_staff(&grant()?, login, terms.terms(), &password, app.now())?;
            return made(&id.to_string(), as_json);
        }
        UserCommand::Link { login, oidc_sub } => {
            app.link_staff(&grant()?, login, Some(oidc_sub), app.now())?;
        }
        UserCommand::Unlink { login } => app.link_staff(&grant()?, login, None, app.now())?,
        UserCommand::List => {
            let all = app.staff_accounts(&grant()?)?;
            if as_json {
                let all: Vec<Value> = all.iter().map(as_value).collect();
                return print(&Value::from(all).to_string());
            }
            return print(&all.iter().map(line).collect::<Vec<_>>().join("\n"));
        }
        UserCommand::Change { login, terms } => {
            app.change_staff(&grant()?, login, terms.terms(), app.now())?;
        }
        UserCommand::Disable { login } => app.disable_staff(&grant()?, login, true, app.now())?,
        UserCommand::EndSessions { login } => {
            app.end_staff_sessions(&grant()?, login, app.now())?;
        }
        UserCommand::Enable { login } => app.disable_staff(&grant()?, login, false, app.now())?,
        UserCommand::ResetSecondFactor { login } => {
            app.reset_second_factor(&grant()?, login, app.now())?;
        }
    }
    Ok(Exit::Ok)
}

fn made(id: &str, as_json: bool) -> Result<Exit, Failure> {
    let text = if as_json {
        json!({ "id": id }).to_string()
    } else {
        id.to_owned()
    };
    print(&text)
}

/// Runs `placet roles`.
///
/// # Errors
/// Where it cannot be printed.
pub fn roles(as_json: bool) -> Result<Exit, Failure> {
    if !as_json {
        return print(roles::page().trim_end());
    }
    let line = |line: roles::Line| {
        json!({
            "permission": line.name,
            "what": line.what,
            "within_bounds": line.by_scope,
            "keys": line.keys,
            "staff": line.staff,
            "operator": line.operator,
        })
    };
    let all: Vec<Value> = roles::table().into_iter().map(line).collect();
    print(&json!({ "permissions": all }).to_string())
}

fn line(account: &StaffAccount) -> String {
    let factor = if account.has_factor {
        "second factor"
    } else {
        "password alone"
    };
    let provider = account.identity.map(|_| "\tby the provider".to_owned());
    let terms = &account.terms;
    let brands = terms.bounds.brands.iter().map(|id| format!("\tbrand {id}"));
    let purposes = terms.bounds.purposes.iter();
    let purposes = purposes.map(|id| format!("\tpurpose {id}"));
    let until = terms.until.map(|at| format!("\tuntil {}", rfc3339(at)));
    let disabled = account.disabled_at;
    let disabled = disabled.map(|at| format!("\tdisabled {}", rfc3339(at)));
    let more: String = brands
        .chain(purposes)
        .chain(until)
        .chain(disabled)
        .chain(provider)
        .collect();
    format!("{}\t{}\t{factor}{more}", account.login, terms.role.as_str())
}

fn as_value(account: &StaffAccount) -> Value {
    json!({
        "id": account.id,
        "login": account.login,
        "role": account.terms.role,
        "until": account.terms.until.map(rfc3339),
        "brands": account.terms.bounds.brands,
        "purposes": account.terms.bounds.purposes,
        "second_factor": account.has_factor,
        "created_at": rfc3339(account.created_at),
        "disabled_at": account.disabled_at.map(rfc3339),
        "by_provider": account.identity.is_some(),
        "role_by_groups": account.mapped,
    })
}

fn second_person(config: &Config) -> Result<SecondPerson, ConfigError> {
    match config.get("second_person").as_str() {
        "required" => Ok(SecondPerson::Required),
        "not_required" => Ok(SecondPerson::NotRequired),
        _ => Err(ConfigError::Value {
            name: "second_person",
            mend: "must be required, or not_required where there is no other person".into(),
        }),
    }
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
        second_person: second_person(config)?,
        idle: TimeDelta::minutes(config.number("staff_idle_minutes", 1..=720)?),
        lasting: TimeDelta::hours(config.number("staff_session_hours", 1..=24)?),
        views_alarm: config.number("views_alarm", 0..=100_000)?.unsigned_abs(),
    })
}
