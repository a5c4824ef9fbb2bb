//! `/v1/purposes` and `/v1/controllers`: what data are used for, and who decides.

use crate::access::{PublishCatalogue, ReadCatalogue};
use crate::app::Refusal;
use crate::app::publish::{Difference, Publication};
use crate::domain::duration::CalendarPeriod;
use crate::domain::registry::{Brand, Channel, Controller, LegalBasis, Purpose, Slug, Wording};
use crate::http::door::{self, Allowed};
use crate::http::json::{self, Body, SMALL};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::site::Site;
use crate::http::work::block;
use actix_web::{HttpRequest, HttpResponse, get, put, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// As of when.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct AsOf {
    /// What was in force at that instant; left out: what is.
    pub at: Option<DateTime<Utc>>,
}

/// A purpose, without its version, which the registry counts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PurposeBody {
    /// Who decides.
    #[schema(value_type = String, example = "default")]
    pub controller: Slug,
    /// What the law sees in it.
    #[serde(rename = "use")]
    #[schema(value_type = String, example = "direct_marketing_own")]
    pub law_use: Slug,
    /// Its title, per language.
    #[schema(value_type = Object, example = json!({"fr": "Lettre d'information", "en": "Newsletter"}))]
    pub title: Wording,
    /// One sentence on what it means for the person, per language.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub description: Wording,
    /// On what ground it rests.
    #[schema(value_type = String, example = "consent")]
    pub legal_basis: LegalBasis,
    /// The channels that it may use at all.
    #[schema(value_type = Vec<String>, example = json!(["email"]))]
    pub channels: Vec<Channel>,
    /// Which data.
    #[serde(default)]
    pub data_categories: Vec<String>,
    /// Who receives them.
    #[serde(default)]
    pub recipients: Vec<String>,
    /// How long, as an ISO 8601 period.
    pub retention: Option<String>,
    /// How long a no is remembered before the person is asked again, as an ISO 8601 period; left out:
    /// six months.
    #[schema(value_type = Option<String>, example = "P6M")]
    pub ask_again_after: Option<CalendarPeriod>,
    /// Whether a yes counts only once the person confirmed it by mail; left out: as the controller has it.
    /// It holds for what is said from this version on.
    pub double_opt_in: Option<bool>,
}

/// A controller.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ControllerBody {
    /// Its legal name, as customers see it.
    pub name: String,
    /// Country of establishment, ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// How it is reached, for the register of processing (GDPR art. 30).
    pub contact: Option<String>,
    /// How its data protection officer is reached: an office, not a person.
    pub dpo_contact: Option<String>,
    /// Whose data are processed.
    pub data_subjects: Option<String>,
    /// To which countries data go, and on what safeguards.
    pub transfers: Option<String>,
    /// The security measures in general words.
    pub security: Option<String>,
    /// The places where choices are taken down, as customers know them: the `id` of a source, and a name.
    #[serde(default)]
    #[schema(value_type = Object, example = json!({"lille-2": "Lille"}))]
    pub places: BTreeMap<String, String>,
    /// How it looks and speaks on its customers' pages; without it the controller has no brand.
    #[schema(value_type = Object)]
    pub brand: Option<Brand>,
    /// Whether a yes to its purposes counts only once the person confirmed it by mail; a purpose may say
    /// otherwise.
    #[serde(default)]
    pub double_opt_in: bool,
}

/// What publishing changed.
#[derive(Serialize, ToSchema)]
pub struct Published {
    /// Empty where everything was in force already.
    #[schema(value_type = Vec<Object>)]
    pub published: Vec<Difference>,
    /// The ledger positions of what was published.
    pub positions: Vec<u64>,
}

/// The purposes in force, or that were at an instant.
#[utoipa::path(
    tag = "catalogue",
    params(AsOf),
    security(("key" = [])),
    responses((status = 200, description = "The purposes", body = Object)),
)]
#[get("/v1/purposes")]
pub async fn list(
    door: Allowed<ReadCatalogue>,
    site: web::Data<Site>,
    query: Query<AsOf>,
) -> Result<HttpResponse, Problem> {
    let catalogue = block(move || site.app.catalogue(&door.grant, query.at)).await?;
    let purposes: Vec<&Purpose> = catalogue.purposes.values().collect();
    let controllers: Vec<&Controller> = catalogue.controllers.values().collect();
    Ok(HttpResponse::Ok()
        .json(json!({ "items": purposes, "controllers": controllers, "next": null })))
}

/// Publish a purpose, or a new version of it.
#[utoipa::path(
    tag = "catalogue",
    request_body = PurposeBody,
    params(("id" = String, Path, description = "Its name"), ("Idempotency-Key" = Option<String>, Header)),
    security(("key" = [])),
    responses(
        (status = 200, description = "In force", body = Published),
        (status = 403, description = "The key may not publish", body = crate::http::openapi::ProblemBody),
        (status = 422, description = "Fields cannot be accepted", body = crate::http::openapi::ProblemBody),
    ),
)]
#[put("/v1/purposes/{id}")]
pub async fn publish(
    door: Allowed<PublishCatalogue>,
    site: web::Data<Site>,
    request: HttpRequest,
    id: web::Path<String>,
    body: Body<SMALL>,
) -> Result<HttpResponse, Problem> {
    let asked: PurposeBody = json::read(&body.0)?;
    let purpose = Purpose {
        id: name(&id)?,
        version: 0,
        controller: asked.controller,
        law_use: asked.law_use,
        title: asked.title,
        description: asked.description,
        legal_basis: asked.legal_basis,
        channels: asked.channels,
        data_categories: asked.data_categories,
        recipients: asked.recipients,
        retention: asked.retention,
        ask_again_after: asked.ask_again_after,
        double_opt_in: asked.double_opt_in,
    };
    let publication = Publication {
        purposes: vec![purpose],
        ..Publication::default()
    };
    publish_one(&door, &site, &request, &body.0, publication).await
}

/// Publish a controller: a brand.
#[utoipa::path(
    tag = "catalogue",
    request_body = ControllerBody,
    params(("id" = String, Path, description = "Its name"), ("Idempotency-Key" = Option<String>, Header)),
    security(("key" = [])),
    responses(
        (status = 200, description = "In force", body = Published),
        (status = 422, description = "Fields cannot be accepted", body = crate::http::openapi::ProblemBody),
    ),
)]
#[put("/v1/controllers/{id}")]
pub async fn publish_controller(
    door: Allowed<PublishCatalogue>,
    site: web::Data<Site>,
    request: HttpRequest,
    id: web::Path<String>,
    body: Body<SMALL>,
) -> Result<HttpResponse, Problem> {
    let asked: ControllerBody = json::read(&body.0)?;
    let controller = Controller {
        id: name(&id)?,
        version: 0,
        name: asked.name,
        country: asked.country,
        contact: asked.contact,
        dpo_contact: asked.dpo_contact,
        data_subjects: asked.data_subjects,
        transfers: asked.transfers,
        security: asked.security,
        places: asked.places,
        brand: asked.brand,
        double_opt_in: asked.double_opt_in,
    };
    let publication = Publication {
        controllers: vec![controller],
        ..Publication::default()
    };
    publish_one(&door, &site, &request, &body.0, publication).await
}

/// Publishes and answers what changed.
///
/// # Errors
/// What cannot be published.
pub async fn publish_one(
    door: &Allowed<PublishCatalogue>,
    site: &Site,
    request: &HttpRequest,
    body: &[u8],
    publication: Publication,
) -> Result<HttpResponse, Problem> {
    let key = door::idempotency(site.app.keys(), request, &door.grant, body)?;
    let outcome = site
        .app
        .publish(&door.grant, publication, site.app.now(), key)
        .await
        .map_err(of_one)?;
    Ok(HttpResponse::Ok().json(Published {
        published: outcome.value,
        positions: outcome.positions,
    }))
}

/// The body is one element of a publication: its fields are named without the way to it.
fn of_one(refusal: Refusal) -> Refusal {
    let Refusal::Invalid(mut errors) = refusal else {
        return refusal;
    };
    for error in &mut errors {
        let mut parts = error.pointer.splitn(4, '/').skip(3);
        error.pointer = parts
            .next()
            .map(|field| format!("/{field}"))
            .unwrap_or_default();
    }
    Refusal::Invalid(errors)
}

/// A name from the address.
///
/// # Errors
/// Where it is none.
pub fn name(text: &str) -> Result<Slug, Problem> {
    let wrong = |error: crate::domain::registry::SlugError| {
        Problem::invalid(vec![crate::app::FieldProblem::new(
            "/id",
            "name_malformed",
            error.to_string(),
        )])
    };
    text.parse().map_err(wrong)
}
