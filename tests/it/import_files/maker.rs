//! Writes a file row by row and keeps the book of what must be found in it.

use super::people::{Person, Random};

/// A file and what a reader must find in it.
pub struct Generated {
    pub bytes: Vec<u8>,
    /// Rows that are good, duplicates and skipped ones included.
    pub valid_rows: u64,
    /// Good rows that repeat a person of an earlier row.
    pub duplicates: u64,
    /// Yeses and noes that the good rows claim.
    pub given: u64,
    pub withdrawn: u64,
    /// The lines that must be refused, in order.
    pub broken_lines: Vec<u64>,
    /// The code each of them must be refused with.
    pub broken_codes: Vec<&'static str>,
}

/// What a layout must tell so that its files can be made.
pub trait Layout {
    const DELIMITER: char;
    const LINE_BREAK: &'static str;
    fn header(&self) -> Vec<String>;
    /// The cells of a good row, and how many yeses and noes it claims.
    fn row(&self, person: &Person, random: &mut Random) -> (Vec<String>, u64, u64);
    /// Where the address, a free text, and what can be wrong besides are.
    fn email_at(&self) -> usize;
    fn text_at(&self) -> usize;
    fn faults(&self) -> Vec<(usize, &'static str, &'static str)>;
}

/// One row in this many is broken, one a duplicate, one has a line break in a
/// cell, one is followed by an empty line, one looks like a formula.
const BROKEN: u64 = 101;
const DUPLICATE: u64 = 53;
const MULTILINE: u64 = 37;
const EMPTY: u64 = 211;
const FORMULA: u64 = 71;

pub fn generate<L: Layout>(layout: &L, rows: u64, seed: u64) -> Generated {
    let mut maker = Maker::new(layout, Random(seed));
    maker.write(&layout.header());
    for number in 0..rows {
        if number % BROKEN == BROKEN / 2 {
            maker.broken(number, number / BROKEN);
        } else {
            maker.good(number);
        }
        if number.is_multiple_of(EMPTY) {
            maker.raw(L::LINE_BREAK.as_bytes());
        }
    }
    maker.out
}

struct Maker<'l, L> {
    layout: &'l L,
    random: Random,
    line: u64,
    earlier: Option<Person>,
    quote_next: bool,
    out: Generated,
}

impl<'l, L: Layout> Maker<'l, L> {
    fn new(layout: &'l L, random: Random) -> Self {
        let out = Generated {
            bytes: Vec::new(),
            valid_rows: 0,
            duplicates: 0,
            given: 0,
            withdrawn: 0,
            broken_lines: Vec::new(),
            broken_codes: Vec::new(),
        };
        Self {
            layout,
            random,
            line: 1,
            earlier: None,
            quote_next: false,
            out,
        }
    }

    fn good(&mut self, number: u64) {
        let mut person = Person::new(number, &mut self.random);
        match &self.earlier {
            Some(earlier) if number.is_multiple_of(DUPLICATE) => {
                person = earlier.typed_again();
                self.out.duplicates += 1;
            }
            _ => self.earlier = Some(person.clone()),
        }
        let (mut cells, given, withdrawn) = self.layout.row(&person, &mut self.random);
        let text = &mut cells[self.layout.text_at()];
        if std::mem::take(&mut self.quote_next) {
            *text = format!("{text}{} dit \"le Grand\"", L::DELIMITER);
        } else if number.is_multiple_of(MULTILINE) {
            *text = format!("{text}\nnée {text}");
        } else if number.is_multiple_of(FORMULA) {
            "=HYPERLINK(\"http://x.test\")".clone_into(text);
        }
        self.write(&cells);
        self.out.valid_rows += 1;
        self.out.given += given;
        self.out.withdrawn += withdrawn;
    }

    /// A row with one fault, the kinds taking turns.
    fn broken(&mut self, number: u64, turn: u64) {
        let person = Person::new(number, &mut self.random);
        let (mut cells, _, _) = self.layout.row(&person, &mut self.random);
        let (email, text) = (self.layout.email_at(), self.layout.text_at());
        let faults = self.layout.faults();
        let common = 9;
        let kind = turn % (common + faults.len() as u64);
        let code = match kind {
            0 => set(&mut cells, email, "anne.example.com", "email_shape"),
            1 => set(
                &mut cells,
                email,
                "anne dupont@example.com",
                "email_character",
            ),
            2 => set(
                &mut cells,
                email,
                "anne@localhost",
                "email_domain_without_dot",
            ),
            3 => set(&mut cells, text, "a\0b", "nul_byte"),
            4 => set(&mut cells, text, "\u{1}", "broken_encoding"),
            5 => {
                cells.pop();
                "wrong_columns"
            }
            6 => {
                cells.push("surplus".to_owned());
                "wrong_columns"
            }
            7 => set(&mut cells, 0, "\u{2}", "quote_misplaced"),
            8 if turn < common => set(&mut cells, text, &"x".repeat(1 << 20), "record_too_long"),
            8 => set(&mut cells, email, "@example.com", "email_shape"),
            other => {
                let (at, value, code) = faults[usize::try_from(other - common).unwrap()];
                set(&mut cells, at, value, code)
            }
        };
        self.out.broken_lines.push(self.line);
        self.out.broken_codes.push(code);
        self.quote_next = code == "quote_misplaced";
        self.write(&cells);
    }

    fn write(&mut self, cells: &[String]) {
        let cells: Vec<_> = cells.iter().map(|cell| quoted::<L>(cell)).collect();
        let line = format!("{}{}", cells.join(&L::DELIMITER.to_string()), L::LINE_BREAK);
        // the places where text cannot hold what the file must: a byte that is
        // no UTF-8, and a quote that nobody closes
        let bytes = line.bytes().map(|byte| match byte {
            1 => 0xe9,
            2 => b'"',
            other => other,
        });
        let bytes: Vec<_> = bytes.collect();
        self.raw(&bytes);
    }

    fn raw(&mut self, bytes: &[u8]) {
        self.line += bytes.split(|byte| *byte == b'\n').count() as u64 - 1;
        self.out.bytes.extend_from_slice(bytes);
    }
}

fn set(cells: &mut [String], at: usize, value: &str, code: &'static str) -> &'static str {
    value.clone_into(&mut cells[at]);
    code
}

/// Quotes where it must, as Go's and PHP's writers do.
fn quoted<L: Layout>(cell: &str) -> String {
    if cell.contains([L::DELIMITER, '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}
