//! The reports: asked for by a form, since making one is recorded, and sent as they are written.

use super::export::{campaign, not_asked, period, slug};
use super::home::{Asked, export_form};
use super::{background, forbidden, frame, granted, is_ours, session, to, to_page};
use crate::access::{ExportAudit, Grant, ReadFigures};
use crate::app::Refusal;
use crate::app::background::Wanted;
use crate::app::reports::{ReportError, ReportKind, ReportQuery};
use crate::domain::registry::{Catalogue, Slug};
use crate::http::browser::{self, Form as Posted, Visit};
use crate::http::json::{Body, SMALL};
use crate::http::pages::{ExportError, Pick, ReportsPage, Text};
use crate::http::sheets::Format;
use crate::http::site::Site;
use crate::http::stream;
use crate::store::Session;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, get, post, web};

/// Whoever has reports made.
enum Reader {
    /// Of everything.
    All(Grant<ExportAudit>),
    /// Of figures, at once.
    Figures(Grant<ReadFigures>),
}

impl Reader {
    /// Who is at this address; others are sent away.
    async fn of(
        site: &web::Data<Site>,
        request: &HttpRequest,
        visit: Visit<'_>,
    ) -> Result<(Session, Self), HttpResponse> {
        let Some(open) = session(site, request).await else {
            return Err(to("/console/sign-in"));
        };
        let all = granted(&open).map(Self::All);
        match all.or_else(|_| granted(&open).map(Self::Figures)) {
            Ok(reader) => Ok((open, reader)),
            Err(_) => Err(forbidden(visit, &open)),
        }
    }
}

/// The form.
#[get("/console/reports")]
pub async fn show(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    let (open, _) = match Reader::of(&site, &request, visit).await {
        Ok(found) => found,
        Err(sent_away) => return sent_away,
    };
    let asked = Asked::this_month(&site);
    page(&site, visit, &open, StatusCode::OK, ("", ""), asked)
}

/// Makes a report.
#[post("/console/reports")]
pub async fn make(site: web::Data<Site>, request: HttpRequest, body: Body<SMALL>) -> HttpResponse {
    let form = Posted::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(&request, &site, &form);
    let (open, reader) = match Reader::of(&site, &request, visit).await {
        Ok(found) => found,
        Err(sent_away) => return sent_away,
    };
    let asked = if is_ours(&site, &request, &form, &open) {
        query(&site, &form)
    } else {
        Err(vec![ExportError::StaleForm])
    };
    let later = form.get("how") == Some("background");
    let sent = match (asked, reader) {
        (Ok((query, _)), Reader::Figures(_)) if later || !query.report.is_figures() => {
            return forbidden(visit, &open);
        }
        (Ok((query, format)), Reader::All(grant)) if later => {
            ask(&site, grant, query, format, visit).await
        }
        (Ok((query, format)), reader) => send(&site, reader, query, format, visit).await,
        (Err(errors), _) => Err(errors),
    };
    sent.unwrap_or_else(|errors| {
        let text = |name: &str| form.get(name).unwrap_or_default();
        let chosen = (text("report"), text("format"));
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        page(
            &site,
            visit,
            &open,
            status,
            chosen,
            Asked::of(&form, errors),
        )
    })
}

fn query(site: &Site, form: &Posted) -> Result<(ReportQuery, Format), Vec<ExportError>> {
    let report = form.get("report").and_then(ReportKind::parse);
    let format = form.get("format").and_then(Format::parse);
    let (report, format) = report.zip(format).ok_or_else(|| vec![ExportError::Kind])?;
    let period = period(site, form)?;
    let (controller, purpose) = (slug(form, "controller"), slug(form, "purpose"));
    if report.is_whole() && (controller.is_some() || purpose.is_some()) {
        return Err(vec![ExportError::Whole]);
    }
    let campaign = campaign(form)?;
    if campaign.is_some() && report != ReportKind::Uses {
        return Err(vec![ExportError::CampaignOfUses]);
    }
    let query = ReportQuery {
        report,
        from: period.start,
        to: period.end,
        timezone: site.timezone,
        controller,
        purpose,
        campaign,
        position: None,
    };
    Ok((query, format))
}

/// Has the report made in the background.
async fn ask(
    site: &web::Data<Site>,
    grant: Grant<ExportAudit>,
    query: ReportQuery,
    format: Format,
    visit: Visit<'_>,
) -> Result<HttpResponse, Vec<ExportError>> {
    let wanted = Wanted::Report {
        query,
        format: format.as_str().into(),
        language: visit.language.code().into(),
    };
    let page = background::ask(site, grant, wanted).await;
    page.map(|page| to_page(&page)).map_err(not_asked)
}

/// Sends the report while it is written. What breaks off later breaks the connection.
async fn send(
    site: &web::Data<Site>,
    reader: Reader,
    query: ReportQuery,
    format: Format,
    visit: Visit<'_>,
) -> Result<HttpResponse, Vec<ExportError>> {
    let name = format!("placet-{}.{}", query.report, format.as_str());
    let (out, broken, mut receiver) = stream::pipe();
    let app = site.app.clone();
    let work = web::block(move || {
        let outcome = {
            let mut sheets = format.to(out, visit.language);
            let (asked, now) = ((query, format.as_str()), app.now());
            match &reader {
                Reader::All(grant) => app.report(grant, asked, now, sheets.as_mut(), &|_, _| ()),
                Reader::Figures(grant) => {
                    app.figures(grant, asked, now, sheets.as_mut(), &|_, _| ())
                }
            }
        };
        if let Err(error) = &outcome {
            if !matches!(error, ReportError::Refused(Refusal::Invalid(_))) {
                tracing::error!(%error, "a report broke off");
            }
            broken.off("the report broke off");
        }
    });
    drop(actix_web::rt::spawn(work));
    match receiver.recv().await {
        Some(Ok(first)) => Ok(HttpResponse::Ok()
            .content_type(format.media_type())
            .insert_header((
                header::CONTENT_DISPOSITION,
                format!("attachment; filename=\"{name}\""),
            ))
            .streaming(stream::body(first, receiver))),
        _ => Err(vec![ExportError::Failed]),
    }
}

/// What there is to choose from, of whoever is for some brands or purposes only.
fn within(site: &Site, open: &Session) -> Catalogue {
    let mut catalogue = Catalogue::clone(site.app.index().view().catalogue());
    let bounds = &open.terms.bounds;
    catalogue.purposes.retain(|_, one| bounds.covers(one));
    let purposes = &catalogue.purposes;
    let has = |id: &Slug| purposes.values().any(|one| one.controller == *id);
    catalogue
        .controllers
        .retain(|_, one| !bounds.is_scope() || has(&one.id));
    catalogue
}

fn page(
    site: &Site,
    visit: Visit<'_>,
    open: &Session,
    status: StatusCode,
    (report, format): (&str, &str),
    asked: Asked,
) -> HttpResponse {
    let frame = frame(visit, open);
    let words = frame.words();
    let pick = |list: &str, value: &'static str, chosen: &str| Pick {
        value: value.to_owned(),
        label: Text::new(words.code(list, value)),
        selected: value == chosen,
    };
    let all = granted::<ExportAudit>(open).is_ok();
    let kinds = ReportKind::ALL
        .into_iter()
        .filter(|kind| all || kind.is_figures())
        .map(|kind| pick("figures", kind.as_str(), report))
        .collect();
    let formats = Format::ALL.map(|kind| pick("reports-format", kind.as_str(), format));
    let catalogue = within(site, open);
    let page = ReportsPage {
        frame,
        export: export_form("/console/reports", &catalogue, visit.language, open, asked),
        kinds,
        later: all,
        formats: formats.to_vec(),
    };
    browser::page(status, page.render())
}
