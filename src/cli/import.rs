//! `placet import`: brings existing consents in from the file of another system.
//!
//! Results go to standard output, messages and progress to standard error. Exit codes: 0 done,
//! 1 some lines were refused, 2 wrong use, 3 the service or its database failed.

mod failure;
mod input;
mod output;

use crate::access::{ImportConsents, Principal, authorize};
use crate::app::App;
use crate::app::import::{ImportFile, ImportReport};
use crate::domain::import::{Mapping, Reader};
use failure::Failure;
use indicatif::{ProgressBar, ProgressStyle};
use input::Input;
use std::fs::File;
use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  placet import contacts.csv --map brevo --dry-run
  placet import contacts.csv --map brevo --errors refused.csv
  placet import customers.csv --map maps/crm.toml --json

An import never turns a no into a yes. It can be run again after an interruption:
what is held already stays as it is.

Exit codes: 0 done, 1 some lines were refused, 2 wrong use, 3 the service failed";

/// What is said before a file of listmonk's is taken in.
const LISTMONK: &str = "\
warning: the status in a listmonk export is that of the subscriber, not of a subscription:
         who unsubscribed from a list is still \"enabled\" in it.
         Export ONE list with the subscription status \"confirmed\" for this mapping, then the
         same list with \"unsubscribed\" for --map listmonk-unsubscribed.";

/// Brings existing consents in from a CSV file
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct ImportArgs {
    /// The CSV file to import
    pub file: PathBuf,
    /// A built-in mapping (listmonk, listmonk-unsubscribed, mailchimp-subscribed,
    /// mailchimp-unsubscribed, brevo) or the path of a mapping file
    #[arg(long, value_name = "NAME_OR_PATH")]
    pub map: String,
    /// Count what would happen; write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Write the refused lines to this CSV file, each with how to mend it
    #[arg(long, value_name = "FILE.csv")]
    pub errors: Option<PathBuf>,
    /// Ask for no confirmation
    #[arg(long)]
    pub yes: bool,
}

/// Runs the command and returns its exit code. The registry is opened once everything that can
/// be wrong on the command line has been looked at.
pub fn run<E: std::fmt::Display>(
    args: &ImportArgs,
    open: impl FnOnce() -> Result<App, E>,
    json: bool,
) -> u8 {
    let outcome = import(args, open).and_then(|done| {
        let code = u8::from(!done.report.errors.is_empty());
        output::print(&done, json).map(|()| code)
    });
    outcome.unwrap_or_else(|failure| {
        failure.tell();
        failure.code
    })
}

/// An import that was made, or rehearsed.
struct Done {
    report: ImportReport,
    file: ImportFile,
    dry_run: bool,
}

fn import<E: std::fmt::Display>(
    args: &ImportArgs,
    open: impl FnOnce() -> Result<App, E>,
) -> Result<Done, Failure> {
    let (map, mapping) = input::mapping(&args.map)?;
    let sha256 = input::sha256(&args.file)?;
    let errors = args
        .errors
        .as_deref()
        .map(|path| errors_file(path, &args.file))
        .transpose()?;
    confirm(args)?;
    let app = open().map_err(|error| Failure::service(error.to_string()))?;
    let file = ImportFile { sha256, map };
    let report = read(&app, args, &file, &mapping)?;
    if let Some(to) = errors {
        report.errors.write_csv(to).map_err(|error| {
            Failure::service(format!(
                "the file of refused lines cannot be written: {error}"
            ))
        })?;
    }
    Ok(Done {
        report,
        file,
        dry_run: args.dry_run,
    })
}

fn read(
    app: &App,
    args: &ImportArgs,
    file: &ImportFile,
    mapping: &Mapping,
) -> Result<ImportReport, Failure> {
    let grant = authorize::<ImportConsents>(&Principal::Operator)
        .map_err(|error| Failure::usage(error.to_string()))?;
    let input = Input::open(&args.file)?;
    let (bar, counted) = (bar(input.length), input.counted());
    let now = app.now();
    let rows =
        Reader::new(input, mapping, now.utc()).map_err(|error| Failure::unreadable(&error))?;
    let told = |rows: u64| {
        bar.set_position(counted.get());
        bar.set_message(format!("{rows} rows"));
    };
    let report = app.import(&grant, rows, file, mapping, args.dry_run, now, &told);
    bar.finish_and_clear();
    report.map_err(Failure::refused)
}

/// A bar over the file's bytes; on a terminal only.
fn bar(length: u64) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {percent:>3} %  {msg}  {eta} left");
    ProgressBar::new(length).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// Made before the import, so that a wrong path does not cost its list of refused lines.
fn errors_file(path: &Path, input: &Path) -> Result<File, Failure> {
    let same = path
        .canonicalize()
        .ok()
        .zip(input.canonicalize().ok())
        .is_some_and(|(a, b)| a == b);
    if same {
        return Err(Failure::usage(
            "--errors names the file to import; name another",
        ));
    }
    File::create(path).map_err(|error| {
        Failure::usage(format!(
            "{}: {error}; name a file that can be written",
            path.display()
        ))
    })
}

/// A listmonk file of the wrong filter brings in yeses of people who have unsubscribed.
fn confirm(args: &ImportArgs) -> Result<(), Failure> {
    if args.map != "listmonk" {
        return Ok(());
    }
    let mut messages = std::io::stderr().lock();
    // where nobody can be told, nobody can be asked either
    writeln!(messages, "{LISTMONK}").map_err(|_| Failure::usage("standard error is closed"))?;
    let asks = !args.yes && !args.dry_run && std::io::stdin().is_terminal();
    if !asks {
        return Ok(());
    }
    write!(
        messages,
        "Does the file hold the confirmed subscriptions of one list? [y/N] "
    )
    .map_err(|_| Failure::usage("standard error is closed"))?;
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    let agreed = read.is_ok() && matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes");
    if agreed {
        Ok(())
    } else {
        Err(Failure::usage("not confirmed; nothing was imported"))
    }
}

#[cfg(test)]
mod tests;
