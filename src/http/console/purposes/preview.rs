//! What a customer who was never asked sees of a purpose, in each language in which something of it exists: made by
//! what makes their page.

use crate::app::choices::PurposeChoices;
use crate::domain::registry::{Catalogue, Notice, Purpose, Standing};
use crate::http::browser::Visit;
use crate::http::form::{code, show::block_of};
use crate::http::pages::{Content, Language, Preview};
use crate::http::site::Site;
use actix_web::HttpRequest;
use chrono::{DateTime, Utc};

/// A preview for each language, that of the page first.
pub(super) fn previews(
    site: &Site,
    visit: Visit<'_>,
    purpose: &Purpose,
    notice: Option<&Notice>,
) -> Vec<Preview> {
    let mut spoken: Vec<Language> = Language::ALL
        .into_iter()
        .filter(|language| speaks(purpose, notice, *language))
        .collect();
    spoken.sort_by_key(|language| *language != visit.language);
    let one = |language| preview(site, visit.request, (purpose, notice), language);
    spoken.into_iter().map(one).collect()
}

/// The languages of customers' pages in which something of it is missing: there another language stands in its place.
pub(super) fn missing(purpose: &Purpose, notice: Option<&Notice>) -> Vec<&'static str> {
    let whole = |language: &Language| {
        let language = code(*language);
        let described =
            purpose.description.0.is_empty() || purpose.description.0.contains_key(&language);
        purpose.title.0.contains_key(&language)
            && described
            && notice.is_none_or(|notice| notice.speaks(language))
    };
    let missing = Language::ALL.into_iter().filter(|one| !whole(one));
    missing.map(Language::own_name).collect()
}

/// The words of a purpose, as they would be shown.
pub(super) fn in_force<'c>(catalogue: &'c Catalogue, purpose: &Purpose) -> Option<&'c Notice> {
    catalogue.latest_notice(&purpose.id)
}

fn speaks(purpose: &Purpose, notice: Option<&Notice>, language: Language) -> bool {
    let language = code(language);
    purpose.title.0.contains_key(&language) || notice.is_some_and(|notice| notice.speaks(language))
}

fn preview(
    site: &Site,
    request: &HttpRequest,
    (purpose, notice): (&Purpose, Option<&Notice>),
    language: Language,
) -> Preview {
    let choices = PurposeChoices {
        purpose: purpose.clone(),
        notice: notice.cloned(),
        rows: purpose
            .channels
            .iter()
            .map(|channel| (*channel, None, false))
            .collect(),
        paces: Vec::new(),
        places: Vec::new(),
    };
    let when = |at: DateTime<Utc>| at.with_timezone(&site.timezone);
    let visit = Visit { language, request };
    let now = site.app.now().utc();
    let mut block = block_of(&choices, &Standing::default(), visit, now, &when);
    // several stand on one page
    block.id = format!("{}.{}", language.code(), block.id);
    if let Content::Choices(rows) = &mut block.content {
        for row in rows {
            row.field_name = format!("{}.{}", language.code(), row.field_name);
            if let Some(pace) = &mut row.pace {
                pace.name = format!("{}.{}", language.code(), pace.name);
            }
        }
    }
    Preview::of(language, block)
}
