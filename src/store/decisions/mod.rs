//! Recorded decisions: blocks, and the three ways to find one again. Nothing is written for each
//! decision (`docs/decisions/0011`).
//!
//! | module | holds |
//! |---|---|
//! | [`write`] | a sealed block and its rows |
//! | [`journal`] | decisions that are durable and wait for their block |
//! | [`period`] | block by block, for whoever asks about all of them |
//! | [`read`] | by id, by campaign, by person |
//! | [`expire`] | taking out the decisions whose time is over |
//! | [`forget`] | taking out the decisions about a person who is erased |
//! | [`postings`] | the sorted runs of people as bytes |
//! | [`people`] | finding a person's blocks in the runs |
//! | [`merge`] | making one run of several |

mod expire;
mod forget;
mod journal;
mod merge;
mod people;
mod period;
mod postings;
mod read;
mod rows;
mod write;

pub use expire::ExpiredDecisions;
pub(super) use journal::clear as clear_journal;
pub use journal::{JournalEntry, JournalPart, Journalled};
pub use read::{BLOCKS, FoundDecision, ReadsDecisions, Whose};
pub(super) use write::write;
pub use write::{DecisionBlock, LONGEST_SPAN, MOST};
