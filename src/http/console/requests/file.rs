//! The file of one request. What the log says of it is shown at once; who it is and what they wrote only once
//! staff say why they open it, which leaves an entry.

use super::picks::{pick, tongues, words};
use super::{blocked, id, keepers, url};
use crate::access::{Grant, KeepRequests, Permission, ReadRequests};
use crate::app::Refusal;
use crate::app::contact::hash_text;
use crate::app::package::{PackageStage, StoredPackage};
use crate::app::requests::{DsrFile, DsrStep, DsrTold, name_of, waits};
use crate::audit::tile::{Content, TILE_WIDTH, TileId};
use crate::domain::event::{ViewReason, ViewWhy};
use crate::domain::ids::{DsrId, Position, StaffId};
use crate::domain::registry::IdentifierKind;
use crate::domain::requests::{
    Act, ClosedAs, CorrectedKind, Doubt, ExtensionReason, Ground, KnownBy, Receipt, RequestKind,
    WrittenBy,
};
use crate::http::browser::{self, Visit};
use crate::http::console::{allowed, frame, granted, problem};
use crate::http::pages::{
    Acts, CorrectionActs, Language, Moment, Opened, PackageTold, Pick, PostForm, ProblemKind,
    RequestFilePage, Who, Words,
};
use crate::http::site::Site;
use crate::store::{DsrMessage, ReadsRequests, Session, StaffName, StoredIdentifier};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What goes along in the addresses of a file: why it is opened, and what was just done.
#[allow(clippy::struct_field_names, reason = "as they stand in addresses")]
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
pub(super) struct Why {
    /// A word of [`ViewWhy`].
    #[serde(default)]
    pub why: String,
    /// The number that goes with it.
    #[serde(default)]
    pub reference: String,
    /// The act that was just done.
    #[serde(default)]
    pub done: String,
}

impl Why {
    /// The reason; none where the file is not opened.
    pub fn reason(&self) -> Result<Option<ViewReason>, Refusal> {
        if self.why.is_empty() {
            return Ok(None);
        }
        let reference = Some(self.reference.trim()).filter(|text| !text.is_empty());
        let wrong = |_| Refusal::field("/why", "view_reason", "is no reason");
        ViewReason::read(Some(&self.why), reference).map_err(wrong)
    }

    /// The address of a file opened for it.
    pub fn url(&self, id: DsrId, done: &str) -> String {
        let query = serde_urlencoded::to_string(Self {
            done: done.to_owned(),
            ..self.clone()
        });
        format!("{}?{}", url(id), query.unwrap_or_default())
    }
}

/// A file.
#[get("/console/requests/{id}")]
pub async fn show(
    site: web::Data<Site>,
    request: HttpRequest,
    path: web::Path<String>,
    why: web::Query<Why>,
) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    let (open, grant, id) = match asked_for::<ReadRequests>(&site, &request, visit, &path).await {
        Ok(found) => found,
        Err(sent_away) => return sent_away,
    };
    page(&site, visit, &open, &grant, (id, why.0, None)).await
}

/// Who is in, and which request they ask for.
pub(super) async fn asked_for<P: Permission>(
    site: &web::Data<Site>,
    request: &HttpRequest,
    visit: Visit<'_>,
    path: &str,
) -> Result<(Session, Grant<P>, DsrId), HttpResponse> {
    let (open, grant) = allowed(site, request, visit).await?;
    let id = id(path).map_err(|_| missing(visit, &open))?;
    Ok((open, grant, id))
}

pub(super) fn missing(visit: Visit<'_>, open: &Session) -> HttpResponse {
    problem(StatusCode::NOT_FOUND, ProblemKind::NotFound, visit, open)
}

/// The page, with what stood against an act where something did.
pub(super) async fn page<P: ReadsRequests + 'static>(
    site: &web::Data<Site>,
    visit: Visit<'_>,
    open: &Session,
    grant: &Grant<P>,
    (id, why, fault): (DsrId, Why, Option<Refusal>),
) -> HttpResponse {
    let reason = why.reason();
    let (asking, actor) = (site.clone(), grant.clone());
    let opened = reason.as_ref().ok().cloned().flatten();
    let read = blocked(move || {
        let told = asking.app.request_told(&actor, id, asking.app.now())?;
        let file = match opened {
            Some(reason) => Some(asking.app.request_file(&actor, id, Some(&reason))?),
            None => None,
        };
        // what the view itself added is told as well
        let package = asking.app.package_of_request(&actor, id)?;
        Ok((told, file, package))
    });
    let (told, file, package) = match read.await {
        Ok(found) => found,
        Err(Refusal::NotFound(_)) => return missing(visit, open),
        Err(_) => {
            let status = StatusCode::SERVICE_UNAVAILABLE;
            return problem(status, ProblemKind::Unavailable, visit, open);
        }
    };
    let fault = fault.or_else(|| reason.err());
    let status = match fault {
        None => StatusCode::OK,
        Some(Refusal::Conflict { .. }) => StatusCode::CONFLICT,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let keeps = granted::<KeepRequests>(open).is_ok();
    let frame = frame(visit, open);
    let w = frame.words();
    let page = RequestFilePage {
        owner: told.view.request.owner.map(|id| name_of(&told.staff, id)),
        waits: waits(&told.view, &told.tasks),
        package: package_told(site, open, &told, (package.as_ref(), &why)),
        opened: file.as_ref().map(opened_of),
        erased: told.stored.subject.is_none(),
        reasons: reasons(w),
        reference: id.number(),
        acts: (keeps && told.view.request.is_open())
            .then(|| acts(w, open, &told, file.as_ref(), &why)),
        moments: moments(site, &told, file.as_ref()),
        fault: fault.map(|fault| fault_words(w, &fault)),
        done: done(&why.done),
        url: url(id),
        view: told.view,
        tasks: told.tasks,
        frame,
    };
    browser::page(status, page.render())
}

/// What was just done, where it is one of the acts.
fn done(act: &str) -> Option<&'static str> {
    Some(match act {
        "assign" => "request-done-assign",
        "identify" => "request-done-identify",
        "challenge" => "request-done-challenge",
        "package" => "request-done-package",
        "start" => "request-done-start",
        "correct" => "request-done-correct",
        "call_back" => "request-done-call_back",
        "drop_correction" => "request-done-drop_correction",
        "message" | "receipt" => "request-done-message",
        "ask" => "request-done-ask",
        "extend" => "request-done-extend",
        "fulfil" => "request-done-fulfil",
        "refuse" => "request-done-refuse",
        "close" => "request-done-close",
        _ => return None,
    })
}

/// What stood against an act, in the words of the page, else in those of the API.
pub(super) fn fault_words(w: Words, fault: &Refusal) -> String {
    let (code, what) = match fault {
        Refusal::Conflict {
            code: "request_changed",
            ..
        } => return w.get("request-fault-changed"),
        Refusal::Conflict { code, what } => (*code, what.clone()),
        Refusal::Invalid(problems) => match problems.first() {
            Some(problem) => (problem.code, problem.detail.clone()),
            None => return w.get("request-fault-failed"),
        },
        _ => return w.get("request-fault-failed"),
    };
    let said = w.code("request-fault", code);
    if said == code { what } else { said }
}

fn reasons(w: Words) -> Vec<Pick> {
    let codes = ViewWhy::ALL.iter().map(|why| why.as_str());
    words(w, "view-why", codes, ViewWhy::PersonRequest.as_str())
}

fn opened_of(file: &DsrFile) -> Opened {
    let contacts = file.contacts.iter().map(|held| {
        let kind = held.identifier.kind().as_str().to_owned();
        (kind, held.identifier.reveal().to_owned())
    });
    let made = file.messages.iter().find_map(|one| one.made.as_ref());
    let made = made.map(crate::domain::personal::Personal::reveal);
    let other = made.and_then(|made| made.duplicate_of);
    Opened {
        contacts: contacts.collect(),
        named: made
            .map(|made| made.named.clone().into_iter().collect())
            .unwrap_or_default(),
        place: made.and_then(|made| made.place.clone()),
        mandate: made.and_then(|made| {
            let mandate = made.mandate.as_ref()?;
            Some((mandate.agent.clone(), mandate.reference.clone()))
        }),
        repeats: other.map(|id| (id.number(), url(id))),
    }
}

/// The language that the person is written to in, as far as it is known.
pub(super) fn tongue(file: &DsrFile, staff: Language) -> Language {
    let spoken = file
        .language
        .and_then(|one| Language::from_code(one.as_str()));
    spoken.unwrap_or(staff)
}

fn acts(w: Words, open: &Session, told: &DsrTold, file: Option<&DsrFile>, why: &Why) -> Acts {
    let request = &told.view.request;
    let along = [("why", &why.why), ("reference", &why.reference)];
    let along = along.map(|(name, value)| (name.to_owned(), value.clone()));
    let mut hidden = vec![
        ("csrf".to_owned(), open.csrf.clone()),
        ("version".to_owned(), request.version.to_string()),
    ];
    hidden.extend(along.clone());
    let known = request.identity.is_some();
    let fits = Ground::ALL.iter().filter(|ground| {
        ground.fits(request.receipt.kind) && !(known && **ground == Ground::NotIdentified)
    });
    // the rest the service alone can know
    let seen = KnownBy::ALL.iter().filter(|one| !one.is_proven());
    let tongue = file.map_or(w.language(), |file| tongue(file, w.language()));
    Acts {
        form: PostForm {
            action_url: format!("{}/act", url(request.id)),
            hidden,
        },
        reply: PostForm {
            action_url: format!("{}/reply", url(request.id)),
            hidden: along.to_vec(),
        },
        owners: owners(w, &told.staff, request.owner.or(Some(open.staff))),
        known_by: words(
            w,
            "request-known",
            seen.map(|one| one.as_str()),
            "in_person",
        ),
        doubts: words(
            w,
            "request-doubt",
            Doubt::ALL.iter().map(|one| one.as_str()),
            "",
        ),
        extensions: words(
            w,
            "request-extension",
            ExtensionReason::ALL.iter().map(|one| one.as_str()),
            "",
        ),
        grounds: fits.map(|ground| grounded(w, *ground)).collect(),
        closures: words(
            w,
            "request-closed",
            ClosedAs::ALL.iter().map(|one| one.as_str()),
            "",
        ),
        tongues: tongues(tongue),
        correction: correction(w, told, file),
    }
}

/// The package of a request that is answered by one, and the button that has it made where none waits or lies
/// ready.
fn package_told(
    site: &Site,
    open: &Session,
    told: &DsrTold,
    (package, why): (Option<&StoredPackage>, &Why),
) -> Option<PackageTold> {
    let request = &told.view.request;
    let kind = request.receipt.kind;
    if !matches!(kind, RequestKind::Access | RequestKind::Portability) {
        return None;
    }
    let local = |at: DateTime<Utc>| at.with_timezone(&site.timezone);
    let (state, ready) = match package.map(|one| (&one.stage, one.expires_at)) {
        None => ("none", None),
        Some((PackageStage::Waiting, _)) => ("waiting", None),
        Some((PackageStage::Failed, _)) => ("failed", None),
        Some((PackageStage::Ready(made), Some(until))) if until > site.app.now().utc() => {
            ("ready", Some((local(made.made_at), local(until))))
        }
        Some(_) => ("expired", None),
    };
    let may = granted::<KeepRequests>(open).is_ok()
        && request.identity.is_some()
        && told.stored.subject.is_some();
    let hidden = [
        ("csrf", open.csrf.as_str()),
        ("why", &why.why),
        ("reference", &why.reference),
    ];
    let form = PostForm {
        action_url: format!("{}/act", url(request.id)),
        hidden: hidden
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec(),
    };
    Some(PackageTold {
        state,
        ready,
        downloads: package.map_or(0, |one| one.downloads.unsigned_abs().into()),
        form: (may && !matches!(state, "waiting" | "ready")).then_some(form),
    })
}

/// Of a rectification: which contact points can be put right, or what waits.
fn correction(w: Words, told: &DsrTold, file: Option<&DsrFile>) -> Option<CorrectionActs> {
    let request = &told.view.request;
    if request.receipt.kind != RequestKind::Rectification {
        return None;
    }
    let held = file.into_iter().flat_map(|file| &file.contacts);
    let can_be = held.filter(|one| {
        let kind = one.identifier.kind();
        matches!(kind, IdentifierKind::Email | IdentifierKind::Phone)
    });
    let pick_of = |one: &StoredIdentifier| {
        let kind = w.code("request-contact", one.identifier.kind().as_str());
        let label = format!("{} ({kind})", one.identifier.reveal());
        pick(&hash_text(&one.blind), label, false)
    };
    Some(CorrectionActs {
        contacts: can_be.map(pick_of).collect(),
        waits: request.correction.is_some(),
        calls: request.correction.map(|one| one.what) == Some(CorrectedKind::Phone),
    })
}

/// A ground with where it stands in the law.
fn grounded(w: Words, ground: Ground) -> Pick {
    let said = w.code("request-ground", ground.as_str());
    let law = w.law(ground.source());
    let told = [("ground", said.as_str()), ("source", law.as_str())];
    pick(
        ground.as_str(),
        w.get_with("request-ground-source", &told),
        false,
    )
}

fn owners(w: Words, staff: &[StaffName], chosen: Option<StaffId>) -> Vec<Pick> {
    let nobody = pick("", w.get("request-nobody"), false);
    let each = keepers(staff);
    let each = each.map(|one| {
        pick(
            &one.id.to_string(),
            one.login.clone(),
            chosen == Some(one.id),
        )
    });
    std::iter::once(nobody).chain(each).collect()
}

/// What the log says and what was written, in one line of time.
fn moments(site: &Site, told: &DsrTold, file: Option<&DsrFile>) -> Vec<Moment> {
    let mut all: Vec<Moment> = told
        .steps
        .iter()
        .map(|step| moment(site, told, step))
        .collect();
    let messages = file.into_iter().flat_map(|file| &file.messages);
    all.extend(messages.map(|one| said(site, told, one)));
    all.sort_by_key(|one| one.position);
    all
}

fn proof_url(position: Position, size: Position) -> Option<String> {
    let tile = TileId::within(size, Content::Entries, position / TILE_WIDTH)?;
    Some(format!("/log/{tile}"))
}

fn moment(site: &Site, told: &DsrTold, step: &DsrStep) -> Moment {
    let mut moment = Moment {
        position: step.position,
        at: step.at.with_timezone(&site.timezone),
        who: who(&told.staff, step.payload.get("actor")),
        kind: step.kind.clone(),
        codes: Vec::new(),
        on: None,
        text: None,
        note: false,
        proof_url: proof_url(step.position, told.size),
    };
    let field = |name: &str| step.payload.get(name);
    if let Some(Ok(receipt)) = field("receipt").map(Receipt::deserialize) {
        moment
            .codes
            .push(("request-via", receipt.via.as_str().to_owned()));
        moment.on = Some(receipt.received_on);
    }
    if let Some(Ok(act)) = field("act").map(Act::deserialize) {
        moment.codes.extend(code(&act, &told.staff));
        moment.on = act.on();
    }
    let text = |name: &str| {
        field(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    if step.kind == "task.ended" {
        moment.who = Who::System(text("system"));
        let outcome =
            field("progress").and_then(|progress| progress.get("outcome")?.get("outcome"));
        let outcome = outcome.and_then(Value::as_str).unwrap_or_default();
        moment.codes.push(("request-verb", text("verb")));
        moment.codes.push(("request-outcome", outcome.to_owned()));
    }
    if let Some(tasks) = field("tasks").and_then(Value::as_array) {
        let systems = tasks.iter().filter_map(|task| task.get("system")?.as_str());
        let systems: Vec<&str> = systems.collect();
        // names of systems are nobody's words: they stand as they are
        moment.codes.push(("request-system", systems.join(", ")));
    }
    moment
}

/// What an act says beside its kind.
fn code(act: &Act, staff: &[StaffName]) -> Option<(&'static str, String)> {
    let (list, code) = match act {
        Act::AskIdentity { doubt, .. } => ("request-doubt", doubt.as_str()),
        Act::Identify { known_by, .. } => ("request-known", known_by.as_str()),
        Act::Extend { reason, .. } => ("request-extension", reason.as_str()),
        Act::Fulfil { except, .. } => ("request-ground", except.as_ref()?.as_str()),
        Act::Refuse { ground, .. } => ("request-ground", ground.as_str()),
        Act::Close { reason, .. } => ("request-closed", reason.as_str()),
        Act::Correct { what, .. } => {
            let asked = format!("asked_{}", what.as_str());
            return Some(("request-correction", asked));
        }
        Act::Confirm { by, .. } => ("request-correction", by.as_str()),
        Act::DropCorrection { .. } => ("request-correction", "dropped"),
        Act::Challenge { .. } => return None,
        Act::Assign { owner } => {
            let owner = owner.map(|id| name_of(staff, id));
            return Some(("request-owner", owner.unwrap_or_else(|| "–".to_owned())));
        }
    };
    Some((list, code.to_owned()))
}

fn who(staff: &[StaffName], actor: Option<&Value>) -> Who {
    let field = |name: &str| actor.and_then(|actor| actor.get(name)?.as_str());
    match field("kind") {
        Some("staff") => {
            let id = field("id").and_then(|id| id.parse().ok());
            Who::Staff(id.map_or_else(String::new, |id| name_of(staff, id)))
        }
        Some("subject") => Who::Person,
        Some(kind @ ("key" | "operator")) => Who::Actor(kind.to_owned()),
        _ => Who::System(String::new()),
    }
}

fn said(site: &Site, told: &DsrTold, one: &DsrMessage) -> Moment {
    let actor = || who(&told.staff, one.actor.as_ref());
    let (who, kind, text, note) = match (&one.made, &one.message) {
        (Some(made), _) => (
            Who::Person,
            "request.made",
            made.reveal().text.clone(),
            false,
        ),
        (None, Some(message)) => {
            let message = message.reveal();
            let who = match message.by {
                WrittenBy::Person => Who::Person,
                WrittenBy::Staff | WrittenBy::Note => actor(),
            };
            let note = message.by == WrittenBy::Note;
            (who, "request.message", Some(message.text.clone()), note)
        }
        (None, None) => (actor(), "request.message", None, false),
    };
    Moment {
        position: one.position,
        at: one.at.with_timezone(&site.timezone),
        who,
        kind: kind.to_owned(),
        codes: Vec::new(),
        on: None,
        text,
        note,
        proof_url: proof_url(one.position, told.size),
    }
}
