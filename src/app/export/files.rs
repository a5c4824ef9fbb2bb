//! Notices, purposes and policies of a package.

use super::ExportError;
use crate::access::{ExportAudit, Grant};
use crate::app::open::App;
use crate::audit::commitment::canonical_json;
use crate::audit::package::format::{NOTICES, POLICIES, PURPOSES};
use crate::audit::package::path::is_safe;
use crate::audit::package::write::{PackageWriter, WriteError};
use crate::domain::registry::Notice;
use crate::domain::time::rfc3339;
use crate::store::{PublishedItem, ReadTx, notice_bytes};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Write;

/// Writes them. All notices ever published are there: an entry whose content is withheld still
/// names the hash of one.
pub(super) fn write<W: Write>(
    (app, grant): (&App, &Grant<ExportAudit>),
    tx: &mut ReadTx<'_>,
    package: &mut PackageWriter<W>,
) -> Result<(), ExportError> {
    let items = tx.published_items(grant)?;
    let mut taken = BTreeSet::new();
    for item in items.iter().filter(|item| item.kind == "notice") {
        let path = format!("{NOTICES}{}@{}.json", item.id, item.version);
        // a row that somebody renamed is among the findings already
        if is_safe(&path) && taken.insert(path.to_lowercase()) {
            package.file(&path, &bytes(item))?;
        }
    }
    let purposes = json!({ "controllers": versions(&items, "controller"), "purposes": versions(&items, "purpose") });
    package.file(
        PURPOSES,
        &canonical_json(&purposes).map_err(WriteError::from)?,
    )?;
    policies((app, grant), tx, package)
}

/// The files of the version in force under their own names, and those of every other that ever
/// was under its digest: old decisions name it.
fn policies<W: Write>(
    (app, grant): (&App, &Grant<ExportAudit>),
    tx: &mut ReadTx<'_>,
    package: &mut PackageWriter<W>,
) -> Result<(), ExportError> {
    let live = tx.policy_named(grant)?;
    let mut live_is_there = false;
    for about in tx.policy_versions(grant)? {
        let Some(stored) = tx.policy_version(grant, &about.digest)? else {
            continue;
        };
        let mut folder = POLICIES.to_owned();
        if about.digest == live {
            live_is_there = true;
        } else if about.note.is_some() {
            let hex = about.digest.trim_start_matches("sha256:");
            folder = format!("{POLICIES}versions/{hex}/");
        } else {
            continue;
        }
        for (path, text) in &stored.files {
            // a path that somebody changed is among the findings already
            if is_safe(path) {
                package.file(&format!("{folder}{path}"), text.as_bytes())?;
            }
        }
    }
    if !live_is_there {
        for (path, text) in app.loader.own().files() {
            package.file(&format!("{POLICIES}{path}"), text.as_bytes())?;
        }
    }
    Ok(())
}

/// The bytes whose hash leaves name; of a damaged row, whatever is there.
fn bytes(item: &PublishedItem) -> Vec<u8> {
    let notice = serde_json::from_str::<Notice>(&item.body).ok();
    let bytes = notice.and_then(|notice| notice_bytes(&notice).ok());
    bytes.unwrap_or_else(|| item.body.clone().into_bytes())
}

/// Every version, with the instant since when it was in force.
fn versions(items: &[PublishedItem], kind: &str) -> Vec<Value> {
    let of_kind = items.iter().filter(|item| item.kind == kind);
    let one = |item: &PublishedItem| {
        let body: Value = serde_json::from_str(&item.body).unwrap_or_default();
        let body = if canonical_json(&body).is_ok() {
            body
        } else {
            Value::Null
        };
        json!({ "since": rfc3339(item.since), "position": item.position, "body": body })
    };
    of_kind.map(one).collect()
}
