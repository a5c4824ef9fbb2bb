//! `POST /console/customers/answers`: what the customer answered is written down, with a receipt.

use super::asked::{self, Asking, RECEIPT};
use super::place::{Place, act};
use super::{Agent, DAY, PATH, find};
use crate::app::Refusal;
use crate::app::choices::OwnChoicesView;
use crate::app::choose::{Changed, Wishes};
use crate::app::contact::hash_text;
use crate::app::serve_customer::{Found, Served, Taken};
use crate::domain::registry::{Act, Answer};
use crate::http::browser::{self, Form, Visit};
use crate::http::console::{frame, is_ours, to, unavailable};
use crate::http::form::save::{error, standing, wishes};
use crate::http::form::undo::{Start, offer};
use crate::http::form::{code, text};
use crate::http::json::{Body, SMALL};
use crate::http::pages::{
    AgentDonePage, AgentFindError, ChoicesError, Frame, ReceiptLine, Text, When,
};
use crate::http::site::Site;
use crate::http::work::block;
use crate::store::{Committed, Contact};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, post, web};

/// The longest number of a call or of a paper form.
const LONGEST_REFERENCE: usize = 100;

/// Writes a customer's answers down.
#[post("/console/customers/answers")]
pub async fn write_down(
    site: web::Data<Site>,
    request: HttpRequest,
    body: Body<SMALL>,
) -> HttpResponse {
    taken(site, request, body, false).await
}

/// Writes answers down, or takes those of a moment ago back.
pub(super) async fn taken(
    site: web::Data<Site>,
    request: HttpRequest,
    body: Body<SMALL>,
    undone: bool,
) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(&request, &site, &form);
    let agent = match Agent::of(&site, &request, visit).await {
        Ok(agent) => agent,
        Err(sent_away) => return sent_away,
    };
    let place = Place::of(&form, &site);
    if !is_ours(&site, &request, &form, &agent.open) {
        let html = find::page(visit, &agent, &place, "", Some(AgentFindError::StaleForm));
        return browser::page(StatusCode::UNPROCESSABLE_ENTITY, html);
    }
    let Ok(named) = find::named(&site, form.get("contact").unwrap_or_default()) else {
        return to(PATH);
    };
    let asking = Asking {
        agent: &agent,
        place: &place,
        named: &named,
    };
    let Ok(found) = find::choices(&site, &agent, &named).await else {
        return unavailable(visit, &agent.open, PATH);
    };
    let at = site.app.now().utc().with_timezone(&site.timezone);
    let view = &found.choices;
    let problems = match read(&form, view, &asking, undone, at)
        .and_then(|wishes| Ok((wishes, receipt_to(&form, &asking, &found)?)))
    {
        Ok((wishes, to)) => match write(&site, (&asking, &found), wishes, to.clone()).await {
            Ok(written) => {
                let html = done(&site, visit, &asking, &found, written, (undone, to));
                return browser::page(StatusCode::OK, html);
            }
            Err(Refusal::Invalid(problems)) => problems.iter().map(error).collect(),
            Err(_) => return unavailable(visit, &agent.open, PATH),
        },
        Err(problems) => problems,
    };
    remember(&site, &agent, &problems).await;
    // as it stands now: somebody may have answered since the page was made
    let found = find::choices(&site, &agent, &named).await.unwrap_or(found);
    let html = asked::page(&site, visit, &asking, &found, &form, problems);
    browser::page(StatusCode::UNPROCESSABLE_ENTITY, html)
}

/// Keeps what was not taken, for the agent's day. The answer does not wait for a database that fails.
async fn remember(site: &web::Data<Site>, agent: &Agent, problems: &[ChoicesError]) {
    let told = |error: &ChoicesError| match error {
        ChoicesError::Changed { field } => (question(field), "changed"),
        ChoicesError::Invalid { field } => (question(field), "invalid"),
        ChoicesError::StaleForm => (String::new(), "stale_form"),
    };
    let refused: Vec<(String, &str)> = problems.iter().map(told).collect();
    let (app, grant) = (site.clone(), agent.grant.clone());
    let kept = block(move || app.app.not_taken(&grant, &refused, app.app.now())).await;
    if kept.is_err() {
        tracing::warn!("what was not taken from an agent could not be kept");
    }
}

/// A question of the catalogue, or none: what was sent is not kept.
fn question(field: &str) -> String {
    field.strip_prefix("choice.").unwrap_or_default().to_owned()
}

fn read(
    form: &Form,
    view: &OwnChoicesView,
    asking: &Asking<'_>,
    undone: bool,
    at: When,
) -> Result<Wishes, Vec<ChoicesError>> {
    let wishes = wishes(form, view, asking.place.tongue, at)?;
    let reference = form.get("reference").map(str::trim).unwrap_or_default();
    let reference: String = reference.chars().take(LONGEST_REFERENCE).collect();
    Ok(Wishes {
        act: match (undone, wishes.stop_all) {
            (true, _) => Act::ChoiceUndone,
            (_, true) => Act::StopAll,
            _ => act(form),
        },
        language: code(asking.place.tongue),
        source: asking.place.source(&asking.agent.open.login),
        reference: (!reference.is_empty()).then_some(reference),
        ..wishes
    })
}

async fn write(
    site: &web::Data<Site>,
    (asking, found): (&Asking<'_>, &Found),
    wishes: Wishes,
    receipt_to: Option<Contact>,
) -> Result<Option<Committed<Served>>, Refusal> {
    let taken = Taken {
        named: asking.named.clone(),
        wishes,
        receipt_to: receipt_to.filter(|_| site.app.mails()),
        confirm_at: found.addresses(asking.named).next().cloned(),
    };
    let grant = &asking.agent.grant;
    site.app.serve_customer(grant, taken, site.app.now()).await
}

/// The address that the receipt is to go to: one of the customer's, named by its hash.
fn receipt_to(
    form: &Form,
    asking: &Asking<'_>,
    found: &Found,
) -> Result<Option<Contact>, Vec<ChoicesError>> {
    let Some(to) = form.get(RECEIPT).filter(|to| !to.is_empty()) else {
        return Ok(None);
    };
    let mut addresses = found.addresses(asking.named);
    let theirs = addresses.find(|one| hash_text(&one.blind) == to).cloned();
    theirs
        .map(Some)
        .ok_or_else(|| vec![ChoicesError::StaleForm])
}

fn done(
    site: &Site,
    visit: Visit<'_>,
    asking: &Asking<'_>,
    found: &Found,
    written: Option<Committed<Served>>,
    (undone, to): (bool, Option<Contact>),
) -> String {
    let view = &found.choices;
    let (Served { changes, mailed }, position) = match written {
        Some(committed) => (committed.value, committed.positions.last().copied()),
        None => (Served::default(), None),
    };
    let to = to.filter(|_| mailed);
    let frame = Frame {
        switch_path: None,
        ..frame(visit, &asking.agent.open)
    };
    let undo = position.filter(|_| !undone).and_then(|position| {
        let taken = asking.place.kind;
        let start = Start {
            view,
            changes: &changes,
            position,
            taken,
        };
        let mut form = asking.form("/undo");
        // who has a receipt by mail gets another that says what holds
        form.hidden
            .extend(to.iter().map(|to| (RECEIPT.into(), hash_text(&to.blind))));
        offer(site, frame.language, form, &start)
    });
    let catalogue = &view.catalogue;
    let controller = catalogue.controllers.values().next();
    AgentDonePage {
        frame,
        tongue: asking.place.tongue,
        masked_contact: asking.masked(),
        controller: controller.map(|one| one.name.clone()).unwrap_or_default(),
        lines: changes
            .answers
            .iter()
            .map(|change| line(view, asking, change))
            .collect(),
        place: (
            asking.place.kind.as_str().to_owned(),
            asking.place.name.clone(),
        ),
        at: site.app.now().utc().with_timezone(&site.timezone),
        mailed: to.map(|to| to.identifier.masked()),
        position,
        undone,
        undo,
        next_url: PATH.to_owned(),
        day_url: DAY.to_owned(),
    }
    .render()
}

/// One line of the receipt, in the customer's language.
fn line(view: &OwnChoicesView, asking: &Asking<'_>, change: &Changed) -> ReceiptLine {
    let tongue = asking.place.tongue;
    let mut purposes = view.purposes.iter();
    let offered = purposes.find(|offered| offered.purpose.id.as_str() == change.purpose);
    let notice = offered.and_then(|offered| offered.notice.as_ref());
    let agreed = notice.filter(|_| change.after == Answer::Given);
    ReceiptLine {
        title: offered.map_or_else(Text::default, |offered| {
            text(&offered.purpose.title, tongue)
        }),
        channel: change.channel.as_str().to_owned(),
        answer: standing(Some(change.after)),
        words: agreed.map(|notice| (text(&notice.text, tongue), notice.reference().to_string())),
        record: change.record.to_string(),
    }
}
