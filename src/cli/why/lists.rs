//! `placet why` of a person: what their line was answered on lists that were filtered.

use super::english;
use crate::access::{Grant, Principal, ReadSubjects, authorize};
use crate::app::lists::OnList;
use crate::app::{App, Refusal};
use crate::cli::check::named_by;
use crate::cli::output::{Exit, Failure, print, say};
use crate::domain::event::ViewReason;
use crate::domain::ids::AudienceId;
use crate::http::api::lists::PersonOnList;

/// Tells of the list of that id, or of all.
pub(super) fn run(
    open: impl FnOnce() -> Result<App, Failure>,
    [email, phone, id]: [Option<&str>; 3],
    list: Option<&str>,
    reason: Option<&ViewReason>,
    as_json: bool,
) -> Result<Exit, Failure> {
    let wrong = |_| Failure::usage("the id of a list must be a UUID: the audience of its counts");
    let list: Option<AudienceId> = list.map(str::parse).transpose().map_err(wrong)?;
    let app = open()?;
    let grant: Grant<ReadSubjects> = authorize(&Principal::Operator).map_err(Refusal::from)?;
    let named = named_by(&app, email, phone, id)?;
    let found = match app.lists_of_named(&grant, &named, list, reason) {
        Err(Refusal::NotFound(_)) => Vec::new(),
        found => found?,
    };
    if found.is_empty() {
        say("placet: this person is not on record as having been on such a list");
        return Ok(Exit::Wrong);
    }
    if as_json {
        let told: Vec<PersonOnList> = found.iter().map(PersonOnList::of).collect();
        let told = serde_json::to_string(&told);
        return print(&told.map_err(|error| Failure::failed(error.to_string()))?);
    }
    let told: Result<Vec<String>, Failure> = found.iter().map(|one| tell(&app, one)).collect();
    print(&told?.join("\n\n"))
}

/// Four lines or five.
fn tell(app: &App, list: &OnList) -> Result<String, Failure> {
    let about = app.list_about(list)?;
    let by = about.as_ref().and_then(|(_, by)| by.as_ref());
    let by = by.map_or("Somebody", |by| by.name.as_str());
    let purpose = list.told("purpose");
    let title = about.as_ref().map_or_else(
        || purpose.to_owned(),
        |(about, _)| format!("{} ({purpose})", english(&about.title)),
    );
    let campaign = match list.told("campaign") {
        "" => String::new(),
        name => format!(", campaign \"{name}\""),
    };
    let word = if list.permit { "permitted" } else { "denied" };
    let why = list
        .spoken()
        .map_or_else(String::new, |words| format!("{} ", words.en));
    let mut lines = vec![
        format!(
            "List {}, ended {}",
            list.told("audience"),
            list.told("recorded_at")
        ),
        format!(
            "{by} for \"{title}\" by {}{campaign}: {word}.",
            list.told("channel")
        ),
        format!("Why: {why}({})", list.reason),
        format!(
            "Policy version {}, ledger positions {} to {}, recorded in entry {}",
            list.told("policy_version"),
            list.number("from_position"),
            list.number("to_position"),
            list.position,
        ),
    ];
    if !list.is_complete() {
        lines.push("The list broke off before its end.".into());
    }
    Ok(lines.join("\n"))
}
