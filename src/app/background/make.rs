//! Makes the export whose turn it is.

use super::{
    BackgroundExport, ExportFailure, ExportMade, ExportState, Press, Shelf, Wanted, tidy::ATTEMPTS,
};
use crate::access::{ExportAudit, Grant, authorize};
use crate::app::export::ExportError;
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::audit::package::write::WriteError;
use crate::domain::time::Now;
use crate::store::StoreError;
use chrono::TimeDelta;
use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

/// How often progress is written down.
const TELL: TimeDelta = TimeDelta::seconds(1);
/// Bytes that are written at a time.
const BUFFER: usize = 1 << 16;

impl App {
    /// Makes the node's next export; whether there was one. Blocks for as long as that takes.
    ///
    /// # Errors
    /// Where it is not known or cannot be said how it stands. That it cannot be made is said in its
    /// state.
    pub fn make_next_export(&self, press: &dyn Press) -> Result<bool, Refusal> {
        let shelf = self.shelf()?;
        if !shelf.tidied.load(Ordering::Acquire) {
            return Ok(false);
        }
        let Some(mut export) = self.next_export(shelf)? else {
            return Ok(false);
        };
        let outcome = self.press(press, shelf, &export);
        export.state = match outcome {
            Ok(Some(ready)) => ready,
            // somebody who may be in it was erased
            Ok(None) if export.attempts < ATTEMPTS => ExportState::Waiting,
            Ok(None) => ExportState::Failed {
                why: ExportFailure::Erased,
            },
            // it is begun anew at the next start
            Err(ExportError::Refused(Refusal::Store(StoreError::Stopping))) => return Ok(true),
            Err(error) => {
                tracing::error!(%error, "an export of the background could not be made");
                ExportState::Failed { why: why(&error) }
            }
        };
        if !matches!(export.state, ExportState::Ready { .. })
            && let Err(error) = shelf.discard(export.id)
        {
            tracing::warn!(%error, "what was begun of an export could not be thrown away");
        }
        self.keep_state(&mut export)?;
        Ok(true)
    }

    /// The next that waits, begun.
    fn next_export(&self, shelf: &Shelf) -> Result<Option<BackgroundExport>, Refusal> {
        let _alone = shelf
            .choosing
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let all = self
            .store
            .read(|tx| tx.background_of(&self.serve, shelf.node()))?;
        let mut waiting = all
            .into_iter()
            .filter(|one| one.state == ExportState::Waiting);
        let Some(mut next) = waiting.next() else {
            return Ok(None);
        };
        next.attempts += 1;
        next.state = ExportState::Running {
            since: self.now().utc(),
            done: 0,
            total: 0,
        };
        self.keep_state(&mut next)?;
        Ok(Some(next))
    }

    pub(super) fn keep_state(&self, export: &mut BackgroundExport) -> Result<(), Refusal> {
        export.changed_at = self.now().utc();
        Ok(self.store.keep_background(&self.serve, export)?)
    }

    /// Makes it; none where it shows persons and somebody was erased meanwhile.
    fn press(
        &self,
        press: &dyn Press,
        shelf: &Shelf,
        export: &BackgroundExport,
    ) -> Result<Option<ExportState>, ExportError> {
        let wanted = Wanted::of(export)?;
        let grant = self.grant_of(export)?;
        let file = shelf.begin(export.id).map_err(WriteError::from)?;
        let made = self.written(press, &grant, &wanted, export, &file)?;
        if wanted.shows_persons() && self.erased_since(made.size)? {
            return Ok(None);
        }
        let bytes = shelf.end(export.id, &file).map_err(WriteError::from)?;
        Ok(Some(ExportState::Ready { made, bytes }))
    }

    fn written(
        &self,
        press: &dyn Press,
        grant: &Grant<ExportAudit>,
        wanted: &Wanted,
        export: &BackgroundExport,
        file: &File,
    ) -> Result<ExportMade, ExportError> {
        let teller = Teller::of(self, export);
        let mut out = BufWriter::with_capacity(BUFFER, file);
        let made = press.make(self, grant, wanted, &mut out, &|done, total| {
            teller.tell(done, total)
        })?;
        out.flush().map_err(WriteError::from)?;
        Ok(made)
    }

    /// Whoever asked must still be allowed to.
    fn grant_of(&self, export: &BackgroundExport) -> Result<Grant<ExportAudit>, ExportError> {
        let asked_by = &export.asked_by;
        let now = self.now();
        let principal = self
            .store
            .read(|tx| tx.principal(&self.serve, asked_by, now))?;
        let gone = Refusal::NotFound("the key or account that asked");
        let principal = principal.ok_or(gone)?;
        Ok(authorize(&principal).map_err(Refusal::from)?)
    }

    pub(super) fn erased_since(&self, size: u64) -> Result<bool, StoreError> {
        self.store.read(|tx| tx.any_erased_since(&self.serve, size))
    }
}

/// Writes progress down, once a second at most.
struct Teller<'a> {
    app: &'a App,
    export: &'a BackgroundExport,
    began: Now,
    told: Cell<Now>,
}

impl<'a> Teller<'a> {
    fn of(app: &'a App, export: &'a BackgroundExport) -> Self {
        let began = app.now();
        Self {
            app,
            export,
            began,
            told: Cell::new(began),
        }
    }

    fn tell(&self, done: u64, total: u64) {
        let now = self.app.now();
        if (now.utc() - self.told.get().utc()).abs() < TELL {
            return;
        }
        self.told.set(now);
        let mut export = BackgroundExport {
            state: ExportState::Running {
                since: self.began.utc(),
                done,
                total,
            },
            ..self.export.clone()
        };
        // the export goes on though nobody sees how far it is
        if let Err(error) = self.app.keep_state(&mut export) {
            tracing::warn!(%error, "the progress of an export could not be written down");
        }
    }
}

fn why(error: &ExportError) -> ExportFailure {
    match error {
        ExportError::Refused(Refusal::Forbidden(_) | Refusal::NotFound(_)) => {
            ExportFailure::NotAllowed
        }
        ExportError::Refused(Refusal::Invalid(_) | Refusal::Conflict { .. }) => {
            ExportFailure::Refused
        }
        ExportError::Package(WriteError::Io(error)) if is_full(error) => ExportFailure::DiskFull,
        ExportError::Package(WriteError::Zip(zip::result::ZipError::Io(error)))
            if is_full(error) =>
        {
            ExportFailure::DiskFull
        }
        _ => ExportFailure::Failed,
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge
    )
}
