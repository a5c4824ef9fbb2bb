//! `GET /console/purposes/{id}`: one purpose, as customers see it, with every version of it and of its words.

use super::{Desk, PATH, preview, terms};
use crate::access::{PublishCatalogue, ReadCatalogue};
use crate::domain::registry::{Notice, Purpose};
use crate::http::browser::{self, Visit};
use crate::http::console::{allowed, frame, granted};
use crate::http::form::text;
use crate::http::pages::{PurposePage, Term, VersionRow, When};
use crate::http::site::Site;
use crate::store::Published;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Deserialize;

/// What is asked for in the address.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    /// That something was published a moment ago.
    #[serde(default)]
    done: String,
}

/// The page of one purpose.
#[get("/console/purposes/{id}")]
pub(super) async fn show(
    site: web::Data<Site>,
    request: HttpRequest,
    id: web::Path<String>,
    asked: web::Query<Asked>,
) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    let open = match allowed::<ReadCatalogue>(&site, &request, visit).await {
        Ok((open, _)) => open,
        Err(sent_away) => return sent_away,
    };
    let desk = match Desk::at(&site, visit, &open).await {
        Ok(desk) => desk,
        Err(sent_away) => return sent_away,
    };
    let purpose = desk.told.catalogue.purpose(&id).cloned();
    let seen = |purpose: &Purpose| {
        desk.told
            .purposes
            .iter()
            .any(|one| one.item.id == purpose.id)
    };
    let Some(purpose) = purpose.filter(seen) else {
        return desk.not_found();
    };
    browser::page(StatusCode::OK, desk.page(&purpose, asked.done == "1"))
}

impl Desk<'_> {
    fn page(&self, purpose: &Purpose, done: bool) -> String {
        let catalogue = &self.told.catalogue;
        let notice = preview::in_force(catalogue, purpose);
        let publishes = granted::<PublishCatalogue>(self.open).is_ok();
        let at = format!("{PATH}/{}", purpose.id);
        PurposePage {
            frame: frame(self.visit, self.open),
            id: purpose.id.to_string(),
            title: text(&purpose.title, self.visit.language),
            done,
            terms: terms::of_purpose(self.words(), catalogue, purpose),
            previews: preview::previews(self.site, self.visit, purpose, notice),
            missing: preview::missing(purpose, notice),
            versions: self.versions(purpose),
            texts: self.texts(purpose),
            change: publishes.then(|| (format!("{at}/edit"), format!("{at}/words"))),
        }
        .render()
    }

    /// The versions of a purpose, the newest first.
    fn versions(&self, purpose: &Purpose) -> Vec<VersionRow> {
        let own = self.told.purposes.iter();
        let own: Vec<_> = own.filter(|one| one.item.id == purpose.id).collect();
        let terms = |one: &Purpose| terms::of_purpose(self.words(), &self.told.catalogue, one);
        let row = |one: &Published<Purpose>| (one.item.version.to_string(), None, terms(&one.item));
        self.rows(&own, row)
    }

    /// The versions of its words, the newest first.
    fn texts(&self, purpose: &Purpose) -> Vec<VersionRow> {
        let own = self.told.notices.iter();
        let mut own: Vec<_> = own.filter(|one| one.item.purpose == purpose.id).collect();
        own.sort_by_key(|one| one.since);
        let row = |one: &Published<Notice>| {
            let change = Some(terms::change(&one.item)).filter(|_| one.item.version > 1);
            let terms = terms::of_notice(self.words(), &one.item);
            (one.item.reference().to_string(), change, terms)
        };
        self.rows(&own, row)
    }

    /// Each with what it changed and until when it was in force; the earliest come in.
    fn rows<T>(
        &self,
        own: &[&Published<T>],
        row: impl Fn(&Published<T>) -> (String, Option<&'static str>, Vec<Term>),
    ) -> Vec<VersionRow> {
        let mut rows: Vec<VersionRow> = Vec::new();
        let mut newer: Option<When> = None;
        for (at, one) in own.iter().enumerate().rev() {
            let (name, change, terms) = row(one);
            let before = at.checked_sub(1).and_then(|at| own.get(at));
            let before = before.map(|one| row(one).2);
            rows.push(VersionRow {
                name,
                since: self.when(one.since),
                until: newer.replace(self.when(one.since)),
                by: self.by(&one.actor),
                position: one.position,
                change,
                changes: before.map(|before| terms::changes(&before, &terms)),
                terms,
            });
        }
        rows
    }
}
