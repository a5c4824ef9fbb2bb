//! `/me/data`: a signed-in customer has a copy of what is held about them made, and downloads it. `GET` shows;
//! a download is a `POST`, since it is counted and recorded.

use super::me::{In, sent, signed_in};
use super::{failed, frame, unavailable};
use crate::app::Refusal;
use crate::app::package::{
    Fetched, PackageMade, PackageStage, STALE, StoredPackage, Table, is_fresh,
};
use crate::domain::ids::PackageId;
use crate::http::browser::{self, Visit};
use crate::http::json::{Body, SMALL};
use crate::http::pages::{
    CopyCard, CopyFile, CopyState, Frame, OwnDataPage, PostForm, ProblemKind, Words,
};
use crate::http::site::Site;
use crate::http::stream;
use crate::http::work::block;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use std::io::Write;

/// What the page says besides.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Alarm {
    None,
    TooMany,
    Stale,
}

/// The page.
#[get("/me/data")]
pub async fn data(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    match signed_in(&site, &request, visit).await {
        Ok(found) => shown(&site, visit, found, Alarm::None).await,
        Err(sent_away) => sent_away,
    }
}

async fn shown(site: &web::Data<Site>, visit: Visit<'_>, found: In, alarm: Alarm) -> HttpResponse {
    let (grant, reading) = (found.grant.clone(), site.clone());
    let read = block(move || {
        let copies = reading.app.own_packages(&grant)?;
        let systems = reading.app.systems()?;
        Ok::<_, Refusal>((copies, !systems.is_empty()))
    });
    let Ok((copies, has_systems)) = read.await else {
        return unavailable(site, visit);
    };
    let status = match alarm {
        Alarm::None => StatusCode::OK,
        Alarm::TooMany => StatusCode::CONFLICT,
        Alarm::Stale => StatusCode::FORBIDDEN,
    };
    let page = Page { site, visit, found };
    browser::page(status, page.of(&copies, has_systems, alarm).render())
}

/// Has a copy made.
#[post("/me/data")]
pub async fn ask(site: web::Data<Site>, request: HttpRequest, body: Body<SMALL>) -> HttpResponse {
    let (_, visit, found) = match sent(&site, &request, &body).await {
        Ok(sent) => sent,
        Err(sent_away) => return sent_away,
    };
    let (grant, asking, language) = (found.grant.clone(), site.clone(), visit.language.code());
    let asked = block(move || {
        let asked = asking
            .app
            .ask_own_package(&grant, language, asking.app.now());
        match asked {
            Err(Refusal::Conflict { .. }) => Ok(false),
            other => other.map(|_| true),
        }
    });
    match asked.await {
        Ok(true) => browser::to(&format!("/me/data?lang={}", visit.language.code())),
        Ok(false) => shown(&site, visit, found, Alarm::TooMany).await,
        Err(_) => unavailable(&site, visit),
    }
}

/// Hands a copy out.
#[post("/me/data/file")]
pub async fn file(site: web::Data<Site>, request: HttpRequest, body: Body<SMALL>) -> HttpResponse {
    let (form, visit, found) = match sent(&site, &request, &body).await {
        Ok(sent) => sent,
        Err(sent_away) => return sent_away,
    };
    let missing = || failed(&site, &visit, StatusCode::NOT_FOUND, ProblemKind::NotFound);
    let id: Option<PackageId> = form.get("copy").and_then(|id| id.parse().ok());
    let Some(id) = id else {
        return missing();
    };
    let (grant, session, fetching) = (found.grant.clone(), found.session.clone(), site.clone());
    let fetched = block(move || {
        let app = &fetching.app;
        Ok::<_, Refusal>(
            match app.fetch_own_package(&grant, &session, id, app.now()) {
                Ok(fetched) => Ok(fetched),
                Err(Refusal::Conflict { code: STALE, .. }) => Err(Alarm::Stale),
                Err(Refusal::NotFound(_)) => Err(Alarm::None),
                Err(other) => return Err(other),
            },
        )
    });
    match fetched.await {
        Ok(Ok(fetched)) => send(&site, visit, fetched).await,
        Ok(Err(Alarm::Stale)) => shown(&site, visit, found, Alarm::Stale).await,
        Ok(Err(_)) => missing(),
        Err(_) => unavailable(&site, visit),
    }
}

async fn send(site: &web::Data<Site>, visit: Visit<'_>, fetched: Fetched) -> HttpResponse {
    let bytes = fetched.made.bytes;
    let day = fetched.made.made_at.with_timezone(&site.timezone);
    let name = format!("placet-{}.zip", day.date_naive());
    let (mut out, broken, mut receiver) = stream::pipe();
    let app = site.app.clone();
    let work = web::block(move || {
        let written = app.write_package(&fetched, &mut out);
        let flushed = out.flush();
        if written.is_err() || flushed.is_err() {
            tracing::warn!("a package was not sent whole");
            broken.off("the package broke off");
        }
    });
    drop(actix_web::rt::spawn(work));
    match receiver.recv().await {
        Some(Ok(first)) => HttpResponse::Ok()
            .content_type("application/zip")
            .insert_header((
                header::CONTENT_DISPOSITION,
                format!("attachment; filename=\"{name}\""),
            ))
            .no_chunking(bytes)
            .streaming(stream::body(first, receiver)),
        _ => unavailable(site, visit),
    }
}

/// What the page is made with.
struct Page<'a> {
    site: &'a Site,
    visit: Visit<'a>,
    found: In,
}

impl Page<'_> {
    fn of(&self, copies: &[StoredPackage], has_systems: bool, alarm: Alarm) -> OwnDataPage {
        let catalogue = self.site.app.index().view().catalogue().clone();
        let lang = self.visit.language.code();
        OwnDataPage {
            frame: Frame {
                switch_path: Some("/me/data".into()),
                ..frame(&catalogue, &self.visit)
            },
            contents: Table::ALL.iter().map(|table| table.name()).collect(),
            has_systems,
            ask: self.form("/me/data", None),
            too_many: alarm == Alarm::TooMany,
            stale: alarm == Alarm::Stale,
            copies: copies.iter().map(|one| self.card(one)).collect(),
            sign_in_url: format!("/sign-in?lang={lang}"),
            me_url: format!("/me?lang={lang}"),
        }
    }

    fn form(&self, action_url: &str, copy: Option<PackageId>) -> PostForm {
        let csrf = ("csrf".to_owned(), self.found.session.csrf.clone());
        let copy = copy.map(|id| ("copy".to_owned(), id.to_string()));
        PostForm {
            action_url: action_url.to_owned(),
            hidden: std::iter::once(csrf).chain(copy).collect(),
        }
    }

    fn card(&self, one: &StoredPackage) -> CopyCard {
        let over =
            |until: Option<DateTime<Utc>>| until.is_none_or(|at| at <= self.site.app.now().utc());
        let state = match &one.stage {
            PackageStage::Waiting => CopyState::Waiting,
            PackageStage::Failed => CopyState::Failed,
            PackageStage::Ready(made) if !over(one.expires_at) => {
                CopyState::Ready(self.ready(one, made))
            }
            PackageStage::Ready(_) | PackageStage::Expired => CopyState::Expired,
        };
        let again = format!("/me/data?lang={}", self.visit.language.code());
        CopyCard {
            asked_at: one.asked_at.with_timezone(&self.site.timezone),
            request: one.request.map(|request| request.number()),
            again_url: (state == CopyState::Waiting).then_some(again),
            state,
        }
    }

    fn ready(&self, one: &StoredPackage, made: &PackageMade) -> CopyFile {
        let fresh = is_fresh(&self.found.session, self.site.app.now());
        let until = one.expires_at.unwrap_or(made.made_at);
        CopyFile {
            tables: made.tables.clone(),
            kilobytes: made.bytes.div_ceil(1_000),
            sha256: made.sha256.clone(),
            until: until.with_timezone(&self.site.timezone),
            downloads: u64::try_from(one.downloads).unwrap_or_default(),
            left_out: CopyFile::lacks(Words::of(self.visit.language), &made.left_out),
            download: fresh.then(|| self.form("/me/data/file", Some(one.id))),
        }
    }
}
