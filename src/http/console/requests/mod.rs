//! `/console/requests`: the board of requests, the file of each, and what is written down.

mod act;
mod board;
mod feed;
mod file;
mod new;
pub(super) mod picks;
mod reply;

use crate::app::Refusal;
use crate::domain::ids::DsrId;
use crate::store::{StaffName, StoreError};
use actix_web::web;

/// Where the board is.
const PATH: &str = "/console/requests";

/// Registers the pages.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(board::show)
        .service(new::show)
        .service(new::write_down)
        .service(feed::make)
        .service(feed::end)
        .service(feed::calendar)
        .service(file::show)
        .service(reply::show)
        .service(reply::letter)
        .service(act::take);
}

/// Whoever may keep requests: an owner is one of them.
fn keepers(staff: &[StaffName]) -> impl Iterator<Item = &StaffName> {
    staff.iter().filter(|one| one.role == "dpo")
}

fn id(text: &str) -> Result<DsrId, Refusal> {
    let unknown = |_| Refusal::NotFound("a request with this id");
    text.parse().map_err(unknown)
}

fn url(id: DsrId) -> String {
    format!("{PATH}/{id}")
}

/// Work that blocks, with its own refusal: the pages say each in words of theirs.
async fn blocked<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    let stopped = |_| Refusal::from(StoreError::Stopping);
    web::block(work).await.map_err(stopped)?
}
