//! `/me/history`: what a signed-in customer said, the newest first, with the words of that time.

use super::me::signed_in;
use super::receipt::in_language;
use super::{code, failed, frame, slower, text, unavailable};
use crate::app::own_history::{OwnEvent, OwnHistory};
use crate::domain::event::SubjectEvent;
use crate::domain::ids::Position;
use crate::domain::registry::{self, Act, Channel, ConsentRecord, Objection, PaceRecord, Slug};
use crate::http::browser::{self, Visit};
use crate::http::pages::{
    Done, Frame, HistoryItem, HistoryPage, Language, ProblemKind, Source, Text,
};
use crate::http::site::Site;
use crate::http::work::block;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, web};

/// The page. It changes nothing.
#[get("/me/history")]
pub async fn history(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    let found = match signed_in(&site, &request, visit).await {
        Ok(found) => found,
        Err(sent_away) => return sent_away,
    };
    let Ok(before) = before(request.query_string()) else {
        return failed(
            &site,
            &visit,
            StatusCode::BAD_REQUEST,
            ProblemKind::BadRequest,
        );
    };
    let app = site.clone();
    match block(move || app.app.own_history(&found.grant, before)).await {
        Ok(told) => browser::page(StatusCode::OK, page(&site, visit, &told)),
        Err(_) => unavailable(&site, visit),
    }
}

/// Where the page begins: a position, and nothing else about anybody.
fn before(query: &str) -> Result<Option<Position>, std::num::ParseIntError> {
    let mut pairs = query.split('&');
    let given = pairs.find_map(|pair| pair.strip_prefix("before="));
    given.map(str::parse).transpose()
}

fn page(site: &Site, visit: Visit<'_>, told: &OwnHistory) -> String {
    let language = visit.language;
    let catalogue = site.app.index().view().catalogue().clone();
    let lang = language.code();
    let further = told.further;
    HistoryPage {
        frame: Frame {
            switch_path: Some("/me/history".into()),
            ..frame(&catalogue, &visit)
        },
        items: told
            .events
            .iter()
            .filter_map(|one| Lines(site, language, told).item(one))
            .collect(),
        further_url: further.map(|before| format!("/me/history?before={before}&lang={lang}")),
        me_url: format!("/me?lang={lang}"),
    }
    .render()
}

/// What the lines of a page are made with.
struct Lines<'a>(&'a Site, Language, &'a OwnHistory);

impl Lines<'_> {
    fn item(&self, one: &OwnEvent) -> Option<HistoryItem> {
        let at = one.recorded_at;
        Some(match &one.event {
            SubjectEvent::Consent(consent) => self.answer(one.position, consent),
            SubjectEvent::Paced(pace) => self.paced(pace),
            SubjectEvent::Objected {
                scope,
                effective_at,
            } => self.bare(objected(*scope), *effective_at),
            SubjectEvent::Restricted {
                restricted,
                effective_at,
            } if *restricted => self.bare(Done::Restricted, *effective_at),
            SubjectEvent::Restricted { effective_at, .. } => {
                self.bare(Done::Unrestricted, *effective_at)
            }
            SubjectEvent::Disputed(_) => self.bare(Done::Disputed, at),
            SubjectEvent::DisputeClosed { outcome, .. } => {
                self.bare(Done::DisputeClosed(outcome.as_str()), at)
            }
            SubjectEvent::Held(_) => self.bare(Done::Held, at),
            SubjectEvent::HoldLifted { .. } => self.bare(Done::HoldLifted, at),
            _ => return None,
        })
    }

    fn bare(&self, done: Done, at: chrono::DateTime<chrono::Utc>) -> HistoryItem {
        HistoryItem {
            done,
            at: at.with_timezone(&self.0.timezone),
            about: None,
            step: None,
            source: None,
            words: None,
            receipt_url: None,
        }
    }

    fn answer(&self, position: Position, consent: &ConsentRecord) -> HistoryItem {
        let Self(_, language, told) = self;
        let shown = consent.language.unwrap_or(code(*language));
        let notice = consent.notice.as_ref().and_then(|one| told.notice(one));
        let words = notice.map(|notice| {
            let words = in_language(&notice.text, shown, *language);
            (words, notice.reference().to_string())
        });
        let done = Done::Answered(consent.status.as_str());
        HistoryItem {
            about: Some(self.about(&consent.purpose, consent.channel)),
            step: consent.act.and_then(step),
            source: Some(self.source(&consent.source)),
            words,
            receipt_url: Some(format!(
                "/r/{position}/{}?lang={}",
                consent.id,
                language.code()
            )),
            ..self.bare(done, consent.effective_at)
        }
    }

    fn paced(&self, record: &PaceRecord) -> HistoryItem {
        let done = Done::Paced(slower::told(self.0, &record.pace));
        HistoryItem {
            about: Some(self.about(&record.purpose, record.channel)),
            step: record.act.and_then(step),
            source: Some(self.source(&record.source)),
            ..self.bare(done, record.effective_at)
        }
    }

    fn about(&self, purpose: &Slug, channel: Channel) -> (Text, String) {
        let known = self.2.purpose(purpose);
        let title = known.map_or_else(
            || Text::new(purpose.as_str()),
            |purpose| text(&purpose.title, self.1),
        );
        (title, channel.as_str().to_owned())
    }

    /// Kind and place; never who of the house it was.
    fn source(&self, source: &registry::Source) -> Source {
        Source {
            kind: source.kind.as_str().to_owned(),
            place: self.2.place(source).map(str::to_owned),
        }
    }
}

const fn objected(scope: Objection) -> Done {
    match scope {
        Objection::DirectMarketing => Done::Stopped,
        Objection::ProfilingForDirectMarketing => Done::NoProfile,
    }
}

/// The acts that tell the customer more than the answer and its place do.
const fn step(act: Act) -> Option<&'static str> {
    match act {
        Act::LinkConfirmed
        | Act::ChoiceUndone
        | Act::StopAll
        | Act::OneClick
        | Act::SmsStop
        | Act::Disputed
        | Act::Corrected => Some(act.as_str()),
        _ => None,
    }
}
