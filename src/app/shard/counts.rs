//! How often others answered for whom this node does not hold.

use crate::app::open::App;
use std::sync::atomic::{AtomicU64, Ordering};

/// Checks and lines, since the node was started.
#[derive(Default)]
pub(in crate::app) struct Counts {
    by_nodes: AtomicU64,
    by_database: AtomicU64,
}

impl Counts {
    /// So many were answered by other nodes.
    pub(in crate::app) fn nodes(&self, more: usize) {
        self.by_nodes.fetch_add(more as u64, Ordering::Relaxed);
    }

    /// So many were answered on what the database held.
    pub(in crate::app) fn database(&self, more: usize) {
        self.by_database.fetch_add(more as u64, Ordering::Relaxed);
    }
}

impl App {
    /// How many checks and lines other nodes answered for this one, and how many the database.
    #[must_use]
    pub fn answered_elsewhere(&self) -> (u64, u64) {
        let counted = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let Counts {
            by_nodes,
            by_database,
        } = &self.elsewhere;
        (counted(by_nodes), counted(by_database))
    }
}
