//! `/console/customers/day`: what the agent took down today, what was not taken, and what lacks its proof. It
//! names no customer. A yes that was none is corrected here.

use super::{Agent, DAY};
use crate::app::Refusal;
use crate::app::agent_day::{AgentDay, TakenDown};
use crate::domain::registry::{Answer, Catalogue};
use crate::http::browser::{self, Form, Visit};
use crate::http::console::{export, frame, is_ours, to, unavailable};
use crate::http::form::save::standing;
use crate::http::form::text;
use crate::http::json::{Body, SMALL};
use crate::http::pages::{AgentDayPage, DayNotice, DayRefused, DayRow, Language, PostForm, Text};
use crate::http::site::Site;
use crate::http::work::block;
use crate::store::NotTaken;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::{DateTime, NaiveTime, Utc};

/// The agent's day.
#[get("/console/customers/day")]
pub async fn show(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    match Agent::of(&site, &request, visit).await {
        Ok(agent) => page(&site, visit, &agent, None).await,
        Err(sent_away) => sent_away,
    }
}

/// Says that a yes was none.
#[post("/console/customers/correct")]
pub async fn correct(
    site: web::Data<Site>,
    request: HttpRequest,
    body: Body<SMALL>,
) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(&request, &site, &form);
    let agent = match Agent::of(&site, &request, visit).await {
        Ok(agent) => agent,
        Err(sent_away) => return sent_away,
    };
    if !is_ours(&site, &request, &form, &agent.open) {
        return page(&site, visit, &agent, Some(DayNotice::StaleForm)).await;
    }
    let read = |name: &str| form.get(name).unwrap_or_default();
    let (Ok(record), Ok(position)) = (read("record").parse(), read("position").parse()) else {
        return to(DAY);
    };
    let found = {
        let (app, grant) = (site.clone(), agent.grant.clone());
        block(move || app.app.own_yes(&grant, record, position)).await
    };
    let Ok(yes) = found else {
        return page(&site, visit, &agent, Some(DayNotice::HoldsNoMore)).await;
    };
    match site.app.correct(&agent.grant, yes, site.app.now()).await {
        Ok(_) => page(&site, visit, &agent, Some(DayNotice::Corrected)).await,
        Err(Refusal::Conflict { .. }) => {
            page(&site, visit, &agent, Some(DayNotice::HoldsNoMore)).await
        }
        Err(_) => unavailable(visit, &agent.open, DAY),
    }
}

async fn page(
    site: &web::Data<Site>,
    visit: Visit<'_>,
    agent: &Agent,
    notice: Option<DayNotice>,
) -> HttpResponse {
    let since = midnight(site);
    let day = {
        let (site, grant) = (site.clone(), agent.grant.clone());
        block(move || site.app.agent_day(&grant, since)).await
    };
    let Ok(day) = day else {
        return unavailable(visit, &agent.open, super::PATH);
    };
    let wrong = notice.is_some_and(|notice| notice != DayNotice::Corrected);
    let status = if wrong {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    browser::page(status, rendered(site, visit, agent, &day, notice))
}

/// When the day began where the registry is.
fn midnight(site: &Site) -> DateTime<Utc> {
    let today = site
        .app
        .now()
        .utc()
        .with_timezone(&site.timezone)
        .date_naive();
    let found = export::midnight(site, today);
    found.unwrap_or_else(|| today.and_time(NaiveTime::MIN).and_utc())
}

fn rendered(
    site: &Site,
    visit: Visit,
    agent: &Agent,
    day: &AgentDay,
    notice: Option<DayNotice>,
) -> String {
    let frame = frame(visit, &agent.open);
    let view = site.app.index().view();
    let naming = Naming(view.catalogue(), frame.language);
    let when = |at: DateTime<Utc>| at.with_timezone(&site.timezone);
    let (proven, yeses) = day.quality();
    AgentDayPage {
        rows: day
            .taken
            .iter()
            .map(|one| DayRow {
                at: when(one.consent.recorded_at),
                title: naming.title(one.consent.purpose.as_str()),
                channel: one.consent.channel.as_str().to_owned(),
                answer: standing(Some(one.consent.status)),
                reference: one.reference.clone(),
                lacks_proof: one.lacks_proof(),
                corrected: one.corrected,
                correct: correction(agent, one),
            })
            .collect(),
        refused: day
            .refused
            .iter()
            .map(|one| DayRefused {
                at: when(one.at),
                about: naming.question(one),
                reason: one.reason.clone(),
            })
            .collect(),
        proven,
        yeses,
        notice,
        find_url: super::PATH.to_owned(),
        frame,
    }
    .render()
}

fn correction(agent: &Agent, one: &TakenDown) -> Option<PostForm> {
    let open = one.consent.status == Answer::Given && !one.corrected;
    open.then(|| PostForm {
        action_url: format!("{}/correct", super::PATH),
        hidden: vec![
            ("csrf".into(), agent.open.csrf.clone()),
            ("record".into(), one.consent.id.to_string()),
            ("position".into(), one.position.to_string()),
        ],
    })
}

/// What purposes are called.
struct Naming<'a>(&'a Catalogue, Language);

impl Naming<'_> {
    fn title(&self, purpose: &str) -> Text {
        let found = self.0.purpose(purpose);
        found.map_or_else(|| Text::new(purpose), |one| text(&one.title, self.1))
    }

    /// The purpose and the channel of a question.
    fn question(&self, refused: &NotTaken) -> Option<(Text, String)> {
        let (purpose, channel) = refused.field.rsplit_once('.')?;
        Some((self.title(purpose), channel.to_owned()))
    }
}
