//! `/v1/requests/{id}/tasks` and `/v1/systems`: what other systems have to do for a request, and which there are.

use super::requests::request_id;
use crate::access::{KeepRequests, ReadRequests, WorkRequests};
use crate::app::systems::{Said, StoredTask};
use crate::app::{FieldProblem, Refusal};
use crate::domain::event::Reference;
use crate::domain::ids::TaskId;
use crate::domain::registry::Slug;
use crate::domain::systems::{
    Erasing, Failure, NEEDS_REASON, Outcome, System, ordered, outcome_of,
};
use crate::domain::time::rfc3339;
use crate::http::door::{self, Allowed};
use crate::http::json::{self, Body, SMALL};
use crate::http::problem::Problem;
use crate::http::site::Site;
use crate::http::work::block;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The longest ground, in characters.
const LONGEST_GROUND: usize = 500;

/// What a person did, or found, for a task.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskOutcomeBody {
    /// `done`, `partly`, `refused`, `legal_hold` or `failed`. Of an erasure `done` is said twice: that it
    /// was done, and after a second look with how many are left.
    #[schema(example = "done")]
    pub outcome: String,
    /// How many records were found or changed; of a second look how many are left.
    #[serde(default)]
    pub count: u64,
    /// Why not all. It stays in the log: never a name.
    pub ground: Option<String>,
    /// Until when it must be kept.
    pub until: Option<NaiveDate>,
    /// Where it can be seen: the number of a ticket or of a protocol. It stays in the log: never a name.
    #[schema(example = "T-411")]
    pub evidence: Option<String>,
}

/// What one system has to do for a request. Nothing that it found is in it.
#[derive(Serialize, ToSchema)]
pub struct TaskView {
    /// The task.
    pub id: String,
    /// The system.
    pub system: String,
    /// What the system is called, and who answers for it; left out once it is registered no more.
    pub title: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// What it has to do: `read`, `erase`, `mask`, `tell_erased`, `tell_corrected`, `tell_restricted` or
    /// `tell_objected`.
    #[serde(rename = "do")]
    pub verb: &'static str,
    /// `open`, `awaited` where it waits for a person or for the system's answer, or what came of it: `done`,
    /// `partly`, `refused`, `legal_hold`, `not_verified` or `failed`.
    pub state: &'static str,
    /// Which step is next, or was last: `locate`, `act` or `verify`.
    pub step: &'static str,
    /// How many records were found.
    pub found: u64,
    /// How many were changed, by the system's own account.
    pub changed: u64,
    /// How many a second look still found.
    pub left: Option<u64>,
    /// Why not all, or why it is kept.
    pub ground: Option<String>,
    /// Until when it is kept.
    pub until: Option<String>,
    /// Why it did not work, the last time or at all.
    pub why: Option<String>,
    /// Where it can be seen.
    pub evidence: Option<String>,
    /// When it goes on by itself.
    pub goes_on_at: Option<String>,
    /// What a person is to do, where the system is one.
    pub instructions: Option<String>,
}

/// The tasks of a request.
#[derive(Serialize, ToSchema)]
pub struct TaskList {
    /// In the order in which systems are asked.
    pub tasks: Vec<TaskView>,
}

/// Tasks that were planned.
#[derive(Serialize, ToSchema)]
pub struct TasksPlanned {
    /// How many.
    pub planned: usize,
}

/// A system that holds data about customers. No address, statement or secret is in it.
#[derive(Serialize, ToSchema)]
pub struct SystemView {
    /// Its name.
    pub id: String,
    /// In words.
    pub title: String,
    /// Who answers for it.
    pub owner: String,
    /// The categories of data that it holds.
    pub holds: Vec<String>,
    /// For which purposes.
    pub purposes: Vec<String>,
    /// To whom it passes them on.
    pub recipients: Vec<String>,
    /// For how long.
    pub retention: Option<String>,
    /// Whether it is a recipient, who is told and asked for nothing (art. 19).
    pub recipient: bool,
    /// The identifier that it is asked by.
    pub asks_by: String,
    /// Identifiers that its answers lead to.
    pub yields: Vec<String>,
    /// What an erasure does in it: `erase`, `mask` or `keep`.
    pub on_erasure: &'static str,
    /// On which ground it keeps data in spite of an erasure.
    pub ground: Option<String>,
    /// Until when.
    pub until: Option<String>,
    /// How it is reached: `postgres`, `mysql`, `sqlite`, `webhook`, `folder` or `manual`.
    pub via: &'static str,
}

/// The registered systems.
#[derive(Serialize, ToSchema)]
pub struct SystemList {
    /// In the order in which they are asked.
    pub systems: Vec<SystemView>,
}

/// What other systems have to do for a request, and how far they are.
#[utoipa::path(
    tag = "requests",
    params(("id" = String, Path, description = "From the list")),
    security(("key" = [])),
    responses(
        (status = 200, description = "In the order in which they are asked", body = TaskList),
        (status = 404, description = "No such request", body = crate::http::openapi::ProblemBody),
    ),
)]
#[get("/v1/requests/{id}/tasks")]
pub async fn list_tasks(
    door: Allowed<ReadRequests>,
    site: web::Data<Site>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = request_id(&id)?;
    let found = block(move || site.app.request_tasks(&door.grant, id)).await?;
    let each = found
        .iter()
        .map(|(task, system)| TaskView::of(task, system.as_ref()));
    Ok(HttpResponse::Ok().json(TaskList {
        tasks: each.collect(),
    }))
}

/// Ask those systems that were given no task yet: they are registered since the request came in.
#[utoipa::path(
    tag = "requests",
    params(("id" = String, Path, description = "From the list"),
        ("Idempotency-Key" = Option<String>, Header, description = "Tells a retry from a new act")),
    security(("key" = [])),
    responses(
        (status = 201, description = "Planned", body = TasksPlanned),
        (status = 404, description = "No such request", body = crate::http::openapi::ProblemBody),
        (status = 409, description = "No system is left to be asked, or the request does not allow it", body = crate::http::openapi::ProblemBody),
        (status = 503, description = "Not written; try again", body = crate::http::openapi::ProblemBody),
    ),
)]
#[post("/v1/requests/{id}/tasks")]
pub async fn plan_tasks(
    door: Allowed<KeepRequests>,
    site: web::Data<Site>,
    request: HttpRequest,
    id: web::Path<String>,
    body: Body<SMALL>,
) -> Result<HttpResponse, Problem> {
    let key = door::idempotency(site.app.keys(), &request, &door.grant, &body.0)?;
    let (app, now) = (&site.app, site.app.now());
    let done = app
        .plan_request_tasks(&door.grant, request_id(&id)?, now, key)
        .await?;
    Ok(door::created(done.replayed).json(TasksPlanned {
        planned: done.value,
    }))
}

/// Record what a person did or found for a task that waits for one, or in the place of a system that failed;
/// then evidence is asked for.
#[utoipa::path(
    tag = "requests",
    request_body = TaskOutcomeBody,
    params(("id" = String, Path, description = "From the list"),
        ("task" = String, Path, description = "From the tasks of the request")),
    security(("key" = [])),
    responses(
        (status = 201, description = "Recorded; how the task stands now", body = TaskView),
        (status = 400, description = "The body cannot be read", body = crate::http::openapi::ProblemBody),
        (status = 404, description = "No such request, or it has no such task", body = crate::http::openapi::ProblemBody),
        (status = 409, description = "The task waits for nobody, or the request has its answer", body = crate::http::openapi::ProblemBody),
        (status = 422, description = "Fields cannot be accepted", body = crate::http::openapi::ProblemBody),
        (status = 503, description = "Not written; try again", body = crate::http::openapi::ProblemBody),
    ),
)]
#[post("/v1/requests/{id}/tasks/{task}/outcome")]
pub async fn task_outcome(
    (door, worker): (Allowed<KeepRequests>, Allowed<WorkRequests>),
    site: web::Data<Site>,
    path: web::Path<(String, String)>,
    body: Body<SMALL>,
) -> Result<HttpResponse, Problem> {
    let asked: TaskOutcomeBody = json::read(&body.0)?;
    let said = said(asked).map_err(Problem::invalid)?;
    let (id, task) = (request_id(&path.0)?, task_id(&path.1)?);
    let done = block(move || {
        let both = (&door.grant, &worker.grant);
        site.app.record_task_outcome(both, (id, task), said)
    });
    Ok(HttpResponse::Created().json(TaskView::of(&done.await?, None)))
}

/// Have a task done again that failed or did not do all.
#[utoipa::path(
    tag = "requests",
    params(("id" = String, Path, description = "From the list"),
        ("task" = String, Path, description = "From the tasks of the request"),
        ("Idempotency-Key" = Option<String>, Header, description = "Tells a retry from a new act")),
    security(("key" = [])),
    responses(
        (status = 204, description = "It is done again"),
        (status = 404, description = "No such request, or it has no such task", body = crate::http::openapi::ProblemBody),
        (status = 409, description = "It did not fail, or the request has its answer", body = crate::http::openapi::ProblemBody),
        (status = 503, description = "Not written; try again", body = crate::http::openapi::ProblemBody),
    ),
)]
#[post("/v1/requests/{id}/tasks/{task}/retry")]
pub async fn retry_task(
    door: Allowed<KeepRequests>,
    site: web::Data<Site>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    body: Body<SMALL>,
) -> Result<HttpResponse, Problem> {
    let key = door::idempotency(site.app.keys(), &request, &door.grant, &body.0)?;
    let which = (request_id(&path.0)?, task_id(&path.1)?);
    let (app, now) = (&site.app, site.app.now());
    app.retry_request_task(&door.grant, which, now, key).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The systems that hold data about customers, and what each holds.
#[utoipa::path(
    tag = "requests",
    security(("key" = [])),
    responses((status = 200, description = "In the order in which they are asked", body = SystemList)),
)]
#[get("/v1/systems")]
pub async fn list_systems(
    _door: Allowed<ReadRequests>,
    site: web::Data<Site>,
) -> Result<HttpResponse, Problem> {
    let systems = block(move || site.app.systems()).await?;
    let all: Vec<&System> = systems.iter().collect();
    let each = ordered(&all)
        .into_iter()
        .map(|one| SystemView::of(one.system));
    Ok(HttpResponse::Ok().json(SystemList {
        systems: each.collect(),
    }))
}

fn task_id(text: &str) -> Result<TaskId, Problem> {
    let unknown = |_| Refusal::NotFound("a task of this request with this id");
    Ok(text.parse().map_err(unknown)?)
}

fn said(asked: TaskOutcomeBody) -> Result<Said, Vec<FieldProblem>> {
    let mut problems = Vec::new();
    let outcome = outcome_of(&asked.outcome, asked.ground.as_deref(), asked.until);
    if let Err(what) = &outcome {
        let (pointer, code) = if *what == NEEDS_REASON {
            ("/ground", "field_missing")
        } else {
            ("/outcome", "word_unknown")
        };
        problems.push(FieldProblem::new(pointer, code, *what));
    }
    let long = |text: &String| text.chars().count() > LONGEST_GROUND;
    if asked.ground.as_ref().is_some_and(long) {
        let detail = format!("must have 1 to {LONGEST_GROUND} characters");
        problems.push(FieldProblem::new("/ground", "text_length", detail));
    }
    let unfit = |text: &String| Reference::parse(text).is_none();
    if asked.evidence.as_ref().is_some_and(unfit) {
        let detail = Reference::MEND;
        problems.push(FieldProblem::new(
            "/evidence",
            "reference_malformed",
            detail,
        ));
    }
    match outcome {
        Ok(outcome) if problems.is_empty() => Ok(Said {
            outcome,
            count: asked.count,
            evidence: asked.evidence,
        }),
        _ => Err(problems),
    }
}

impl TaskView {
    fn of(task: &StoredTask, system: Option<&System>) -> Self {
        let progress = &task.progress;
        let mut view = Self {
            id: task.id.to_string(),
            system: task.system.to_string(),
            title: system.map(|system| system.title.clone()),
            owner: system.map(|system| system.owner.clone()),
            verb: task.verb.as_str(),
            state: match &progress.outcome {
                Some(outcome) => outcome.as_str(),
                None if progress.awaited => "awaited",
                None => "open",
            },
            step: progress.step.as_str(),
            found: progress.found,
            changed: progress.changed,
            left: None,
            ground: None,
            until: None,
            why: progress.last.map(|why: Failure| why.to_string()),
            evidence: progress.evidence.clone(),
            goes_on_at: task.due_at.map(rfc3339),
            instructions: system.and_then(|system| system.via.instructions().map(str::to_owned)),
        };
        match &progress.outcome {
            Some(Outcome::Partly { why }) => view.ground = Some(why.clone()),
            Some(Outcome::Refused { ground }) => view.ground = Some(ground.clone()),
            Some(Outcome::LegalHold { ground, until }) => {
                view.ground = Some(ground.clone());
                view.until = until.map(|day| day.to_string());
            }
            Some(Outcome::NotVerified { left }) => view.left = Some(*left),
            Some(Outcome::Failed { why }) => view.why = Some(why.to_string()),
            Some(Outcome::Done) | None => {}
        }
        view
    }
}

impl SystemView {
    fn of(system: &System) -> Self {
        let words = |all: &[Slug]| -> Vec<String> { all.iter().map(ToString::to_string).collect() };
        let hold = system.hold.as_ref();
        Self {
            id: system.id.to_string(),
            title: system.title.clone(),
            owner: system.owner.clone(),
            holds: system.holds.clone(),
            purposes: words(&system.purposes),
            recipients: system.recipients.clone(),
            retention: system.retention.clone(),
            recipient: system.recipient,
            asks_by: system.asks_by.to_string(),
            yields: words(&system.yields),
            on_erasure: match system.on_erasure {
                Erasing::Erase => "erase",
                Erasing::Mask => "mask",
                Erasing::Keep => "keep",
            },
            ground: hold.map(|hold| hold.ground.clone()),
            until: hold.and_then(|hold| Some(hold.until?.to_string())),
            via: system.via.kind(),
        }
    }
}
