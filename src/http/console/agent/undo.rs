//! `POST /console/customers/undo`: for five minutes an agent takes back what they took down by mistake.
//! Later the customer is asked again, and what they say is written down as any answer.

use super::answer::taken;
use crate::http::json::{Body, SMALL};
use crate::http::site::Site;
use actix_web::{HttpRequest, HttpResponse, post, web};

/// Takes answers back.
#[post("/console/customers/undo")]
pub async fn undo(site: web::Data<Site>, request: HttpRequest, body: Body<SMALL>) -> HttpResponse {
    taken(site, request, body, true).await
}
