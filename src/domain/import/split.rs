//! Cuts a record into cells, strictly.
//!
//! The `csv` crate takes text after a closing quote for data and reads on to
//! the end of the file when a quote is never closed; here each must be the
//! error of its own line, so that one damaged line costs one line.

/// Where the record stands after a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Split {
    /// The record ends with this line.
    Complete,
    /// A quote is open: the record goes on.
    Open,
    /// Text follows a closing quote.
    Misplaced,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    CellStart,
    Bare,
    Quoted,
    QuoteInQuoted,
    Misplaced,
}

/// A record in the making: its cells one after the other, unquoted.
#[derive(Debug)]
pub(super) struct Splitter {
    delimiter: u8,
    state: State,
    pub(super) data: Vec<u8>,
    pub(super) ends: Vec<usize>,
}

impl Splitter {
    pub(super) fn new(delimiter: u8) -> Self {
        Self {
            delimiter,
            state: State::CellStart,
            data: Vec::new(),
            ends: Vec::new(),
        }
    }

    pub(super) fn clear(&mut self) {
        self.state = State::CellStart;
        self.forget();
    }

    /// Drops the cells and keeps the state: for a record too long to be kept.
    pub(super) fn forget(&mut self) {
        self.data.clear();
        self.ends.clear();
    }

    /// Takes a line with its line break, if it has one.
    pub(super) fn line(&mut self, line: &[u8]) -> Split {
        let (text, line_break) = cut_line_break(line);
        self.feed(text);
        match self.state {
            State::Quoted => {
                self.data.extend_from_slice(line_break);
                Split::Open
            }
            State::Misplaced => Split::Misplaced,
            _ => {
                self.ends.push(self.data.len());
                Split::Complete
            }
        }
    }

    /// Takes part of a line.
    pub(super) fn feed(&mut self, text: &[u8]) {
        for byte in text {
            self.state = self.step(*byte);
        }
    }

    fn step(&mut self, byte: u8) -> State {
        match (self.state, byte) {
            (State::CellStart, b'"') => State::Quoted,
            (State::Quoted, b'"') => State::QuoteInQuoted,
            (State::QuoteInQuoted, b'"') | (State::Quoted, _) => self.keep(byte, State::Quoted),
            (State::Misplaced, _) => State::Misplaced,
            (_, b) if b == self.delimiter => {
                self.ends.push(self.data.len());
                State::CellStart
            }
            (State::QuoteInQuoted, _) => State::Misplaced,
            (State::CellStart | State::Bare, _) => self.keep(byte, State::Bare),
        }
    }

    fn keep(&mut self, byte: u8, state: State) -> State {
        self.data.push(byte);
        state
    }
}

fn cut_line_break(line: &[u8]) -> (&[u8], &[u8]) {
    let text = line.strip_suffix(b"\n").unwrap_or(line);
    let text = match text.strip_suffix(b"\r") {
        Some(cut) if text.len() < line.len() => cut,
        _ => text,
    };
    line.split_at(text.len())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cells(lines: &[u8]) -> (Split, Vec<String>) {
        let mut splitter = Splitter::new(b',');
        let mut last = Split::Complete;
        for line in lines.split_inclusive(|b| *b == b'\n') {
            last = splitter.line(line);
        }
        let mut start = 0;
        let mut found = Vec::new();
        for end in &splitter.ends {
            found.push(String::from_utf8(splitter.data[start..*end].to_vec()).unwrap());
            start = *end;
        }
        (last, found)
    }

    #[test]
    fn quotes() {
        let (state, found) = cells(b"a,\"b,\"\"c\"\"\",,5\" pipe,\"x\r\ny\"\r\n");
        assert_eq!(state, Split::Complete);
        assert_eq!(found, ["a", "b,\"c\"", "", "5\" pipe", "x\r\ny"]);
        assert_eq!(cells(b"a,\"b\n").0, Split::Open);
        assert_eq!(cells(b"a,\"b\"c,d\n").0, Split::Misplaced);
        assert_eq!(cells(b"=cmd|' /C calc'!A0,@x\n").1[0], "=cmd|' /C calc'!A0");
    }

    proptest! {
        /// What the `csv` crate writes is read back as it was.
        #[test]
        fn agrees_with_csv(row in prop::collection::vec("[a\",;\\r\\n é]{0,6}", 2..6)) {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(&row).unwrap();
            let (state, found) = cells(&writer.into_inner().unwrap());
            prop_assert_eq!(state, Split::Complete);
            prop_assert_eq!(found, row);
        }
    }
}
