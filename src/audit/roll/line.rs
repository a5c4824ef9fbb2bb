//! A sheet in the audit package.

use super::sheet::Sheet;
use crate::audit::Hash;
use crate::audit::encoding::{b64, hex, unb64_any, unhex};
use serde::{Deserialize, Serialize};

/// One line of `rolls.jsonl`: a sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SheetLine {
    /// The hash that it had in the roll's tree, where somebody was erased and taken off it since.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub hash: Option<String>,
    /// Its place in the roll.
    pub index: u64,
    /// The entry that ended the list.
    pub list: u64,
    /// The sheet's bytes, base64; absent where it does not open.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sheet: Option<String>,
}

impl SheetLine {
    /// The line of a sheet; `was` is its hash before persons were taken out of it.
    #[must_use]
    pub fn of(list: u64, index: u64, sheet: &Sheet, was: Option<&Hash>) -> Self {
        Self {
            hash: was.map(|hash| hex(hash)),
            index,
            list,
            sheet: Some(b64(&sheet.to_bytes())),
        }
    }

    /// The line of a sheet that does not open.
    #[must_use]
    pub fn of_none(list: u64, index: u64) -> Self {
        Self {
            hash: None,
            index,
            list,
            sheet: None,
        }
    }

    /// The hash in the roll's tree; `None` where the line does not say it.
    #[must_use]
    pub fn tree_hash(&self) -> Option<Hash> {
        let sheet = self.content()?;
        match &self.hash {
            Some(hash) => unhex(hash),
            None => Some(sheet.hash()),
        }
    }

    /// The sheet, where it is there and reads.
    #[must_use]
    pub fn content(&self) -> Option<Sheet> {
        Sheet::from_bytes(&unb64_any(self.sheet.as_deref()?)?).ok()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::Listed;
    use super::*;

    #[test]
    fn a_line_tells_its_hash_whole_and_after_an_erasure() {
        let listed = |number| Listed { number, answer: 1 };
        let sheet = Sheet::new(vec![listed(3), listed(300)], [4; 16]);
        let line = SheetLine::of(7, 0, &sheet, None);
        assert_eq!(line.tree_hash(), Some(sheet.hash()));
        assert_eq!(line.content(), Some(sheet.clone()));
        let (rest, _) = sheet.keeping(|number| number != 3).unwrap();
        let line = SheetLine::of(7, 0, &rest, Some(&sheet.hash()));
        assert_eq!(
            (line.tree_hash(), line.content()),
            (Some(sheet.hash()), Some(rest))
        );
        assert_eq!(SheetLine::of_none(7, 0).tree_hash(), None);
        let bad = SheetLine {
            sheet: Some("0g".into()),
            ..line
        };
        assert_eq!(bad.tree_hash(), None);
    }
}
