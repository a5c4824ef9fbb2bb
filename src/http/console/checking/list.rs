//! A list: what `placet audience` does, for as many lines as a browser sends well. It is recorded as every list is. The
//! permitted lines go back with the page, sealed by a tag, and come out as a file: nothing of them is kept here.

use super::{Asked, Shown, page, unread};
use crate::access::{CheckDecisions, Grant};
use crate::app::Refusal;
use crate::app::audience::{AudienceError, AudienceQuery, Reading, Streams, Tally};
use crate::audit::encoding::hex;
use crate::domain::audience::Format;
use crate::domain::registry::Purpose;
use crate::http::browser::{Form, Visit};
use crate::http::console::{allowed, is_ours, to};
use crate::http::json::{Body, LARGE};
use crate::http::multipart::Multipart;
use crate::http::pages::{BarChart, CheckFault, CheckedList, Language, PostForm, ReasonRow, Words};
use crate::http::problem::Problem;
use crate::http::site::Site;
use crate::store::Session;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, post, web};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// So many lines are filtered for a browser; the command line takes any number.
const MOST: usize = 100_000;
/// So many bytes, of which a page can carry back what was permitted.
const BYTES: usize = 5 * 1024 * 1024;

/// Filters a list, and counts it by reason.
#[post("/console/check/list")]
pub(super) async fn filter(
    site: web::Data<Site>,
    request: HttpRequest,
    body: Result<Body<LARGE>, Problem>,
) -> HttpResponse {
    let sent = Multipart::of(&request, body);
    let too_large = sent.is_none();
    let sent = sent.unwrap_or_default();
    let visit = Visit::of_form(&request, &site, &sent.form);
    let (open, grant) = match allowed::<CheckDecisions>(&site, &request, visit).await {
        Ok(found) => found,
        Err(sent_away) => return sent_away,
    };
    let asked = Asked {
        wanted: sent.form.get("wanted").unwrap_or_default().to_owned(),
        ..Asked::default()
    };
    let may = |purpose: &Purpose| grant.is_for(purpose);
    let shows = |list, fault| {
        let shown = Shown {
            asked: asked.clone(),
            list,
            fault,
            ..Shown::default()
        };
        page(&site, visit, &open, &may, shown)
    };
    if too_large {
        return shows(None, Some(CheckFault::TooLong));
    }
    if !is_ours(&site, &request, &sent.form, &open) {
        return shows(None, Some(CheckFault::StaleForm));
    }
    let bytes = sent.files.get("list").cloned().unwrap_or_default();
    if bytes.len() > BYTES || memchr::memchr_iter(b'\n', &bytes).count() > MOST {
        return shows(None, Some(CheckFault::TooLong));
    }
    let Some((purpose, channel)) = asked.wanted.split_once(' ') else {
        return shows(None, Some(CheckFault::Wanted));
    };
    let query = AudienceQuery {
        purpose: purpose.to_owned(),
        channel: channel.to_owned(),
        campaign: None,
    };
    let (app, by) = (site.clone(), grant.clone());
    match web::block(move || filtered(&app, &by, query, &bytes)).await {
        Ok(Ok((tally, permitted))) => {
            let list = told(&site, &open, visit.language, (&tally, &permitted));
            shows(Some(list), None)
        }
        Ok(Err(AudienceError::Header(_))) => shows(None, Some(CheckFault::Header)),
        Ok(Err(AudienceError::Refused(Refusal::Invalid(_)))) => {
            shows(None, Some(CheckFault::Wanted))
        }
        _ => unread(visit, &open),
    }
}

fn filtered(
    site: &Site,
    grant: &Grant<CheckDecisions>,
    query: AudienceQuery,
    mut bytes: &[u8],
) -> Result<(Tally, Vec<u8>), AudienceError> {
    let mut permitted = Vec::new();
    let streams = Streams {
        input: &mut bytes,
        permitted: &mut permitted,
        refused: None,
        progress: &|_| (),
    };
    let reading = Reading {
        format: Format::Csv,
        only: None,
    };
    let tally = site.app.filter_list(grant, query, reading, streams)?;
    Ok((tally, permitted))
}

/// The permitted lines of a page, as a file.
#[post("/console/check/file")]
pub(super) async fn file(
    site: web::Data<Site>,
    request: HttpRequest,
    body: Body<LARGE>,
) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(&request, &site, &form);
    let open = match allowed::<CheckDecisions>(&site, &request, visit).await {
        Ok((open, _)) => open,
        Err(sent_away) => return sent_away,
    };
    let lines = form.get("lines").unwrap_or_default();
    let lines = URL_SAFE_NO_PAD.decode(lines).ok();
    let own = |lines: &Vec<u8>| form.get("tag") == Some(tag(&site, &open, lines).as_str());
    let is_own = is_ours(&site, &request, &form, &open);
    match lines.filter(|lines| is_own && own(lines)) {
        Some(lines) => HttpResponse::Ok()
            .content_type("text/csv; charset=utf-8")
            .insert_header((
                header::CONTENT_DISPOSITION,
                "attachment; filename=\"permitted.csv\"",
            ))
            .body(lines),
        None => to(super::PATH),
    }
}

/// Which lines these are, and whose.
fn tag(site: &Site, open: &Session, lines: &[u8]) -> String {
    let named = [format!("list/{}/", open.staff).as_bytes(), lines].concat();
    hex(&site.app.keys().form_tag(&named))
}

fn told(
    site: &Site,
    open: &Session,
    language: Language,
    (tally, permitted): (&Tally, &[u8]),
) -> CheckedList {
    let w = Words::of(language.for_staff());
    let words = reasons(site, w.language());
    let row = |(reason, lines): (&String, &u64)| ReasonRow {
        reason: reason.clone(),
        words: words(reason),
        lines: *lines,
    };
    let mut rows: Vec<ReasonRow> = tally.refused.iter().map(row).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.lines));
    let first = (w.code("effect", "permit"), vec![tally.permitted]);
    let bars = rows.iter().map(|row| (row.reason.clone(), vec![row.lines]));
    let bars: Vec<(String, Vec<u64>)> = std::iter::once(first).chain(bars).collect();
    let chart = BarChart::new(vec![w.get("checking-lines")], &bars, w);
    CheckedList {
        lines: tally.lines,
        permitted: tally.permitted,
        rows,
        picture: chart.render(&w.get("checking-picture")),
        file: PostForm {
            action_url: format!("{}/file", super::PATH),
            hidden: vec![
                ("csrf".into(), open.csrf.clone()),
                ("lines".into(), URL_SAFE_NO_PAD.encode(permitted)),
                ("tag".into(), tag(site, open, permitted)),
            ],
        },
    }
}

/// What the policies in force say of a reason; nothing where none of them has it.
fn reasons(site: &Site, language: Language) -> impl Fn(&str) -> String {
    let rules = site.app.rules();
    move |reason: &str| {
        let mut policies = rules
            .engine()
            .into_iter()
            .flat_map(|engine| engine.policies());
        let found = policies.find(|policy| policy.reason == reason);
        found.map_or_else(String::new, |policy| match language {
            Language::Fr => policy.fr.clone(),
            _ => policy.en.clone(),
        })
    }
}
