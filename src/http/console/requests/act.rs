//! What staff do with a request: each act with the version that the page showed, so that of two who act at
//! once the second is told.

use super::file::{self, Why, asked_for, missing};
use super::{blocked, reply};
use crate::access::{EraseSubjects, Grant, KeepRequests};
use crate::app::Refusal;
use crate::app::contact::{contact, hash_text, read_or_refuse};
use crate::app::requests::{
    Acting, CalledBack, Challenging, Correcting, News, Telling, Writing, today,
};
use crate::domain::event::Reference;
use crate::domain::ids::DsrId;
use crate::domain::registry::{Identifier, IdentifierKind, Language};
use crate::domain::requests::{
    Act, ClosedAs, Doubt, ExtensionReason, Ground, KnownBy, RequestKind, WrittenBy,
};
use crate::http::browser::{Form, Visit, from_our_page};
use crate::http::console::{forbidden, granted, is_ours, to_page};
use crate::http::json::{Body, SMALL};
use crate::http::pages::Words;
use crate::http::site::Site;
use actix_web::{HttpRequest, HttpResponse, post, web};
use chrono::NaiveDate;
use std::str::FromStr;

/// What a form asks for.
enum Asked {
    /// An act.
    Act(Act),
    /// A message, by whom.
    Message(WrittenBy),
    /// A mail by which the person shows that it is theirs; the period stands still where it is doubted.
    Challenge(Option<Doubt>),
    /// That the other systems begin.
    Start,
    /// That the package for the person is made.
    Package,
    /// That a contact point is put right: the keyed hash of the wrong one, and the right one.
    Correct(String, String),
    /// That the person answered at the new number.
    CalledBack(Reference),
}

/// Does something with a request.
#[post("/console/requests/{id}/act")]
pub async fn take(
    site: web::Data<Site>,
    request: HttpRequest,
    path: web::Path<String>,
    body: Body<SMALL>,
) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(&request, &site, &form);
    let (open, grant, id) = match asked_for(&site, &request, visit, &path).await {
        Ok(found) => found,
        Err(sent_away) => return sent_away,
    };
    // the file is not shown once more, which would leave an entry that says so
    if !from_our_page(&request, &site) {
        return forbidden(visit, &open);
    }
    let text = |name: &str| form.get(name).unwrap_or_default().to_owned();
    let why = Why {
        why: text("why"),
        reference: text("reference"),
        done: String::new(),
    };
    let outcome = if is_ours(&site, &request, &form, &open) {
        let eraser = granted::<EraseSubjects>(&open).map_err(Refusal::from);
        done(&site, &grant, eraser, id, &form).await
    } else {
        Err(Refusal::Conflict {
            code: "stale_form",
            what: Words::of(visit.language.for_staff()).get("export-error-stale_form"),
        })
    };
    match outcome {
        Ok(name) => to_page(&why.url(id, name)),
        Err(Refusal::NotFound(_)) => missing(visit, &open),
        Err(refusal) => file::page(&site, visit, &open, &grant, (id, why, Some(refusal))).await,
    }
}

/// The name of what was done.
async fn done(
    site: &web::Data<Site>,
    grant: &Grant<KeepRequests>,
    eraser: Result<Grant<EraseSubjects>, Refusal>,
    id: DsrId,
    form: &Form,
) -> Result<&'static str, Refusal> {
    let day = today(site.app.now(), site.timezone);
    let (name, asked) = read(form, day)?;
    let now = site.app.now();
    let version = form.get("version").and_then(|text| text.parse().ok());
    match asked {
        Asked::Challenge(doubt) => {
            let challenging = Challenging { id, version, doubt };
            site.app
                .challenge_identity(grant, challenging, now, None)
                .await?;
            return Ok(name);
        }
        Asked::Start => {
            site.app.plan_request_tasks(grant, id, now, None).await?;
            return Ok(name);
        }
        Asked::Package => {
            let (asking, actor) = (site.clone(), grant.clone());
            blocked(move || asking.app.ask_package_for(&actor, id, now)).await?;
            return Ok(name);
        }
        Asked::Correct(from, to) => {
            let correcting = correcting(site, grant, (id, version), form, (&from, &to)).await?;
            site.app
                .correct_contact(grant, correcting, now, None)
                .await?;
            return Ok(name);
        }
        Asked::CalledBack(evidence) => {
            let called = CalledBack {
                id,
                version,
                evidence,
            };
            site.app.confirm_by_call(grant, called, now, None).await?;
            return Ok(name);
        }
        Asked::Act(_) | Asked::Message(_) => {}
    }
    let news = news(site, grant, id, form).await?;
    let text = form
        .get("text")
        .map(str::trim)
        .filter(|text| !text.is_empty());
    let text = text.map(|text| text.replace("\r\n", "\n"));
    // the answer of an erasure is sent before it: afterwards there is nobody to write to
    let tells_first = form.get("first") == Some("tell");
    let act = match asked {
        Asked::Act(act) if !tells_first => act,
        asked => {
            let by = match asked {
                Asked::Message(by) => by,
                _ => WrittenBy::Staff,
            };
            let text = text.unwrap_or_default();
            let news = told(news);
            let writing = Writing { id, by, text, news };
            site.app
                .write_about_request(grant, writing, now, None)
                .await?;
            return Ok("message");
        }
    };
    let erases = matches!(act, Act::Fulfil { .. }) && is_erasure(site, grant, id).await?;
    let acting = Acting {
        id,
        version,
        act,
        text: text.filter(|_| !erases),
        news: told(news.filter(|_| !erases)),
    };
    site.app
        .fulfil_request((grant, &eraser?), acting, true, now, None)
        .await?;
    Ok(name)
}

async fn is_erasure(
    site: &web::Data<Site>,
    grant: &Grant<KeepRequests>,
    id: DsrId,
) -> Result<bool, Refusal> {
    let stored = site.app.stored_request(grant, id).await?;
    let erasure = stored.request.receipt.kind == RequestKind::Erasure;
    Ok(erasure && stored.subject.is_some())
}

fn read(form: &Form, today: NaiveDate) -> Result<(&'static str, Asked), Refusal> {
    let on = form.get("on").filter(|text| !text.is_empty());
    let on = on.map_or(Ok(today), |text| text.parse().map_err(|_| unknown("/on")))?;
    let act = |name, act| Ok((name, Asked::Act(act)));
    match form.get("act").unwrap_or_default() {
        "assign" => {
            let owner = form.get("owner").filter(|text| !text.is_empty());
            let owner = owner.map(|text| text.parse().map_err(|_| unknown("/owner")));
            act(
                "assign",
                Act::Assign {
                    owner: owner.transpose()?,
                },
            )
        }
        "identify" => act(
            "identify",
            Act::Identify {
                on,
                known_by: word::<KnownBy>(form, "known_by")?,
            },
        ),
        "message" => Ok(("message", Asked::Message(word(form, "by")?))),
        "challenge" => {
            let doubted = form.get("doubt").is_some_and(|text| !text.is_empty());
            let doubt = doubted.then(|| word::<Doubt>(form, "doubt")).transpose()?;
            Ok(("challenge", Asked::Challenge(doubt)))
        }
        "start" => Ok(("start", Asked::Start)),
        "package" => Ok(("package", Asked::Package)),
        "correct" => {
            let text = |name: &str| form.get(name).unwrap_or_default().trim().to_owned();
            Ok(("correct", Asked::Correct(text("from"), text("contact"))))
        }
        "call_back" => {
            let evidence = form
                .get("evidence")
                .map(str::trim)
                .and_then(Reference::parse);
            let wrong = || Refusal::field("/evidence", "reference_malformed", Reference::MEND);
            Ok(("call_back", Asked::CalledBack(evidence.ok_or_else(wrong)?)))
        }
        "drop_correction" => act("drop_correction", Act::DropCorrection { on }),
        "receipt" => Ok(("receipt", Asked::Message(WrittenBy::Staff))),
        "ask" => act(
            "ask",
            Act::AskIdentity {
                on,
                doubt: word::<Doubt>(form, "doubt")?,
            },
        ),
        "extend" => act(
            "extend",
            Act::Extend {
                on,
                reason: word::<ExtensionReason>(form, "reason")?,
            },
        ),
        "fulfil" => {
            let some = form.get("except").is_some_and(|text| !text.is_empty());
            let except = some.then(|| word::<Ground>(form, "except")).transpose()?;
            act("fulfil", Act::Fulfil { on, except })
        }
        "refuse" => act(
            "refuse",
            Act::Refuse {
                on,
                ground: word::<Ground>(form, "ground")?,
            },
        ),
        "close" => act(
            "close",
            Act::Close {
                on,
                reason: word::<ClosedAs>(form, "closed")?,
            },
        ),
        _ => Err(unknown("/act")),
    }
}

fn word<T: FromStr>(form: &Form, name: &'static str) -> Result<T, Refusal> {
    let read = form.get(name).unwrap_or_default().parse();
    read.map_err(|_| unknown(name))
}

fn unknown(pointer: &str) -> Refusal {
    Refusal::field(pointer, "word_unknown", "is none of the list")
}

/// Who chose no address tells the person otherwise.
fn told(news: Option<News>) -> Telling {
    news.map_or(Telling::Nobody, Telling::As)
}

/// The corrected contact point, in the place of one of the file's, which is named by its hash.
async fn correcting(
    site: &web::Data<Site>,
    grant: &Grant<KeepRequests>,
    (id, version): (DsrId, Option<u32>),
    form: &Form,
    (from, to): (&str, &str),
) -> Result<Correcting, Refusal> {
    let from = held(site, grant, id, form, from).await?;
    let kind = from.kind().as_str();
    let keys = site.app.keys();
    let named = read_or_refuse(keys, "/to", std::iter::once((kind, to)))?;
    let wrong = || Refusal::field("/to", "contact_kind", "is no contact point of this kind");
    Ok(Correcting {
        id,
        version,
        from: contact(keys, from),
        to: named.contacts.into_iter().next().ok_or_else(wrong)?,
    })
}

/// A contact point of the person's, named by its hash.
async fn held(
    site: &web::Data<Site>,
    grant: &Grant<KeepRequests>,
    id: DsrId,
    form: &Form,
    hash: &str,
) -> Result<Identifier, Refusal> {
    let why = Why {
        why: form.get("why").unwrap_or_default().to_owned(),
        reference: form.get("reference").unwrap_or_default().to_owned(),
        done: String::new(),
    };
    let file = reply::opened(site, grant, id, &why).await?;
    let mut contacts = file.contacts.into_iter();
    let found = contacts.find(|held| hash_text(&held.blind) == hash);
    let detail = "is no contact point of the person's any more; open the file again";
    let gone = || Refusal::field("/to", "address_not_theirs", detail);
    Ok(found.ok_or_else(gone)?.identifier)
}

/// The mail that says there is news, where one of the person's addresses was chosen: it is named by its hash.
async fn news(
    site: &web::Data<Site>,
    grant: &Grant<KeepRequests>,
    id: DsrId,
    form: &Form,
) -> Result<Option<News>, Refusal> {
    let Some(to) = form.get("to").filter(|to| !to.is_empty()) else {
        return Ok(None);
    };
    let address = held(site, grant, id, form, to).await?;
    if address.kind() != IdentifierKind::Email {
        return Err(Refusal::field(
            "/to",
            "address_not_theirs",
            "is no mail address",
        ));
    }
    let language = form.get("tongue").and_then(Language::parse);
    // after an erasure nobody can sign in to read it
    let said = form.get("first") == Some("tell");
    Ok(Some(News {
        to: contact(site.app.keys(), address),
        language: language.unwrap_or(Language::EN),
        text: form
            .get("text")
            .filter(|_| said)
            .map(|text| text.replace("\r\n", "\n")),
    }))
}
