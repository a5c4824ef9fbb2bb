//! The transparency log as others read it: checkpoint and tiles (C2SP `tlog-tiles`). It holds no
//! personal data and needs no key.

use super::problem::Problem;
use super::site::Site;
use super::work::block;
use crate::audit::tile::TileId;
use actix_web::http::header;
use actix_web::{HttpResponse, get, web};

/// The latest signed checkpoint, with the cosignatures that witnesses have given it so far.
#[utoipa::path(tag = "audit", responses((status = 200, description = "A signed note", body = String, content_type = "text/plain")))]
#[get("/log/checkpoint")]
pub async fn checkpoint(site: web::Data<Site>) -> Result<HttpResponse, Problem> {
    let note = block(move || site.app.checkpoint()).await?;
    Ok(plain(note))
}

/// The latest checkpoint that a witness has cosigned: seconds older than the latest one.
#[utoipa::path(
    tag = "audit",
    responses(
        (status = 200, description = "A signed note", body = String, content_type = "text/plain"),
        (status = 404, description = "No witness has cosigned yet", body = super::openapi::ProblemBody),
    ),
)]
#[get("/log/checkpoint/cosigned")]
pub async fn cosigned(site: web::Data<Site>) -> Result<HttpResponse, Problem> {
    let note = block(move || site.app.cosigned_checkpoint()).await?;
    note.map(plain).ok_or_else(Problem::not_found)
}

fn plain(text: String) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body(text)
}

/// The key that vouches for all others: the one that the log began with, or began with anew after a
/// loss, as a C2SP verifier key. `/log/keys` has the others.
#[utoipa::path(tag = "audit", responses((status = 200, description = "A vkey", body = String, content_type = "text/plain")))]
#[get("/log/vkey")]
pub async fn vkey(site: web::Data<Site>) -> Result<HttpResponse, Problem> {
    let key = block(move || site.app.anchor()).await?;
    Ok(plain(format!("{key}\n")))
}

/// Every key that signed or signs the log, with the sizes that it signs: a checkpoint is signed by
/// each key whose sizes hold its own.
#[utoipa::path(tag = "audit", responses((status = 200, description = "`keys`: `id`, `key`, `from`, `until`, `introduced`, `reason`", body = Object)))]
#[get("/log/keys")]
pub async fn keys(site: web::Data<Site>) -> Result<HttpResponse, Problem> {
    let keys = block(move || site.app.log_keys()).await?;
    Ok(HttpResponse::Ok().json(serde_json::json!({ "keys": keys })))
}

/// A tile of hashes or a bundle of entries.
#[utoipa::path(
    tag = "audit",
    params(("path" = String, Path, description = "As in C2SP tlog-tiles: `0/000`, `entries/000.p/7`")),
    responses(
        (status = 200, description = "The tile", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 404, description = "No such tile", body = super::openapi::ProblemBody),
    ),
)]
#[get("/log/tile/{path:.*}")]
pub async fn tile(site: web::Data<Site>, path: web::Path<String>) -> Result<HttpResponse, Problem> {
    let id: TileId = format!("tile/{path}")
        .parse()
        .map_err(|_| Problem::not_found())?;
    let full = id.is_full();
    let bytes = block(move || site.app.tile(&id))
        .await?
        .ok_or_else(Problem::not_found)?;
    let keep = if full {
        "public, max-age=31536000, immutable"
    } else {
        "no-store"
    };
    Ok(HttpResponse::Ok()
        .content_type("application/octet-stream")
        .insert_header((header::CACHE_CONTROL, keep))
        .body(bytes))
}
