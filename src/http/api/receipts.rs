//! `/v1/receipts`: a signed copy of a consent record.

use crate::access::ReadReceipts;
use crate::app::Refusal;
use crate::http::door::Allowed;
use crate::http::problem::Problem;
use crate::http::site::Site;
use crate::http::work::block;
use actix_web::{HttpResponse, get, web};

/// The receipt of a consent record, in the vocabulary of ISO/IEC TS 27560, and the same signed.
#[utoipa::path(
    tag = "consents",
    params(("position" = u64, Path, description = "Its place in the ledger"), ("id" = String, Path, description = "The record")),
    security(("key" = [])),
    responses((status = 200, description = "The receipt", body = Object),
        (status = 404, description = "No such record", body = crate::http::openapi::ProblemBody)),
)]
#[get("/v1/receipts/{position}/{id}")]
pub async fn read(
    door: Allowed<ReadReceipts>,
    site: web::Data<Site>,
    path: web::Path<(u64, String)>,
) -> Result<HttpResponse, Problem> {
    let (position, id) = path.into_inner();
    let id = id
        .parse()
        .map_err(|_| Refusal::NotFound("a consent record of this id at this position"))?;
    let receipt = block(move || site.app.receipt(&door.grant, id, position)).await?;
    Ok(HttpResponse::Ok().json(receipt))
}

/// The public keys that check receipts.
#[utoipa::path(tag = "consents", responses((status = 200, description = "A JWK set", body = Object)))]
#[get("/.well-known/jwks.json")]
pub async fn keys(site: web::Data<Site>) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(site.app.receipt_keys()?))
}
