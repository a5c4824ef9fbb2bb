//! `placet audit`: export a period or a person, check a package offline, compare the database with
//! its log.

mod person;

use crate::access::{ExportAudit, Grant, Principal, authorize};
use crate::app::App;
use crate::app::audit_check::{AuditFindings, CheckError};
use crate::app::export::{ExportError, ExportQuery, Exported};
use crate::app::refusal::Refusal;
use crate::audit::note::{CosignerKey, VerifierKey};
use crate::audit::package::verify;
use crate::audit::timestamp::certificates;
use crate::cli::digest::sha256;
use crate::cli::output::{Failure, Part, flags, replace};
use crate::cli::period;
use crate::cli::progress::Bar;
use crate::domain::registry::Slug;
use crate::http::pages::Language;
use crate::http::report::HtmlReport;
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use serde::Serialize;
use std::fmt::Display;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write};
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
    /// Export a period, or everything about one person, as a package that anybody can check offline
    #[command(
        after_help = "Examples:\n  placet audit export --from 2026-01-01 --to 2026-03-31 -o q1.zip\n  placet audit export --email anne@example.fr --at 2026-05-12T10:00:00+02:00 -o anne.zip"
    )]
    Export(ExportArgs),
    /// Write the consent records of a period as linked data: ISO/IEC TS 27560 in the terms of the W3C DPV
    #[command(
        after_help = "Example:\n  placet audit records --from 2026-01-01 --to 2026-03-31 -o q1.jsonl"
    )]
    Records(RecordsArgs),
    /// Check a package, with no database and no network
    #[command(after_help = "Example:\n  placet audit verify q1.zip --key-file log.vkey")]
    Verify(VerifyArgs),
    /// Compare the whole database with its log
    #[command(
        after_help = "Example:\n  placet audit check --resume check.state\n\nThe same again goes on where the last one was killed; what was compared then is not compared again."
    )]
    Check(CheckArgs),
    /// Say by which mark the ledger names a file: an import, a register's list, a filtered list
    #[command(after_help = "Example:\n  placet audit mark permitted.csv")]
    Mark {
        /// The file, as it was read or written
        file: PathBuf,
    },
}

/// What to export.
#[derive(Debug, Clone, Args)]
pub struct ExportArgs {
    /// First day (UTC), or an instant: 2026-01-01 or 2026-01-01T00:00:00Z
    #[arg(long, value_parser = period::start, required_unless_present_any = ["email", "phone", "id"])]
    pub from: Option<DateTime<Utc>>,
    /// Last day (UTC), itself included, or an instant, itself not included
    #[arg(long, value_parser = period::end, required_unless_present_any = ["email", "phone", "id"])]
    pub to: Option<DateTime<Utc>>,
    #[command(flatten)]
    pub person: person::OnePerson,
    /// The file to write; an existing one is not overwritten
    #[arg(short, long)]
    pub output: PathBuf,
    /// Disclose the entries of this controller alone
    #[arg(long)]
    pub controller: Option<Slug>,
    /// Disclose the entries of this purpose alone
    #[arg(long)]
    pub purpose: Option<Slug>,
    /// Disclose the uses of this campaign alone: its contacts, lists and decisions
    #[arg(long)]
    pub campaign: Option<String>,
    /// Language of the report: fr or en
    #[arg(long, default_value = "fr", value_parser = language)]
    pub language: Language,
}

/// Which consent records to write.
#[derive(Debug, Clone, Args)]
pub struct RecordsArgs {
    /// First day (UTC), or an instant: 2026-01-01 or 2026-01-01T00:00:00Z
    #[arg(long, value_parser = period::start)]
    pub from: DateTime<Utc>,
    /// Last day (UTC), itself included, or an instant, itself not included
    #[arg(long, value_parser = period::end)]
    pub to: DateTime<Utc>,
    /// The file to write, a JSON-LD document a line; an existing one is not overwritten
    #[arg(short, long)]
    pub output: PathBuf,
    /// The records of this controller alone
    #[arg(long)]
    pub controller: Option<Slug>,
    /// The records of this purpose alone
    #[arg(long)]
    pub purpose: Option<Slug>,
}

/// How to compare.
#[derive(Debug, Clone, Args)]
pub struct CheckArgs {
    /// Keep in this file how far it is, and go on from there where the file exists; it is removed at the end
    #[arg(long, value_name = "FILE")]
    pub resume: Option<PathBuf>,
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
    /// Certificates (PEM) of the CA whose timestamps count: one must be in the package
    #[arg(long, value_name = "FILE")]
    pub tsa_ca: Option<PathBuf>,
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
        AuditCommand::Export(args) => with(open, |app, grant| match (args.from, args.to) {
            (Some(from), Some(to)) => export(app, grant, args, (from, to), json),
            _ => person::export(app, grant, args, json),
        }),
        AuditCommand::Records(args) => with(open, |app, grant| records(app, grant, args, json)),
        AuditCommand::Check(args) => with(open, |app, grant| check(app, grant, args, json)),
        AuditCommand::Mark { file } => with(open, |app, grant| mark(app, grant, file, json)),
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

fn mark(app: &App, grant: &Grant<ExportAudit>, file: &Path, json: bool) -> Ended {
    let read = File::open(file).and_then(|file| sha256(BufReader::new(file)));
    let digest = read.map_err(|error| (USAGE, format!("{}: {error}", file.display())))?;
    let mark = app.file_mark(grant, &digest);
    if json {
        print(&serde_json::json!({ "file_mark": mark }))?;
    } else {
        print(&mark)?;
    }
    Ok(HOLDS)
}

fn export(
    app: &App,
    grant: &Grant<ExportAudit>,
    args: &ExportArgs,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    json: bool,
) -> Ended {
    let (controller, purpose) = (args.controller.clone(), args.purpose.clone());
    let query = ExportQuery {
        from,
        to,
        controller,
        purpose,
        campaign: args.campaign.clone(),
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
    let made = whole(&args.output, |out, bar| {
        app.export(grant, &query, &report, app.now(), out, &|done, all| {
            bar.at(done, all)
        })
    })?;
    tell_exported(app, args, &made, json)
}

/// Writes a file that has its name only once it is whole: what a killed export leaves ends with `.part`,
/// and the next one begins it anew.
fn whole<T>(
    path: &Path,
    write: impl FnOnce(&mut dyn Write, &Bar) -> Result<T, ExportError>,
) -> Result<T, (u8, String)> {
    let exit = |failure: Failure| (failure.exit as u8, failure.to_string());
    let part = Part::begin(path).map_err(exit)?;
    let bar = Bar::new();
    let made = {
        let mut out = BufWriter::new(part.file());
        let made = write(&mut out, &bar);
        made.and_then(|made| {
            out.flush()
                .map_err(|error| ExportError::Package(error.into()))?;
            Ok(made)
        })
    };
    bar.end();
    match made {
        Ok(made) => part.end().map(|()| made).map_err(exit),
        Err(error) => {
            part.discard();
            Err((code(&error), words(&error)))
        }
    }
}

fn records(app: &App, grant: &Grant<ExportAudit>, args: &RecordsArgs, json: bool) -> Ended {
    let query = ExportQuery {
        from: args.from,
        to: args.to,
        controller: args.controller.clone(),
        purpose: args.purpose.clone(),
        campaign: None,
    };
    let made = whole(&args.output, |out, bar| {
        app.export_records(grant, &query, app.now(), out, &|done, all| {
            bar.at(done, all)
        })
    })?;
    if json {
        print(&serde_json::json!({ "file": args.output, "export": made }))?;
    } else {
        print(&format!(
            "{}: {} consent records",
            args.output.display(),
            made.records
        ))?;
    }
    Ok(HOLDS)
}

fn tell_exported(app: &App, args: &ExportArgs, made: &Exported, json: bool) -> Ended {
    if json {
        return tell_json(app, args, made.findings.holds(), made);
    }
    let (first, end) = (made.positions.first, made.positions.end);
    print(&format!(
        "{}: {} entries, positions {first} up to {end}",
        args.output.display(),
        made.entries
    ))?;
    for (why, count) in &made.withheld_by_reason {
        print(&match why.as_str() {
            "decision" => format!("{count} decisions withheld: outside the query, or taken out"),
            "decision expired" => {
                format!("{count} decisions are not there any more: their time was over")
            }
            why => format!("{count} entries withheld: {why}"),
        })?;
    }
    tell_key(app)?;
    tell_findings(&made.findings.findings)
}

/// What came of an export, of a period or of a person, for a machine.
fn tell_json(app: &App, args: &ExportArgs, holds: bool, made: &impl Serialize) -> Ended {
    let key = app.anchor().map_err(failed)?.to_string();
    print(&serde_json::json!({ "file": args.output, "ok": holds, "key": key, "export": made }))?;
    Ok(if holds { HOLDS } else { FOUND })
}

fn tell_key(app: &App) -> Result<(), (u8, String)> {
    print(&format!(
        "Log's key, to be handed over by another way than the package:\n{}",
        app.anchor().map_err(failed)?
    ))
}

fn check(app: &App, grant: &Grant<ExportAudit>, args: &CheckArgs, json: bool) -> Ended {
    let bar = Bar::new();
    let found = compare(app, grant, args.resume.as_deref(), &bar);
    bar.end();
    let found = found?;
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

fn compare(
    app: &App,
    grant: &Grant<ExportAudit>,
    resume: Option<&Path>,
    bar: &Bar,
) -> Result<AuditFindings, (u8, String)> {
    let progress = |done, all| bar.at(done, all);
    let Some(path) = resume else {
        return app.audit_check(grant, &progress).map_err(failed);
    };
    let kept = match std::fs::read_to_string(path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err((USAGE, format!("{} cannot be read: {error}", path.display()))),
    };
    let keep = |text: &str| replace(path, text);
    let found = app
        .audit_check_from(grant, kept.as_deref(), &keep, &progress)
        .map_err(|error| match error {
            CheckError::State(_) => (USAGE, format!("{}: {error}", path.display())),
            other => failed(other),
        })?;
    // nothing is left to go on with
    drop(std::fs::remove_file(path));
    Ok(found)
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
    let authorities = args.tsa_ca.as_deref().map(read_authorities).transpose()?;
    let authorities = authorities.unwrap_or_default();
    let report = verify::verify(file, key.as_ref(), &args.witnesses, &authorities);
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

fn read_authorities(path: &Path) -> Result<Vec<Vec<u8>>, (u8, String)> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| (USAGE, format!("{} cannot be read: {error}", path.display())))?;
    match certificates(&text) {
        none if none.is_empty() => {
            let what = format!("{} holds no certificates in PEM", path.display());
            Err((USAGE, what))
        }
        some => Ok(some),
    }
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
        ExportError::Refused(
            Refusal::Invalid(_) | Refusal::NotFound(_) | Refusal::Conflict { .. },
        ) => USAGE,
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
