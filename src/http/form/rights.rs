//! `/me/rights`: which rights there are, and a short way to ask for each: one question a page, all answers
//! once more, then the request. What is answered waits in the session, so that going back asks nothing twice
//! and no address says anything of anybody.

use super::me::{In, sent, signed_in};
use super::{code, failed, frame, unavailable};
use crate::app::Refusal;
use crate::app::requests::{Draft, LONGEST_ANSWER, MOST_OPEN, Wish};
use crate::audit::encoding::hex;
use crate::domain::requests::RequestKind;
use crate::http::browser::{self, Form, Visit};
use crate::http::json::{Body, SMALL};
use crate::http::pages::{
    AskError, AskPage, AskedItem, CheckPage, Frame, OpenRequest, PostForm, ProblemKind, RightItem,
    RightsPage, Words,
};
use crate::http::site::Site;
use crate::http::work::block;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};

/// The rights in the order in which they are told.
const RIGHTS: [RequestKind; 6] = [
    RequestKind::Access,
    RequestKind::Rectification,
    RequestKind::Erasure,
    RequestKind::Objection,
    RequestKind::Restriction,
    RequestKind::Portability,
];

/// One question: the key of its word, and whether it must be answered.
type Question = (&'static str, bool);

const fn questions(kind: RequestKind) -> &'static [Question] {
    match kind {
        RequestKind::Access => &[("ask-access", false)],
        RequestKind::Portability => &[("ask-portability", false)],
        RequestKind::Erasure => &[("ask-erasure", false)],
        RequestKind::Rectification => &[("ask-rectification", true), ("ask-rectification-2", true)],
        RequestKind::Restriction => &[("ask-restriction", true)],
        // no reason is asked for (art. 21(2))
        RequestKind::Objection => &[],
    }
}

/// Whether it holds before it is answered.
pub(super) const fn holds_at_once(kind: RequestKind) -> bool {
    !kind.needs_identity()
}

/// A page of the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Question(usize),
    Check,
}

impl Step {
    fn first(kind: RequestKind) -> Self {
        Self::Question(0).or_check(kind)
    }

    /// What an address names; the first page has no name.
    fn named(kind: RequestKind, name: &str) -> Option<Self> {
        if name == "check" {
            return Some(Self::Check);
        }
        let number: usize = name.parse().ok()?;
        let at = number.checked_sub(1).filter(|at| *at > 0)?;
        (at < questions(kind).len()).then_some(Self::Question(at))
    }

    const fn or_check(self, kind: RequestKind) -> Self {
        match self {
            Self::Question(at) if at < questions(kind).len() => self,
            _ => Self::Check,
        }
    }

    const fn next(self, kind: RequestKind) -> Self {
        match self {
            Self::Question(at) => Self::Question(at + 1).or_check(kind),
            Self::Check => Self::Check,
        }
    }

    fn path(self, kind: RequestKind) -> String {
        let right = format!("/me/rights/{}", kind.as_str());
        match self {
            Self::Question(0) => right,
            Self::Check if questions(kind).is_empty() => right,
            Self::Question(at) => format!("{right}/{}", at + 1),
            Self::Check => format!("{right}/check"),
        }
    }

    /// The page before.
    fn before(self, kind: RequestKind) -> String {
        let at = match self {
            Self::Question(at) => at,
            Self::Check => questions(kind).len(),
        };
        match at.checked_sub(1) {
            Some(before) => Self::Question(before).path(kind),
            None => "/me/rights".to_owned(),
        }
    }
}

/// What a page of the way shows.
struct Shown {
    draft: Draft,
    open: Vec<OpenRequest>,
    masked: String,
}

/// The rights.
#[get("/me/rights")]
pub async fn overview(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    if let Err(sent_away) = signed_in(&site, &request, visit).await {
        return sent_away;
    }
    let lang = visit.language.code();
    let item = |kind: RequestKind| RightItem {
        kind: kind.as_str(),
        at_once: holds_at_once(kind),
        url: format!("{}?lang={lang}", Step::first(kind).path(kind)),
    };
    let page = RightsPage {
        frame: framed(&site, &visit, "/me/rights".into()),
        items: RIGHTS.into_iter().map(item).collect(),
        links: vec![
            ("me-requests", format!("/me/requests?lang={lang}")),
            ("history-back", format!("/me?lang={lang}")),
        ],
    };
    browser::page(StatusCode::OK, page.render())
}

/// The first page of the way to a right.
#[get("/me/rights/{kind}")]
pub async fn begin(
    site: web::Data<Site>,
    request: HttpRequest,
    kind: web::Path<String>,
) -> HttpResponse {
    let step = |kind| Some(Step::first(kind));
    shown(&site, &request, &kind, step).await
}

/// Another page of it.
#[get("/me/rights/{kind}/{step}")]
pub async fn further(
    site: web::Data<Site>,
    request: HttpRequest,
    address: web::Path<(String, String)>,
) -> HttpResponse {
    let (kind, name) = address.into_inner();
    shown(&site, &request, &kind, |kind| Step::named(kind, &name)).await
}

async fn shown(
    site: &web::Data<Site>,
    request: &HttpRequest,
    kind: &str,
    step: impl FnOnce(RequestKind) -> Option<Step>,
) -> HttpResponse {
    let visit = Visit::of(request, site);
    let found = match signed_in(site, request, visit).await {
        Ok(found) => found,
        Err(sent_away) => return sent_away,
    };
    let kind = kind.parse().ok();
    let Some((kind, step)) = kind.and_then(|kind| Some((kind, step(kind)?))) else {
        return nowhere(site, &visit);
    };
    match load(site, visit, &found, kind).await {
        Ok(shown) => page(site, visit, &found, (kind, step), &shown, None),
        Err(()) => unavailable(site, visit),
    }
}

async fn load(
    site: &web::Data<Site>,
    visit: Visit<'_>,
    found: &In,
    kind: RequestKind,
) -> Result<Shown, ()> {
    let (grant, token, contact) = (found.grant.clone(), found.token, found.session.contact);
    let (app, lang) = (site.clone(), visit.language.code());
    block(move || {
        let contacts = app.app.own_contacts(&grant)?;
        let mine = contacts.iter().find(|held| held.blind == contact);
        let own = app.app.own_requests(&grant)?.into_iter();
        let open = own.filter(|one| one.request.is_open() && one.request.receipt.kind == kind);
        let open = open.map(|one| OpenRequest {
            number: one.request.id.number(),
            since: one.request.receipt.received_on,
            url: format!("/me/requests/{}?lang={lang}", one.request.id),
        });
        Ok::<_, Refusal>(Shown {
            draft: app.app.draft(&grant, token)?,
            open: open.collect(),
            masked: mine
                .map(|held| held.identifier.masked())
                .unwrap_or_default(),
        })
    })
    .await
    .map_err(drop)
}

/// A page of the way; where an answer before it is missing, the page that asks for that.
fn page(
    site: &Site,
    visit: Visit<'_>,
    found: &In,
    (kind, step): (RequestKind, Step),
    shown: &Shown,
    wrong: Option<(AskError, &str)>,
) -> HttpResponse {
    if let Some(missing) = missing(kind, step, &shown.draft) {
        return browser::to(&address(visit, missing.path(kind)));
    }
    match step {
        Step::Question(at) => question(site, visit, found, (kind, at), shown, wrong),
        Step::Check => check(site, visit, found, kind, shown),
    }
}

/// The first question before a page that must be answered and is not.
fn missing(kind: RequestKind, step: Step, draft: &Draft) -> Option<Step> {
    let before = match step {
        Step::Question(at) => at,
        Step::Check => questions(kind).len(),
    };
    let asked = questions(kind).iter().enumerate().take(before);
    let empty = |at| draft.answer(kind, at).is_none_or(str::is_empty);
    let mut open = asked.filter(|(at, (_, wanted))| *wanted && empty(*at));
    open.next().map(|(at, _)| Step::Question(at))
}

fn question(
    site: &Site,
    visit: Visit<'_>,
    found: &In,
    (kind, at): (RequestKind, usize),
    shown: &Shown,
    wrong: Option<(AskError, &str)>,
) -> HttpResponse {
    let all = questions(kind);
    let Some((word, wanted)) = all.get(at) else {
        return nowhere(site, &visit);
    };
    let step = Step::Question(at);
    let kept = shown.draft.answer(kind, at).unwrap_or_default();
    let page = AskPage {
        frame: framed(site, &visit, step.path(kind)),
        kind: kind.as_str(),
        question: (*word).to_owned(),
        step: (at as u64 + 1, all.len() as u64),
        wanted: *wanted,
        answer: wrong.map_or(kept, |(_, typed)| typed).to_owned(),
        error: wrong.map(|(error, _)| error),
        open: if at == 0 {
            shown.open.clone()
        } else {
            Vec::new()
        },
        form: PostForm {
            action_url: step.path(kind),
            hidden: vec![("csrf".into(), found.session.csrf.clone())],
        },
        back_url: address(visit, step.before(kind)),
    };
    let status = match wrong {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    browser::page(status, page.render())
}

fn check(
    site: &Site,
    visit: Visit<'_>,
    found: &In,
    kind: RequestKind,
    shown: &Shown,
) -> HttpResponse {
    let item = |(at, (word, _)): (usize, &Question)| AskedItem {
        question: (*word).to_owned(),
        answer: shown.draft.answer(kind, at).unwrap_or_default().to_owned(),
        change_url: address(visit, Step::Question(at).path(kind)),
    };
    let hidden = vec![
        ("csrf".to_owned(), found.session.csrf.clone()),
        ("shown".to_owned(), tag(site, found, kind, &shown.draft)),
        ("open".to_owned(), shown.open.len().to_string()),
    ];
    let page = CheckPage {
        frame: framed(site, &visit, Step::Check.path(kind)),
        kind: kind.as_str(),
        at_once: holds_at_once(kind),
        items: questions(kind).iter().enumerate().map(item).collect(),
        masked_contact: shown.masked.clone(),
        open: shown.open.clone(),
        form: (shown.open.len() < MOST_OPEN).then(|| PostForm {
            action_url: format!("/me/rights/{}/check", kind.as_str()),
            hidden,
        }),
        back_url: address(visit, Step::Check.before(kind)),
    };
    browser::page(StatusCode::OK, page.render())
}

/// What the form of the last page brings back: that it is about these answers.
fn tag(site: &Site, found: &In, kind: RequestKind, draft: &Draft) -> String {
    let answers = (0..questions(kind).len()).map(|at| draft.answer(kind, at).unwrap_or_default());
    let all: Vec<&str> = answers.collect();
    let both = format!("right/{}/{}/{all:?}", found.session.csrf, kind.as_str());
    hex(&site.app.keys().form_tag(both.as_bytes()))
}

/// Takes the answer to the first question.
#[post("/me/rights/{kind}")]
pub async fn take_first(
    site: web::Data<Site>,
    request: HttpRequest,
    kind: web::Path<String>,
    body: Body<SMALL>,
) -> HttpResponse {
    let (form, visit, found) = match sent(&site, &request, &body).await {
        Ok(sent) => sent,
        Err(sent_away) => return sent_away,
    };
    match kind.parse() {
        Ok(kind) => taken(&site, visit, &found, (kind, 0), &form).await,
        Err(_) => nowhere(&site, &visit),
    }
}

/// Takes the answer to another question, or the whole.
#[post("/me/rights/{kind}/{step}")]
pub async fn take(
    site: web::Data<Site>,
    request: HttpRequest,
    address: web::Path<(String, String)>,
    body: Body<SMALL>,
) -> HttpResponse {
    let (form, visit, found) = match sent(&site, &request, &body).await {
        Ok(sent) => sent,
        Err(sent_away) => return sent_away,
    };
    let (kind, name) = address.into_inner();
    let kind: Option<RequestKind> = kind.parse().ok();
    match kind.and_then(|kind| Some((kind, Step::named(kind, &name)?))) {
        Some((kind, Step::Question(at))) => taken(&site, visit, &found, (kind, at), &form).await,
        Some((kind, Step::Check)) => filed(&site, visit, &found, kind, &form).await,
        None => nowhere(&site, &visit),
    }
}

async fn taken(
    site: &web::Data<Site>,
    visit: Visit<'_>,
    found: &In,
    (kind, at): (RequestKind, usize),
    form: &Form,
) -> HttpResponse {
    let Some((_, wanted)) = questions(kind).get(at) else {
        return nowhere(site, &visit);
    };
    let Ok(mut shown) = load(site, visit, found, kind).await else {
        return unavailable(site, visit);
    };
    let typed = form.get("answer").unwrap_or_default().replace("\r\n", "\n");
    let typed = typed.trim();
    let error = if typed.chars().count() > LONGEST_ANSWER {
        Some(AskError::Long)
    } else if *wanted && typed.is_empty() {
        Some(AskError::Empty)
    } else {
        None
    };
    if let Some(error) = error {
        return question(site, visit, found, (kind, at), &shown, Some((error, typed)));
    }
    shown.draft.take(kind, at, typed.to_owned());
    match keep(site, found, shown.draft).await {
        Ok(()) => browser::to(&address(visit, Step::Question(at).next(kind).path(kind))),
        Err(()) => unavailable(site, visit),
    }
}

async fn keep(site: &web::Data<Site>, found: &In, draft: Draft) -> Result<(), ()> {
    let (app, grant, token) = (site.clone(), found.grant.clone(), found.token);
    let kept = block(move || app.app.keep_draft(&grant, token, &draft)).await;
    kept.map_err(drop)
}

/// Makes the request of what the page showed; where that is no longer what is answered, or other requests
/// are open than it told of, the page comes again.
async fn filed(
    site: &web::Data<Site>,
    visit: Visit<'_>,
    found: &In,
    kind: RequestKind,
    form: &Form,
) -> HttpResponse {
    let Ok(mut shown) = load(site, visit, found, kind).await else {
        return unavailable(site, visit);
    };
    let again = |shown: &Shown| page(site, visit, found, (kind, Step::Check), shown, None);
    let tag = tag(site, found, kind, &shown.draft);
    let seen: Option<usize> = form.get("open").and_then(|count| count.parse().ok());
    let complete = missing(kind, Step::Check, &shown.draft).is_none();
    let (Some(seen_open), true) = (seen, complete && form.get("shown") == Some(tag.as_str()))
    else {
        return again(&shown);
    };
    let wish = Wish {
        kind,
        text: text(visit, kind, &shown.draft),
        seen_open,
        contact: found.session.contact,
        language: code(visit.language),
        controller: found.session.via.controller.clone(),
    };
    match site
        .app
        .ask_for_right(&found.grant, wish, site.app.now())
        .await
    {
        Ok(request) => {
            shown.draft.forget(kind);
            // a draft that stays is seen again, and nothing more
            let _kept = keep(site, found, shown.draft).await;
            browser::to(&address(visit, format!("/me/requests/{}", request.id)))
        }
        Err(Refusal::Conflict { .. }) => match load(site, visit, found, kind).await {
            Ok(shown) => again(&shown),
            Err(()) => unavailable(site, visit),
        },
        Err(_) => {
            let (status, kind) = (StatusCode::SERVICE_UNAVAILABLE, ProblemKind::NotSaved);
            failed(site, &visit, status, kind)
        }
    }
}

/// What the person wrote, each answer under its question where there are several.
fn text(visit: Visit<'_>, kind: RequestKind, draft: &Draft) -> Option<String> {
    let words = Words::of(visit.language);
    let all = questions(kind);
    let answered = all.iter().enumerate().filter_map(|(at, (word, _))| {
        let answer = draft.answer(kind, at).filter(|answer| !answer.is_empty())?;
        Some(if all.len() > 1 {
            format!("{}\n{answer}", words.get(word))
        } else {
            answer.to_owned()
        })
    });
    let answered: Vec<String> = answered.collect();
    (!answered.is_empty()).then(|| answered.join("\n\n"))
}

fn address(visit: Visit<'_>, path: String) -> String {
    format!("{path}?lang={}", visit.language.code())
}

fn framed(site: &Site, visit: &Visit<'_>, path: String) -> Frame {
    let catalogue = site.app.index().view().catalogue().clone();
    Frame {
        switch_path: Some(path),
        ..frame(&catalogue, visit)
    }
}

fn nowhere(site: &Site, visit: &Visit<'_>) -> HttpResponse {
    failed(site, visit, StatusCode::NOT_FOUND, ProblemKind::NotFound)
}
