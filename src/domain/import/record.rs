//! Records of a file with their real line numbers, in bounded memory.
//!
//! After a quote that closes wrongly reading goes on at the next line. After
//! one that never closes it does too, but nobody can tell then whether those
//! lines are records or text in a cell that a stranger typed into a form; they
//! are marked, and no consent is taken from them.

use std::collections::VecDeque;
use std::io::{BufRead, Read};

use super::RECORD_MAX;
use super::error::{LineError, Problem};
use super::split::{Split, Splitter};

/// Where a record begins and whether its lines can be trusted to be records.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) line: u64,
    pub(super) inside_unclosed: bool,
}

/// Reads records; the cells of the last one are in `cells`.
#[derive(Debug)]
pub(super) struct Records<R> {
    input: R,
    line: u64,
    replay: VecDeque<Vec<u8>>,
    inside_unclosed: bool,
    ended: bool,
    pub(super) cells: Splitter,
}

impl<R: BufRead> Records<R> {
    pub(super) fn new(input: R, delimiter: u8) -> Self {
        Self {
            input,
            line: 0,
            replay: VecDeque::new(),
            inside_unclosed: false,
            ended: false,
            cells: Splitter::new(delimiter),
        }
    }

    /// The next record that is not an empty line.
    pub(super) fn advance(&mut self) -> Option<Result<Place, LineError>> {
        loop {
            let line = match self.next_line()? {
                Ok(line) if line.iter().all(u8::is_ascii_whitespace) => continue,
                Ok(line) => line,
                Err(problem) => return Some(Err(self.end(self.line, problem))),
            };
            return Some(self.record(&line));
        }
    }

    /// The first bytes of the file, before anything else was read.
    pub(super) fn peek(&mut self) -> Result<&[u8], Problem> {
        self.input.fill_buf().map_err(|_| Problem::FileUnreadable)
    }

    /// Drops bytes that were peeked at.
    pub(super) fn skip(&mut self, bytes: usize) {
        self.input.consume(bytes);
    }

    fn record(&mut self, first: &[u8]) -> Result<Place, LineError> {
        let place = Place {
            line: self.line,
            inside_unclosed: self.inside_unclosed,
        };
        self.cells.clear();
        if first.len() > RECORD_MAX {
            return Err(self.too_long(place.line, first));
        }
        let mut taken = Vec::new();
        let mut split = self.cells.line(first);
        while split == Split::Open {
            match self.next_line() {
                Some(Ok(line)) if self.cells.data.len() + line.len() <= RECORD_MAX => {
                    split = self.cells.line(&line);
                    taken.push(line);
                }
                Some(Ok(_)) => return Err(self.end(place.line, Problem::QuoteNeverClosed)),
                Some(Err(problem)) => return Err(self.end(place.line, problem)),
                None => return Err(self.unclosed(place.line, taken)),
            }
        }
        if split == Split::Misplaced {
            self.back_to(place.line, taken);
            return Err(LineError::new(place.line, None, Problem::QuoteMisplaced));
        }
        Ok(place)
    }

    fn next_line(&mut self) -> Option<Result<Vec<u8>, Problem>> {
        if let Some(line) = self.replay.pop_front() {
            self.line += 1;
            return Some(Ok(line));
        }
        if self.ended {
            return None;
        }
        let mut line = Vec::new();
        let mut capped = self.input.by_ref().take(RECORD_MAX as u64 + 1);
        match capped.read_until(b'\n', &mut line) {
            Ok(0) => None,
            Ok(_) => {
                self.line += 1;
                Some(Ok(line))
            }
            Err(_) => Some(Err(Problem::FileUnreadable)),
        }
    }

    /// Runs over the rest of a line that is too long to keep. If that leaves a
    /// quote open, what follows cannot be told apart from the cell.
    fn too_long(&mut self, line: u64, first: &[u8]) -> LineError {
        let mut chunk = first.to_vec();
        loop {
            let split = self.cells.line(&chunk);
            self.cells.forget();
            if chunk.ends_with(b"\n") || chunk.is_empty() {
                return match split {
                    Split::Open => self.end(line, Problem::QuoteNeverClosed),
                    _ => LineError::new(line, None, Problem::RecordTooLong),
                };
            }
            chunk.clear();
            let mut capped = self.input.by_ref().take(RECORD_MAX as u64);
            if capped.read_until(b'\n', &mut chunk).is_err() {
                return self.end(line, Problem::FileUnreadable);
            }
        }
    }

    fn unclosed(&mut self, line: u64, taken: Vec<Vec<u8>>) -> LineError {
        self.inside_unclosed = true;
        self.back_to(line, taken);
        LineError::new(line, None, Problem::QuoteUnclosed)
    }

    fn back_to(&mut self, line: u64, taken: Vec<Vec<u8>>) {
        self.line = line;
        for line in taken.into_iter().rev() {
            self.replay.push_front(line);
        }
    }

    fn end(&mut self, line: u64, problem: Problem) -> LineError {
        self.ended = true;
        self.replay.clear();
        LineError::new(line, None, problem)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> Vec<(u64, &'static str)> {
        let mut records = Records::new(text, b',');
        let mut found = Vec::new();
        while let Some(record) = records.advance() {
            found.push(match record {
                Ok(place) if place.inside_unclosed => (place.line, "marked"),
                Ok(place) => (place.line, "ok"),
                Err(error) => (error.line, error.code),
            });
        }
        found
    }

    #[test]
    fn counts_real_lines() {
        let text = b"a,b\r\n\r\n\"x\ny\",2\n   \nc,d";
        assert_eq!(read(text), [(1, "ok"), (3, "ok"), (6, "ok")]);
    }

    #[test]
    fn a_stray_quote_costs_one_line() {
        let text = b"a,\"b\nc,d\n\"e\",f\ng,h\n";
        assert_eq!(
            read(text),
            [(1, "quote_misplaced"), (2, "ok"), (3, "ok"), (4, "ok")]
        );
    }

    #[test]
    fn lines_after_an_unclosed_quote_are_marked() {
        let text = b"a,b\nc,\"d\ne,f\n";
        let expected = [(1, "ok"), (2, "quote_unclosed"), (3, "marked")];
        assert_eq!(read(text), expected);
    }

    #[test]
    fn a_quote_open_beyond_the_cap_ends_the_reading() {
        let mut text = b"a,b\nc,\"d\n".to_vec();
        for _ in 0..RECORD_MAX / 4 {
            text.extend_from_slice(b"e,f\n");
        }
        assert_eq!(read(&text), [(1, "ok"), (2, "quote_never_closed")]);
    }

    #[test]
    fn long_lines_are_refused_and_passed_over() {
        let long = vec![b'x'; 3 * RECORD_MAX];
        let text = [b"a,b\n", long.as_slice(), b"\nc,d\n"].concat();
        assert_eq!(read(&text), [(1, "ok"), (2, "record_too_long"), (3, "ok")]);
        let text = [b"a,b\n\"", long.as_slice(), b"\nc,d\n"].concat();
        assert_eq!(read(&text), [(1, "ok"), (2, "quote_never_closed")]);
    }
}
