//! HTTP: the API for tools, the form for customers, the console for staff, the log for everybody.
//! No business rule and no SQL is here.

pub mod api;
pub mod at_once;
pub mod brand_files;
pub mod browser;
pub mod console;
pub mod copy;
pub mod dev;
pub mod door;
pub mod envelope;
pub mod form;
pub mod hosts;
pub mod json;
pub mod limits;
pub mod log;
pub mod metrics;
mod multipart;
pub mod network;
pub mod oauth;
pub mod openapi;
pub mod package;
pub mod page;
pub mod pages;
pub mod person_report;
pub mod press;
pub mod problem;
pub mod qr;
pub mod query;
pub mod reason;
pub mod report;
pub mod serve;
pub mod sheets;
pub mod site;
pub mod stream;
pub mod tls;
pub mod unread;
pub mod work;
