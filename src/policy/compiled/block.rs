//! Many rows of facts by column, as audiences and simulations bring them: one comparison is made
//! for all rows of a block before the next.

use super::super::codes::Codes;
use super::super::fact_set::FactSet;
use super::super::facts::FactName;
use super::condition::{Rows, Truth};
use super::test::Test;

/// Rows of a block.
const ROWS: usize = 512;
/// Words that hold a bit for each row.
const WORDS: usize = ROWS / 64;

type OfRows = [u16; ROWS];

/// The codes of one fact, and between which they lie: most facts are the same in most rows.
struct Column {
    codes: OfRows,
    low: u16,
    high: u16,
}

impl Column {
    /// No rows.
    const EMPTY: Self = Self {
        codes: [0; ROWS],
        low: u16::MAX,
        high: 0,
    };

    fn put(&mut self, row: usize, code: u16) {
        if let Some(held) = self.codes.get_mut(row) {
            *held = code;
            self.low = self.low.min(code);
            self.high = self.high.max(code);
        }
    }
}

/// Up to [`Block::ROWS`] rows: a column for each fact that is needed.
pub struct Block {
    rows: usize,
    needs: Vec<FactName>,
    columns: Vec<Option<Box<Column>>>,
}

/// A yes or no for each row of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::policy) struct Bits([u64; WORDS]);

impl Block {
    /// How many rows there can be.
    pub const ROWS: usize = ROWS;

    /// An empty block that keeps these facts.
    #[must_use]
    pub fn new(needs: FactSet) -> Self {
        let column = |fact: &FactName| needs.contains(*fact).then(|| Box::new(Column::EMPTY));
        Self {
            rows: 0,
            needs: needs.iter().collect(),
            columns: FactName::ALL.iter().map(column).collect(),
        }
    }

    /// Adds a row; false where the block is full.
    pub fn push(&mut self, codes: &Codes) -> bool {
        for fact in &self.needs {
            if let Some(Some(column)) = self.columns.get_mut(*fact as usize) {
                column.put(self.rows, codes.get(*fact));
            }
        }
        let room = self.rows < ROWS;
        self.rows += usize::from(room);
        room
    }

    /// How many rows it holds.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// Takes all rows out.
    pub fn clear(&mut self) {
        self.rows = 0;
        for column in self.columns.iter_mut().flatten() {
            (column.low, column.high) = (u16::MAX, 0);
        }
    }

    /// Gives all rows the same code of a fact.
    pub(in crate::policy) fn fill(&mut self, fact: FactName, code: u16) {
        if let Some(Some(column)) = self.columns.get_mut(fact as usize) {
            column.codes.fill(code);
            (column.low, column.high) = (code, code);
        }
    }

    /// A row again; the facts that it does not keep are as in `others`.
    pub(in crate::policy) fn row(&self, row: usize, mut others: Codes) -> Codes {
        for fact in &self.needs {
            let column = self.columns.get(*fact as usize).and_then(Option::as_ref);
            if let Some(code) = column.and_then(|column| column.codes.get(row)) {
                others.set(*fact, *code);
            }
        }
        others
    }
}

impl Rows for Block {
    type Truth = Bits;

    fn test(&self, test: &Test) -> Bits {
        match self.columns.get(test.fact() as usize) {
            Some(Some(column)) => match test.between(column.low, column.high) {
                Some(true) => Bits::ALL,
                Some(false) => Bits::NONE,
                None => Bits::of(&column.codes, *test),
            },
            // a fact that is not kept is needed by nobody; in doubt it has no value
            _ => Bits::NONE,
        }
    }
}

impl Bits {
    /// Where a test holds. Eight answers at a time are moved into the bits of a byte.
    fn of(column: &OfRows, test: Test) -> Self {
        let mut bits = [0; WORDS];
        for (word, codes) in bits.iter_mut().zip(column.chunks_exact(64)) {
            let mut answers = [0_u8; 64];
            for (answer, code) in answers.iter_mut().zip(codes) {
                *answer = u8::from(test.holds(*code));
            }
            for (at, eight) in answers.as_chunks::<8>().0.iter().enumerate() {
                let spread = u64::from_le_bytes(*eight);
                *word |= (spread.wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * at);
            }
        }
        Self(bits)
    }

    /// No for yes.
    pub(in crate::policy) fn not(self) -> Self {
        Self(self.0.map(|word| !word))
    }

    /// Tells what is kept of each row for which it is yes.
    #[inline]
    pub(super) fn each_of<T>(&self, of_row: &mut [T], mut told: impl FnMut(&mut T)) {
        for (word, rows) in self.0.iter().zip(of_row.chunks_mut(64)) {
            let mut left = *word;
            while let Some(row) = rows.get_mut(left.trailing_zeros() as usize) {
                told(row);
                left &= left.wrapping_sub(1);
            }
        }
    }

    /// Yes for these rows.
    #[cfg(test)]
    #[allow(clippy::expect_used, reason = "tests")]
    pub(super) fn at<const N: usize>(rows: [usize; N]) -> Self {
        let mut bits = Self::NONE;
        for row in rows {
            let word = bits.0.get_mut(row / 64);
            *word.expect("a row") |= 1 << (row % 64);
        }
        bits
    }
}

impl Truth for Bits {
    const ALL: Self = Self([u64::MAX; WORDS]);
    const NONE: Self = Self([0; WORDS]);

    fn and(mut self, other: Self) -> Self {
        let words = self.0.iter_mut().zip(other.0);
        words.for_each(|(mine, theirs)| *mine &= theirs);
        self
    }

    fn or(mut self, other: Self) -> Self {
        let words = self.0.iter_mut().zip(other.0);
        words.for_each(|(mine, theirs)| *mine |= theirs);
        self
    }

    fn is_all(self) -> bool {
        self == Self::ALL
    }

    fn is_none(self) -> bool {
        self == Self::NONE
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::facts::tests::consented_email;
    use super::super::condition::Condition;
    use super::super::test::Asked;
    use super::*;

    #[test]
    fn a_test_holds_in_the_rows_where_it_does() {
        let years = FactName::age;
        let mut block = Block::new([years].into_iter().collect());
        let mut codes = consented_email().codes();
        for row in 0..ROWS {
            codes.set(years, u16::try_from(row * 7 % 100).unwrap_or_default());
            assert!(block.push(&codes));
            assert_eq!(block.row(row, codes), codes);
        }
        assert!(!block.push(&codes));
        for (from, to) in [(0, 17), (18, 9_999), (42, 42)] {
            let Asked::Test(test) = Test::range(years, from, to) else {
                continue;
            };
            for test in [test, test.negated()] {
                let mut found = [false; 500];
                block.test(&test).each_of(&mut found, |row| *row = true);
                let right = |row: usize| test.holds(block.row(row, codes).get(years));
                assert_eq!(found, std::array::from_fn(right), "{test:?}");
            }
        }
        assert!(Condition::Always.holds(&block).is_all());
        block.clear();
        assert_eq!(block.rows(), 0);
    }
}
