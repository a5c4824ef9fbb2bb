//! Where one record ends and the next begins.

use super::csv::{self, Scanned};
use std::ops::Range;

/// The longest record in bytes. What is longer is no record, but a quote that nobody closed.
pub const LONGEST: usize = 1024 * 1024;

/// One record with its line end, as it stands in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'a> {
    /// Its bytes, the line end included.
    pub bytes: &'a [u8],
    /// Where it begins in the piece.
    pub at: usize,
    /// Whether there is a quote in it.
    pub quoted: bool,
    /// Whether its quotes are as RFC 4180 has them. One whose quotes are not is one line, and
    /// readers disagree about what stands in it.
    pub sound: bool,
}

impl<'a> Record<'a> {
    /// Without the line end.
    #[must_use]
    #[inline]
    pub fn line(&self) -> &'a [u8] {
        line_of(self.bytes)
    }

    /// Where it stands in the piece.
    #[must_use]
    pub const fn range(&self) -> Range<usize> {
        self.at..self.at + self.bytes.len()
    }
}

/// A record's bytes without the line end.
#[inline]
pub(super) fn line_of(record: &[u8]) -> &[u8] {
    let line = record.strip_suffix(b"\n").unwrap_or(record);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The line end among a record's bytes; one is made up for the last line of a file that lacks it.
pub(super) fn end_of(record: &[u8]) -> &[u8] {
    match record.get(line_of(record).len()..) {
        None | Some([]) => b"\n",
        Some(end) => end,
    }
}

/// The whole records of a piece of a file.
#[derive(Debug)]
pub struct Records<'a> {
    piece: &'a [u8],
    taken: usize,
    /// Where quotes count, what stands between two fields; they count nowhere in most pieces,
    /// which have none.
    quoting: Option<u8>,
    last: bool,
}

impl<'a> Records<'a> {
    pub(super) fn new(piece: &'a [u8], delimiter: Option<u8>, last: bool) -> Self {
        let quotes = || memchr::memchr(b'"', piece).is_some();
        Self {
            piece,
            taken: 0,
            quoting: delimiter.filter(|_| quotes()),
            last,
        }
    }

    /// How many bytes were records; the rest is the beginning of one.
    #[must_use]
    pub const fn taken(&self) -> usize {
        self.taken
    }

    fn rest(&self) -> &'a [u8] {
        self.piece.get(self.taken..).unwrap_or_default()
    }

    /// The length of the next line.
    fn line(&self, rest: &[u8]) -> Option<usize> {
        match memchr::memchr(b'\n', rest) {
            Some(at) => Some(at + 1),
            None if self.last && !rest.is_empty() => Some(rest.len()),
            // a quote that is never closed must not hold everything up
            None if rest.len() > LONGEST => Some(rest.len()),
            None => None,
        }
    }

    /// The length of the next record, and whether it is sound and quoted.
    #[inline]
    fn length(&self, rest: &[u8]) -> Option<(usize, bool, bool)> {
        let line = self.line(rest)?;
        let quoted = |delimiter: u8| {
            let first = rest.get(..line).unwrap_or_default();
            memchr::memchr(b'"', first).map(|_| csv::scan(rest, delimiter, self.last))
        };
        match self.quoting.and_then(quoted) {
            None => Some((line, line <= LONGEST, false)),
            Some(Scanned::Sound(end)) if end <= LONGEST => Some((end, true, true)),
            Some(Scanned::Open) if rest.len() <= LONGEST && !self.last => None,
            Some(_) => Some((line, false, true)),
        }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    #[inline]
    fn next(&mut self) -> Option<Record<'a>> {
        loop {
            let rest = self.rest();
            let (length, sound, quoted) = self.length(rest)?;
            let at = self.taken;
            let bytes = rest.get(..length)?;
            self.taken += length;
            let record = Record {
                bytes,
                at,
                quoted,
                sound,
            };
            if !record.line().is_empty() {
                return Some(record);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(piece: &str, last: bool) -> (Vec<(&str, bool)>, usize) {
        let mut records = Records::new(piece.as_bytes(), Some(b','), last);
        let text = |record: Record<'_>| (record.bytes.len(), record.sound);
        let mut found = Vec::new();
        let mut before = 0;
        for (length, sound) in records.by_ref().map(text) {
            found.push((
                piece.get(before..before + length).unwrap_or_default(),
                sound,
            ));
            before += length;
        }
        (found, records.taken())
    }

    #[test]
    fn a_record_ends_where_no_quote_is_open() {
        let file = "a,1\r\n\"b\nc\",2\n\"d\"\"e\",3\nhalf";
        let (found, taken) = lines(file, false);
        assert_eq!(
            found,
            [
                ("a,1\r\n", true),
                ("\"b\nc\",2\n", true),
                ("\"d\"\"e\",3\n", true)
            ]
        );
        assert_eq!(taken, file.len() - 4);
        assert_eq!(lines(file, true).0.last(), Some(&("half", true)));
    }

    /// Two lines taken for one would let the second person through on the first one's answer.
    #[test]
    fn a_line_whose_quotes_are_wrong_is_one_line_and_unsound() {
        for (file, first) in [
            ("o\"brien,1\nx,2\n", "o\"brien,1\n"),
            ("\"a\"b,1\nx,2\n", "\"a\"b,1\n"),
            ("\"never closed,1\nx,2\n", "\"never closed,1\n"),
        ] {
            assert_eq!(
                lines(file, true).0,
                [(first, false), ("x,2\n", true)],
                "{file:?}"
            );
        }
        // while more may come, an open quote waits
        assert_eq!(lines("\"never closed,1\nx,2\n", false).0, []);
    }
}
