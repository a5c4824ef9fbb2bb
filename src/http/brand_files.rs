//! What a brand's pages load from our own origin: its colours and its logo, at addresses that name their content,
//! so that a browser keeps them for ever and never an old one.

use super::pages::fnv1a;
use super::problem::Problem;
use super::site::Site;
use crate::domain::registry::brand::{Brand, ImageKind, Scheme};
use crate::domain::registry::{Catalogue, Slug};
use actix_web::http::header;
use actix_web::{HttpResponse, get, web};

/// The sheet of a brand's colours; `None` where it has none.
fn sheet(brand: &Brand) -> Option<String> {
    let rules = Scheme::ALL.into_iter().filter_map(|scheme| {
        let colours = brand.colours(scheme)?;
        let (accent, text, deep) = (colours.accent, colours.text, colours.deep(scheme));
        let rule = format!(":root{{--brand:{accent};--on-brand:{text};--brand-deep:{deep}}}");
        Some(format!(
            "@media (prefers-color-scheme:{}){{{rule}}}",
            scheme.as_str()
        ))
    });
    let sheet: String = rules.collect();
    (!sheet.is_empty()).then_some(sheet)
}

fn url(id: &Slug, content: &[u8], ending: &str) -> String {
    format!("/assets/{:016x}/{id}.{ending}", fnv1a(content))
}

/// Where a brand's colours are.
#[must_use]
pub fn sheet_url(id: &Slug, brand: &Brand) -> Option<String> {
    Some(url(id, sheet(brand)?.as_bytes(), "css"))
}

/// Where a brand's logo is.
#[must_use]
pub fn logo_url(id: &Slug, brand: &Brand) -> Option<String> {
    let image = brand.image()?;
    Some(url(id, image.bytes(), image.kind().ending()))
}

/// A file of a brand. An address of other content than the brand's present one leads nowhere.
#[get("/assets/{hash}/{name}")]
pub async fn file(
    site: web::Data<Site>,
    address: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (hash, name) = address.into_inner();
    // a page may have been made on what was published a moment ago
    let _behind = site.app.fresh().await;
    let view = site.app.index().view();
    let found = found(view.catalogue(), &format!("/assets/{hash}/{name}"), &name);
    let (kind, body) = found.ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok()
        .content_type(kind)
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(body))
}

fn found(catalogue: &Catalogue, asked: &str, name: &str) -> Option<(&'static str, Vec<u8>)> {
    let (id, ending) = name.rsplit_once('.')?;
    let controller = catalogue.controllers.get(id)?;
    let brand = controller.brand.as_ref()?;
    if ending == "css" {
        let is_it = sheet_url(&controller.id, brand).as_deref() == Some(asked);
        let sheet = sheet(brand).filter(|_| is_it)?;
        return Some(("text/css; charset=utf-8", sheet.into_bytes()));
    }
    let known = ImageKind::ALL.iter().any(|(_, known, _)| *known == ending);
    let is_it = known && logo_url(&controller.id, brand).as_deref() == Some(asked);
    let image = brand.image().filter(|_| is_it)?;
    Some((image.kind().media_type(), image.bytes().to_vec()))
}
