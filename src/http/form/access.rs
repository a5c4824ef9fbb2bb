//! `GET /accessibility`: what is said of the accessibility of these pages.

use super::frame;
use crate::http::browser::{self, Visit};
use crate::http::pages::AccessPage;
use crate::http::site::Site;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, web};

/// The accessibility statement.
#[get("/accessibility")]
pub async fn access(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    let catalogue = site.app.index().view().catalogue().clone();
    let page = AccessPage {
        frame: frame(&catalogue, &visit),
    };
    browser::page(StatusCode::OK, page.render())
}
