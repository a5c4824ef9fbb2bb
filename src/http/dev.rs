//! `/dev/mails`: the mails that would have gone out, where they are put into a folder instead.

use super::browser;
use super::site::Site;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, web};
use askama::Template;

/// A mail of the folder.
struct Shown {
    /// What comes before its first link.
    before: String,
    /// The link.
    link: String,
    /// What comes after it.
    after: String,
}

#[derive(Template)]
#[template(path = "dev_mails.html")]
struct MailsView {
    mails: Vec<Shown>,
    style: String,
}

/// The mails, the latest first. Only this machine may look: they open doors.
#[get("/dev/mails")]
pub async fn mails(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    let near = request
        .peer_addr()
        .is_some_and(|peer| peer.ip().to_canonical().is_loopback());
    let Some(tray) = site.tray.as_ref().filter(|_| near) else {
        return HttpResponse::NotFound().finish();
    };
    let mails = tray.latest().iter().map(|text| shown(text)).collect();
    let style = super::pages::style_url();
    let page = MailsView { mails, style };
    browser::page(StatusCode::OK, page.render().unwrap_or_default())
}

fn shown(text: &str) -> Shown {
    let line = text
        .lines()
        .find(|line| line.starts_with("http://") || line.starts_with("https://"));
    let link = line.unwrap_or_default();
    let (before, after) = text.split_once(link).unwrap_or((text, ""));
    Shown {
        before: before.to_owned(),
        link: link.to_owned(),
        after: after.to_owned(),
    }
}
