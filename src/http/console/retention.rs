//! `/console/retention`: what is due since its time is over, what was done about it, and what legal holds keep.
//! The lists name nobody: a hold shows the registry's own number and the case.

use super::purposes::period;
use super::{allowed, frame, is_ours, problem, to};
use crate::access::{Grant, KeepHolds, KeepRetention};
use crate::app::Refusal;
use crate::app::contact::{self, Named};
use crate::app::erase::Whom;
use crate::app::holds::HoldClaim;
use crate::app::retention::{Ahead, DueList};
use crate::domain::ids::Position;
use crate::domain::registry::{Catalogue, Identifier, IdentifierKind, Slug};
use crate::domain::requests::HoldGround;
use crate::http::browser::{self, Form, Visit};
use crate::http::form::text;
use crate::http::json::{Body, SMALL};
use crate::http::pages::{
    DecisionsRow, DueRow, DueTable, HoldAsked, HoldRow, Pick, PostForm, ProblemKind,
    RetentionError, RetentionPage, Text,
};
use crate::http::site::Site;
use crate::http::work::block;
use crate::store::{Session, StoredHold};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use std::collections::BTreeMap;

/// Where the page is.
const PATH: &str = "/console/retention";
/// So many holds are on it.
const MOST: u32 = 200;
/// So many runs are on it.
const RUNS: usize = 20;

/// The page.
#[get("/console/retention")]
pub async fn show(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    match allowed::<KeepRetention>(&site, &request, visit).await {
        Ok((open, grant)) => page(&site, visit, &open, grant, (HoldAsked::default(), None)).await,
        Err(sent_away) => sent_away,
    }
}

/// Has the schedule wait, or go on.
#[post("/console/retention/schedule")]
pub async fn pause(site: web::Data<Site>, request: HttpRequest, body: Body<SMALL>) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(&request, &site, &form);
    let (open, grant) = match allowed::<KeepRetention>(&site, &request, visit).await {
        Ok(found) => found,
        Err(sent_away) => return sent_away,
    };
    let wanted = match form.get("act") {
        Some("pause") => Some(true),
        Some("resume") => Some(false),
        _ => None,
    };
    let Some(wanted) = wanted.filter(|_| is_ours(&site, &request, &form, &open)) else {
        let error = (HoldAsked::default(), Some(RetentionError::StaleForm));
        return page(&site, visit, &open, grant, error).await;
    };
    let done = site
        .app
        .pause_retention(&grant, wanted, site.app.now(), None);
    match done.await {
        // whoever else did it meanwhile wanted the same
        Ok(_) | Err(Refusal::Conflict { .. }) => to(PATH),
        Err(_) => super::unavailable(visit, &open, PATH),
    }
}

/// Places a hold.
#[post("/console/retention/holds")]
pub async fn place(site: web::Data<Site>, request: HttpRequest, body: Body<SMALL>) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(&request, &site, &form);
    let (open, grant) = match allowed::<KeepHolds>(&site, &request, visit).await {
        Ok(found) => found,
        Err(sent_away) => return sent_away,
    };
    let field = |name: &str| form.get(name).unwrap_or_default().trim().to_owned();
    let asked = HoldAsked {
        person: field("person"),
        ground: field("ground"),
        until: field("until"),
        reference: field("reference"),
    };
    if !is_ours(&site, &request, &form, &open) {
        return again(&site, visit, &open, (asked, RetentionError::StaleForm)).await;
    }
    let Some(whom) = whom(&site, &asked.person) else {
        return again(&site, visit, &open, (asked, RetentionError::Person)).await;
    };
    let claim = HoldClaim {
        ground: asked.ground.clone(),
        until: asked.until.clone(),
        reference: asked.reference.clone(),
    };
    let placing = site
        .app
        .place_hold(&grant, whom, claim, site.app.now(), None);
    match placing.await {
        Ok(_) => to(PATH),
        Err(Refusal::Invalid(problems)) => {
            let first = problems.first().map(|problem| problem.pointer.as_str());
            let error = match first {
                Some("/until") => RetentionError::Until,
                Some("/reference") => RetentionError::Reference,
                _ => RetentionError::Ground,
            };
            again(&site, visit, &open, (asked, error)).await
        }
        Err(Refusal::NotFound(_) | Refusal::Conflict { .. }) => {
            again(&site, visit, &open, (asked, RetentionError::Person)).await
        }
        Err(_) => super::unavailable(visit, &open, PATH),
    }
}

/// Lifts a hold.
#[post("/console/retention/holds/{id}/lift")]
pub async fn lift(
    site: web::Data<Site>,
    request: HttpRequest,
    id: web::Path<Position>,
    body: Body<SMALL>,
) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(&request, &site, &form);
    let (open, grant) = match allowed::<KeepHolds>(&site, &request, visit).await {
        Ok(found) => found,
        Err(sent_away) => return sent_away,
    };
    let nothing = HoldAsked::default;
    if !is_ours(&site, &request, &form, &open) {
        return again(&site, visit, &open, (nothing(), RetentionError::StaleForm)).await;
    }
    let lifting = site
        .app
        .lift_hold(&grant, id.into_inner(), site.app.now(), None);
    match lifting.await {
        Ok(_) => to(PATH),
        Err(Refusal::NotFound(_) | Refusal::Conflict { .. }) => {
            again(&site, visit, &open, (nothing(), RetentionError::Over)).await
        }
        Err(_) => super::unavailable(visit, &open, PATH),
    }
}

/// Whom a field names: by the registry's number, an address, a phone number, or a customer's key.
fn whom(site: &Site, told: &str) -> Option<Whom> {
    if let Ok(id) = told.parse() {
        return Some(Whom::Subject(id));
    }
    let kind = match told {
        text if text.contains('@') => IdentifierKind::Email,
        text if text.starts_with('+') => IdentifierKind::Phone,
        _ => IdentifierKind::CrmId,
    };
    let identifier = Identifier::parse(kind, told).ok()?;
    Some(Whom::Named(Named {
        contacts: vec![contact::contact(site.app.keys(), identifier)],
        hashes: Vec::new(),
    }))
}

async fn again(
    site: &web::Data<Site>,
    visit: Visit<'_>,
    open: &Session,
    (asked, error): (HoldAsked, RetentionError),
) -> HttpResponse {
    match super::granted(open) {
        Ok(grant) => page(site, visit, open, grant, (asked, Some(error))).await,
        Err(_) => super::forbidden(visit, open),
    }
}

async fn page(
    site: &web::Data<Site>,
    visit: Visit<'_>,
    open: &Session,
    grant: Grant<KeepRetention>,
    (asked, error): (HoldAsked, Option<RetentionError>),
) -> HttpResponse {
    let (app, holding) = (site.clone(), super::granted::<KeepHolds>(open));
    let read = block(move || {
        let (holds, more) = app.app.holds(&holding?, true, (0, MOST))?;
        let (list, stands) = (app.app.due_list(&grant)?, app.app.schedule(&grant)?);
        let decisions = app.app.decisions_kept(&grant)?;
        Ok::<_, Refusal>((list, stands, decisions, (holds, more.is_some())))
    });
    let Ok((list, stands, decisions, (holds, more))) = read.await else {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        return problem(status, ProblemKind::Unavailable, visit, open);
    };
    let catalogue = site.app.index().view().catalogue().clone();
    let (frame, keeping) = (frame(visit, open), site.app.keeping());
    let runs = stands.runs.iter().rev().take(RUNS).copied().collect();
    let html = RetentionPage {
        due: list.map(|list| table(site, visit, &catalogue, &list)),
        announced: stands.announced.map(|(_, on)| on),
        notice: keeping.notice,
        paused_on: stands.paused_on,
        runs,
        backups: keeping.backups.map(|period| period.to_string()),
        decisions: DecisionsRow {
            period: decisions
                .period
                .map(|one| period(frame.words(), &one.to_string())),
            announced: decisions.announced,
            gone_before: decisions
                .gone_before
                .map(|at| at.with_timezone(&site.timezone).date_naive()),
        },
        schedule: form_of(open, format!("{PATH}/schedule")),
        holds: holds.iter().map(|one| row(open, one)).collect(),
        more,
        grounds: HoldGround::ALL
            .map(|ground| Pick {
                value: ground.as_str().to_owned(),
                label: Text::new(format!(
                    "{} ({})",
                    frame.words().code("request-ground", ground.as_str()),
                    frame.words().law(ground.source())
                )),
                selected: asked.ground == ground.as_str(),
            })
            .to_vec(),
        place: form_of(open, format!("{PATH}/holds")),
        asked,
        error,
        frame,
    }
    .render();
    let status = match error {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    browser::page(status, html)
}

fn form_of(open: &Session, action_url: String) -> PostForm {
    PostForm {
        action_url,
        hidden: vec![("csrf".into(), open.csrf.clone())],
    }
}

fn row(open: &Session, one: &StoredHold) -> HoldRow {
    HoldRow {
        id: one.position,
        subject: one.subject.to_string(),
        ground: one.hold.ground.as_str(),
        law: one.hold.ground.source(),
        reference: one.hold.reference.as_str().to_owned(),
        placed_on: one.hold.placed_on,
        until: one.hold.until,
        lift: form_of(open, format!("{PATH}/holds/{}/lift", one.position)),
    }
}

fn table(site: &Site, visit: Visit<'_>, catalogue: &Catalogue, list: &DueList) -> DueTable {
    let title = |id: &Slug| {
        let purpose = catalogue.purpose(id.as_str());
        purpose.map_or_else(
            || Text::new(id.as_str()),
            |purpose| text(&purpose.title, visit.language),
        )
    };
    DueTable {
        at: list.at.with_timezone(&site.timezone),
        looked_at: list.looked_at,
        persons: list.persons.clone(),
        ripe: list.ripe,
        kept: list
            .kept
            .iter()
            .map(|(word, count)| (*word, *count))
            .collect(),
        purposes: rows(&list.purposes, title),
        systems: rows(&list.systems, |id| Text::new(id.as_str())),
    }
}

fn rows(of: &BTreeMap<Slug, Ahead>, title: impl Fn(&Slug) -> Text) -> Vec<DueRow> {
    let row = |(id, ahead): (&Slug, &Ahead)| DueRow {
        title: title(id),
        ahead: ahead.clone(),
    };
    of.iter().map(row).collect()
}
