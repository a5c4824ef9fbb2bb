//! `/console/purposes`: which purposes and words are in force, every version of them with what it changed, what
//! customers see, and publishing the next version: filled in, checked, seen with its difference, confirmed.

mod draft;
mod fill;
mod forms;
mod list;
mod preview;
mod publish;
mod show;
mod terms;

pub(super) use terms::period;

use super::{actors, granted, problem};
use crate::access::ReadCatalogue;
use crate::app::published::PublishedCatalogue;
use crate::http::browser::Visit;
use crate::http::pages::{PostForm, ProblemKind, When, Words};
use crate::http::site::Site;
use crate::http::work::block;
use crate::store::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use serde_json::Value;

/// Where the list is.
const PATH: &str = "/console/purposes";
/// Where a form is checked.
const CHECK: &str = "/console/purposes/check";
/// Where what was checked is published.
const PUBLISH: &str = "/console/purposes/publish";

/// Registers the pages.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(list::list)
        .service(forms::new)
        .service(publish::check)
        .service(publish::publish)
        .service(show::show)
        .service(forms::edit)
        .service(forms::words);
}

/// What a page of these rests on: a visit, who is in, and what is in force.
struct Desk<'a> {
    site: &'a web::Data<Site>,
    visit: Visit<'a>,
    open: &'a Session,
    told: PublishedCatalogue,
}

impl<'a> Desk<'a> {
    /// Reads what is in force, for whoever may; else the page that says why not.
    async fn at(
        site: &'a web::Data<Site>,
        visit: Visit<'a>,
        open: &'a Session,
    ) -> Result<Self, HttpResponse> {
        let Ok(grant) = granted::<ReadCatalogue>(open) else {
            return Err(super::forbidden(visit, open));
        };
        let reading = site.clone();
        let Ok(told) = block(move || reading.app.published(&grant)).await else {
            let status = StatusCode::SERVICE_UNAVAILABLE;
            return Err(problem(status, ProblemKind::Unavailable, visit, open));
        };
        Ok(Self {
            site,
            visit,
            open,
            told,
        })
    }

    fn words(&self) -> Words {
        Words::of(self.visit.language.for_staff())
    }

    fn when(&self, at: DateTime<Utc>) -> When {
        at.with_timezone(&self.site.timezone)
    }

    /// Who published something.
    fn by(&self, actor: &Value) -> String {
        actors::named(self.words(), &self.told.names, actor)
    }

    fn form(&self, action: &str, hidden: Vec<(String, String)>) -> PostForm {
        let csrf = ("csrf".to_owned(), self.open.csrf.clone());
        PostForm {
            action_url: action.to_owned(),
            hidden: std::iter::once(csrf).chain(hidden).collect(),
        }
    }

    fn not_found(&self) -> HttpResponse {
        let status = StatusCode::NOT_FOUND;
        problem(status, ProblemKind::NotFound, self.visit, self.open)
    }
}
