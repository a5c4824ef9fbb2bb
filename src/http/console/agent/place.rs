//! Where an agent works, and how the customer's answer reaches them. Kept in the browser, so that it is
//! said once a day.

use crate::domain::registry::{Act, Source, SourceKind};
use crate::http::browser::Form;
use crate::http::pages::Language;
use crate::http::site::Site;
use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite, time::Duration};

const COOKIE: &str = "placet-place";
/// The longest name of a place.
const LONGEST: usize = 100;

/// Where, and in which language the customer is spoken to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// A shop or a call centre.
    pub kind: SourceKind,
    /// Which one, in the firm's own name for it.
    pub name: String,
    /// The customer's language.
    pub tongue: Language,
}

impl Place {
    /// The kinds of place that have an agent.
    pub const KINDS: [SourceKind; 2] = [SourceKind::Store, SourceKind::CallCentre];

    /// Where the agent said last that they are.
    pub fn kept(request: &HttpRequest, site: &Site) -> Self {
        let cookie = request.cookie(COOKIE);
        let text = cookie.as_ref().map_or("", Cookie::value);
        let (kind, name) = text.split_once('.').unwrap_or_default();
        let name = serde_urlencoded::from_str::<Vec<(String, String)>>(name);
        let name = name.ok().and_then(|pairs| pairs.into_iter().next());
        Self {
            kind: parse(kind),
            name: name.map_or_else(String::new, |(_, name)| clipped(&name)),
            tongue: site.language,
        }
    }

    /// What a form says.
    pub fn of(form: &Form, site: &Site) -> Self {
        let text = |name: &str| form.get(name).unwrap_or_default();
        Self {
            kind: parse(text("place_kind")),
            name: clipped(text("place").trim()),
            tongue: Language::from_code(text("tongue")).unwrap_or(site.language),
        }
    }

    /// The cookie that keeps it.
    pub fn cookie(&self, site: &Site) -> Cookie<'static> {
        let name = serde_urlencoded::to_string([("n", &self.name)]).unwrap_or_default();
        Cookie::build(COOKIE, format!("{}.{name}", self.kind.as_str()))
            .path(super::PATH)
            .http_only(true)
            .secure(site.is_https())
            .same_site(SameSite::Strict)
            .max_age(Duration::hours(12))
            .finish()
    }

    /// The fields that carry it along.
    pub fn hidden(&self) -> Vec<(String, String)> {
        vec![
            ("place_kind".into(), self.kind.as_str().into()),
            ("place".into(), self.name.clone()),
            ("tongue".into(), self.tongue.code().into()),
        ]
    }

    /// The source of what is taken down here by an agent.
    pub fn source(&self, agent: &str) -> Source {
        Source {
            kind: self.kind,
            id: (!self.name.is_empty()).then(|| self.name.clone()),
            agent: Some(agent.to_owned()),
        }
    }
}

/// By which act the customer answered: aloud, or on a form that they signed.
pub(super) fn act(form: &Form) -> Act {
    match form.get("act") {
        Some("form_signed") => Act::FormSigned,
        _ => Act::Oral,
    }
}

fn parse(kind: &str) -> SourceKind {
    let kind = SourceKind::parse(kind);
    let known = kind.filter(|kind| Place::KINDS.contains(kind));
    known.unwrap_or(SourceKind::Store)
}

fn clipped(name: &str) -> String {
    name.chars()
        .filter(|c| !c.is_control())
        .take(LONGEST)
        .collect()
}
