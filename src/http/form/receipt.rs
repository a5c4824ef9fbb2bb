//! `/r/{position}/{record}`: a receipt, for whoever has its address. It names nobody; it can be printed,
//! taken along as data, and disputed. `/receipt` checks one that was kept, also after its content was
//! erased here.

use super::{code, failed, frame, posted, text, unavailable};
use crate::app::Refusal;
use crate::app::receipt::{KeptReceipt, LogPlace, OwnReceipt};
use crate::domain::ids::{Position, RecordId};
use crate::domain::registry::Wording;
use crate::http::browser::{self, Form, Visit};
use crate::http::json::{Body, SMALL};
use crate::http::pages::{
    Frame, Language, PostForm, ProblemKind, ReceiptCheckPage, ReceiptPage, ReceiptPlace,
    ReceiptWays, Text, Words, moment,
};
use crate::http::problem::Problem;
use crate::http::site::Site;
use crate::http::work::block;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, ResponseError, get, post, web};
use chrono::{DateTime, Utc};
use serde_json::Value;

type Address = web::Path<(Position, String)>;

/// The receipt: a page where a page is asked for, else the signed receipt. It changes nothing.
#[get("/r/{position}/{record}")]
pub async fn show(
    site: web::Data<Site>,
    request: HttpRequest,
    address: Address,
) -> Result<HttpResponse, Problem> {
    let (position, record) = address.into_inner();
    let accept = request.headers().get(header::ACCEPT);
    let accept = accept.and_then(|text| text.to_str().ok()).unwrap_or("");
    if accept.contains("text/html") {
        return Ok(page(&site, &request, (position, &record)).await);
    }
    data(&site, (position, record), accept.contains("ld+json")).await
}

/// The signed receipt as a file.
#[get("/r/{position}/{record}/receipt.json")]
pub async fn signed(site: web::Data<Site>, address: Address) -> Result<HttpResponse, Problem> {
    data(&site, address.into_inner(), false).await
}

/// The same as linked data, unsigned.
#[get("/r/{position}/{record}/receipt.jsonld")]
pub async fn linked_data(site: web::Data<Site>, address: Address) -> Result<HttpResponse, Problem> {
    data(&site, address.into_inner(), true).await
}

async fn data(
    site: &web::Data<Site>,
    (position, record): (Position, String),
    linked: bool,
) -> Result<HttpResponse, Problem> {
    let id = record_id(&record)?;
    let app = site.clone();
    let found = block(move || {
        let grant = app.app.by_address();
        if linked {
            app.app.linked_receipt(grant, id, position)
        } else {
            app.app.receipt(grant, id, position)
        }
    });
    let kind = if linked {
        "application/ld+json"
    } else {
        "application/json"
    };
    let vary = (header::VARY, "Accept");
    let body = found.await?.to_string();
    let mut answer = HttpResponse::Ok();
    Ok(answer.content_type(kind).insert_header(vary).body(body))
}

fn record_id(text: &str) -> Result<RecordId, Refusal> {
    let none = Refusal::NotFound("a consent record of this id at this position");
    text.parse().map_err(|_| none)
}

/// The proof that the receipt's entry stands in the log, as a file.
#[get("/r/{position}/{record}/proof")]
pub async fn proof(site: web::Data<Site>, address: Address) -> Result<HttpResponse, Problem> {
    let (position, record) = address.into_inner();
    let (_, place) = found(&site, position, &record).await?;
    let name = format!("attachment; filename=\"{position}.tlog-proof\"");
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, name))
        .body(place.file().to_owned()))
}

async fn found(
    site: &web::Data<Site>,
    position: Position,
    record: &str,
) -> Result<(OwnReceipt, LogPlace), Problem> {
    let (site, id) = (site.clone(), record_id(record)?);
    block(move || {
        let receipt = site.app.own_receipt(id, position)?;
        let place = site.app.log_place(position, site.app.now())?;
        let none = Refusal::NotFound("an entry at this position");
        Ok::<_, Refusal>((receipt, place.ok_or(none)?))
    })
    .await
}

async fn page(
    site: &web::Data<Site>,
    request: &HttpRequest,
    (position, record): (Position, &str),
) -> HttpResponse {
    let visit = Visit::of(request, site);
    match found(site, position, record).await {
        Ok((receipt, place)) => {
            let html = rendered(site, visit, &receipt, &place, false);
            browser::page(StatusCode::OK, html)
        }
        Err(problem) if problem.status_code() == StatusCode::NOT_FOUND => {
            let html = asked(site, visit, false, true);
            browser::page(StatusCode::NOT_FOUND, html)
        }
        Err(_) => unavailable(site, visit),
    }
}

/// "This was not me": the answer counts no more from now on, and the data protection officer sees it.
#[post("/r/{position}/{record}/not-me")]
pub async fn dispute(
    site: web::Data<Site>,
    request: HttpRequest,
    address: Address,
    body: Body<SMALL>,
) -> HttpResponse {
    let (_, visit) = match posted(&site, &request, &body) {
        Ok(posted) => posted,
        Err(sent_away) => return *sent_away,
    };
    let problem = |status, kind| failed(&site, &visit, status, kind);
    let (position, record) = address.into_inner();
    let (mut receipt, place) = match found(&site, position, &record).await {
        Ok(found) => found,
        Err(known) if known.status_code() == StatusCode::NOT_FOUND => {
            return browser::page(StatusCode::NOT_FOUND, asked(&site, visit, false, true));
        }
        Err(_) => return problem(StatusCode::SERVICE_UNAVAILABLE, ProblemKind::NotSaved),
    };
    let now = site.app.now();
    // said before: nothing is written twice
    if receipt.disputed.is_none() {
        if site.app.dispute(&receipt, now).await.is_err() {
            return problem(StatusCode::SERVICE_UNAVAILABLE, ProblemKind::NotSaved);
        }
        receipt.disputed = Some(now.utc());
    }
    let html = rendered(&site, visit, &receipt, &place, true);
    browser::page(StatusCode::OK, html)
}

fn rendered(
    site: &Site,
    visit: Visit<'_>,
    receipt: &OwnReceipt,
    place: &LogPlace,
    noted: bool,
) -> String {
    let (consent, language) = (&receipt.consent, visit.language);
    let address = format!("/r/{}/{}", place.position, consent.id);
    visit.in_name_of(Some(&consent.controller));
    let catalogue = site.app.index().view().catalogue().clone();
    let not_me = PostForm {
        action_url: format!("{address}/not-me"),
        hidden: Vec::new(),
    };
    let when = |at: DateTime<Utc>| at.with_timezone(&site.timezone);
    ReceiptPage {
        frame: Frame {
            switch_path: Some(address.clone()),
            ..frame(&catalogue, &visit)
        },
        title: receipt.purpose.as_ref().map_or_else(
            || Text::new(consent.purpose.as_str()),
            |purpose| text(&purpose.title, language),
        ),
        facts: facts(site, language, receipt),
        words: receipt.notice.as_ref().map(|notice| {
            let shown = consent.language.unwrap_or(code(language));
            let words = in_language(&notice.text, shown, language);
            (words, notice.reference().to_string())
        }),
        place: place_of(place),
        ways: Some(ReceiptWays {
            json_url: format!("{address}/receipt.json"),
            linked_url: format!("{address}/receipt.jsonld"),
            proof_url: format!("{address}/proof"),
            not_me: receipt.disputed.is_none().then_some(not_me),
        }),
        disputed: receipt.disputed.map(when),
        noted,
    }
    .render()
}

/// The words in the language in which they were shown, where there are such.
pub(super) fn in_language(
    wording: &Wording,
    shown: crate::domain::registry::Language,
    page: Language,
) -> Text {
    match wording.in_or_else(shown) {
        Some((found, words)) if found == code(page) => Text::new(words),
        Some((found, words)) => Text::foreign(words, found.as_str()),
        None => Text::default(),
    }
}

fn facts(site: &Site, language: Language, receipt: &OwnReceipt) -> Vec<(&'static str, String)> {
    let (words, consent) = (Words::of(language), &receipt.consent);
    let when = |at: DateTime<Utc>| moment(words, &at.with_timezone(&site.timezone));
    let source = words.place(consent.source.kind.as_str(), receipt.place.as_deref());
    let told = [
        (
            "receipt-to",
            receipt.controller.as_ref().map(|one| one.name.clone()),
        ),
        (
            "receipt-answer",
            Some(words.code("receipt-said", consent.status.as_str())),
        ),
        (
            "receipt-channel",
            Some(words.code("channel", consent.channel.as_str())),
        ),
        ("receipt-when", Some(when(consent.effective_at))),
        ("receipt-where", Some(source)),
        ("receipt-until", consent.valid_until.map(when)),
        ("saved-reference", Some(consent.id.to_string())),
    ];
    let told = told.into_iter();
    told.filter_map(|(key, text)| Some((key, text?))).collect()
}

const fn place_of(place: &LogPlace) -> ReceiptPlace {
    ReceiptPlace {
        position: place.position,
        size: place.size,
        holds: place.holds,
    }
}

/// The page on which a kept receipt is checked.
#[get("/receipt")]
pub async fn ask(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    browser::page(StatusCode::OK, asked(&site, visit, false, false))
}

fn asked(site: &Site, visit: Visit<'_>, wrong: bool, missing: bool) -> String {
    let catalogue = site.app.index().view().catalogue().clone();
    ReceiptCheckPage {
        frame: Frame {
            switch_path: Some("/receipt".into()),
            ..frame(&catalogue, &visit)
        },
        form: PostForm {
            action_url: "/receipt".into(),
            hidden: Vec::new(),
        },
        wrong,
        missing,
    }
    .render()
}

/// Checks a kept receipt. Nothing of it is written down.
#[post("/receipt")]
pub async fn check(site: web::Data<Site>, request: HttpRequest, body: Body<SMALL>) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(&request, &site, &form);
    let (app, given) = (site.clone(), form.get("receipt").unwrap_or("").to_owned());
    let read = block(move || app.app.kept_receipt(&given, app.app.now())).await;
    match read {
        Ok(Some(kept)) => browser::page(StatusCode::OK, told(&site, visit, &kept)),
        Ok(None) => browser::page(
            StatusCode::UNPROCESSABLE_ENTITY,
            asked(&site, visit, true, false),
        ),
        Err(_) => failed(
            &site,
            &visit,
            StatusCode::SERVICE_UNAVAILABLE,
            ProblemKind::Unavailable,
        ),
    }
}

/// What a kept receipt says: its own words, not the registry's.
fn told(site: &Site, visit: Visit<'_>, kept: &KeptReceipt) -> String {
    let words = Words::of(visit.language);
    let field = |name: &str| kept.content.get(name).and_then(Value::as_str);
    let when = |name: &str| {
        let at: DateTime<Utc> = field(name)?.parse().ok()?;
        Some(moment(words, &at.with_timezone(&site.timezone)))
    };
    let code = |list: &str, name: &str| Some(words.code(list, field(name)?));
    let told = [
        ("receipt-to", field("pii_controller").map(str::to_owned)),
        ("receipt-answer", code("receipt-said", "event_state")),
        ("receipt-channel", code("channel", "channel")),
        ("receipt-when", when("event_time")),
        ("receipt-where", code("source", "collection_method")),
        ("receipt-until", when("validity")),
        ("receipt-notice", field("privacy_notice").map(str::to_owned)),
        ("saved-reference", field("record_id").map(str::to_owned)),
    ];
    let told = told.into_iter();
    let catalogue = site.app.index().view().catalogue().clone();
    ReceiptPage {
        frame: Frame {
            switch_path: None,
            ..frame(&catalogue, &visit)
        },
        title: Text::new(field("purpose").unwrap_or_default()),
        facts: told.filter_map(|(key, text)| Some((key, text?))).collect(),
        words: None,
        place: place_of(&kept.place),
        ways: None,
        disputed: None,
        noted: false,
    }
    .render()
}
