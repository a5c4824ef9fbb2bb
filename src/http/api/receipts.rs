//! `/v1/receipts`: a signed copy of a consent record.

use crate::access::ReadReceipts;
use crate::app::Refusal;
use crate::http::door::Allowed;
use crate::http::problem::Problem;
use crate::http::site::Site;
use crate::http::work::block;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};

/// The media type of JSON-LD (RFC 6839, W3C JSON-LD 1.1).
const LINKED: &str = "application/ld+json";

/// The receipt of a consent record, in the vocabulary of ISO/IEC TS 27560, and the same signed. Asked for with
/// `Accept: application/ld+json`, it is linked data in the terms of the W3C Data Privacy Vocabulary, unsigned.
#[utoipa::path(
    tag = "consents",
    params(("position" = u64, Path, description = "Its place in the ledger"), ("id" = String, Path, description = "The record")),
    security(("key" = [])),
    responses((status = 200, description = "The receipt", content((Object = "application/json"), (Object = "application/ld+json"))),
        (status = 404, description = "No such record", body = crate::http::openapi::ProblemBody)),
)]
#[get("/v1/receipts/{position}/{id}")]
pub async fn read(
    door: Allowed<ReadReceipts>,
    site: web::Data<Site>,
    path: web::Path<(u64, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (position, id) = path.into_inner();
    let id = id
        .parse()
        .map_err(|_| Refusal::NotFound("a consent record of this id at this position"))?;
    let vary = (header::VARY, "Accept");
    if wants_linked(&request) {
        let receipt = block(move || site.app.linked_receipt(&door.grant, id, position)).await?;
        let mut answer = HttpResponse::Ok();
        answer.content_type(LINKED).insert_header(vary);
        return Ok(answer.body(receipt.to_string()));
    }
    let receipt = block(move || site.app.receipt(&door.grant, id, position)).await?;
    Ok(HttpResponse::Ok().insert_header(vary).json(receipt))
}

/// Whether linked data is asked for by its name: whoever takes anything gets the signed one.
fn wants_linked(request: &HttpRequest) -> bool {
    let accepted = request.headers().get(header::ACCEPT);
    let accepted = accepted.and_then(|text| text.to_str().ok());
    let mut types = accepted.unwrap_or_default().split(',');
    types.any(|one| one.split(';').next().map(str::trim) == Some(LINKED))
}

/// The public keys that check receipts and access tokens. The next one of tokens stands here before it signs.
#[utoipa::path(tag = "consents", responses((status = 200, description = "A JWK set", body = Object)))]
#[get("/.well-known/jwks.json")]
pub async fn keys(site: web::Data<Site>) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(site.app.published_keys()?))
}
