//! `/sign-in`: a customer types an address, reads a mail, and is in. What is answered to an address is
//! the same for all of them. `GET` shows, `POST` acts; a scanner that opens every link of a mail lacks the
//! cookie of the browser that asked.

use super::{code, failed, frame, posted, unavailable};
use crate::app::enter::{Asking, Entering, LinkFound};
use crate::domain::registry::Identifier;
use crate::http::browser::{self, Form, Visit, from_our_page};
use crate::http::json::{Body, SMALL};
use crate::http::network::network;
use crate::http::pages::{
    CodeError, EnterPage, Frame, InboxPage, LinkInPage, LinkState, PostForm, ProblemKind,
};
use crate::http::site::Site;
use crate::http::work::block;
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
    browser::page(status, address_page(&site, visit, false))
}

/// Takes the address, and says the same whoever it is.
#[post("/sign-in")]
pub async fn take(site: web::Data<Site>, request: HttpRequest, body: Body<SMALL>) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(&request, &site, &form);
    let problem = |status, kind| failed(&site, &visit, status, kind);
    if !site.app.mails() {
        return browser::page(StatusCode::NOT_FOUND, address_page(&site, visit, false));
    }
    if !from_our_page(&request, &site) {
        return problem(StatusCode::FORBIDDEN, ProblemKind::Forbidden);
    }
    let address = form.get("address").unwrap_or_default().trim().to_owned();
    let taken = {
        let (site, address) = (site.clone(), address.clone());
        let network = network(&request, &site);
        let language = code(visit.language);
        block(move || {
            let now = site.app.now();
            site.app.ask_sign_in(&address, &network, language, now)
        })
        .await
    };
    match taken {
        Ok(Asking::Taken(token)) => {
            let masked = Identifier::email(&address).ok();
            let masked = masked.as_ref().map(Identifier::masked);
            let html = inbox_page(&site, visit, masked, None);
            let minutes = crate::app::enter::VALID.num_minutes();
            let cookie = browser::cookie(&site, ASKED, token.reveal(), Some(minutes));
            browser::with_cookie(browser::page(StatusCode::OK, html), &cookie)
        }
        Ok(Asking::NoAddress) => {
            let html = address_page(&site, visit, true);
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
    browser::page(StatusCode::OK, inbox_page(&site, visit, None, None))
}

/// Takes the code, in the browser that asked.
#[post("/sign-in/code")]
pub async fn typed(site: web::Data<Site>, request: HttpRequest, body: Body<SMALL>) -> HttpResponse {
    let (form, visit) = match posted(&site, &request, &body) {
        Ok(posted) => posted,
        Err(sent_away) => return *sent_away,
    };
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
    answered(&site, visit, entering.ok())
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
    answered(&site, visit, entering.ok())
}

fn answered(site: &Site, visit: Visit, entering: Option<Entering>) -> HttpResponse {
    let again = |error| {
        let html = inbox_page(site, visit, None, Some(error));
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

fn address_page(site: &Site, visit: Visit, error: bool) -> String {
    let catalogue = site.app.index().view().catalogue().clone();
    let form = PostForm {
        action_url: "/sign-in".into(),
        hidden: Vec::new(),
    };
    EnterPage {
        frame: Frame {
            switch_path: Some("/sign-in".into()),
            ..frame(&catalogue, visit.language)
        },
        form: site.app.mails().then_some(form),
        error,
    }
    .render()
}

fn inbox_page(
    site: &Site,
    visit: Visit,
    masked_contact: Option<String>,
    error: Option<CodeError>,
) -> String {
    let catalogue = site.app.index().view().catalogue().clone();
    InboxPage {
        frame: Frame {
            switch_path: Some("/sign-in/code".into()),
            ..frame(&catalogue, visit.language)
        },
        masked_contact,
        form: PostForm {
            action_url: "/sign-in/code".into(),
            hidden: Vec::new(),
        },
        error,
    }
    .render()
}

fn link_page(site: &Site, visit: Visit, state: LinkState, token: Option<String>) -> HttpResponse {
    let catalogue = site.app.index().view().catalogue().clone();
    let status = match state {
        LinkState::Opens => StatusCode::OK,
        LinkState::Elsewhere => StatusCode::FORBIDDEN,
        LinkState::Used | LinkState::Late => StatusCode::GONE,
    };
    let page = LinkInPage {
        frame: Frame {
            switch_path: token.as_ref().map(|_| String::new()),
            ..frame(&catalogue, visit.language)
        },
        state,
        form: PostForm {
            action_url: format!("/sign-in/{}", token.unwrap_or_default()),
            hidden: Vec::new(),
        },
    };
    browser::page(status, page.render())
}
