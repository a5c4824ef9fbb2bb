//! How the log's keys followed each other, in a package: each entry about a key, with the proof that
//! it is in a checkpoint that the key before had signed.

use super::ExportError;
use super::head::Head;
use crate::app::witness::{inclusion_in, proof_between};
use crate::audit::commitment::canonical_json;
use crate::audit::encoding::{b64, hex};
use crate::audit::package::format::{Handover, KEYS};
use crate::audit::package::write::{PackageWriter, WriteError};
use crate::store::{ReadTx, StoreError, StoredKeyAct};
use std::io::Write;

/// Writes them; nothing where the log has always had one key.
pub(super) fn write<W: Write>(
    head: &Head<'_>,
    tx: &mut ReadTx<'_>,
    package: &mut PackageWriter<W>,
) -> Result<(), ExportError> {
    let size = head.checkpoint.size;
    let acts = head.keys.acts.iter().filter(|act| act.position < size);
    let mut handovers = Vec::new();
    for act in acts {
        // an entry that no checkpoint covers is among the findings already
        handovers.extend(handover(head, tx, act)?);
    }
    if handovers.is_empty() {
        return Ok(());
    }
    let value = serde_json::to_value(handovers).map_err(WriteError::from)?;
    package.file(KEYS, &canonical_json(&value).map_err(WriteError::from)?)?;
    Ok(())
}

fn handover(
    head: &Head<'_>,
    tx: &mut ReadTx<'_>,
    act: &StoredKeyAct,
) -> Result<Option<Handover>, StoreError> {
    let (serve, end) = (&head.app.serve, head.checkpoint.size);
    let covering = tx.checkpoint_from(serve, act.position.saturating_add(1))?;
    let Some((size, checkpoint, _)) = covering.filter(|(size, ..)| *size <= end) else {
        return Ok(None);
    };
    let words = |hashes: Vec<crate::audit::Hash>| hashes.iter().map(|hash| b64(hash)).collect();
    Ok(Some(Handover {
        checkpoint,
        consistency: words(proof_between(tx, serve, size, end)?),
        inclusion: words(inclusion_in(tx, serve, act.position, size)?),
        leaf: act.leaf.clone(),
        opening: hex(&act.opening),
        payload: serde_json::from_str(&act.payload).unwrap_or_default(),
        position: act.position,
    }))
}
