//! What happens later.

pub mod alarms;
pub mod certificate;
pub mod checkpoints;
pub mod decisions;
pub mod epochs;
pub mod exports;
pub mod keys;
pub mod looks;
pub mod mails;
pub mod packages;
pub mod retention;
pub mod snapshots;
pub mod systems;
pub mod timestamps;
pub mod witnesses;
