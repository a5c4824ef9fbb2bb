//! What witnesses say of the log, in a package: the first checkpoint that they cosigned which holds
//! the whole period, and the newest, each with the proof that the package's own contains it.

use super::ExportError;
use super::head::Head;
use crate::app::witness::cosigned;
use crate::audit::package::format::{COSIGNED, PROOF, WITNESSES};
use crate::audit::package::write::PackageWriter;
use crate::domain::ids::Position;
use crate::store::{ReadTx, StoreError};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;
use std::io::Write;

/// The sizes of the cosigned checkpoints that go into the package. `end` is the period's.
fn sizes(
    head: &Head<'_>,
    tx: &mut ReadTx<'_>,
    end: Position,
) -> Result<BTreeSet<Position>, StoreError> {
    let size = head.checkpoint.size;
    let first = tx.first_cosigned(head.grant, end)?;
    let newest = tx.newest_cosigned(head.grant, size)?;
    let sizes = [first, newest].into_iter().flatten();
    Ok(sizes.filter(|covered| *covered <= size).collect())
}

/// What they say, for the report: name, size, time.
pub(super) fn told(
    head: &Head<'_>,
    tx: &mut ReadTx<'_>,
    end: Position,
) -> Result<Vec<(String, Position, DateTime<Utc>)>, StoreError> {
    let mut told = Vec::new();
    for covered in sizes(head, tx, end)? {
        for row in tx.cosignatures(head.grant, covered, covered)? {
            let name = row.witness.split('+').next().unwrap_or_default();
            told.push((name.to_owned(), covered, super::at_seconds(row.at)));
        }
    }
    Ok(told)
}

/// Writes them; nothing where no witness has cosigned anything. `end` is that of the entries that
/// are proven.
pub(super) fn write<W: Write>(
    head: &Head<'_>,
    tx: &mut ReadTx<'_>,
    package: &mut PackageWriter<W>,
    end: Position,
) -> Result<(), ExportError> {
    let mut witnesses = BTreeSet::new();
    for covered in sizes(head, tx, end)? {
        // a row without its checkpoint is among the findings already
        let Some(note) = cosigned(tx, &head.app.serve, covered)? else {
            continue;
        };
        let proof = head.grown_from(tx, covered)?;
        package.file(&format!("{COSIGNED}{covered}"), note.as_bytes())?;
        package.file(&format!("{COSIGNED}{covered}{PROOF}"), proof.as_bytes())?;
        let rows = tx.cosignatures(head.grant, covered, covered)?;
        witnesses.extend(rows.into_iter().map(|row| row.witness + "\n"));
    }
    if !witnesses.is_empty() {
        let keys: String = witnesses.into_iter().collect();
        package.file(WITNESSES, keys.as_bytes())?;
    }
    Ok(())
}
