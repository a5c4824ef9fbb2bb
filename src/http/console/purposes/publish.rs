//! Checking a form, and publishing what was checked: the second step publishes exactly what the first showed.

use super::draft::Draft;
use super::fill::{self, Fields, is_words};
use super::{Desk, PUBLISH, preview, terms};
use crate::access::{Grant, PublishCatalogue, ReadCatalogue};
use crate::app::Refusal;
use crate::app::publish::{CHANGED, Upon};
use crate::domain::registry::{Notice, NoticeChange, Purpose};
use crate::http::browser::{self, Form, Visit};
use crate::http::console::{allowed, frame, granted, is_ours, to_page};
use crate::http::form::text;
use crate::http::json::{Body, SMALL};
use crate::http::pages::{PublishCheckPage, PublishFault, Term};
use crate::http::site::Site;
use crate::http::work::block;
use crate::store::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, post, web};

/// What was posted, by whom, and what it says.
struct Posted<'a> {
    desk: Desk<'a>,
    form: Form,
    fields: Fields,
}

/// Why a form is shown again.
type Again = (
    StatusCode,
    Vec<crate::app::FieldProblem>,
    Option<PublishFault>,
);

/// Looks at what was filled in, and shows what it would change. It changes nothing.
#[post("/console/purposes/check")]
pub(super) async fn check(
    site: web::Data<Site>,
    request: HttpRequest,
    body: Body<SMALL>,
) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(&request, &site, &form);
    let (open, _) = match allowed::<PublishCatalogue>(&site, &request, visit).await {
        Ok(found) => found,
        Err(sent_away) => return sent_away,
    };
    let posted = match Posted::read(&site, visit, &open, form).await {
        Ok(posted) => posted,
        Err(sent_away) => return sent_away,
    };
    match posted.checked(&request).await {
        Ok(page) => browser::page(StatusCode::OK, page),
        Err(again) => posted.again(again),
    }
}

/// Publishes what was checked.
#[post("/console/purposes/publish")]
pub(super) async fn publish(
    site: web::Data<Site>,
    request: HttpRequest,
    body: Body<SMALL>,
) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(&request, &site, &form);
    let (open, grant) = match allowed::<PublishCatalogue>(&site, &request, visit).await {
        Ok(found) => found,
        Err(sent_away) => return sent_away,
    };
    let posted = match Posted::read(&site, visit, &open, form).await {
        Ok(posted) => posted,
        Err(sent_away) => return sent_away,
    };
    match posted.published(&request, &grant).await {
        Ok(answer) => answer,
        Err(again) => posted.again(again),
    }
}

impl<'a> Posted<'a> {
    async fn read(
        site: &'a web::Data<Site>,
        visit: Visit<'a>,
        open: &'a Session,
        form: Form,
    ) -> Result<Self, HttpResponse> {
        let desk = Desk::at(site, visit, open).await?;
        let fields = fill::fields(&form);
        Ok(Self { desk, form, fields })
    }

    /// The form again, with everything that was filled in.
    fn again(&self, (status, problems, fault): Again) -> HttpResponse {
        let page = self
            .desk
            .filled(self.fields.clone(), &problems, fault, false);
        browser::page(status, page)
    }

    /// What one of our own pages sent, as far as it can be read.
    fn draft(&self, request: &HttpRequest) -> Result<Draft, Again> {
        let wrong = StatusCode::UNPROCESSABLE_ENTITY;
        if !is_ours(self.desk.site, request, &self.form, self.desk.open) {
            return Err((wrong, Vec::new(), Some(PublishFault::StaleForm)));
        }
        if self.form.get("act") == Some("edit") {
            return Err((StatusCode::OK, Vec::new(), None));
        }
        fill::draft(&self.fields).map_err(|problems| (wrong, problems, None))
    }

    async fn checked(&self, request: &HttpRequest) -> Result<String, Again> {
        let draft = self.draft(request)?;
        let upon = self.upon(&draft)?;
        let (site, publication) = (self.desk.site.clone(), draft.publication());
        let looked = web::block(move || site.app.difference(&publication)).await;
        let wrong = StatusCode::UNPROCESSABLE_ENTITY;
        match looked {
            Ok(Ok(steps)) if steps.is_empty() => {
                Err((wrong, Vec::new(), Some(PublishFault::Nothing)))
            }
            Ok(Ok(_)) => self.page(&draft, &upon).await,
            Ok(Err(Refusal::Invalid(problems))) => Err((wrong, problems, None)),
            _ => Err(unread()),
        }
    }

    /// What is in force, where it is what the form was made on; a purpose that is new must be new still.
    fn upon(&self, draft: &Draft) -> Result<Upon, Again> {
        let upon = self.desk.upon(draft.about());
        let is_new = self.fields.contains_key("new");
        if is_new
            && self
                .desk
                .told
                .catalogue
                .purposes
                .contains_key(draft.about())
        {
            let taken = crate::app::FieldProblem::new("id", "purpose_taken", "");
            return Err((StatusCode::UNPROCESSABLE_ENTITY, vec![taken], None));
        }
        let seen = self.form.get("upon");
        if !is_new && seen != Some(upon.to_string().as_str()) {
            return Err((
                StatusCode::CONFLICT,
                Vec::new(),
                Some(PublishFault::Meanwhile),
            ));
        }
        Ok(upon)
    }

    async fn published(
        &self,
        request: &HttpRequest,
        grant: &Grant<PublishCatalogue>,
    ) -> Result<HttpResponse, Again> {
        let draft = self.draft(request)?;
        let upon: Option<Upon> = self.form.get("upon").and_then(|upon| upon.parse().ok());
        let tag = upon.as_ref().and_then(|upon| self.desk.tag(&draft, upon));
        let wrong = StatusCode::UNPROCESSABLE_ENTITY;
        let Some(upon) =
            upon.filter(|_| tag.is_some() && self.form.get("checked") == tag.as_deref())
        else {
            return Err((wrong, Vec::new(), Some(PublishFault::Unchecked)));
        };
        let (site, back) = (self.desk.site, format!("{}/{}", super::PATH, draft.about()));
        let publishing = site
            .app
            .publish_upon(grant, draft.publication(), upon, site.app.now());
        match publishing.await {
            Ok(_) => Ok(to_page(&format!("{back}?done=1"))),
            Err(Refusal::Conflict { code: CHANGED, .. }) => Err((
                StatusCode::CONFLICT,
                Vec::new(),
                Some(PublishFault::Meanwhile),
            )),
            Err(Refusal::Invalid(problems)) => Err((wrong, problems, None)),
            Err(_) => Err(unread()),
        }
    }

    /// The page that shows what would be published.
    async fn page(&self, draft: &Draft, upon: &Upon) -> Result<String, Again> {
        let desk = &self.desk;
        let known = desk.told.catalogue.purpose(draft.about().as_str());
        let (purpose, notice) = match draft {
            Draft::Purpose(purpose) => (
                Some(&**purpose),
                preview::in_force(&desk.told.catalogue, purpose),
            ),
            Draft::Words(notice) => (known, Some(&**notice)),
        };
        let purpose = purpose.ok_or_else(unread)?;
        let before = self.before(draft, known);
        let after = match draft {
            Draft::Purpose(purpose) => self.terms(purpose),
            Draft::Words(notice) => terms::of_notice(desk.words(), notice),
        };
        let mut frame = frame(desk.visit, desk.open);
        frame.switch_path = None;
        let page = PublishCheckPage {
            frame,
            title: text(&purpose.title, desk.visit.language),
            name: name(draft, known),
            words: is_words(&self.fields),
            meaning: self.meaning(draft).await?,
            changes: before.map(|before| terms::changes(&before, &after)),
            terms: after,
            previews: preview::previews(desk.site, desk.visit, purpose, notice),
            missing: preview::missing(purpose, notice),
            publish: desk.form(PUBLISH, self.carried(draft, upon)),
            again: desk.form(super::CHECK, self.edited()),
        };
        Ok(page.render())
    }

    fn terms(&self, purpose: &Purpose) -> Vec<Term> {
        terms::of_purpose(self.desk.words(), &self.desk.told.catalogue, purpose)
    }

    /// What is said now, where something is.
    fn before(&self, draft: &Draft, known: Option<&Purpose>) -> Option<Vec<Term>> {
        match draft {
            Draft::Purpose(_) => known.map(|known| self.terms(known)),
            Draft::Words(notice) => {
                let last = self.desk.told.catalogue.latest_notice(&notice.purpose);
                last.map(|last| terms::of_notice(self.desk.words(), last))
            }
        }
    }

    /// What it means for what was said before, in sentences.
    async fn meaning(&self, draft: &Draft) -> Result<Vec<String>, Again> {
        let w = self.desk.words();
        let key = match draft {
            Draft::Purpose(_) => return Ok(vec![w.get("publish-means-purpose")]),
            Draft::Words(notice) => meaning(notice),
        };
        let agreed = self.agreed(draft).await.map_err(|_| unread())?;
        Ok(vec![
            w.count("publish-agreed", agreed),
            w.get(key),
            w.get("publish-means-kept"),
        ])
    }

    async fn agreed(&self, draft: &Draft) -> Result<u64, crate::http::problem::Problem> {
        let (site, about) = (self.desk.site.clone(), draft.about().clone());
        let grant = granted::<ReadCatalogue>(self.desk.open);
        block(move || site.app.agreed(&grant?, &about, site.app.now())).await
    }

    /// Everything that was filled in, what it was checked on, and the tag that ties both.
    fn carried(&self, draft: &Draft, upon: &Upon) -> Vec<(String, String)> {
        let tag = self.desk.tag(draft, upon).unwrap_or_default();
        let own = [("upon", upon.to_string()), ("checked", tag)];
        let own = own.map(|(name, text)| (name.to_owned(), text));
        self.fields.clone().into_iter().chain(own).collect()
    }

    /// Everything that was filled in, for the form again.
    fn edited(&self) -> Vec<(String, String)> {
        let act = ("act".to_owned(), "edit".to_owned());
        self.fields.clone().into_iter().chain([act]).collect()
    }
}

/// The register does not answer: what was filled in stays.
fn unread() -> Again {
    let status = StatusCode::SERVICE_UNAVAILABLE;
    (status, Vec::new(), Some(PublishFault::Unavailable))
}

/// What it will be called.
fn name(draft: &Draft, known: Option<&Purpose>) -> String {
    match draft {
        Draft::Purpose(purpose) => {
            let version = known.map_or(1, |known| known.version.saturating_add(1));
            format!("{}@{version}", purpose.id)
        }
        Draft::Words(notice) => notice.reference().to_string(),
    }
}

const fn meaning(notice: &Notice) -> &'static str {
    match notice.change {
        _ if notice.version == 1 => "publish-means-first",
        NoticeChange::Major => "publish-means-major",
        NoticeChange::Minor => "publish-means-minor",
    }
}
