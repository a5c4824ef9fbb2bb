//! `placet backup`: a copy of the database beside a running service, and what it is.

use super::config::Config;
use super::output::{Exit, Failure, Part, print, replace, say};
use super::progress::Bar;
use super::{digest, open_as_it_is, setup};
use crate::access::{BackUp, Grant, Principal, authorize};
use crate::app::backup::Manifest;
use crate::app::{App, Refusal};
use crate::store::{CopyHead, DatabaseUrl, StoreError, parted};
use clap::Args;
use std::fs::File;
use std::io::{BufReader, Seek};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Copies the database.
#[derive(Args)]
#[command(
    after_help = "Example: placet backup -o /backup/placet-2026-11-28\n\nThe key files are not in it: keep them \
              apart. So is the erasure register, which a restore needs at its newest"
)]
pub struct BackupArgs {
    /// The copy; beside it FILE.json says what it is
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

/// The list beside a backup.
pub(super) fn manifest_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".json");
    name.into()
}

/// Runs `placet backup`.
///
/// # Errors
/// Where the database fails, the file cannot be written, or `PostgreSQL`'s program is missing.
pub fn run(args: &BackupArgs, config: &Config, as_json: bool) -> Result<Exit, Failure> {
    let grant: Grant<BackUp> = authorize(&Principal::Operator).map_err(Refusal::from)?;
    let part = Part::begin(&args.output)?;
    let made = make(&part, &grant, config);
    let manifest = match made {
        Ok(manifest) => manifest,
        Err(failure) => {
            part.discard();
            return Err(failure);
        }
    };
    // without its list a copy is no backup: the list comes first
    let text = serde_json::to_string_pretty(&manifest).unwrap_or_default();
    replace(&manifest_of(&args.output), &text)?;
    part.end()?;
    if as_json {
        return print(&text);
    }
    print(&told(&manifest, &args.output))
}

fn told(manifest: &Manifest, file: &Path) -> String {
    format!(
        "backed up {} entries of {} to {} ({} bytes)\n\
         it opens with the master key {}\n\
         the keys are not in it; keep these apart from it:\n  {}\n\
         a restore also needs the erasure register at its newest: copy it often, to another disk",
        manifest.position,
        manifest.origin,
        file.display(),
        manifest.bytes,
        manifest.master_keys.join(" or "),
        manifest.keys_to_keep_apart.join("\n  ")
    )
}

fn make(part: &Part, grant: &Grant<BackUp>, config: &Config) -> Result<Manifest, Failure> {
    let app = open_as_it_is(config)?;
    let checkpoint = app.checkpoint_for_backup(grant)?;
    let expected = app.bytes_to_copy(grant)?;
    let head = watched(part.begun(), expected, || {
        if app.is_embedded() {
            return Ok(app.copy_into(grant, part.begun())?);
        }
        dump(&app, grant, config, part)
    })?;
    let mut file = File::open(part.begun())?;
    file.sync_all()?;
    let bytes = file.metadata()?.len();
    file.rewind()?;
    let sha256 = digest::sha256(BufReader::with_capacity(1 << 20, file))?;
    Ok(app.manifest(head, checkpoint, (bytes, sha256)))
}

/// Shows how far a file has grown while something writes it.
fn watched<T: Send>(
    file: &Path,
    expected: u64,
    work: impl FnOnce() -> Result<T, Failure> + Send,
) -> Result<T, Failure> {
    let bar = Bar::new();
    let done = std::thread::scope(|scope| {
        let working = scope.spawn(work);
        while !working.is_finished() {
            let so_far = std::fs::metadata(file).map_or(0, |about| about.len());
            bar.at(so_far.min(expected), expected);
            std::thread::park_timeout(Duration::from_millis(100));
        }
        working.join()
    });
    bar.end();
    done.unwrap_or_else(|_| Err(Failure::failed("the copy broke off")))
}

fn dump(
    app: &App,
    grant: &Grant<BackUp>,
    config: &Config,
    part: &Part,
) -> Result<CopyHead, Failure> {
    let DatabaseUrl::Postgres(url) = setup(config, "", Box::new(|_, _| ()))?.database else {
        return Err(StoreError::damaged("the kind of a database").into());
    };
    let (url, password) = parted(&url);
    app.dumped(grant, |snapshot| {
        let mut program = program("pg_dump", password.as_deref());
        program.args(["--no-owner", "--no-privileges", "--encoding=UTF8"]);
        program.arg(format!("--snapshot={snapshot}"));
        program.arg(format!("--dbname={url}"));
        program.stdout(part.file().try_clone()?);
        ran(program, "pg_dump")
    })
}

/// A program of `PostgreSQL`'s; a password is not shown to whoever lists processes.
pub(super) fn program(name: &str, password: Option<&str>) -> Command {
    let mut program = Command::new(name);
    program.stdin(Stdio::null());
    if let Some(password) = password {
        program.env("PGPASSWORD", password);
    }
    program
}

/// Runs it to its end.
pub(super) fn ran(mut program: Command, name: &str) -> Result<(), Failure> {
    match program.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure::failed(format!(
            "{name} failed ({status}); its own words are above"
        ))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            say("on Debian: apt install postgresql-client; it must be as new as the server");
            Err(Failure::failed(format!(
                "{name} is not installed here: PostgreSQL's own program makes and brings back the copy"
            )))
        }
        Err(error) => Err(Failure::failed(format!("{name} cannot be run: {error}"))),
    }
}
