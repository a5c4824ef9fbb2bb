//! `placet policy …`

mod diff;
mod law;
pub mod named;
mod publish;
mod replay;
mod simulate;

use crate::cli::config::Config;
use crate::cli::output::{Exit, Failure, print};
use crate::cli::period;
use crate::policy::cases::{self, Case, CaseFile, Report, Verdict};
use crate::policy::gather::LegalCalendar;
use crate::policy::{Draft, Effect, Engine, PolicyError, PolicySource, Proof, Searched};
use chrono::{DateTime, Utc};
use clap::Subcommand;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// `placet policy …`
#[derive(Subcommand)]
pub enum PolicyCommand {
    /// Read the policy packs as the service would at its start
    #[command(after_help = "Example: placet policy validate --policies policies")]
    Validate,
    /// Show in words what lies between two sets of packs: exits 0 where nothing does, 1 where
    /// something does, 2 where one of them cannot be read
    #[command(
        after_help = "A set is a directory, `shipped` (the packs in this program), `live` (what the registry decides by)\nor a stored version, like sha256:9f2c….\n\nExample: placet policy diff live policies"
    )]
    Diff {
        /// What it was
        from: String,
        /// What it is to be
        to: String,
    },
    /// Try a draft on everybody in the registry, and on the recorded decisions of a period: how many
    /// flip, which way, and why. Exits 1 where more would newly be permitted than allowed
    #[command(
        after_help = "Examples:\n  placet policy simulate policies --allow-permits 0\n  placet policy simulate policies --from 2026-11-01 --to 2026-11-30"
    )]
    Simulate {
        /// A directory, `shipped`, or a stored version
        draft: String,
        /// The first day (UTC), or an instant, of recorded decisions to decide again
        #[arg(long, value_parser = period::start, requires = "to")]
        from: Option<DateTime<Utc>>,
        /// The last day (UTC), itself included, or an instant, itself not included
        #[arg(long, value_parser = period::end, requires = "from")]
        to: Option<DateTime<Utc>>,
        /// How many uses (a person, a purpose, a channel) may newly be permitted
        #[arg(long, value_name = "N", default_value_t = 0)]
        allow_permits: u64,
    },
    /// Propose packs: they are tested and kept as a draft until a second person approves them. The
    /// password is read from standard input
    #[command(
        after_help = "Example: placet policy publish policies --as anne --why 'CNIL 2027-014: two years' < password.txt"
    )]
    Publish {
        /// A directory, `shipped`, or a stored version to return to
        draft: String,
        /// The staff account that proposes
        #[arg(long = "as", value_name = "LOGIN")]
        login: String,
        /// Why, in a line; the ledger keeps it
        #[arg(long)]
        why: String,
    },
    /// Put a draft in force that somebody else proposed. The password is read from standard input
    #[command(after_help = "Example: placet policy approve sha256:9f2c… --as paul < password.txt")]
    Approve {
        /// The draft
        digest: String,
        /// The staff account that approves
        #[arg(long = "as", value_name = "LOGIN")]
        login: String,
        /// How many uses (a person, a purpose, a channel) may newly be permitted
        #[arg(long, value_name = "N", default_value_t = 0)]
        allow_permits: u64,
    },
    /// List every version that was proposed or in force
    #[command(after_help = "Example: placet policy list")]
    List,
    /// Print a version's files, or one of them
    #[command(after_help = "Example: placet policy show live fr/phone.cedar")]
    Show {
        /// `live`, `shipped`, or a stored version
        version: String,
        /// One file of it
        file: Option<String>,
    },
    /// Run cases against the policy packs: the law's and the packs' own, or those of the files
    /// named
    #[command(
        after_help = "Without a file, a policy that no case exercises fails the run as well.\n\nExample: placet policy test --policies policies\nExample: placet policy test law/vectors.json"
    )]
    Test {
        /// Files of cases, or a directory of packs with their cases
        #[arg(value_name = "FILE")]
        paths: Vec<PathBuf>,
    },
    /// Print every rule of the law: which policy encodes it and which cases test it, or where
    /// else it lives
    #[command(after_help = "Example: placet policy law > docs/law.md")]
    Law,
}

/// Runs `placet policy …`.
///
/// # Errors
/// Where the result cannot be printed. A policy or a case that is wrong is a result.
pub fn run(command: &PolicyCommand, config: &Config, as_json: bool) -> Result<Exit, Failure> {
    let source = match config.get("policies").as_str() {
        "" => PolicySource::Embedded,
        directory => PolicySource::Directory(directory.into()),
    };
    match command {
        PolicyCommand::Validate => validate(&source, as_json),
        PolicyCommand::Diff { from, to } => diff::run(from, to, config, as_json),
        PolicyCommand::Simulate {
            draft,
            from,
            to,
            allow_permits,
        } => {
            let period = from.zip(*to).map(|(from, to)| from..to);
            simulate::run(draft, period, *allow_permits, config, as_json)
        }
        PolicyCommand::Publish { draft, login, why } => {
            publish::propose(draft, login, why, config, as_json)
        }
        PolicyCommand::Approve {
            digest,
            login,
            allow_permits,
        } => publish::approve(digest, login, *allow_permits, config, as_json),
        PolicyCommand::List => publish::list(config, as_json),
        PolicyCommand::Show { version, file } => {
            publish::show(version, file.as_deref(), config, as_json)
        }
        PolicyCommand::Test { paths } => test(source, paths, as_json),
        PolicyCommand::Law => law::run(&source, as_json),
    }
}

fn compile(source: &PolicySource) -> Result<Engine, PolicyError> {
    source.load().and_then(|pack| Engine::compile(&pack))
}

fn wrong(what: &str) -> Result<Exit, Failure> {
    print(what)?;
    Ok(Exit::Wrong)
}

fn validate(source: &PolicySource, as_json: bool) -> Result<Exit, Failure> {
    let draft = match examine(source) {
        Ok(draft) => draft,
        Err(error) => return wrong(&error),
    };
    let (policies, version) = (draft.engine.policies().count(), draft.engine.version());
    if as_json {
        let never = json!(draft.searched);
        return print(
            &json!({ "policies": policies, "version": version, "never": never, "proofs": draft.proofs })
                .to_string(),
        );
    }
    let Searched {
        draws,
        permits,
        forbidden,
        statements,
    } = draft.searched;
    print(&format!(
        "{policies} policies are valid; version {version}\n\
         {statements} statements of never/ hold: {draws} uses drawn, {permits} permitted, \
         {forbidden} forbidden ones all denied\n{}",
        proved(&draft.proofs, draws)
    ))
}

/// What is known of each statement, a line each.
fn proved(proofs: &[Proof], draws: usize) -> String {
    let told = |proof: &Proof| {
        if proof.proved {
            format!("{}: proved for all facts", proof.statement)
        } else {
            format!(
                "{}: not proved, tried with {draws} random uses",
                proof.statement
            )
        }
    };
    proofs.iter().map(told).collect::<Vec<_>>().join("\n")
}

/// Reads a draft and tests it as a publication does.
fn examine(source: &PolicySource) -> Result<Draft, String> {
    let told = |error: PolicyError| error.to_string();
    let files = source.cases().map_err(told)?;
    let cases: Result<Vec<Vec<Case>>, String> = files.iter().map(cases::read_cases).collect();
    let cases: Vec<Case> = cases?.into_iter().flatten().collect();
    Draft::examine(source.load().map_err(told)?, &cases).map_err(|error| error.to_string())
}

/// What is to be run: which packs, which files, and whether these should exercise every policy.
fn plan(
    source: PolicySource,
    paths: &[PathBuf],
) -> Result<(PolicySource, Vec<CaseFile>, bool), PolicyError> {
    let packs = match paths {
        [] => Some(source.clone()),
        [directory] if directory.is_dir() => Some(PolicySource::Directory(directory.clone())),
        _ => None,
    };
    if let Some(packs) = packs {
        let files = packs.cases()?;
        return Ok((packs, files, true));
    }
    let files = paths
        .iter()
        .map(|path| crate::policy::read_case_file(Path::new(path)));
    Ok((source, files.collect::<Result<_, _>>()?, false))
}

fn test(source: PolicySource, paths: &[PathBuf], as_json: bool) -> Result<Exit, Failure> {
    let planned = plan(source, paths);
    let (source, files, whole) = match planned {
        Ok(planned) => planned,
        Err(error) => return wrong(&error.to_string()),
    };
    let engine = match compile(&source) {
        Ok(engine) => engine,
        Err(error) => return wrong(&error.to_string()),
    };
    let read: Result<Vec<Vec<Case>>, String> = files.iter().map(cases::read_cases).collect();
    let cases = match read {
        Ok(cases) => cases.into_iter().flatten().collect(),
        Err(what) => return wrong(&what),
    };
    let report = cases::run_all(&engine, &LegalCalendar, cases);
    print(&if as_json {
        machine(&report, whole)
    } else {
        words(&report, whole)
    })?;
    let covered = !whole || report.unexercised.is_empty();
    let right = report.failed.is_empty() && covered;
    Ok(if right { Exit::Ok } else { Exit::Wrong })
}

/// The obligations, in brackets, where there are some.
fn obliged(obligations: &[String]) -> String {
    if obligations.is_empty() {
        return String::new();
    }
    format!(" [{}]", obligations.join(" "))
}

const fn word(permit: bool) -> &'static str {
    if permit { "permit" } else { "deny" }
}

fn words(report: &Report, whole: bool) -> String {
    let mut lines: Vec<String> = report.failed.iter().map(failed).collect();
    if whole {
        let never = |id: &String| format!("{id}: no case exercises this policy");
        lines.extend(report.unexercised.iter().map(never));
        if !report.unvaried.is_empty() {
            lines.push(format!(
                "the same in every case: {}",
                report.unvaried.join(", ")
            ));
        }
    }
    lines.push(format!(
        "{} passed, {} failed",
        report.passed,
        report.failed.len()
    ));
    lines.join("\n")
}

fn failed((case, verdict): &(Case, Verdict)) -> String {
    let outcome = &verdict.outcome;
    format!(
        "{}: expected {} {}{}, got {} {}{} ({}){}",
        case.id,
        word(case.expected.permit),
        case.expected.reason,
        obliged(&case.expected.obligations),
        word(outcome.effect() == Effect::Permit),
        outcome.reason(),
        obliged(outcome.obligations()),
        outcome.policy_id(),
        if case.title.is_empty() {
            String::new()
        } else {
            format!("; {}", case.title)
        },
    )
}

fn machine(report: &Report, whole: bool) -> String {
    let failed: Vec<Value> = report
        .failed
        .iter()
        .map(|(case, verdict)| {
            let outcome = &verdict.outcome;
            json!({
                "id": case.id,
                "expected": { "decision": word(case.expected.permit), "reason": case.expected.reason },
                "actual": {
                    "decision": word(outcome.is_permit()), "reason": outcome.reason(),
                    "policies": outcome.determining(),
                },
            })
        })
        .collect();
    let mut told = json!({ "passed": report.passed, "failed": failed });
    if whole && let Some(object) = told.as_object_mut() {
        object.insert("unexercised".into(), json!(report.unexercised));
        object.insert("unvaried".into(), json!(report.unvaried));
    }
    told.to_string()
}
