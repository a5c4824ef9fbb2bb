//! `placet hold …`: what keeps a person's data although they would be erased.

use super::check::PersonArgs;
use super::config::Config;
use super::open;
use super::output::{Exit, Failure, print};
use crate::access::{Grant, KeepHolds, Principal, authorize};
use crate::app::erase::Whom;
use crate::app::holds::HoldClaim;
use crate::app::{App, Refusal};
use crate::domain::ids::Position;
use crate::http::api::holds::HoldView;
use clap::Subcommand;
use serde_json::json;

/// Holds that are read at once.
const PAGE: u32 = 500;

/// `placet hold …`
#[derive(Subcommand)]
pub enum HoldCommand {
    /// Place a legal hold: while it stands nobody erases the person
    #[command(
        after_help = "Example: placet hold add --email anne@example.fr --ground legal_claims --until 2027-06-30 --reference CASE-2026-7"
    )]
    Add {
        #[command(flatten)]
        person: PersonArgs,
        /// By the id that lookup gives
        #[arg(long, value_name = "ID", conflicts_with_all = ["email", "phone", "id"])]
        subject: Option<String>,
        /// On which ground: `freedom_of_expression`, `legal_obligation`, `public_health`, `archiving`,
        /// `legal_claims`
        #[arg(long)]
        ground: String,
        /// The last day on which it stands
        #[arg(long, value_name = "DAY")]
        until: String,
        /// The number of the case; it stays in the log, so never a name
        #[arg(long)]
        reference: String,
    },
    /// Lift a hold before its last day; what was locked stays so
    #[command(after_help = "Example: placet hold lift 4711")]
    Lift {
        /// The hold's number, as `add` and `list` print it
        hold: Position,
    },
    /// List the holds that stand
    #[command(after_help = "Example: placet hold list --over")]
    List {
        /// Those that are over instead
        #[arg(long)]
        over: bool,
    },
}

/// Runs `placet hold …`.
///
/// # Errors
/// Where nobody is known, or it could not be done.
pub fn run(command: &HoldCommand, config: &Config, as_json: bool) -> Result<Exit, Failure> {
    let app = open(config)?;
    let grant: Grant<KeepHolds> = authorize(&Principal::Operator).map_err(Refusal::from)?;
    match command {
        HoldCommand::Add {
            person,
            subject,
            ground,
            until,
            reference,
        } => {
            let whom = whom(person, subject.as_deref(), &app)?;
            let claim = HoldClaim {
                ground: ground.clone(),
                until: until.clone(),
                reference: reference.clone(),
            };
            let placing = app.place_hold(&grant, whom, claim, app.now(), None);
            let done = actix_web::rt::System::new().block_on(placing)?;
            let (id, locked) = (done.positions.get(done.value.entry), done.value.locked);
            if as_json {
                return print(&json!({ "id": id, "locked": locked }).to_string());
            }
            let then = if locked {
                "; an erasure is asked for: the data are locked"
            } else {
                ""
            };
            print(&format!("hold {}{then}", id.copied().unwrap_or_default()))
        }
        HoldCommand::Lift { hold } => {
            let lifting = app.lift_hold(&grant, *hold, app.now(), None);
            let done = actix_web::rt::System::new().block_on(lifting)?;
            let position = done.positions.last().copied().unwrap_or_default();
            if as_json {
                return print(&json!({ "position": position }).to_string());
            }
            print(&format!("lifted: entry {position}"))
        }
        HoldCommand::List { over } => list(&app, &grant, !over, as_json),
    }
}

pub(super) fn whom(person: &PersonArgs, subject: Option<&str>, app: &App) -> Result<Whom, Failure> {
    let wrong = |_| Failure::usage("--subject must be the id that lookup gives, a UUID");
    Ok(match subject {
        Some(id) => Whom::Subject(id.parse().map_err(wrong)?),
        None => Whom::Named(person.named(app)?),
    })
}

/// A line a hold, whose it is by the registry's own number.
fn list(
    app: &App,
    grant: &Grant<KeepHolds>,
    standing: bool,
    as_json: bool,
) -> Result<Exit, Failure> {
    let mut from = 0;
    loop {
        let (page, next) = app.holds(grant, standing, (from, PAGE))?;
        for view in page.iter().map(HoldView::of) {
            let line = if as_json {
                serde_json::to_string(&view).map_err(|error| Failure::failed(error.to_string()))?
            } else {
                tell(&view)
            };
            print(&line)?;
        }
        match next {
            Some(next) => from = next,
            None => return Ok(Exit::Ok),
        }
    }
}

fn tell(view: &HoldView) -> String {
    let ended = view.lifted_on.as_ref();
    let ended = ended.map(|on| format!(", lifted {on}")).unwrap_or_default();
    format!(
        "{}  {}  until {}  {} ({})  {}{ended}",
        view.id, view.subject_id, view.until, view.ground, view.source, view.reference
    )
}
