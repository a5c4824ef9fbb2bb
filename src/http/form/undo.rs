//! `POST /c/{token}/undo`: a choice just made is taken back, by one press within ten minutes.
//!
//! It is a choice as any other, made by whoever holds the link, and written down as such: the way back
//! can say no more than the page of choices can. A yes comes back only where one was in force before,
//! to words that it covers, and where nothing was said since.

use super::save::{Outcome, saved, title_of, wishes, written};
use super::show::opened;
use super::{failed, frame, gone, posted, slower, text};
use crate::app::choices::{OwnChoicesView, PurposeChoices};
use crate::app::choose::{Changed, Changes, Wishes, undo_within};
use crate::domain::ids::Position;
use crate::domain::registry::{Act, Answer, Notice, SourceKind};
use crate::http::browser::{self, Form, Visit};
use crate::http::json::{Body, SMALL};
use crate::http::pages::{
    Frame, Language, PostForm, ProblemKind, ProblemPage, Restored, Standing, Undo, When,
};
use crate::http::site::Site;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, post, web};

/// Takes a choice back.
#[post("/c/{token}/undo")]
pub async fn undo(
    site: web::Data<Site>,
    request: HttpRequest,
    token: web::Path<String>,
    body: Body<SMALL>,
) -> HttpResponse {
    let (form, visit) = match posted(&site, &request, &body) {
        Ok(posted) => posted,
        Err(sent_away) => return *sent_away,
    };
    let problem = |status, kind| failed(&site, &visit, status, kind);
    let (token, view) = match opened(&site, &visit, token.into_inner(), ProblemKind::NotSaved).await
    {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let at = site.app.now().utc().with_timezone(&site.timezone);
    let Some(wishes) = wished(&form, &view, visit, at) else {
        return problem(StatusCode::UNPROCESSABLE_ENTITY, ProblemKind::BadRequest);
    };
    match written(&site, &token, wishes).await {
        Outcome::Done(changed) => {
            let html = saved(&site, visit, &token, &view, changed, true);
            browser::page(StatusCode::OK, html)
        }
        Outcome::Refused(_) => browser::page(StatusCode::CONFLICT, late(visit, &token, &view)),
        Outcome::Gone => gone(&site, &visit),
        Outcome::Failed => problem(StatusCode::SERVICE_UNAVAILABLE, ProblemKind::NotSaved),
    }
}

/// Too late, with the way to the choices as they are.
fn late(visit: Visit<'_>, token: &str, view: &OwnChoicesView) -> String {
    ProblemPage {
        frame: Frame {
            switch_path: None,
            ..frame(&view.catalogue, &visit)
        },
        kind: ProblemKind::UndoLate,
        reference: None,
        back_url: Some(format!("/c/{token}")),
    }
    .render()
}

fn wished(form: &Form, view: &OwnChoicesView, visit: Visit<'_>, at: When) -> Option<Wishes> {
    if form.get("stop_all").is_some() {
        return None;
    }
    let wishes = wishes(form, view, visit.language, at).ok()?;
    Some(Wishes {
        act: Act::ChoiceUndone,
        ..wishes
    })
}

/// Where the way back begins.
pub(in crate::http) struct Start<'a> {
    /// The person's choices as they were before.
    pub view: &'a OwnChoicesView,
    /// What was changed.
    pub changes: &'a Changes,
    /// The last entry of it.
    pub position: Position,
    /// Where it was taken down.
    pub taken: SourceKind,
}

/// The way back from what was just changed, by `form`; none where nothing of it can be had back.
pub(in crate::http) fn offer(
    site: &Site,
    language: Language,
    mut form: PostForm,
    start: &Start<'_>,
) -> Option<Undo> {
    let at = site.app.now().utc();
    let hidden = &mut form.hidden;
    hidden.push(("seen".to_owned(), (start.position + 1).to_string()));
    let mut rows = Vec::new();
    for change in &start.changes.answers {
        let purposes = &start.view.purposes;
        let offered = purposes
            .iter()
            .find(|offered| offered.purpose.id.as_str() == change.purpose)?;
        let Some((to, notice)) = back(offered, change, at) else {
            continue;
        };
        let field = format!("choice.{}.{}", change.purpose, change.channel.as_str());
        let value = if to == Standing::Yes { "yes" } else { "no" };
        hidden.push((field, value.to_owned()));
        let reference = notice.map(|notice| notice.reference().to_string());
        if let Some(reference) = reference.clone() {
            hidden.push((format!("notice.{}", change.purpose), reference));
        }
        let words = notice.map(|notice| text(&notice.text, language));
        rows.push(Restored {
            title: text(&offered.purpose.title, language),
            channel: change.channel.as_str().to_owned(),
            to,
            words: words.zip(reference),
        });
    }
    for change in &start.changes.paces {
        hidden.extend(slower::back(change));
        rows.push(Restored {
            title: title_of(start.view, language, &change.purpose),
            channel: change.channel.as_str().to_owned(),
            to: Standing::Pace(slower::told(site, &change.before)),
            words: None,
        });
    }
    let partly = rows.len() < start.changes.answers.len() + start.changes.paces.len();
    (!rows.is_empty()).then(|| Undo {
        form,
        rows,
        partly,
        until: (at + undo_within(start.taken)).with_timezone(&site.timezone),
    })
}

/// The way back on the person's own page.
pub(super) fn own(
    site: &Site,
    visit: Visit<'_>,
    token: &str,
    view: &OwnChoicesView,
    changes: &Changes,
    position: Position,
) -> Option<Undo> {
    let form = PostForm {
        action_url: format!("/c/{token}/undo"),
        hidden: Vec::new(),
    };
    let taken = SourceKind::WebForm;
    let start = Start {
        view,
        changes,
        position,
        taken,
    };
    offer(site, visit.language, form, &start)
}

/// What one change goes back to. A yes needs one that was in force and covers the words that are; a no
/// that replaced no yes stays: nobody's silence is written down as an answer.
fn back<'a>(
    offered: &'a PurposeChoices,
    change: &Changed,
    at: chrono::DateTime<chrono::Utc>,
) -> Option<(Standing, Option<&'a Notice>)> {
    if change.after == Answer::Given {
        let no_before = change.before != Some(Answer::Given);
        return no_before.then_some((Standing::No, None));
    }
    let rows = &offered.rows;
    let (_, state, covered) = rows.iter().find(|row| row.0 == change.channel)?;
    let in_force = state.as_ref().is_some_and(|state| {
        state.status == Answer::Given && state.proof && *covered && !state.expired(at)
    });
    let notice = offered.notice.as_ref().filter(|_| in_force)?;
    Some((Standing::Yes, Some(notice)))
}
