//! Why a caller reads a person's file: two headers, so that it stands in no address.

use super::problem::Problem;
use crate::domain::event::{NoReason, ViewReason};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use std::future::{Ready, ready};
use utoipa::IntoParams;

const WHY: &str = "View-Reason";
const REFERENCE: &str = "View-Reference";

/// The headers, for the description.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[allow(dead_code, reason = "read by name")]
pub struct Reasons {
    /// Why the file is read: `person_request`, `complaint`, `audit`, `correction`, or `other` with a
    /// reference. It stands in the entry that records the reading.
    #[param(rename = "View-Reason")]
    view_reason: Option<String>,
    /// The number of the request that it is about.
    #[param(rename = "View-Reference")]
    view_reference: Option<String>,
}

/// The reason, where one is given.
pub struct Reason(pub Option<ViewReason>);

impl FromRequest for Reason {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request))
    }
}

fn read(request: &HttpRequest) -> Result<Reason, Problem> {
    let header = |name: &str| {
        let value = request.headers().get(name)?;
        // what is no text is no word either
        Some(value.to_str().unwrap_or_default())
    };
    let reason = ViewReason::read(header(WHY), header(REFERENCE));
    reason.map(Reason).map_err(|wrong| {
        let (name, code) = match wrong {
            NoReason::Word => (WHY, "view_reason_unknown"),
            NoReason::Reference => (REFERENCE, "view_reference_malformed"),
            NoReason::OfWhat => (REFERENCE, "view_reference_missing"),
        };
        Problem::malformed(name.into(), code, wrong.mend().into())
    })
}
