//! `POST /c/{token}`: a person changes their choices.

use super::show::{choices, opened, page, switched};
use super::undo;
use super::{code, failed, frame, gone, masked, slower, text};
use crate::app::choices::OwnChoicesView;
use crate::app::choose::{Changed, Changes, PaceChanged, Wish, Wishes};
use crate::app::{FieldProblem, Refusal};
use crate::domain::registry::{Act, Answer, Channel, Source, SourceKind};
use crate::http::browser::{self, Form, Visit, from_our_page};
use crate::http::json::{Body, SMALL};
use crate::http::pages::{
    Change, ChoicesError, Frame, Language, ProblemKind, Remaining, SavedPage, Standing, Text, When,
};
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
    let (token, view) = match opened(&site, &visit, token.into_inner(), ProblemKind::NotSaved).await
    {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    if let Some(language) = form.get("switch").and_then(Language::from_code) {
        let html = switched(&site, Visit { language, ..visit }, &token, &view, &form);
        return browser::page(StatusCode::OK, html);
    }
    let at = site.app.now().utc().with_timezone(&site.timezone);
    let wishes = match wishes(&form, &view, visit.language, at) {
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
    visit: Visit<'_>,
    token: String,
    view: &OwnChoicesView,
    wishes: Wishes,
) -> HttpResponse {
    match written(site, &token, wishes).await {
        Outcome::Done(changed) => {
            let html = saved(site, visit, &token, view, changed, false);
            browser::page(StatusCode::OK, html)
        }
        Outcome::Refused(problems) => {
            let errors = problems.iter().map(error).collect();
            let fresh = choices(site, token).await.ok().flatten();
            match fresh {
                Some((token, view)) => browser::page(
                    StatusCode::CONFLICT,
                    page(site, visit, &token, &view, errors),
                ),
                None => gone(site, &visit),
            }
        }
        Outcome::Gone => gone(site, &visit),
        Outcome::Failed => failed(
            site,
            &visit,
            StatusCode::SERVICE_UNAVAILABLE,
            ProblemKind::NotSaved,
        ),
    }
}

/// What became of a person's wishes.
pub(super) enum Outcome {
    /// They are written down; nothing, where everything was so already.
    Done(Option<Committed<Changes>>),
    /// They were made on something that is so no more.
    Refused(Vec<FieldProblem>),
    /// The link leads nowhere any more.
    Gone,
    /// They could not be written down.
    Failed,
}

/// Writes the wishes of whoever holds a link down.
pub(super) async fn written(site: &web::Data<Site>, token: &str, wishes: Wishes) -> Outcome {
    let now = site.app.now();
    let entered = {
        let (site, token) = (site.clone(), token.to_owned());
        block(move || {
            let Some((grant, link)) = site.app.enter(&token, now)? else {
                return Ok(None);
            };
            let to = site.app.confirms_at(&grant, &link)?;
            Ok::<_, Refusal>(Some((grant, to)))
        })
        .await
    };
    let (grant, to) = match entered {
        Ok(Some(entered)) => entered,
        Ok(None) => return Outcome::Gone,
        Err(_) => return Outcome::Failed,
    };
    match site.app.choose(&grant, wishes, to, now).await {
        Ok(changed) => Outcome::Done(changed),
        Err(Refusal::Invalid(problems)) => Outcome::Refused(problems),
        Err(_) => Outcome::Failed,
    }
}

pub(in crate::http) fn error(problem: &FieldProblem) -> ChoicesError {
    let field = format!("choice.{}", problem.pointer);
    match problem.code {
        "choice_changed" => ChoicesError::Changed { field },
        _ => ChoicesError::Invalid { field },
    }
}

/// What the form asks for: only the rows whose answer differs from the one that its page showed.
pub(in crate::http) fn wishes(
    form: &Form,
    view: &OwnChoicesView,
    language: Language,
    at: When,
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
    let paces = if stop_all {
        Vec::new()
    } else {
        slower::wishes(form, view, &rows, at).unwrap_or_else(|field| {
            errors.push(ChoicesError::Invalid { field });
            Vec::new()
        })
    };
    let seen = if stop_all { seen.unwrap_or(0) } else { seen? };
    if errors.is_empty() {
        return Ok(Wishes {
            rows,
            paces,
            stop_all,
            seen,
            language: code(language),
            act: if stop_all {
                Act::StopAll
            } else {
                Act::ChoiceSaved
            },
            source: source(view),
            reference: None,
        });
    }
    Err(errors)
}

/// Where the person says it: on their own page, to which a shop may have led them.
fn source(view: &OwnChoicesView) -> Source {
    match &view.via.place {
        Some(place) => Source {
            kind: SourceKind::Store,
            id: Some(place.clone()),
            agent: None,
        },
        None => Source::OWN_PAGE,
    }
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

/// The page after saving, or after taking the way back.
pub(super) fn saved(
    site: &Site,
    visit: Visit<'_>,
    token: &str,
    view: &OwnChoicesView,
    changed: Option<Committed<Changes>>,
    undone: bool,
) -> String {
    let (changes, position) = match changed {
        Some(committed) => (committed.value, committed.positions.last().copied()),
        None => (Changes::default(), None),
    };
    let undo = position.filter(|_| !undone);
    let undo = undo.and_then(|position| undo::own(site, visit, token, view, &changes, position));
    let services = view
        .purposes
        .iter()
        .any(|offered| !offered.purpose.legal_basis.is_chosen());
    // the way back has an address of its own, which cannot be asked for again
    let again = if undone {
        format!("/c/{token}")
    } else {
        String::new()
    };
    SavedPage {
        frame: Frame {
            switch_path: Some(again),
            ..frame(&view.catalogue, &visit)
        },
        masked_contact: masked(view.contact.as_ref()),
        changes: changed_rows(site, view, visit, &changes),
        effective_at: site.app.now().utc().with_timezone(&site.timezone),
        position,
        remaining: if services {
            vec![Remaining::ServiceMessages]
        } else {
            Vec::new()
        },
        undo,
        undone,
        choices_url: format!("/c/{token}"),
    }
    .render()
}

fn changed_rows(
    site: &Site,
    view: &OwnChoicesView,
    visit: Visit<'_>,
    changes: &Changes,
) -> Vec<Change> {
    let answers = changes.answers.iter();
    let answers = answers.map(|change| change_of(view, visit, change));
    let paces = changes.paces.iter();
    let paces = paces.map(|change| pace_change_of(site, view, visit, change));
    answers.chain(paces).collect()
}

fn pace_change_of(
    site: &Site,
    view: &OwnChoicesView,
    visit: Visit<'_>,
    change: &PaceChanged,
) -> Change {
    let told = |pace| Standing::Pace(slower::told(site, pace));
    Change {
        title: title_of(view, visit.language, &change.purpose),
        channel: change.channel.as_str().to_owned(),
        before: told(&change.before),
        after: told(&change.after),
    }
}

pub(super) fn title_of(view: &OwnChoicesView, language: Language, purpose: &str) -> Text {
    let mut offered = view.purposes.iter();
    let found = offered.find(|offered| offered.purpose.id.as_str() == purpose);
    found.map_or_else(Text::default, |offered| {
        text(&offered.purpose.title, language)
    })
}

/// An answer in the words of the pages.
pub(in crate::http) const fn standing(answer: Option<Answer>) -> Standing {
    match answer {
        None => Standing::NoAnswer,
        Some(Answer::Requested) => Standing::Waiting,
        Some(Answer::Given) => Standing::Yes,
        Some(Answer::Refused | Answer::Withdrawn) => Standing::No,
    }
}

fn change_of(view: &OwnChoicesView, visit: Visit<'_>, change: &Changed) -> Change {
    Change {
        title: title_of(view, visit.language, &change.purpose),
        channel: change.channel.as_str().to_owned(),
        before: standing(change.before),
        after: standing(Some(change.after)),
    }
}
