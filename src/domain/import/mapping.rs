//! The mapping file: which column says what.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::domain::registry::identifier::IdentifierKind;
use crate::domain::registry::{Act, GivenBy};

use super::refusal::{MappingError, refused, unfit};
use super::row::ImportStatus;
use super::words::{Column, Delimiter, Language, NoticeRef, TimeFormat, Word, Zone};

/// How to read one layout of export.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    pub(super) source: Word,
    pub(super) timezone: Zone,
    pub(super) file: FileLayout,
    pub(super) identifiers: Vec<Spanned<IdentifierRule>>,
    pub(super) consent: Vec<Spanned<ConsentRule>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileLayout {
    pub(super) delimiter: Delimiter,
    pub(super) encoding: Encoding,
    #[serde(default = "yes")]
    pub(super) header: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum Encoding {
    #[serde(rename = "utf-8")]
    Utf8,
    #[serde(rename = "windows-1252")]
    Windows1252,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IdentifierRule {
    pub(super) kind: IdentifierKind,
    pub(super) column: Column,
    /// Where phone numbers without country code were written down.
    pub(super) region: Option<String>,
    pub(super) region_column: Option<Column>,
    /// Phone numbers are bare digits that begin with the country code.
    #[serde(default)]
    pub(super) international: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConsentRule {
    pub(super) purpose: Word,
    pub(super) channel: Word,
    /// The contact point that the channel reaches: without it a yes says nothing.
    pub(super) needs: Option<IdentifierKind>,
    /// Every line says this.
    pub(super) status: Option<StatusWord>,
    /// Columns that say it; the strictest wins.
    #[serde(default)]
    pub(super) status_from: Vec<StatusRule>,
    /// When a yes or a refusal was given.
    pub(super) collected_at: Option<TimeRule>,
    /// When a yes was taken back.
    pub(super) withdrawn_at: Option<TimeRule>,
    /// When a yes was confirmed by double opt-in; it counts from then.
    pub(super) confirmed_at: Option<TimeRule>,
    /// By which act everybody of this file answered.
    pub(super) act: Option<Act>,
    /// Who answered for everybody of this file.
    pub(super) given_by: Option<GivenBy>,
    /// Whether these consents are explicit.
    pub(super) explicit: Option<bool>,
    /// Whether these phone numbers were verified as the persons'.
    pub(super) phone_number_verified: Option<bool>,
    pub(super) notice: Option<NoticeRef>,
    pub(super) notice_column: Option<Column>,
    pub(super) language: Option<Language>,
    pub(super) language_column: Option<Column>,
    #[serde(default)]
    pub(super) evidence: Vec<EvidenceRule>,
}

/// What an answer says, as mappings write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusWord {
    /// A yes.
    Given,
    /// A no, when asked.
    Refused,
    /// A yes that was taken back.
    Withdrawn,
    /// The line says nothing about this consent.
    Skip,
}

impl StatusWord {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Given, Self::Refused, Self::Withdrawn, Self::Skip];

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Skip => "skip",
        }
    }

    /// Reads a word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }

    pub(super) fn status(self) -> Option<ImportStatus> {
        match self {
            Self::Given => Some(ImportStatus::Given),
            Self::Refused => Some(ImportStatus::Refused),
            Self::Withdrawn => Some(ImportStatus::Withdrawn),
            Self::Skip => None,
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StatusRule {
    pub(super) column: Column,
    /// The cell is a set of words with these signs between them.
    pub(super) split: Option<String>,
    pub(super) values: BTreeMap<String, StatusWord>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TimeRule {
    pub(super) column: Column,
    pub(super) format: TimeFormat,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EvidenceRule {
    pub(super) column: Column,
    pub(super) name: Word,
    #[serde(default)]
    pub(super) proves: Proves,
}

/// What a filled cell shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Proves {
    /// Nothing by itself; it is kept beside the rest.
    #[default]
    Context,
    /// That the person acted: a confirmation they clicked, the form's address.
    Act,
}

fn yes() -> bool {
    true
}

impl Mapping {
    /// Reads a mapping file.
    ///
    /// # Errors
    /// The first thing wrong, with its line and how to mend it.
    pub fn load(text: &str) -> Result<Self, MappingError> {
        let mapping: Self = toml::from_str(text).map_err(|error| refused(text, &error))?;
        mapping.check(text)?;
        Ok(mapping)
    }

    /// The id of the system the file comes from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source.0
    }

    /// The purposes and channels it makes claims about, for a check against
    /// the catalogue before the file is read.
    pub fn claims(&self) -> impl Iterator<Item = (&str, &str)> {
        let rules = self.consent.iter().map(Spanned::get_ref);
        rules.map(|rule| (rule.purpose.0.as_str(), rule.channel.0.as_str()))
    }

    /// The notices named in it, for the same check.
    pub fn notices(&self) -> impl Iterator<Item = &str> {
        let rules = self.consent.iter().map(Spanned::get_ref);
        rules.filter_map(|rule| rule.notice.as_ref().map(|notice| notice.0.as_str()))
    }

    fn check(&self, text: &str) -> Result<(), MappingError> {
        if self.identifiers.is_empty() {
            return Err(unfit(
                text,
                0,
                "no identifier is named; add [[identifiers]]",
            ));
        }
        if self.consent.is_empty() {
            return Err(unfit(text, 0, "no consent is named; add [[consent]]"));
        }
        for rule in &self.identifiers {
            let checked = check_identifier(rule.get_ref());
            checked.map_err(|what| unfit(text, rule.span().start, what))?;
        }
        for rule in &self.consent {
            let checked = check_consent(rule.get_ref());
            checked.map_err(|what| unfit(text, rule.span().start, what))?;
        }
        Ok(())
    }
}

fn check_identifier(rule: &IdentifierRule) -> Result<(), &'static str> {
    let regions = usize::from(rule.region.is_some())
        + usize::from(rule.region_column.is_some())
        + usize::from(rule.international);
    if regions > 1 {
        return Err("region, region_column and international exclude each other; keep one of them");
    }
    if regions > 0 && rule.kind != IdentifierKind::Phone {
        return Err("only phone numbers have a region; remove it here");
    }
    Ok(())
}

fn check_consent(rule: &ConsentRule) -> Result<(), &'static str> {
    if rule.status.is_some() != rule.status_from.is_empty() {
        return Err("say the status once; give either status or [[consent.status_from]]");
    }
    if rule.status_from.iter().any(|from| from.values.is_empty()) {
        return Err("the table of status values is empty; say what each value means");
    }
    if rule.notice.is_some() && rule.notice_column.is_some() {
        return Err("say the notice once; give either notice or notice_column");
    }
    if rule.language.is_some() && rule.language_column.is_some() {
        return Err("say the language once; give either language or language_column");
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const GOOD: &str = r#"source = "shop"
timezone = "Europe/Paris"
file = { delimiter = ";", encoding = "utf-8" }
[[identifiers]]
kind = "email"
column = "MAIL"
[[consent]]
purpose = "newsletter"
channel = "email"
status = "given"
"#;

    fn refusal(from: &str, to: &str) -> MappingError {
        assert!(GOOD.contains(from));
        Mapping::load(&GOOD.replacen(from, to, 1)).unwrap_err()
    }

    #[test]
    fn a_good_mapping_loads() {
        let mapping = Mapping::load(GOOD).unwrap();
        assert_eq!(mapping.source(), "shop");
        assert_eq!(
            mapping.claims().collect::<Vec<_>>(),
            [("newsletter", "email")]
        );
    }

    #[test]
    fn errors_name_their_line_and_how_to_mend() {
        for (from, to, line, what) in [
            ("Europe/Paris", "Paris", 2, "this time zone is not known"),
            (";", "::", 3, "this delimiter is not known"),
            ("utf-8", "utf-16", 3, "unknown variant"),
            ("\"email\"", "\"mail\"", 5, "unknown variant"),
            ("column = \"MAIL\"", "colum = \"MAIL\"", 6, "unknown field"),
            ("column = \"MAIL\"", "", 4, "missing field"),
            ("newsletter", "News letter", 8, "this is no id"),
            ("\"given\"", "\"yes\"", 10, "unknown variant"),
            ("status = \"given\"", "", 7, "say the status once"),
            (
                "column = \"MAIL\"",
                "column = \"MAIL\"\nregion = \"FR\"",
                4,
                "only phone numbers",
            ),
        ] {
            let error = refusal(from, to);
            assert_eq!(error.line, line, "{error}");
            assert!(error.what.contains(what), "{error}");
            assert!(!error.mend.is_empty());
        }
    }
}
