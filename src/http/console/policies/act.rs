//! Trying a draft on everybody, and approving one that somebody else proposed.

use super::simulated::Simulated;
use super::{Desk, PATH};
use crate::access::{ChangePolicies, ReadPolicies};
use crate::app::Refusal;
use crate::http::browser::{Form, Visit};
use crate::http::console::turn::Turn;
use crate::http::console::{allowed, is_ours, to_page, unavailable};
use crate::http::json::{Body, SMALL};
use crate::http::pages::PolicyFault;
use crate::http::site::Site;
use actix_web::{HttpRequest, HttpResponse, post, web};
use chrono::Duration;
use std::sync::atomic::AtomicBool;

/// A simulation goes through everybody: this node makes one at a time for its browsers.
static RUNS: AtomicBool = AtomicBool::new(false);
/// How many days of recorded decisions a draft is tried on: as many as the gate looks at.
const DAYS: i64 = 30;

/// Tries a draft on everybody. Nothing is written.
#[post("/console/policies/{digest}/simulate")]
pub(super) async fn simulate(
    site: web::Data<Site>,
    request: HttpRequest,
    digest: web::Path<String>,
    body: Body<SMALL>,
) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(&request, &site, &form);
    let (open, grant) = match allowed::<ReadPolicies>(&site, &request, visit).await {
        Ok(found) => found,
        Err(sent_away) => return sent_away,
    };
    let desk = match Desk::at(&site, visit, &open).await {
        Ok(desk) => desk,
        Err(sent_away) => return sent_away,
    };
    if !is_ours(&site, &request, &form, &open) {
        let fault = Some(PolicyFault::StaleForm);
        return desk.version_page(&digest, None, fault).await;
    }
    let is_draft = desk
        .version(&digest)
        .is_some_and(|one| one.about.state == "draft");
    if !is_draft {
        return desk.not_found();
    }
    let Some(turn) = Turn::take(&RUNS) else {
        return desk
            .version_page(&digest, None, Some(PolicyFault::Busy))
            .await;
    };
    let (app, name) = (site.clone(), digest.clone());
    let simulated = web::block(move || {
        let _turn = turn;
        let (app, now) = (&app.app, app.app.now());
        let draft = app.policy_pack(&grant, &name)?;
        let found = app.simulate_policy(&grant, &draft, now)?;
        let period = now.utc() - Duration::days(DAYS)..now.utc() + Duration::seconds(1);
        let replay = app.replay_policy(&grant, &draft, &period)?;
        Ok::<_, Refusal>(Simulated { found, replay })
    });
    match simulated.await {
        Ok(Ok(found)) => desk.version_page(&digest, Some(found), None).await,
        _ => unavailable(visit, &open, PATH),
    }
}

/// Puts a draft in force that somebody else proposed, as it was simulated.
#[post("/console/policies/{digest}/approve")]
pub(super) async fn approve(
    site: web::Data<Site>,
    request: HttpRequest,
    digest: web::Path<String>,
    body: Body<SMALL>,
) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(&request, &site, &form);
    let (open, grant) = match allowed::<ChangePolicies>(&site, &request, visit).await {
        Ok(found) => found,
        Err(sent_away) => return sent_away,
    };
    let desk = match Desk::at(&site, visit, &open).await {
        Ok(desk) => desk,
        Err(sent_away) => return sent_away,
    };
    let allowed = form.get("allow_permits").and_then(|text| text.parse().ok());
    let Some(allowed) = allowed.filter(|_| is_ours(&site, &request, &form, &open)) else {
        let fault = Some(PolicyFault::StaleForm);
        return desk.version_page(&digest, None, fault).await;
    };
    // it was tried against the version that was in force then
    if form.get("live") != Some(desk.told.live.as_str()) {
        let fault = Some(PolicyFault::Meanwhile);
        return desk.version_page(&digest, None, fault).await;
    }
    let (app, name) = (site.clone(), digest.clone());
    let approved = web::block(move || {
        let now = app.app.now();
        app.app.approve_policy(&grant, &name, allowed, now, None)
    });
    let fault = match approved.await {
        Ok(Ok(_)) => return to_page(&format!("{PATH}/{digest}")),
        Ok(Err(Refusal::NotFound(_))) => return desk.not_found(),
        Ok(Err(Refusal::Conflict { code, .. })) => match code {
            "second_person_missing" => PolicyFault::Own,
            "gate_closed" => PolicyFault::Gate,
            _ => PolicyFault::Meanwhile,
        },
        _ => return unavailable(visit, &open, PATH),
    };
    desk.version_page(&digest, None, Some(fault)).await
}
