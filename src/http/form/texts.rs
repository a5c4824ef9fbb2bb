//! `GET /texts`: every version of the texts by which customers are asked, from when to when, and what
//! changed between them.

use super::{code, frame, text, unavailable};
use crate::app::texts::{PurposeTexts, TextVersion};
use crate::domain::registry::{Notice, NoticeChange, redline};
use crate::http::browser::{self, Visit};
use crate::http::pages::{Language, ShownText, ShownVersion, Text, TextsPage, When};
use crate::http::site::Site;
use crate::http::work::block;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, Utc};

/// The texts, version by version. They are the same for everybody.
#[get("/texts")]
pub async fn texts(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    let read = {
        let site = site.clone();
        block(move || site.app.texts()).await
    };
    let Ok((catalogue, texts)) = read else {
        return unavailable(&site, visit);
    };
    let when = |at: DateTime<Utc>| at.with_timezone(&site.timezone);
    let shown = |one: &PurposeTexts| ShownText {
        id: one.purpose.id.to_string(),
        title: text(&one.purpose.title, visit.language),
        versions: one
            .versions
            .iter()
            .map(|version| shown(version, visit.language, &when))
            .collect(),
    };
    let page = TextsPage {
        texts: texts.iter().map(shown).collect(),
        frame: frame(&catalogue, &visit),
    };
    browser::page(StatusCode::OK, page.render())
}

fn shown(
    version: &TextVersion,
    language: Language,
    when: &impl Fn(DateTime<Utc>) -> When,
) -> ShownVersion {
    let notice = &version.notice;
    let before = version.before.as_ref();
    ShownVersion {
        reference: notice.reference().to_string(),
        since: when(version.since),
        until: version.until.map(when),
        text: text(&notice.text, language),
        differences: before.and_then(|before| differences(before, notice, language)),
        asks_again: before.is_some() && notice.change == NoticeChange::Major,
        others: others(notice, language),
    }
}

/// What changed, where both versions speak the same language.
fn differences(
    before: &Notice,
    after: &Notice,
    language: Language,
) -> Option<(Option<String>, Vec<crate::domain::registry::Piece>)> {
    let (spoken, new) = after.text.in_or_else(code(language))?;
    let (was_spoken, old) = before.text.in_or_else(spoken)?;
    let foreign = (spoken != code(language)).then(|| spoken.as_str().to_owned());
    (spoken == was_spoken).then(|| (foreign, redline(old, new)))
}

/// The same in the other languages that it has.
fn others(notice: &Notice, language: Language) -> Vec<Text> {
    let shown = notice
        .text
        .in_or_else(code(language))
        .map(|(found, _)| found);
    let others = notice.text.0.iter();
    others
        .filter(|(spoken, _)| Some(**spoken) != shown)
        .map(|(spoken, words)| {
            if *spoken == code(language) {
                Text::new(words)
            } else {
                Text::foreign(words, spoken.as_str())
            }
        })
        .collect()
}
