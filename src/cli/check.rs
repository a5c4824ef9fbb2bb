//! `placet check`: one decision, explained in words.

use super::config::Config;
use super::open;
use super::output::{Exit, Failure, print};
use crate::access::{CheckDecisions, Grant, Principal, authorize};
use crate::app::check::Question;
use crate::app::contact::{self, Named};
use crate::app::facts::Said;
use crate::app::{App, Refusal};
use crate::domain::time::rfc3339;
use crate::http::api::lawful::LawfulIf;
use clap::Args;
use serde_json::json;

/// How a person is named.
#[derive(Args)]
#[group(required = true, multiple = true)]
pub struct PersonArgs {
    /// By an e-mail address
    #[arg(long)]
    email: Option<String>,
    /// By a phone number with its country code
    #[arg(long)]
    phone: Option<String>,
    /// By another identifier, like `crm_id:4711`
    #[arg(long, value_name = "TYPE:VALUE")]
    id: Option<String>,
}

impl PersonArgs {
    /// The person.
    ///
    /// # Errors
    /// Where an identifier is none.
    pub fn named(&self, app: &App) -> Result<Named, Failure> {
        named_by(
            app,
            self.email.as_deref(),
            self.phone.as_deref(),
            self.id.as_deref(),
        )
    }
}

/// The person of these identifiers, the last as `TYPE:VALUE`.
///
/// # Errors
/// Where one is none.
pub fn named_by(
    app: &App,
    email: Option<&str>,
    phone: Option<&str>,
    id: Option<&str>,
) -> Result<Named, Failure> {
    let other = id.map(|id| id.split_once(':').ok_or(()));
    let other = other
        .transpose()
        .map_err(|()| Failure::usage("--id must be TYPE:VALUE, like crm_id:4711"))?;
    let given = [("email", email), ("phone", phone)]
        .into_iter()
        .filter_map(|(name, text)| Some((name, text?)))
        .chain(other);
    Ok(contact::read_or_refuse(app.keys(), "", given)?)
}

/// Asks for one decision.
#[derive(Args)]
#[command(
    after_help = "Example: placet check --purpose newsletter --channel email --email anne@example.fr"
)]
pub struct CheckArgs {
    /// What for
    #[arg(long)]
    purpose: String,
    /// By which channel
    #[arg(long)]
    channel: String,
    #[command(flatten)]
    person: PersonArgs,
}

/// Runs `placet check`: exits 0 on a permit, 1 on a deny.
///
/// # Errors
/// Where no answer can be given; that is no permission.
pub fn run(args: &CheckArgs, config: &Config, as_json: bool) -> Result<Exit, Failure> {
    let app = open(config)?;
    let named = args.person.named(&app)?;
    app.index_one(&named)?;
    let grant: Grant<CheckDecisions> = authorize(&Principal::Operator).map_err(Refusal::from)?;
    let question = Question {
        blinds: named.blinds(),
        coarse: named.coarse(),
        kinds: named.identifier_kinds(),
        subject: None,
        purpose: args.purpose.clone(),
        channel: args.channel.clone(),
        campaign: None,
        said: Said::default(),
        at: None,
        reserve: false,
    };
    let drafts = app.check_blocking(&grant, &[question], app.now())?;
    let decided = app
        .record_decisions_blocking(drafts)?
        .pop()
        .ok_or_else(|| Failure::failed("no answer"))?;
    let decided = decided.map_err(Refusal::Invalid)?;
    let (permit, outcome) = (decided.outcome.is_permit(), &decided.outcome);
    let word = if permit { "permit" } else { "deny" };
    if as_json {
        let explanation = json!({ "fr": outcome.explanation_fr(), "en": outcome.explanation_en() });
        let lawful = LawfulIf::of(&decided);
        let answer = json!({
            "decision": word, "reason": outcome.reason(), "explanation": explanation,
            "policies": outcome.determining(), "policy_version": decided.policy_version.as_ref(), "position": decided.position,
            "decision_id": decided.id, "lawful_if": lawful, "valid_until": decided.valid_until.map(rfc3339),
            "ask_again_after": decided.ask_again_after.map(rfc3339),
        });
        print(&answer.to_string())?;
    } else {
        let lawful = LawfulIf::of(&decided)
            .map(|lawful| format!("\nIt would be lawful: {}", lawful.en))
            .unwrap_or_default();
        let rest = decided
            .ask_again_after
            .map(|from| format!("\nNot to be asked again before {}", rfc3339(from)))
            .unwrap_or_default();
        print(&format!(
            "{word}: {}\n{}{lawful}{rest}\nOn record as {}",
            outcome.reason(),
            outcome.explanation_en(),
            decided.id
        ))?;
    }
    Ok(if permit { Exit::Ok } else { Exit::Wrong })
}
