//! Records that quote (RFC 4180).

use std::borrow::Cow;

/// Where a record ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scanned {
    /// After so many bytes.
    Sound(usize),
    /// A quote stands where none may.
    Unsound,
    /// Not within these bytes.
    Open,
}

#[derive(Clone, Copy)]
enum State {
    /// Before the first byte of a field.
    Start,
    Plain,
    Quoted,
    /// Behind a quote within a quoted field: its end, or the first of two.
    Closing,
}

/// Looks for the end of the record that `bytes` begin with.
pub(super) fn scan(bytes: &[u8], delimiter: u8, last: bool) -> Scanned {
    let mut state = State::Start;
    for (at, byte) in bytes.iter().enumerate() {
        state = match (state, *byte) {
            (State::Quoted, b'"') => State::Closing,
            (State::Quoted, _) | (State::Start | State::Closing, b'"') => State::Quoted,
            (_, b'\n') => return Scanned::Sound(at + 1),
            (_, byte) if byte == delimiter => State::Start,
            (State::Closing, b'\r') => State::Closing,
            (State::Closing, _) | (State::Plain, b'"') => return Scanned::Unsound,
            (State::Start | State::Plain, _) => State::Plain,
        };
    }
    match state {
        State::Quoted => Scanned::Open,
        _ if last => Scanned::Sound(bytes.len()),
        _ => Scanned::Open,
    }
}

/// The fields of a sound record without its line end.
pub(super) fn fields(line: &[u8], delimiter: u8) -> Fields<'_> {
    Fields {
        rest: Some(line),
        delimiter,
        quotes: memchr::memchr(b'"', line).is_some(),
    }
}

/// See [`fields`].
pub(super) struct Fields<'a> {
    rest: Option<&'a [u8]>,
    delimiter: u8,
    quotes: bool,
}

impl<'a> Iterator for Fields<'a> {
    type Item = Cow<'a, [u8]>;

    fn next(&mut self) -> Option<Cow<'a, [u8]>> {
        let rest = self.rest?;
        let end = if self.quotes {
            quoted_end(rest, self.delimiter)
        } else {
            memchr::memchr(self.delimiter, rest)
        };
        let (field, rest) = match end {
            Some(end) => (rest.get(..end)?, rest.get(end + 1..)),
            None => (rest, None),
        };
        self.rest = rest;
        Some(unquoted(field))
    }
}

/// The first delimiter outside quotes: within a sound record, behind an even number of them.
fn quoted_end(rest: &[u8], delimiter: u8) -> Option<usize> {
    let mut quotes = 0_usize;
    rest.iter().position(|byte| {
        quotes += usize::from(*byte == b'"');
        *byte == delimiter && quotes.is_multiple_of(2)
    })
}

fn unquoted(field: &[u8]) -> Cow<'_, [u8]> {
    let inner = field
        .strip_prefix(b"\"")
        .and_then(|field| field.strip_suffix(b"\""));
    match inner {
        None => Cow::Borrowed(field),
        Some(inner) if memchr::memchr(b'"', inner).is_none() => Cow::Borrowed(inner),
        Some(inner) => {
            let mut second = false;
            let keep = |byte: &u8| {
                second = *byte == b'"' && !second;
                *byte != b'"' || second
            };
            Cow::Owned(inner.iter().copied().filter(keep).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fields_are_read_as_they_were_meant() {
        let read = |line: &'static str| -> Vec<String> {
            let text = |field: Cow<'_, [u8]>| String::from_utf8(field.into_owned()).unwrap();
            fields(line.as_bytes(), b';').map(text).collect()
        };
        assert_eq!(read("a;;b"), ["a", "", "b"]);
        assert_eq!(
            read("\"x;y\";\"say \"\"no\"\"\";"),
            ["x;y", "say \"no\"", ""]
        );
        assert_eq!(read("\"\"\"\""), ["\""]);
    }

    proptest! {
        /// What another writer of CSV quotes, this reader reads.
        #[test]
        fn what_is_written_reads_back(rows in prop::collection::vec(prop::collection::vec("[a\"\n\r,é ]{0,6}", 2..4), 1..5)) {
            let mut writer = ::csv::WriterBuilder::new().flexible(true).quote_style(::csv::QuoteStyle::Always).from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let file = writer.into_inner().unwrap();
            let mut rest = file.as_slice();
            for row in &rows {
                let Scanned::Sound(end) = scan(rest, b',', true) else {
                    return Err(TestCaseError::fail("unsound"));
                };
                let read: Vec<Cow<'_, [u8]>> = fields(&rest[..end - 1], b',').collect();
                let meant: Vec<&[u8]> = row.iter().map(String::as_bytes).collect();
                prop_assert_eq!(read, meant);
                rest = &rest[end..];
            }
            prop_assert!(rest.is_empty());
        }
    }
}
