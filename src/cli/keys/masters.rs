//! The master key: another one beside it, and the end of one of two.

use crate::access::{Grant, ManageMaster, Principal, ReadKeys, authorize};
use crate::app::masters::{MasterTold, NodeTold};
use crate::app::{App, Refusal};
use crate::cli::config::Config;
use crate::cli::doors::person;
use crate::cli::master_key::Source;
use crate::cli::output::{Exit, Failure, print, say};
use crate::cli::{open_as_it_is, places};
use crate::store::keys::{MasterId, MasterKey};
use clap::Args;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How often nodes' answers are looked for.
const LOOK: Duration = Duration::from_millis(200);

/// Which master key comes.
#[derive(Args)]
pub struct ReplaceArgs {
    /// The new master key's file: made, readable by its owner alone, where it is not there
    #[arg(
        long,
        value_name = "FILE",
        required_unless_present = "new_key_command",
        conflicts_with = "new_key_command"
    )]
    new_key_file: Option<PathBuf>,
    /// A program and its arguments that prints the new master key, 32 bytes in base64
    #[arg(long, value_name = "COMMAND")]
    new_key_command: Option<String>,
}

impl ReplaceArgs {
    fn source(&self) -> Result<Source, Failure> {
        let command = self.new_key_command.as_deref().and_then(Source::command);
        let file = self.new_key_file.clone().map(Source::File);
        file.or(command)
            .ok_or_else(|| Failure::usage("--new-key-command is empty"))
    }
}

/// Which master key goes.
#[derive(Args)]
pub struct ForgetArgs {
    /// The master key, as `placet keys list` names it
    #[arg(value_name = "ID")]
    id: MasterId,
    /// How many seconds running nodes have to say by which key they would start again; each looks once a second
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    wait: u64,
    /// Forget it although a running node would not start again, or without asking
    #[arg(long)]
    force: bool,
    /// The second person: a DPO or administrator who is by, and types their password and code
    #[arg(long = "as", value_name = "LOGIN")]
    witness: Option<String>,
}

fn grant() -> Result<Grant<ManageMaster>, Failure> {
    Ok(authorize(&Principal::Operator).map_err(Refusal::from)?)
}

/// The master key that is configured. What was opened by it keeps it not.
fn held(app: &App, config: &Config) -> Result<MasterKey, Failure> {
    places(config)?.master_key.load_or_make(app.entropy())
}

/// Every master key that opens the registry, and what nodes say of them, for the eye.
pub fn lines(app: &App, grant: &Grant<ReadKeys>) -> Result<Vec<String>, Failure> {
    let (keys, nodes) = (app.master_keys(grant)?, app.master_nodes(grant)?);
    let mut lines: Vec<String> = keys.iter().map(line).collect();
    if let [_, _, ..] = keys.as_slice() {
        lines.push("          two open the registry: give every node the new one, then end the old one: placet keys forget-master".to_owned());
        lines.extend(nodes.iter().map(node));
    }
    Ok(lines)
}

fn line(told: &MasterTold) -> String {
    let since = told.since.as_deref().unwrap_or("before");
    let here = if told.here {
        ", given to this command"
    } else {
        ""
    };
    format!("master key {}  opens since {since}{here}", told.id)
}

fn node(told: &NodeTold) -> String {
    let key = told.master_key.as_deref();
    let key = key.map_or_else(|| "none".to_owned(), |id| format!("master key {id}"));
    format!("          node {} would start with {key}", told.name)
}

/// Lets another master key open the registry as well.
pub fn replace(args: &ReplaceArgs, config: &Config, as_json: bool) -> Result<Exit, Failure> {
    let (app, source) = (open_as_it_is(config)?, args.source()?);
    let held = held(&app, config)?;
    let full = app.master_keys(&authorize(&Principal::Operator).map_err(Refusal::from)?)?;
    if full.len() > 1 && !source.is_there() {
        return Err(Failure::usage(
            "two master keys open the registry already: end that replacement first, with placet keys forget-master",
        ));
    }
    let new = source.load_or_make(app.entropy())?;
    let (old, id) = (held.id(), new.id());
    let added = app.add_master_key(&grant()?, held, new, app.now())?;
    if as_json {
        let told =
            json!({ "master_key": id.to_string(), "beside": old.to_string(), "recorded": added });
        return print(&told.to_string());
    }
    say(&format!(
        "Either opens it from here on, and running nodes go on. Keep a copy of the new one apart from the data. Give every node \
         the new one (its master_key_file or master_key_command; a restart may wait), then run with the new one:\n  placet \
         keys forget-master {old}"
    ));
    let before = if added { "" } else { ", as before" };
    print(&format!(
        "master key {id} opens the registry beside {old}{before}"
    ))
}

/// Forgets a master key.
pub fn forget(args: &ForgetArgs, config: &Config, as_json: bool) -> Result<Exit, Failure> {
    let app = open_as_it_is(config)?;
    let witness = args.witness.as_deref();
    let witness = witness.map(|login| person(&app, login)).transpose()?;
    let (grant, held) = (grant()?, held(&app, config)?);
    let stays = held.id();
    if stays != args.id {
        asked(&app, &grant, args, stays)?;
    }
    app.forget_master_key(&grant, (held, args.id), witness.as_ref(), app.now())?;
    if as_json {
        let told = json!({ "forgotten": args.id.to_string(), "master_key": stays.to_string() });
        return print(&told.to_string());
    }
    say(
        "Copies of the database from before still open with it: destroy the key once you need none of them, and its copies. \
         Whoever had both has what the registry's keys are made of.",
    );
    print(&format!(
        "master key {} opens nothing here any more; {stays} does",
        args.id
    ))
}

/// Waits for what running nodes say: one that would not start again is named, and nothing changes.
fn asked(
    app: &App,
    grant: &Grant<ManageMaster>,
    args: &ForgetArgs,
    stays: MasterId,
) -> Result<(), Failure> {
    if args.force {
        return Ok(());
    }
    app.ask_masters(grant)?;
    let until = Instant::now() + Duration::from_secs(args.wait);
    let mut said = BTreeMap::new();
    while Instant::now() < until {
        std::thread::park_timeout(LOOK);
        let answers = app.master_answers(grant)?;
        said.extend(answers.into_iter().map(|one| (one.node, one)));
    }
    let lacking = said.values().filter(|one| one.id != Some(stays));
    let lacking: Vec<&str> = lacking.map(|one| one.name.as_str()).collect();
    if lacking.is_empty() {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "nothing has changed: these nodes would not start again, since their key is another than {stays}:\n  {}\n\
         Put the new master key where each has the old one, mode 0600, or set its master_key_file and restart it; then run \
         this again",
        lacking.join("\n  ")
    )))
}
