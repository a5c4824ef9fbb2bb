//! `placet audit`: export a period, check a package offline, compare the database with its log.

use crate::access::{ExportAudit, Grant, Principal, authorize};
use crate::app::App;
use crate::app::export::{ExportError, ExportQuery, Exported};
use crate::app::refusal::Refusal;
use crate::audit::note::{CosignerKey, VerifierKey};
use crate::audit::package::verify;
use crate::cli::output::{create, flags};
use crate::cli::period;
use crate::cli::progress::Bar;
use crate::domain::registry::Slug;
use crate::http::pages::Language;
use crate::http::report::HtmlReport;
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use std::fmt::Display;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Everything holds.
const HOLDS: u8 = 0;
/// The check found something wrong.
const FOUND: u8 = 1;
/// The command was used in a wrong way.
const USAGE: u8 = 2;
/// Service, database or file failed.
const FAILED: u8 = 3;

/// What `placet audit` can do.
#[derive(Debug, Clone, Subcommand)]
pub enum AuditCommand {
    /// Export a period as a package that anybody can check offline
    #[command(
        after_help = "Example:\n  placet audit export --from 2026-01-01 --to 2026-03-31 -o q1.zip"
    )]
    Export(ExportArgs),
    /// Check a package, with no database and no network
    #[command(after_help = "Example:\n  placet audit verify q1.zip --key-file log.vkey")]
    Verify(VerifyArgs),
    /// Compare the whole database with its log
    #[command(after_help = "Example:\n  placet audit check")]
    Check,
}

/// What to export.
#[derive(Debug, Clone, Args)]
pub struct ExportArgs {
    /// First day (UTC), or an instant: 2026-01-01 or 2026-01-01T00:00:00Z
    #[arg(long, value_parser = period::start)]
    pub from: DateTime<Utc>,
    /// Last day (UTC), itself included, or an instant, itself not included
    #[arg(long, value_parser = period::end)]
    pub to: DateTime<Utc>,
    /// The file to write; an existing one is not overwritten
    #[arg(short, long)]
    pub output: PathBuf,
    /// Disclose the entries of this controller alone
    #[arg(long)]
    pub controller: Option<Slug>,
    /// Disclose the entries of this purpose alone
    #[arg(long)]
    pub purpose: Option<Slug>,
    /// Language of the report: fr or en
    #[arg(long, default_value = "fr", value_parser = language)]
    pub language: Language,
}

/// What to check.
#[derive(Debug, Clone, Args)]
pub struct VerifyArgs {
    /// The package
    pub file: PathBuf,
    /// The log's key, as known from elsewhere than the package
    #[arg(long, value_name = "VKEY", conflicts_with = "key_file")]
    pub key: Option<VerifierKey>,
    /// A file that holds the log's key
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// A witness's key, as known from the witness: it must have cosigned; may be given several times
    #[arg(long = "witness", value_name = "VKEY")]
    pub witnesses: Vec<CosignerKey>,
}

/// A language of the pages, by its code.
pub(super) fn language(text: &str) -> Result<Language, &'static str> {
    let spoken = Language::STAFF
        .into_iter()
        .find(|language| language.code() == text);
    spoken.ok_or("must be fr or en")
}

/// Runs a command and says with which code to exit. `open` opens the registry, where one is needed.
pub fn run<E: Display>(
    command: &AuditCommand,
    open: impl FnOnce() -> Result<App, E>,
    json: bool,
) -> u8 {
    let outcome = match command {
        AuditCommand::Verify(args) => verify_file(args, json),
        AuditCommand::Export(args) => with(open, |app, grant| export(app, grant, args, json)),
        AuditCommand::Check => with(open, |app, grant| check(app, grant, json)),
    };
    outcome.unwrap_or_else(|(code, words)| {
        tell(&words);
        code
    })
}

/// What a command ends with: an exit code, or one with words.
type Ended = Result<u8, (u8, String)>;

fn with<E: Display>(
    open: impl FnOnce() -> Result<App, E>,
    act: impl FnOnce(&App, &Grant<ExportAudit>) -> Ended,
) -> Ended {
    let app = open().map_err(failed)?;
    let grant = authorize::<ExportAudit>(&Principal::Operator).map_err(failed)?;
    act(&app, &grant)
}

fn export(app: &App, grant: &Grant<ExportAudit>, args: &ExportArgs, json: bool) -> Ended {
    let (controller, purpose) = (args.controller.clone(), args.purpose.clone());
    let query = ExportQuery {
        from: args.from,
        to: args.to,
        controller,
        purpose,
    };
    let file_name = args
        .output
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let report = HtmlReport {
        language: args.language,
        zone: chrono_tz::UTC,
        file_name,
    };
    let out = create(&args.output).map_err(|failure| (failure.exit as u8, failure.to_string()))?;
    let bar = Bar::new();
    let made = app.export(
        grant,
        &query,
        &report,
        app.now(),
        BufWriter::new(&out),
        &|done, all| bar.at(done, all),
    );
    bar.end();
    let made = made.and_then(|made| {
        out.sync_all()
            .map(|()| made)
            .map_err(|error| ExportError::Package(error.into()))
    });
    match made {
        Ok(made) => tell_exported(app, args, &made, json),
        Err(error) => {
            // half a package is none
            drop(std::fs::remove_file(&args.output));
            Err((code(&error), words(&error)))
        }
    }
}

fn tell_exported(app: &App, args: &ExportArgs, made: &Exported, json: bool) -> Ended {
    let holds = made.findings.holds();
    if json {
        print(
            &serde_json::json!({ "file": args.output, "ok": holds, "key": app.verifier().to_string(), "export": made }),
        )?;
        return Ok(if holds { HOLDS } else { FOUND });
    }
    let (first, end) = (made.positions.first, made.positions.end);
    print(&format!(
        "{}: {} entries, positions {first} up to {end}",
        args.output.display(),
        made.entries
    ))?;
    print(&format!(
        "Log's key, to be handed over by another way than the package:\n{}",
        app.verifier()
    ))?;
    tell_findings(&made.findings.findings)
}

fn check(app: &App, grant: &Grant<ExportAudit>, json: bool) -> Ended {
    let bar = Bar::new();
    let found = app.audit_check(grant, &|done, all| bar.at(done, all));
    bar.end();
    let found = found.map_err(failed)?;
    if json {
        print(
            &serde_json::json!({ "ok": found.holds(), "entries": found.entries, "persons": found.persons, "findings": found.findings }),
        )?;
        return Ok(if found.holds() { HOLDS } else { FOUND });
    }
    print(&format!(
        "{} entries and {} persons compared with the log",
        found.entries, found.persons
    ))?;
    tell_findings(&found.findings)
}

fn tell_findings(findings: &[crate::audit::package::format::Finding]) -> Ended {
    for finding in findings {
        match finding.position {
            Some(position) => print(&format!("entry {position}: {}", finding.what))?,
            None => print(&finding.what)?,
        }
    }
    match findings.len() {
        0 => print("Everything holds.").map(|()| HOLDS),
        count => print(&format!(
            "{count} finding(s): the database does not hold against its log."
        ))
        .map(|()| FOUND),
    }
}

fn verify_file(args: &VerifyArgs, json: bool) -> Ended {
    let key = match (&args.key, &args.key_file) {
        (Some(key), _) => Some(key.clone()),
        (None, Some(path)) => Some(read_key(path)?),
        (None, None) => None,
    };
    let file = File::open(&args.file).map_err(|error| {
        (
            USAGE,
            format!("{} cannot be read: {error}", args.file.display()),
        )
    })?;
    let report = verify::verify(file, key.as_ref(), &args.witnesses);
    if json {
        print(&serde_json::to_value(&report).unwrap_or_default())?;
    } else {
        print(report.to_string().trim_end())?;
    }
    if !report.key_trusted {
        tell(
            "WARNING: THE KEY CAME FROM THE PACKAGE ITSELF. Whoever made the package may have made the key too, so that \
             this check shows no more than that the package agrees with itself.\n\
             Get the log's key from its operator's published address or from an earlier receipt, and give it with --key \
             or --key-file.",
        );
    }
    Ok(if report.ok { HOLDS } else { FOUND })
}

fn read_key(path: &Path) -> Result<VerifierKey, (u8, String)> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| (USAGE, format!("{} cannot be read: {error}", path.display())))?;
    text.trim()
        .parse()
        .map_err(|_| (USAGE, format!("{} holds no key of a log", path.display())))
}

/// A refused query is wrong use; everything else failed.
fn code(error: &ExportError) -> u8 {
    match error {
        ExportError::Refused(Refusal::Invalid(_)) => USAGE,
        _ => FAILED,
    }
}

fn words(error: &ExportError) -> String {
    match error {
        ExportError::Refused(Refusal::Invalid(problems)) => flags(problems),
        other => other.to_string(),
    }
}

fn failed(error: impl Display) -> (u8, String) {
    (FAILED, error.to_string())
}

fn print(result: &(impl Display + ?Sized)) -> Result<(), (u8, String)> {
    writeln!(io::stdout().lock(), "{result}").map_err(failed)
}

fn tell(message: &str) {
    drop(writeln!(io::stderr().lock(), "{message}"));
}
