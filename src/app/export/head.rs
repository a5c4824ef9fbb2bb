//! The head of the log that a package is proven against, and who signs and vouches for it.

use super::entries::Source;
use super::{ExportError, keys, timestamps, witnesses};
use crate::access::{ExportAudit, Grant};
use crate::app::open::App;
use crate::app::signing::Keys;
use crate::app::witness::proof_between;
use crate::audit::checkpoint::Checkpoint;
use crate::audit::encoding::b64;
use crate::audit::package::format::Finding;
use crate::audit::package::plan::{PlanError, tiles_of};
use crate::audit::package::write::PackageWriter;
use crate::audit::signing::open_checkpoint;
use crate::audit::tile::TileId;
use crate::domain::ids::Position;
use crate::domain::time::Now;
use crate::store::{ReadTx, StoreError};
use std::io::Write;

/// The head, signed after the export was recorded.
pub(super) struct Head<'a> {
    pub app: &'a App,
    pub grant: &'a Grant<ExportAudit>,
    pub checkpoint: Checkpoint,
    pub note: String,
    /// In microseconds since 1970.
    pub signed_at: i64,
    pub keys: Keys,
}

impl App {
    /// Signs the log as it is now, for a package.
    pub(super) fn head_for_export<'a>(
        &'a self,
        grant: &'a Grant<ExportAudit>,
        now: Now,
    ) -> Result<Head<'a>, ExportError> {
        let signed = self.sign_head(now)?;
        // an authority that fails keeps nobody from an export; it is told elsewhere
        if let Err(error) = self.stamp() {
            tracing::warn!(%error, "the export's checkpoint was not stamped");
        }
        let keys = self.keys_of_log()?;
        let checkpoint = open_checkpoint(&signed.note, &keys.history)
            .map_err(|error| ExportError::Log(error.to_string()))?;
        Ok(Head {
            app: self,
            grant,
            checkpoint,
            note: signed.note,
            signed_at: signed.signed_at,
            keys,
        })
    }
}

impl Head<'_> {
    /// Writes these tiles and bundles.
    pub fn tiles<W: Write>(
        &self,
        tx: &mut ReadTx<'_>,
        package: &mut PackageWriter<W>,
        needed: Vec<TileId>,
    ) -> Result<(), ExportError> {
        let source = Source::new(tx, self.grant);
        for tile in tiles_of(needed, &source) {
            let (path, bytes) = tile.map_err(|error| match error {
                PlanError::Source(error) => error.into(),
                other => ExportError::Log(other.to_string()),
            })?;
            package.file(&path, &bytes)?;
        }
        Ok(())
    }

    /// The proof that the package's checkpoint contains the one of size `covered`: a hash a line.
    pub fn grown_from(&self, tx: &mut ReadTx<'_>, covered: Position) -> Result<String, StoreError> {
        let proof = proof_between(tx, &self.app.serve, covered, self.checkpoint.size)?;
        Ok(proof.iter().map(|hash| b64(hash) + "\n").collect())
    }

    /// Ends a package: who vouches for the log, how its keys followed each other, and the signatures.
    /// `end` is the position after the last entry that the package proves.
    pub fn close<W: Write>(
        &self,
        tx: &mut ReadTx<'_>,
        mut package: PackageWriter<W>,
        end: Position,
        findings: &[Finding],
    ) -> Result<(), ExportError> {
        witnesses::write(self, tx, &mut package, end)?;
        timestamps::write(self, tx, &mut package, end)?;
        keys::write(self, tx, &mut package)?;
        let (app, size) = (self.app, self.checkpoint.size);
        let signers = self.keys.signers(size, &app.first_signer, app.keys());
        let signers = signers.map_err(StoreError::from)?;
        let anchor = self.keys.history.anchor();
        package.finish(&self.note, anchor, &signers, findings)?;
        Ok(())
    }
}
