//! The life of a policy version: proposed, simulated, approved by another, in force, retired.

pub mod activate;
pub mod approve;
mod flips;
pub mod load;
pub mod note;
pub mod propose;
pub mod read;
pub mod replay;
pub mod rules;
pub mod shadow;
pub mod simulate;
pub mod told;
