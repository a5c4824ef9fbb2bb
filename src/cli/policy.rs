//! `placet policy …`.

use super::config::Config;
use super::output::{Exit, Failure, print};
use crate::policy::{Engine, PolicySource};
use clap::Subcommand;
use serde_json::json;

/// `placet policy …`
#[derive(Subcommand)]
pub enum PolicyCommand {
    /// Read the policy packs as the service would at its start
    #[command(after_help = "Example: placet policy validate --policies policies")]
    Validate,
}

/// Runs `placet policy …`.
///
/// # Errors
/// Where a policy does not parse or validate: with file, line and column.
pub fn run(command: &PolicyCommand, config: &Config, as_json: bool) -> Result<Exit, Failure> {
    let PolicyCommand::Validate = command;
    let source = match config.get("policies").as_str() {
        "" => PolicySource::Embedded,
        directory => PolicySource::Directory(directory.into()),
    };
    let engine = match source.load().and_then(|pack| Engine::compile(&pack)) {
        Ok(engine) => engine,
        Err(error) => {
            print(&error.to_string())?;
            return Ok(Exit::Wrong);
        }
    };
    let policies = engine.policies().count();
    if as_json {
        return print(&json!({ "policies": policies, "version": engine.version() }).to_string());
    }
    print(&format!(
        "{policies} policies are valid; version {}",
        engine.version()
    ))
}
