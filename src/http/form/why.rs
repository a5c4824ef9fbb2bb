//! `GET /why/{decision}`: why did I get this message? With the token of the person's own link behind
//! it, `/why/{decision}/{token}`, the page can stop it, too.

use super::{failed, frame, text};
use crate::app::Refusal;
use crate::app::decisions::story::{Shown, Story};
use crate::domain::ids::DecisionId;
use crate::domain::registry::{Answer, Channel};
use crate::http::browser::{self, Visit};
use crate::http::pages::{
    Language, PostForm, ProblemKind, Said, StopItem, Text, WhyAnswer, WhyPage, WhyWays,
};
use crate::http::problem::Problem;
use crate::http::site::Site;
use crate::http::work::block;
use crate::policy::Effect;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, web};

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
/// the ways to stop it. Opening it changes nothing either. A link of somebody else, or one that has
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
    match story(site, id, token).await {
        Ok(Some((story, ways))) => browser::page(StatusCode::OK, page(site, visit, &story, ways)),
        Ok(None) => not_found(StatusCode::NOT_FOUND, ProblemKind::NotFound),
        Err(_) => not_found(StatusCode::SERVICE_UNAVAILABLE, ProblemKind::Unavailable),
    }
}

/// The story, and the ways to stop it where the token is the same person's.
async fn story(
    site: &web::Data<Site>,
    id: DecisionId,
    token: Option<String>,
) -> Result<Option<(Story, Option<WhyWays>)>, Problem> {
    let site = site.clone();
    block(move || {
        let story = match site.app.explain(id) {
            Ok(story) => story,
            Err(Refusal::NotFound(_)) => return Ok(None),
            Err(refusal) => return Err(refusal),
        };
        let Some(token) = token else {
            return Ok(Some((story, None)));
        };
        let entered = site.app.enter(&token, site.app.now())?;
        let theirs = entered.is_some_and(|(_, link)| story.subject == Some(link.subject));
        let ways = theirs.then(|| ways(&token));
        Ok(Some((story, ways)))
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
    let about = story.about.as_ref();
    let controller = about.and_then(|(_, controller)| controller.as_ref());
    visit.in_name_of(controller.map(|controller| &controller.id));
    let catalogue = site.app.index().view().catalogue().clone();
    let title = about.map_or_else(
        || Text::new(story.purpose.clone()),
        |(purpose, _)| text(&purpose.title, language),
    );
    let outcome = &story.outcome;
    WhyPage {
        frame: frame(&catalogue, &visit),
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
        answer: story
            .consent
            .as_ref()
            .map(|shown| answer(site, language, shown)),
        version: story.policy_version.clone(),
        reference: story.id.to_string(),
    }
    .render()
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
