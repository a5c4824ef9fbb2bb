//! Placet: a privacy and GDPR consent service. See `ARCHITECTURE.md` for the house and a walk.

pub mod access;
pub mod app;
pub mod audit;
pub mod cli;
pub mod domain;
pub mod http;
pub mod index;
pub mod jobs;
pub mod policy;
pub mod store;
