//! `placet register …`: the lists of opt-out registers.

use super::config::Config;
use super::open;
use super::output::{Exit, Failure, print, say};
use crate::access::{Grant, LoadRegisters, Principal, authorize};
use crate::app::Refusal;
use crate::app::registers::{RegisterSource, RegisterStatus};
use crate::domain::registry::{IdentifierKind, Register};
use crate::domain::time::rfc3339;
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::path::PathBuf;

/// `placet register …`
#[derive(Subcommand)]
pub enum RegisterCommand {
    /// Load a register's list, in the place of the one before
    #[command(after_help = "\
Examples:
  placet register load bloctel list.txt --date 2026-07-01
  placet register load rpo list.csv --full

The file has one entry a line, or is CSV with a header that names the columns: phone, email or
postal (or phone_hash, email_hash, postal_hash for the hashes that /v1/subjects/lookup gives), and
registered_at where it matters since when. A line that cannot be read is named, and nothing is loaded.")]
    Load(LoadArgs),
    /// Tell which lists are loaded, and whether they may be used
    #[command(after_help = "Example: placet register list")]
    List,
}

/// Loads a list.
#[derive(Args)]
pub struct LoadArgs {
    /// Which register: bloctel, `robinson_es`, `robinson_fr`, rpo, dncm or tps
    name: String,
    /// The file
    file: PathBuf,
    /// The day on which the list was issued [default: today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<NaiveDate>,
    /// The file holds the whole register: who is not in it is not registered
    #[arg(long)]
    full: bool,
}

/// Runs `placet register …`.
///
/// # Errors
/// Where a list cannot be loaded, or the data cannot be read.
pub fn run(command: &RegisterCommand, config: &Config, as_json: bool) -> Result<Exit, Failure> {
    let grant: Grant<LoadRegisters> = authorize(&Principal::Operator).map_err(Refusal::from)?;
    match command {
        RegisterCommand::Load(args) => load(args, &grant, config, as_json),
        RegisterCommand::List => {
            let app = open(config)?;
            show(&app.registers(&grant, app.now())?, as_json)
        }
    }
}

fn load(
    args: &LoadArgs,
    grant: &Grant<LoadRegisters>,
    config: &Config,
    as_json: bool,
) -> Result<Exit, Failure> {
    let register = Register::parse(&args.name).ok_or_else(|| {
        let names = Register::ALL.map(Register::as_str).join(", ");
        Failure::usage(format!("{} is none of {names}", args.name))
    })?;
    let file = std::fs::read(&args.file).map_err(|error| {
        Failure::usage(format!(
            "{}: {error}; name a file that can be read",
            args.file.display()
        ))
    })?;
    let app = open(config)?;
    let source = RegisterSource {
        register,
        file: &file,
        issued_on: args.date,
        complete: args.full,
    };
    let status = app.load_register(grant, source, app.now())?;
    if !args.full {
        say(
            "who is not in the file is not said to be unregistered; --full says that the file holds the whole register",
        );
    }
    if !status.fresh {
        say("the list is too old to be used: it counts as not loaded");
    }
    show(&[status], as_json)
}

fn show(all: &[RegisterStatus], as_json: bool) -> Result<Exit, Failure> {
    if as_json {
        let all: Vec<Value> = all.iter().map(told).collect();
        return print(&json!({ "registers": all }).to_string());
    }
    let lines: Vec<String> = all.iter().map(line).collect();
    print(&lines.join("\n"))
}

fn told(status: &RegisterStatus) -> Value {
    let name = status.register.as_str();
    let Some(loaded) = &status.loaded else {
        return json!({ "name": name, "state": state(status) });
    };
    json!({
        "name": name, "state": state(status), "issued_on": loaded.issued_on,
        "last_day": status.last_day(), "entries": loaded.entries, "full": loaded.complete,
        "lists": kinds(status), "loaded_at": rfc3339(loaded.loaded_at),
        "position": loaded.position, "file_mark": loaded.file_mark,
    })
}

fn line(status: &RegisterStatus) -> String {
    let (name, state) = (status.register.as_str(), state(status));
    let Some((loaded, last_day)) = status.loaded.as_ref().zip(status.last_day()) else {
        return format!("{name:<12} {state}");
    };
    let extent = if loaded.complete { "full" } else { "partial" };
    format!(
        "{name:<12} {state:<11} of {}, to be used until {last_day}; {} entries, {extent}, by {}",
        loaded.issued_on,
        loaded.entries,
        kinds(status).join(" and "),
    )
}

const fn state(status: &RegisterStatus) -> &'static str {
    match (&status.loaded, status.fresh) {
        (None, _) => "not loaded",
        (Some(_), true) => "fresh",
        (Some(_), false) => "stale",
    }
}

fn kinds(status: &RegisterStatus) -> Vec<&'static str> {
    let loaded = status.loaded.as_ref();
    let listed = |kind: &IdentifierKind| loaded.is_some_and(|one| one.kinds.has(*kind));
    let kinds = IdentifierKind::ALL.into_iter().filter(listed);
    kinds.map(IdentifierKind::as_str).collect()
}
