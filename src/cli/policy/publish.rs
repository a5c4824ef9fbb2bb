//! `placet policy publish`, `approve`, `list` and `show`: a version takes two persons.

use super::named;
use crate::app::policies::approve::Gate;
use crate::cli::config::Config;
use crate::cli::doors::person;
use crate::cli::open;
use crate::cli::output::{Exit, Failure, print};
use crate::domain::time::rfc3339;
use crate::policy::PolicySource;
use crate::policy::cases::{Case, read_cases};
use serde_json::json;

/// Proposes packs: tests them and keeps them as a draft.
///
/// # Errors
/// What is wrong with the packs, or who may not propose.
pub fn propose(
    name: &str,
    login: &str,
    why: &str,
    config: &Config,
    as_json: bool,
) -> Result<Exit, Failure> {
    let (pack, cases) = (named::load(name, config)?, cases_of(name)?);
    let app = open(config)?;
    let grant = person(&app, login)?;
    let (proposal, position) = app.propose_policy(&grant, pack, &cases, why, app.now(), None)?;
    if as_json {
        return print(&json!({ "proposal": proposal, "position": position }).to_string());
    }
    print(&format!(
        "proposed {}: {} policies\n\
         {} statements of never/ hold: {} uses drawn, {} permitted, {} forbidden ones all denied\n\
         {} of them proved for all facts\n\
         nothing has changed yet. What it would change:\n  placet policy diff live {}\n  placet policy simulate {}\n\
         and then a second person:\n  placet policy approve {} --as LOGIN",
        proposal.digest,
        proposal.policies,
        proposal.never.statements,
        proposal.never.draws,
        proposal.never.permits,
        proposal.never.forbidden,
        proposal.proofs.iter().filter(|one| one.proved).count(),
        proposal.digest,
        proposal.digest,
        proposal.digest,
    ))
}

/// The cases that lie beside the packs in their directory.
fn cases_of(name: &str) -> Result<Vec<Case>, Failure> {
    let directory = std::path::Path::new(name);
    if !directory.is_dir() {
        return Ok(Vec::new());
    }
    let files = PolicySource::Directory(directory.into()).cases();
    let files = files.map_err(|error| Failure::usage(error.to_string()))?;
    let read: Result<Vec<Vec<Case>>, String> = files.iter().map(read_cases).collect();
    Ok(read
        .map_err(Failure::usage)?
        .into_iter()
        .flatten()
        .collect())
}

/// Approves a draft that somebody else proposed.
///
/// # Errors
/// The same person, no draft, or a closed gate: nothing has changed then.
pub fn approve(
    digest: &str,
    login: &str,
    allow_permits: u64,
    config: &Config,
    as_json: bool,
) -> Result<Exit, Failure> {
    let app = open(config)?;
    let grant = person(&app, login)?;
    let (approval, position) =
        app.approve_policy(&grant, digest, allow_permits, app.now(), None)?;
    if as_json {
        return print(&json!({ "approval": approval, "position": position }).to_string());
    }
    let Gate {
        persons,
        to_permit,
        to_deny,
        decisions,
        decisions_to_permit,
        allowed,
    } = approval.gate;
    print(&format!(
        "in force from position {} on: {}\nit replaces {}\n\
         gate: tried on {persons} persons; {to_permit} uses newly permitted ({allowed} allowed), {to_deny} newly denied; \
         of the last 30 days' {decisions} decisions {decisions_to_permit} would newly be permitted",
        position.unwrap_or_default(),
        approval.digest,
        approval.replaces,
    ))
}

/// Every version that was proposed or in force.
///
/// # Errors
/// Where the data cannot be read.
pub fn list(config: &Config, as_json: bool) -> Result<Exit, Failure> {
    let versions = open(config)?.policy_versions(&named::grant()?)?;
    if as_json {
        let one = |one: &crate::store::PolicyRecord| {
            json!({
                "digest": one.digest, "state": one.state, "published": one.published, "why": one.why,
                "proposed_by": one.proposed_by, "proposed_at": rfc3339(one.proposed_at), "position": one.position,
            })
        };
        return print(&json!(versions.iter().map(one).collect::<Vec<_>>()).to_string());
    }
    let lines = versions.iter().map(|one| {
        let why = if one.published {
            &one.why
        } else {
            "came with the program"
        };
        format!(
            "{:8} {} position {}: {why}",
            one.state, one.digest, one.position
        )
    });
    print(&lines.collect::<Vec<_>>().join("\n"))
}

/// A stored version: its files, one after the other, or one of them.
///
/// # Errors
/// Where there is none, or its files are not those of its digest.
pub fn show(
    digest: &str,
    file: Option<&str>,
    config: &Config,
    as_json: bool,
) -> Result<Exit, Failure> {
    let pack = named::load(digest, config)?;
    let wanted = |path: &str| file.is_none_or(|file| file == path);
    let files: Vec<(&str, &str)> = pack.files().filter(|(path, _)| wanted(path)).collect();
    if files.is_empty() {
        return Err(Failure::usage("this version has no file of that name"));
    }
    if as_json {
        let files: std::collections::BTreeMap<&str, &str> = files.into_iter().collect();
        return print(&json!({ "digest": pack.version(), "files": files }).to_string());
    }
    let texts = files.iter().map(|(path, text)| match file {
        Some(_) => text.trim_end().to_owned(),
        None => format!("==> {path}\n{}", text.trim_end()),
    });
    print(&texts.collect::<Vec<_>>().join("\n\n"))
}
