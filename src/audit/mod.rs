//! The provable part of the registry: a transparency log and the package that a regulator checks
//! offline. Pure: no clock, no randomness, no database, and no other module of this crate.
//!
//! | module | holds | source |
//! |---|---|---|
//! | [`tree`] | hashes, the frontier that grows a log one leaf at a time | RFC 6962 section 2.1 |
//! | [`proof`] | inclusion and consistency proofs, made and checked | RFC 9162 section 2.1.3, 2.1.4 |
//! | [`tile`] | the published form: tiles of 256 hashes, bundles of 256 entries | C2SP tlog-tiles |
//! | [`leaf`] | what one entry says in public | leaf format 1 |
//! | [`commitment`] | what binds an entry to its hidden payload | RFC 2104, RFC 8785 |
//! | [`decision`] | recorded decisions: blocks, salts, roots | decision format 1 |
//! | [`roll`] | who was on a list that was filtered: sheets, root | roll format 1 |
//! | [`note`] | text signed with Ed25519, and cosigned | C2SP signed-note, tlog-cosignature |
//! | [`checkpoint`] | the signed head: origin, size, root | C2SP tlog-checkpoint |
//! | [`signing`] | which keys sign which sizes; how one follows another | decision 0023 |
//! | [`timestamp`] | requests and tokens of a timestamping authority | RFC 3161 |
//! | [`witness`] | what a witness cosigns and refuses | C2SP tlog-witness |
//! | [`package`] | the ZIP for the regulator, written and verified | profile `placet-audit/1` |
//!
//! How they meet: an event's payload is committed to by [`commitment::commit`], the commitment goes
//! into a [`leaf::Leaf`], its bytes are hashed by [`tree::hash_leaf`] and appended to a
//! [`tree::Frontier`], whose root is signed as a [`checkpoint::Checkpoint`].

mod bytes;
pub mod checkpoint;
pub mod commitment;
pub mod decision;
pub mod encoding;
pub mod leaf;
pub mod note;
pub mod package;
pub mod proof;
pub mod roll;
pub mod signing;
pub mod tile;
pub mod timestamp;
pub mod tree;
pub mod witness;

/// A SHA-256 digest.
pub type Hash = [u8; 32];
