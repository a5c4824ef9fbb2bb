//! `POST /console/customers/answers`: what the customer answered is written down, with a receipt.

use super::asked::{self, Asking};
use super::place::{Place, act};
use super::{Agent, PATH, find};
use crate::app::Refusal;
use crate::app::choices::OwnChoicesView;
use crate::app::choose::{Changed, Changes, Wishes};
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
use crate::store::Committed;
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
    let Ok(view) = find::choices(&site, &agent, &named).await else {
        return unavailable(visit, &agent.open, PATH);
    };
    let at = site.app.now().utc().with_timezone(&site.timezone);
    let problems = match read(&form, &view, &asking, undone, at) {
        Ok(wishes) => match write(&site, &asking, wishes).await {
            Ok(written) => {
                let html = done(&site, visit, &asking, &view, written, undone);
                return browser::page(StatusCode::OK, html);
            }
            Err(Refusal::Invalid(problems)) => problems.iter().map(error).collect(),
            Err(_) => return unavailable(visit, &agent.open, PATH),
        },
        Err(problems) => problems,
    };
    // as it stands now: somebody may have answered since the page was made
    let view = find::choices(&site, &agent, &named).await.unwrap_or(view);
    let html = asked::page(&site, visit, &asking, &view, &form, problems);
    browser::page(StatusCode::UNPROCESSABLE_ENTITY, html)
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
    asking: &Asking<'_>,
    wishes: Wishes,
) -> Result<Option<Committed<Changes>>, Refusal> {
    let (grant, named) = (&asking.agent.grant, asking.named.clone());
    site.app
        .serve_customer(grant, named, wishes, site.app.now())
        .await
}

fn done(
    site: &Site,
    visit: Visit<'_>,
    asking: &Asking<'_>,
    view: &OwnChoicesView,
    written: Option<Committed<Changes>>,
    undone: bool,
) -> String {
    let (changes, position) = match written {
        Some(committed) => (committed.value, committed.positions.last().copied()),
        None => (Changes::default(), None),
    };
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
        offer(site, frame.language, asking.form("/undo"), &start)
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
        position,
        undone,
        undo,
        next_url: PATH.to_owned(),
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
