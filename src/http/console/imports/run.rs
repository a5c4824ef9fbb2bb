//! The import that was tried is made: the same file, by the same mapping, by who tried it.

use super::parcel::Parcel;
use super::{Failure, PATH, RUNS, imported, ledger, unread};
use crate::access::ImportConsents;
use crate::http::browser::{Form, Visit};
use crate::http::console::turn::Turn;
use crate::http::console::{allowed, is_ours, to_page};
use crate::http::json::{Body, LARGE};
use crate::http::pages::ImportFault;
use crate::http::site::Site;
use actix_web::{HttpRequest, HttpResponse, post, web};

/// Makes it; the answer leads to the page of its entry in the log.
#[post("/console/imports/run")]
pub(super) async fn run(
    site: web::Data<Site>,
    request: HttpRequest,
    body: Body<LARGE>,
) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(&request, &site, &form);
    let (open, grant) = match allowed::<ImportConsents>(&site, &request, visit).await {
        Ok(found) => found,
        Err(sent_away) => return sent_away,
    };
    let parcel = Parcel::opened(&site, &open, &form);
    let parcel = parcel.filter(|_| is_ours(&site, &request, &form, &open));
    let Some(parcel) = parcel else {
        let fault = Some(ImportFault::StaleForm);
        return ledger::page(&site, visit, &open, None, fault).await;
    };
    let Some(turn) = Turn::take(&RUNS) else {
        return ledger::page(&site, visit, &open, None, Some(ImportFault::Busy)).await;
    };
    let app = site.clone();
    // it goes on though the browser goes away, and is told in the log
    let made = web::block(move || {
        let _turn = turn;
        imported(&app, &grant, &parcel, false)
    });
    match made.await.unwrap_or(Err(Failure::Down)) {
        Ok(report) => to_page(&match report.position {
            Some(position) => format!("{PATH}/{position}?lang={}", visit.language.code()),
            None => PATH.to_owned(),
        }),
        Err(Failure::Fault(fault)) => ledger::page(&site, visit, &open, None, Some(fault)).await,
        Err(Failure::Down) => unread(visit, &open),
    }
}
