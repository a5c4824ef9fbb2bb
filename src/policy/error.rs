//! What is wrong with a policy pack, and where.

use cedar_policy::ffi::DetailedError;

/// A pack that may not be used. The start is refused; nothing is permitted on a part of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {what}; {mend}")]
pub struct PolicyError {
    /// Path inside the pack, or of the directory.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub what: String,
    /// How to mend it.
    pub mend: String,
}

impl PolicyError {
    /// An error at a byte offset of a file's text.
    pub(super) fn at(
        file: &str,
        text: &str,
        offset: usize,
        what: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        let (line, column) = position(text, offset);
        Self {
            file: file.to_owned(),
            line,
            column,
            what: what.into(),
            mend: mend.into(),
        }
    }

    /// An error of the file as a whole.
    pub(super) fn whole(file: &str, what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self::at(file, "", 0, what, mend)
    }

    /// What Cedar found in a file, at the place it names, or at `fallback` where it names none.
    pub(super) fn from_cedar(
        file: &str,
        text: &str,
        found: &DetailedError,
        fallback: usize,
    ) -> Self {
        let cause = first_located(found);
        let label = cause.source_locations.first();
        let offset = label.map_or(fallback, |label| label.loc.start);
        let hint = label.and_then(|label| label.label.clone());
        let mend = cause.help.clone().or(hint);
        let mend =
            mend.unwrap_or_else(|| "see the schema for the facts and words known".to_owned());
        Self::at(file, text, offset, cause.message.clone(), mend)
    }
}

/// Cedar wraps several errors in one: the first that says where it is.
fn first_located(found: &DetailedError) -> &DetailedError {
    if !found.source_locations.is_empty() {
        return found;
    }
    let inner = found.related.iter().map(first_located);
    inner
        .into_iter()
        .find(|inner| !inner.source_locations.is_empty())
        .unwrap_or(found)
}

/// Line and column (both from 1, column in characters) of a byte offset.
pub(super) fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let last = before.rsplit('\n').next().unwrap_or_default();
    (line, last.chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_lines_and_characters() {
        assert_eq!(position("abc", 0), (1, 1));
        assert_eq!(position("é\nàb", 5), (2, 2));
        assert_eq!(position("a\n", 2), (2, 1));
        assert_eq!(position("a", 99), (1, 2));
    }

    #[test]
    fn the_message_leads_with_the_place() {
        let error = PolicyError::at("eu/a.cedar", "x\ny", 2, "bad", "mend it");
        assert_eq!(error.to_string(), "eu/a.cedar:2:1: bad; mend it");
    }
}
