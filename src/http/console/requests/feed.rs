//! The dates of requests for a calendar (RFC 5545): numbers, kinds, last days and links, and nothing of
//! anybody. The address is a secret of one member of staff, shown once.

use super::board::{self, Asked};
use super::{PATH, blocked, url};
use crate::access::{Grant, KeepRequests};
use crate::domain::requests::Request;
use crate::http::browser::{Form, Visit};
use crate::http::console::{allowed, is_ours, to_page, unavailable};
use crate::http::json::{Body, SMALL};
use crate::http::pages::Words;
use crate::http::site::Site;
use crate::store::Session;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::{DateTime, Days, Utc};

/// The longest line, in bytes without its end.
const LINE: usize = 75;

/// A form of the feed's that our page sent.
async fn sent<'r>(
    site: &web::Data<Site>,
    request: &'r HttpRequest,
    body: &Body<SMALL>,
) -> Result<(Visit<'r>, Session, Grant<KeepRequests>), HttpResponse> {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(request, site, &form);
    let (open, grant) = allowed::<KeepRequests>(site, request, visit).await?;
    if is_ours(site, request, &form, &open) {
        return Ok((visit, open, grant));
    }
    Err(board::page(site, visit, &open, grant, (Asked::default(), None, true)).await)
}

/// Makes an address, and so ends the one before.
#[post("/console/requests/feed")]
pub async fn make(site: web::Data<Site>, request: HttpRequest, body: Body<SMALL>) -> HttpResponse {
    let (visit, open, grant) = match sent(&site, &request, &body).await {
        Ok(found) => found,
        Err(sent_away) => return sent_away,
    };
    let (app, actor, staff) = (site.clone(), grant.clone(), open.staff);
    let made = blocked(move || app.app.make_feed(&actor, staff, app.app.now())).await;
    let Ok(token) = made else {
        return unavailable(visit, &open, PATH);
    };
    let url = format!("{}/calendar/{}.ics", site.app.console_url(), token.reveal());
    board::page(
        &site,
        visit,
        &open,
        grant,
        (Asked::default(), Some(url), false),
    )
    .await
}

/// Ends the address.
#[post("/console/requests/feed/end")]
pub async fn end(site: web::Data<Site>, request: HttpRequest, body: Body<SMALL>) -> HttpResponse {
    let (visit, open, grant) = match sent(&site, &request, &body).await {
        Ok(found) => found,
        Err(sent_away) => return sent_away,
    };
    let (app, staff) = (site.clone(), open.staff);
    match blocked(move || app.app.end_feed(&grant, staff, app.app.now())).await {
        Ok(()) => to_page(PATH),
        Err(_) => unavailable(visit, &open, PATH),
    }
}

/// The dates.
#[get("/calendar/{token}.ics")]
pub async fn calendar(site: web::Data<Site>, token: web::Path<String>) -> HttpResponse {
    let asking = site.clone();
    match blocked(move || asking.app.date_feed(&token)).await {
        Ok(Some(requests)) => HttpResponse::Ok()
            .content_type("text/calendar; charset=utf-8")
            .insert_header((header::CACHE_CONTROL, "private, no-store"))
            .body(written(&site, &requests)),
        Ok(None) => HttpResponse::NotFound().finish(),
        Err(_) => HttpResponse::ServiceUnavailable().finish(),
    }
}

fn written(site: &Site, requests: &[Request]) -> String {
    let w = Words::of(site.language.for_staff());
    let stamp = stamp(site.app.now().utc());
    let mut lines = vec![
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//Placet//Requests//EN".to_owned(),
        "METHOD:PUBLISH".to_owned(),
        format!("X-WR-CALNAME:{}", escaped(&w.get("requests-title"))),
    ];
    for request in requests {
        lines.extend(event(site, w, &stamp, request).into_iter().flatten());
    }
    lines.push("END:VCALENDAR".to_owned());
    let folded = lines.iter().map(|line| folded(line));
    folded.collect()
}

fn stamp(at: DateTime<Utc>) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

/// A day of its own; none while the period stands still.
fn event(site: &Site, w: Words, stamp: &str, request: &Request) -> Option<Vec<String>> {
    let day = request.due_on()?;
    let after = day.checked_add_days(Days::new(1))?;
    let kind = w.code("request-kind", request.receipt.kind.as_str());
    let told = [("number", request.id.number()), ("kind", kind)];
    let told: Vec<(&str, &str)> = told
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    let host = site
        .app
        .public_url()
        .split("://")
        .nth(1)
        .unwrap_or_default();
    Some(vec![
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{}@{}", request.id, host.replace([':', '/'], ".")),
        format!("DTSTAMP:{stamp}"),
        format!("SEQUENCE:{}", request.version),
        format!("DTSTART;VALUE=DATE:{}", day.format("%Y%m%d")),
        format!("DTEND;VALUE=DATE:{}", after.format("%Y%m%d")),
        format!(
            "SUMMARY:{}",
            escaped(&w.get_with("requests-feed-event", &told))
        ),
        format!("URL:{}{}", site.app.console_url(), url(request.id)),
        "TRANSP:TRANSPARENT".to_owned(),
        "END:VEVENT".to_owned(),
    ])
}

/// A text as RFC 5545, 3.3.11 writes it.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace(';', "\\;")
        .replace(',', "\\,")
        .replace('\n', "\\n")
}

/// A line of at most 75 bytes, and what is left of it behind a blank (RFC 5545, 3.1).
fn folded(line: &str) -> String {
    let (mut out, mut length) = (String::with_capacity(line.len() + 4), 0);
    for letter in line.chars() {
        if length + letter.len_utf8() > LINE {
            out.push_str("\r\n ");
            length = 1;
        }
        out.push(letter);
        length += letter.len_utf8();
    }
    out.push_str("\r\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_folded_between_letters() {
        let line = format!("SUMMARY:{}", "é".repeat(80));
        let folded = folded(&line);
        assert!(folded.split("\r\n").all(|part| part.len() <= LINE));
        assert_eq!(folded.replace("\r\n ", "").trim_end(), line);
        assert_eq!(escaped("a,b;c\\d\ne"), "a\\,b\\;c\\\\d\\ne");
    }
}
