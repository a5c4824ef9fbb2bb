//! What the tests stand on: real databases, the real program, a real browser.
//!
//! * [`database`]: a fresh database for each test, on `SQLite` and on PostgreSQL
//! * [`server`]: the program itself, serving or run once as a command
//! * [`http`]: requests to it
//! * [`browser`]: its pages in Chromium
//! * [`logs`]: what every server wrote, searched for personal data
//! * [`scene`]: a furnished registry, and the gestures that many tests share
//! * [`open_log`]: the transparency log as a stranger reads and verifies it
//! * [`authority`]: a timestamping authority, beside it
//! * [`clock`]: a process with a clock of another time
//! * [`certificates`]: certificates of services and their clients
//! * [`witness`]: a witness of the log, beside it
//! * [`signer`]: who signs JWTs, rightly or not
//! * [`provider`]: who says who staff are (OpenID Connect), honestly or not
//! * [`smtp`]: a mail server that takes mails, refuses them or misbehaves
//! * [`staff`]: members of staff, as they sign in
//! * [`passkey`]: a passkey of software
//! * [`everything`]: what stands in a database, so that a change of it is seen
//! * [`mariadb`]: a system that holds data about customers
//! * [`waits`]: what this machine lacks, said plainly
//! * [`reaper`]: nothing outlives the test process, however that ends
#![allow(
    dead_code,
    reason = "a harness offers the whole set of gestures, whether or not a test makes each today"
)]

#[macro_use]
pub mod database;
pub mod authority;
pub mod browser;
pub mod certificates;
pub mod chromedriver;
pub mod clock;
pub mod dice;
pub mod element;
pub mod everything;
pub mod forms;
pub mod http;
pub mod logs;
pub mod mariadb;
pub mod open_log;
pub mod passkey;
pub mod postgres;
pub mod postgres_programs;
pub mod process;
pub mod provider;
pub mod reaper;
pub mod scene;
pub mod server;
pub mod signer;
pub mod smtp;
pub mod staff;
pub mod waits;
pub mod witness;
