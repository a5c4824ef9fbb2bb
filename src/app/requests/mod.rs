//! Requests of data subjects: filed, worked on, answered in time.
//!
//! Who objects or asks for a restriction has it from the next check on, before anybody looked at the request.
//! An erasure is answered by the transaction that erases, and by no other.

mod act;
mod alarms;
mod board;
mod challenge;
mod correct;
mod draft;
mod erase;
mod feed;
mod file;
mod news;
mod own;
mod read;
mod tasks;
#[cfg(test)]
mod tests;
mod told;
mod view;

pub use act::{Acting, Writing};
pub use alarms::Alarmed;
pub(super) use alarms::is_address;
pub use board::{Board, Card, Column, Waits, blocks, name_of, waits};
pub use challenge::{Answered, ChallengeView, Challenging, challenge_closed};
pub use correct::{CalledBack, Correcting};
pub use draft::{Draft, LONGEST_ANSWER};
pub use file::{FileClaim, Filed, MOST, word};
pub use news::{News, Telling};
pub use own::{MOST_OPEN, OwnDsr, Wish};
pub use read::DsrFile;
pub use told::{DsrStep, DsrTold};
pub use view::{RequestView, today};
