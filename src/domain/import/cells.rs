//! The cells of a record as text.

use encoding_rs::WINDOWS_1252;

use super::error::{Fault, Problem};
use super::mapping::Encoding;
use super::split::Splitter;

/// Decoded cells, reused from record to record.
#[derive(Debug, Default)]
pub(super) struct Cells {
    text: String,
    ends: Vec<usize>,
}

impl Cells {
    /// Decodes a record; the column of a fault is given by its number, for a
    /// name could be personal data in a file that has no header.
    pub(super) fn fill(&mut self, raw: &Splitter, encoding: Encoding) -> Result<(), Fault> {
        self.text.clear();
        self.ends.clear();
        let mut start = 0;
        for (index, end) in raw.ends.iter().enumerate() {
            let cell = raw.data.get(start..*end).unwrap_or_default();
            self.push(cell, encoding)
                .map_err(|problem| Fault::at(&(index + 1).to_string(), problem))?;
            start = *end;
        }
        Ok(())
    }

    /// How many cells there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// A cell without the white space around it; empty where there is none.
    pub(super) fn get(&self, index: usize) -> &str {
        let start = match index.checked_sub(1) {
            Some(before) => self.ends.get(before).copied().unwrap_or_default(),
            None => 0,
        };
        let end = self.ends.get(index).copied().unwrap_or(start);
        self.text.get(start..end).unwrap_or_default().trim()
    }

    fn push(&mut self, cell: &[u8], encoding: Encoding) -> Result<(), Problem> {
        if cell.contains(&0) {
            return Err(Problem::NulByte);
        }
        match encoding {
            Encoding::Utf8 => {
                let text = str::from_utf8(cell).map_err(|_| Problem::BrokenEncoding)?;
                self.text.push_str(text);
            }
            Encoding::Windows1252 => self.push_windows(cell)?,
        }
        self.ends.push(self.text.len());
        Ok(())
    }

    /// The five bytes that Windows-1252 leaves free decode to C1 controls.
    fn push_windows(&mut self, cell: &[u8]) -> Result<(), Problem> {
        let (text, _) = WINDOWS_1252.decode_without_bom_handling(cell);
        if text.chars().any(|c| matches!(c, '\u{80}'..='\u{9f}')) {
            return Err(Problem::BrokenEncoding);
        }
        self.text.push_str(&text);
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn fill(line: &[u8], encoding: Encoding) -> Result<Cells, Fault> {
        let mut raw = Splitter::new(b',');
        raw.line(line);
        let mut cells = Cells::default();
        cells.fill(&raw, encoding).map(|()| cells)
    }

    #[test]
    fn decodes_and_trims() {
        let cells = fill("é , b\n".as_bytes(), Encoding::Utf8).unwrap();
        assert_eq!((cells.get(0), cells.get(1), cells.get(2)), ("é", "b", ""));
        let cells = fill(b"\xe9,\x80\n", Encoding::Windows1252).unwrap();
        assert_eq!((cells.get(0), cells.get(1)), ("é", "€"));
    }

    #[test]
    fn names_the_broken_column_by_number() {
        for (line, encoding, problem) in [
            (b"a,\xe9\n", Encoding::Utf8, Problem::BrokenEncoding),
            (b"a,\x81\n", Encoding::Windows1252, Problem::BrokenEncoding),
            (b"a,\x00\n", Encoding::Utf8, Problem::NulByte),
        ] {
            let fault = fill(line, encoding).unwrap_err();
            assert_eq!(fault.problem, problem);
            assert_eq!(fault.column.as_deref(), Some("2"));
        }
        // a letter cut in two by a delimiter is broken in both halves
        assert!(fill(b"\xc3,\xa9\n", Encoding::Utf8).is_err());
    }
}
