//! What nodes of one registry ask each other, where each holds a part of the persons in memory.
//!
//! | module | holds |
//! |---|---|
//! | [`ask`] | checks that another node answers sooner |
//! | [`hear`] | what other nodes ask this one |
//! | [`wire`] | a check as it goes from one to the other: by hashes, with who asks |
//!
//! What is asked and answered goes in sealed letters (`app/shard/nodes.rs`). A check that came from another node is
//! never sent on: this one answers, from memory or from the database.

pub mod ask;
pub mod hear;
pub mod wire;
