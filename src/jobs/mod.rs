//! What happens later.

pub mod checkpoints;
pub mod decisions;
pub mod exports;
pub mod timestamps;
pub mod witnesses;
