//! What happens later.

pub mod checkpoints;
pub mod decisions;
pub mod epochs;
pub mod exports;
pub mod mails;
pub mod systems;
pub mod timestamps;
pub mod witnesses;
