//! `placet systems …`: the systems that hold data about customers.

mod folder;
mod mysql;
mod postgres;
mod reach;
mod sqlite;
mod tasks;
mod webhook;

pub use reach::Ways;

use super::config::{Config, ConfigError};
use super::egress::Egress;
use super::open;
use super::output::{Exit, Failure, print, say};
use super::system::SystemClock;
use crate::access::{Grant, Permission, Principal, RegisterSystems, authorize};
use crate::app::Refusal;
use crate::app::systems::Reach;
use crate::domain::registry::Slug;
use crate::domain::systems::{Registered, System, ordered, read};
use clap::Subcommand;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// `placet systems …`
#[derive(Subcommand)]
pub enum SystemsCommand {
    /// Show what the files would change, and register what stands in them
    #[command(after_help = "Example: placet systems apply systems --dry-run")]
    Apply {
        /// Directory of *.toml files
        directory: PathBuf,
        /// Show only
        #[arg(long)]
        dry_run: bool,
    },
    /// Tell which are registered, in the order in which they are asked
    #[command(after_help = "Example: placet systems list")]
    List,
    /// Try each with an identifier that nobody has, changing nothing
    #[command(after_help = "Example: placet systems check crm")]
    Check {
        /// Only this one
        system: Option<String>,
    },
    /// Have the systems read or erase for one person, and wait for it
    #[command(after_help = "Example: placet systems run erase --email anne@example.fr")]
    Run(tasks::RunArgs),
    /// Go on with a request that was planned before
    #[command(after_help = "Example: placet systems resume 0199f0aa-5c11-7b0e-8a64-0a1b2c3d4e5f")]
    Resume {
        /// The request
        request: String,
        /// Seconds to wait for what is not done at once
        #[arg(long, default_value_t = 60)]
        wait: u64,
    },
    /// Tell how the tasks of a request stand
    #[command(after_help = "Example: placet systems tasks 0199f0aa-5c11-7b0e-8a64-0a1b2c3d4e5f")]
    Tasks {
        /// The request
        request: String,
    },
    /// Forget whom a request was about and what was found: it is over, its package is made
    #[command(after_help = "Example: placet systems forget 0199f0aa-5c11-7b0e-8a64-0a1b2c3d4e5f")]
    Forget {
        /// The request
        request: String,
    },
    /// Say what came of a task that waits for a person
    #[command(
        after_help = "Example: placet systems outcome 0199f0aa-5c11-7b0e-8a64-0a1b2c3d4e5f done --count 2 --evidence TICKET-411"
    )]
    Outcome(tasks::OutcomeArgs),
    /// Have a task that failed done again
    #[command(after_help = "Example: placet systems retry 0199f0aa-5c11-7b0e-8a64-0a1b2c3d4e5f")]
    Retry {
        /// The task
        task: String,
    },
}

/// Runs `placet systems …`.
///
/// # Errors
/// Where files cannot be read, or what is wanted cannot be done.
pub fn run(command: &SystemsCommand, config: &Config, as_json: bool) -> Result<Exit, Failure> {
    match command {
        SystemsCommand::Apply { directory, dry_run } => apply(directory, *dry_run, config, as_json),
        SystemsCommand::List => list(config, as_json),
        SystemsCommand::Check { system } => check(system.as_deref(), config, as_json),
        SystemsCommand::Run(args) => tasks::run(args, config, as_json),
        SystemsCommand::Resume { request, wait } => tasks::resume(request, *wait, config, as_json),
        SystemsCommand::Tasks { request } => tasks::tell(request, config, as_json),
        SystemsCommand::Forget { request } => tasks::forget(request, config),
        SystemsCommand::Outcome(args) => tasks::outcome(args, config),
        SystemsCommand::Retry { task } => tasks::retry(task, config),
    }
}

/// The ways to the systems.
///
/// # Errors
/// Where a setting of the way out cannot be read.
pub fn ways(config: &Config) -> Result<Ways, ConfigError> {
    Ok(Ways {
        clock: Arc::new(SystemClock),
        egress: Egress::of(config)?,
    })
}

fn grant<P: Permission>() -> Result<Grant<P>, Failure> {
    Ok(authorize(&Principal::Operator).map_err(Refusal::from)?)
}

fn files(directory: &Path) -> Result<Vec<Registered>, Failure> {
    let unreadable = |error: std::io::Error| {
        Failure::usage(format!("{} cannot be read: {error}", directory.display()))
    };
    let mut paths: Vec<PathBuf> = std::fs::read_dir(directory)
        .map_err(unreadable)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .collect();
    paths.sort();
    let (mut all, mut faults) = (Vec::new(), Vec::new());
    for path in paths {
        let text = std::fs::read_to_string(&path)?;
        match read(&path.display().to_string(), &text) {
            Ok(some) => all.extend(some),
            Err(some) => faults.extend(some.iter().map(ToString::to_string)),
        }
    }
    if !faults.is_empty() {
        return Err(Failure::usage(faults.join("\n")));
    }
    if all.is_empty() {
        let empty = format!("{} registers no system", directory.display());
        return Err(Failure::usage(empty));
    }
    Ok(all)
}

fn apply(directory: &Path, dry_run: bool, config: &Config, as_json: bool) -> Result<Exit, Failure> {
    let wanted = files(directory)?;
    let app = open(config)?;
    let difference = app.systems_difference(&wanted)?;
    if as_json {
        print(&json!({ "difference": difference, "applied": !dry_run }).to_string())?;
    } else if difference.is_empty() {
        print("nothing to change: all of it is registered")?;
    } else {
        let lines = difference
            .iter()
            .map(|one| format!("{:<8} {}", one.change, one.name));
        print(&lines.collect::<Vec<_>>().join("\n"))?;
    }
    if !dry_run && !difference.is_empty() {
        app.register_systems(&grant::<RegisterSystems>()?, &wanted)?;
        say("registered");
    }
    Ok(Exit::Ok)
}

fn list(config: &Config, as_json: bool) -> Result<Exit, Failure> {
    let systems = open(config)?.systems()?;
    let all: Vec<&System> = systems.iter().collect();
    let order = ordered(&all);
    if as_json {
        let all: Vec<&System> = order.iter().map(|one| one.system).collect();
        return print(&json!({ "systems": all }).to_string());
    }
    let line = |system: &System| {
        let yields: Vec<&str> = system.yields.iter().map(Slug::as_str).collect();
        let leads = if yields.is_empty() {
            String::new()
        } else {
            format!(" → {}", yields.join(", "))
        };
        format!(
            "{:<16} {}{leads}  {} ({})",
            system.id, system.asks_by, system.title, system.owner
        )
    };
    print(
        &order
            .iter()
            .map(|one| line(one.system))
            .collect::<Vec<_>>()
            .join("\n"),
    )
}

fn check(only: Option<&str>, config: &Config, as_json: bool) -> Result<Exit, Failure> {
    let systems = open(config)?.systems()?;
    let chosen = systems
        .iter()
        .filter(|system| only.is_none_or(|id| system.id.as_str() == id));
    let ways = ways(config)?;
    let tried: Vec<_> = chosen.map(|system| (system, ways.probe(system))).collect();
    if tried.is_empty() {
        return Err(Failure::usage(
            "no such system is registered; see placet systems list",
        ));
    }
    if as_json {
        let each = tried.iter().map(|(system, outcome)| {
            let fault = outcome.as_ref().err();
            json!({ "system": system.id, "ok": fault.is_none(),
                "why": fault.map(|fault| fault.why), "said": fault.map(ToString::to_string) })
        });
        print(&json!({ "systems": each.collect::<Vec<_>>() }).to_string())?;
    } else {
        let each = tried.iter().map(|(system, outcome)| match outcome {
            Ok(()) => format!("{:<16} can be asked", system.id),
            Err(fault) => format!("{:<16} {fault}", system.id),
        });
        print(&each.collect::<Vec<_>>().join("\n"))?;
    }
    let all_well = tried.iter().all(|(_, outcome)| outcome.is_ok());
    Ok(if all_well { Exit::Ok } else { Exit::Wrong })
}
