//! `POST /c/{token}`: a person changes their choices.

use super::show::{choices, page};
use super::{code, failed, frame, gone, text};
use crate::app::Refusal;
use crate::app::choices::OwnChoicesView;
use crate::app::choose::{Changed, Wish, Wishes};
use crate::domain::registry::{Act, Answer, Channel};
use crate::http::browser::{self, Form, Visit, from_our_page};
use crate::http::json::{Body, SMALL};
use crate::http::pages::{Change, ChoicesError, ProblemKind, Remaining, SavedPage, Standing, Text};
use crate::http::site::Site;
use crate::http::work::block;
use crate::store::Committed;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, post, web};

/// Writes a person's choices down, and says what changed.
#[post("/c/{token}")]
pub async fn save(
    site: web::Data<Site>,
    request: HttpRequest,
    token: web::Path<String>,
    body: Body<SMALL>,
) -> HttpResponse {
    let Some(form) = Form::read(&body.0) else {
        return failed(
            &site,
            &Visit::of(&request, &site),
            StatusCode::BAD_REQUEST,
            ProblemKind::BadRequest,
        );
    };
    let visit = Visit::of_form(&request, &site, &form);
    if !from_our_page(&request, &site) {
        return failed(&site, &visit, StatusCode::FORBIDDEN, ProblemKind::Forbidden);
    }
    let Ok(before) = choices(&site, token.into_inner()).await else {
        return failed(
            &site,
            &visit,
            StatusCode::SERVICE_UNAVAILABLE,
            ProblemKind::NotSaved,
        );
    };
    let Some((token, view)) = before else {
        return gone(&site, &visit);
    };
    let wishes = match wishes(&form, &view, visit) {
        Ok(wishes) => wishes,
        Err(errors) => {
            return browser::page(
                StatusCode::UNPROCESSABLE_ENTITY,
                page(&site, visit, &token, &view, errors),
            );
        }
    };
    apply(&site, visit, token, &view, wishes).await
}

async fn apply(
    site: &web::Data<Site>,
    visit: Visit,
    token: String,
    view: &OwnChoicesView,
    wishes: Wishes,
) -> HttpResponse {
    let now = site.app.now();
    let entered = {
        let (site, token) = (site.clone(), token.clone());
        block(move || site.app.enter(&token, now)).await
    };
    let outcome = match entered {
        Ok(Some((grant, _))) => site.app.choose(&grant, wishes, now).await,
        Ok(None) => return gone(site, &visit),
        Err(_) => {
            return failed(
                site,
                &visit,
                StatusCode::SERVICE_UNAVAILABLE,
                ProblemKind::NotSaved,
            );
        }
    };
    match outcome {
        Ok(changed) => browser::page(StatusCode::OK, saved(site, visit, &token, view, changed)),
        Err(Refusal::Invalid(problems)) => {
            let errors = problems
                .into_iter()
                .map(|problem| error(&problem))
                .collect();
            let fresh = choices(site, token).await.ok().flatten();
            match fresh {
                Some((token, view)) => browser::page(
                    StatusCode::CONFLICT,
                    page(site, visit, &token, &view, errors),
                ),
                None => gone(site, &visit),
            }
        }
        Err(_) => failed(
            site,
            &visit,
            StatusCode::SERVICE_UNAVAILABLE,
            ProblemKind::NotSaved,
        ),
    }
}

fn error(problem: &crate::app::FieldProblem) -> ChoicesError {
    let field = format!("choice.{}", problem.pointer);
    match problem.code {
        "choice_changed" => ChoicesError::Changed { field },
        _ => ChoicesError::Invalid { field },
    }
}

/// What the form asks for: only the rows whose answer differs from the one that its page showed.
pub(super) fn wishes(
    form: &Form,
    view: &OwnChoicesView,
    visit: Visit,
) -> Result<Wishes, Vec<ChoicesError>> {
    let stop_all = form.get("stop_all").is_some();
    let seen = form
        .get("seen")
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| vec![ChoicesError::StaleForm]);
    let (mut rows, mut errors) = (Vec::new(), Vec::new());
    for (name, value) in form.fields().filter(|_| !stop_all) {
        let Some(choice) = name.strip_prefix("choice.") else {
            continue;
        };
        if form
            .get(&format!("was.{name}"))
            .is_some_and(|was| was == value)
        {
            continue;
        }
        match wish(form, view, choice, value) {
            Some(wish) => rows.push(wish),
            None => errors.push(ChoicesError::Invalid {
                field: known_field(view, name),
            }),
        }
    }
    let seen = if stop_all { seen.unwrap_or(0) } else { seen? };
    if errors.is_empty() {
        return Ok(Wishes {
            rows,
            stop_all,
            seen,
            language: code(visit.language),
            act: if stop_all {
                Act::StopAll
            } else {
                Act::ChoiceSaved
            },
        });
    }
    Err(errors)
}

fn wish(form: &Form, view: &OwnChoicesView, choice: &str, value: &str) -> Option<Wish> {
    let (purpose, channel) = choice.rsplit_once('.')?;
    let channel = Channel::parse(channel)?;
    let offered = view
        .purposes
        .iter()
        .find(|offered| offered.purpose.id.as_str() == purpose)?;
    offered.rows.iter().find(|row| row.0 == channel)?;
    let yes = match value {
        "yes" => true,
        "no" => false,
        _ => return None,
    };
    let shown = form
        .get(&format!("notice.{purpose}"))
        .and_then(|text| text.parse().ok());
    Some(Wish {
        purpose: purpose.to_owned(),
        channel,
        yes,
        shown,
    })
}

/// A field that the page has, or none: what was sent is never shown again.
fn known_field(view: &OwnChoicesView, name: &str) -> String {
    let fields = view.purposes.iter().flat_map(|offered| {
        offered
            .rows
            .iter()
            .map(|row| format!("choice.{}.{}", offered.purpose.id, row.0.as_str()))
    });
    fields
        .into_iter()
        .find(|field| field == name)
        .unwrap_or_default()
}

fn saved(
    site: &Site,
    visit: Visit,
    token: &str,
    view: &OwnChoicesView,
    changed: Option<Committed<Vec<Changed>>>,
) -> String {
    let (changes, position) = match changed {
        Some(committed) => (committed.value, committed.positions.last().copied()),
        None => (Vec::new(), None),
    };
    let services = view
        .purposes
        .iter()
        .any(|offered| !offered.purpose.legal_basis.is_chosen());
    SavedPage {
        frame: frame(&view.catalogue, visit.language),
        masked_contact: view
            .contact
            .as_ref()
            .map(crate::domain::registry::Identifier::masked)
            .unwrap_or_default(),
        changes: changes
            .iter()
            .map(|change| change_of(view, visit, change))
            .collect(),
        effective_at: site.app.now().utc().with_timezone(&site.timezone),
        position,
        remaining: if services {
            vec![Remaining::ServiceMessages]
        } else {
            Vec::new()
        },
        undo: None,
        choices_url: format!("/c/{token}"),
    }
    .render()
}

fn change_of(view: &OwnChoicesView, visit: Visit, change: &Changed) -> Change {
    let offered = view
        .purposes
        .iter()
        .find(|offered| offered.purpose.id.as_str() == change.purpose);
    let standing = |answer: Option<Answer>| match answer {
        None | Some(Answer::Requested) => Standing::NoAnswer,
        Some(Answer::Given) => Standing::Yes,
        Some(_) => Standing::No,
    };
    Change {
        title: offered.map_or_else(Text::default, |offered| {
            text(&offered.purpose.title, visit.language)
        }),
        channel: change.channel.as_str().to_owned(),
        before: standing(change.before),
        after: standing(Some(change.after)),
    }
}
