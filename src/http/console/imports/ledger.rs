//! Which files were brought in, the newest first, and what came of one.

use super::upload::OWN;
use super::{PATH, form, unread};
use crate::access::{Grant, ImportConsents, ReadImports};
use crate::app::Refusal;
use crate::app::import::{Counts, ImportPage, Imported};
use crate::domain::ids::Position;
use crate::domain::import::PRESETS;
use crate::http::browser::{self, Visit};
use crate::http::console::requests::picks::pick;
use crate::http::console::{allowed, frame, granted, problem};
use crate::http::pages::{
    ImportFault, ImportLine, ImportShownPage, ImportsPage, Pick, ProblemKind, Words,
};
use crate::http::site::Site;
use crate::http::work::block;
use crate::store::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Deserialize;

/// Where the list goes on.
#[derive(Deserialize)]
pub(super) struct From {
    before: Option<Position>,
}

/// The list, with the form for who may bring a file in.
#[get("/console/imports")]
pub(super) async fn list(
    site: web::Data<Site>,
    request: HttpRequest,
    from: Option<web::Query<From>>,
) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    let open = match allowed::<ReadImports>(&site, &request, visit).await {
        Ok((open, _)) => open,
        Err(sent_away) => return sent_away,
    };
    let before = from.and_then(|from| from.before);
    page(&site, visit, &open, before, None).await
}

/// The page; with what was wrong with a file.
pub(super) async fn page(
    site: &web::Data<Site>,
    visit: Visit<'_>,
    open: &Session,
    before: Option<Position>,
    fault: Option<ImportFault>,
) -> HttpResponse {
    let Ok(grant) = granted::<ReadImports>(open) else {
        return crate::http::console::forbidden(visit, open);
    };
    let app = site.clone();
    let Ok(found) = block(move || app.app.imports(&grant, before)).await else {
        return unread(visit, open);
    };
    let status = match fault {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let page = shown(site, visit, open, &found, fault);
    browser::page(status, page.render())
}

fn shown(
    site: &Site,
    visit: Visit<'_>,
    open: &Session,
    found: &ImportPage,
    fault: Option<ImportFault>,
) -> ImportsPage {
    let mut frame = frame(visit, open);
    if fault.is_some() {
        frame.switch_path = Some(PATH.to_owned());
    }
    let language = visit.language.code();
    let older = |next| format!("{PATH}?lang={language}&before={next}");
    let may_import = granted::<ImportConsents>(open).is_ok();
    let csrf = || vec![("csrf".to_owned(), open.csrf.clone())];
    ImportsPage {
        layouts: layouts(frame.words()),
        rows: found
            .rows
            .iter()
            .map(|one| line(site, visit, one))
            .collect(),
        older: found.next.map(older),
        upload: may_import.then(|| form("", csrf())),
        fault,
        frame,
    }
}

fn layouts(w: Words) -> Vec<Pick> {
    let own = OWN.map(|code| pick(code, w.code("import-layout", code), code == "columns"));
    let built_in = PRESETS
        .iter()
        .map(|(name, _)| pick(name, w.code("import-layout", name), false));
    own.into_iter().chain(built_in).collect()
}

fn line(site: &Site, visit: Visit<'_>, one: &Imported) -> ImportLine {
    let counts = &one.counts;
    ImportLine {
        at: one.at.with_timezone(&site.timezone),
        by: one.name.clone(),
        actor: one.actor.clone(),
        map: one.map.clone(),
        rows: counts.rows,
        yes: counts.new_given,
        no: counts.new_refused + counts.new_withdrawn,
        refused: one.refused,
        url: format!("{PATH}/{}?lang={}", one.position, visit.language.code()),
    }
}

/// One import.
#[get("/console/imports/{position}")]
pub(super) async fn show(
    site: web::Data<Site>,
    request: HttpRequest,
    position: web::Path<String>,
) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    let (open, grant) = match allowed::<ReadImports>(&site, &request, visit).await {
        Ok(found) => found,
        Err(sent_away) => return sent_away,
    };
    match read(&site, grant, &position).await {
        Ok(one) => {
            let page = ImportShownPage {
                counts: self::counts(&one.counts, one.refused),
                line: line(&site, visit, &one),
                position: one.position,
                source: one.source,
                file_mark: one.file_mark,
                frame: frame(visit, &open),
            };
            browser::page(StatusCode::OK, page.render())
        }
        Err(Refusal::NotFound(_)) => {
            let status = StatusCode::NOT_FOUND;
            problem(status, ProblemKind::NotFound, visit, &open)
        }
        Err(_) => unread(visit, &open),
    }
}

async fn read(
    site: &web::Data<Site>,
    grant: Grant<ReadImports>,
    position: &str,
) -> Result<Imported, Refusal> {
    let none = Refusal::NotFound("an import at this position");
    let position = position.parse().map_err(|_| none)?;
    let site = site.clone();
    let found = web::block(move || site.app.import_at(&grant, position));
    found
        .await
        .unwrap_or(Err(crate::store::StoreError::Stopping.into()))
}

/// What came of an import, a count each; those that are nothing are left out.
pub(super) fn counts(counts: &Counts, refused: u64) -> Vec<(&'static str, u64)> {
    let all = [
        ("rows", counts.rows),
        ("refused", refused),
        ("skipped", counts.skipped_rows),
        ("duplicates", counts.duplicate_rows),
        ("given", counts.new_given),
        ("without_proof", counts.without_proof),
        ("no", counts.new_refused),
        ("withdrawn", counts.new_withdrawn),
        ("strengthened", counts.strengthened),
        ("unchanged", counts.unchanged),
        ("older", counts.older),
        ("reopen", counts.would_reopen),
        ("persons", counts.persons_new),
        ("merged", counts.persons_merged),
    ];
    all.into_iter().filter(|(_, count)| *count > 0).collect()
}
