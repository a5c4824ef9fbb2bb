//! Exports of the background as files: the same packages and reports as those that are sent at once.

use super::package;
use super::pages::Language;
use super::report::HtmlReport;
use super::sheets::Format;
use super::stream;
use crate::access::{ExportAudit, Grant};
use crate::app::background::{ExportMade, Fetched, Press, Wanted};
use crate::app::export::{ExportError, ExportQuery};
use crate::app::reports::ReportQuery;
use crate::app::{App, Refusal};
use crate::store::StoreError;
use actix_web::http::header;
use actix_web::{HttpResponse, web};
use chrono_tz::Tz;
use std::io::{self, Write};

/// Makes them.
#[derive(Debug, Clone, Copy)]
pub struct Presses {
    /// In which zone days are shown.
    pub timezone: Tz,
}

type Progress<'a> = &'a dyn Fn(u64, u64);

impl Press for Presses {
    fn make(
        &self,
        app: &App,
        grant: &Grant<ExportAudit>,
        wanted: &Wanted,
        out: &mut (dyn Write + Send),
        progress: Progress<'_>,
    ) -> Result<ExportMade, ExportError> {
        match wanted {
            Wanted::Package { query, language } => {
                self.package(app, grant, (query, spoken(language)), out, progress)
            }
            Wanted::Report {
                query,
                format,
                language,
            } => {
                let unread = || StoreError::damaged("an export of the background");
                let format = Format::parse(format).ok_or_else(unread)?;
                let mut sheets = format.to(out, spoken(language));
                report(app, grant, query.clone(), format, sheets.as_mut(), progress)
            }
        }
    }
}

impl Presses {
    fn package(
        &self,
        app: &App,
        grant: &Grant<ExportAudit>,
        (query, language): (&ExportQuery, Language),
        out: &mut (dyn Write + Send),
        progress: Progress<'_>,
    ) -> Result<ExportMade, ExportError> {
        let report = HtmlReport {
            language,
            zone: self.timezone,
            file_name: package::file_name(query, self.timezone),
        };
        let made = app.export(grant, query, &report, app.now(), out, progress)?;
        Ok(ExportMade {
            export: made.id,
            recorded: made.recorded,
            size: made.size,
            holds: made.findings.holds(),
        })
    }
}

fn report(
    app: &App,
    grant: &Grant<ExportAudit>,
    query: ReportQuery,
    format: Format,
    sheets: &mut dyn crate::app::reports::Sheets,
    progress: Progress<'_>,
) -> Result<ExportMade, ExportError> {
    let made = app.report(grant, (query, format.as_str()), app.now(), sheets, progress)?;
    Ok(ExportMade {
        export: made.id,
        recorded: made.recorded,
        size: made.query.position.unwrap_or(made.recorded),
        holds: true,
    })
}

fn spoken(code: &str) -> Language {
    Language::from_code(code).unwrap_or_default()
}

/// What a file is called where it is saved.
#[must_use]
pub fn file_name(wanted: &Wanted, timezone: Tz) -> String {
    match wanted {
        Wanted::Package { query, .. } => package::file_name(query, timezone),
        Wanted::Report { query, format, .. } => format!("placet-{}.{format}", query.report),
    }
}

fn media_type(wanted: &Wanted) -> &'static str {
    match wanted {
        Wanted::Package { .. } => "application/zip",
        Wanted::Report { format, .. } => {
            Format::parse(format).map_or("application/octet-stream", Format::media_type)
        }
    }
}

/// Sends a file while it is read.
///
/// # Errors
/// Where nothing can be read of it.
pub async fn send(fetched: Fetched, timezone: Tz) -> Result<HttpResponse, Refusal> {
    let name = file_name(&fetched.wanted, timezone);
    let kind = media_type(&fetched.wanted);
    let bytes = fetched.bytes;
    let (mut out, broken, mut receiver) = stream::pipe();
    let work = web::block(move || {
        let mut file = fetched.file;
        let copied = io::copy(&mut file, &mut out).and_then(|_| out.flush());
        if let Err(error) = copied {
            tracing::warn!(%error, "the file of an export was not sent whole");
            broken.off("the file broke off");
        }
    });
    drop(actix_web::rt::spawn(work));
    match receiver.recv().await {
        Some(Ok(first)) => Ok(HttpResponse::Ok()
            .content_type(kind)
            .insert_header((
                header::CONTENT_DISPOSITION,
                format!("attachment; filename=\"{name}\""),
            ))
            .no_chunking(bytes)
            .streaming(stream::body(first, receiver))),
        _ => Err(StoreError::Stopping.into()),
    }
}
