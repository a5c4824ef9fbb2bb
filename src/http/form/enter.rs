//! `/sign-in`: a customer types an address, reads a mail, and is in. What is answered to an address is
//! the same for all of them. `GET` shows, `POST` acts; a scanner that opens every link of a mail lacks the
//! cookie of the browser that asked.

use super::join::first_asked;
use super::{code, failed, frame, posted, refused, unavailable};
use crate::app::App;
use crate::app::brand::way_of;
use crate::app::enter::{Asked, Asking, Entering, LinkFound};
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

/// The cookie of a browser that was going somewhere when it was asked to sign in.
pub(super) const GOAL: &str = "placet-to";
/// How long it lasts.
pub(super) const GOAL_MINUTES: i64 = 15;

/// Where somebody was going: a page of their own, and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Goal {
    /// Their rights.
    Rights,
    /// Their requests.
    Requests,
}

impl Goal {
    const ALL: [Self; 2] = [Self::Rights, Self::Requests];

    /// Where an address leads.
    pub fn of(path: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|goal| path.starts_with(goal.path()))
    }

    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Rights => "rights",
            Self::Requests => "requests",
        }
    }

    fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|goal| goal.word() == word)
    }

    const fn path(self) -> &'static str {
        match self {
            Self::Rights => "/me/rights",
            Self::Requests => "/me/requests",
        }
    }
}

/// Asks for the address.
#[get("/sign-in")]
pub async fn ask(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    let status = if site.app.mails() {
        StatusCode::OK
    } else {
        StatusCode::NOT_FOUND
    };
    browser::page(status, address_page(&site, visit, &Way::plain(), false))
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
    let way = Way::code(via);
    let status = if site.app.mails() {
        StatusCode::OK
    } else {
        StatusCode::NOT_FOUND
    };
    browser::page(status, address_page(site, visit, &way, false))
}

/// The way of somebody who comes in a brand's name, from one of its places; `None` where there is no such brand
/// or place.
pub(super) fn via(catalogue: &Catalogue, brand: &str, place: Option<&str>) -> Option<Via> {
    let controller = catalogue.controllers.get(brand)?;
    if place.is_some_and(|place| !controller.places.contains_key(place)) {
        return None;
    }
    Some(Via {
        controller: Some(controller.id.clone()),
        place: place.map(str::to_owned),
    })
}

/// By which way somebody comes, as a form of ours or its address says, or the host.
struct Way {
    via: Via,
    /// The brand's host on which it is, where that is not ours.
    host: Option<String>,
    /// Whether it is the way of a shop's code, which takes in who is not known yet.
    by_code: bool,
}

impl Way {
    fn of(site: &Site, visit: Visit<'_>, form: &Form) -> Self {
        let view = site.app.index().view();
        let host = App::brand_host(view.catalogue(), visit.host());
        let said = form.get("brand").unwrap_or_default();
        let said = via(view.catalogue(), said, form.get("place"));
        let by_code = said.is_some();
        let of_host = || Via {
            controller: host.as_ref().map(|(id, _)| id.clone()),
            place: None,
        };
        let via = said.unwrap_or_else(of_host);
        visit.in_name_of(via.controller.as_ref());
        Self {
            via,
            host: host.map(|(_, host)| host.to_string()),
            by_code,
        }
    }

    /// The plain page to sign in.
    fn plain() -> Self {
        Self {
            via: Via::default(),
            host: None,
            by_code: false,
        }
    }

    /// The way of a code.
    const fn code(via: Via) -> Self {
        Self {
            via,
            host: None,
            by_code: true,
        }
    }
}

/// Takes the address, and says the same whoever it is.
#[post("/sign-in")]
pub async fn take(site: web::Data<Site>, request: HttpRequest, body: Body<SMALL>) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(&request, &site, &form);
    let way = Way::of(&site, visit, &form);
    let problem = |status, kind| failed(&site, &visit, status, kind);
    if !site.app.mails() {
        return browser::page(
            StatusCode::NOT_FOUND,
            address_page(&site, visit, &way, false),
        );
    }
    if !from_our_page(&request, &site) {
        return problem(StatusCode::FORBIDDEN, ProblemKind::Forbidden);
    }
    let address = form.get("address").unwrap_or_default().trim().to_owned();
    let taken = {
        let (site, address) = (site.clone(), address.clone());
        let network = network(&request, &site);
        let (language, newcomers) = (code(visit.language), way.by_code);
        let (via, host) = (way.via.clone(), way.host.clone());
        block(move || {
            let asked = Asked {
                address: &address,
                network: &network,
                language,
                via,
                host,
                newcomers,
            };
            site.app.ask_sign_in(asked, site.app.now())
        })
        .await
    };
    match taken {
        Ok(Asking::Taken(token)) => {
            let masked = Identifier::email(&address).ok();
            let masked = masked.as_ref().map(Identifier::masked);
            let html = inbox_page(&site, visit, &way, masked, None);
            let minutes = crate::app::enter::VALID.num_minutes();
            let cookie = browser::cookie(&site, ASKED, token.reveal(), Some(minutes));
            browser::with_cookie(browser::page(StatusCode::OK, html), &cookie)
        }
        Ok(Asking::NoAddress) => {
            let html = address_page(&site, visit, &way, true);
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
    let asked = Form::read(request.query_string().as_bytes()).unwrap_or_default();
    let way = Way::of(&site, visit, &asked);
    let html = inbox_page(&site, visit, &way, None, None);
    browser::page(StatusCode::OK, html)
}

/// Takes the code, in the browser that asked.
#[post("/sign-in/code")]
pub async fn typed(site: web::Data<Site>, request: HttpRequest, body: Body<SMALL>) -> HttpResponse {
    let (form, visit) = match posted(&site, &request, &body) {
        Ok(posted) => posted,
        Err(sent_away) => return *sent_away,
    };
    let way = Way::of(&site, visit, &form);
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
    answered(&site, visit, &way, entering.ok())
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
    answered(&site, visit, &Way::plain(), entering.ok())
}

fn answered(site: &Site, visit: Visit<'_>, way: &Way, entering: Option<Entering>) -> HttpResponse {
    let again = |error| {
        let html = inbox_page(site, visit, way, None, Some(error));
        browser::page(StatusCode::UNPROCESSABLE_ENTITY, html)
    };
    let late = |state, why| refused(link_page(site, visit, state, None), why);
    match entering {
        Some(Entering::In(session)) => {
            let opened = browser::cookie(site, SESSION, session.reveal(), None);
            let goal = browser::cookie_of(visit.request, site, GOAL);
            let path = goal
                .and_then(|word| Goal::named(&word))
                .map_or("/me", Goal::path);
            let address = format!("{path}?lang={}", visit.language.code());
            let response = browser::with_cookie(browser::to(&address), &opened);
            let response = browser::with_cookie(response, &browser::no_cookie(site, GOAL));
            browser::with_cookie(response, &browser::no_cookie(site, ASKED))
        }
        Some(Entering::Unknown(newcomer)) => first_asked(site, visit, &newcomer),
        Some(Entering::Wrong) => refused(again(CodeError::Wrong), "code_wrong"),
        Some(Entering::TooMany) => refused(again(CodeError::Tries), "too_many_codes"),
        Some(Entering::Expired) => late(LinkState::Late, "sign_in_late"),
        Some(Entering::Used) => late(LinkState::Used, "sign_in_used"),
        Some(Entering::Elsewhere) => late(LinkState::Elsewhere, "sign_in_elsewhere"),
        None => unavailable(site, visit),
    }
}

fn address_page(site: &Site, visit: Visit<'_>, way: &Way, error: bool) -> String {
    let catalogue = site.app.index().view().catalogue().clone();
    let form = PostForm {
        action_url: "/sign-in".into(),
        hidden: hidden(way),
    };
    EnterPage {
        frame: Frame {
            switch_path: Some(path(way)),
            ..frame(&catalogue, &visit)
        },
        form: site.app.mails().then_some(form),
        newcomers: way.by_code,
        error,
    }
    .render()
}

/// The address that shows this page again.
fn path(way: &Way) -> String {
    let of_code = way.via.controller.as_ref().filter(|_| way.by_code);
    of_code.map_or_else(
        || "/sign-in".to_owned(),
        |brand| way_of(brand, way.via.place.as_deref()),
    )
}

/// What carries the way from page to page.
fn hidden(way: &Way) -> Vec<(String, String)> {
    let via = &way.via;
    let brand = via.controller.as_ref().filter(|_| way.by_code);
    let brand = brand.map(|brand| ("brand".to_owned(), brand.to_string()));
    let place = via.place.clone().map(|place| ("place".to_owned(), place));
    brand.into_iter().chain(place).collect()
}

/// The same in an address that already says something.
fn more(hidden: &[(String, String)]) -> String {
    let plain = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    let pairs = hidden.iter().filter(|(_, text)| plain(text));
    pairs
        .map(|(name, text)| format!("&{name}={text}"))
        .collect()
}

fn inbox_page(
    site: &Site,
    visit: Visit<'_>,
    way: &Way,
    masked_contact: Option<String>,
    error: Option<CodeError>,
) -> String {
    let catalogue = site.app.index().view().catalogue().clone();
    let hidden = hidden(way);
    let form = PostForm {
        action_url: "/sign-in/code".into(),
        hidden: hidden.clone(),
    };
    InboxPage {
        frame: Frame {
            switch_path: Some(form.action_url.clone()),
            switch_more: more(&hidden),
            ..frame(&catalogue, &visit)
        },
        masked_contact,
        newcomers: way.by_code,
        again_url: path(way),
        form,
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
