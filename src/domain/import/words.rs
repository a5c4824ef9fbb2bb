//! The words of a mapping file, checked while it is read so that each error
//! comes with its line. Texts have the form `what; how to mend`.

use chrono::format::{Fixed, Item, Numeric, StrftimeItems};
use chrono::{DateTime, NaiveDate, NaiveDateTime};
use chrono_tz::Tz;
use serde::Deserialize;

/// A purpose, channel, source or evidence name.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Word(pub(super) String);

impl TryFrom<String> for Word {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-.".contains(&b);
        let fits = (1..=64).contains(&text.len()) && text.bytes().all(allowed);
        fits.then_some(Self(text)).ok_or(
            "this is no id; use 1 to 64 small letters, digits, hyphens, dots and underscores",
        )
    }
}

/// The name of a column, or its number from 1 where the file has no header.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Column(pub(super) String);

impl TryFrom<String> for Column {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let name = text.trim();
        if name.is_empty() || name.chars().any(char::is_control) {
            return Err("this is no column name; copy it from the header of the file");
        }
        Ok(Self(name.to_owned()))
    }
}

/// The byte between two cells.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Delimiter(pub(super) u8);

impl TryFrom<String> for Delimiter {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.as_str() {
            "," => Ok(Self(b',')),
            ";" => Ok(Self(b';')),
            "\t" => Ok(Self(b'\t')),
            "|" => Ok(Self(b'|')),
            _ => Err("this delimiter is not known; use one of , ; | or \\t"),
        }
    }
}

/// The time zone of times that carry no offset.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Zone(pub(super) Tz);

impl TryFrom<String> for Zone {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
            .map(Self)
            .map_err(|_| "this time zone is not known; use an IANA name such as Europe/Paris")
    }
}

/// How times are written, and how much of an instant they tell.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub(super) enum TimeFormat {
    /// RFC 3339.
    Rfc3339,
    /// With its offset from UTC.
    Offset(String),
    /// Date and time in the mapping's zone.
    Local(String),
    /// A day in the mapping's zone.
    Day(String),
}

impl TryFrom<String> for TimeFormat {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text == "rfc3339" {
            return Ok(Self::Rfc3339);
        }
        let items: Vec<_> = StrftimeItems::new(&text).collect();
        if items.iter().any(|item| matches!(item, Item::Error)) {
            return Err("this time format cannot be read; use rfc3339 or strftime signs");
        }
        if items.iter().any(is_offset) {
            Ok(Self::Offset(text))
        } else if items.iter().any(is_hour) {
            Ok(Self::Local(text))
        } else {
            Ok(Self::Day(text))
        }
    }
}

/// Whether a text tells a time in a format of [`super::look`]'s.
pub(super) fn tells_time(text: &str, format: &str) -> bool {
    match TimeFormat::try_from(format.to_owned()) {
        Ok(TimeFormat::Rfc3339) => DateTime::parse_from_rfc3339(text).is_ok(),
        Ok(TimeFormat::Offset(format)) => DateTime::parse_from_str(text, &format).is_ok(),
        Ok(TimeFormat::Local(format)) => NaiveDateTime::parse_from_str(text, &format).is_ok(),
        Ok(TimeFormat::Day(format)) => NaiveDate::parse_from_str(text, &format).is_ok(),
        Err(_) => false,
    }
}

fn is_offset(item: &Item<'_>) -> bool {
    use Fixed as F;
    matches!(
        item,
        Item::Numeric(Numeric::Timestamp, _)
            | Item::Fixed(
                F::TimezoneOffset
                    | F::TimezoneOffsetColon
                    | F::TimezoneOffsetDoubleColon
                    | F::TimezoneOffsetTripleColon
                    | F::TimezoneOffsetColonZ
                    | F::TimezoneOffsetZ
                    | F::RFC2822
                    | F::RFC3339
            )
    )
}

fn is_hour(item: &Item<'_>) -> bool {
    matches!(item, Item::Numeric(Numeric::Hour | Numeric::Hour12, _))
}

/// A notice and its version, `newsletter@3`.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct NoticeRef(pub(super) String);

impl TryFrom<String> for NoticeRef {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        is_notice(&text)
            .then_some(Self(text))
            .ok_or("this is no notice; write id@version, such as newsletter@3")
    }
}

pub(super) fn is_notice(text: &str) -> bool {
    text.split_once('@').is_some_and(|(id, version)| {
        Word::try_from(id.to_owned()).is_ok() && version.parse::<u32>().is_ok_and(|v| v > 0)
    })
}

/// A language tag, `fr` or `pt-BR`.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Language(pub(super) String);

impl TryFrom<String> for Language {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        is_language(&text)
            .then_some(Self(text))
            .ok_or("this is no language; write a tag such as fr or pt-BR")
    }
}

/// The shape of BCP 47: a primary subtag of two or three letters, then
/// subtags of up to eight signs.
pub(super) fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let primary = parts.next().unwrap_or_default();
    let is_subtag = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    (2..=3).contains(&primary.len())
        && primary.bytes().all(|b| b.is_ascii_lowercase())
        && text.len() <= 35
        && parts.all(is_subtag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(text: &str) -> Result<TimeFormat, &'static str> {
        TimeFormat::try_from(text.to_owned())
    }

    #[test]
    fn time_formats_tell_how_much_they_say() {
        assert!(matches!(
            format("%Y-%m-%d %H:%M:%S%.f %z %Z"),
            Ok(TimeFormat::Offset(_))
        ));
        assert!(matches!(format("%s"), Ok(TimeFormat::Offset(_))));
        assert!(matches!(format("%Y-%m-%d %H:%M"), Ok(TimeFormat::Local(_))));
        assert!(matches!(format("%F %T"), Ok(TimeFormat::Local(_))));
        assert!(matches!(format("%d-%m-%Y"), Ok(TimeFormat::Day(_))));
        assert!(format("%Y-%Q").is_err());
    }

    #[test]
    fn notices_and_languages() {
        assert!(is_notice("newsletter@3"));
        assert!(!is_notice("newsletter") && !is_notice("n@0") && !is_notice("N@1"));
        assert!(is_language("fr") && is_language("pt-BR"));
        assert!(!is_language("French") && !is_language("fr-") && !is_language(""));
    }
}
