//! The DPO exports an audit report.

use super::home::{self, Asked};
use super::{background, forbidden, granted, is_ours, session, to, to_page};
use crate::access::ExportAudit;
use crate::app::Refusal;
use crate::app::background::Wanted;
use crate::app::check::is_campaign;
use crate::app::export::ExportQuery;
use crate::domain::registry::Slug;
use crate::http::browser::{self, Form, Visit};
use crate::http::json::{Body, SMALL};
use crate::http::package;
use crate::http::pages::ExportError;
use crate::http::site::Site;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, post, web};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeZone, Utc};
use std::ops::Range;

/// Sends the audit package of a period.
#[post("/console/exports")]
pub async fn export(
    site: web::Data<Site>,
    request: HttpRequest,
    body: Body<SMALL>,
) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(&request, &site, &form);
    let Some(open) = session(&site, &request).await else {
        return to("/console/sign-in");
    };
    let Ok(grant) = granted::<ExportAudit>(&open) else {
        return forbidden(visit, &open);
    };
    let query = if is_ours(&site, &request, &form, &open) {
        query(&site, &form)
    } else {
        Err(vec![ExportError::StaleForm])
    };
    let later = form.get("how") == Some("background");
    let errors = match query {
        Ok(query) if later || site.app.waits_for_another(grant.actor()) => {
            let wanted = Wanted::Package {
                query,
                language: visit.language.code().into(),
            };
            match background::ask(&site, grant, wanted).await {
                Ok(page) => return to_page(&page),
                Err(refusal) => not_asked(refusal),
            }
        }
        Ok(query) => match package::send(&site, grant, query, visit.language).await {
            Ok(response) => return response,
            Err(_) => vec![ExportError::Failed],
        },
        Err(errors) => errors,
    };
    let asked = Asked::of(&form, errors);
    let page = home::page(&site, visit, &open, asked).await;
    browser::page(StatusCode::UNPROCESSABLE_ENTITY, page)
}

/// Why an export of the background was not taken on.
pub(super) fn not_asked(refusal: Refusal) -> Vec<ExportError> {
    vec![match refusal {
        Refusal::Conflict { .. } => ExportError::TooMany,
        _ => ExportError::Failed,
    }]
}

fn query(site: &Site, form: &Form) -> Result<ExportQuery, Vec<ExportError>> {
    let Range { start, end } = period(site, form)?;
    Ok(ExportQuery {
        from: start,
        to: end,
        controller: slug(form, "controller"),
        purpose: slug(form, "purpose"),
        campaign: campaign(form)?,
    })
}

/// A name that was picked; none for all.
pub(super) fn slug(form: &Form, name: &str) -> Option<Slug> {
    form.get(name).and_then(|text| text.parse().ok())
}

/// A campaign that was typed; none for all.
pub(super) fn campaign(form: &Form) -> Result<Option<String>, Vec<ExportError>> {
    let typed = form.get("campaign").map(str::trim);
    match typed.filter(|text| !text.is_empty()) {
        Some(text) if !is_campaign(text) => Err(vec![ExportError::Campaign]),
        text => Ok(text.map(str::to_owned)),
    }
}

/// The period runs from the first day's beginning to the last day's end, in the service's zone.
pub(super) fn period(site: &Site, form: &Form) -> Result<Range<DateTime<Utc>>, Vec<ExportError>> {
    let day = |name: &str| {
        form.get(name)
            .and_then(|text| text.parse::<NaiveDate>().ok())
    };
    let (from, to) = (day("from"), day("to"));
    let mut errors = Vec::new();
    errors.extend(from.is_none().then_some(ExportError::From));
    errors.extend(to.is_none().then_some(ExportError::To));
    let (Some(from), Some(to)) = (from, to) else {
        return Err(errors);
    };
    if from > to {
        return Err(vec![ExportError::Order]);
    }
    let end = to
        .checked_add_days(Days::new(1))
        .and_then(|next| midnight(site, next));
    match (midnight(site, from), end) {
        (Some(from), Some(end)) => Ok(from..end),
        _ => Err(vec![ExportError::From]),
    }
}

/// When a day begins where the registry is; none where the clock skips its midnight.
pub(super) fn midnight(site: &Site, day: NaiveDate) -> Option<DateTime<Utc>> {
    let local = day.and_time(NaiveTime::MIN);
    site.timezone
        .from_local_datetime(&local)
        .earliest()
        .map(|at| at.to_utc())
}
