//! The field's words as types and rules. Pure: no clock, no randomness, no I/O, no SQL, no HTTP.

pub mod audience;
pub mod calendar;
pub mod duration;
pub mod elapsed;
pub mod event;
pub mod ids;
pub mod import;
pub mod looking;
pub mod meter;
pub mod network;
pub mod peer;
pub mod personal;
pub mod registry;
pub mod requests;
pub mod retention;
pub mod shard;
pub mod signals;
pub mod spreadsheet;
pub mod systems;
#[cfg(test)]
pub(crate) mod testing;
pub mod time;
pub mod tip;
