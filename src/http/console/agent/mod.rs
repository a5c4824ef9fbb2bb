//! The screen of shops and call centres: find the customer, read the words to them, take down what they
//! answer, hand out a receipt. Nothing that names a customer stands in an address.

mod answer;
mod asked;
mod find;
mod place;
mod undo;

use super::{forbidden, principal, session, to};
use crate::access::{Grant, ServeCustomers, authorize};
use crate::http::browser::{Form, Visit, from_our_page};
use crate::http::site::Site;
use crate::store::Session;
use actix_web::{HttpRequest, HttpResponse, web};

/// Where an agent's work begins.
pub const PATH: &str = "/console/customers";

/// Registers the agents' pages.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .service(find::show)
        .service(find::find)
        .service(answer::write_down)
        .service(undo::undo);
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
        visit: Visit,
    ) -> Result<Self, HttpResponse> {
        let Some(open) = session(site, request).await else {
            return Err(to("/console/sign-in"));
        };
        match authorize(&principal(&open)) {
            Ok(grant) => Ok(Self { open, grant }),
            Err(_) => Err(forbidden(visit, &open)),
        }
    }

    /// Whether one of this agent's own pages sent the form.
    fn sent(&self, site: &Site, request: &HttpRequest, form: &Form) -> bool {
        from_our_page(request, site) && form.get("csrf") == Some(self.open.csrf.as_str())
    }
}
