//! `placet doctor`: what an operator should know before something fails, and how each thing is mended. It looks,
//! beside a running service too, and changes nothing.

mod here;
mod out;
mod registry;

use super::config::Config;
use super::output::{Exit, Failure, print};
use super::system::SystemClock;
use super::{places, restore};
use crate::app::state::Standing;
use crate::domain::time::Clock;
use serde::Serialize;
use serde_json::json;

pub(super) use here::Rooms;

/// How something stands, as it is printed.
const fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Ok => "ok",
        Standing::Note => "note",
        Standing::Wrong => "WRONG",
        Standing::Failed => "FAILED",
    }
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Finding {
    about: &'static str,
    standing: Standing,
    told: String,
}

/// What is found about a thing.
fn found(about: &'static str, standing: Standing, told: impl Into<String>) -> Finding {
    Finding {
        about,
        standing,
        told: told.into(),
    }
}

/// Looks at everything: exits 1 where something is wrong, 3 where the database cannot be opened.
///
/// # Errors
/// Where the configuration cannot be used.
pub fn run(config: &Config, as_json: bool) -> Result<Exit, Failure> {
    let places = places(config)?;
    let mut all = here::look(config, &places, SystemClock.now());
    all.extend(out::configured(config));
    let whole = restore::unfinished(&places.database);
    all.extend(match whole {
        Ok(()) => registry::look(config, &places),
        Err(failure) => vec![found("database", Standing::Failed, failure.to_string())],
    });
    print(&if as_json {
        json!({ "findings": all }).to_string()
    } else {
        table(&all)
    })?;
    let worst = all.iter().map(|one| one.standing).max();
    Ok(match worst {
        Some(Standing::Failed) => Exit::Failed,
        Some(Standing::Wrong) => Exit::Wrong,
        _ => Exit::Ok,
    })
}

fn table(all: &[Finding]) -> String {
    let line = |one: &Finding| {
        let indented = one.told.replace('\n', "\n       ");
        format!("{:<6} {}: {indented}", word(one.standing), one.about)
    };
    let lines: Vec<String> = all.iter().map(line).collect();
    lines.join("\n")
}
