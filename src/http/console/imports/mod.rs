//! `/console/imports`: which files were brought in, and bringing one in. A file is read by a built-in mapping, one of
//! one's own, or one that is put together from its columns; it is tried first, and run as it was tried.

mod choices;
mod columns;
mod ledger;
mod parcel;
mod run;
mod tried;
mod upload;

use super::problem;
use super::turn::Turn;
use crate::access::{Grant, ImportConsents};
use crate::app::Refusal;
use crate::app::import::{ImportFile, ImportReport};
use crate::audit::encoding::hex;
use crate::audit::tree::sha256;
use crate::domain::import::{Mapping, Reader, preset};
use crate::http::browser::Visit;
use crate::http::pages::{ImportFault, PostForm, ProblemKind};
use crate::http::site::Site;
use crate::store::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use parcel::Parcel;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Where the page is.
const PATH: &str = "/console/imports";
/// An import writes for many: this node tries or runs one at a time for its browsers.
static RUNS: AtomicBool = AtomicBool::new(false);

/// Registers the pages.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(ledger::list)
        .service(upload::upload)
        .service(columns::choose)
        .service(tried::refused)
        .service(run::run)
        .service(ledger::show);
}

/// Why nothing came of it.
enum Failure {
    /// What was sent cannot be used.
    Fault(ImportFault),
    /// The registry does not answer.
    Down,
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Invalid(problems) => {
                let detail = |problem: &crate::app::FieldProblem| problem.detail.clone();
                Self::Fault(ImportFault::Unfit(problems.iter().map(detail).collect()))
            }
            _ => Self::Down,
        }
    }
}

/// The mapping that a parcel is read with.
fn mapping(parcel: &Parcel) -> Result<Mapping, Failure> {
    let read = preset(&parcel.map).filter(|_| parcel.mapping.is_empty());
    read.unwrap_or_else(|| Mapping::load(&parcel.mapping))
        .map_err(|error| {
            let what = format!("{}. {}", error.what, error.mend);
            Failure::Fault(ImportFault::Mapping(error.line, what))
        })
}

/// The digest of a file, in hexadecimal digits.
fn digest(file: &[u8]) -> String {
    hex(&sha256(&[file]))
}

/// Tries an import, or makes it. Blocks.
fn imported(
    site: &Site,
    grant: &Grant<ImportConsents>,
    parcel: &Parcel,
    dry_run: bool,
) -> Result<ImportReport, Failure> {
    let mapping = mapping(parcel)?;
    let (app, now) = (&site.app, site.app.now());
    let file = ImportFile {
        sha256: digest(&parcel.file),
        map: parcel.map.clone(),
    };
    let rows = Reader::new(parcel.file.as_slice(), &mapping, now.utc())
        .map_err(|error| Failure::Fault(ImportFault::File(error)))?;
    Ok(app.import(grant, rows, &file, &mapping, dry_run, now, &|_| ())?)
}

/// The same away from the threads that answer, once it is its turn.
async fn in_turn(
    site: &web::Data<Site>,
    grant: Grant<ImportConsents>,
    parcel: Arc<Parcel>,
    dry_run: bool,
) -> Result<ImportReport, Failure> {
    let turn = Turn::take(&RUNS).ok_or(Failure::Fault(ImportFault::Busy))?;
    let site = site.clone();
    let done = web::block(move || {
        let _turn = turn;
        imported(&site, &grant, &parcel, dry_run)
    });
    done.await.unwrap_or(Err(Failure::Down))
}

/// Says why nothing came of it.
async fn failed(
    site: &web::Data<Site>,
    visit: Visit<'_>,
    open: &Session,
    failure: Failure,
) -> HttpResponse {
    match failure {
        Failure::Fault(fault) => ledger::page(site, visit, open, None, Some(fault)).await,
        Failure::Down => unread(visit, open),
    }
}

fn form(path: &str, hidden: Vec<(String, String)>) -> PostForm {
    PostForm {
        action_url: format!("{PATH}{path}"),
        hidden,
    }
}

/// The register does not answer.
fn unread(visit: Visit<'_>, open: &Session) -> HttpResponse {
    let status = StatusCode::SERVICE_UNAVAILABLE;
    problem(status, ProblemKind::Unavailable, visit, open)
}
