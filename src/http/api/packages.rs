//! `/v1/requests/{id}/package`: what is held about the person, for the person. Staff have it made; the person
//! fetches it, signed in.

use super::requests::request_id;
use crate::access::{KeepRequests, ReadRequests};
use crate::app::Refusal;
use crate::app::package::{LeftOut, PackageStage, StoredPackage};
use crate::domain::time::rfc3339;
use crate::http::door::Allowed;
use crate::http::problem::Problem;
use crate::http::site::Site;
use crate::http::work::block;
use actix_web::{HttpResponse, get, post, web};
use serde::Serialize;
use utoipa::ToSchema;

/// How a person's package stands. Nothing of what it says is told.
#[derive(Serialize, ToSchema)]
pub struct PackageView {
    /// Its name.
    pub id: String,
    /// `waiting`, `ready`, `failed` or `expired`.
    #[schema(example = "ready")]
    pub state: &'static str,
    /// When it was asked for.
    pub asked_at: String,
    /// When it was made.
    pub made_at: Option<String>,
    /// Until when the person can fetch it.
    pub expires_at: Option<String>,
    /// How large it is.
    pub bytes: Option<u64>,
    /// Its SHA-256, in hex.
    pub sha256: Option<String>,
    /// Its tables, each with how many rows.
    pub tables: Vec<PackageTable>,
    /// What systems hold and is not in it.
    pub left_out: Vec<PackageLacks>,
    /// How often it was fetched.
    pub downloads: i32,
}

/// A table of a package.
#[derive(Serialize, ToSchema)]
pub struct PackageTable {
    /// Its name, or the title of the system that it comes from.
    pub name: String,
    /// How many rows it has.
    pub rows: u64,
}

/// A system of which something is not in a package.
#[derive(Serialize, ToSchema)]
pub struct PackageLacks {
    /// The system's title.
    pub system: String,
    /// Why: `others`, `not_asked`, `refused`, `partly` or `failed`.
    pub why: String,
}

impl PackageView {
    fn of(package: &StoredPackage) -> Self {
        let made = match &package.stage {
            PackageStage::Ready(made) => Some(made),
            _ => None,
        };
        let tables = made.iter().flat_map(|made| &made.tables);
        let lacks = made.iter().flat_map(|made| &made.left_out);
        Self {
            id: package.id.to_string(),
            state: match &package.stage {
                PackageStage::Waiting => "waiting",
                PackageStage::Ready(_) => "ready",
                PackageStage::Failed => "failed",
                PackageStage::Expired => "expired",
            },
            asked_at: rfc3339(package.asked_at),
            made_at: made.map(|made| rfc3339(made.made_at)),
            expires_at: package.expires_at.map(rfc3339),
            bytes: made.map(|made| made.bytes),
            sha256: made.map(|made| made.sha256.clone()),
            tables: tables
                .map(|(name, rows)| PackageTable {
                    name: name.clone(),
                    rows: *rows,
                })
                .collect(),
            left_out: lacks.map(PackageLacks::of).collect(),
            downloads: package.downloads,
        }
    }
}

impl PackageLacks {
    fn of(lack: &LeftOut) -> Self {
        Self {
            system: lack.system.clone(),
            why: lack.why.to_string(),
        }
    }
}

/// Have everything that is held about the person of a request put into a package for them, once each system
/// has told what it holds. A request of access or portability that is fulfilled does it by itself; one that
/// waits or can be fetched already is that one.
#[utoipa::path(
    tag = "requests",
    params(("id" = String, Path, description = "From the list")),
    security(("key" = [])),
    responses(
        (status = 202, description = "It is made in the background; how it stands", body = PackageView),
        (status = 404, description = "No such request", body = crate::http::openapi::ProblemBody),
        (status = 409, description = "The request asks for something else, it is not known who asks, or the person was erased", body = crate::http::openapi::ProblemBody),
        (status = 503, description = "Not written; try again", body = crate::http::openapi::ProblemBody),
    ),
)]
#[post("/v1/requests/{id}/package")]
pub async fn make(
    door: Allowed<KeepRequests>,
    site: web::Data<Site>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = request_id(&id)?;
    let asked = block(move || site.app.ask_package_for(&door.grant, id, site.app.now()));
    Ok(HttpResponse::Accepted().json(PackageView::of(&asked.await?)))
}

/// How the newest package of a request stands.
#[utoipa::path(
    tag = "requests",
    params(("id" = String, Path, description = "From the list")),
    security(("key" = [])),
    responses(
        (status = 200, description = "How it stands", body = PackageView),
        (status = 404, description = "No such request, or no package of it", body = crate::http::openapi::ProblemBody),
    ),
)]
#[get("/v1/requests/{id}/package")]
pub async fn show(
    door: Allowed<ReadRequests>,
    site: web::Data<Site>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = request_id(&id)?;
    let found = block(move || {
        let found = site.app.package_of_request(&door.grant, id)?;
        found.ok_or(Refusal::NotFound("a package of this request"))
    });
    Ok(HttpResponse::Ok().json(PackageView::of(&found.await?)))
}
