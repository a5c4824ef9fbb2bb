//! What an import would do: the answer of the command line's dry run, and the lines that are refused as a file.

use super::parcel::{self, Parcel};
use super::{digest, failed, form, in_turn, ledger, unread};
use crate::access::{Grant, ImportConsents};
use crate::app::import::ImportReport;
use crate::http::browser::{self, Form, Visit};
use crate::http::console::{allowed, frame, to};
use crate::http::json::{Body, LARGE};
use crate::http::pages::{ImportFault, ImportTriedPage, RefusedLine};
use crate::http::site::Site;
use crate::store::Session;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, post, web};
use std::sync::Arc;

/// Refused lines that the page shows; the file has them all.
const SHOWN: usize = 100;
/// Lines whose yes was kept out that it names.
const NUMBERS: usize = 20;

/// Tries an import, and shows what it would do.
pub(super) async fn try_it(
    site: &web::Data<Site>,
    visit: Visit<'_>,
    open: &Session,
    grant: Grant<ImportConsents>,
    parcel: Parcel,
) -> HttpResponse {
    let parcel = Arc::new(parcel);
    let Some(hidden) = parcel::sealed(&parcel, site, open).await else {
        return ledger::page(site, visit, open, None, Some(ImportFault::TooLong)).await;
    };
    match in_turn(site, grant, parcel.clone(), true).await {
        Ok(report) => {
            let page = shown(visit, open, (&parcel, &report, hidden));
            browser::page(StatusCode::OK, page.render())
        }
        Err(failure) => failed(site, visit, open, failure).await,
    }
}

fn shown(
    visit: Visit<'_>,
    open: &Session,
    (parcel, report, hidden): (&Parcel, &ImportReport, Vec<(String, String)>),
) -> ImportTriedPage {
    let mut frame = frame(visit, open);
    // another language would be another question, without the file
    frame.switch_path = None;
    let lines = report
        .errors
        .first()
        .iter()
        .take(SHOWN)
        .map(|error| RefusedLine {
            line: error.line,
            column: error.column.clone(),
            code: error.code,
            what: format!("{}. {}", error.what, error.mend),
        });
    let counts = &report.counts;
    let writes = counts.new_given + counts.new_refused + counts.new_withdrawn + counts.strengthened;
    let kept_out = &report.would_reopen_lines;
    ImportTriedPage {
        frame,
        sha256: digest(&parcel.file),
        map: parcel.map.clone(),
        mapping: (!parcel.mapping.is_empty()).then(|| parcel.mapping.clone()),
        counts: ledger::counts(counts, report.errors.len()),
        without_proof: counts.without_proof,
        writes,
        refused: lines.collect(),
        refused_lines: report.errors.len(),
        kept_out: kept_out.iter().take(NUMBERS).copied().collect(),
        kept_out_more: kept_out.len() > NUMBERS,
        refused_file: (!report.errors.is_empty()).then(|| form("/refused", hidden.clone())),
        run: (writes > 0).then(|| form("/run", hidden)),
        warns_of_filter: parcel.map == "listmonk",
        back_url: super::PATH.to_owned(),
    }
}

/// The lines that are refused, each with how to mend it, as a file.
#[post("/console/imports/refused")]
pub(super) async fn refused(
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
        return to(super::PATH);
    };
    match in_turn(&site, grant, parcel.into(), true).await {
        Ok(report) => file(&report).unwrap_or_else(|| unread(visit, &open)),
        Err(failure) => failed(&site, visit, &open, failure).await,
    }
}

fn file(report: &ImportReport) -> Option<HttpResponse> {
    let mut lines = Vec::new();
    report.errors.write_csv(&mut lines).ok()?;
    let named = "attachment; filename=\"refused-lines.csv\"";
    let file = HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, named))
        .body(lines);
    Some(file)
}
