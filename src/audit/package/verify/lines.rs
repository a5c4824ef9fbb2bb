//! Reads a file line by line, in bounded memory, hashing as it goes.

use super::MAX_LINE;
use crate::audit::Hash;
use crate::audit::tree::finish;
use ring::digest::{Context, SHA256};
use std::io::{BufRead, BufReader, Read};

/// What came next.
pub(super) enum Line<'a> {
    /// A line, without its newline.
    Whole(&'a [u8]),
    /// A line beyond the limit, skipped, or a last one without a newline.
    Broken,
    /// The file cannot be read on.
    Damaged,
    /// The end.
    End,
}

/// A file that is being read line by line.
pub(super) struct Lines<R> {
    reader: BufReader<R>,
    buffer: Vec<u8>,
    digest: Context,
    size: u64,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(reader: R) -> Self {
        Self {
            reader: BufReader::with_capacity(1 << 16, reader),
            buffer: Vec::new(),
            digest: Context::new(&SHA256),
            size: 0,
        }
    }

    pub(super) fn next(&mut self) -> Line<'_> {
        match self.fill() {
            Err(_) => Line::Damaged,
            Ok(0) => Line::End,
            Ok(_) if self.buffer.ends_with(b"\n") => {
                Line::Whole(self.buffer.strip_suffix(b"\n").unwrap_or_default())
            }
            Ok(_) => self.skip_line(),
        }
    }

    /// Hash and length of all that was read.
    pub(super) fn finish(self) -> (Hash, u64) {
        (finish(self.digest), self.size)
    }

    /// Reads to the next newline, or as far as a line may go.
    fn fill(&mut self) -> std::io::Result<usize> {
        self.buffer.clear();
        let mut limited = self.reader.by_ref().take(MAX_LINE as u64);
        let count = limited.read_until(b'\n', &mut self.buffer);
        // a damaged file still has the bytes that came before the damage
        self.digest.update(&self.buffer);
        self.size += self.buffer.len() as u64;
        count
    }

    fn skip_line(&mut self) -> Line<'_> {
        loop {
            match self.fill() {
                Err(_) => return Line::Damaged,
                Ok(0) => return Line::Broken,
                Ok(_) if self.buffer.ends_with(b"\n") => return Line::Broken,
                Ok(_) => {}
            }
        }
    }
}
