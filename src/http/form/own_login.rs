//! `/own-login`: a site of a brand posts who is logged in there. Its own page posts it, by a form of the customer's
//! browser; the assertion is in the body, so that no address and no log keeps it.

use super::join::first_asked;
use super::{frame, unavailable};
use crate::app::brand::of_site;
use crate::app::enter::{Asserted, Entrance, Posted};
use crate::http::browser::{self, Form, Visit};
use crate::http::form::enter::SESSION;
use crate::http::json::{Body, SMALL};
use crate::http::pages::{Frame, NotIn, OwnLoginPage};
use crate::http::site::Site;
use crate::http::work::block;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, post, web};

/// Opens the person's page.
#[post("/own-login")]
pub async fn top(site: web::Data<Site>, request: HttpRequest, body: Body<SMALL>) -> HttpResponse {
    entered(&site, &request, &body, Entrance::Page).await
}

/// Opens the person's choices, in a frame of the brand's site.
#[post("/own-login/frame")]
pub async fn frame_in_site(
    site: web::Data<Site>,
    request: HttpRequest,
    body: Body<SMALL>,
) -> HttpResponse {
    entered(&site, &request, &body, Entrance::Frame).await
}

async fn entered(
    site: &web::Data<Site>,
    request: &HttpRequest,
    body: &Body<SMALL>,
    entrance: Entrance,
) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(request, site, &form);
    let origin = request.headers().get(header::ORIGIN);
    let origin = origin
        .and_then(|text| text.to_str().ok())
        .unwrap_or_default();
    came_from(site, visit, origin, entrance);
    let (origin, host) = (origin.to_owned(), visit.host().map(str::to_owned));
    let assertion = form.get("assertion").unwrap_or_default().to_owned();
    let asserted = {
        let site = site.clone();
        block(move || {
            let posted = Posted {
                origin: &origin,
                host: host.as_deref(),
                assertion: &assertion,
            };
            site.app.enter_asserted(&posted, entrance, site.app.now())
        })
        .await
    };
    match asserted {
        Ok(asserted) => answered(site, visit, asserted),
        Err(_) => unavailable(site, visit),
    }
}

/// The answer is in the name of the brand whose site posted, and stands in its frame if it is to: also where it
/// says no.
fn came_from(site: &Site, visit: Visit<'_>, origin: &str, entrance: Entrance) {
    let view = site.app.index().view();
    let brand = of_site(view.catalogue(), origin, site.app.is_https());
    let brand = brand.map(|controller| &controller.id);
    visit.in_name_of(brand);
    if entrance == Entrance::Frame {
        visit.framed_by(site, view.catalogue(), brand);
    }
}

pub(super) fn answered(site: &Site, visit: Visit<'_>, asserted: Asserted) -> HttpResponse {
    let language = visit.language.code();
    match asserted {
        Asserted::In(session) => {
            let opened = browser::cookie(site, SESSION, session.reveal(), None);
            browser::with_cookie(browser::to(&format!("/me?lang={language}")), &opened)
        }
        Asserted::Choices(path) => browser::to(&format!("{path}?lang={language}")),
        Asserted::Unknown(newcomer) => first_asked(site, visit, &newcomer),
        Asserted::Refused(unfit) => {
            // for whoever builds the brand's site: what was posted is not repeated
            tracing::info!(reason = %unfit, "an assertion of a brand's login opens nothing");
            told(site, visit, NotIn::Refused, None)
        }
    }
}

/// Says to somebody who is not in why, and what they can do: sign in, or begin again where they began.
pub(super) fn told(
    site: &Site,
    visit: Visit<'_>,
    why: NotIn,
    again_url: Option<String>,
) -> HttpResponse {
    let status = match why {
        NotIn::Unknown | NotIn::Nothing => StatusCode::OK,
        NotIn::Refused | NotIn::Late => StatusCode::FORBIDDEN,
    };
    let view = site.app.index().view();
    let begin = again_url.unwrap_or_else(|| "/sign-in".to_owned());
    let told = OwnLoginPage {
        frame: Frame {
            switch_path: None,
            ..frame(view.catalogue(), &visit)
        },
        why,
        sign_in_url: site
            .app
            .mails()
            .then(|| format!("{begin}?lang={}", visit.language.code())),
    };
    browser::page(status, told.render())
}
