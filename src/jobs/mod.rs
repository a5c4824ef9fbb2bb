//! What happens later.

pub mod checkpoints;
