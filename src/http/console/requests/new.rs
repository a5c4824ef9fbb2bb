//! Staff write down what came by letter, by phone or at the counter: one request, or an agent's many.

use super::picks::words;
use super::{PATH, url};
use crate::access::{FileRequests, Grant, KeepRequests};
use crate::app::contact::{self, NAMES};
use crate::app::requests::{FileClaim, Filed, MOST, RequestView, today};
use crate::app::{FieldProblem, Refusal};
use crate::domain::requests::{Mandate, RequestKind, Via};
use crate::http::browser::{self, Form, Visit};
use crate::http::console::{allowed, frame, granted, is_ours};
use crate::http::json::{Body, SMALL};
use crate::http::pages::{FiledRow, PostForm, RequestNewPage, Words};
use crate::http::site::Site;
use crate::store::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};

/// What can be typed.
const FIELDS: [&str; 12] = [
    "kind",
    "via",
    "received_at",
    "place",
    "email",
    "phone",
    "postal",
    "crm_id",
    "text",
    "agent",
    "reference",
    "rows",
];
/// What a line can have beside contact points.
const OF_A_LINE: [&str; 3] = ["kind", "text", "received_at"];

/// What is wrong: the field where it is one of the form's, and the words.
type Wrong = (Option<String>, String);

/// The form.
#[get("/console/requests/new")]
pub async fn show(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    match allowed::<FileRequests>(&site, &request, visit).await {
        Ok((open, _)) => {
            let day = today(site.app.now(), site.timezone).to_string();
            let typed = vec![("received_at".to_owned(), day)];
            page(
                visit,
                &open,
                StatusCode::OK,
                (typed, Vec::new(), Vec::new()),
            )
        }
        Err(sent_away) => sent_away,
    }
}

/// Writes requests down.
#[post("/console/requests/new")]
pub async fn write_down(
    site: web::Data<Site>,
    request: HttpRequest,
    body: Body<SMALL>,
) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(&request, &site, &form);
    let (open, grant) = match allowed::<FileRequests>(&site, &request, visit).await {
        Ok(found) => found,
        Err(sent_away) => return sent_away,
    };
    let w = frame(visit, &open).words();
    let filed = if is_ours(&site, &request, &form, &open) {
        file(&site, &grant, w, &form).await
    } else {
        Err(vec![(None, w.get("export-error-stale_form"))])
    };
    match filed {
        Ok(filed) => {
            let rows = filed
                .into_iter()
                .map(|one| row(&site, &open, one))
                .collect();
            page(
                visit,
                &open,
                StatusCode::CREATED,
                (Vec::new(), Vec::new(), rows),
            )
        }
        Err(wrong) => {
            let typed = |name: &&str| Some(((*name).to_owned(), form.get(name)?.to_owned()));
            let typed = FIELDS.iter().filter_map(typed).collect();
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            page(visit, &open, status, (typed, wrong, Vec::new()))
        }
    }
}

async fn file(
    site: &web::Data<Site>,
    grant: &Grant<FileRequests>,
    w: Words,
    form: &Form,
) -> Result<Vec<Filed>, Vec<Wrong>> {
    let rows = form.get("rows").map(str::trim).unwrap_or_default();
    let claims = if rows.is_empty() {
        one(site, form).map(|claim| vec![(String::new(), claim)])
    } else {
        many(site, w, form, rows)
    };
    let told = |problems: Vec<FieldProblem>| problems.iter().map(|one| said(w, one)).collect();
    let claims = claims.map_err(|wrong| match wrong {
        Bad::Fields(problems) => told(problems),
        Bad::Said(wrong) => vec![wrong],
    })?;
    match site
        .app
        .file_requests(grant, claims, site.app.now(), None)
        .await
    {
        Ok(committed) => Ok(committed.value),
        Err(Refusal::Invalid(problems)) => Err(told(problems)),
        Err(_) => Err(vec![(None, w.get("request-fault-failed"))]),
    }
}

/// Why what was typed is no request.
enum Bad {
    /// Fields.
    Fields(Vec<FieldProblem>),
    /// Something else, in the page's words.
    Said(Wrong),
}

fn text(form: &Form, name: &str) -> Option<String> {
    let text = form
        .get(name)
        .map(str::trim)
        .filter(|text| !text.is_empty());
    text.map(str::to_owned)
}

fn mandate(form: &Form) -> Option<Mandate> {
    let (agent, reference) = (text(form, "agent"), text(form, "reference"));
    if agent.is_none() && reference.is_none() {
        return None;
    }
    // half of it is refused where it is looked at: an empty name is none
    Some(Mandate {
        agent: agent.unwrap_or_default(),
        reference: reference.unwrap_or_default(),
    })
}

fn one(site: &Site, form: &Form) -> Result<FileClaim, Bad> {
    let pairs = NAMES
        .iter()
        .filter_map(|name| Some((*name, text(form, name)?)));
    let pairs: Vec<(&str, String)> = pairs.collect();
    let named = contact::read(
        site.app.keys(),
        "",
        pairs.iter().map(|(name, text)| (*name, text.as_str())),
    );
    Ok(FileClaim {
        named: named.map_err(Bad::Fields)?,
        kind: text(form, "kind").unwrap_or_default(),
        via: text(form, "via").unwrap_or_default(),
        received_at: text(form, "received_at"),
        country: None,
        place: text(form, "place"),
        text: text(form, "text"),
        mandate: mandate(form),
    })
}

/// Each line is a request of its own, all of one mandate.
fn many(site: &Site, w: Words, form: &Form, rows: &str) -> Result<Vec<(String, FileClaim)>, Bad> {
    let field = |name: &str| Some(name.to_owned());
    let Some(mandate) = mandate(form) else {
        return Err(Bad::Said((
            field("agent"),
            w.get("requests-new-no-mandate"),
        )));
    };
    let unread = || Bad::Said((field("rows"), w.get("requests-new-no-rows")));
    let delimiter = if rows.lines().next().is_some_and(|head| head.contains(';')) {
        b';'
    } else {
        b','
    };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .trim(csv::Trim::All)
        .from_reader(rows.as_bytes());
    let head = reader.headers().map_err(|_| unread())?.clone();
    let known = |name: &str| NAMES.contains(&name) || OF_A_LINE.contains(&name);
    if !head.iter().all(known) {
        return Err(unread());
    }
    let (mut claims, mut problems) = (Vec::new(), Vec::new());
    for (at, line) in reader.records().enumerate() {
        let line = line.map_err(|_| unread())?;
        let cell = |name: &str| {
            let cells = head.iter().zip(line.iter());
            let mut found = cells.filter(|(column, cell)| *column == name && !cell.is_empty());
            found.next().map(|(_, cell)| cell.to_owned())
        };
        let pointer = format!("/requests/{at}");
        let pairs = head.iter().zip(line.iter());
        let pairs = pairs.filter(|(name, cell)| NAMES.contains(name) && !cell.is_empty());
        match contact::read(site.app.keys(), &pointer, pairs) {
            Ok(named) => claims.push((
                pointer,
                FileClaim {
                    named,
                    kind: cell("kind")
                        .or_else(|| text(form, "kind"))
                        .unwrap_or_default(),
                    via: text(form, "via").unwrap_or_default(),
                    received_at: cell("received_at").or_else(|| text(form, "received_at")),
                    country: None,
                    place: text(form, "place"),
                    text: cell("text"),
                    mandate: Some(mandate.clone()),
                },
            )),
            Err(found) => problems.extend(found),
        }
    }
    if !problems.is_empty() {
        return Err(Bad::Fields(problems));
    }
    if claims.is_empty() || claims.len() > MOST {
        return Err(unread());
    }
    Ok(claims)
}

/// What is wrong, in words: of a line with its number, the header being the first.
fn said(w: Words, problem: &FieldProblem) -> Wrong {
    let path = problem.pointer.trim_start_matches('/');
    let of_line = path
        .strip_prefix("requests/")
        .map(|rest| rest.split_once('/').unwrap_or((rest, "")));
    let (row, name) = match of_line {
        Some((row, name)) => (row.parse::<u64>().ok(), name),
        None => (None, path),
    };
    let name = name.rsplit('/').next().unwrap_or_default();
    let detail = problem.detail.as_str();
    if let Some(row) = row {
        let row = w.number(row + 2);
        let told = [("row", row.as_str()), ("field", name), ("detail", detail)];
        return (
            Some("rows".to_owned()),
            w.get_with("requests-new-row", &told),
        );
    }
    let known = if FIELDS.contains(&name) {
        name
    } else {
        "email"
    };
    let told = [("field", known), ("detail", detail)];
    (
        Some(known.to_owned()),
        w.get_with("requests-new-wrong", &told),
    )
}

fn row(site: &Site, open: &Session, filed: Filed) -> FiledRow {
    let view = RequestView::of(filed.request, today(site.app.now(), site.timezone));
    let keeps = granted::<KeepRequests>(open).is_ok();
    FiledRow {
        number: view.request.id.number(),
        kind: view.request.receipt.kind.as_str(),
        due: view.due_on,
        url: keeps.then(|| url(view.request.id)),
    }
}

fn page(
    visit: Visit<'_>,
    open: &Session,
    status: StatusCode,
    (typed, errors, filed): (Vec<(String, String)>, Vec<Wrong>, Vec<FiledRow>),
) -> HttpResponse {
    let frame = frame(visit, open);
    let w = frame.words();
    let chosen = |name: &str| {
        let found = typed.iter().find(|(field, _)| field == name);
        found.map_or("", |(_, text)| text.as_str()).to_owned()
    };
    // what comes by itself is not written down by hand
    let by_hand = Via::ALL
        .iter()
        .filter(|via| !matches!(via, Via::WebForm | Via::Api));
    let via = Some(chosen("via")).filter(|via| !via.is_empty());
    let keeps = granted::<KeepRequests>(open).is_ok();
    let page = RequestNewPage {
        form: PostForm {
            action_url: format!("{PATH}/new"),
            hidden: vec![("csrf".into(), open.csrf.clone())],
        },
        kinds: words(
            w,
            "request-kind",
            RequestKind::ALL.iter().map(|one| one.as_str()),
            &chosen("kind"),
        ),
        vias: words(
            w,
            "request-via",
            by_hand.map(|one| one.as_str()),
            via.as_deref().unwrap_or("letter"),
        ),
        typed,
        errors,
        filed,
        back_url: if keeps { PATH } else { "/console/customers" }.to_owned(),
        frame,
    };
    browser::page(status, page.render())
}
