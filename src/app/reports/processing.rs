//! The register of processing activities (GDPR art. 30): every version of every purpose that was in
//! force in the period, with what its controller says of itself.

use super::sheet::{Cell, Column, Layout, Sheets, Table};
use super::{Job, ReportError};
use crate::domain::registry::{Controller, Purpose, Slug};
use crate::store::CountsFigures;
use chrono::{DateTime, Utc};

const COLUMNS: &[Column] = &[
    Column::text("purpose"),
    Column::number("version"),
    Column::text("title"),
    Column::text("description"),
    Column::text("controller"),
    Column::text("controller_name"),
    Column::text("country"),
    Column::text("contact"),
    Column::text("dpo_contact"),
    Column::code("legal_basis", "basis"),
    Column::text("law_use"),
    Column::code("channels", "channel"),
    Column::text("data_subjects"),
    Column::text("data_categories"),
    Column::text("recipients"),
    Column::text("transfers"),
    Column::text("retention"),
    Column::text("security"),
    Column::text("since"),
    Column::text("until"),
];

pub(super) fn write<P: CountsFigures>(
    job: &Job<'_, P>,
    sheets: &mut dyn Sheets,
) -> Result<(), ReportError> {
    sheets.table(&Table {
        layout: Layout::Cards,
        ..Table::main("processing", COLUMNS)
    })?;
    for (at, (purpose, since)) in job.published.purposes.iter().enumerate() {
        let next = job.published.purposes.get(at + 1);
        let until = next.filter(|(next, _)| next.id == purpose.id);
        let until = until.map(|(_, since)| *since);
        let period = job.query.from..job.query.to;
        let held = *since < period.end && until.is_none_or(|until| until > period.start);
        if held && job.scope.has(purpose.id.as_str()) {
            sheets.row(&row(job, purpose, *since, until))?;
        }
    }
    Ok(())
}

fn row<P: CountsFigures>(
    job: &Job<'_, P>,
    purpose: &Purpose,
    since: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
) -> Vec<Cell> {
    let last = until.unwrap_or(job.query.to).min(job.query.to);
    let controller = controller(job, &purpose.controller, last);
    let of = |field: fn(&Controller) -> Option<&String>| Cell::maybe(controller.and_then(field));
    let text = |text: &str| Cell::Text(text.to_owned());
    let channels = purpose
        .channels
        .iter()
        .map(|channel| channel.as_str().to_owned());
    vec![
        text(purpose.id.as_str()),
        Cell::Count(purpose.version.into()),
        Cell::Words(purpose.title.clone()),
        Cell::Words(purpose.description.clone()),
        text(purpose.controller.as_str()),
        of(|one| Some(&one.name)),
        of(|one| one.country.as_ref()),
        of(|one| one.contact.as_ref()),
        of(|one| one.dpo_contact.as_ref()),
        text(purpose.legal_basis.as_str()),
        text(purpose.law_use.as_str()),
        Cell::List(channels.collect()),
        of(|one| one.data_subjects.as_ref()),
        Cell::List(purpose.data_categories.clone()),
        Cell::List(purpose.recipients.clone()),
        of(|one| one.transfers.as_ref()),
        Cell::maybe(purpose.retention.as_deref()),
        of(|one| one.security.as_ref()),
        Cell::At(since),
        until.map_or(Cell::Empty, Cell::At),
    ]
}

/// The controller as it was just before an instant.
fn controller<'a, P: CountsFigures>(
    job: &'a Job<'_, P>,
    id: &Slug,
    before: DateTime<Utc>,
) -> Option<&'a Controller> {
    let versions = job.published.controllers.iter();
    let mut known = versions.filter(|(one, since)| one.id == *id && *since < before);
    known.next_back().map(|(one, _)| one)
}
