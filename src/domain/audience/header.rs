//! The first line of a CSV file: which columns name the person.

use super::records::{end_of, line_of};
use super::{Unreadable, csv};
use std::borrow::Cow;

/// The names that a column may have.
const NAMES: [&str; 6] = ["email", "phone", "postal", "crm_id", "device_id", "id_hash"];
/// What may stand between two fields.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// Which columns name the person, and what stands between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    pub(super) delimiter: u8,
    columns: Vec<(usize, &'static str)>,
}

/// No column can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// The first line names no identifier.
    #[error("the first line must name a column email, phone, postal, crm_id, device_id or id_hash")]
    NoColumn,
    /// Two columns have one name.
    #[error("two columns have the name {0}; rename one of them")]
    Twice(&'static str),
    /// The column that was asked for is not there.
    #[error("there is no column {0} in the first line")]
    NotThere(&'static str),
}

impl Header {
    /// Reads the first line. Where several columns name identifiers, a person is named by all of
    /// them, unless `only` says which one counts.
    ///
    /// # Errors
    /// Where no column names a person, or two have one name.
    pub fn read(line: &[u8], only: Option<&'static str>) -> Result<Self, HeaderError> {
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        let found = DELIMITERS
            .iter()
            .map(|delimiter| (*delimiter, columns(line, *delimiter)))
            .find(|(_, columns)| !columns.is_empty());
        let (delimiter, mut columns) = found.ok_or(HeaderError::NoColumn)?;
        if let Some(only) = only {
            columns.retain(|(_, name)| *name == only);
            if columns.is_empty() {
                return Err(HeaderError::NotThere(only));
            }
        }
        let mut names: Vec<_> = columns.iter().map(|(_, name)| *name).collect();
        names.sort_unstable();
        match names.windows(2).find(|pair| pair.first() == pair.last()) {
            Some(pair) => Err(HeaderError::Twice(
                pair.first().copied().unwrap_or_default(),
            )),
            None => Ok(Self { delimiter, columns }),
        }
    }

    /// The name of a column, if it is one that names persons.
    #[must_use]
    pub fn name(text: &str) -> Option<&'static str> {
        NAMES
            .into_iter()
            .find(|name| name.eq_ignore_ascii_case(text.trim()))
    }

    /// The first line with the column of the reason behind it.
    #[must_use]
    pub fn with_reason(&self, line: &[u8]) -> Vec<u8> {
        let name = b"placet_reason";
        [line_of(line), &[self.delimiter], name, end_of(line)].concat()
    }

    /// The one field that names the person, in a line without quotes.
    #[inline]
    pub(super) fn sole<'r>(&self, line: &'r [u8]) -> Option<(&'static str, &'r [u8])> {
        let [(column, name)] = self.columns.as_slice() else {
            return None;
        };
        let mut rest = line;
        for _ in 0..*column {
            rest = rest.get(memchr::memchr(self.delimiter, rest)? + 1..)?;
        }
        let end = memchr::memchr(self.delimiter, rest).unwrap_or(rest.len());
        Some((name, rest.get(..end)?))
    }

    pub(super) fn identifiers<'r>(
        &self,
        line: &'r [u8],
        each: &mut dyn FnMut(&'static str, Cow<'r, str>),
    ) -> Result<(), Unreadable> {
        let mut fields = csv::fields(line, self.delimiter).enumerate();
        for (column, name) in &self.columns {
            let field = fields.find(|(at, _)| at == column);
            let text = text(field.ok_or(Unreadable)?.1)?;
            if !text.trim().is_empty() {
                each(name, text);
            }
        }
        Ok(())
    }
}

fn text(field: Cow<'_, [u8]>) -> Result<Cow<'_, str>, Unreadable> {
    match field {
        Cow::Borrowed(bytes) => std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(drop),
        Cow::Owned(bytes) => String::from_utf8(bytes).map(Cow::Owned).map_err(drop),
    }
    .map_err(|()| Unreadable)
}

fn columns(line: &[u8], delimiter: u8) -> Vec<(usize, &'static str)> {
    let named = |(at, field): (usize, Cow<'_, [u8]>)| {
        Some((at, Header::name(std::str::from_utf8(&field).ok()?)?))
    };
    csv::fields(line, delimiter)
        .enumerate()
        .filter_map(named)
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_columns_are_found_whatever_separates_them() {
        for line in [
            "name,email",
            "name;email",
            "name\temail",
            "\u{feff}name,E-Mail,\"Email\"",
        ] {
            let header = Header::read(line.as_bytes(), None).unwrap();
            assert_eq!(
                header.columns.last().map(|column| column.1),
                Some("email"),
                "{line}"
            );
        }
    }

    #[test]
    fn a_header_that_names_nobody_or_one_twice_is_refused() {
        assert_eq!(
            Header::read(b"name,address", None),
            Err(HeaderError::NoColumn)
        );
        assert_eq!(Header::read(b"", None), Err(HeaderError::NoColumn));
        assert_eq!(
            Header::read(b"email,email", None),
            Err(HeaderError::Twice("email"))
        );
        let only = Header::read(b"email,phone", Some("crm_id"));
        assert_eq!(only, Err(HeaderError::NotThere("crm_id")));
    }

    #[test]
    fn a_line_without_the_column_is_unreadable() {
        let header = Header::read(b"name,email", None).unwrap();
        let mut seen = Vec::new();
        let mut read = |line: &'static [u8]| {
            header.identifiers(line, &mut |name, text| seen.push((name, text.into_owned())))
        };
        assert_eq!(read(b"Anne,anne@example.fr"), Ok(()));
        assert_eq!(read(b"Anne,"), Ok(()));
        assert_eq!(read(b"Anne"), Err(Unreadable));
        assert_eq!(read(b"Anne,\xff"), Err(Unreadable));
        assert_eq!(seen, [("email", "anne@example.fr".to_owned())]);
        assert_eq!(header.sole(b"Anne"), None);
        let anne = Some(("email", b"anne@example.fr".as_slice()));
        assert_eq!(header.sole(b"Anne,anne@example.fr"), anne);
        assert_eq!(header.sole(b"Anne,anne@example.fr,x"), anne);
        let two = Header::read(b"email,phone", None).unwrap();
        assert_eq!(two.sole(b"anne@example.fr,+33"), None);
    }
}
