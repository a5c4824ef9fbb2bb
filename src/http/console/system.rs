//! `/console/system`: how the system stands, by what `placet doctor` and `/readyz` look by. It changes nothing.

use super::{allowed, frame, granted, problem};
use crate::access::{ReadKeys, ReadState};
use crate::app::Refusal;
use crate::app::epochs::EpochTold;
use crate::app::state::{Finding, SystemState};
use crate::app::witness::Vouchers;
use crate::http::api::health::{Readiness, readiness};
use crate::http::browser::{self, Visit};
use crate::http::pages::{JobRow, ProblemKind, SystemPage};
use crate::http::site::Site;
use crate::http::work::block;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, Utc};

/// What was read.
struct Told {
    findings: Vec<Finding>,
    systems: Vec<SystemState>,
    vouchers: Vouchers,
    epochs: Vec<EpochTold>,
}

/// The page, for the DPO and the administrator.
#[get("/console/system")]
pub async fn show(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    let (open, grant) = match allowed::<ReadState>(&site, &request, visit).await {
        Ok(found) => found,
        Err(sent_away) => return sent_away,
    };
    let ready = readiness(&site).await;
    let (asking, keys) = (site.clone(), granted::<ReadKeys>(&open));
    let read = block(move || {
        let (app, now) = (&asking.app, asking.app.now());
        let keys = keys?;
        Ok::<_, Refusal>(Told {
            findings: app.look_at_state((&grant, &keys), now),
            systems: app.systems_state(&grant, now)?,
            vouchers: app.vouchers()?,
            epochs: app.key_epochs(&keys)?,
        })
    });
    let Ok(told) = read.await else {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        return problem(status, ProblemKind::Unavailable, visit, &open);
    };
    let page = page(&site, told, &ready);
    let page = SystemPage {
        frame: frame(visit, &open),
        ..page
    };
    browser::page(StatusCode::OK, page.render())
}

fn page(site: &Site, told: Told, ready: &Readiness) -> SystemPage {
    let job = |(job, round): (&'static str, crate::app::state::Round)| JobRow {
        job,
        at: round.at.with_timezone(&site.timezone),
        well: round.well,
    };
    SystemPage {
        frame: crate::http::pages::Frame::default(),
        version: env!("CARGO_PKG_VERSION"),
        ready: ready.ready,
        position: ready.position,
        findings: told.findings,
        rooms: site.app.rooms(),
        epoch_days: age(&told.epochs, site.app.now().utc()),
        vouched: super::home::vouched(site, told.vouchers),
        jobs: site.app.rounds().into_iter().map(job).collect(),
        systems: told.systems,
    }
}

/// For how many days the present key epoch is in use.
fn age(epochs: &[EpochTold], now: DateTime<Utc>) -> Option<u64> {
    let current = epochs.iter().find(|one| one.state == "current")?;
    let begun: DateTime<Utc> = current.begun_at.as_ref()?.parse().ok()?;
    u64::try_from((now - begun).num_days()).ok()
}
