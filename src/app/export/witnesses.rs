//! What witnesses say of the log, in a package: the first checkpoint that they cosigned which holds
//! the whole period, and the newest, each with the proof that the package's own contains it.

use super::ExportError;
use crate::access::{ExportAudit, Grant};
use crate::app::open::App;
use crate::app::witness::{cosigned, proof_between};
use crate::audit::encoding::b64;
use crate::audit::package::format::{COSIGNED, PROOF, WITNESSES};
use crate::audit::package::write::PackageWriter;
use crate::domain::ids::Position;
use crate::store::ReadTx;
use std::collections::BTreeSet;
use std::io::Write;

/// Writes them; nothing where no witness has cosigned anything. `end` is that of the entries that
/// are proven, `size` that of the package's checkpoint.
pub(super) fn write<W: Write>(
    (app, grant): (&App, &Grant<ExportAudit>),
    tx: &mut ReadTx<'_>,
    package: &mut PackageWriter<W>,
    size: Position,
    end: Position,
) -> Result<(), ExportError> {
    let first = tx.first_cosigned(grant, end)?;
    let newest = tx.newest_cosigned(grant, size)?;
    let sizes: BTreeSet<Position> = [first, newest].into_iter().flatten().collect();
    let mut witnesses = BTreeSet::new();
    for covered in sizes.into_iter().filter(|covered| *covered <= size) {
        // a row without its checkpoint is among the findings already
        let Some(note) = cosigned(tx, &app.serve, covered)? else {
            continue;
        };
        let proof = proof_between(tx, &app.serve, covered, size)?;
        let proof: String = proof.iter().map(|hash| b64(hash) + "\n").collect();
        package.file(&format!("{COSIGNED}{covered}"), note.as_bytes())?;
        package.file(&format!("{COSIGNED}{covered}{PROOF}"), proof.as_bytes())?;
        let rows = tx.cosignatures(grant, covered, covered)?;
        witnesses.extend(rows.into_iter().map(|row| row.witness + "\n"));
    }
    if !witnesses.is_empty() {
        let keys: String = witnesses.into_iter().collect();
        package.file(WITNESSES, keys.as_bytes())?;
    }
    Ok(())
}
