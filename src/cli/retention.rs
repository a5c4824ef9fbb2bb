//! `placet retention …`: what is due since its time is over.

use super::config::{Config, ConfigError};
use super::open;
use super::output::{Exit, Failure, print};
use crate::access::{EraseSubjects, Grant, KeepRetention, Principal, authorize};
use crate::app::retention::{Ahead, DecisionsKept, DecisionsRan, DueList, Keeping, Ran};
use crate::app::{App, Refusal};
use crate::domain::time::rfc3339;
use clap::Subcommand;
use serde::Serialize;

/// `placet retention …`
#[derive(Subcommand)]
pub enum RetentionCommand {
    /// Count what is due, and what will be, by purpose, system and month
    #[command(after_help = "Example: placet retention due --json")]
    Due,
    /// Do what is due now, as the service does by itself: announce it, or erase once the notice is over
    #[command(after_help = "Example: placet retention run")]
    Run,
    /// Have the schedule wait: nobody is erased by it until it goes on
    #[command(after_help = "Example: placet retention pause")]
    Pause,
    /// Have the schedule go on
    #[command(after_help = "Example: placet retention resume")]
    Resume,
}

/// How long data are kept, as it is configured.
pub(super) fn keeping(config: &Config) -> Result<Keeping, ConfigError> {
    let or_none = |name, must| match config.get(name).as_str() {
        "" => Ok(None),
        _ => config.read(name, must).map(Some),
    };
    Ok(Keeping {
        notice: config.read("retention_notice", "must be a number of days")?,
        proof: config.read("retention_proof", "must be a period like P5Y")?,
        backups: or_none("backup_period", "must be a period like P35D, or empty")?,
        decisions: or_none("decisions_kept", "must be a period like P5Y, or empty")?,
    })
}

/// Runs `placet retention …`.
///
/// # Errors
/// Where it could not be done.
pub fn run(command: &RetentionCommand, config: &Config, as_json: bool) -> Result<Exit, Failure> {
    let app = open(config)?;
    let grant: Grant<KeepRetention> = authorize(&Principal::Operator).map_err(Refusal::from)?;
    match command {
        RetentionCommand::Due => due(&app, &grant, as_json),
        RetentionCommand::Run => {
            let erasing: Grant<EraseSubjects> =
                authorize(&Principal::Operator).map_err(Refusal::from)?;
            let persons = ran(app.keep_retention(&grant, &erasing)?);
            let decisions = decisions(app.expire_decisions(&grant)?);
            print(
                &[Some(persons), decisions]
                    .into_iter()
                    .flatten()
                    .collect::<Vec<_>>()
                    .join("\n"),
            )
        }
        RetentionCommand::Pause => set(&app, &grant, true),
        RetentionCommand::Resume => set(&app, &grant, false),
    }
}

fn set(app: &App, grant: &Grant<KeepRetention>, pause: bool) -> Result<Exit, Failure> {
    let setting = app.pause_retention(grant, pause, app.now(), None);
    let done = actix_web::rt::System::new().block_on(setting)?;
    let what = if pause { "paused" } else { "resumed" };
    let entry = done.positions.last().copied().unwrap_or_default();
    print(&format!("{what}: entry {entry}"))
}

fn ran(ran: Ran) -> String {
    match ran {
        Ran::Nothing => "nobody is due".into(),
        Ran::Announced => "what is due is announced; it is erased once the notice is over".into(),
        Ran::Waits => {
            "nobody can be erased yet: the notice is not over, or what is due is kept".into()
        }
        Ran::Paused => "the schedule waits; let it go on with: placet retention resume".into(),
        Ran::Today => "a run began today already; what it left is done tomorrow".into(),
        Ran::Erased(count) => format!("erased: {count} person(s)"),
    }
}

/// What there is to say of old decisions.
fn decisions(ran: DecisionsRan) -> Option<String> {
    Some(match ran {
        DecisionsRan::Nothing => return None,
        DecisionsRan::Announced => {
            "for how long decisions are kept is announced; older ones go once the notice is over"
                .into()
        }
        DecisionsRan::Waits => "old decisions wait: the notice is not over".into(),
        DecisionsRan::Paused => "old decisions stay: the schedule waits".into(),
        DecisionsRan::TakenOut { decisions, listed } => {
            format!("taken out: {decisions} old decision(s), {listed} line(s) of old lists")
        }
    })
}

fn due(app: &App, grant: &Grant<KeepRetention>, as_json: bool) -> Result<Exit, Failure> {
    let (list, _) = app.count_due(grant)?;
    let decisions = app.decisions_kept(grant)?;
    if as_json {
        let text = serde_json::to_string(&Due { list, decisions });
        return print(&text.map_err(|error| Failure::failed(error.to_string()))?);
    }
    print(&[told(&list), kept(decisions)].join("\n"))
}

/// What `--json` tells.
#[derive(Serialize)]
struct Due {
    #[serde(flatten)]
    list: DueList,
    decisions: DecisionsKept,
}

fn kept(decisions: DecisionsKept) -> String {
    let Some(period) = decisions.period else {
        return "decisions: kept for as long as the registry".into();
    };
    let announced = match decisions.announced {
        Some(day) => format!("announced on {day}"),
        None => "not announced".into(),
    };
    let gone = decisions
        .gone_before
        .map(|before| format!("; those from before {} are gone", rfc3339(before)));
    format!(
        "decisions: kept for {period}, {announced}{}",
        gone.unwrap_or_default()
    )
}

fn told(list: &DueList) -> String {
    let mut lines = vec![
        format!("persons looked at: {}", list.looked_at),
        line("whole files", &list.persons),
        format!("of these the notice is over for: {}", list.ripe),
    ];
    let kept = list.kept.iter().filter(|one| *one.1 > 0);
    lines.extend(kept.map(|(what, count)| format!("kept by a {what}: {count}")));
    let purposes = list.purposes.iter();
    lines.extend(purposes.map(|(id, ahead)| line(&format!("purpose {id}"), ahead)));
    let systems = list.systems.iter();
    lines.extend(systems.map(|(id, ahead)| line(&format!("system {id}"), ahead)));
    lines.join("\n")
}

fn line(name: &str, ahead: &Ahead) -> String {
    let months = ahead.by_month.iter();
    let months: Vec<String> = months
        .map(|(month, count)| format!("{month} {count}"))
        .collect();
    let ahead_of = if months.is_empty() {
        String::new()
    } else {
        format!("; will be: {}", months.join(", "))
    };
    format!("{name}: {} due{ahead_of}", ahead.due)
}
