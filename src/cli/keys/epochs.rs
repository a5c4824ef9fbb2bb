//! Key epochs: what there is, the next one, the end of an old one.

use super::{masters, signing};
use crate::access::{Grant, ManageEpochs, Principal, ReadKeys, authorize};
use crate::app::epochs::{Destroyed, EpochTold};
use crate::app::{App, Refusal};
use crate::cli::config::Config;
use crate::cli::doors::person;
use crate::cli::open_as_it_is;
use crate::cli::output::{Exit, Failure, print, say};
use crate::cli::progress::Bar;
use crate::store::keys::Epoch;
use crate::store::{EpochAnswer, Rewrapped};
use clap::Args;
use serde_json::json;
use std::time::{Duration, Instant};

/// How often nodes' answers are looked for.
const LOOK: Duration = Duration::from_millis(200);

/// How an epoch is rotated.
#[derive(Args)]
pub struct RotateArgs {
    /// How many seconds running nodes have to answer whether they hold the new file; each looks once a second
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    wait: u64,
    /// Begin the epoch although a running node lacks its file; that node refuses everything until it has it
    #[arg(long)]
    force: bool,
    /// Make another file for an epoch that was prepared, whose file is lost
    #[arg(long)]
    anew: bool,
}

/// Which epoch is destroyed.
#[derive(Args)]
pub struct DestroyArgs {
    /// The epoch's number, as `placet keys list` tells it
    #[arg(value_name = "EPOCH")]
    epoch: i32,
    /// The second person: a DPO or administrator who is by, and types their password and code
    #[arg(long = "as", value_name = "LOGIN")]
    witness: Option<String>,
}

fn grant() -> Result<Grant<ManageEpochs>, Failure> {
    Ok(authorize(&Principal::Operator).map_err(Refusal::from)?)
}

fn reader() -> Result<Grant<ReadKeys>, Failure> {
    Ok(authorize(&Principal::Operator).map_err(Refusal::from)?)
}

/// Prints every master key, epoch and signing key.
pub fn list(config: &Config, as_json: bool) -> Result<Exit, Failure> {
    let app = open_as_it_is(config)?;
    let reader = reader()?;
    let epochs = app.key_epochs(&reader)?;
    if as_json {
        let (masters, nodes) = (app.master_keys(&reader)?, app.master_nodes(&reader)?);
        let all = json!({
            "master_keys": masters, "nodes": nodes, "epochs": epochs, "keys": signing::values(&app, &reader)?,
        });
        return print(&all.to_string());
    }
    let mut lines = masters::lines(&app, &reader)?;
    lines.extend(epochs.iter().map(line));
    lines.extend(signing::lines(&app, &reader)?);
    print(&lines.join("\n"))
}

fn line(told: &EpochTold) -> String {
    let EpochTold {
        epoch,
        state,
        persons,
        ..
    } = told;
    let file = match (&told.file, told.file_is_there, *state) {
        (None, ..) => "made of the root alone, which the master key opens".to_owned(),
        (Some(file), true, "destroyed") => {
            format!("{file} IS STILL HERE: placet keys destroy-epoch {epoch}")
        }
        (Some(_), false, "destroyed") => "no file".to_owned(),
        (Some(file), true, _) => file.clone(),
        (Some(file), false, _) => format!("{file} IS MISSING"),
    };
    let dated = |word: &str, at: &Option<String>| {
        at.as_ref()
            .map_or_else(String::new, |at| format!(", {word} {at}"))
    };
    let (begun, destroyed) = (
        dated("begun", &told.begun_at),
        dated("destroyed", &told.destroyed_at),
    );
    format!("epoch {epoch}  {state:<9} {persons} persons{begun}{destroyed}\n          {file}")
}

/// Begins the next epoch, or finishes a rotation that was broken off.
pub fn rotate(args: &RotateArgs, config: &Config, as_json: bool) -> Result<Exit, Failure> {
    let (app, grant) = (open_as_it_is(config)?, grant()?);
    if app.keys_of_earlier_epochs(&grant)? > 0 {
        say("An earlier rotation was broken off: wrapping the keys that it left.");
        let done = rewrap(&app, &grant)?;
        if done.persons > 0 {
            return told(&app, done, as_json);
        }
    }
    let epoch = app.prepare_epoch(&grant, args.anew)?;
    say(&format!(
        "Key epoch {epoch} has its file: {}. Keep a copy of it where the master key's is, apart from the database.",
        app.keys().directory().file(epoch).display()
    ));
    asked(&app, &grant, epoch, args)?;
    app.begin_epoch(&grant, epoch, app.now())?;
    say(&format!(
        "Key epoch {epoch} has begun. Wrapping everybody's key again:"
    ));
    let done = rewrap(&app, &grant)?;
    told(&app, done, as_json)
}

/// Waits for what running nodes say of the epoch's file.
fn asked(
    app: &App,
    grant: &Grant<ManageEpochs>,
    epoch: Epoch,
    args: &RotateArgs,
) -> Result<(), Failure> {
    let until = Instant::now() + Duration::from_secs(args.wait);
    while !args.force && Instant::now() < until {
        std::thread::park_timeout(LOOK);
    }
    let answers = app.epoch_answers(grant, epoch)?;
    let lacking: Vec<&EpochAnswer> = answers.iter().filter(|answer| !answer.holds).collect();
    if lacking.is_empty() || args.force {
        return Ok(());
    }
    let names: Vec<&str> = lacking.iter().map(|answer| answer.name.as_str()).collect();
    Err(Failure::usage(format!(
        "nothing has changed yet: these nodes lack the file of key epoch {epoch}:\n  {}\n\
         Copy {} to the key directory of each, mode 0600, and run this again",
        names.join("\n  "),
        app.keys().directory().file(epoch).display()
    )))
}

fn rewrap(app: &App, grant: &Grant<ManageEpochs>) -> Result<Rewrapped, Failure> {
    let bar = Bar::new();
    let done = app.rewrap_keys(grant, &|done, total| bar.at(done, total))?;
    bar.end();
    Ok(done)
}

fn told(app: &App, done: Rewrapped, as_json: bool) -> Result<Exit, Failure> {
    let epochs = app.key_epochs(&reader()?)?;
    let past: Vec<String> = epochs
        .iter()
        .filter(|one| one.state == "past" && one.file.is_some() && one.persons == 0)
        .map(|one| one.epoch.to_string())
        .collect();
    if done.shut > 0 {
        say(&format!(
            "{} persons' keys do not open and were left as they are: placet keys list, placet audit check",
            done.shut
        ));
    }
    if !past.is_empty() {
        say(&format!(
            "Backups from before open with the files of epoch {}. When you need them no more: placet keys destroy-epoch",
            past.join(", ")
        ));
    }
    let current = epochs
        .iter()
        .find(|one| one.state == "current")
        .map_or(0, |one| one.epoch);
    let exit = if as_json {
        print(&json!({ "epoch": current, "persons": done.persons, "shut": done.shut }).to_string())
    } else {
        print(&format!(
            "key epoch {current}: {} persons wrapped",
            done.persons
        ))
    };
    exit.map(|exit| if done.shut > 0 { Exit::Wrong } else { exit })
}

/// Destroys an epoch's file.
pub fn destroy(args: &DestroyArgs, config: &Config, as_json: bool) -> Result<Exit, Failure> {
    let app = open_as_it_is(config)?;
    let witness = args.witness.as_deref();
    let witness = witness.map(|login| person(&app, login)).transpose()?;
    let epoch = Epoch::of(args.epoch);
    let done = app.destroy_epoch(&grant()?, epoch, witness.as_ref(), app.now())?;
    if as_json {
        return print(&json!(done).to_string());
    }
    let Destroyed {
        epoch,
        recorded,
        file_removed,
    } = done;
    let said = if recorded {
        "the log says so from here on"
    } else {
        "the log said so before"
    };
    let file = if file_removed {
        "its file is overwritten and gone"
    } else {
        "there was no file here"
    };
    say(
        "Run this on every other node, and destroy the copies in your backups of the key files: with one of them, and the \
         master key, an old backup of the database still opens.",
    );
    print(&format!("key epoch {epoch} is destroyed: {said}; {file}"))
}
