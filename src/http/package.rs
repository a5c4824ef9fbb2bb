//! An audit package on its way to a browser or a tool: written by a thread that may wait, sent
//! as it is written, so that memory does not grow with the period.

use super::pages::Language;
use super::person_report::HtmlPersonReport;
use super::problem::Problem;
use super::report::HtmlReport;
use super::site::Site;
use super::stream::{self, Chunk};
use crate::access::{ExportAudit, Grant};
use crate::app::App;
use crate::app::contact::Named;
use crate::app::export::{ExportError, ExportQuery};
use actix_web::http::header;
use actix_web::{HttpResponse, web};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use tokio::sync::mpsc::Receiver;

/// Exports a period and sends the package. What is refused before the first byte is a problem;
/// what breaks off later breaks the connection, and the package does not verify.
///
/// # Errors
/// Where the export is refused or cannot be recorded: then it does not happen.
pub async fn send(
    site: &web::Data<Site>,
    grant: Grant<ExportAudit>,
    query: ExportQuery,
    language: Language,
) -> Result<HttpResponse, Problem> {
    let now = site.app.now();
    let file_name = file_name(&query, site.timezone);
    let report = HtmlReport {
        language,
        zone: site.timezone,
        file_name: file_name.clone(),
    };
    sent(site, &file_name, move |app, out| {
        let made = app.export(&grant, &query, &report, now, out, &|_, _| ());
        made.map(drop)
    })
    .await
}

/// What the package of a period is called.
pub(super) fn file_name(query: &ExportQuery, zone: Tz) -> String {
    let last = query.to - TimeDelta::seconds(1);
    format!(
        "placet-audit-{}-{}.zip",
        query.from.with_timezone(&zone).date_naive(),
        last.with_timezone(&zone).date_naive()
    )
}

/// Exports everything about one person, whom the file's name does not tell, and sends the package.
///
/// # Errors
/// As [`send`], and where the identifiers name nobody, or several persons.
pub async fn send_person(
    site: &web::Data<Site>,
    grant: Grant<ExportAudit>,
    named: Named,
    at: Option<DateTime<Utc>>,
    language: Language,
) -> Result<HttpResponse, Problem> {
    let now = site.app.now();
    let day = now.utc().with_timezone(&site.timezone).date_naive();
    let file_name = format!("placet-audit-person-{day}.zip");
    let report = HtmlPersonReport {
        language,
        zone: site.timezone,
        file_name: file_name.clone(),
    };
    sent(site, &file_name, move |app, out| {
        let made = app.export_person(&grant, &named, at, &report, now, out);
        made.map(drop)
    })
    .await
}

async fn sent(
    site: &web::Data<Site>,
    file_name: &str,
    write: impl FnOnce(&App, std::io::BufWriter<stream::Out>) -> Result<(), ExportError>
    + Send
    + 'static,
) -> Result<HttpResponse, Problem> {
    let (out, broken, mut receiver) = stream::pipe();
    let app = site.app.clone();
    let work = web::block(move || {
        let outcome = write(&app, out);
        if let Err(error) = &outcome {
            tracing::error!(%error, "an audit export broke off");
            broken.off("the export broke off");
        }
        outcome
    });
    let work = actix_web::rt::spawn(work);
    match receiver.recv().await {
        Some(Ok(first)) => Ok(response(file_name, first, receiver)),
        _ => Err(match work.await {
            Ok(Ok(Err(ExportError::Refused(refusal)))) => refusal.into(),
            _ => Problem::unavailable(),
        }),
    }
}

fn response(file_name: &str, first: web::Bytes, rest: Receiver<Chunk>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/zip")
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{file_name}\""),
        ))
        .streaming(stream::body(first, rest))
}
