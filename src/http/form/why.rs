//! `GET /why/{decision}`: why did I get this message?

use super::{failed, text};
use crate::app::Refusal;
use crate::app::decisions::story::{Shown, Story};
use crate::domain::ids::DecisionId;
use crate::domain::registry::{Answer, Channel};
use crate::http::browser::{self, Visit};
use crate::http::pages::{Frame, Language, ProblemKind, Said, StopItem, Text, WhyAnswer, WhyPage};
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
    let visit = Visit::of(&request, &site);
    let not_found = |status, kind| failed(&site, &visit, status, kind);
    let Ok(id) = decision.parse::<DecisionId>() else {
        return not_found(StatusCode::NOT_FOUND, ProblemKind::NotFound);
    };
    match story(&site, id).await {
        Ok(Some(story)) => browser::page(StatusCode::OK, page(&site, visit, &story)),
        Ok(None) => not_found(StatusCode::NOT_FOUND, ProblemKind::NotFound),
        Err(_) => not_found(StatusCode::SERVICE_UNAVAILABLE, ProblemKind::Unavailable),
    }
}

async fn story(site: &web::Data<Site>, id: DecisionId) -> Result<Option<Story>, Problem> {
    let site = site.clone();
    block(move || match site.app.explain(id) {
        Ok(story) => Ok(Some(story)),
        Err(Refusal::NotFound(_)) => Ok(None),
        Err(refusal) => Err(refusal),
    })
    .await
}

fn page(site: &Site, visit: Visit, story: &Story) -> String {
    let language = visit.language;
    let about = story.about.as_ref();
    let controller = about.and_then(|(_, controller)| controller.as_ref());
    let brand = controller.map_or("Placet", |controller| controller.name.as_str());
    let title = about.map_or_else(
        || Text::new(story.purpose.clone()),
        |(purpose, _)| text(&purpose.title, language),
    );
    let outcome = &story.outcome;
    let words = &outcome.explanation;
    WhyPage {
        frame: Frame::customer(language, brand),
        permitted: outcome.effect == Effect::Permit,
        simulation: story.at.is_some(),
        item: StopItem {
            title,
            channel: story.channel.map_or("", Channel::as_str).to_owned(),
        },
        made_at: story.made_at.with_timezone(&site.timezone),
        explanation: match language {
            Language::Fr => words.fr.clone(),
            Language::En => words.en.clone(),
        },
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
