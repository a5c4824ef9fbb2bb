//! What can be wrong with a line, in words that hold no personal data.

use thiserror::Error;

use crate::domain::registry::identifier::IdentifierError;

/// A line that was not taken in, where, why, and how to mend it.
///
/// Texts name columns as the mapping names them and never repeat a cell.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}: {what}")]
pub struct LineError {
    /// The line in the file on which the record begins, the first being 1.
    pub line: u64,
    /// The column at fault, if it is one.
    pub column: Option<String>,
    /// A stable name of the problem.
    pub code: &'static str,
    /// What is wrong.
    pub what: String,
    /// How to mend it.
    pub mend: String,
}

impl LineError {
    /// Whether nothing after this line could be read.
    #[must_use]
    pub fn is_fatal(&self) -> bool {
        matches!(self.code, "file_unreadable" | "quote_never_closed")
    }

    pub(super) fn new(line: u64, column: Option<&str>, problem: Problem) -> Self {
        Self {
            line,
            column: column.map(str::to_owned),
            code: problem.code(),
            what: problem.to_string(),
            mend: problem.mend().to_owned(),
        }
    }
}

/// A problem together with the column it was found in.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) column: Option<String>,
    pub(super) problem: Problem,
}

impl Fault {
    pub(super) fn at(column: &str, problem: Problem) -> Self {
        Self {
            column: Some(column.to_owned()),
            problem,
        }
    }

    pub(super) fn on(self, line: u64) -> LineError {
        LineError::new(line, self.column.as_deref(), self.problem)
    }
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        let column = None;
        Self { column, problem }
    }
}

/// Everything that can be wrong with a line or with the file's head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(super) enum Problem {
    #[error("the file cannot be read")]
    FileUnreadable,
    #[error("the file has no header line")]
    FileEmpty,
    #[error("the file is no text in the encoding of the mapping")]
    FileNotText,
    #[error("the column named in the mapping is not in the file")]
    ColumnMissing,
    #[error("no column has the name of an identifier")]
    NoColumn,
    #[error("the register does not list what this column holds")]
    NotListed,
    #[error("a keyed hash has other than 64 hexadecimal digits")]
    HashMalformed,
    #[error("two columns of the file have the name used in the mapping")]
    ColumnTwice,
    #[error("the file has too many columns")]
    TooManyColumns,
    #[error("the line contains bytes that are no text in the file's encoding")]
    BrokenEncoding,
    #[error("the line contains a nul byte")]
    NulByte,
    #[error("the record is longer than 1 MiB")]
    RecordTooLong,
    #[error("a quote is opened and not closed before the end of the file")]
    QuoteUnclosed,
    #[error("a quote is opened and not closed within 1 MiB")]
    QuoteNeverClosed,
    #[error("text follows a closing quote")]
    QuoteMisplaced,
    #[error("a consent stands inside an unclosed quote")]
    InsideUnclosed,
    #[error("the line has {found} columns instead of {expected}")]
    WrongColumns { found: usize, expected: usize },
    #[error("the line names nobody")]
    NoIdentifier,
    #[error(transparent)]
    Identifier(IdentifierError),
    #[error("the status is not in the mapping's table")]
    StatusUnmapped,
    #[error("the time is not in the format of the mapping")]
    TimeUnreadable,
    #[error("the time lies in the future")]
    TimeInFuture,
    #[error("the time lies before 1990")]
    TimeTooOld,
    #[error("the local time does not exist in the mapping's time zone")]
    TimeSkipped,
    #[error("the notice is no notice and version")]
    NoticeUnreadable,
    #[error("the language is no language tag")]
    LanguageUnreadable,
    #[error("the evidence is too long")]
    EvidenceTooLong,
}

impl Problem {
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::FileUnreadable => "file_unreadable",
            Self::FileEmpty => "file_empty",
            Self::FileNotText => "file_not_text",
            Self::ColumnMissing => "column_missing",
            Self::NoColumn => "no_column",
            Self::NotListed => "not_listed",
            Self::HashMalformed => "hash_malformed",
            Self::ColumnTwice => "column_twice",
            Self::TooManyColumns => "too_many_columns",
            Self::BrokenEncoding => "broken_encoding",
            Self::NulByte => "nul_byte",
            Self::RecordTooLong => "record_too_long",
            Self::QuoteUnclosed => "quote_unclosed",
            Self::QuoteNeverClosed => "quote_never_closed",
            Self::QuoteMisplaced => "quote_misplaced",
            Self::InsideUnclosed => "inside_unclosed_quote",
            Self::WrongColumns { .. } => "wrong_columns",
            Self::NoIdentifier => "no_identifier",
            Self::Identifier(error) => error.code(),
            Self::StatusUnmapped => "status_unmapped",
            Self::TimeUnreadable => "time_unreadable",
            Self::TimeInFuture => "time_in_future",
            Self::TimeTooOld => "time_too_old",
            Self::TimeSkipped => "time_skipped",
            Self::NoticeUnreadable => "notice_unreadable",
            Self::LanguageUnreadable => "language_unreadable",
            Self::EvidenceTooLong => "evidence_too_long",
        }
    }

    pub(super) fn mend(self) -> &'static str {
        match self {
            Self::FileUnreadable => "Check the disk and the rights of the file, then run again.",
            Self::FileEmpty => "Export the file anew with its header line.",
            Self::FileNotText => {
                "Export as CSV in UTF-8, or name the right encoding in the mapping."
            }
            Self::ColumnMissing => {
                "Export the file with this column, or correct its name and the delimiter in the mapping."
            }
            Self::NoColumn => {
                "Name one phone, email or postal, or phone_hash, email_hash or postal_hash."
            }
            Self::NotListed => {
                "Leave the column out; placet register load --help says which there are."
            }
            Self::HashMalformed => "Take the hash as POST /v1/subjects/lookup gives it.",
            Self::ColumnTwice => "Rename one of the two columns in the file.",
            Self::TooManyColumns => "Check the delimiter in the mapping; 1,000 columns at most.",
            Self::BrokenEncoding => {
                "Export the file in UTF-8, or name its encoding in the mapping."
            }
            Self::NulByte => "Remove the nul bytes; the file may be damaged or in UTF-16.",
            Self::RecordTooLong => "Check the line for a missing line break.",
            Self::QuoteUnclosed | Self::QuoteNeverClosed => {
                "Close the quote, and double each quote inside a quoted cell; then import the lines after it."
            }
            Self::QuoteMisplaced => "Double each quote that stands inside a quoted cell.",
            Self::InsideUnclosed => "Mend the unclosed quote above, then import this line.",
            Self::WrongColumns { .. } => {
                "Put cells that contain the delimiter in quotes, and fill in missing cells."
            }
            Self::NoIdentifier => "Fill in at least one of the identifier columns.",
            Self::Identifier(error) => error.mend(),
            Self::StatusUnmapped => {
                "Say in the mapping what this status means: given, refused, withdrawn or skip."
            }
            Self::TimeUnreadable => "Correct the time, or the format in the mapping.",
            Self::TimeInFuture | Self::TimeSkipped => {
                "Correct the time, or the time zone in the mapping."
            }
            Self::TimeTooOld => "Leave the cell empty if the time is not known.",
            Self::NoticeUnreadable => "Write the notice as id@version, such as newsletter@3.",
            Self::LanguageUnreadable => "Write the language as a tag, such as fr or pt-BR.",
            Self::EvidenceTooLong => "Shorten the cell to 4,096 bytes.",
        }
    }
}
