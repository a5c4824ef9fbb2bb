//! `GET /why/{decision}`: why did I get this message? With the token of the person's own link behind
//! it, `/why/{decision}/{token}`, the page can stop it, too.

use super::{failed, frame, text};
use crate::app::Refusal;
use crate::app::decisions::story::{Shown, Story};
use crate::app::lists::OnList;
use crate::domain::ids::{AudienceId, DecisionId};
use crate::domain::registry::{Answer, Channel, Controller, Purpose};
use crate::http::browser::{self, Visit};
use crate::http::pages::{
    Frame, Language, PostForm, ProblemKind, Said, StopItem, Text, WhyAnswer, WhyPage, WhyRests,
    WhyWays,
};
use crate::http::problem::Problem;
use crate::http::site::Site;
use crate::http::work::block;
use crate::policy::{Effect, to_person, to_person_in};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, Utc};

/// Tells the story of a decision to whoever has its id: it names nobody, and changes nothing.
#[get("/why/{decision}")]
pub async fn why(
    site: web::Data<Site>,
    request: HttpRequest,
    decision: web::Path<String>,
) -> HttpResponse {
    told(&site, &request, &decision, None).await
}

/// The same for whoever holds a link of the person whom the decision is about: beside the story stand
/// the ways to stop it. With the id of a filtered list it tells what their line on it was answered. Opening it changes nothing either. A link of somebody else, or one that has
/// run out, opens no more than the story.
#[get("/why/{decision}/{token}")]
pub async fn own(
    site: web::Data<Site>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
) -> HttpResponse {
    let (decision, token) = path.into_inner();
    told(&site, &request, &decision, Some(token)).await
}

async fn told(
    site: &web::Data<Site>,
    request: &HttpRequest,
    decision: &str,
    token: Option<String>,
) -> HttpResponse {
    let visit = Visit::of(request, site);
    let not_found = |status, kind| failed(site, &visit, status, kind);
    let Ok(id) = decision.parse::<DecisionId>() else {
        return not_found(StatusCode::NOT_FOUND, ProblemKind::NotFound);
    };
    match found(site, id, token).await {
        Ok(Some(Found::Decision(story, ways))) => {
            browser::page(StatusCode::OK, page(site, visit, &story, ways))
        }
        Ok(Some(Found::List(told))) => browser::page(StatusCode::OK, list(site, visit, *told)),
        Ok(None) => not_found(StatusCode::NOT_FOUND, ProblemKind::NotFound),
        Err(_) => not_found(StatusCode::SERVICE_UNAVAILABLE, ProblemKind::Unavailable),
    }
}

/// What an address leads to.
enum Found {
    /// A decision, and the ways to stop it where the token is the same person's.
    Decision(Box<Story>, Option<WhyWays>),
    /// A list that the person of the token was on.
    List(Box<Listed>),
}

/// A list, what it was for, and the ways to stop that.
struct Listed {
    list: OnList,
    about: Option<(Purpose, Option<Controller>)>,
    ways: WhyWays,
}

/// The decision of that id, or the list of that id, which only whoever was on it is told of.
async fn found(
    site: &web::Data<Site>,
    id: DecisionId,
    token: Option<String>,
) -> Result<Option<Found>, Problem> {
    let site = site.clone();
    block(move || {
        let app = &site.app;
        let entered = match &token {
            Some(token) => app.enter(token, app.now())?,
            None => None,
        };
        let ways = || token.as_deref().map(ways);
        match app.explain(id) {
            Ok(story) => {
                let theirs = entered.is_some_and(|(_, link)| story.subject == Some(link.subject));
                let ways = ways().filter(|_| theirs);
                Ok(Some(Found::Decision(Box::new(story), ways)))
            }
            Err(Refusal::NotFound(_)) => {
                let (Some((mine, _)), Some(ways)) = (entered, ways()) else {
                    return Ok(None);
                };
                let list = app.own_list(&mine, AudienceId::from_bytes(*id.as_bytes()))?;
                let Some(list) = list else {
                    return Ok(None);
                };
                let about = app.list_about(&list)?;
                Ok(Some(Found::List(Box::new(Listed { list, about, ways }))))
            }
            Err(refusal) => Err(refusal),
        }
    })
    .await
}

fn ways(token: &str) -> WhyWays {
    WhyWays {
        stop: PostForm {
            action_url: format!("/u/{token}"),
            hidden: Vec::new(),
        },
        choices_url: format!("/c/{token}"),
    }
}

fn page(site: &Site, visit: Visit<'_>, story: &Story, ways: Option<WhyWays>) -> String {
    let language = visit.language;
    let outcome = &story.outcome;
    let (frame, title) = heading(site, &visit, story.about.as_ref(), &story.purpose);
    let answer = story.consent.as_ref();
    WhyPage {
        frame,
        permitted: outcome.effect == Effect::Permit,
        simulation: story.at.is_some(),
        item: StopItem {
            title,
            channel: story.channel.map_or("", Channel::as_str).to_owned(),
        },
        made_at: story.made_at.with_timezone(&site.timezone),
        explanation: explained(story, language),
        ways,
        sources: sources(story),
        answer: answer.map_or(WhyRests::OnNone, |shown| {
            WhyRests::On(self::answer(site, language, shown))
        }),
        version: story.policy_version.clone(),
        reference: story.id.to_string(),
    }
    .render()
}

/// The page of a list.
fn list(site: &Site, visit: Visit<'_>, told: Listed) -> String {
    let Listed { list, about, ways } = told;
    let language = visit.language;
    let (frame, title) = heading(site, &visit, about.as_ref(), list.told("purpose"));
    let ended = list.told("recorded_at").parse().unwrap_or_default();
    let ended: DateTime<Utc> = ended;
    WhyPage {
        frame,
        permitted: list.permit,
        simulation: false,
        item: StopItem {
            title,
            channel: list.told("channel").to_owned(),
        },
        made_at: ended.with_timezone(&site.timezone),
        explanation: spoken(&list.reason, language),
        ways: Some(ways),
        sources: Vec::new(),
        answer: WhyRests::List,
        version: list.told("policy_version").to_owned(),
        reference: list.told("audience").to_owned(),
    }
    .render()
}

/// Who decides, around the page, and what for.
fn heading(
    site: &Site,
    visit: &Visit<'_>,
    about: Option<&(Purpose, Option<Controller>)>,
    purpose: &str,
) -> (Frame, Text) {
    let controller = about.and_then(|(_, controller)| controller.as_ref());
    visit.in_name_of(controller.map(|controller| &controller.id));
    let catalogue = site.app.index().view().catalogue().clone();
    let title = about.map_or_else(
        || Text::new(purpose.to_owned()),
        |(purpose, _)| text(&purpose.title, visit.language),
    );
    (frame(&catalogue, visit), title)
}

/// The words of a reason alone; a firm's own reason, of which a list keeps none, is its code.
fn spoken(reason: &str, language: Language) -> Text {
    match (language, to_person(reason)) {
        (_, None) => Text::new(reason),
        (Language::Fr, Some(words)) => Text::new(words.fr),
        (Language::En, Some(words)) => Text::new(words.en),
        (_, Some(words)) => to_person_in(reason, language.code())
            .map_or_else(|| Text::foreign(words.en, "en"), Text::new),
    }
}

/// The reason in words, in the page's language or marked as English where a firm's own reason has none.
fn explained(story: &Story, language: Language) -> Text {
    let words = story.outcome.spoken();
    match (language, story.outcome.spoken_in(language.code())) {
        (Language::Fr, _) => Text::new(words.fr),
        (Language::En, _) => Text::new(words.en),
        (_, Some(text)) => Text::new(text),
        (_, None) => Text::foreign(words.en, "en"),
    }
}

/// Each source once: several policies follow the same article.
fn sources(story: &Story) -> Vec<String> {
    let mut sources: Vec<String> = Vec::new();
    for source in story
        .outcome
        .policies
        .iter()
        .filter_map(|by| by.source.as_ref())
    {
        if !sources.contains(source) {
            sources.push(source.clone());
        }
    }
    sources
}

fn answer(site: &Site, language: Language, shown: &Shown) -> WhyAnswer {
    let words = |notice: &crate::domain::registry::Notice| {
        (text(&notice.text, language), notice.reference().to_string())
    };
    WhyAnswer {
        said: match shown.answer {
            Answer::Requested => Said::Nothing,
            Answer::Given => Said::Yes,
            Answer::Refused => Said::No,
            Answer::Withdrawn => Said::NoMore,
        },
        since: shown.effective_at.with_timezone(&site.timezone),
        source: shown.source.as_str().to_owned(),
        words: shown.notice.as_ref().map(words),
    }
}
