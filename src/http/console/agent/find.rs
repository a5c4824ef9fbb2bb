//! `/console/customers`: an exact contact point leads to the customer. There is no list to look through.

use super::asked::{self, Asking};
use super::place::Place;
use super::{Agent, DAY, PATH};
use crate::app::Refusal;
use crate::app::contact::{self, Named};
use crate::app::serve_customer::Found;
use crate::domain::registry::{Identifier, IdentifierError};
use crate::http::browser::{self, Form, Visit};
use crate::http::console::{frame, is_ours};
use crate::http::json::{Body, SMALL};
use crate::http::pages::{AgentFindError, AgentFindPage, Language, Pick, PostForm, Text};
use crate::http::problem::Problem;
use crate::http::site::Site;
use crate::http::work::block;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};

/// The search.
#[get("/console/customers")]
pub async fn show(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    match Agent::of(&site, &request, visit).await {
        Ok(agent) => {
            let place = Place::kept(&request, &site);
            browser::page(StatusCode::OK, page(visit, &agent, &place, "", None))
        }
        Err(answer) => answer,
    }
}

/// The customer's choices, to be asked about.
#[post("/console/customers")]
pub async fn find(site: web::Data<Site>, request: HttpRequest, body: Body<SMALL>) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(&request, &site, &form);
    let agent = match Agent::of(&site, &request, visit).await {
        Ok(agent) => agent,
        Err(answer) => return answer,
    };
    let place = Place::of(&form, &site);
    let typed = form.get("contact").unwrap_or_default();
    let again = |error| {
        let html = page(visit, &agent, &place, typed, Some(error));
        browser::page(StatusCode::UNPROCESSABLE_ENTITY, html)
    };
    if !is_ours(&site, &request, &form, &agent.open) {
        return again(AgentFindError::StaleForm);
    }
    let Ok(named) = named(&site, typed) else {
        return again(AgentFindError::Contact);
    };
    let Ok(found) = choices(&site, &agent, &named).await else {
        return again(AgentFindError::Unavailable);
    };
    let asking = Asking {
        agent: &agent,
        place: &place,
        named: &named,
    };
    let html = asked::page(&site, visit, &asking, &found, &form, Vec::new());
    let mut response = browser::page(StatusCode::OK, html);
    // without the cookie the place is asked for again
    drop(response.add_cookie(&place.cookie(&site)));
    response
}

/// Whom an agent typed: an e-mail address, a telephone number as one dials it in the brand's
/// country, or else the customer's number.
pub(super) fn named(site: &Site, typed: &str) -> Result<Named, IdentifierError> {
    let typed = typed.trim();
    let country = {
        let view = site.app.index().view();
        let mut controllers = view.catalogue().controllers.values();
        controllers.find_map(|controller| controller.country.clone())
    };
    let identifier = if typed.contains('@') {
        Identifier::email(typed)?
    } else {
        Identifier::phone(typed, country.as_deref()).or_else(|error| {
            match typed.strip_prefix('+') {
                Some(_) => Err(error),
                None => Identifier::crm_id(typed),
            }
        })?
    };
    Ok(Named {
        contacts: vec![contact::contact(site.app.keys(), identifier)],
        hashes: Vec::new(),
    })
}

/// The choices of whom the agent named.
pub(super) async fn choices(
    site: &web::Data<Site>,
    agent: &Agent,
    named: &Named,
) -> Result<Found, Problem> {
    let (site, grant, named) = (site.clone(), agent.grant.clone(), named.clone());
    block(move || {
        let nobody = Refusal::NotFound("a contact point");
        let contact = named.contacts.first().ok_or(nobody)?;
        site.app.find_customer(&grant, contact)
    })
    .await
}

/// The page of the search.
pub(super) fn page(
    visit: Visit<'_>,
    agent: &Agent,
    place: &Place,
    typed: &str,
    error: Option<AgentFindError>,
) -> String {
    let frame = frame(visit, &agent.open);
    let words = frame.words();
    let kinds = Place::KINDS.map(|kind| Pick {
        value: kind.as_str().to_owned(),
        label: Text::new(words.code("agent-place", kind.as_str())),
        selected: kind == place.kind,
    });
    let tongues = Language::ALL.map(|language| Pick {
        value: language.code().to_owned(),
        label: Text::foreign(language.own_name(), language.code()),
        selected: language == place.tongue,
    });
    AgentFindPage {
        frame,
        form: PostForm {
            action_url: PATH.into(),
            hidden: vec![("csrf".into(), agent.open.csrf.clone())],
        },
        contact: typed.to_owned(),
        day_url: DAY.to_owned(),
        kinds: kinds.to_vec(),
        place: place.name.clone(),
        tongues: tongues.to_vec(),
        error,
    }
    .render()
}
