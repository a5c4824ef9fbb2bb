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

mod accounts;
mod agents;
mod api_keys;
mod architecture;
mod asking_again;
mod asvs;
mod at_once;
mod audience;
mod audit_files;
mod authzen;
mod background_exports;
mod bad_input;
mod brands;
mod checking;
mod cli;
mod contacts;
mod contract;
mod corrections;
mod decisions;
mod demo;
mod disputes;
mod door;
mod durability;
mod egress;
mod encrypted;
mod erased_or_not;
mod erasure;
mod facts;
mod fold;
mod foreign;
mod get_changes_nothing;
mod holds;
mod import_files;
mod imports;
mod key_epochs;
mod late_events;
mod lists;
mod master_keys;
mod migrations;
mod newcomer;
mod no_personal_data;
mod nodes;
mod oauth;
mod objection;
mod old_decisions;
mod one_person;
mod others;
mod overload;
mod own_line;
mod own_role;
mod paces;
mod packages;
mod pages;
mod passkeys;
mod person_evidence;
mod policies_page;
mod policy_versions;
mod positions;
mod purposes;
mod registers;
mod reports;
mod request_board;
mod requests;
mod requests_systems;
mod restore;
mod retention;
mod roles;
mod shards;
mod shop;
mod signals;
mod signing_keys;
mod single_sign_on;
mod snapshot;
mod spreadsheets;
mod staff_log;
mod support_works;
mod suppression;
mod system_page;
mod systems;
mod tampering;
mod timestamps;
mod two_nodes;
mod upgrade;
mod views;
mod ways_in;
mod witnesses;
mod world;
