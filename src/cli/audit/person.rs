//! `placet audit export` of one person.

use super::{Ended, ExportArgs, print, tell_findings, tell_json, tell_key, whole};
use crate::access::{ExportAudit, Grant};
use crate::app::App;
use crate::app::export::PersonExported;
use crate::cli::check::named_by;
use crate::http::person_report::HtmlPersonReport;
use chrono::{DateTime, FixedOffset, Utc};
use clap::Args;

/// Of whom, instead of a period.
#[derive(Debug, Clone, Args)]
pub struct OnePerson {
    /// Everything about the person of this e-mail address, instead of a period
    #[arg(long, conflicts_with_all = ["from", "to", "controller", "purpose", "campaign"])]
    pub email: Option<String>,
    /// By a phone number with its country code
    #[arg(long, conflicts_with_all = ["from", "to", "controller", "purpose", "campaign"])]
    pub phone: Option<String>,
    /// By another identifier, like `crm_id:4711`
    #[arg(long, value_name = "TYPE:VALUE", conflicts_with_all = ["from", "to", "controller", "purpose", "campaign"])]
    pub id: Option<String>,
    /// With a person: what was held at this instant, like 2026-05-12T10:00:00+02:00
    #[arg(long, conflicts_with_all = ["from", "to"])]
    pub at: Option<DateTime<FixedOffset>>,
}

/// Exports everything about one person.
pub(super) fn export(
    app: &App,
    grant: &Grant<ExportAudit>,
    args: &ExportArgs,
    json: bool,
) -> Ended {
    let person = &args.person;
    let [email, phone, id] = [&person.email, &person.phone, &person.id].map(Option::as_deref);
    let ended = |failure: crate::cli::output::Failure| (failure.exit as u8, failure.to_string());
    let named = named_by(app, email, phone, id).map_err(ended)?;
    let file_name = args.output.file_name().unwrap_or_default();
    let report = HtmlPersonReport {
        language: args.language,
        zone: chrono_tz::UTC,
        file_name: file_name.to_string_lossy().into_owned(),
    };
    let at = person.at.map(|at| at.with_timezone(&Utc));
    let made = whole(&args.output, |out, _| {
        app.export_person(grant, &named, at, &report, app.now(), out)
    })?;
    tell(app, args, &made, json)
}

fn tell(app: &App, args: &ExportArgs, made: &PersonExported, json: bool) -> Ended {
    if json {
        return tell_json(app, args, made.findings.is_empty(), made);
    }
    print(&format!(
        "{}: one person, {} entries, {} decisions and {} lists",
        args.output.display(),
        made.entries,
        made.decisions,
        made.lists
    ))?;
    tell_key(app)?;
    tell_findings(&made.findings)
}
