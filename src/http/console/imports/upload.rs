//! A file comes in. Where its layout is known it is tried at once; else it is asked what its columns mean.

use super::parcel::{BYTES, Parcel};
use super::{columns, ledger, tried};
use crate::access::{Grant, ImportConsents};
use crate::domain::import::preset;
use crate::http::browser::Visit;
use crate::http::console::{allowed, is_ours};
use crate::http::json::{Body, LARGE};
use crate::http::multipart::Multipart;
use crate::http::pages::ImportFault;
use crate::http::problem::Problem;
use crate::http::site::Site;
use crate::store::Session;
use actix_web::{HttpRequest, HttpResponse, post, web};

/// The layouts that are none of the built-in ones: a mapping comes along, or is put together.
pub(super) const OWN: [&str; 2] = ["columns", "own"];

/// Takes a file.
#[post("/console/imports")]
pub(super) async fn upload(
    site: web::Data<Site>,
    request: HttpRequest,
    body: Result<Body<LARGE>, Problem>,
) -> HttpResponse {
    let sent = Multipart::of(&request, body);
    let too_large = sent.is_none();
    let sent = sent.unwrap_or_default();
    let visit = Visit::of_form(&request, &site, &sent.form);
    let (open, grant) = match allowed::<ImportConsents>(&site, &request, visit).await {
        Ok(found) => found,
        Err(sent_away) => return sent_away,
    };
    let fault = if too_large {
        ImportFault::TooLong
    } else if !is_ours(&site, &request, &sent.form, &open) {
        ImportFault::StaleForm
    } else {
        match parcel(&sent) {
            Ok(parcel) => return go_on(&site, visit, &open, grant, parcel).await,
            Err(fault) => fault,
        }
    };
    ledger::page(&site, visit, &open, None, Some(fault)).await
}

async fn go_on(
    site: &web::Data<Site>,
    visit: Visit<'_>,
    open: &Session,
    grant: Grant<ImportConsents>,
    parcel: Parcel,
) -> HttpResponse {
    if parcel.map.is_empty() {
        columns::ask(site, visit, open, parcel).await
    } else {
        tried::try_it(site, visit, open, grant, parcel).await
    }
}

/// What was sent: with the name of a mapping where there is one.
fn parcel(sent: &Multipart) -> Result<Parcel, ImportFault> {
    let file = sent.files.get("file").filter(|file| !file.is_empty());
    let file = file.ok_or(ImportFault::NoFile)?.to_vec();
    if file.len() > BYTES {
        return Err(ImportFault::TooLong);
    }
    let mut parcel = Parcel {
        file,
        ..Parcel::default()
    };
    match sent.form.get("map").unwrap_or_default() {
        "columns" => {}
        "own" => {
            let text = sent.files.get("mapping").map(|text| text.to_vec());
            let text = text.and_then(|text| String::from_utf8(text).ok());
            let text = text.filter(|text| !text.trim().is_empty());
            parcel.mapping = text.ok_or(ImportFault::NoMapping)?;
            "own".clone_into(&mut parcel.map);
        }
        name if preset(name).is_some() => name.clone_into(&mut parcel.map),
        _ => return Err(ImportFault::NoMapping),
    }
    Ok(parcel)
}
