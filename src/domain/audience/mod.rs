//! Files of persons to be filtered: one record a person, as CSV or as JSON lines. What passes a
//! filter passes byte for byte.

mod csv;
mod header;
mod jsonl;
mod records;

pub use header::{Header, HeaderError};
pub use records::{LONGEST, Record, Records};
use records::{end_of, line_of};

use std::borrow::Cow;

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values with a header (RFC 4180); semicolon and tab separate as well.
    Csv,
    /// One JSON object a line.
    JsonLines,
}

/// How the records of one file are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Layout {
    /// CSV with this header.
    Csv(Header),
    /// JSON lines.
    JsonLines,
}

/// A record that cannot be read: nobody can tell whom it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable;

impl Layout {
    /// The records of a piece of the file that begins with one. `last` where nothing follows it.
    #[must_use]
    pub fn records<'a>(&self, piece: &'a [u8], last: bool) -> Records<'a> {
        let delimiter = match self {
            Self::Csv(header) => Some(header.delimiter),
            Self::JsonLines => None,
        };
        Records::new(piece, delimiter, last)
    }

    /// The one identifier of a record as it stands there, where one column names persons and nothing
    /// is quoted; `None` says nothing.
    #[must_use]
    #[inline]
    pub fn sole_identifier<'r>(&self, record: &Record<'r>) -> Option<(&'static str, &'r [u8])> {
        match self {
            Self::Csv(header) if record.sound && !record.quoted => header.sole(record.line()),
            _ => None,
        }
    }

    /// Hands over each identifier of a record, with its kind as requests name it.
    ///
    /// # Errors
    /// Where the record cannot be read.
    pub fn identifiers<'r>(
        &self,
        record: &Record<'r>,
        each: &mut dyn FnMut(&'static str, Cow<'r, str>),
    ) -> Result<(), Unreadable> {
        if !record.sound {
            return Err(Unreadable);
        }
        match self {
            Self::Csv(header) => header.identifiers(record.line(), each),
            Self::JsonLines => jsonl::identifiers(record.line(), each),
        }
    }

    /// The bytes of a refused record with its reason behind them, as a record of the same file.
    pub fn with_reason(&self, record: &[u8], reason: &str, to: &mut Vec<u8>) {
        match self {
            Self::Csv(header) => {
                to.extend_from_slice(line_of(record));
                to.push(header.delimiter);
                to.extend_from_slice(reason.as_bytes());
                to.extend_from_slice(end_of(record));
            }
            Self::JsonLines => jsonl::with_reason(record, reason, to),
        }
    }
}
