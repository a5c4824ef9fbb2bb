//! An answer before it is sent, filled in the person's language; and one that was written, as a letter.

use super::file::{self, Why, asked_for, missing, tongue};
use super::picks::pick;
use super::{blocked, url};
use crate::access::{Grant, KeepRequests};
use crate::app::Refusal;
use crate::app::brand::{Sender, speaking};
use crate::app::contact::hash_text;
use crate::app::requests::{DsrFile, today};
use crate::domain::ids::DsrId;
use crate::domain::registry::{self, IdentifierKind};
use crate::domain::requests::{Act, Request, RequestKind, Via};
use crate::http::browser::{self, Visit};
use crate::http::console::{frame, to_page};
use crate::http::pages::{
    Language, LetterPage, Pick, PostForm, Reply, ReplyPage, ReplySaid, Words, reply,
};
use crate::http::site::Site;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::NaiveDate;
use serde::Deserialize;

/// What is to be answered.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    act: String,
    doubt: String,
    reason: String,
    except: String,
    ground: String,
    closed: String,
    tongue: String,
    why: String,
    reference: String,
}

/// The answer, ready to be changed and sent.
#[get("/console/requests/{id}/reply")]
pub async fn show(
    site: web::Data<Site>,
    request: HttpRequest,
    path: web::Path<String>,
    asked: web::Query<Asked>,
) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    let (open, grant, id) = match asked_for(&site, &request, visit, &path).await {
        Ok(found) => found,
        Err(sent_away) => return sent_away,
    };
    let why = Why {
        why: asked.why.clone(),
        reference: asked.reference.clone(),
        done: String::new(),
    };
    let found = opened(&site, &grant, id, &why).await;
    let prepared = found.and_then(|file| {
        let day = today(site.app.now(), site.timezone);
        let (what, next) = what(&asked, &file.stored.request, day)?;
        Ok((file, what, next))
    });
    let (file, what, next) = match prepared {
        Ok(found) => found,
        Err(Refusal::NotFound(_)) => return missing(visit, &open),
        Err(refusal) => {
            return file::page(&site, visit, &open, &grant, (id, why, Some(refusal))).await;
        }
    };
    let frame = frame(visit, &open);
    let language =
        Language::from_code(&asked.tongue).unwrap_or_else(|| tongue(&file, frame.language));
    let text = filled(&site, language, what, &next);
    let is_erasure = file.stored.request.receipt.kind == RequestKind::Erasure;
    let page = ReplyPage {
        number: id.number(),
        act: asked.act.clone(),
        form: form(&asked, &open.csrf, &file, id, language),
        text,
        lang: language.code().to_owned(),
        addresses: addresses(&site, frame.words(), &file),
        erases: is_erasure && matches!(what, Reply::Fulfil(_)),
        fault: None,
        back_url: why.url(id, ""),
        frame,
    };
    browser::page(StatusCode::OK, page.render())
}

/// The file, opened for a reason; who gives none is refused.
pub(super) async fn opened(
    site: &web::Data<Site>,
    grant: &Grant<KeepRequests>,
    id: DsrId,
    why: &Why,
) -> Result<DsrFile, Refusal> {
    let missing = || Refusal::field("/why", "view_reason", "say why the file is opened");
    let reason = why.reason()?.ok_or_else(missing)?;
    let (asking, actor) = (site.clone(), grant.clone());
    blocked(move || asking.app.request_file(&actor, id, Some(&reason))).await
}

/// What is answered, and the request as it will stand then.
fn what(asked: &Asked, request: &Request, on: NaiveDate) -> Result<(Reply, Request), Refusal> {
    let unknown = |_| Refusal::field("/act", "word_unknown", "is none of the list");
    let (reply, act) = match asked.act.as_str() {
        "receipt" => return Ok((Reply::Receipt, request.clone())),
        "ask" => {
            let doubt = asked.doubt.parse().map_err(unknown)?;
            (Reply::Ask(doubt), Act::AskIdentity { on, doubt })
        }
        "extend" => {
            let reason = asked.reason.parse().map_err(unknown)?;
            (Reply::Extend(reason), Act::Extend { on, reason })
        }
        "fulfil" => {
            let some = Some(&asked.except).filter(|text| !text.is_empty());
            let except = some.map(|text| text.parse()).transpose().map_err(unknown)?;
            (Reply::Fulfil(except), Act::Fulfil { on, except })
        }
        "refuse" => {
            let ground = asked.ground.parse().map_err(unknown)?;
            (Reply::Refuse(ground), Act::Refuse { on, ground })
        }
        "close" => {
            let reason = asked.closed.parse().map_err(unknown)?;
            (Reply::Close(reason), Act::Close { on, reason })
        }
        _ => return Err(unknown(crate::domain::requests::UnknownWord)),
    };
    let wrong = |wrong: crate::domain::requests::WrongAct| Refusal::Conflict {
        code: wrong.code(),
        what: wrong.to_string(),
    };
    Ok((reply, request.after(&act).map_err(wrong)?))
}

fn filled(site: &Site, language: Language, what: Reply, request: &Request) -> String {
    let catalogue = site.app.index().view().catalogue().clone();
    let sender = Sender::of(speaking(&catalogue, None), of(language));
    let link = format!("{}/sign-in", site.app.public_url());
    let said = ReplySaid {
        request,
        brand: &sender.name,
        link: &link,
    };
    reply(language, what, &said)
}

fn of(language: Language) -> registry::Language {
    registry::Language::parse(language.code()).unwrap_or(registry::Language::EN)
}

fn form(asked: &Asked, csrf: &str, file: &DsrFile, id: DsrId, language: Language) -> PostForm {
    let version = file.stored.request.version.to_string();
    let hidden = [
        ("csrf", csrf),
        ("version", &version),
        ("act", &asked.act),
        ("doubt", &asked.doubt),
        ("reason", &asked.reason),
        ("except", &asked.except),
        ("ground", &asked.ground),
        ("closed", &asked.closed),
        ("tongue", language.code()),
        ("why", &asked.why),
        ("reference", &asked.reference),
    ];
    let hidden = hidden.map(|(name, value)| (name.to_owned(), value.to_owned()));
    PostForm {
        action_url: format!("{}/act", url(id)),
        hidden: hidden.to_vec(),
    }
}

/// Where the news can go. Who asked by electronic means is answered so (GDPR 12(3)).
fn addresses(site: &Site, w: Words, file: &DsrFile) -> Vec<Pick> {
    let via = file.stored.request.receipt.via;
    let electronic = matches!(via, Via::WebForm | Via::Mail | Via::Api);
    let mut picks = Vec::new();
    let held = file.contacts.iter();
    for one in held.filter(|one| one.identifier.kind() == IdentifierKind::Email && site.app.mails())
    {
        let masked = one.identifier.masked();
        let label = w.get_with("request-how-mail", &[("address", &masked)]);
        picks.push(pick(
            &hash_text(&one.blind),
            label,
            electronic && picks.is_empty(),
        ));
    }
    let other = !picks.iter().any(|one| one.selected);
    picks.push(pick("", w.get("request-how-other"), other));
    picks
}

/// An answer that was written, as a letter.
#[get("/console/requests/{id}/letter/{position}")]
pub async fn letter(
    site: web::Data<Site>,
    request: HttpRequest,
    path: web::Path<(String, u64)>,
    why: web::Query<Why>,
) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    let (id, position) = path.into_inner();
    let (open, grant, id) = match asked_for(&site, &request, visit, &id).await {
        Ok(found) => found,
        Err(sent_away) => return sent_away,
    };
    // the page's link carries no reason: to print an answer is part of the person's request
    let why = Why {
        why: if why.why.is_empty() {
            "person_request".into()
        } else {
            why.why.clone()
        },
        reference: if why.reference.is_empty() {
            id.number()
        } else {
            why.reference.clone()
        },
        done: String::new(),
    };
    let Ok(file) = opened(&site, &grant, id, &why).await else {
        return to_page(&url(id));
    };
    let found = file.messages.iter().find(|one| one.position == position);
    let text = found.and_then(|one| Some((one.at, one.message.as_ref()?.reveal().text.clone())));
    let Some((at, text)) = text else {
        return missing(visit, &open);
    };
    let language = tongue(&file, visit.language);
    let catalogue = site.app.index().view().catalogue().clone();
    let sender = Sender::of(speaking(&catalogue, None), of(language));
    let page = LetterPage {
        frame: frame(visit, &open),
        number: id.number(),
        sender: (sender.name, sender.foot),
        at: at.with_timezone(&site.timezone),
        text,
        back_url: why.url(id, ""),
    };
    browser::page(StatusCode::OK, page.render())
}
