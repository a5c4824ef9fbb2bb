//! `GET /c/{token}`: a person's choices.

use super::{failed, frame, gone, masked, slower, text};
use crate::app::choices::{OwnChoicesView, PurposeChoices};
use crate::domain::ids::Position;
use crate::domain::registry::{Answer, Channel, ConsentState, LegalBasis, Standing};
use crate::http::browser::{self, Form, Visit};
use crate::http::pages::{
    Answer as Picked, ChoiceRow, ChoicesError, ChoicesPage, Content, Frame, Lock, NoKind, Notice,
    PostForm, ProblemKind, PurposeBlock, RowState, Source, When, WhyNoChoice,
};
use crate::http::problem::Problem;
use crate::http::site::Site;
use crate::http::work::block;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, Utc};

/// Shows a person's choices. It changes nothing, whoever opens the link.
#[get("/c/{token}")]
pub async fn show(
    site: web::Data<Site>,
    request: HttpRequest,
    token: web::Path<String>,
) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    let (token, view) =
        match opened(&site, &visit, token.into_inner(), ProblemKind::Unavailable).await {
            Ok(found) => found,
            Err(answer) => return answer,
        };
    browser::page(
        StatusCode::OK,
        page(&site, visit, &token, &view, Vec::new()),
    )
}

/// The choices behind a token, or the page that says why there are none: `kind` where they cannot be
/// read now.
pub(super) async fn opened(
    site: &web::Data<Site>,
    visit: &Visit<'_>,
    token: String,
    kind: ProblemKind,
) -> Result<(String, OwnChoicesView), HttpResponse> {
    match choices(site, token).await {
        Ok(Some((token, view))) => {
            came_by(site, visit, &view);
            Ok((token, view))
        }
        Ok(None) => Err(gone(site, visit)),
        Err(_) => Err(failed(site, visit, StatusCode::SERVICE_UNAVAILABLE, kind)),
    }
}

/// The page of somebody who came in a brand's name is that brand's, and stands in a frame of its sites if it is to.
pub(super) fn came_by(site: &Site, visit: &Visit<'_>, view: &OwnChoicesView) {
    let brand = view.via.controller.as_ref();
    visit.in_name_of(brand);
    if view.framed {
        visit.framed_by(site, &view.catalogue, brand);
    }
}

/// The choices behind a token.
pub(super) async fn choices(
    site: &web::Data<Site>,
    token: String,
) -> Result<Option<(String, OwnChoicesView)>, Problem> {
    let site = site.clone();
    block(move || {
        let Some((grant, link)) = site.app.enter(&token, site.app.now())? else {
            return Ok(None);
        };
        let view = site.app.own_choices(&grant, link)?;
        Ok::<_, crate::app::Refusal>(Some((token, view)))
    })
    .await
}

/// The same page in another language, with what was chosen on it and is not saved. A row whose
/// answer has changed since the page was made shows the new one instead.
pub(super) fn switched(
    site: &Site,
    visit: Visit<'_>,
    token: &str,
    view: &OwnChoicesView,
    form: &Form,
) -> String {
    let seen: Position = form
        .get("seen")
        .and_then(|seen| seen.parse().ok())
        .unwrap_or(0);
    let mut page = whole(site, visit, token, view, Vec::new());
    for (block, choices) in page.purposes.iter_mut().zip(&view.purposes) {
        let Content::Choices(rows) = &mut block.content else {
            continue;
        };
        for (row, (_, state, _)) in rows.iter_mut().zip(&choices.rows) {
            let as_seen = state.as_ref().is_none_or(|state| state.position < seen);
            row.picked = picked(form, &row.field_name).filter(|_| as_seen);
            if let Some(pace) = &mut row.pace {
                pace.picked = slower::picked(form, &pace.name);
            }
        }
    }
    page.render()
}

pub(super) fn picked(form: &Form, field: &str) -> Option<Picked> {
    match form.get(field)? {
        "yes" => Some(Picked::Yes),
        "no" => Some(Picked::No),
        _ => None,
    }
}

/// The page.
pub(super) fn page(
    site: &Site,
    visit: Visit<'_>,
    token: &str,
    view: &OwnChoicesView,
    errors: Vec<ChoicesError>,
) -> String {
    whole(site, visit, token, view, errors).render()
}

fn whole(
    site: &Site,
    visit: Visit<'_>,
    token: &str,
    view: &OwnChoicesView,
    errors: Vec<ChoicesError>,
) -> ChoicesPage {
    let purposes = blocks(site, visit, view);
    ChoicesPage {
        frame: Frame {
            switch_form: Some("choices"),
            ..frame(&view.catalogue, &visit)
        },
        masked_contact: masked(view.contact.as_ref()),
        form: PostForm {
            action_url: format!("/c/{token}"),
            hidden: vec![("seen".into(), view.seen.to_string())],
        },
        purposes,
        errors,
    }
}

/// What is on offer, and how it stands.
pub(in crate::http) fn blocks(
    site: &Site,
    visit: Visit<'_>,
    view: &OwnChoicesView,
) -> Vec<PurposeBlock> {
    let at = site.app.now().utc();
    let when = |at: DateTime<Utc>| at.with_timezone(&site.timezone);
    let purposes = view.purposes.iter();
    purposes
        .map(|choices| block_of(choices, &view.standing, visit, at, &when))
        .collect()
}

pub(in crate::http) fn block_of(
    choices: &PurposeChoices,
    standing: &Standing,
    visit: Visit<'_>,
    at: DateTime<Utc>,
    when: &impl Fn(DateTime<Utc>) -> When,
) -> PurposeBlock {
    let purpose = &choices.purpose;
    let notice = choices.notice.as_ref().map(|notice| Notice {
        reference: notice.reference().to_string(),
        text: text(&notice.text, visit.language),
    });
    let content = match purpose.legal_basis {
        LegalBasis::Contract => Content::Explained(WhyNoChoice::Contract),
        LegalBasis::LegalObligation => Content::Explained(WhyNoChoice::LegalObligation),
        LegalBasis::VitalInterests | LegalBasis::PublicTask => {
            Content::Explained(WhyNoChoice::Other)
        }
        LegalBasis::Consent | LegalBasis::SoftOptIn | LegalBasis::LegitimateInterest => {
            Content::Choices(
                choices
                    .rows
                    .iter()
                    .map(|row| row_of(choices, standing, row, at, when))
                    .collect(),
            )
        }
    };
    PurposeBlock {
        id: purpose.id.to_string(),
        title: text(&purpose.title, visit.language),
        description: text(&purpose.description, visit.language),
        notice,
        content,
    }
}

fn row_of(
    choices: &PurposeChoices,
    standing: &Standing,
    (channel, state, covered): &(Channel, Option<ConsentState>, bool),
    at: DateTime<Utc>,
    when: &impl Fn(DateTime<Utc>) -> When,
) -> ChoiceRow {
    let said = state.as_ref().map(|held| (held.status, held.effective_at));
    let ask_again = choices.purpose.may_ask_from(said, standing.objection);
    let state = match state {
        Some(state) => answered(state, *covered, choices.place(*channel), at, when),
        None => unasked(choices.purpose.legal_basis, standing, when),
    };
    let no_words = choices.notice.is_none().then_some(Lock::Other);
    let pace = slower::control(choices, *channel, &state, at, when);
    ChoiceRow {
        field_name: format!("choice.{}.{}", choices.purpose.id, channel.as_str()),
        channel: channel.as_str().to_owned(),
        state,
        locked: standing.restricted.map(|_| Lock::Restricted).or(no_words),
        picked: None,
        pace,
        ask_again: ask_again.filter(|from| *from > at).map(when),
    }
}

fn answered(
    state: &ConsentState,
    covered: bool,
    place: Option<&str>,
    at: DateTime<Utc>,
    when: &impl Fn(DateTime<Utc>) -> When,
) -> RowState {
    let since = when(state.effective_at);
    match state.status {
        Answer::Requested => RowState::Waiting { since },
        Answer::Refused => RowState::No {
            since,
            how: NoKind::Refused,
        },
        Answer::Withdrawn => RowState::No {
            since,
            how: NoKind::Withdrawn,
        },
        Answer::Given if state.expired(at) => RowState::Expired {
            since: when(state.valid_until.unwrap_or(state.effective_at)),
        },
        Answer::Given if !state.proof => RowState::Unproven,
        Answer::Given if !covered => RowState::NewWords { since },
        Answer::Given => RowState::Yes {
            since: Some(since),
            source: Some(Source {
                kind: state.source.as_str().to_owned(),
                place: place.map(str::to_owned),
            }),
        },
    }
}

fn unasked(
    basis: LegalBasis,
    standing: &Standing,
    when: &impl Fn(DateTime<Utc>) -> When,
) -> RowState {
    match (standing.objection, basis) {
        (Some(since), _) => RowState::No {
            since: when(since),
            how: NoKind::Objected,
        },
        (None, LegalBasis::SoftOptIn) => RowState::Customer,
        (None, LegalBasis::LegitimateInterest) => RowState::Interest,
        (None, _) => RowState::NeverAsked,
    }
}
