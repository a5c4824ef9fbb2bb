//! Bringing existing consents in: the bytes of a subscriber export and a
//! mapping file become a stream of rows, each with identifiers and claims.
//!
//! What cannot be read for certain is an error of its line, never a guess: a
//! wrong *yes* would send messages to somebody who said no. Rows only claim;
//! whether a claim changes anything is decided where it is recorded.

mod cells;
mod claim;
mod columns;
mod draft;
mod error;
mod guess;
mod look;
mod mapping;
mod preset;
mod reader;
mod record;
mod refusal;
mod register;
mod report;
mod row;
mod split;
mod when;
mod words;

pub use draft::{MappingDraft, Says};
pub use error::LineError;
pub use guess::{ColumnUse, column_use, meaning};
pub use look::{Look, LookColumn, TIME_FORMATS, WORDS_MAX, example};
pub use mapping::{Mapping, StatusWord};
pub use preset::{PRESETS, preset};
pub use reader::Reader;
pub use refusal::MappingError;
pub use register::{Entered, RegisterFile};
pub use report::ErrorReport;
pub use row::{ImportClaim, ImportRow, ImportStatus};

/// Longest record in bytes, line breaks inside quotes included.
pub const RECORD_MAX: usize = 1 << 20;
/// Most columns a file may have.
pub const COLUMNS_MAX: usize = 1_000;
/// Longest piece of evidence in bytes.
pub const EVIDENCE_MAX: usize = 4_096;
