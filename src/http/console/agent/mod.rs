//! The screen of shops and call centres: find the customer, read the words to them, take down what they
//! answer, hand out a receipt. Nothing that names a customer stands in an address.

mod answer;
mod asked;
mod day;
mod find;
mod place;
mod undo;

use super::allowed;
use crate::access::{Grant, ServeCustomers};
use crate::http::browser::Visit;
use crate::http::site::Site;
use crate::store::Session;
use actix_web::{HttpRequest, HttpResponse, web};

/// Where an agent's work begins.
pub const PATH: &str = "/console/customers";

/// What an agent did today.
pub const DAY: &str = "/console/customers/day";

/// Registers the agents' pages.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .service(find::show)
        .service(find::find)
        .service(answer::write_down)
        .service(undo::undo)
        .service(day::show)
        .service(day::correct);
}

/// An agent who is signed in.
struct Agent {
    open: Session,
    grant: Grant<ServeCustomers>,
}

impl Agent {
    /// Who is at this address; others are sent away.
    async fn of(
        site: &web::Data<Site>,
        request: &HttpRequest,
        visit: Visit<'_>,
    ) -> Result<Self, HttpResponse> {
        let (open, grant) = allowed(site, request, visit).await?;
        Ok(Self { open, grant })
    }
}
