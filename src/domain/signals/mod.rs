//! What software says on a person's behalf: IAB consent strings (TCF, GPP), Global Privacy Control,
//! Google's consent mode, and one-click unsubscribe (RFC 8058).
//!
//! All of it comes from outside and may be hostile: readers are strict, take time and memory in
//! proportion to a bounded input, and what cannot be read is no consent.

mod bits;
pub mod consent_mode;
pub mod gpc;
pub mod gpp;
pub mod list_unsubscribe;
pub mod one_click;
pub mod tcf;
#[cfg(test)]
mod testing;
