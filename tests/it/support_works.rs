//! The harness holds what it promises to the tests that stand on it.

mod browsers;
mod canaries;
mod clusters;
mod reapers;
mod servers;
