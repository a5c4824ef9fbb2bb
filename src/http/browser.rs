//! What all pages for a browser share: its language, its forms, the guard against other sites.

use super::envelope;
use super::pages::{Frame, Language};
use super::site::Site;
use crate::app::brand::speaking;
use crate::domain::registry::brand::Host;
use crate::domain::registry::{Catalogue, Controller, Slug};
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{StatusCode, header};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use std::collections::BTreeMap;

/// A visit.
#[derive(Debug, Clone, Copy)]
pub struct Visit<'r> {
    /// The language to answer in: what the address asks for, or the browser.
    pub language: Language,
    /// What was asked.
    pub request: &'r HttpRequest,
}

/// The brand in whose name a page answers, once it is known what the request is about.
struct InNameOf(Slug);

/// The sources that may frame the answer, for the policy of its content.
pub struct FramedBy(pub String);

impl<'r> Visit<'r> {
    /// Looks at a request.
    #[must_use]
    pub fn of(request: &'r HttpRequest, site: &Site) -> Self {
        let asked = request
            .query_string()
            .split('&')
            .find_map(|pair| pair.strip_prefix("lang="));
        let spoken = spoken(request);
        let known = |language: &Language| spoken.contains(language);
        Self {
            language: asked
                .and_then(Language::from_code)
                .filter(known)
                .unwrap_or_else(|| accepted(request, site, spoken)),
            request,
        }
    }

    /// The same, for a form that carries its page's language.
    #[must_use]
    pub fn of_form(request: &'r HttpRequest, site: &Site, form: &Form) -> Self {
        let carried = form.get("lang").and_then(Language::from_code);
        let carried = carried.filter(|language| spoken(request).contains(language));
        carried.map_or_else(
            || Self::of(request, site),
            |language| Self { language, request },
        )
    }

    /// The host that was asked.
    #[must_use]
    pub fn host(&self) -> Option<&'r str> {
        let header = self.request.headers().get(header::HOST)?;
        header.to_str().ok()
    }

    /// From here on the pages of this request are in that controller's name.
    pub fn in_name_of(&self, controller: Option<&Slug>) {
        if let Some(controller) = controller {
            let mut extensions = self.request.extensions_mut();
            extensions.insert(InNameOf(controller.clone()));
        }
    }

    /// The controller whose brand the page shows: of the host, else of what the request is about, else the
    /// first.
    #[must_use]
    pub fn controller<'c>(&self, catalogue: &'c Catalogue) -> Option<&'c Controller> {
        let of_host = self.host().and_then(|host| catalogue.at_host(host));
        of_host.or_else(|| {
            let extensions = self.request.extensions();
            let named = extensions.get::<InNameOf>().map(|named| &named.0);
            speaking(catalogue, named)
        })
    }

    /// The answer may stand in a frame on the sites of that controller's brand, and nowhere else.
    pub fn framed_by(&self, site: &Site, catalogue: &Catalogue, controller: Option<&Slug>) {
        let controller = controller.and_then(|id| catalogue.controllers.get(id));
        let brand = controller.and_then(|controller| controller.brand.as_ref());
        let sites = brand
            .map(|brand| brand.sites.as_slice())
            .unwrap_or_default();
        let source = |host: &Host| {
            if site.app.is_https() {
                format!("https://{host}")
            } else {
                format!("http://{host}:* https://{host}")
            }
        };
        let sources: Vec<String> = sites.iter().map(source).collect();
        if !sources.is_empty() {
            let mut extensions = self.request.extensions_mut();
            extensions.insert(FramedBy(sources.join(" ")));
        }
    }

    /// Whether the answer may stand in a frame.
    #[must_use]
    pub fn is_framed(&self) -> bool {
        self.request.extensions().get::<FramedBy>().is_some()
    }
}

/// The languages of the pages at an address: the console has fewer than what customers read.
fn spoken(request: &HttpRequest) -> &'static [Language] {
    if request.path().starts_with("/console") {
        &Language::STAFF
    } else {
        &Language::ALL
    }
}

fn accepted(request: &HttpRequest, site: &Site, spoken: &[Language]) -> Language {
    let default = if spoken.contains(&site.language) {
        site.language
    } else {
        site.language.for_staff()
    };
    let header = request
        .headers()
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|text| text.to_str().ok());
    header.map_or(default, |text| {
        Language::from_accept_language(text, spoken, default)
    })
}

/// A page.
#[must_use]
pub fn page(status: StatusCode, html: String) -> HttpResponse {
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((header::VARY, "Accept-Language"))
        .body(html)
}

/// A page of staff that has the one script, for passkeys; without it, a page as any other.
#[must_use]
pub fn page_with_passkeys(status: StatusCode, html: String, frame: &Frame) -> HttpResponse {
    let mut response = page(status, html);
    if frame.script {
        let headers = response.headers_mut();
        let policy = HeaderValue::from_static(envelope::SCRIPTED);
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        let asks = HeaderValue::from_static(envelope::PASSKEYS);
        headers.insert(header::PERMISSIONS_POLICY, asks);
    }
    response
}

/// An answer that says when the next try is looked at.
#[must_use]
pub fn wait(mut response: HttpResponse, seconds: i64) -> HttpResponse {
    let seconds = HeaderValue::from(seconds);
    response.headers_mut().insert(header::RETRY_AFTER, seconds);
    response
}

/// A cookie for this browser alone, with its guard where connections are encrypted. It is sent with a link
/// that leads here from a mail, and with no form of another site.
#[must_use]
pub fn cookie(site: &Site, name: &str, value: &str, minutes: Option<i64>) -> Cookie<'static> {
    let cookie = Cookie::build(guarded(site, name), value.to_owned())
        .path("/")
        .http_only(true)
        .secure(site.is_https())
        .same_site(SameSite::Lax);
    let lasting = minutes.map(Duration::minutes);
    match lasting {
        Some(lasting) => cookie.max_age(lasting).finish(),
        None => cookie.finish(),
    }
}

/// Takes a cookie back.
#[must_use]
pub fn no_cookie(site: &Site, name: &str) -> Cookie<'static> {
    let mut gone = cookie(site, name, "", None);
    gone.make_removal();
    gone
}

/// What a browser brought of a cookie.
#[must_use]
pub fn cookie_of(request: &HttpRequest, site: &Site, name: &str) -> Option<String> {
    let cookie = request.cookie(&guarded(site, name))?;
    Some(cookie.value().to_owned())
}

fn guarded(site: &Site, name: &str) -> String {
    let guard = if site.is_https() { "__Host-" } else { "" };
    format!("{guard}{name}")
}

/// An answer that sets a cookie.
#[must_use]
pub fn with_cookie(mut response: HttpResponse, cookie: &Cookie<'_>) -> HttpResponse {
    if response.add_cookie(cookie).is_err() {
        return HttpResponse::InternalServerError().finish();
    }
    response
}

/// Sends the browser to another page, by `GET`.
#[must_use]
pub fn to(address: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, address))
        .finish()
}

/// Has the browser forget what it keeps of these pages.
pub fn clear(response: &mut HttpResponse) {
    let name = HeaderName::from_static("clear-site-data");
    let value = HeaderValue::from_static("\"cache\", \"storage\"");
    response.headers_mut().insert(name, value);
}

/// The fields of a posted form; of a field that is there twice the last counts.
#[derive(Debug, Default)]
pub struct Form(BTreeMap<String, String>);

impl Form {
    /// Reads a form body; `None` where it is none.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(bytes).ok()?;
        Some(Self(pairs.into_iter().collect()))
    }

    /// The form of these fields.
    #[must_use]
    pub const fn of(fields: BTreeMap<String, String>) -> Self {
        Self(fields)
    }

    /// A field.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Every field.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// Whether a form was posted by one of our own pages, as far as the browser tells: a request
/// that another site caused is refused.
#[must_use]
pub fn from_our_page(request: &HttpRequest, site: &Site) -> bool {
    let ours = says_that_it_is_ours(request, site);
    if !ours {
        let path = request.match_pattern();
        tracing::info!(path, "a form of another site was sent away");
    }
    ours
}

fn says_that_it_is_ours(request: &HttpRequest, site: &Site) -> bool {
    let header = |name: &str| {
        request
            .headers()
            .get(name)
            .and_then(|text| text.to_str().ok())
    };
    if let Some(fetch_site) = header("sec-fetch-site") {
        return matches!(fetch_site, "same-origin" | "none");
    }
    match (header("origin"), header("host")) {
        (Some(origin), host) => {
            // with three hosts a page of one is no page of another
            (site.hosts.is_none() && origin == site.app.public_url())
                || host.is_some_and(|host| origin.ends_with(&format!("://{host}")))
        }
        (None, _) => true,
    }
}
