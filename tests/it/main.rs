//! The integration tests: one binary, so that everything is linked once and one PostgreSQL cluster
//! serves every test of a run.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    reason = "tests"
)]

#[macro_use]
mod support;

mod agents;
mod architecture;
mod at_once;
mod audience;
mod audit_files;
mod authzen;
mod background_exports;
mod bad_input;
mod brands;
mod cli;
mod contacts;
mod contract;
mod decisions;
mod demo;
mod durability;
mod erasure;
mod facts;
mod fold;
mod foreign;
mod get_changes_nothing;
mod import_files;
mod key_epochs;
mod late_events;
mod lists;
mod newcomer;
mod no_personal_data;
mod objection;
mod one_person;
mod paces;
mod pages;
mod person_evidence;
mod policy_versions;
mod positions;
mod registers;
mod reports;
mod requests;
mod restore;
mod shop;
mod signals;
mod signing_keys;
mod support_works;
mod suppression;
mod systems;
mod tampering;
mod timestamps;
mod two_nodes;
mod views;
mod ways_in;
mod witnesses;
