//! `/sign-in`: a customer types an address, reads a mail, and is in. What is answered to an address is
//! the same for all of them. `GET` shows, `POST` acts; a scanner that opens every link of a mail lacks the
//! cookie of the browser that asked.

use super::{code, failed, frame, posted, unavailable};
use crate::app::App;
use crate::app::enter::{Asking, Entering, LinkFound};
use crate::domain::registry::{Catalogue, Identifier};
use crate::http::browser::{self, Form, Visit, from_our_page};
use crate::http::json::{Body, SMALL};
use crate::http::network::network;
use crate::http::pages::{
    CodeError, EnterPage, Frame, InboxPage, LinkInPage, LinkState, PostForm, ProblemKind,
};
use crate::http::site::Site;
use crate::http::work::block;
use crate::store::Via;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};

/// The cookie of a browser that asked.
const ASKED: &str = "placet-in";
/// The cookie of a session.
pub(super) const SESSION: &str = "placet-me";

/// Asks for the address.
#[get("/sign-in")]
pub async fn ask(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    let status = if site.app.mails() {
        StatusCode::OK
    } else {
        StatusCode::NOT_FOUND
    };
    browser::page(status, address_page(&site, visit, &Via::default(), false))
}

/// The same in a brand's name.
#[get("/at/{brand}")]
pub async fn at_brand(
    site: web::Data<Site>,
    request: HttpRequest,
    brand: web::Path<String>,
) -> HttpResponse {
    at(&site, &request, (&brand, None)).await
}

/// The same, in a place of a brand: where the code on a shop's counter leads.
#[get("/at/{brand}/{place}")]
pub async fn at_place(
    site: web::Data<Site>,
    request: HttpRequest,
    address: web::Path<(String, String)>,
) -> HttpResponse {
    let (brand, place) = address.into_inner();
    at(&site, &request, (&brand, Some(&place))).await
}

async fn at(
    site: &Site,
    request: &HttpRequest,
    (brand, place): (&str, Option<&str>),
) -> HttpResponse {
    let visit = Visit::of(request, site);
    let _behind = site.app.fresh().await;
    let view = site.app.index().view();
    let Some(via) = via(view.catalogue(), brand, place) else {
        return failed(site, &visit, StatusCode::NOT_FOUND, ProblemKind::NotFound);
    };
    visit.in_name_of(via.controller.as_ref());
    let status = if site.app.mails() {
        StatusCode::OK
    } else {
        StatusCode::NOT_FOUND
    };
    browser::page(status, address_page(site, visit, &via, false))
}

/// The way of somebody who comes in a brand's name, from one of its places; `None` where there is no such brand
/// or place.
fn via(catalogue: &Catalogue, brand: &str, place: Option<&str>) -> Option<Via> {
    let controller = catalogue.controllers.get(brand)?;
    if place.is_some_and(|place| !controller.places.contains_key(place)) {
        return None;
    }
    Some(Via {
        controller: Some(controller.id.clone()),
        place: place.map(str::to_owned),
    })
}

/// The way that a form of ours says, or the host.
fn via_of(site: &Site, visit: Visit<'_>, form: &Form) -> (Via, Option<String>) {
    let view = site.app.index().view();
    let host = App::brand_host(view.catalogue(), visit.host());
    let said = form.get("brand").unwrap_or_default();
    let said = via(view.catalogue(), said, form.get("place"));
    let of_host = || Via {
        controller: host.as_ref().map(|(id, _)| id.clone()),
        place: None,
    };
    let found = said.unwrap_or_else(of_host);
    visit.in_name_of(found.controller.as_ref());
    (found, host.map(|(_, host)| host.to_string()))
}

/// Takes the address, and says the same whoever it is.
#[post("/sign-in")]
pub async fn take(site: web::Data<Site>, request: HttpRequest, body: Body<SMALL>) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(&request, &site, &form);
    let (via, host) = via_of(&site, visit, &form);
    let problem = |status, kind| failed(&site, &visit, status, kind);
    if !site.app.mails() {
        return browser::page(
            StatusCode::NOT_FOUND,
            address_page(&site, visit, &via, false),
        );
    }
    if !from_our_page(&request, &site) {
        return problem(StatusCode::FORBIDDEN, ProblemKind::Forbidden);
    }
    let address = form.get("address").unwrap_or_default().trim().to_owned();
    let taken = {
        let (site, address) = (site.clone(), address.clone());
        let network = network(&request, &site);
        let (language, way) = (code(visit.language), (via.clone(), host));
        block(move || {
            let now = site.app.now();
            site.app.ask_sign_in(&address, &network, language, way, now)
        })
        .await
    };
    match taken {
        Ok(Asking::Taken(token)) => {
            let masked = Identifier::email(&address).ok();
            let masked = masked.as_ref().map(Identifier::masked);
            let html = inbox_page(&site, visit, &via, masked, None);
            let minutes = crate::app::enter::VALID.num_minutes();
            let cookie = browser::cookie(&site, ASKED, token.reveal(), Some(minutes));
            browser::with_cookie(browser::page(StatusCode::OK, html), &cookie)
        }
        Ok(Asking::NoAddress) => {
            let html = address_page(&site, visit, &via, true);
            browser::page(StatusCode::UNPROCESSABLE_ENTITY, html)
        }
        Ok(Asking::TooMany) => problem(StatusCode::TOO_MANY_REQUESTS, ProblemKind::TooMany),
        Err(_) => unavailable(&site, visit),
    }
}

/// Asks for the code.
#[get("/sign-in/code")]
pub async fn inbox(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    browser::page(
        StatusCode::OK,
        inbox_page(&site, visit, &Via::default(), None, None),
    )
}

/// Takes the code, in the browser that asked.
#[post("/sign-in/code")]
pub async fn typed(site: web::Data<Site>, request: HttpRequest, body: Body<SMALL>) -> HttpResponse {
    let (form, visit) = match posted(&site, &request, &body) {
        Ok(posted) => posted,
        Err(sent_away) => return *sent_away,
    };
    let (via, _) = via_of(&site, visit, &form);
    let asked = browser::cookie_of(&request, &site, ASKED);
    let code = form.get("code").unwrap_or_default().to_owned();
    let entering = {
        let site = site.clone();
        block(move || match asked {
            Some(asked) => site.app.enter_by_code(&asked, &code, site.app.now()),
            None => Ok(Entering::Expired),
        })
        .await
    };
    answered(&site, visit, &via, entering.ok())
}

/// Shows what a mail's link does here. It changes nothing, whoever opens it.
#[get("/sign-in/{token}")]
pub async fn link(
    site: web::Data<Site>,
    request: HttpRequest,
    token: web::Path<String>,
) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    let asked = browser::cookie_of(&request, &site, ASKED);
    let token = token.into_inner();
    let found = {
        let (site, token) = (site.clone(), token.clone());
        block(move || {
            site.app
                .link_found(asked.as_deref(), &token, site.app.now())
        })
        .await
    };
    let state = match found {
        Ok(LinkFound::Opens) => LinkState::Opens,
        Ok(LinkFound::Elsewhere) => LinkState::Elsewhere,
        Ok(LinkFound::Used) => LinkState::Used,
        Ok(LinkFound::Gone) => LinkState::Late,
        Err(_) => return unavailable(&site, visit),
    };
    link_page(&site, visit, state, Some(token))
}

/// Lets in by a mail's link, in the browser that asked.
#[post("/sign-in/{token}")]
pub async fn pressed(
    site: web::Data<Site>,
    request: HttpRequest,
    token: web::Path<String>,
    body: Body<SMALL>,
) -> HttpResponse {
    let (_, visit) = match posted(&site, &request, &body) {
        Ok(posted) => posted,
        Err(sent_away) => return *sent_away,
    };
    let asked = browser::cookie_of(&request, &site, ASKED);
    let token = token.into_inner();
    let entering = {
        let site = site.clone();
        block(move || {
            let now = site.app.now();
            site.app.enter_by_link(asked.as_deref(), &token, now)
        })
        .await
    };
    answered(&site, visit, &Via::default(), entering.ok())
}

fn answered(site: &Site, visit: Visit<'_>, via: &Via, entering: Option<Entering>) -> HttpResponse {
    let again = |error| {
        let html = inbox_page(site, visit, via, None, Some(error));
        browser::page(StatusCode::UNPROCESSABLE_ENTITY, html)
    };
    match entering {
        Some(Entering::In(session)) => {
            let opened = browser::cookie(site, SESSION, session.reveal(), None);
            let address = format!("/me?lang={}", visit.language.code());
            let response = browser::with_cookie(browser::to(&address), &opened);
            browser::with_cookie(response, &browser::no_cookie(site, ASKED))
        }
        Some(Entering::Wrong) => again(CodeError::Wrong),
        Some(Entering::TooMany) => again(CodeError::Tries),
        Some(Entering::Expired) => link_page(site, visit, LinkState::Late, None),
        Some(Entering::Used) => link_page(site, visit, LinkState::Used, None),
        Some(Entering::Elsewhere) => link_page(site, visit, LinkState::Elsewhere, None),
        None => unavailable(site, visit),
    }
}

fn address_page(site: &Site, visit: Visit<'_>, via: &Via, error: bool) -> String {
    let catalogue = site.app.index().view().catalogue().clone();
    let form = PostForm {
        action_url: "/sign-in".into(),
        hidden: hidden(via),
    };
    EnterPage {
        frame: Frame {
            switch_path: Some(path(via)),
            ..frame(&catalogue, &visit)
        },
        form: site.app.mails().then_some(form),
        error,
    }
    .render()
}

/// The address that shows this page again.
fn path(via: &Via) -> String {
    match (&via.controller, &via.place) {
        (Some(brand), Some(place)) => format!("/at/{brand}/{place}"),
        (Some(brand), None) => format!("/at/{brand}"),
        (None, _) => "/sign-in".to_owned(),
    }
}

/// What carries the way from page to page.
fn hidden(via: &Via) -> Vec<(String, String)> {
    let brand = via.controller.as_ref();
    let brand = brand.map(|brand| ("brand".to_owned(), brand.to_string()));
    let place = via.place.clone().map(|place| ("place".to_owned(), place));
    brand.into_iter().chain(place).collect()
}

fn inbox_page(
    site: &Site,
    visit: Visit<'_>,
    via: &Via,
    masked_contact: Option<String>,
    error: Option<CodeError>,
) -> String {
    let catalogue = site.app.index().view().catalogue().clone();
    InboxPage {
        frame: Frame {
            switch_path: Some("/sign-in/code".into()),
            ..frame(&catalogue, &visit)
        },
        masked_contact,
        form: PostForm {
            action_url: "/sign-in/code".into(),
            hidden: hidden(via),
        },
        error,
    }
    .render()
}

fn link_page(
    site: &Site,
    visit: Visit<'_>,
    state: LinkState,
    token: Option<String>,
) -> HttpResponse {
    let catalogue = site.app.index().view().catalogue().clone();
    let status = match state {
        LinkState::Opens => StatusCode::OK,
        LinkState::Elsewhere => StatusCode::FORBIDDEN,
        LinkState::Used | LinkState::Late => StatusCode::GONE,
    };
    let page = LinkInPage {
        frame: Frame {
            switch_path: token.as_ref().map(|_| String::new()),
            ..frame(&catalogue, &visit)
        },
        state,
        form: PostForm {
            action_url: format!("/sign-in/{}", token.unwrap_or_default()),
            hidden: Vec::new(),
        },
    };
    browser::page(status, page.render())
}
