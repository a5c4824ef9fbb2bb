//! The lines that were not taken in, as a file to mend by.

use std::collections::BTreeMap;
use std::io::Write;

use super::error::LineError;
use crate::domain::spreadsheet::safe;

/// How many errors are kept with their words.
const IN_WORDS: usize = 10_000;
/// How many are kept by line and code after that; the rest is counted.
const IN_SHORT: usize = 1_000_000;

/// Errors of an import, in the order of the file, in bounded memory.
#[derive(Debug, Default)]
pub struct ErrorReport {
    words: Vec<LineError>,
    short: Vec<(u64, &'static str)>,
    counts: BTreeMap<&'static str, u64>,
}

impl ErrorReport {
    /// Adds an error.
    pub fn add(&mut self, error: LineError) {
        *self.counts.entry(error.code).or_default() += 1;
        if self.words.len() < IN_WORDS {
            self.words.push(error);
        } else if self.short.len() < IN_SHORT {
            self.short.push((error.line, error.code));
        }
    }

    /// How many errors there were.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.counts.values().sum()
    }

    /// Whether there was none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// How many errors of each code there were.
    #[must_use]
    pub fn counts(&self) -> &BTreeMap<&'static str, u64> {
        &self.counts
    }

    /// The errors that are kept with their words, the first of the file.
    #[must_use]
    pub fn first(&self) -> &[LineError] {
        &self.words
    }

    /// Writes them as CSV: `line,column,problem,how_to_mend`. After the first
    /// 10,000 the problem is given by its code alone.
    ///
    /// # Errors
    /// What the writer answers.
    pub fn write_csv<W: Write>(&self, to: W) -> Result<(), csv::Error> {
        let mut csv = csv::Writer::from_writer(to);
        csv.write_record(["line", "column", "problem", "how_to_mend"])?;
        for error in &self.words {
            // a name from the head of somebody else's file
            let column = safe(error.column.clone().unwrap_or_default());
            csv.write_record([&error.line.to_string(), &column, &error.what, &error.mend])?;
        }
        for (line, code) in &self.short {
            csv.write_record([&line.to_string(), "", code, ""])?;
        }
        csv.flush()?;
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::super::error::Problem;
    use super::*;

    #[test]
    fn writes_what_to_mend() {
        let mut report = ErrorReport::default();
        report.add(LineError::new(7, Some("status"), Problem::StatusUnmapped));
        let mut out = Vec::new();
        report.write_csv(&mut out).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "line,column,problem,how_to_mend\n\
             7,status,the status is not in the mapping's table,\
             \"Say in the mapping what this status means: given, refused, withdrawn or skip.\"\n"
        );
    }

    #[test]
    fn a_column_of_somebody_elses_file_is_no_formula() {
        let mut report = ErrorReport::default();
        report.add(LineError::new(7, Some("=1+1"), Problem::StatusUnmapped));
        let mut out = Vec::new();
        report.write_csv(&mut out).unwrap();
        assert!(String::from_utf8(out).unwrap().contains("\n7,'=1+1,"));
    }

    #[test]
    fn is_bounded() {
        let mut report = ErrorReport::default();
        for line in 0..20_000 {
            report.add(LineError::new(line, None, Problem::NulByte));
        }
        assert_eq!(report.len(), 20_000);
        assert_eq!(report.first().len(), IN_WORDS);
        assert_eq!(report.counts().get("nul_byte"), Some(&20_000));
        let mut out = Vec::new();
        report.write_csv(&mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap().lines().count(), 20_001);
    }
}
