//! The forms in which the next version of a purpose, or of its words, is written.

use super::fill::{self, Fields, is_words};
use super::{CHECK, Desk, terms};
use crate::access::PublishCatalogue;
use crate::app::FieldProblem;
use crate::domain::registry::{Channel, LegalBasis, Mention, NoticeChange, Slug};
use crate::http::browser::{self, Visit};
use crate::http::console::requests::picks::{pick, words as picks};
use crate::http::console::{allowed, frame};
use crate::http::pages::{
    Filled, Frame, Language, Pick, PublishFault, PurposeFormPage, WordsFormPage,
};
use crate::http::site::Site;
use crate::policy::PurposeUse;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, web};

/// The form of a new purpose.
#[get("/console/new-purpose")]
pub(super) async fn new(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    let (open, _) = match allowed::<PublishCatalogue>(&site, &request, visit).await {
        Ok(found) => found,
        Err(sent_away) => return sent_away,
    };
    match Desk::at(&site, visit, &open).await {
        Ok(desk) => {
            let fields = [("what", "purpose"), ("new", "1")];
            let fields = fields.map(|(name, text)| (name.to_owned(), text.to_owned()));
            let page = desk.filled(fields.into(), &[], None, true);
            browser::page(StatusCode::OK, page)
        }
        Err(sent_away) => sent_away,
    }
}

/// The form of a purpose's next version.
#[get("/console/purposes/{id}/edit")]
pub(super) async fn edit(
    site: web::Data<Site>,
    request: HttpRequest,
    id: web::Path<String>,
) -> HttpResponse {
    form(&site, &request, &id, false).await
}

/// The form of the next version of its words.
#[get("/console/purposes/{id}/words")]
pub(super) async fn words(
    site: web::Data<Site>,
    request: HttpRequest,
    id: web::Path<String>,
) -> HttpResponse {
    form(&site, &request, &id, true).await
}

async fn form(
    site: &web::Data<Site>,
    request: &HttpRequest,
    id: &str,
    of_words: bool,
) -> HttpResponse {
    let visit = Visit::of(request, site);
    let (open, _) = match allowed::<PublishCatalogue>(site, request, visit).await {
        Ok(found) => found,
        Err(sent_away) => return sent_away,
    };
    let desk = match Desk::at(site, visit, &open).await {
        Ok(desk) => desk,
        Err(sent_away) => return sent_away,
    };
    let Some(purpose) = desk.told.catalogue.purpose(id) else {
        return desk.not_found();
    };
    let fields = if of_words {
        let last = desk.told.catalogue.latest_notice(&purpose.id);
        fill::of_words(&purpose.id, last)
    } else {
        fill::of_purpose(purpose)
    };
    browser::page(StatusCode::OK, desk.filled(fields, &[], None, true))
}

impl Desk<'_> {
    /// The form with what was filled in, and what is wrong with it. Only a form that was asked for by its address can be
    /// asked for in another language.
    pub fn filled(
        &self,
        fields: Fields,
        problems: &[FieldProblem],
        fault: Option<PublishFault>,
        by_address: bool,
    ) -> String {
        let mut frame = frame(self.visit, self.open);
        if !by_address {
            frame.switch_path = None;
        }
        let errors = problems.iter().map(|one| {
            let field = one.pointer.rsplit('/').next().unwrap_or_default();
            (field.to_owned(), one.code)
        });
        let filled = Filled {
            errors: errors.collect(),
            values: fields,
        };
        if is_words(&filled.values) {
            self.words_form(frame, filled, fault)
        } else {
            self.purpose_form(frame, filled, fault)
        }
    }

    /// What goes along unseen: what the form is about, and what was in force when it was made.
    fn hidden(&self, filled: &Filled, names: &[&str]) -> Vec<(String, String)> {
        let about = if is_words(&filled.values) {
            "purpose"
        } else {
            "id"
        };
        let about: Option<Slug> = filled.field(about).parse().ok();
        let about = about.filter(|_| filled.field("new").is_empty());
        let upon = about.map(|about| ("upon".to_owned(), self.upon(&about).to_string()));
        let kept = names
            .iter()
            .map(|name| ((*name).to_owned(), filled.field(name).to_owned()));
        kept.filter(|(_, text)| !text.is_empty())
            .chain(upon)
            .collect()
    }

    fn purpose_form(&self, frame: Frame, filled: Filled, fault: Option<PublishFault>) -> String {
        let w = self.words();
        let is_new = !filled.field("new").is_empty();
        let names: &[&str] = if is_new {
            &["what", "new"]
        } else {
            &["what", "id"]
        };
        let brands = self.told.catalogue.controllers.values();
        let brand = |id: &str| filled.field("controller") == id;
        let controllers =
            brands.map(|one| pick(one.id.as_str(), one.name.clone(), brand(one.id.as_str())));
        let uses = PurposeUse::ALL.iter().map(|one| one.as_str());
        let bases = LegalBasis::ALL.map(LegalBasis::as_str);
        let channels = Channel::ALL.iter().map(|channel| {
            let code = channel.as_str();
            let ticked = !filled.of("channels", code).is_empty();
            pick(code, w.code("channel", code), ticked)
        });
        PurposeFormPage {
            form: self.form(CHECK, self.hidden(&filled, names)),
            is_new,
            back_url: back(filled.field("id"), is_new),
            controllers: controllers.collect(),
            uses: picks(w, "use", uses, filled.field("use")),
            bases: picks(w, "basis", bases, filled.field("legal_basis")),
            channels: channels.collect(),
            confirms: self.three(filled.field("double_opt_in"), "publish-as-brand"),
            spoken: spoken(&filled, &["title", "description"]),
            frame,
            filled,
            fault,
        }
        .render()
    }

    fn words_form(&self, frame: Frame, filled: Filled, fault: Option<PublishFault>) -> String {
        let w = self.words();
        let mentions = Mention::ALL.iter().map(|one| {
            let code = one.as_str();
            let ticked = !filled.of("mentions", code).is_empty();
            pick(code, w.code("mention", code), ticked)
        });
        let first = filled.field("version") == "1";
        WordsFormPage {
            form: self.form(
                CHECK,
                self.hidden(&filled, &["what", "id", "version", "purpose"]),
            ),
            back_url: back(filled.field("purpose"), false),
            name: format!("{}@{}", filled.field("id"), filled.field("version")),
            first,
            changes: changes(filled.field("change")),
            mentions: mentions.collect(),
            names_sender: self.three(filled.field("names_sender"), "publish-not-said"),
            spoken: spoken(&filled, &["text"]),
            frame,
            filled,
            fault,
        }
        .render()
    }

    /// Yes, no, or nothing said.
    fn three(&self, chosen: &str, unsaid: &str) -> Vec<Pick> {
        let w = self.words();
        let all = [("", unsaid), ("yes", "yes"), ("no", "no")];
        all.map(|(value, key)| pick(value, w.get(key), chosen == value))
            .to_vec()
    }
}

fn changes(chosen: &str) -> Vec<(&'static str, bool)> {
    let all = [NoticeChange::Minor, NoticeChange::Major];
    let code = |change| match change {
        NoticeChange::Major => "major",
        NoticeChange::Minor => "minor",
    };
    all.map(|change| (code(change), chosen == code(change)))
        .to_vec()
}

/// The page that a form was reached from.
fn back(purpose: &str, is_new: bool) -> String {
    let known: Option<Slug> = purpose.parse().ok();
    match known.filter(|_| !is_new) {
        Some(purpose) => format!("{}/{purpose}", super::PATH),
        None => super::PATH.to_owned(),
    }
}

/// Languages to write in, with their own names: those of customers' pages, and whichever else there are words in; and
/// whether each is shown at once: French, English, and those that have words.
fn spoken(filled: &Filled, names: &[&str]) -> Vec<(String, String, bool)> {
    let mut codes: Vec<String> = Language::ALL.map(|one| one.code().to_owned()).to_vec();
    for field in filled.values.keys() {
        let of_name = |name: &&str| field.strip_prefix(*name)?.strip_prefix('.');
        let code = names.iter().find_map(of_name);
        let code = code.filter(|code| crate::domain::registry::Language::parse(code).is_some());
        if let Some(code) = code.filter(|code| !codes.iter().any(|known| known == code)) {
            codes.push(code.to_owned());
        }
    }
    let shown = |code: &str| {
        let has_words = names.iter().any(|name| !filled.of(name, code).is_empty());
        has_words || Language::STAFF.iter().any(|one| one.code() == code)
    };
    let told = |code: String| (terms::name(&code), shown(&code), code);
    let told = codes.into_iter().map(told);
    told.map(|(name, shown, code)| (code, name, shown))
        .collect()
}
