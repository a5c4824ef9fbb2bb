//! What a timestamping authority says of the log, in a package: the first checkpoint that it stamped
//! which holds the whole period, and the newest, each with the proof that the package's own contains
//! it.

use super::ExportError;
use super::head::Head;
use crate::audit::package::format::{NOTE, PROOF, TIMESTAMPS, TOKEN, TSA_CHAIN};
use crate::audit::package::write::PackageWriter;
use crate::domain::ids::Position;
use crate::store::{ReadTx, StoreError, StoredTimestamp};
use std::io::Write;

/// Those that go into the package, in order of size. `end` is the period's.
pub(super) fn chosen(
    head: &Head<'_>,
    tx: &mut ReadTx<'_>,
    end: Position,
) -> Result<Vec<StoredTimestamp>, StoreError> {
    let size = head.checkpoint.size;
    let first = tx.first_timestamp(head.grant, end)?;
    let newest = tx.newest_timestamp(head.grant, size)?;
    let mut all: Vec<_> = [first, newest].into_iter().flatten().collect();
    all.retain(|one| one.size <= size);
    all.sort_by_key(|one| one.size);
    all.dedup_by_key(|one| one.size);
    Ok(all)
}

/// Writes them; nothing where no authority has stamped anything.
pub(super) fn write<W: Write>(
    head: &Head<'_>,
    tx: &mut ReadTx<'_>,
    package: &mut PackageWriter<W>,
    end: Position,
) -> Result<(), ExportError> {
    let all = chosen(head, tx, end)?;
    for one in &all {
        let covered = one.size;
        // a row without its checkpoint is among the findings already
        let kept = tx.checkpoint(head.grant, Some(covered))?;
        let Some((_, note, _)) = kept.filter(|kept| kept.0 == covered) else {
            continue;
        };
        let proof = head.grown_from(tx, covered)?;
        let base = format!("{TIMESTAMPS}{covered}");
        package.file(&format!("{base}{NOTE}"), note.as_bytes())?;
        package.file(&format!("{base}{PROOF}"), proof.as_bytes())?;
        package.file(&format!("{base}{TOKEN}"), &one.response)?;
    }
    let chain = head.app.authority.as_ref().map(|one| one.chain.as_bytes());
    if let Some(chain) = chain.filter(|chain| !all.is_empty() && !chain.is_empty()) {
        package.file(TSA_CHAIN, chain)?;
    }
    Ok(())
}
