//! The use cases: a verb a file. What happens, in which order, in which transaction.

pub mod add_staff;
pub mod audience;
pub mod audit_check;
pub mod check;
pub mod checkpoint;
pub mod choices;
pub mod choose;
pub mod clock;
pub mod contact;
pub mod contacts;
pub mod create_key;
pub mod customers;
mod deciding;
pub mod decisions;
pub mod demo;
pub mod desk;
pub mod entries;
pub mod erase;
pub mod export;
pub mod facts;
mod file_mark;
pub mod follow;
pub mod history;
pub mod import;
pub mod issue_link;
mod judge;
mod linked;
pub mod lookup;
pub mod object;
pub mod open;
pub mod outlook;
pub mod pace;
mod period;
pub mod policies;
pub mod publish;
pub mod receipt;
pub mod record;
pub mod refusal;
pub mod registers;
mod remembered;
pub mod reports;
pub mod reserve;
pub mod sign_in;
pub mod signing;
pub mod tile;
pub mod timestamps;
pub mod told_act;
pub mod view;
pub mod witness;

#[cfg(test)]
pub(crate) mod testing;

pub use open::{App, Setup};
pub use refusal::{FieldProblem, Refusal};
