//! Access tokens for clients that prove themselves by a key of their own: OAuth 2 client credentials (RFC 6749, 4.4)
//! with `private_key_jwt` (RFC 7523). What a token opens is looked at with every request (`app/admit.rs`); the token
//! says only whose it is.

mod assertion;
mod client;
mod held;
mod issue;
mod keys;
#[cfg(test)]
mod tests;
mod token;

pub use assertion::Unfit;
pub use client::NewClient;
pub(super) use held::Held;
pub use issue::{Asked, Denied, Issued, PATH};
pub use token::Holder;

use chrono::TimeDelta;

/// How long a token holds.
const LIFE: TimeDelta = TimeDelta::minutes(5);
/// How far others' clocks, and those of other nodes, may be ahead of ours.
const AHEAD: TimeDelta = TimeDelta::seconds(30);
