//! `/console/policies`: the rules in force and how they came to be, every version's packs and policies, and drafts that
//! wait for a second person: what they change in words, whom they would change, and approving them.

mod act;
mod list;
mod show;
mod simulated;

use super::{actors, granted, principal, problem};
use crate::access::ReadPolicies;
use crate::app::policies::told::{PoliciesTold, VersionTold};
use crate::http::browser::Visit;
use crate::http::pages::{PostForm, ProblemKind, Term, Text, When, Words, date_time_long};
use crate::http::site::Site;
use crate::http::work::block;
use crate::store::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// Where the list is.
const PATH: &str = "/console/policies";

/// Registers the pages.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(list::list)
        .service(show::show)
        .service(act::simulate)
        .service(act::approve);
}

/// What a page of these rests on: a visit, who is in, and which versions there are.
struct Desk<'a> {
    site: &'a web::Data<Site>,
    visit: Visit<'a>,
    open: &'a Session,
    told: PoliciesTold,
}

impl<'a> Desk<'a> {
    /// Reads which versions there are, for whoever may; else the page that says why not.
    async fn at(
        site: &'a web::Data<Site>,
        visit: Visit<'a>,
        open: &'a Session,
    ) -> Result<Self, HttpResponse> {
        let Ok(grant) = granted::<ReadPolicies>(open) else {
            return Err(super::forbidden(visit, open));
        };
        let reading = site.clone();
        let Ok(told) = block(move || reading.app.policies_told(&grant)).await else {
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

    fn by(&self, actor: &Value) -> String {
        actors::named(self.words(), &self.told.names, actor)
    }

    fn version(&self, digest: &str) -> Option<&VersionTold> {
        let mut all = self.told.versions.iter();
        all.find(|one| one.about.digest == digest)
    }

    /// Whether it is this member of staff who proposed it.
    fn is_own(&self, one: &VersionTold) -> bool {
        one.about.proposed_by == json!(principal(self.open).actor())
    }

    /// What is known of a version besides its files.
    fn facts(&self, one: &VersionTold) -> Vec<Term> {
        let w = self.words();
        let about = &one.about;
        let mut terms = vec![("policies-state", w.code("policies-state", &about.state))];
        if let Some(since) = one.since {
            terms.push(("policies-since", date_time_long(w, &self.when(since))));
        }
        terms.push(("policies-entry", w.number(about.position)));
        if about.published {
            let at = date_time_long(w, &self.when(about.proposed_at));
            terms.push(("policies-why", about.why.clone()));
            terms.push(("policies-proposed-by", self.by(&about.proposed_by)));
            terms.push(("policies-proposed-at", at));
        } else {
            terms.push(("policies-origin", w.get("policies-shipped")));
        }
        terms.extend(self.signed(one));
        let term = |(key, text): (&str, String)| Term {
            label: w.get(key),
            language: None,
            text: Text::new(text),
        };
        terms.into_iter().map(term).collect()
    }

    /// What the signed note says.
    fn signed(&self, one: &VersionTold) -> Vec<(&'static str, String)> {
        let Some(signed) = &one.signed else {
            return Vec::new();
        };
        let w = self.words();
        let holds = if signed.holds {
            "policies-signed"
        } else {
            "policies-not-signed"
        };
        let mut terms = vec![("policies-signature", w.get(holds))];
        if !signed.approved_by.is_null() {
            terms.push(("policies-approved-by", self.by(&signed.approved_by)));
        }
        if let Some(gate) = &signed.gate {
            let numbers = [
                ("persons", gate.persons),
                ("permit", gate.to_permit),
                ("deny", gate.to_deny),
                ("decisions", gate.decisions),
                ("decided", gate.decisions_to_permit),
                ("allowed", gate.allowed),
            ];
            let numbers = numbers.map(|(name, count)| (name, w.number(count)));
            let facts = numbers
                .each_ref()
                .map(|(name, text)| (*name, text.as_str()));
            terms.push(("policies-gate", w.get_with("policies-gate-told", &facts)));
        }
        terms
    }

    fn form(&self, action: String, hidden: &[(&str, String)]) -> PostForm {
        let csrf = ("csrf".to_owned(), self.open.csrf.clone());
        let hidden = hidden
            .iter()
            .map(|(name, text)| ((*name).to_owned(), text.clone()));
        PostForm {
            action_url: action,
            hidden: std::iter::once(csrf).chain(hidden).collect(),
        }
    }

    fn not_found(&self) -> HttpResponse {
        let status = StatusCode::NOT_FOUND;
        problem(status, ProblemKind::NotFound, self.visit, self.open)
    }
}
