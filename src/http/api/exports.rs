//! `/v1/audit/exports/{id}`: exports that are made in the background.

use crate::access::{ExportAudit, Grant};
use crate::app::Refusal;
use crate::app::background::{BackgroundExport, ExportState, Pace, Wanted};
use crate::app::export::ExportQuery;
use crate::domain::ids::BackgroundId;
use crate::domain::time::rfc3339;
use crate::http::door::Allowed;
use crate::http::pages::Language;
use crate::http::press;
use crate::http::problem::Problem;
use crate::http::site::Site;
use crate::http::work::block;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// An export of the background.
#[derive(Serialize, ToSchema)]
pub struct BackgroundView {
    /// Its name.
    pub id: String,
    /// `waiting`, `running`, `ready`, `failed` or `gone`.
    #[schema(example = "running")]
    pub state: &'static str,
    /// With `failed`: `disk_full`, `interrupted`, `erased`, `not_allowed`, `refused` or `failed`. With
    /// `gone`: `expired`, `erased` or `missing`.
    pub why: Option<&'static str>,
    /// What was asked for.
    #[schema(value_type = Object)]
    pub wanted: Value,
    /// When.
    pub asked_at: String,
    /// The node that makes it, and hands the file out.
    pub node: String,
    /// With `running`: how far it is.
    pub progress: Option<ProgressView>,
    /// With `ready`: the file.
    pub file: Option<FileView>,
}

/// How far an export is. Each entry of the log is compared, each of the period is written and listed.
#[derive(Serialize, ToSchema)]
pub struct ProgressView {
    /// Steps that are done.
    pub done: u64,
    /// Steps in all; 0 where that is not known yet.
    pub total: u64,
    /// Steps a second.
    pub per_second: u64,
    /// How long it will take yet; told from 5 % on.
    pub seconds_left: Option<u64>,
}

/// The file of an export.
#[derive(Serialize, ToSchema)]
pub struct FileView {
    /// Where it is fetched. That it is fetched is recorded.
    pub url: String,
    /// How large it is.
    pub bytes: u64,
    /// Until when it is kept, if nobody is erased before.
    pub expires_at: String,
    /// The entry of the log that records the export.
    pub recorded: u64,
    /// Whether the database held against its log.
    pub holds: bool,
}

/// The exports that were asked for last.
#[derive(Serialize, ToSchema)]
pub struct BackgroundExports {
    /// The newest first, fifty at most.
    pub items: Vec<BackgroundView>,
}

impl BackgroundView {
    fn of(site: &Site, export: &BackgroundExport) -> Self {
        let (state, why) = match &export.state {
            ExportState::Asked => ("asked", None),
            ExportState::Waiting => ("waiting", None),
            ExportState::Running { .. } => ("running", None),
            ExportState::Ready { .. } => ("ready", None),
            ExportState::Failed { why } => ("failed", Some(why.as_str())),
            ExportState::Gone { why } => ("gone", Some(why.as_str())),
        };
        Self {
            id: export.id.to_string(),
            state,
            why,
            wanted: serde_json::from_str(&export.wanted).unwrap_or_default(),
            asked_at: rfc3339(export.asked_at),
            node: export.node.clone(),
            progress: progress(export),
            file: file(site, export),
        }
    }
}

fn progress(export: &BackgroundExport) -> Option<ProgressView> {
    let ExportState::Running { since, done, total } = export.state else {
        return None;
    };
    let pace = Pace::of(since, export.changed_at, done, total);
    Some(ProgressView {
        done,
        total,
        per_second: pace.per_second,
        seconds_left: pace.seconds_left,
    })
}

fn file(site: &Site, export: &BackgroundExport) -> Option<FileView> {
    let ExportState::Ready { made, bytes } = &export.state else {
        return None;
    };
    let keep = site.app.shelf().ok()?.keep();
    Some(FileView {
        url: format!("/v1/audit/exports/{}/file", export.id),
        bytes: *bytes,
        expires_at: rfc3339(export.changed_at + keep),
        recorded: made.recorded,
        holds: made.holds,
    })
}

/// Whether a caller wants to be answered before the work is done (RFC 7240).
pub(super) fn prefers_to_wait_elsewhere(request: &HttpRequest) -> bool {
    let mut headers = request.headers().get_all("prefer");
    headers.any(|header| {
        let text = header.to_str().unwrap_or_default();
        let mut preferences = text.split(',');
        preferences.any(|one| {
            let name = one.split(';').next().unwrap_or_default();
            name.trim().eq_ignore_ascii_case("respond-async")
        })
    })
}

/// Asks for the package of a period, to be made in the background.
pub(super) async fn accept(
    site: web::Data<Site>,
    grant: Grant<ExportAudit>,
    query: ExportQuery,
    language: Language,
) -> Result<HttpResponse, Problem> {
    let wanted = Wanted::Package {
        query,
        language: language.code().into(),
    };
    let asking = site.clone();
    let export = block(move || asking.app.ask_export(&grant, &wanted)).await?;
    Ok(HttpResponse::Accepted()
        .insert_header((header::LOCATION, format!("/v1/audit/exports/{}", export.id)))
        .insert_header(("preference-applied", "respond-async"))
        .json(BackgroundView::of(&site, &export)))
}

fn id(text: &str) -> Result<BackgroundId, Problem> {
    let unknown = |_| Refusal::NotFound("an export of this id").into();
    text.parse().map_err(unknown)
}

/// The exports that were asked for in the background, on whichever node and by whomever.
#[utoipa::path(
    tag = "audit",
    security(("key" = [])),
    responses((status = 200, description = "The exports", body = BackgroundExports)),
)]
#[get("/v1/audit/exports")]
pub async fn list(
    door: Allowed<ExportAudit>,
    site: web::Data<Site>,
) -> Result<HttpResponse, Problem> {
    let asking = site.clone();
    let found = block(move || asking.app.background_exports(&door.grant)).await?;
    let items = found.iter().map(|one| BackgroundView::of(&site, one));
    Ok(HttpResponse::Ok().json(BackgroundExports {
        items: items.collect(),
    }))
}

/// How an export of the background stands.
#[utoipa::path(
    tag = "audit",
    params(("id" = String, Path, description = "The export")),
    security(("key" = [])),
    responses(
        (status = 200, description = "The export", body = BackgroundView),
        (status = 404, description = "There is no such export", body = crate::http::openapi::ProblemBody),
    ),
)]
#[get("/v1/audit/exports/{id}")]
pub async fn show(
    door: Allowed<ExportAudit>,
    site: web::Data<Site>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (asking, id) = (site.clone(), id(&path)?);
    let found = block(move || asking.app.background_export(&door.grant, id)).await?;
    Ok(HttpResponse::Ok().json(BackgroundView::of(&site, &found)))
}

/// Fetch the file of an export of the background, from the node that made it. That it is fetched is
/// recorded.
#[utoipa::path(
    tag = "audit",
    params(("id" = String, Path, description = "The export")),
    security(("key" = [])),
    responses(
        (status = 200, description = "The file", body = Vec<u8>, content_type = "application/zip"),
        (status = 404, description = "There is no such export", body = crate::http::openapi::ProblemBody),
        (status = 409, description = "There is no file, or not on this node", body = crate::http::openapi::ProblemBody),
    ),
)]
#[get("/v1/audit/exports/{id}/file")]
pub async fn fetch(
    door: Allowed<ExportAudit>,
    site: web::Data<Site>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (asking, id) = (site.clone(), id(&path)?);
    let fetched = block(move || asking.app.fetch_export(&door.grant, id)).await?;
    Ok(press::send(fetched, site.timezone).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn the_preference_is_read_as_rfc_7240_has_it() {
        let prefers = |text: &str| {
            let request = TestRequest::default().insert_header(("prefer", text));
            prefers_to_wait_elsewhere(&request.to_http_request())
        };
        assert!(prefers("respond-async"));
        assert!(prefers("return=minimal, Respond-Async; foo=1, wait=10"));
        assert!(!prefers("respond-asynchronously"));
        assert!(!prefers("wait=10"));
    }
}
