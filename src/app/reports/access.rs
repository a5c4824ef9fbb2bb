//! Access: who signed in, what was exported, filtered and imported, who was given access. As the log
//! has it: a person's page that was only looked at leaves no entry, and says so in the report.

use super::sheet::{Cell, Column, Sheets, Table};
use super::{Job, ReportError};
use crate::app::refusal::Refusal;
use crate::audit::leaf::{EntryKind, Leaf};
use crate::domain::ids::Position;
use crate::domain::time::from_micros;
use crate::store::{PublicEntry, StoreError};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

/// What is access; the rest of the log is not.
const KINDS: [EntryKind; 9] = [
    EntryKind::StaffSignedIn,
    EntryKind::StaffAdded,
    EntryKind::KeyCreated,
    EntryKind::KeyRevoked,
    EntryKind::ExportMade,
    EntryKind::ImportMade,
    EntryKind::AudienceBegun,
    EntryKind::PolicyProposed,
    EntryKind::PolicyActivated,
];
/// Entries read at once.
const PAGE: i64 = 1_000;
/// What of a payload tells what was accessed.
const TOLD: [&str; 11] = [
    "report",
    "from",
    "to",
    "controller",
    "purpose",
    "channel",
    "campaign",
    "format",
    "name",
    "role",
    "position",
];
/// Most actors that are told apart in the sums.
const ACTORS: usize = 20_000;

const ACTOR: Column = Column::code("actor", "actor");
const ACTOR_ID: Column = Column::text("actor_id");
const NAME: Column = Column::text("actor_name");
const KIND: Column = Column::code("kind", "entry");
const BY_ACTOR: &[Column] = &[ACTOR, ACTOR_ID, NAME, KIND, Column::number("entries")];
const MAIN: &[Column] = &[
    Column::number("position"),
    Column::text("at"),
    KIND,
    ACTOR,
    ACTOR_ID,
    NAME,
    Column::text("told"),
];

/// An access.
struct Access {
    position: Position,
    at: i64,
    kind: EntryKind,
    /// Kind and id of whoever did it.
    actor: (String, String),
    told: String,
}

pub(super) fn write(job: &Job<'_>, sheets: &mut dyn Sheets) -> Result<(), ReportError> {
    let names = names(job)?;
    let range = job.positions(&(job.query.from..job.query.to))?;
    let mut sums: BTreeMap<((String, String), EntryKind), u64> = BTreeMap::new();
    each(job, &range, &mut |one| {
        let of = (one.actor, one.kind);
        if sums.len() < ACTORS || sums.contains_key(&of) {
            *sums.entry(of).or_insert(0) += 1;
        }
        Ok(())
    })?;
    sheets.table(&Table::sum("access_by_actor", BY_ACTOR))?;
    for ((actor, kind), count) in &sums {
        let mut row = who(actor, &names).to_vec();
        row.extend([Cell::text(kind.as_str()), Cell::Count(*count)]);
        sheets.row(&row)?;
    }
    sheets.table(&Table::main("access", MAIN))?;
    each(job, &range, &mut |one| {
        let at = from_micros(one.at.saturating_mul(1_000_000));
        let mut row = vec![
            Cell::Count(one.position),
            Cell::At(at),
            Cell::text(one.kind.as_str()),
        ];
        row.extend(who(&one.actor, &names));
        row.push(Cell::text(&one.told));
        Ok(sheets.row(&row)?)
    })
}

/// Goes through the accesses of a range, page by page: an access may be one of millions.
fn each(
    job: &Job<'_>,
    range: &Range<Position>,
    act: &mut dyn FnMut(Access) -> Result<(), ReportError>,
) -> Result<(), ReportError> {
    let mut rest = range.clone();
    loop {
        let page = rest.clone();
        let read = |tx: &mut crate::store::ReadTx<'_>| tx.public_entries(job.grant, page, PAGE);
        let entries = job.app.store.read::<_, StoreError>(read)?;
        let Some(last) = entries.last() else {
            return Ok(());
        };
        rest.start = last.position + 1;
        (job.progress)(rest.start - range.start, range.end - range.start);
        entries.iter().filter_map(access).try_for_each(&mut *act)?;
    }
}

/// `None` where it is no access.
fn access(entry: &PublicEntry) -> Option<Access> {
    let leaf = Leaf::parse(entry.leaf.as_bytes()).ok()?;
    if !KINDS.contains(&leaf.kind) {
        return None;
    }
    let payload: Value = serde_json::from_str(&entry.payload).ok()?;
    let actor = |name: &str| {
        let field = payload.get("actor")?.get(name)?.as_str();
        field.map(str::to_owned)
    };
    Some(Access {
        position: entry.position,
        at: leaf.at,
        kind: leaf.kind,
        actor: (
            actor("kind").unwrap_or_default(),
            actor("id").unwrap_or_default(),
        ),
        told: told(&payload),
    })
}

/// What was accessed, as `purpose=newsletter; channel=email`.
fn told(payload: &Value) -> String {
    let within = payload.get("query").unwrap_or(payload);
    let field = |name: &&str| {
        let value = within.get(*name).or_else(|| payload.get(*name))?;
        match value {
            Value::String(text) => Some(format!("{name}={text}")),
            Value::Number(number) => Some(format!("{name}={number}")),
            _ => None,
        }
    };
    TOLD.iter().filter_map(field).collect::<Vec<_>>().join("; ")
}

/// The names of staff accounts and keys.
fn names(job: &Job<'_>) -> Result<HashMap<String, String>, Refusal> {
    let (staff, keys) = job.app.store.read(|tx| {
        Ok::<_, StoreError>((tx.audited_staff(job.grant)?, tx.audited_keys(job.grant)?))
    })?;
    let staff = staff
        .into_iter()
        .filter_map(|one| Some((one.id?.to_string(), one.login)));
    let keys = keys
        .into_iter()
        .filter_map(|one| Some((one.id?.to_string(), one.name)));
    Ok(staff.chain(keys).collect())
}

fn who((kind, id): &(String, String), names: &HashMap<String, String>) -> [Cell; 3] {
    let name = names.get(id).map(String::as_str);
    [Cell::text(kind), Cell::text(id), Cell::maybe(name)]
}
