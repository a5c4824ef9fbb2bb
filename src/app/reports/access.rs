//! Access: who signed in, what was exported, filtered and imported, who was given access, who read
//! a person's file. As the log has it: whose file it was stands in that person's evidence, not in the report.
//! The console's log of accesses (`app/access_log.rs`) is read by the same function.

use super::sheet::{Cell, Column, Sheets, Table};
use super::{App, Job, ReportError};
use crate::access::{ExportAudit, Grant};
use crate::audit::leaf::{EntryKind, Leaf};
use crate::domain::ids::{Position, SubjectId};
use crate::domain::time::from_micros;
use crate::store::{PublicEntry, StoreError, Viewing};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

/// What is access; the rest of the log is not.
const KINDS: [EntryKind; 29] = [
    EntryKind::StaffSignedIn,
    EntryKind::StaffAdded,
    EntryKind::StaffSignInFailed,
    EntryKind::StaffProven,
    EntryKind::StaffSignedOut,
    EntryKind::StaffSessionEnded,
    EntryKind::StaffPasswordChanged,
    EntryKind::StaffFactorSet,
    EntryKind::StaffRecoveryMade,
    EntryKind::StaffFactorReset,
    EntryKind::StaffChanged,
    EntryKind::StaffPasskeyAdded,
    EntryKind::StaffPasskeyRemoved,
    EntryKind::StaffIdentityLinked,
    EntryKind::StaffIdentityUnlinked,
    EntryKind::StaffDisabled,
    EntryKind::StaffEnabled,
    EntryKind::KeyCreated,
    EntryKind::KeyRevoked,
    EntryKind::ExportMade,
    EntryKind::ExportFetched,
    EntryKind::ExportApproved,
    EntryKind::ExportRefused,
    EntryKind::ImportMade,
    EntryKind::AudienceBegun,
    EntryKind::PolicyProposed,
    EntryKind::PolicyActivated,
    EntryKind::FeedMade,
    EntryKind::FeedEnded,
];
/// Entries read at once.
const PAGE: i64 = 1_000;
/// What of a payload tells what was accessed.
const TOLD: [&str; 15] = [
    "report",
    "about",
    "view",
    "reason",
    "reference",
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
pub(in crate::app) struct Access {
    pub position: Position,
    pub at: i64,
    pub kind: EntryKind,
    /// Kind and id of whoever did it.
    pub actor: (String, String),
    /// Whose file it was.
    pub subject: Option<SubjectId>,
    /// What was recorded of it; null where the person's key is gone.
    pub payload: Value,
}

pub(super) fn write(job: &Job<'_>, sheets: &mut dyn Sheets) -> Result<(), ReportError> {
    let names = job.app.actor_names(job.grant)?;
    let range = job.positions(&(job.query.from..job.query.to))?;
    let mut sums: BTreeMap<((String, String), EntryKind), u64> = BTreeMap::new();
    go_through(job, &range, &mut |one| {
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
    go_through(job, &range, &mut |one| {
        let at = from_micros(one.at.saturating_mul(1_000_000));
        let mut row = vec![
            Cell::Count(one.position),
            Cell::At(at),
            Cell::text(one.kind.as_str()),
        ];
        row.extend(who(&one.actor, &names));
        row.push(Cell::text(&told(&one.payload)));
        Ok(sheets.row(&row)?)
    })
}

/// Goes through the accesses of the report, and tells how far it is.
fn go_through(
    job: &Job<'_>,
    range: &Range<Position>,
    act: &mut dyn FnMut(Access) -> Result<(), ReportError>,
) -> Result<(), ReportError> {
    let mut rest = range.clone();
    while rest.start < rest.end {
        let (found, end) = job.app.accesses(job.grant, &rest)?;
        found.into_iter().try_for_each(&mut *act)?;
        rest.start = end;
        (job.progress)(rest.start - range.start, range.end - range.start);
    }
    Ok(())
}

impl App {
    /// The first accesses of a range in order, and up to where these are all: an access may be one of millions.
    /// Events about no person and views of persons' files come from two tables: what both have read up
    /// to is told, the rest is to be read again.
    pub(in crate::app) fn accesses(
        &self,
        grant: &Grant<ExportAudit>,
        range: &Range<Position>,
    ) -> Result<(Vec<Access>, Position), StoreError> {
        let (public, views) = self.store.read::<_, StoreError>(|tx| {
            let public = tx.public_entries(grant, range.clone(), PAGE)?;
            Ok((public, tx.viewings(grant, range.clone(), PAGE)?))
        })?;
        let upto = |count: usize, last: Option<Position>| match last {
            Some(last) if count == PAGE as usize => last.saturating_add(1),
            _ => range.end,
        };
        let end = upto(public.len(), public.last().map(|one| one.position))
            .min(upto(views.len(), views.last().map(|one| one.position)));
        let mut found: Vec<Access> = public.iter().filter_map(access).collect();
        found.extend(views.into_iter().map(viewing));
        found.retain(|one| one.position < end);
        found.sort_by_key(|one| one.position);
        Ok((found, end))
    }
}

/// `None` where it is no access.
fn access(entry: &PublicEntry) -> Option<Access> {
    let leaf = Leaf::parse(entry.leaf.as_bytes()).ok()?;
    if !KINDS.contains(&leaf.kind) {
        return None;
    }
    let payload: Value = serde_json::from_str(&entry.payload).ok()?;
    Some(Access {
        position: entry.position,
        at: leaf.at,
        kind: leaf.kind,
        actor: actor(&payload),
        subject: None,
        payload,
    })
}

/// Of a person whose key is gone, that a file was read is all that is left.
fn viewing(one: Viewing) -> Access {
    let payload = one.payload.unwrap_or_default();
    Access {
        position: one.position,
        at: one.at.timestamp(),
        kind: one.kind.parse().unwrap_or(EntryKind::SubjectViewed),
        actor: actor(&payload),
        subject: Some(one.subject),
        payload,
    }
}

/// Kind and id.
fn actor(payload: &Value) -> (String, String) {
    let field = |name: &str| {
        let field = payload.get("actor")?.get(name)?.as_str();
        field.map(str::to_owned)
    };
    (
        field("kind").unwrap_or_default(),
        field("id").unwrap_or_default(),
    )
}

/// What was accessed, as `purpose=newsletter; channel=email`.
pub(in crate::app) fn told(payload: &Value) -> String {
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

fn who((kind, id): &(String, String), names: &HashMap<String, String>) -> [Cell; 3] {
    let name = names.get(id).map(String::as_str);
    [Cell::text(kind), Cell::text(id), Cell::maybe(name)]
}
