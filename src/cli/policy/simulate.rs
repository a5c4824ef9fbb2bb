//! `placet policy simulate`: a draft tried on everybody, with nothing written.

use super::named;
use crate::app::policies::simulate::{Flips, Simulation, Use};
use crate::cli::config::Config;
use crate::cli::open;
use crate::cli::output::{Exit, Failure, print};
use chrono::{DateTime, Utc};
use serde_json::json;
use std::ops::Range;

/// Simulates a draft, on the recorded decisions of a period as well where one is given; exits 1
/// where it would newly permit more than allowed.
///
/// # Errors
/// Where the draft or the data cannot be read.
pub fn run(
    name: &str,
    period: Option<Range<DateTime<Utc>>>,
    allow_permits: u64,
    config: &Config,
    as_json: bool,
) -> Result<Exit, Failure> {
    let draft = named::load(name, config)?;
    let app = open(config)?;
    let grant = named::grant()?;
    let found = app.simulate_policy(&grant, &draft, app.now())?;
    let replay = period.map(|period| app.replay_policy(&grant, &draft, &period));
    let replay = replay.transpose()?;
    if as_json {
        let mut told = json!(found);
        if let (Some(all), Some(replay)) = (told.as_object_mut(), &replay) {
            all.insert("decisions".into(), json!(replay));
        }
        print(&told.to_string())?;
    } else {
        print(&words(&found, allow_permits))?;
        if let Some(replay) = &replay {
            print(&super::replay::words(replay, allow_permits))?;
        }
    }
    let newly = replay.map_or(0, |replay| replay.to_permit());
    let closed = found.to_permit().max(newly) > allow_permits;
    Ok(if closed { Exit::Wrong } else { Exit::Ok })
}

fn words(found: &Simulation, allowed: u64) -> String {
    let mut lines = vec![format!(
        "live  {}\ndraft {}\ntried on {} persons: {}\n",
        found.live,
        found.draft,
        found.persons,
        found.circumstances.join("; ")
    )];
    lines.extend(found.uses.iter().map(one));
    let (permit, deny) = (found.to_permit(), found.to_deny());
    lines.push(format!(
        "\n{permit} uses newly permitted, {deny} newly denied"
    ));
    if permit > allowed {
        lines.push(format!(
            "the gate is closed: {permit} uses would newly be permitted and {allowed} are allowed"
        ));
    }
    lines.join("\n")
}

fn one(one: &Use) -> String {
    let mut text = format!(
        "{} by {}: {} newly permitted, {} newly denied",
        one.purpose, one.channel, one.to_permit, one.to_deny
    );
    for flips in &one.flips {
        text.push_str(&told(flips));
    }
    text
}

/// The answer that a flip starts from.
pub(super) fn other(to: &str) -> &'static str {
    if to == "permit" { "deny" } else { "permit" }
}

fn told(flips: &Flips) -> String {
    let from = other(flips.to);
    let examples: Vec<String> = flips.examples.iter().map(ToString::to_string).collect();
    format!(
        "\n  {} persons: {from} {} -> {} {} ({})\n    for example {}",
        flips.persons,
        flips.live,
        flips.to,
        flips.draft,
        flips.circumstances,
        examples.join(" ")
    )
}
