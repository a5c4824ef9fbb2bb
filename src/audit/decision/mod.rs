//! Recorded decisions: what of them is hashed into the log, and the compact block that holds them.
//!
//! One entry of the log stands for a block of decisions, made in one commit. Its payload names how
//! many they are and the root of a Merkle tree (RFC 6962) over them. The tree's entries are salted,
//! so that the log tells nothing of a decision to whoever does not hold it, and so that one can be
//! taken out of its block (GDPR Article 17) while the others stay provable.
//!
//! | module | holds |
//! |---|---|
//! | [`record`] | one decision, and the text of it that is hashed |
//! | [`block`] | the decisions of one commit: bytes, salts, root |
//! | [`bundle`] | decisions that wait for their block |
//! | [`codec`] | the bytes of both |
//! | [`shape`] | how packed facts read: their names and words |
//! | [`line`] | a decision in the audit package |

pub mod block;
pub mod bundle;
mod codec;
pub mod line;
pub mod record;
pub mod shape;

pub use block::{Block, BlockError};
pub use bundle::Bundle;
pub use record::{Context, Named, Record};
