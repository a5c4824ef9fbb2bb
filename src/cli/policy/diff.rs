//! `placet policy diff`: what a draft changes, in words.

use super::named;
use crate::cli::config::Config;
use crate::cli::output::{Exit, Failure, print};
use crate::policy::{Changed, Changes, Effect, Term, Written};
use serde_json::json;

/// Compares two sets of packs.
///
/// # Errors
/// Where one of them cannot be read or does not validate.
pub fn run(from: &str, to: &str, config: &Config, as_json: bool) -> Result<Exit, Failure> {
    let (from, to) = (named::load(from, config)?, named::load(to, config)?);
    let found = Changes::between(&from, &to).map_err(|error| Failure::usage(error.to_string()))?;
    if as_json {
        print(&json!(found).to_string())?;
    } else {
        print(&words(&found))?;
    }
    Ok(if found.is_empty() {
        Exit::Ok
    } else {
        Exit::Wrong
    })
}

/// The difference as a person reads it.
fn words(found: &Changes) -> String {
    if found.is_empty() {
        let same = "nothing differs that decides or explains";
        return if found.from == found.to {
            format!("{same}: both are {}", found.to)
        } else {
            format!("{same}; the files differ ({} and {})", found.from, found.to)
        };
    }
    let mut lines = vec![format!("from {}\nto   {}", found.from, found.to)];
    if found.schema {
        lines.push("\nthe schema differs: facts or words were added or taken away".into());
    }
    lines.extend(found.packs.iter().map(|one| changed("pack", one)));
    lines.extend(found.removed.iter().map(|one| written("removed", '-', one)));
    lines.extend(found.added.iter().map(|one| written("added", '+', one)));
    lines.extend(found.changed.iter().map(|one| changed("changed", one)));
    lines.push(format!(
        "\n{} added, {} removed, {} changed",
        found.added.len(),
        found.removed.len(),
        found.changed.len()
    ));
    lines.join("\n")
}

fn written(what: &str, sign: char, one: &Written) -> String {
    let policy = &one.description;
    let verb = match policy.effect {
        Effect::Permit => "permits",
        Effect::Deny => "denies",
    };
    let mut lines = vec![
        format!("\n{what}: {} ({}:{})", policy.id, policy.file, policy.line),
        format!("  {sign} {verb}: {} ({})", policy.reason, policy.source),
        format!("  {sign} {}", policy.en),
    ];
    for (day, word) in [(policy.from, "from"), (policy.until, "until")] {
        lines.extend(day.map(|day| format!("  {sign} {word} {day}")));
    }
    for (at, clause) in one.conditions.iter().enumerate() {
        let word = if at == 0 { "where" } else { "  and" };
        lines.push(format!("  {sign} {word} {clause}"));
    }
    lines.join("\n")
}

fn changed(what: &str, one: &Changed) -> String {
    let mut lines = vec![format!("\n{what}: {}", one.id)];
    for Term { what, from, to } in &one.terms {
        lines.extend(from.iter().map(|text| format!("  - {what}: {text}")));
        lines.extend(to.iter().map(|text| format!("  + {what}: {text}")));
    }
    lines.join("\n")
}
