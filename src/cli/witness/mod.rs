//! `placet witness`: a witness for logs, on another machine than they are. It needs no database
//! and nothing of Placet's but this program.

mod key_file;
mod serve;
mod state;

use super::output::{Exit, Failure, print};
use crate::audit::note::VerifierKey;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// What `placet witness` can do.
#[derive(Subcommand)]
pub enum WitnessCommand {
    /// Make a witness's key and print its public half
    #[command(
        after_help = "Example:\n  placet witness keygen --name witness.example.org/dpo --key witness.key"
    )]
    Keygen(KeygenArgs),
    /// Cosign checkpoints of logs that only grow (C2SP tlog-witness)
    #[command(
        after_help = "Example:\n  placet witness serve --listen 0.0.0.0:7380 --key witness.key --log \"$(cat log.vkey)\" --state witness.state"
    )]
    Serve(ServeArgs),
}

/// A key to be made.
#[derive(Args)]
pub struct KeygenArgs {
    /// The witness's name: an address without https://, like witness.example.org/dpo
    #[arg(long)]
    name: String,
    /// The file to write; an existing one is not overwritten
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
}

/// A witness.
#[derive(Args)]
pub struct ServeArgs {
    /// Address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7380")]
    listen: String,
    /// The file that `keygen` made
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// A log that is cosigned: its key, and its origin where that is not the key's name
    #[arg(long = "log", value_name = "VKEY[=ORIGIN]", required = true, value_parser = log)]
    logs: Vec<Log>,
    /// The file that keeps what was cosigned last; never take it back to an older one
    #[arg(long, value_name = "FILE")]
    state: PathBuf,
}

/// A log that is followed.
#[derive(Debug, Clone)]
pub struct Log {
    origin: String,
    key: VerifierKey,
}

fn log(text: &str) -> Result<Log, String> {
    let (key, origin) = match text.trim().split_once('=') {
        Some((key, origin)) => (key, Some(origin.to_owned())),
        None => (text.trim(), None),
    };
    let key: VerifierKey = key
        .parse()
        .map_err(|error: crate::audit::note::NoteError| error.to_string())?;
    let origin = origin.unwrap_or_else(|| key.name().to_owned());
    Ok(Log { origin, key })
}

/// Runs `placet witness …`.
///
/// # Errors
/// Where it could not be done.
pub fn run(command: &WitnessCommand) -> Result<Exit, Failure> {
    match command {
        WitnessCommand::Keygen(args) => {
            let made = key_file::make(&args.key, &args.name, &super::system::SystemEntropy::new())?;
            print(&made.to_string())
        }
        WitnessCommand::Serve(args) => serve::run(args),
    }
}
