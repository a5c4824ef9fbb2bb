//! The import that was tried is made: the same file, by the same mapping, by who tried it.

use super::parcel;
use super::{PATH, failed, in_turn, ledger};
use crate::access::ImportConsents;
use crate::http::browser::{Form, Visit};
use crate::http::console::{allowed, to_page};
use crate::http::json::{Body, LARGE};
use crate::http::pages::ImportFault;
use crate::http::site::Site;
use actix_web::{HttpRequest, HttpResponse, post, web};
use std::sync::Arc;

/// Makes it; the answer leads to the page of its entry in the log.
#[post("/console/imports/run")]
pub(super) async fn run(
    site: web::Data<Site>,
    request: HttpRequest,
    body: Body<LARGE>,
) -> HttpResponse {
    let form = Arc::new(Form::read(&body.0).unwrap_or_default());
    let visit = Visit::of_form(&request, &site, &form);
    let (open, grant) = match allowed::<ImportConsents>(&site, &request, visit).await {
        Ok(found) => found,
        Err(sent_away) => return sent_away,
    };
    let Some(parcel) = parcel::opened(&site, &request, &open, &form, Some).await else {
        let fault = Some(ImportFault::StaleForm);
        return ledger::page(&site, visit, &open, None, fault).await;
    };
    // it goes on though the browser goes away, and is told in the log
    match in_turn(&site, grant, parcel.into(), false).await {
        Ok(report) => to_page(&match report.position {
            Some(position) => format!("{PATH}/{position}?lang={}", visit.language.code()),
            None => PATH.to_owned(),
        }),
        Err(failure) => failed(&site, visit, &open, failure).await,
    }
}
