//! One question: it is a simulation of this moment. A member of staff who looks uses no data, so that what they are told
//! is on record as every answer is, names them, and permits nothing.

use super::{Asked, Shown, page, unread};
use crate::access::{CheckDecisions, Grant};
use crate::app::check::{Decided, Question};
use crate::app::contact::{self, Named};
use crate::app::decisions::When;
use crate::app::facts::Said;
use crate::domain::registry::{Identifier, IdentifierKind, Purpose};
use crate::http::api::lawful::LawfulIf;
use crate::http::browser::{Form, Visit};
use crate::http::console::{allowed, is_ours};
use crate::http::json::{Body, SMALL};
use crate::http::pages::{CheckFault, CheckedOne, Language};
use crate::http::site::Site;
use actix_web::{HttpRequest, HttpResponse, post, web};

/// Asks, and explains the answer.
#[post("/console/check")]
pub(super) async fn ask(
    site: web::Data<Site>,
    request: HttpRequest,
    body: Body<SMALL>,
) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(&request, &site, &form);
    let (open, grant) = match allowed::<CheckDecisions>(&site, &request, visit).await {
        Ok(found) => found,
        Err(sent_away) => return sent_away,
    };
    let field = |name: &str| form.get(name).unwrap_or_default().trim().to_owned();
    let asked = Asked {
        contact: field("contact"),
        wanted: field("wanted"),
    };
    let may = |purpose: &Purpose| grant.is_for(purpose);
    let fault = |fault| {
        let shown = Shown {
            asked: asked.clone(),
            fault: Some(fault),
            ..Shown::default()
        };
        page(&site, visit, &open, &may, shown)
    };
    if !is_ours(&site, &request, &form, &open) {
        return fault(CheckFault::StaleForm);
    }
    let Some(named) = named(&site, &asked.contact) else {
        return fault(CheckFault::Contact);
    };
    let Some((purpose, channel)) = asked.wanted.split_once(' ') else {
        return fault(CheckFault::Wanted);
    };
    let Ok(decided) = decided(&site, &grant, &named, (purpose, channel)).await else {
        return unread(visit, &open);
    };
    let Some(decided) = decided else {
        return fault(CheckFault::Wanted);
    };
    let one = told(&site, visit.language, &decided);
    let shown = Shown {
        asked: asked.clone(),
        one: Some(one),
        ..Shown::default()
    };
    page(&site, visit, &open, &may, shown)
}

/// Whom a field names: by an address, a phone number, or a customer's key.
fn named(site: &Site, told: &str) -> Option<Named> {
    let kind = match told {
        text if text.contains('@') => IdentifierKind::Email,
        text if text.starts_with('+') => IdentifierKind::Phone,
        _ => IdentifierKind::CrmId,
    };
    let identifier = Identifier::parse(kind, told).ok()?;
    Some(Named {
        contacts: vec![contact::contact(site.app.keys(), identifier)],
        hashes: Vec::new(),
    })
}

/// `None` where purpose or channel is none of those that may be asked about.
async fn decided(
    site: &Site,
    grant: &Grant<CheckDecisions>,
    named: &Named,
    (purpose, channel): (&str, &str),
) -> Result<Option<Decided>, ()> {
    let now = site.app.now();
    let question = Question {
        blinds: named.blinds(),
        coarse: named.coarse(),
        kinds: named.identifier_kinds(),
        subject: None,
        purpose: purpose.to_owned(),
        channel: channel.to_owned(),
        campaign: None,
        said: Said::default(),
        at: Some(now.utc()),
        reserve: false,
    };
    if site.app.fresh().await.is_err() {
        let stale = site.app.decide_stale(grant, &question, now);
        return stale.map(Some).map_err(drop);
    }
    let drafts = site
        .app
        .check(grant, &[question], now)
        .await
        .map_err(drop)?;
    let answers = site.app.record_decisions(drafts, When::Now).await;
    let answer = answers.map_err(drop)?.pop().ok_or(())?;
    Ok(answer.ok())
}

fn told(site: &Site, language: Language, decided: &Decided) -> CheckedOne {
    let outcome = &decided.outcome;
    let french = language == Language::Fr;
    let explanation = if french {
        outcome.explanation_fr()
    } else {
        outcome.explanation_en()
    };
    let lawful = LawfulIf::of(decided);
    let lawful = lawful.map(|one| if french { one.fr } else { one.en }.into_owned());
    let when = |at: chrono::DateTime<chrono::Utc>| at.with_timezone(&site.timezone);
    CheckedOne {
        permitted: outcome.is_permit(),
        reason: outcome.reason().to_owned(),
        explanation: explanation.to_owned(),
        also: outcome.also().to_vec(),
        lawful,
        obligations: outcome.obligations().to_vec(),
        policies: outcome.determining().to_vec(),
        valid_until: decided.valid_until.map(when),
        ask_again: decided.ask_again_after.map(when),
        notice: decided.notice.as_ref().map(ToString::to_string),
        position: decided.position,
        version: decided.policy_version.as_ref().to_owned(),
        id: decided.id.to_string(),
    }
}
