//! One index over several nodes: each holds the persons of a part of all hashes, and every one of them answers for
//! everybody.
//!
//! A node holds whom contact points of its part lead to, with all that checks read of them, and with their other
//! contact points, too; suppressions, registers' lists, keys, the catalogue and the policies whole. It follows the
//! whole ledger, so that it knows what was acknowledged before it answers, as every node does.
//!
//! Whether it can answer a question is told by the view that it answers on ([`here`]). What it cannot is asked of a
//! node of the part that holds the person ([`nodes`]), and where that is away, or the question is about persons of
//! several parts, of the database ([`read`]), by the same functions. So a node that is away costs time, and no answer
//! hangs on how parts were given out.
//!
//! | module | holds |
//! |---|---|
//! | [`sieve`] | what of the changes that the database tells a node takes in |
//! | [`here`] | whether a question can be answered from memory, and who can if not |
//! | [`nodes`] | letters to other nodes |
//! | [`lanes`] | checks that wait for another node go to it together |
//! | [`read`] | answers from the database |
//! | [`everybody`] | going through all persons |
//! | [`counts`] | how often others answered |

mod counts;
mod everybody;
mod here;
pub mod lanes;
pub mod nodes;
mod read;
pub(super) mod sieve;
#[cfg(test)]
mod tests;

pub(super) use counts::Counts;
pub(super) use here::is_here;
pub(super) use read::{Asked, Readings};
