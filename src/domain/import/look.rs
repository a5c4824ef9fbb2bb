//! A look at a file before anybody has said what its columns mean: its encoding, what stands between two cells, its
//! columns with some of their cells. What it holds is personal data: it is for the eyes of who brought the file.

use super::cells::Cells;
use super::error::{LineError, Problem};
use super::mapping::Encoding;
use super::reader::skip_mark;
use super::record::Records;
use super::{COLUMNS_MAX, words};
use crate::domain::personal::Personal;
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// Cells of each column that are shown.
const SAMPLES: usize = 3;
/// The most words that a column of answers may hold: one with more holds something else.
pub const WORDS_MAX: usize = 30;
/// What may stand between two cells; of two that part a head into as many, the first.
const DELIMITERS: [u8; 4] = [b';', b',', b'\t', b'|'];
/// How times may be written. The names are those that mappings use.
pub const TIME_FORMATS: [&str; 10] = [
    "rfc3339",
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%Y-%m-%d %H:%M:%S",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
];

/// What a file looks like.
pub struct Look {
    delimiter: u8,
    encoding: Encoding,
    /// Its columns.
    pub columns: Vec<LookColumn>,
    /// How many records follow the head, damaged ones included.
    pub rows: u64,
}

/// A column.
pub struct LookColumn {
    /// Its name, as it stands in the head.
    pub name: String,
    /// Its first cells that are not empty.
    pub samples: Vec<Personal<String>>,
}

impl Look {
    /// Looks at a file.
    ///
    /// # Errors
    /// Where it is no text, or has no head that can be read.
    pub fn at(file: &[u8]) -> Result<Self, LineError> {
        let encoding = match std::str::from_utf8(file) {
            Ok(_) => Encoding::Utf8,
            Err(_) => Encoding::Windows1252,
        };
        let mut best: Option<(u8, usize)> = None;
        for delimiter in DELIMITERS {
            let mut cells = Cells::default();
            let mut records = opened(file, delimiter, encoding)?;
            next(&mut records, encoding, &mut cells)
                .ok_or_else(|| LineError::new(1, None, Problem::FileEmpty))??;
            if best.is_none_or(|(_, most)| cells.len() > most) {
                best = Some((delimiter, cells.len()));
            }
        }
        let (delimiter, columns) = best.unwrap_or((b';', 0));
        if columns > COLUMNS_MAX {
            return Err(LineError::new(1, None, Problem::TooManyColumns));
        }
        Self::with(file, delimiter, encoding)
    }

    fn with(file: &[u8], delimiter: u8, encoding: Encoding) -> Result<Self, LineError> {
        let mut records = opened(file, delimiter, encoding)?;
        let mut cells = Cells::default();
        next(&mut records, encoding, &mut cells)
            .ok_or_else(|| LineError::new(1, None, Problem::FileEmpty))??;
        let column = |place| LookColumn {
            name: cells.get(place).to_owned(),
            samples: Vec::new(),
        };
        let mut columns: Vec<LookColumn> = (0..cells.len()).map(column).collect();
        let mut rows = 0;
        while let Some(read) = next(&mut records, encoding, &mut cells) {
            rows += 1;
            if read.is_err() {
                continue;
            }
            for (place, column) in columns.iter_mut().enumerate() {
                let cell = cells.get(place);
                if column.samples.len() < SAMPLES && !cell.is_empty() {
                    column.samples.push(Personal::new(cell.to_owned()));
                }
            }
        }
        Ok(Self {
            delimiter,
            encoding,
            columns,
            rows,
        })
    }

    /// What stands between two cells.
    #[must_use]
    pub fn delimiter(&self) -> char {
        char::from(self.delimiter)
    }

    /// The encoding, as mappings name it.
    #[must_use]
    pub const fn encoding(&self) -> &'static str {
        match self.encoding {
            Encoding::Utf8 => "utf-8",
            Encoding::Windows1252 => "windows-1252",
        }
    }

    /// The words that a column holds, the empty one where cells are empty; `None` where they are more than
    /// [`WORDS_MAX`].
    #[must_use]
    pub fn words(&self, file: &[u8], column: &str) -> Option<BTreeSet<String>> {
        let mut found = BTreeSet::new();
        self.each(file, column, |cell| {
            if found.len() <= WORDS_MAX && !found.contains(cell) {
                found.insert(cell.to_owned());
            }
        });
        (found.len() <= WORDS_MAX).then_some(found)
    }

    /// The formats by which every time of a column can be read: of a file from March there may be several.
    #[must_use]
    pub fn time_formats(&self, file: &[u8], column: &str) -> Vec<&'static str> {
        let mut left = TIME_FORMATS.to_vec();
        let mut some = false;
        self.each(file, column, |cell| {
            if !cell.is_empty() {
                some = true;
                left.retain(|format| words::tells_time(cell, format));
            }
        });
        if some { left } else { Vec::new() }
    }

    /// Tells each cell of a column; a record that cannot be read is left out.
    fn each(&self, file: &[u8], column: &str, mut tell: impl FnMut(&str)) {
        let place = self.columns.iter().position(|known| known.name == column);
        let (Some(place), Ok(mut records)) = (place, opened(file, self.delimiter, self.encoding))
        else {
            return;
        };
        let mut cells = Cells::default();
        let mut is_head = true;
        while let Some(read) = next(&mut records, self.encoding, &mut cells) {
            if !is_head && read.is_ok() && cells.len() == self.columns.len() {
                tell(cells.get(place));
            }
            is_head = false;
        }
    }
}

fn opened(file: &[u8], delimiter: u8, encoding: Encoding) -> Result<Records<&[u8]>, LineError> {
    let mut records = Records::new(file, delimiter);
    skip_mark(&mut records, encoding).map_err(|problem| LineError::new(1, None, problem))?;
    Ok(records)
}

fn next(
    records: &mut Records<&[u8]>,
    encoding: Encoding,
    cells: &mut Cells,
) -> Option<Result<(), LineError>> {
    Some(records.advance()?.and_then(|place| {
        cells
            .fill(&records.cells, encoding)
            .map_err(|fault| fault.on(place.line))
    }))
}

/// A day that no two formats read alike, to show by.
#[must_use]
pub fn example(format: &str) -> String {
    let day = NaiveDate::from_ymd_opt(2026, 12, 31).and_then(|day| day.and_hms_opt(18, 5, 0));
    match (day, format) {
        (Some(day), "rfc3339") => day.and_utc().to_rfc3339(),
        (Some(day), format) => day.format(format).to_string(),
        (None, format) => format.to_owned(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    const FILE: &str = "\u{feff}E-mail;Accord;Date\n\
        anne@example.fr;oui;03/04/2024\n\"bob;b\"@x;non;03/04/2024\n\
        cem@example.fr;;11/12/2023\n";

    #[test]
    fn a_french_file_is_seen_for_what_it_is() {
        let look = Look::at(FILE.as_bytes()).unwrap();
        assert_eq!((look.delimiter(), look.encoding()), (';', "utf-8"));
        let names: Vec<&str> = look.columns.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["E-mail", "Accord", "Date"]);
        assert_eq!(look.rows, 3);
        assert_eq!(look.columns[0].samples[0].reveal(), "anne@example.fr");
        // the damaged record tells nothing
        assert_eq!(
            look.words(FILE.as_bytes(), "Accord").unwrap(),
            [String::new(), "oui".to_owned()].into()
        );
    }

    #[test]
    fn a_file_of_another_encoding_is_read_in_it() {
        let look = Look::at(b"nom,pr\xe9nom\nx,Am\xe9lie\n").unwrap();
        assert_eq!(look.encoding(), "windows-1252");
        assert_eq!(look.columns[1].name, "prénom");
        assert_eq!(look.columns[1].samples[0].reveal(), "Amélie");
    }

    #[test]
    fn a_date_that_two_formats_read_is_left_open() {
        let look = Look::at(FILE.as_bytes()).unwrap();
        assert_eq!(
            look.time_formats(FILE.as_bytes(), "Date"),
            ["%d/%m/%Y", "%m/%d/%Y"]
        );
        let plain = "d\n31/01/2024\n\n01/02/2024\n";
        let look = Look::at(plain.as_bytes()).unwrap();
        assert_eq!(look.time_formats(plain.as_bytes(), "d"), ["%d/%m/%Y"]);
        assert!(look.time_formats(plain.as_bytes(), "none").is_empty());
    }

    #[test]
    fn a_column_of_many_words_is_none_of_answers() {
        let lines: String = (0..40).map(|n| format!("word-{n}\n")).collect();
        let file = format!("c\n{lines}");
        let look = Look::at(file.as_bytes()).unwrap();
        assert!(look.words(file.as_bytes(), "c").is_none());
    }

    #[test]
    fn what_is_no_text_says_so() {
        for (file, code) in [
            (&b""[..], "file_empty"),
            (b"PK\x03\x04rest", "file_not_text"),
            (b"\xff\xfea\0", "file_not_text"),
        ] {
            assert_eq!(Look::at(file).err().unwrap().code, code);
        }
    }

    #[test]
    fn examples_differ() {
        let all: BTreeSet<String> = TIME_FORMATS.iter().map(|format| example(format)).collect();
        assert_eq!(all.len(), TIME_FORMATS.len());
        assert_eq!(example("%d/%m/%Y"), "31/12/2026");
    }
}
