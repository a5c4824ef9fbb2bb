//! Signals that browsers and consent platforms send.

mod bits;
pub mod gpc;
pub mod tcf;
