//! What the columns of a file mean is asked, then what its words mean; out of the answers comes a mapping.

use super::choices::{Answers, Choices, FIELDS, NAME, word_field};
use super::parcel::{self, Parcel};
use super::{form, ledger, tried, unread};
use crate::access::ImportConsents;
use crate::domain::import::{Look, StatusWord, example};
use crate::http::browser::{self, Form, Visit};
use crate::http::console::checking;
use crate::http::console::requests::picks::{self, pick};
use crate::http::console::{allowed, frame};
use crate::http::json::{Body, LARGE};
use crate::http::pages::{
    ColumnView, ImportColumnsPage, ImportFault, ImportMeaningsPage, Language, Pick, WordView,
};
use crate::http::site::Site;
use crate::store::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, post, web};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Asks what the columns mean, with what their names suggest filled in.
pub(super) async fn ask(
    site: &web::Data<Site>,
    visit: Visit<'_>,
    open: &Session,
    parcel: Parcel,
) -> HttpResponse {
    let looked = web::block(move || (Choices::suggested(&parcel.file), parcel));
    match looked.await {
        Ok((Ok(choices), parcel)) => columns(site, visit, open, (parcel, &choices, None)).await,
        Ok((Err(error), _)) => {
            let fault = Some(ImportFault::File(error));
            ledger::page(site, visit, open, None, fault).await
        }
        Err(_) => unread(visit, open),
    }
}

/// What was chosen: asks on, or tries the import.
#[post("/console/imports/columns")]
pub(super) async fn choose(
    site: web::Data<Site>,
    request: HttpRequest,
    body: Body<LARGE>,
) -> HttpResponse {
    let form = Arc::new(Form::read(&body.0).unwrap_or_default());
    let visit = Visit::of_form(&request, &site, &form);
    let (open, grant) = match allowed::<ImportConsents>(&site, &request, visit).await {
        Ok(found) => found,
        Err(sent_away) => return sent_away,
    };
    let chosen = form.clone();
    let look = move |parcel: Parcel| {
        let look = Look::at(&parcel.file).ok()?;
        Some((Choices::of(&parcel.file, look, chosen), parcel))
    };
    let looked = parcel::opened(&site, &request, &open, &form, look).await;
    let Some((choices, mut parcel)) = looked else {
        let fault = Some(ImportFault::StaleForm);
        return ledger::page(&site, visit, &open, None, fault).await;
    };
    if let Err(fault) = choices.first() {
        return columns(&site, visit, &open, (parcel, &choices, Some(fault))).await;
    }
    let was_asked = form.get("step") == Some("meanings");
    let draft = choices.draft(site.timezone.name());
    let is_plain = matches!(choices.answers(), Ok(Answers::All(_)));
    match draft {
        Ok(draft) if was_asked || is_plain => {
            parcel.mapping = draft.to_text();
            NAME.clone_into(&mut parcel.map);
            tried::try_it(&site, visit, &open, grant, parcel).await
        }
        draft => {
            let fault = draft.err().filter(|_| was_asked);
            meanings(&site, visit, &open, (parcel, &choices, fault)).await
        }
    }
}

type Asked<'a> = (Parcel, &'a Choices, Option<ImportFault>);

async fn columns(
    site: &web::Data<Site>,
    visit: Visit<'_>,
    open: &Session,
    (parcel, choices, fault): Asked<'_>,
) -> HttpResponse {
    let Some(hidden) = parcel::sealed(&parcel.into(), site, open).await else {
        return ledger::page(site, visit, open, None, Some(ImportFault::TooLong)).await;
    };
    let mut frame = frame(visit, open);
    frame.switch_path = None;
    let w = frame.words();
    let named = choices.look.columns.iter().map(|column| ColumnView {
        name: column.name.clone(),
        samples: column
            .samples
            .iter()
            .map(|sample| sample.reveal().clone())
            .collect(),
    });
    let of =
        |field: &str| column_picks(choices, choices.field(field), w.code("import-all", "none"));
    let wanted = choices.field("wanted");
    let page = ImportColumnsPage {
        rows: choices.look.rows,
        encoding: choices.look.encoding(),
        delimiter: choices.look.delimiter(),
        columns: named.collect(),
        source: choices.field("source").to_owned(),
        country: choices.field("country").to_owned(),
        email: of("email"),
        phone: of("phone"),
        customer: of("customer"),
        wanted: checking::wanted(site, visit, &|_| true, wanted),
        answer: answers(choices, &|word| w.code("import-all", word)),
        date: of("date"),
        notice: notices(
            site,
            choices.field("notice"),
            w.code("import-all", "unknown"),
        ),
        language: tongues(choices.field("language"), w.code("import-all", "unknown")),
        act: of("act"),
        form: form("/columns", hidden),
        fault,
        frame,
    };
    browser::page(status(page.fault.is_some()), page.render())
}

async fn meanings(
    site: &web::Data<Site>,
    visit: Visit<'_>,
    open: &Session,
    (parcel, choices, fault): Asked<'_>,
) -> HttpResponse {
    let Some(mut hidden) = parcel::sealed(&parcel.into(), site, open).await else {
        return ledger::page(site, visit, open, None, Some(ImportFault::TooLong)).await;
    };
    let chosen = FIELDS.map(|name| (name.to_owned(), choices.field(name).to_owned()));
    hidden.extend(chosen);
    hidden.push(("step".to_owned(), "meanings".to_owned()));
    let mut frame = frame(visit, open);
    frame.switch_path = None;
    let w = frame.words();
    let word = |(place, word): (usize, String)| WordView {
        field: word_field(place),
        picks: picks::words(
            w,
            "import-status",
            StatusWord::ALL.map(StatusWord::as_str),
            choices.meant(place, &word).map_or("", StatusWord::as_str),
        ),
        word,
    };
    let (column, words) = match choices.answers() {
        Ok(Answers::By(column, words)) => (column, words),
        _ => (String::new(), &BTreeSet::new()),
    };
    let formats = choices.times().ok().flatten();
    let formats = formats.filter(|(_, formats)| formats.len() > 1);
    let format = |one: &&str| pick(one, example(one), *one == choices.field("format"));
    let page = ImportMeaningsPage {
        column,
        words: words.iter().cloned().enumerate().map(word).collect(),
        formats: formats.map(|(column, all)| (column, all.iter().map(format).collect())),
        form: form("/columns", hidden),
        fault,
        frame,
    };
    browser::page(status(page.fault.is_some()), page.render())
}

const fn status(is_wrong: bool) -> StatusCode {
    if is_wrong {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    }
}

/// The columns that have a name, and none.
fn column_picks(choices: &Choices, chosen: &str, none: String) -> Vec<Pick> {
    let named = choices.look.columns.iter().enumerate();
    let named = named.filter(|(_, column)| !column.name.is_empty());
    let one = |(place, column): (usize, &crate::domain::import::LookColumn)| {
        let value = place.to_string();
        pick(&value, column.name.clone(), value == chosen)
    };
    let none = std::iter::once(pick("", none, chosen.is_empty()));
    none.chain(named.map(one)).collect()
}

/// A column, or that every line says the same.
fn answers(choices: &Choices, w: &dyn Fn(&str) -> String) -> Vec<Pick> {
    let chosen = choices.field("answer");
    let all = [
        StatusWord::Given,
        StatusWord::Refused,
        StatusWord::Withdrawn,
    ];
    let all = all.map(|word| {
        let value = format!("all-{}", word.as_str());
        let is_chosen = value == chosen;
        pick(&value, w(word.as_str()), is_chosen)
    });
    let mut picks = column_picks(choices, chosen, w("choose"));
    picks.extend(all);
    picks
}

fn notices(site: &Site, chosen: &str, none: String) -> Vec<Pick> {
    let view = site.app.index().view();
    let published = view.catalogue().notices.keys().map(ToString::to_string);
    let one = |name: String| pick(&name, name.clone(), name == chosen);
    let none = std::iter::once(pick("", none, chosen.is_empty()));
    none.chain(published.map(one)).collect()
}

fn tongues(chosen: &str, none: String) -> Vec<Pick> {
    let one = |language: Language| {
        let code = language.code();
        pick(code, language.own_name().to_owned(), code == chosen)
    };
    let none = std::iter::once(pick("", none, chosen.is_empty()));
    none.chain(Language::ALL.map(one)).collect()
}
