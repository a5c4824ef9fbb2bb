//! What happens later.

pub mod checkpoints;
pub mod decisions;
pub mod witnesses;
