//! `/join`: somebody of whom nothing is kept says for the first time what they want. Their contact point is shown to
//! be theirs: a brand's own login named them, or they read the mail that a shop's code brought them.

use super::enter::via;
use super::own_login::{answered, told};
use super::save::{error, wishes};
use super::show::{blocks, picked};
use super::{frame, masked, posted, unavailable};
use crate::app::Refusal;
use crate::app::brand::way_of;
use crate::app::enter::{Asserted, Came, Newcomer};
use crate::http::browser::{self, Form, Visit};
use crate::http::json::{Body, SMALL};
use crate::http::pages::{ChoicesError, ChoicesPage, Content, Frame, Language, NotIn, PostForm};
use crate::http::problem::Problem;
use crate::http::site::Site;
use crate::http::work::block;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, post, web};

const PATH: &str = "/join";

/// Takes the first answers of somebody of whom nothing was kept.
#[post("/join")]
pub async fn join(site: web::Data<Site>, request: HttpRequest, body: Body<SMALL>) -> HttpResponse {
    let (form, visit) = match posted(&site, &request, &body) {
        Ok(posted) => posted,
        Err(sent_away) => return *sent_away,
    };
    let slip = form.get("slip").unwrap_or_default().to_owned();
    let found = {
        let (site, slip) = (site.clone(), slip.clone());
        block(move || site.app.newcomer_again(&slip, site.app.now())).await
    };
    let newcomer = match found {
        Ok(Some(newcomer)) => newcomer,
        Ok(None) => return begin_again(&site, visit, &form),
        Err(_) => return unavailable(&site, visit),
    };
    comes_by(&site, visit, &newcomer);
    if let Some(language) = form.get("switch").and_then(Language::from_code) {
        let visit = Visit { language, ..visit };
        return asked(&site, visit, &newcomer, &form, Vec::new());
    }
    let at = site.app.now().utc().with_timezone(&site.timezone);
    let wishes = match wishes(&form, &newcomer.view, visit.language, at) {
        Ok(wishes) => wishes,
        Err(errors) => return asked(&site, visit, &newcomer, &form, errors),
    };
    // who says yes to nothing leaves nothing here
    if !wishes.stop_all && wishes.rows.iter().all(|row| !row.yes) {
        return told(&site, visit, NotIn::Nothing, None);
    }
    let joined = {
        let site = site.clone();
        block(move || Ok::<_, Problem>(site.app.join(&slip, wishes, site.app.now()))).await
    };
    match joined {
        Ok(Ok(Asserted::Refused(_))) => begin_again(&site, visit, &form),
        Ok(Ok(asserted)) => answered(&site, visit, asserted),
        Ok(Err(Refusal::Invalid(problems))) => {
            let errors = problems.iter().map(error).collect();
            asked(&site, visit, &newcomer, &form, errors)
        }
        _ => unavailable(&site, visit),
    }
}

/// Asks for the first answers; where a brand has nothing to ask, nothing is asked.
pub(super) fn first_asked(site: &Site, visit: Visit<'_>, newcomer: &Newcomer) -> HttpResponse {
    if newcomer.view.purposes.is_empty() {
        return told(site, visit, NotIn::Unknown, None);
    }
    asked(site, visit, newcomer, &Form::default(), Vec::new())
}

/// The page was open for too long, or was answered already.
fn begin_again(site: &Site, visit: Visit<'_>, form: &Form) -> HttpResponse {
    let view = site.app.index().view();
    let brand = form.get("brand").unwrap_or_default();
    let came = via(view.catalogue(), brand, form.get("place"));
    let Some(brand) = came.as_ref().and_then(|came| came.controller.as_ref()) else {
        return told(site, visit, NotIn::Refused, None);
    };
    visit.in_name_of(Some(brand));
    let place = came.as_ref().and_then(|came| came.place.as_deref());
    told(site, visit, NotIn::Late, Some(way_of(brand, place)))
}

/// The page of whoever a brand asks is that brand's, and stands in its frame if it is to.
fn comes_by(site: &Site, visit: Visit<'_>, newcomer: &Newcomer) {
    visit.in_name_of(Some(&newcomer.brand));
    if newcomer.came == Came::Frame {
        let view = site.app.index().view();
        visit.framed_by(site, view.catalogue(), Some(&newcomer.brand));
    }
}

/// The page, with what was chosen on the page before.
fn asked(
    site: &Site,
    visit: Visit<'_>,
    newcomer: &Newcomer,
    form: &Form,
    errors: Vec<ChoicesError>,
) -> HttpResponse {
    visit.in_name_of(Some(&newcomer.brand));
    let mut purposes = blocks(site, visit, &newcomer.view);
    for block in &mut purposes {
        if let Content::Choices(rows) = &mut block.content {
            for row in rows {
                row.picked = picked(form, &row.field_name);
            }
        }
    }
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let page = ChoicesPage {
        frame: Frame {
            switch_form: Some("choices"),
            ..frame(&newcomer.view.catalogue, &visit)
        },
        masked_contact: masked(newcomer.view.contact.as_ref()),
        form: PostForm {
            action_url: PATH.into(),
            hidden: hidden(newcomer),
        },
        purposes,
        errors,
    };
    browser::page(status, page.render())
}

/// What the page brings back: the slip, and where to begin again when its time is over.
fn hidden(newcomer: &Newcomer) -> Vec<(String, String)> {
    let mut hidden = vec![
        ("slip".to_owned(), newcomer.slip.clone()),
        ("seen".to_owned(), "0".to_owned()),
    ];
    if let Came::Mail(place) = &newcomer.came {
        hidden.push(("brand".to_owned(), newcomer.brand.to_string()));
        hidden.extend(place.clone().map(|place| ("place".to_owned(), place)));
    }
    hidden
}
