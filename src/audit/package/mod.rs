//! The audit package: a ZIP with which a regulator checks a period of the registry offline, without
//! trusting its operator. Profile `placet-audit/1`.
//!
//! | module | holds |
//! |---|---|
//! | [`format`](mod@format) | the names of its files and their types |
//! | [`path`] | which names a file within it may bear |
//! | [`plan`] | which tiles prove a range of entries |
//! | [`seal`] | the digest at the archive's very end |
//! | [`write`](mod@write) | the streaming writer |
//! | [`verify`] | the verifier, which trusts nothing |
//!
//! What stands on what: the checkpoint is signed; its root is made of the tiles; each tile holds
//! hashes of entries; each entry holds a commitment to its payload and the hash of a notice. So an
//! entry, its payload and its notice cannot be changed without the log's key. The manifest lists
//! every other file and is signed by the same key, so that findings, report, purposes, policies and
//! reasons for withholding cannot be edited either. The seal detects damage in the bytes between.

pub mod format;
pub mod path;
pub mod plan;
pub mod seal;
pub mod verify;
pub mod write;

#[cfg(test)]
mod person_testing;
#[cfg(test)]
mod testing;
