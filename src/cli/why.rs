//! `placet why`: the whole story of a decision in plain words.

mod lists;

use super::config::Config;
use super::open;
use super::output::{Exit, Failure, print};
use crate::access::{Grant, Principal, ReadDecisions, ReadSubjects, authorize};
use crate::app::Refusal;
use crate::app::decisions::story::{Shown, Story};
use crate::domain::event::{NoReason, View, ViewReason};
use crate::domain::ids::DecisionId;
use crate::domain::registry::{Answer, Language, Wording};
use crate::domain::time::rfc3339;
use crate::http::api::decisions::RecordedDecision;
use crate::policy::Effect;
use clap::Args;

/// Tells what was decided and why.
#[derive(Args)]
#[command(after_help = "\
Examples:
  placet why 019aab2c-3d4e-7f50-8a1b-2c3d4e5f6071 --reason complaint --reference 2026-117
  placet why 019aab2c-3d4e-7f50-8a1b-2c3d4e5f6072 --email anne@example.fr
  placet why --email anne@example.fr

With a person it tells of lists: what their line was answered on the list of that id (the audience of the counts at
its end), or on every list that they were on.")]
pub struct WhyArgs {
    /// The `decision_id` of an answer; with a person, the id of a list, or none for all their lists
    #[arg(value_name = "DECISION", required_unless_present_any = ["email", "phone", "id"])]
    decision: Option<String>,
    /// The person whose lists are told, by an e-mail address
    #[arg(long)]
    email: Option<String>,
    /// By a phone number with its country code
    #[arg(long)]
    phone: Option<String>,
    /// By another identifier, like `crm_id:4711`
    #[arg(long, value_name = "TYPE:VALUE")]
    id: Option<String>,
    /// Why you read it, since it tells whom it is about: `person_request`, complaint, audit, correction or other
    #[arg(long, value_name = "WORD")]
    reason: Option<String>,
    /// The number of the request that it is about; the reason other needs one
    #[arg(long, value_name = "NUMBER")]
    reference: Option<String>,
}

/// Runs `placet why`: exits 1 where no such decision, or no such list of that person, is on record.
///
/// # Errors
/// Where the data cannot be read.
pub fn run(args: &WhyArgs, config: &Config, as_json: bool) -> Result<Exit, Failure> {
    let reason = ViewReason::read(args.reason.as_deref(), args.reference.as_deref());
    let reason = reason.map_err(|wrong| {
        let flag = match wrong {
            NoReason::Word => "--reason",
            NoReason::Reference | NoReason::OfWhat => "--reference",
        };
        Failure::usage(format!("{flag} {}", wrong.mend()))
    })?;
    let person = [&args.email, &args.phone, &args.id].map(Option::as_deref);
    if person.iter().any(Option::is_some) {
        let app = || open(config);
        return lists::run(
            app,
            person,
            args.decision.as_deref(),
            reason.as_ref(),
            as_json,
        );
    }
    let wrong = || Failure::usage("DECISION must be the decision_id of an answer, a UUID");
    let id = args.decision.as_deref().unwrap_or_default();
    let id: DecisionId = id.parse().map_err(|_| wrong())?;
    let app = open(config)?;
    let grant: Grant<ReadDecisions> = authorize(&Principal::Operator).map_err(Refusal::from)?;
    let story = match app.decision(&grant, id) {
        Ok(story) => story,
        Err(Refusal::NotFound(_)) => {
            super::output::say(
                "placet: no decision with this id is on record; of a list, name the person as well: --email, --phone or --id",
            );
            return Ok(Exit::Wrong);
        }
        Err(refusal) => return Err(refusal.into()),
    };
    // it tells who the decision is about, and what they had said
    if let Some(subject) = story.subject {
        let reader: Grant<ReadSubjects> = authorize(&Principal::Operator).map_err(Refusal::from)?;
        match app.view(&reader, subject, View::Decision, reason.as_ref()) {
            // a person whose file is gone has none that could be read
            Ok(()) | Err(Refusal::NotFound(_)) => {}
            Err(refusal) => return Err(refusal.into()),
        }
    }
    if as_json {
        let told = serde_json::to_string(&RecordedDecision::of(story, true));
        return print(&told.map_err(|error| Failure::failed(error.to_string()))?);
    }
    print(&tell(&story).join("\n"))
}

/// One line each.
fn tell(story: &Story) -> Vec<String> {
    let outcome = &story.outcome;
    let word = match outcome.effect {
        Effect::Permit => "permitted",
        Effect::Deny => "denied",
    };
    let title = story.about.as_ref().map_or_else(
        || story.purpose.clone(),
        |(purpose, _)| format!("{} ({})", english(&purpose.title), story.purpose),
    );
    let by = story
        .about
        .as_ref()
        .and_then(|(_, controller)| controller.as_ref());
    let channel = story
        .channel
        .map_or("?", crate::domain::registry::Channel::as_str);
    let mut lines = vec![
        format!("Decision {}, made {}", story.id, rfc3339(story.made_at)),
        format!(
            "{} for \"{title}\" by {channel}{}: {word}.",
            by.map_or("Somebody", |controller| controller.name.as_str()),
            campaign(story),
        ),
    ];
    if let Some(at) = story.at {
        let at = rfc3339(at);
        lines.push(format!("A simulation of {at}: never a permission to send."));
    }
    lines.push(format!(
        "Why: {} ({})",
        outcome.explanation.en, outcome.reason
    ));
    if !outcome.also.is_empty() {
        lines.push(format!("Also: {}", outcome.also.join(", ")));
    }
    if let Some(lawful) = &outcome.lawful_if {
        lines.push(format!("It would have been lawful: {}", lawful.en));
    }
    if let Some(from) = story.lawful_from {
        let from = rfc3339(from);
        lines.push(format!("It would have been permitted from {from} on."));
    }
    lines.extend(story.evidence.map(|at| match &story.consent {
        Some(shown) => consent(at, shown),
        None => format!("It rested on the answer at entry {at}, which is there no more."),
    }));
    let source = |by: &crate::app::decisions::story::DecidedBy| match &by.source {
        Some(source) => format!("Rule: {} ({source})", by.id),
        None => format!("Rule: {}", by.id),
    };
    lines.extend(outcome.policies.iter().map(source));
    lines.extend(
        outcome
            .obligations
            .iter()
            .map(|one| format!("To do: {one}")),
    );
    let facts = story
        .facts
        .iter()
        .map(|(name, value)| format!("{name}={value}"));
    let facts: Vec<String> = facts.map(|fact| fact.replace('"', "")).collect();
    lines.push(format!("Facts: {}", facts.join(", ")));
    lines.push(format!(
        "Law of {} on {}, policy version {}, ledger position {}, recorded in entry {}, asked by {}",
        story.laws.join(" and "),
        story.days.join(" or "),
        story.policy_version,
        story.position,
        story.recorded_in,
        story.asked_by,
    ));
    lines
}

fn campaign(story: &Story) -> String {
    let named = story.campaign.as_ref();
    named.map_or_else(String::new, |name| format!(", campaign \"{name}\""))
}

fn consent(at: u64, shown: &Shown) -> String {
    let answered = match shown.answer {
        Answer::Requested => "nothing yet (a confirmation was asked for)",
        Answer::Given => "yes",
        Answer::Refused => "no",
        Answer::Withdrawn => "no more",
    };
    let when = rfc3339(shown.effective_at);
    let words = shown.notice.as_ref().map_or_else(String::new, |notice| {
        let words = english(&notice.text);
        format!(", to these words ({}): \"{words}\"", notice.reference())
    });
    let source = shown.source.as_str();
    let record = shown.record;
    format!("The person said {answered} on {when} ({source}, entry {at}, record {record}){words}")
}

fn english(wording: &Wording) -> &str {
    wording
        .in_or_else(Language::EN)
        .map_or("", |(_, text)| text)
}
