//! `placet restore`: a backup takes the database's place once everything that the erasure register knows
//! was applied to it again. Whatever breaks off is begun anew; half a restore is never served.

mod server;
mod swap;

use super::backup::manifest_of;
use super::config::Config;
use super::output::{Exit, Failure, print};
use super::setup;
use crate::app::again::{AppliedAgain, Look};
use crate::app::backup::{FORM, Manifest};
use crate::app::{App, Setup};
use crate::store::keys::MasterId;
use crate::store::{CopyHead, DatabaseUrl, Demand};
use clap::Args;
use serde_json::json;
use std::path::{Path, PathBuf};

pub(super) use swap::unfinished;

/// Brings a backup back.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  placet restore /backup/placet-2026-11-28\n  placet restore --finish   (a copy was put in place by hand)"
)]
pub struct RestoreArgs {
    /// The copy; FILE.json must be beside it
    #[arg(required_unless_present = "finish", conflicts_with = "finish")]
    file: Option<PathBuf>,
    /// Take the place of the database that is there; an embedded one is kept under another name
    #[arg(long)]
    replace: bool,
    /// Apply the erasure register to the database as it is, and do nothing else
    #[arg(long)]
    finish: bool,
    /// Go on though files of the erasure register are lost: who was erased or said no since the backup is
    /// forgotten then. The log says so
    #[arg(long, requires = "reason")]
    without_register: bool,
    /// Why; it stays in the log, so never a name
    #[arg(long, requires = "without_register")]
    reason: Option<String>,
}

impl RestoreArgs {
    fn look(&self) -> Result<Look, Failure> {
        let long = |reason: &String| reason.chars().count() > 500 || reason.trim().is_empty();
        if self.reason.as_ref().is_some_and(long) {
            return Err(Failure::usage("--reason must have 1 to 500 characters"));
        }
        let demand = if self.without_register {
            Demand::None
        } else {
            Demand::All
        };
        Ok(Look {
            demand,
            reason: self.reason.clone(),
        })
    }
}

/// Runs `placet restore`.
///
/// # Errors
/// Where the copy is not what its list says, the register or a key is missing, or a service runs.
pub fn run(args: &RestoreArgs, config: &Config, as_json: bool) -> Result<Exit, Failure> {
    let look = args.look()?;
    let Some(file) = &args.file else {
        let applied = brought_up(setup(config, "", Box::new(|_, _| ()))?, look)?;
        return tell(applied.as_ref(), None, as_json);
    };
    let manifest = manifest(file)?;
    let setup = setup(config, "", Box::new(|_, _| ()))?;
    opens(&manifest, setup.master_key.id())?;
    let (applied, kept) = match &setup.database {
        DatabaseUrl::Sqlite(_) => swap::run(file, &manifest, args.replace, setup, look)?,
        DatabaseUrl::Postgres(_) => {
            let applied = server::run(file, &manifest, args.replace, setup, look)?;
            (applied, None)
        }
    };
    tell(applied.as_ref(), kept.as_deref(), as_json)
}

/// Opens a database that came back, and applies what the register has.
fn brought_up(setup: Setup, look: Look) -> Result<Option<AppliedAgain>, Failure> {
    let app = App::open_restored(setup, look)?;
    let applied = app.applied_again().cloned();
    app.settle()?;
    Ok(applied)
}

fn manifest(file: &Path) -> Result<Manifest, Failure> {
    let beside = manifest_of(file);
    let text = std::fs::read_to_string(&beside).map_err(|error| {
        Failure::usage(format!(
            "{} cannot be read ({error}): a backup is a copy and the list beside it, as placet backup makes them",
            beside.display()
        ))
    })?;
    let read: Option<Manifest> = serde_json::from_str(&text).ok();
    read.filter(|manifest| manifest.placet_backup == FORM)
        .ok_or_else(|| {
            let what = "is not the list of a backup that this version knows";
            Failure::usage(format!("{} {what}", beside.display()))
        })
}

/// A copy must be of the kind of its database, and what its list says.
fn fits(manifest: &Manifest, kind: &str) -> Result<(), Failure> {
    if manifest.database == kind {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "this is a backup of a {} database, and database_url names a {kind} one",
        manifest.database
    )))
}

/// A copy opens with the master key of then: before anything gives way to it.
fn opens(manifest: &Manifest, held: MasterId) -> Result<(), Failure> {
    let of_then = &manifest.master_keys;
    if of_then.is_empty() || of_then.contains(&held.to_string()) {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "this copy opens with the master key {}, and {held} was given. Give the one of then, --master-key-file; where it was \
         replaced since, replace it once more after the restore: placet keys replace-master",
        of_then.join(" or ")
    )))
}

fn wrong(what: &str) -> Failure {
    Failure::wrong(format!("{what}; take another backup"))
}

fn is_what_it_says(manifest: &Manifest, head: &CopyHead) -> Result<(), Failure> {
    let same = head.origin == manifest.origin
        && head.size == manifest.position
        && head.root == manifest.root;
    if same {
        return Ok(());
    }
    Err(wrong(
        "the log in this copy is not the one that its list names",
    ))
}

fn tell(
    applied: Option<&AppliedAgain>,
    kept: Option<&Path>,
    as_json: bool,
) -> Result<Exit, Failure> {
    if as_json {
        let told = json!({ "applied_again": applied, "replaced": kept });
        return print(&told.to_string());
    }
    let mut lines = vec![words(applied)];
    if let Some(kept) = kept {
        lines.push(format!(
            "the database that was there is kept as {}: remove it once you need it no more, it holds personal data",
            kept.display()
        ));
    }
    lines.push("next: placet audit check, then start the service".to_owned());
    print(&lines.join("\n"))
}

fn words(applied: Option<&AppliedAgain>) -> String {
    let Some(done) = applied else {
        return "restored; the erasure register has nothing that the database lacks".to_owned();
    };
    let a = &done.applied;
    let mut told = format!(
        "restored to entry {}, and applied again from the erasure register: {} erased, {} refusals and withdrawals, {} objections, \
         {} restrictions, {} pauses, {} contact points on the suppression list, {} API keys revoked, \
         {} deaths, {} corrected contact points\n",
        done.restored_to,
        a.erased,
        a.answers,
        a.objections,
        a.restrictions,
        a.pauses,
        a.suppressed,
        a.keys,
        a.deaths,
        a.corrections
    );
    if a.unknown > 0 {
        told.push_str(&format!(
            "{} of those persons the copy did not know: they were made anew, with their no and nothing else\n",
            a.unknown
        ));
    }
    if let Some(end) = done.register_to {
        told.push_str(&format!("the log had come to entry {end} at least\n"));
    }
    if done.lost > 0 {
        told.push_str(&format!(
            "{} file(s) of the register are lost: who was erased or said no since the backup, and stood only there, is not known. Ask \
             your mail tool and the register of requests\n",
            done.lost
        ));
    }
    told.push_str(
        "what cannot be known any more: consents given since the backup, new persons, changed purposes, new keys, accounts, decisions",
    );
    told
}
