//! `/console/codes`: the codes for shops' counters, one to print for each place. They hold the address of a
//! brand's way in, and nothing about anybody.

use super::{allowed, frame};
use crate::access::ReadCatalogue;
use crate::app::Refusal;
use crate::domain::registry::{Catalogue, Controller, Slug};
use crate::http::browser::{self, Form, Visit};
use crate::http::form::code;
use crate::http::pages::{CodePage, CodePick, CodesPage, Frame, Language};
use crate::http::problem::Problem;
use crate::http::qr;
use crate::http::site::Site;
use crate::http::work::block;
use crate::store::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, web};

const PATH: &str = "/console/codes";

/// What there is to choose.
#[get("/console/codes")]
pub async fn list(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    match allowed::<ReadCatalogue>(&site, &request, visit).await {
        Ok((open, _)) => choose(&site, visit, &open, false),
        Err(sent_away) => sent_away,
    }
}

/// One to print.
#[get("/console/codes/sheet")]
pub async fn sheet(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    let open = match allowed::<ReadCatalogue>(&site, &request, visit).await {
        Ok((open, _)) => open,
        Err(sent_away) => return sent_away,
    };
    let asked = Form::read(request.query_string().as_bytes()).unwrap_or_default();
    let Some((brand, place)) = asked.get("of").and_then(chosen) else {
        return choose(&site, visit, &open, true);
    };
    let speaks = asked.get("speaks").and_then(Language::from_code);
    let way = {
        let (site, brand, place) = (site.clone(), brand.clone(), place.clone());
        block(move || Ok::<_, Problem>(site.app.way_in(&brand, place.as_deref()))).await
    };
    let address = match way {
        Ok(Ok(way)) => in_language(way, speaks),
        Ok(Err(Refusal::NotFound(_) | Refusal::Invalid(_))) => {
            return choose(&site, visit, &open, true);
        }
        _ => return super::unavailable(visit, &open, PATH),
    };
    let Ok(picture) = qr::within_page(&address) else {
        return choose(&site, visit, &open, true);
    };
    let view = site.app.index().view();
    let controller = view.catalogue().controllers.get(&brand);
    let language = speaks.unwrap_or(visit.language);
    let of_place = |one: &Controller| one.places.get(place.as_deref()?).cloned();
    let page = CodePage {
        frame: Frame {
            switch_more: again(&asked),
            ..frame(visit, &open)
        },
        brand: controller.map_or_else(String::new, |one| one.known_as(code(language)).to_owned()),
        place: controller.and_then(of_place),
        url: address,
        back_url: PATH.to_owned(),
        picture,
        language,
    };
    browser::page(StatusCode::OK, page.render())
}

/// A brand and one of its places, as the form names them.
fn chosen(of: &str) -> Option<(Slug, Option<String>)> {
    let (brand, place) = match of.split_once('/') {
        Some((brand, place)) => (brand, Some(place.to_owned())),
        None => (of, None),
    };
    Some((brand.parse().ok()?, place))
}

fn in_language(way: String, speaks: Option<Language>) -> String {
    match speaks {
        Some(language) => format!("{way}?lang={}", language.code()),
        None => way,
    }
}

/// What was chosen, for the language links. It led to a brand and a place, so it stands in an address as it is.
fn again(asked: &Form) -> String {
    let pair = |name: &str| asked.get(name).map(|text| format!("&{name}={text}"));
    let speaks = asked.get("speaks").and_then(Language::from_code);
    let speaks = speaks.map(|language| format!("&speaks={}", language.code()));
    [pair("of"), speaks].into_iter().flatten().collect()
}

fn choose(site: &Site, visit: Visit<'_>, open: &Session, error: bool) -> HttpResponse {
    let view = site.app.index().view();
    let page = CodesPage {
        frame: frame(visit, open),
        brands: brands(view.catalogue(), visit.language),
        mails: site.app.mails(),
        error,
    };
    let status = if error {
        StatusCode::NOT_FOUND
    } else {
        StatusCode::OK
    };
    browser::page(status, page.render())
}

fn brands(catalogue: &Catalogue, language: Language) -> Vec<(String, Vec<CodePick>)> {
    let picks = |one: &Controller| {
        let whole = CodePick {
            value: one.id.to_string(),
            place: None,
        };
        let places = one.places.iter().map(|(place, name)| CodePick {
            value: format!("{}/{place}", one.id),
            place: Some(name.clone()),
        });
        std::iter::once(whole).chain(places).collect()
    };
    let all = catalogue.controllers.values();
    all.map(|one| (one.known_as(code(language)).to_owned(), picks(one)))
        .collect()
}
