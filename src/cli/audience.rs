//! `placet audience`: which persons of a file may be contacted.

use super::config::Config;
use super::output::{Exit, Failure, print};
use super::setup;
use crate::access::{CheckDecisions, Principal, authorize};
use crate::app::audience::{AudienceError, AudienceQuery, Reading, Streams, Tally};
use crate::app::{App, Refusal};
use crate::domain::audience::{Format, Header};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  placet audience --purpose newsletter --channel email customers.csv -o send.csv
  placet audience --purpose offers --channel sms in.csv -o out.csv --rejected refused.csv

The first line names the column of the person: email, phone, postal, crm_id, device_id or id_hash.
Permitted lines pass byte for byte; refused ones get the column placet_reason.

Exit codes: 0 done, 2 wrong use, 3 the service or a file failed";

/// Filters a file of persons.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct AudienceArgs {
    /// What for
    #[arg(long)]
    purpose: String,
    /// By which channel
    #[arg(long)]
    channel: String,
    /// The campaign, for the record
    #[arg(long)]
    campaign: Option<String>,
    /// The file to filter, CSV or (.jsonl, .ndjson) JSON lines; `-` for standard input
    input: PathBuf,
    /// Where the permitted lines go; `-` for standard output
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    /// Where the refused lines go, each with its reason
    #[arg(long, value_name = "FILE")]
    rejected: Option<PathBuf>,
    /// The column that names the person, where several could
    #[arg(long, value_name = "NAME")]
    column: Option<String>,
}

/// Runs `placet audience`.
///
/// # Errors
/// Where the list cannot be filtered to its end; the output file is then not made.
pub fn run(args: &AudienceArgs, config: &Config, as_json: bool) -> Result<Exit, Failure> {
    let reading = Reading {
        format: format(&args.input),
        only: args.column.as_deref().map(column).transpose()?,
    };
    let (mut input, length) = open_input(&args.input)?;
    let mut permitted = Target::new(&args.output)?;
    let mut refused = args.rejected.as_deref().map(Target::new).transpose()?;
    let app = App::open(setup(
        config,
        &config.public_url("http://127.0.0.1:8080"),
        Box::new(|_, _| ()),
    )?)?;
    let bar = bar(length);
    let streams = Streams {
        input: &mut input,
        permitted: &mut permitted.file,
        refused: refused
            .as_mut()
            .map(|target| &mut target.file as &mut dyn Write),
        progress: &|read| bar.set_position(read),
    };
    let query = AudienceQuery {
        purpose: args.purpose.clone(),
        channel: args.channel.clone(),
        campaign: args.campaign.clone(),
    };
    let grant = authorize::<CheckDecisions>(&Principal::Operator).map_err(Refusal::from)?;
    let tally = app.filter_list(&grant, query, reading, streams);
    bar.finish_and_clear();
    let tally = tally.map_err(failure)?;
    permitted.keep()?;
    refused.map_or(Ok(()), Target::keep)?;
    app.settle().map_err(Refusal::from)?;
    tell(&tally, as_json, &args.output)
}

fn failure(error: AudienceError) -> Failure {
    match error {
        AudienceError::Refused(refusal) => refusal.into(),
        AudienceError::Header(error) => Failure::usage(error.to_string()),
        AudienceError::Input(_) | AudienceError::Output(_) => Failure::failed(error.to_string()),
    }
}

fn tell(tally: &Tally, as_json: bool, output: &Path) -> Result<Exit, Failure> {
    if as_json {
        let text = serde_json::to_string(tally);
        let text = text.map_err(|error| Failure::failed(error.to_string()))?;
        // with the lines on standard output, what came of them is a message
        return if is_standard(output) {
            super::output::say(&text);
            Ok(Exit::Ok)
        } else {
            print(&text)
        };
    }
    let mut text = format!("{} lines, {} permitted", tally.lines, tally.permitted);
    for (reason, count) in &tally.refused {
        text.push_str(&format!("\n{count:>12}  {reason}"));
    }
    if is_standard(output) {
        super::output::say(&text);
        return Ok(Exit::Ok);
    }
    print(&text)
}

fn column(name: &str) -> Result<&'static str, Failure> {
    Header::name(name).ok_or_else(|| {
        Failure::usage("--column must be email, phone, postal, crm_id, device_id or id_hash")
    })
}

fn format(input: &Path) -> Format {
    match input.extension().and_then(|extension| extension.to_str()) {
        Some("jsonl" | "ndjson") => Format::JsonLines,
        _ => Format::Csv,
    }
}

fn is_standard(path: &Path) -> bool {
    path == Path::new("-")
}

fn open_input(path: &Path) -> Result<(Box<dyn Read>, Option<u64>), Failure> {
    if is_standard(path) {
        return Ok((Box::new(io::stdin().lock()), None));
    }
    let file = File::open(path).map_err(|error| unusable(path, &error))?;
    let length = file.metadata().ok().map(|data| data.len());
    Ok((Box::new(file), length))
}

fn unusable(path: &Path, error: &io::Error) -> Failure {
    Failure::usage(format!("{}: {error}", path.display()))
}

/// A file that is made whole or not at all: lines go beside it until all of them are there.
struct Target {
    file: Box<dyn Write>,
    beside: Option<(PathBuf, PathBuf)>,
}

impl Target {
    fn new(path: &Path) -> Result<Self, Failure> {
        if is_standard(path) {
            let file = Box::new(BufWriter::new(io::stdout().lock()));
            return Ok(Self { file, beside: None });
        }
        let mut name = path.as_os_str().to_owned();
        name.push(".part");
        let part = PathBuf::from(name);
        let file = File::create(&part).map_err(|error| unusable(path, &error))?;
        Ok(Self {
            file: Box::new(file),
            beside: Some((part, path.to_owned())),
        })
    }

    fn keep(mut self) -> Result<(), Failure> {
        self.file
            .flush()
            .map_err(|error| Failure::failed(error.to_string()))?;
        match self.beside.take() {
            Some((part, path)) => {
                std::fs::rename(part, path).map_err(|error| Failure::failed(error.to_string()))
            }
            None => Ok(()),
        }
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if let Some((part, _)) = &self.beside {
            // what broke off is no list to send to
            drop(std::fs::remove_file(part));
        }
    }
}

/// A bar over the file's bytes; on a terminal only.
fn bar(length: Option<u64>) -> ProgressBar {
    let Some(length) = length.filter(|_| io::stderr().is_terminal()) else {
        return ProgressBar::hidden();
    };
    let style = ProgressStyle::with_template("{bar:30} {percent:>3} %  {bytes}  {eta} left");
    ProgressBar::new(length).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
