//! A thread that ends with whoever started it.

use crate::store::StoreError;
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;

/// The thread, until somebody has waited for its end.
pub(super) struct Worker {
    does: &'static str,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Worker {
    /// Starts it. `does` says what for, where it breaks.
    ///
    /// # Errors
    /// Where there is no thread to be had.
    pub fn start(
        name: &str,
        does: &'static str,
        work: impl FnOnce() + Send + 'static,
    ) -> Result<Self, StoreError> {
        let thread = std::thread::Builder::new()
            .name(name.into())
            .spawn(work)
            .map_err(|error| StoreError::Unreachable(error.to_string()))?;
        let thread = Mutex::new(Some(thread));
        Ok(Self { does, thread })
    }

    /// Waits for its end.
    pub fn join(&self) {
        let thread = self.thread.lock();
        let thread = thread.unwrap_or_else(PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the thread that {} broke", self.does);
        }
    }
}
