//! What the system asks of this process by signals: to end (SIGTERM, of whoever runs services; SIGINT, of Ctrl-C;
//! SIGQUIT). Each time that it is asked counts: asked again it ends at once.

use std::future::poll_fn;
use std::task::Poll;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signals that ask a process to end.
pub(super) struct Signals([Signal; 3]);

impl Signals {
    /// Listens from now on; within a runtime.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self([
            signal(SignalKind::terminate())?,
            signal(SignalKind::interrupt())?,
            signal(SignalKind::quit())?,
        ]))
    }

    /// Comes back once it is asked to end.
    pub async fn next(&mut self) {
        poll_fn(|context| {
            let mut all = self.0.iter_mut();
            if all.any(|one| one.poll_recv(context).is_ready()) {
                return Poll::Ready(());
            }
            Poll::Pending
        })
        .await;
    }
}
