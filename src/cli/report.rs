//! `placet report`: the DPO's reports as files.

use super::audit::language;
use super::config::Config;
use super::output::{Exit, Failure, create, flags, print};
use super::progress::Bar;
use super::{open, period};
use crate::access::{ExportAudit, Principal, authorize};
use crate::app::reports::{ReportError, ReportKind, ReportQuery, Reported};
use crate::app::{App, Refusal};
use crate::domain::ids::Position;
use crate::domain::registry::Slug;
use crate::http::pages::Language;
use crate::http::sheets::{Format, command};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use clap::Args;
use serde_json::json;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

/// What to report on.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Example:\n  placet report consents --from 2026-01-01 --to 2026-03-31 --format xlsx -o q1.xlsx"
)]
pub struct ReportArgs {
    /// processing (register, GDPR art. 30), consents, uses, access or requests
    #[arg(value_parser = kind)]
    pub report: ReportKind,
    /// First day (UTC), or an instant: 2026-01-01 or 2026-01-01T00:00:00Z
    #[arg(long, value_parser = period::start)]
    pub from: DateTime<Utc>,
    /// Last day (UTC), itself included, or an instant, itself not included
    #[arg(long, value_parser = period::end)]
    pub to: DateTime<Utc>,
    /// The file to write; an existing one is not overwritten
    #[arg(short, long)]
    pub output: PathBuf,
    /// html, pdf, csv (the main table), xlsx or jsonl
    #[arg(long, default_value = "html", value_parser = format)]
    pub format: Format,
    /// This controller's purposes alone
    #[arg(long)]
    pub controller: Option<Slug>,
    /// This purpose alone
    #[arg(long)]
    pub purpose: Option<Slug>,
    /// The uses of this campaign alone (report on uses)
    #[arg(long)]
    pub campaign: Option<String>,
    /// Rest on the first so many entries of the log: the same report again [default: all]
    #[arg(long, value_name = "POSITION")]
    pub at: Option<Position>,
    /// The zone in which days, weeks and months begin
    #[arg(long, default_value = "UTC")]
    pub timezone: Tz,
    /// Language of titles and words: fr or en
    #[arg(long, default_value = "fr", value_parser = language)]
    pub language: Language,
}

fn kind(text: &str) -> Result<ReportKind, &'static str> {
    ReportKind::parse(text).ok_or("must be processing, consents, uses, access or requests")
}

fn format(text: &str) -> Result<Format, &'static str> {
    Format::parse(text).ok_or("must be html, pdf, csv, xlsx or jsonl")
}

/// Makes the report.
///
/// # Errors
/// Where it cannot be asked for so, cannot be recorded, or cannot be written.
pub fn run(args: &ReportArgs, config: &Config, json: bool) -> Result<Exit, Failure> {
    let app = open(config)?;
    let file = create(&args.output)?;
    match write(&app, args, &file) {
        Ok(made) => tell(args, &made, json),
        Err(failure) => {
            // half a report is none
            drop(std::fs::remove_file(&args.output));
            Err(failure)
        }
    }
}

fn write(app: &App, args: &ReportArgs, file: &File) -> Result<Reported, Failure> {
    let grant = authorize::<ExportAudit>(&Principal::Operator)
        .map_err(|error| Failure::failed(error.to_string()))?;
    let query = ReportQuery {
        report: args.report,
        from: args.from,
        to: args.to,
        timezone: args.timezone,
        controller: args.controller.clone(),
        purpose: args.purpose.clone(),
        campaign: args.campaign.clone(),
        position: args.at,
    };
    let mut out = BufWriter::new(file);
    let bar = Bar::new();
    let made = {
        let mut sheets = args.format.to(&mut out, args.language);
        let (format, now) = (args.format.as_str(), app.now());
        app.report(
            &grant,
            (query, format),
            now,
            sheets.as_mut(),
            &|done, all| bar.at(done, all),
        )
    };
    bar.end();
    let made = made.map_err(failure)?;
    out.flush()?;
    file.sync_all()?;
    Ok(made)
}

fn failure(error: ReportError) -> Failure {
    match error {
        ReportError::Refused(Refusal::Invalid(problems)) => Failure::usage(flags(&problems)),
        ReportError::Refused(refusal) => refusal.into(),
        ReportError::Output(error) => error.into(),
    }
}

fn tell(args: &ReportArgs, made: &Reported, json: bool) -> Result<Exit, Failure> {
    if json {
        return print(&json!({ "file": args.output, "report": made }).to_string());
    }
    let again = command(&made.query, args.format, args.language);
    let rests_on = made.query.position.unwrap_or(0);
    print(&format!(
        "{}: on the first {rests_on} entries of the log; recorded at position {}\nThe same again:\n{again}",
        args.output.display(),
        made.recorded,
    ))
}
