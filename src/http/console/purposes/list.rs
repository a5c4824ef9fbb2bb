//! `GET /console/purposes`: the purposes in force, brand by brand.

use super::{Desk, PATH, terms};
use crate::access::{PublishCatalogue, ReadCatalogue};
use crate::domain::registry::{Channel, Purpose, Slug};
use crate::http::browser::{self, Visit};
use crate::http::console::{allowed, frame, granted};
use crate::http::form::text;
use crate::http::pages::{PurposeLine, PurposesPage};
use crate::http::site::Site;
use crate::store::Published;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, web};

/// The list.
#[get("/console/purposes")]
pub(super) async fn list(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    let open = match allowed::<ReadCatalogue>(&site, &request, visit).await {
        Ok((open, _)) => open,
        Err(sent_away) => return sent_away,
    };
    let desk = match Desk::at(&site, visit, &open).await {
        Ok(desk) => desk,
        Err(sent_away) => return sent_away,
    };
    let publishes = granted::<PublishCatalogue>(&open).is_ok();
    let page = PurposesPage {
        frame: frame(visit, &open),
        brands: desk.brands(),
        new_url: publishes.then_some("/console/new-purpose"),
    };
    browser::page(StatusCode::OK, page.render())
}

impl Desk<'_> {
    /// The purposes of each brand that has any.
    fn brands(&self) -> Vec<(String, Vec<PurposeLine>)> {
        let catalogue = &self.told.catalogue;
        let lines = |id: &Slug| {
            let own = self.in_force().filter(|one| one.item.controller == *id);
            own.map(|one| self.line(one)).collect::<Vec<_>>()
        };
        let brands = catalogue.controllers.values();
        let brands = brands.map(|brand| (brand.name.clone(), lines(&brand.id)));
        brands.filter(|(_, lines)| !lines.is_empty()).collect()
    }

    /// The latest version of each purpose.
    fn in_force(&self) -> impl Iterator<Item = &Published<Purpose>> {
        let latest = |one: &&Published<Purpose>| {
            let known = self.told.catalogue.purposes.get(&one.item.id);
            known.is_some_and(|known| known.version == one.item.version)
        };
        self.told.purposes.iter().filter(latest)
    }

    fn line(&self, one: &Published<Purpose>) -> PurposeLine {
        let (w, purpose) = (self.words(), &one.item);
        let notice = self.told.catalogue.latest_notice(&purpose.id);
        let retention = purpose.retention.as_deref();
        PurposeLine {
            id: purpose.id.to_string(),
            url: format!("{PATH}/{}", purpose.id),
            title: text(&purpose.title, self.visit.language),
            law_use: purpose.law_use.to_string(),
            basis: purpose.legal_basis.as_str(),
            channels: purpose
                .channels
                .iter()
                .copied()
                .map(Channel::as_str)
                .collect(),
            retention: retention.map(|period| terms::period(w, period)),
            notice: notice.map(|notice| notice.reference().to_string()),
            since: self.when(one.since),
            by: self.by(&one.actor),
        }
    }
}
