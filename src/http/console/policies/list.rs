//! `GET /console/policies`: what is in force, what waits for a second person, and what was in force.

use super::{Desk, PATH};
use crate::access::ReadPolicies;
use crate::app::policies::told::VersionTold;
use crate::http::browser::{self, Visit};
use crate::http::console::{allowed, frame};
use crate::http::pages::{PoliciesPage, ShadowView, VersionLine};
use crate::http::site::Site;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, web};

/// The list.
#[get("/console/policies")]
pub(super) async fn list(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    let open = match allowed::<ReadPolicies>(&site, &request, visit).await {
        Ok((open, _)) => open,
        Err(sent_away) => return sent_away,
    };
    let desk = match Desk::at(&site, visit, &open).await {
        Ok(desk) => desk,
        Err(sent_away) => return sent_away,
    };
    let live = desk.version(&desk.told.live);
    let page = PoliciesPage {
        frame: frame(visit, &open),
        live: desk.told.live.clone(),
        url: live.map(|_| url(&desk.told.live)),
        facts: live.map(|one| desk.facts(one)).unwrap_or_default(),
        drafts: desk.lines("draft"),
        earlier: desk.lines("retired"),
        shadow: desk.shadow(),
    };
    browser::page(StatusCode::OK, page.render())
}

/// Where a version is.
fn url(digest: &str) -> String {
    format!("{PATH}/{digest}")
}

impl Desk<'_> {
    fn lines(&self, state: &str) -> Vec<VersionLine> {
        let all = self.told.versions.iter();
        let own = all.filter(|one| one.about.state == state);
        own.map(|one| self.line(one)).collect()
    }

    fn line(&self, one: &VersionTold) -> VersionLine {
        let w = self.words();
        let about = &one.about;
        VersionLine {
            digest: about.digest.clone(),
            url: url(&about.digest),
            why: if about.published {
                about.why.clone()
            } else {
                w.get("policies-shipped")
            },
            by: self.by(&about.proposed_by),
            at: self.when(about.proposed_at),
            own: self.is_own(one),
        }
    }

    /// Where a draft that runs beside the version in force would have answered otherwise, on this node.
    fn shadow(&self) -> Option<ShadowView> {
        let shadow = self.site.app.shadowed()?;
        Some(ShadowView {
            draft: shadow.version().as_ref().to_owned(),
            asked: shadow.asked(),
            differing: shadow.differing(),
        })
    }
}
