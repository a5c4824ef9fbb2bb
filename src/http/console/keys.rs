//! The page of keys: which there are and how old. It changes nothing; the commands that do are told.

use super::{allowed, frame, problem};
use crate::access::ReadKeys;
use crate::app::Refusal;
use crate::app::epochs::EpochTold;
use crate::app::masters::MasterTold;
use crate::app::signing::KeyHere;
use crate::http::browser::{self, Visit};
use crate::http::pages::{EpochFile, EpochRow, KeysPage, MasterRow, ProblemKind, SigningRow, When};
use crate::http::site::Site;
use crate::http::work::block;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// Master keys, key epochs and signing keys, for the DPO and the administrator.
#[get("/console/keys")]
pub async fn show(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    let (open, grant) = match allowed::<ReadKeys>(&site, &request, visit).await {
        Ok(found) => found,
        Err(sent_away) => return sent_away,
    };
    let asking = site.clone();
    let found = block(move || {
        let (masters, epochs) = (
            asking.app.master_keys(&grant)?,
            asking.app.key_epochs(&grant)?,
        );
        Ok::<_, Refusal>((masters, epochs, asking.app.signing_inventory(&grant)?))
    });
    let Ok((masters, epochs, keys)) = found.await else {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        return problem(status, ProblemKind::Unavailable, visit, &open);
    };
    let today = site.app.now().utc();
    let page = KeysPage {
        frame: frame(visit, &open),
        masters: masters
            .into_iter()
            .map(|one| master(one, site.timezone))
            .collect(),
        epochs: epochs
            .iter()
            .map(|one| epoch(one, site.timezone, today))
            .collect(),
        signing: keys.iter().map(|one| key(one, site.timezone)).collect(),
    };
    browser::page(StatusCode::OK, page.render())
}

fn when(text: Option<&String>, zone: Tz) -> Option<When> {
    let at: DateTime<Utc> = text?.parse().ok()?;
    Some(at.with_timezone(&zone))
}

fn master(told: MasterTold, zone: Tz) -> MasterRow {
    MasterRow {
        since: when(told.since.as_ref(), zone),
        id: told.id,
        here: told.here,
    }
}

fn epoch(told: &EpochTold, zone: Tz, today: DateTime<Utc>) -> EpochRow {
    let begun = when(told.begun_at.as_ref(), zone);
    let age = |begun: &When| (today - begun.with_timezone(&Utc)).num_days();
    EpochRow {
        number: told.epoch,
        state: told.state,
        days: begun.as_ref().map(|begun| age(begun).max(0) as u64),
        begun,
        destroyed: when(told.destroyed_at.as_ref(), zone),
        persons: told.persons,
        file: match (&told.file, told.file_is_there, told.state) {
            (None, ..) => EpochFile::None,
            (Some(_), true, "destroyed") => EpochFile::Left,
            (Some(_), false, "destroyed") => EpochFile::Gone,
            (Some(_), true, _) => EpochFile::There,
            (Some(_), false, _) => EpochFile::Missing,
        },
    }
}

fn key(here: &KeyHere, zone: Tz) -> SigningRow {
    SigningRow {
        id: here.told.id.clone(),
        state: here.state,
        since: when(here.since.as_ref(), zone),
        from: here.told.from,
        until: here.told.until,
    }
}
