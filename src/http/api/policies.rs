//! `/v1/policies`: versions of the rules: proposed by one, approved by another, never lost.

use crate::access::{ChangePolicies, ReadPolicies};
use crate::app::policies::approve::Approval;
use crate::app::policies::propose::Proposal;
use crate::app::{FieldProblem, Refusal};
use crate::domain::time::rfc3339;
use crate::http::door::{self, Allowed};
use crate::http::json::{self, Body, LARGE, SMALL};
use crate::http::problem::Problem;
use crate::http::site::Site;
use crate::http::work::block;
use crate::policy::Pack;
use crate::store::PolicyRecord;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Packs that are to be the rules.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposalBody {
    /// Why, in a line; the ledger keeps it. No personal data.
    #[schema(example = "CNIL 2027-014: two years of retention")]
    pub why: String,
    /// Path and text of every file of the packs, the schema among them.
    #[schema(value_type = Object)]
    pub files: BTreeMap<String, String>,
}

/// What an approval allows.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalBody {
    /// How many uses (a person, a purpose, a channel) may newly be permitted.
    #[serde(default)]
    pub allow_permits: u64,
}

/// Every version that was proposed or in force, the latest first.
#[utoipa::path(
    tag = "policies",
    security(("key" = [])),
    responses((status = 200, description = "The versions, without their files", body = Object)),
)]
#[get("/v1/policies")]
pub async fn list(
    door: Allowed<ReadPolicies>,
    site: web::Data<Site>,
) -> Result<HttpResponse, Problem> {
    let versions = block(move || site.app.policy_versions(&door.grant)).await?;
    let items: Vec<Value> = versions.iter().map(record).collect();
    Ok(HttpResponse::Ok().json(json!({ "items": items, "next": null })))
}

/// One version with its files and its signed note.
#[utoipa::path(
    tag = "policies",
    params(("digest" = String, Path, description = "sha256: and 64 hex digits, as decisions name it")),
    security(("key" = [])),
    responses(
        (status = 200, description = "The version", body = Object),
        (status = 404, description = "No such version", body = crate::http::openapi::ProblemBody),
    ),
)]
#[get("/v1/policies/{digest}")]
pub async fn show(
    door: Allowed<ReadPolicies>,
    site: web::Data<Site>,
    digest: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let stored = block(move || site.app.policy_version(&door.grant, &digest)).await?;
    let mut shown = record(&stored.about);
    if let Some(fields) = shown.as_object_mut() {
        let files: BTreeMap<String, String> = stored.files.into_iter().collect();
        fields.insert("files".into(), json!(files));
        fields.insert("note".into(), json!(stored.about.note));
    }
    Ok(HttpResponse::Ok().json(shown))
}

/// Where the shadowed draft and the live version differ, counted on this node since its start.
#[utoipa::path(
    tag = "policies",
    security(("key" = [])),
    responses(
        (status = 200, description = "The counts", body = Object),
        (status = 404, description = "No draft runs beside the live version here", body = crate::http::openapi::ProblemBody),
    ),
)]
#[get("/v1/policies/shadow")]
pub async fn shadow(
    _door: Allowed<ReadPolicies>,
    site: web::Data<Site>,
) -> Result<HttpResponse, Problem> {
    let none = Refusal::NotFound("a draft beside the live version (start with --shadow)");
    let shadow = site.app.shadowed().ok_or(none)?;
    Ok(HttpResponse::Ok().json(json!({
        "live": site.app.rules().version().as_ref(),
        "draft": shadow.version().as_ref(),
        "checks": shadow.asked(),
        "differing": shadow.differing(),
    })))
}

/// Propose packs: they are tested and kept as a draft until somebody else approves them.
#[utoipa::path(
    tag = "policies",
    request_body = ProposalBody,
    params(("Idempotency-Key" = Option<String>, Header)),
    security(("key" = [])),
    responses(
        (status = 201, description = "A draft", body = Object),
        (status = 409, description = "Proposed or in force already", body = crate::http::openapi::ProblemBody),
        (status = 422, description = "The packs are refused, with file and line", body = crate::http::openapi::ProblemBody),
    ),
)]
#[post("/v1/policies")]
pub async fn propose(
    door: Allowed<ChangePolicies>,
    site: web::Data<Site>,
    request: HttpRequest,
    body: Body<LARGE>,
) -> Result<HttpResponse, Problem> {
    let asked: ProposalBody = json::read(&body.0)?;
    let key = door::idempotency(site.app.keys(), &request, &door.grant, &body.0)?;
    let refused = |error: crate::policy::PolicyError| {
        Problem::invalid(vec![FieldProblem::new(
            "/files",
            "policy_invalid",
            error.to_string(),
        )])
    };
    let pack = Pack::from_files(asked.files.into_iter().collect()).map_err(refused)?;
    let (why, now) = (asked.why, site.app.now());
    let (proposal, position): (Proposal, _) = block(move || {
        site.app
            .propose_policy(&door.grant, pack, &[], &why, now, key)
    })
    .await?;
    Ok(HttpResponse::Created().json(with_position(&json!(proposal), position)))
}

/// Put a draft in force that somebody else proposed, behind the gate.
#[utoipa::path(
    tag = "policies",
    request_body = ApprovalBody,
    params(
        ("digest" = String, Path, description = "The draft"),
        ("Idempotency-Key" = Option<String>, Header),
    ),
    security(("key" = [])),
    responses(
        (status = 200, description = "In force from this position on, on every node", body = Object),
        (status = 404, description = "No such draft", body = crate::http::openapi::ProblemBody),
        (status = 409, description = "One's own proposal, or the gate is closed", body = crate::http::openapi::ProblemBody),
    ),
)]
#[post("/v1/policies/{digest}/approve")]
pub async fn approve(
    door: Allowed<ChangePolicies>,
    site: web::Data<Site>,
    request: HttpRequest,
    digest: web::Path<String>,
    body: Body<SMALL>,
) -> Result<HttpResponse, Problem> {
    let asked: ApprovalBody = if body.0.is_empty() {
        ApprovalBody::default()
    } else {
        json::read(&body.0)?
    };
    let key = door::idempotency(site.app.keys(), &request, &door.grant, &body.0)?;
    let now = site.app.now();
    let (approval, position): (Approval, _) = block(move || {
        site.app
            .approve_policy(&door.grant, &digest, asked.allow_permits, now, key)
    })
    .await?;
    Ok(HttpResponse::Ok().json(with_position(&json!(approval), position)))
}

fn with_position(answer: &Value, position: Option<u64>) -> Value {
    let mut answer = answer.clone();
    if let Some(fields) = answer.as_object_mut() {
        fields.insert("position".into(), json!(position));
    }
    answer
}

fn record(one: &PolicyRecord) -> Value {
    json!({
        "digest": one.digest,
        "state": one.state,
        "published": one.published,
        "why": one.why,
        "proposed_by": one.proposed_by,
        "proposed_at": rfc3339(one.proposed_at),
        "position": one.position,
    })
}
