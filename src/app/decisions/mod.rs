//! Decisions on record: each is written down before it is answered, and found again.
//!
//! | module | holds |
//! |---|---|
//! | [`draft`] | a decision that nobody may know yet: it is not on record |
//! | [`notes`], [`maker`] | what is written down of it |
//! | [`recorder`] | the thread that writes down what many callers have decided, in one commit |
//! | [`find`] | by id, by campaign, by person |
//! | [`story`] | everything that a decision rests on |
//! | [`tidy`] | keeping the lists short by which a person's decisions are found |

mod books;
mod draft;
pub mod find;
mod maker;
mod notes;
#[cfg(test)]
mod old_tests;
mod recorder;
mod sealer;
pub mod story;
#[cfg(test)]
mod tests;
mod tidy;
mod worker;

pub(super) use books::Books;
pub use draft::{Draft, When};
pub(super) use maker::Maker;
pub(super) use notes::{Judged, Notes};
pub(super) use recorder::Recorder;
