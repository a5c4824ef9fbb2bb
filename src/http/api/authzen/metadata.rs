//! `GET /.well-known/authzen-configuration`: where what is. What is not offered is left out.

use crate::http::site::Site;
use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;

/// Where the endpoints are.
#[derive(Serialize, ToSchema)]
#[schema(as = AuthzenMetadata)]
pub struct Metadata {
    /// The service, by the address that it is known by.
    #[schema(example = "https://choices.example.com")]
    pub policy_decision_point: String,
    /// One question.
    pub access_evaluation_endpoint: String,
    /// Many questions.
    pub access_evaluations_endpoint: String,
    /// Which customers.
    pub search_resource_endpoint: String,
}

/// Where the AuthZEN endpoints are.
#[utoipa::path(tag = "authzen", responses((status = 200, description = "The metadata", body = Metadata)))]
#[get("/.well-known/authzen-configuration")]
pub async fn configuration(site: web::Data<Site>) -> HttpResponse {
    let base = site.api_url();
    let at = |path: &str| format!("{base}{path}");
    HttpResponse::Ok().json(Metadata {
        policy_decision_point: base.clone(),
        access_evaluation_endpoint: at("/access/v1/evaluation"),
        access_evaluations_endpoint: at("/access/v1/evaluations"),
        search_resource_endpoint: at("/access/v1/search/resource"),
    })
}
