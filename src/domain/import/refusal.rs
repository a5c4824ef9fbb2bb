//! Why a mapping file is refused, with the line in it.

use thiserror::Error;

/// Why a mapping file was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}: {what}")]
pub struct MappingError {
    /// The line of the mapping file.
    pub line: u64,
    /// What is wrong.
    pub what: String,
    /// How to mend it.
    pub mend: String,
}

/// An error of the TOML reader or of a word that checks itself.
pub(super) fn refused(text: &str, error: &toml::de::Error) -> MappingError {
    let start = error.span().map_or(0, |span| span.start);
    let what = error.message().replace('\n', " ");
    if what.contains("; ") {
        return unfit(text, start, &what);
    }
    let mend = if what.starts_with("unknown field") {
        "Correct the spelling of this key, or remove it."
    } else if what.starts_with("missing field") {
        "Add this key; the built-in mappings show an example."
    } else {
        "Correct this line; the built-in mappings show an example."
    };
    MappingError {
        line: line_of(text, start),
        what,
        mend: mend.to_owned(),
    }
}

/// An error of the form `what; how to mend`.
pub(super) fn unfit(text: &str, start: usize, message: &str) -> MappingError {
    let (what, mend) = message.split_once("; ").unwrap_or((message, message));
    MappingError {
        line: line_of(text, start),
        what: what.to_owned(),
        mend: mend.to_owned(),
    }
}

fn line_of(text: &str, start: usize) -> u64 {
    let breaks = text.bytes().take(start).filter(|b| *b == b'\n').count();
    breaks as u64 + 1
}
