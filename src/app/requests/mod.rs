//! Requests of data subjects: filed, worked on, answered in time.
//!
//! Who objects or asks for a restriction has it from the next check on, before anybody looked at the request.
//! An erasure is answered by the transaction that erases, and by no other.

mod act;
mod erase;
mod file;
mod read;
#[cfg(test)]
mod tests;
mod view;

pub use act::{Acting, Writing};
pub use file::{FileClaim, Filed, MOST, word};
pub use read::DsrFile;
pub use view::{RequestView, today};
