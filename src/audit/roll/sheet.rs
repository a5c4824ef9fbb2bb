//! A sheet of a roll: persons by their numbers, a byte or two each.
//!
//! Those of one answer stand together, so that the answer costs nothing: their numbers follow each other
//! as differences. Salted, so that nobody who has its hash can try whether a guess at it is right.

use crate::audit::Hash;
use crate::audit::bytes::{Reader, put};
use crate::audit::tree::hash_leaf;

/// The format's number.
const FORMAT: u8 = 1;
/// Bytes of a salt.
const SALT: usize = 16;
/// Most persons of a sheet: to find one, their sheet is opened.
pub const MOST: usize = 8_192;

/// The bytes are no sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bytes are no sheet of a roll")]
pub struct SheetError;

/// A person on a list. In order: by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    /// The position of the first entry about the person.
    pub number: u64,
    /// Which of the list's answers their line got.
    pub answer: u32,
}

/// Some persons of a roll.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    salt: [u8; SALT],
    listed: Vec<Listed>,
}

impl Sheet {
    /// A sheet of these persons.
    #[must_use]
    pub fn new(mut listed: Vec<Listed>, salt: [u8; SALT]) -> Self {
        listed.sort_unstable();
        listed.dedup();
        Self { salt, listed }
    }

    /// The persons, in the order of their numbers. One whose lines got different answers is there with
    /// each.
    #[must_use]
    pub fn listed(&self) -> &[Listed] {
        &self.listed
    }

    /// The number at which the sheet begins.
    #[must_use]
    pub fn first(&self) -> u64 {
        self.listed.first().map_or(0, |one| one.number)
    }

    /// The answers of a person.
    pub fn answers(&self, number: u64) -> impl Iterator<Item = u32> + '_ {
        let from = self.listed.partition_point(|one| one.number < number);
        let same = self.listed.iter().skip(from);
        same.take_while(move |one| one.number == number)
            .map(|one| one.answer)
    }

    /// The sheet with those alone whose numbers stay, and how many of its lines went; `None` where none did.
    #[must_use]
    pub fn keeping(&self, stays: impl Fn(u64) -> bool) -> Option<(Self, u64)> {
        let listed = self.listed.iter().filter(|one| stays(one.number));
        let listed: Vec<Listed> = listed.copied().collect();
        let gone = self.listed.len() - listed.len();
        let salt = self.salt;
        (gone > 0).then_some((Self { salt, listed }, gone as u64))
    }

    /// Its hash in the roll's tree.
    #[must_use]
    pub fn hash(&self) -> Hash {
        hash_leaf(&self.to_bytes())
    }

    /// The compact form, which is what is hashed.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(32 + self.listed.len() * 2);
        out.push(FORMAT);
        out.extend_from_slice(&self.salt);
        let mut answers: Vec<u32> = self.listed.iter().map(|one| one.answer).collect();
        answers.sort_unstable();
        answers.dedup();
        let first = self.first();
        put(&mut out, first);
        put(&mut out, answers.len() as u64);
        for (answer, group) in answers.iter().zip(self.groups(&answers, first)) {
            put(&mut out, u64::from(*answer));
            put(&mut out, group.count);
            out.extend_from_slice(&group.steps);
        }
        out
    }

    /// The persons of each of these answers, which are in order.
    fn groups(&self, answers: &[u32], first: u64) -> Vec<Group> {
        let none = Group {
            count: 0,
            last: first,
            steps: Vec::with_capacity(self.listed.len()),
        };
        let mut groups = vec![none; answers.len()];
        for one in &self.listed {
            let at = answers.partition_point(|answer| *answer < one.answer);
            if let Some(group) = groups.get_mut(at) {
                group.count += 1;
                put(&mut group.steps, one.number - group.last);
                group.last = one.number;
            }
        }
        groups
    }

    /// Reads [`Self::to_bytes`] back.
    ///
    /// # Errors
    /// [`SheetError`] where the bytes are none, or are spelled in another way.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SheetError> {
        let sheet = read(&mut Reader(bytes)).ok_or(SheetError)?;
        if sheet.to_bytes() == bytes {
            Ok(sheet)
        } else {
            Err(SheetError)
        }
    }
}

/// The persons of one answer.
#[derive(Clone)]
struct Group {
    count: u64,
    last: u64,
    /// From each number to the next.
    steps: Vec<u8>,
}

fn read(reader: &mut Reader<'_>) -> Option<Sheet> {
    (reader.byte()? == FORMAT).then_some(())?;
    let salt = reader.array()?;
    let first = reader.number()?;
    let mut listed = Vec::new();
    for _ in 0..reader.count()? {
        let answer = u32::try_from(reader.number()?).ok()?;
        let mut number = first;
        for _ in 0..reader.count()? {
            number = number.checked_add(reader.number()?)?;
            listed.push(Listed { number, answer });
        }
    }
    Some(Sheet::new(listed, salt))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    fn sheet(persons: &[(u64, u32)]) -> Sheet {
        let listed = persons.iter().map(|(number, answer)| Listed {
            number: *number,
            answer: *answer,
        });
        Sheet::new(listed.collect(), [7; SALT])
    }

    #[test]
    fn a_person_takes_a_byte_or_two() {
        let persons: Vec<(u64, u32)> = (0..8_000_u64)
            .map(|n| (1_000_000_000 + n * 3, (n % 10 / 6) as u32))
            .collect();
        let bytes = sheet(&persons).to_bytes().len();
        assert!(bytes < 8_100, "{bytes}");
    }

    #[test]
    fn who_is_taken_out_is_gone_and_the_others_stay() {
        let whole = sheet(&[(5, 1), (9, 0), (9, 2), (12, 0)]);
        assert_eq!(whole.answers(9).collect::<Vec<_>>(), [0, 2]);
        let (rest, gone) = whole.keeping(|number| ![9, 4].contains(&number)).unwrap();
        assert_eq!(
            (rest.listed(), gone),
            (sheet(&[(5, 1), (12, 0)]).listed(), 2)
        );
        assert_ne!(rest.hash(), whole.hash());
        assert_eq!(rest.keeping(|number| number != 9), None);
        assert_eq!(rest.keeping(|_| false).unwrap().0.listed(), []);
    }

    proptest! {
        #[test]
        fn a_sheet_reads_back(persons: Vec<(u64, u32)>) {
            let sheet = sheet(&persons);
            prop_assert_eq!(Sheet::from_bytes(&sheet.to_bytes()), Ok(sheet));
        }

        /// Whatever byte is changed: the bytes are no sheet, or one of another hash and content.
        #[test]
        fn a_changed_byte_is_no_sheet_or_another(at in 0_usize..60, by in 1_u8..=255) {
            let sheet = sheet(&[(5, 1), (9, 0), (9, 2), (12, 0), (400, 1)]);
            let mut bytes = sheet.to_bytes();
            let at = at % bytes.len();
            bytes[at] ^= by;
            if let Ok(read) = Sheet::from_bytes(&bytes) {
                prop_assert!(read != sheet && read.hash() != sheet.hash());
            }
        }

        #[test]
        fn no_bytes_make_it_fail_otherwise(bytes: Vec<u8>) {
            let _ = Sheet::from_bytes(&bytes);
        }
    }
}
