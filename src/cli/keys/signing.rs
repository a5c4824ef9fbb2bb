//! The keys that sign the log.

use crate::access::{Grant, ManageSigning, Principal, ReadKeys, authorize};
use crate::app::App;
use crate::app::Refusal;
use crate::app::signing::KeyHere;
use crate::cli::config::Config;
use crate::cli::open_as_it_is as open;
use crate::cli::output::{Exit, Failure, print, say};
use clap::Args;
use serde_json::{Value, json};

/// Why a lost key is replaced.
#[derive(Args)]
pub struct LostArgs {
    /// What happened to the key, in words: it is published in the log
    #[arg(long)]
    reason: String,
}

fn grant() -> Result<Grant<ManageSigning>, Failure> {
    Ok(authorize(&Principal::Operator).map_err(Refusal::from)?)
}

/// Every key, for the eye.
pub fn lines(app: &App, grant: &Grant<ReadKeys>) -> Result<Vec<String>, Failure> {
    Ok(app.signing_inventory(grant)?.iter().map(line).collect())
}

/// Every key, for programs.
pub fn values(app: &App, grant: &Grant<ReadKeys>) -> Result<Vec<Value>, Failure> {
    let keys = app.signing_inventory(grant)?;
    Ok(keys.iter().map(|key| json!(key)).collect())
}

fn line(here: &KeyHere) -> String {
    let (key, state) = (&here.told, here.state);
    let until = key
        .until
        .map_or_else(|| "on".to_owned(), |until| format!("to {until}"));
    let reason = key
        .reason
        .as_ref()
        .map(|why| format!(" after a loss ({why})"));
    format!(
        "{}  {state:<8} from {} entries {until}, {}{}\n          {}",
        key.id,
        key.from,
        key.introduced,
        reason.unwrap_or_default(),
        key.key
    )
}

/// Makes a key beside the present one.
pub fn rotate(config: &Config, as_json: bool) -> Result<Exit, Failure> {
    let app = open(config)?;
    let key = app.rotate_signing(&grant()?, app.now())?.to_string();
    if !as_json {
        say(
            "Both keys sign from here on. Give this one to witnesses and to whoever checks the log, then run: placet \
             keys retire-signing",
        );
    }
    shown(&key, as_json)
}

/// Ends the older of two keys.
pub fn retire(config: &Config, as_json: bool) -> Result<Exit, Failure> {
    let app = open(config)?;
    let key = app.retire_signing(&grant()?, app.now())?.to_string();
    if !as_json {
        say("This key signs no more; what it signed stays good:");
    }
    shown(&key, as_json)
}

/// Begins with a new key.
pub fn replace_lost(args: &LostArgs, config: &Config, as_json: bool) -> Result<Exit, Failure> {
    let app = open(config)?;
    let key = app
        .replace_lost_signing(&grant()?, &args.reason, app.now())?
        .to_string();
    if !as_json {
        say(
            "The chain of keys is broken here, and the log says so. Give this key to everybody who checks the log, by \
             another way than the log:",
        );
    }
    shown(&key, as_json)
}

fn shown(key: &str, as_json: bool) -> Result<Exit, Failure> {
    if as_json {
        return print(&json!({ "key": key }).to_string());
    }
    print(key)
}
