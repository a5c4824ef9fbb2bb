//! Whether the service lives, whether it may answer, and its counters.

use crate::domain::time::{from_micros, rfc3339};
use crate::domain::tip::Loss;
use crate::http::problem::Problem;
use crate::http::site::Site;
use crate::http::work::block;
use actix_web::{HttpResponse, get, web};
use serde_json::json;
use std::sync::atomic::Ordering;

/// The process lives.
#[utoipa::path(tag = "operations", responses((status = 200, description = "It lives", body = Object)))]
#[get("/healthz")]
pub async fn alive() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "alive" }))
}

/// Whether this node may answer.
pub struct Readiness {
    /// It may.
    pub ready: bool,
    /// Its index is built.
    built: bool,
    /// It is at the head of the log.
    fresh: bool,
    /// How many entries it has taken in.
    pub position: u64,
}

/// Looks whether this node may answer: for whoever balances the load, and for the console.
pub async fn readiness(site: &Site) -> Readiness {
    let built = site.ready.load(Ordering::SeqCst);
    let fresh = built && site.app.fresh().await.is_ok() && site.app.reads_the_head();
    let stays = !site.leaving.is_so();
    Readiness {
        ready: fresh && stays && site.app.rules().engine().is_ok(),
        built,
        fresh,
        position: site.app.index().position(),
    }
}

/// The service may answer: its index is at the head of the ledger, its policies can be used, and it was not told to end.
#[utoipa::path(
    tag = "operations",
    responses((status = 200, description = "Ready", body = Object), (status = 503, description = "Not ready", body = Object)),
)]
#[get("/readyz")]
pub async fn ready(site: web::Data<Site>) -> HttpResponse {
    let looked = readiness(&site).await;
    let rules = site.app.rules();
    let broken = rules.engine().err();
    let by_cedar = rules.engine().is_ok_and(|engine| engine.is_by_cedar());
    let ready = looked.ready;
    let clock = site.app.clock_state();
    let body = json!({
        "status": if ready { "ready" } else { "not_ready" },
        "index_built": looked.built,
        "at_head": looked.fresh,
        "leaving": site.leaving.is_so(),
        "lost": site.app.loss().map(Loss::as_str),
        "position": looked.position,
        "shard": site.app.index().shard().map(|shard| shard.to_string()),
        "policy_version": rules.version().as_ref(),
        "policy_error": broken,
        "policies_by": if by_cedar { "cedar" } else { "compiled" },
        "clock_behind_seconds": clock.behind,
        "key_epochs": site.app.epoch_state(),
        "timestamps": timestamps(&site),
    });
    if ready {
        HttpResponse::Ok().json(body)
    } else {
        HttpResponse::ServiceUnavailable().json(body)
    }
}

/// The last stamp, and why there is no later one; null where no authority is configured. It does not
/// count for readiness: without an authority everything goes on.
fn timestamps(site: &Site) -> Option<serde_json::Value> {
    let state = site.app.stamp_state()?;
    let at = |(size, at): (u64, i64)| {
        let at = rfc3339(from_micros(at.saturating_mul(1_000_000)));
        json!({ "entries": size, "at": at })
    };
    Some(json!({ "last": state.last.map(at), "error": state.failure }))
}

/// Counters and timings, as Prometheus reads them.
#[utoipa::path(tag = "operations", responses((status = 200, description = "Metrics", body = String, content_type = "text/plain")))]
#[get("/metrics")]
pub async fn metrics(site: web::Data<Site>) -> Result<HttpResponse, Problem> {
    let (position, persons) = {
        let view = site.app.index().view();
        (view.position(), view.persons())
    };
    if let Some(shadow) = site.app.shadowed() {
        site.metrics.shadowed(shadow);
    }
    site.metrics.registers(&site.app.register_days_left());
    site.metrics.clock(site.app.clock_state());
    site.metrics.keys(site.app.keys_ending());
    if let Some(state) = site.app.stamp_state() {
        site.metrics.stamped(&state);
    }
    site.metrics.repeated(site.app.repeats());
    if site.app.index().shard().is_some() {
        site.metrics.elsewhere(site.app.answered_elsewhere());
    }
    if site.app.mails() {
        let app = site.clone();
        if let Ok(counts) = block(move || app.app.mail_counts()).await {
            site.metrics.mails(counts);
        }
    }
    let app = site.clone();
    if let Ok(counts) = block(move || app.app.requests_due(app.app.now())).await {
        site.metrics.requests_due(counts);
    }
    let text = site
        .metrics
        .text(position, persons)
        .map_err(|_| Problem::unavailable())?;
    Ok(HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(text))
}
