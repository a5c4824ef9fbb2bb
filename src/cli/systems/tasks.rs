//! Tasks of systems, from the command line.

use super::{grant, ways};
use crate::access::WorkRequests;
use crate::app::App;
use crate::app::systems::{Run, Said, StoredTask, brought};
use crate::cli::check::PersonArgs;
use crate::cli::config::Config;
use crate::cli::open;
use crate::cli::output::{Exit, Failure, print, say};
use crate::domain::ids::CaseId;
use crate::domain::systems::{Outcome, Verb, outcome_of};
use chrono::{NaiveDate, TimeDelta};
use clap::{Args, ValueEnum};
use serde_json::json;
use std::time::{Duration, Instant};

/// Between two looks for what is due.
const LOOKS: Duration = Duration::from_millis(200);

/// What the systems are to do.
#[derive(Clone, Copy, ValueEnum)]
enum Wanted {
    /// Tell what they hold (art. 15, 20)
    Read,
    /// Erase, mask or keep; recipients are told (art. 17, 19)
    Erase,
    /// Recipients are told of a correction (art. 16, 19)
    Correct,
    /// Recipients are told of a restriction (art. 18, 19)
    Restrict,
}

/// Has the systems work for one person.
#[derive(Args)]
pub struct RunArgs {
    /// What they are to do
    wanted: Wanted,
    #[command(flatten)]
    person: PersonArgs,
    /// Seconds to wait for what is not done at once
    #[arg(long, default_value_t = 60)]
    wait: u64,
}

/// Says what came of a task.
#[derive(Args)]
pub struct OutcomeArgs {
    /// The task
    task: String,
    /// done, partly, refused, `legal_hold` or failed
    outcome: String,
    /// Rows that were found or changed; of a second look how many are left
    #[arg(long, default_value_t = 0)]
    count: u64,
    /// Why not all, or not at all
    #[arg(long)]
    ground: Option<String>,
    /// Until when it must be kept
    #[arg(long, value_name = "DATE")]
    until: Option<NaiveDate>,
    /// Where it can be seen: a ticket, a protocol; it stays, so never a name
    #[arg(long)]
    evidence: Option<String>,
}

pub(super) fn run(args: &RunArgs, config: &Config, as_json: bool) -> Result<Exit, Failure> {
    let app = open(config)?;
    let case = plan(&app, args)?;
    go_on(config, &app, case, args.wait, as_json)
}

pub(super) fn resume(
    request: &str,
    wait: u64,
    config: &Config,
    as_json: bool,
) -> Result<Exit, Failure> {
    go_on(config, &open(config)?, parsed(request)?, wait, as_json)
}

/// Works on a request until it is over, waits for somebody, or the time is up.
fn go_on(
    config: &Config,
    app: &App,
    case: CaseId,
    wait: u64,
    as_json: bool,
) -> Result<Exit, Failure> {
    say(&format!("request {case}"));
    let until = Instant::now() + Duration::from_secs(wait);
    let ways = ways(config)?;
    let grant = grant::<WorkRequests>()?;
    loop {
        app.run_case(&ways, case)?;
        let tasks = app.tasks_of(&grant, case)?;
        let goes_on = tasks.iter().any(|task| task.due_at.is_some());
        if !goes_on || Instant::now() > until {
            return show(app, &tasks, as_json);
        }
        std::thread::park_timeout(LOOKS);
    }
}

fn plan(app: &App, args: &RunArgs) -> Result<CaseId, Failure> {
    let named = args.person.named(app)?.contacts;
    let named: Vec<_> = named
        .into_iter()
        .map(|contact| contact.identifier)
        .collect();
    let run = match args.wanted {
        Wanted::Read => Run::Read,
        Wanted::Erase => Run::Erase,
        Wanted::Correct => Run::Correct,
        Wanted::Restrict => Run::Restrict,
    };
    let case = CaseId::new(app.now(), app.entropy()).map_err(crate::app::Refusal::from)?;
    let identifiers = brought(&named);
    app.plan_tasks(&grant::<WorkRequests>()?, case, run, &identifiers)?;
    Ok(case)
}

fn parsed<T: std::str::FromStr>(id: &str) -> Result<T, Failure> {
    id.parse()
        .map_err(|_| Failure::usage("this is no id; it must be a UUID"))
}

pub(super) fn tell(request: &str, config: &Config, as_json: bool) -> Result<Exit, Failure> {
    let app = open(config)?;
    let tasks = app.tasks_of(&grant::<WorkRequests>()?, parsed(request)?)?;
    show(&app, &tasks, as_json)
}

/// What came of each task stays; whom it was about, and what was found, can be read no more.
pub(super) fn forget(request: &str, config: &Config) -> Result<Exit, Failure> {
    let (app, case, grant) = (open(config)?, parsed(request)?, grant::<WorkRequests>()?);
    let tasks = app.tasks_of(&grant, case)?;
    if tasks.is_empty() {
        return Err(Failure::usage("no system has a task of this request"));
    }
    let left = tasks.iter().filter(|task| task.progress.outcome.is_none());
    let left = left.count();
    if left > 0 {
        say(&format!(
            "{left} tasks are not over: what they need is kept; see placet systems tasks {case}"
        ));
        return Ok(Exit::Wrong);
    }
    app.forget_found(&grant, case)?;
    say("forgotten");
    Ok(Exit::Ok)
}

/// How they stand: 0 where all is done, or must be kept; 1 where something is left to do.
fn show(app: &App, tasks: &[StoredTask], as_json: bool) -> Result<Exit, Failure> {
    let line = |task: &StoredTask| {
        format!(
            "{}  {:<16} {:<8} {}",
            task.id,
            task.system,
            task.verb,
            stands(app, task)
        )
    };
    if as_json {
        let each = tasks.iter().map(|task| {
            let found = (task.verb == Verb::Read).then(|| task.private.as_ref().map(|one| &one.reveal().rows));
            json!({ "task": task.id, "system": task.system, "verb": task.verb, "progress": task.progress, "rows": found })
        });
        print(&json!({ "tasks": each.collect::<Vec<_>>() }).to_string())?;
    } else {
        print(&tasks.iter().map(line).collect::<Vec<_>>().join("\n"))?;
    }
    let well = tasks.iter().all(|task| {
        matches!(
            task.progress.outcome,
            Some(Outcome::Done | Outcome::LegalHold { .. })
        )
    });
    Ok(if well { Exit::Ok } else { Exit::Wrong })
}

fn stands(app: &App, task: &StoredTask) -> String {
    let progress = &task.progress;
    let (found, changed) = (progress.found, progress.changed);
    match &progress.outcome {
        Some(Outcome::Done) if task.verb.erases() => {
            format!("done: {found} found, {changed} changed, none left")
        }
        Some(Outcome::Done) if task.verb.tells() => "done: told, and acknowledged".into(),
        Some(Outcome::Done) => format!("done: {found} found"),
        Some(Outcome::Partly { why }) => format!("partly: {why}"),
        Some(Outcome::Refused { ground }) => format!("refused: {ground}"),
        Some(Outcome::LegalHold { ground, until }) => {
            let until = until.map(|day| format!(" until {day}")).unwrap_or_default();
            format!("kept{until}: {ground}")
        }
        Some(Outcome::NotVerified { left }) => {
            format!("NOT DONE: it says that it did, and {left} are still there")
        }
        Some(Outcome::Failed { why }) => format!("failed: {why}"),
        None if progress.awaited => format!("waits for its answer ({})", progress.step),
        None => match (progress.last, task.due_at) {
            (Some(why), Some(at)) => {
                let left = (at - app.now().utc()).max(TimeDelta::zero()).num_seconds();
                format!("tried again in {left} s: {why}")
            }
            _ => format!("to do ({})", progress.step),
        },
    }
}

pub(super) fn outcome(args: &OutcomeArgs, config: &Config) -> Result<Exit, Failure> {
    let app = open(config)?;
    let outcome = outcome_of(&args.outcome, args.ground.as_deref(), args.until)
        .map_err(|what| Failure::usage(format!("the outcome {what}")))?;
    let said = Said {
        outcome,
        count: args.count,
        evidence: args.evidence.clone(),
    };
    let task = app.record_outcome(&grant::<WorkRequests>()?, parsed(&args.task)?, said)?;
    let again = task.progress.outcome.is_none();
    print(&stands(&app, &task))?;
    if again {
        say("look again whether anything is left, and say done with --count of what is");
    }
    Ok(Exit::Ok)
}

pub(super) fn retry(task: &str, config: &Config) -> Result<Exit, Failure> {
    let app = open(config)?;
    app.retry_task(&grant::<WorkRequests>()?, parsed(task)?)?;
    say("it is done again");
    Ok(Exit::Ok)
}
