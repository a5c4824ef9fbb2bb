//! A mapping put together from choices, as text: what a page asks for becomes the file that the command line takes.

use super::mapping::StatusWord;
use crate::domain::registry::identifier::IdentifierKind;
use crate::domain::registry::{Channel, reached_by};
use serde::Serialize;
use std::collections::BTreeMap;

/// What was chosen.
#[derive(Debug, Clone)]
pub struct MappingDraft {
    /// The system that the file comes from.
    pub source: String,
    /// The zone of times without an offset.
    pub timezone: String,
    /// What stands between two cells.
    pub delimiter: char,
    /// The encoding.
    pub encoding: &'static str,
    /// Which columns say who it is; of phone numbers the country where they were written down.
    pub identifiers: Vec<(IdentifierKind, String, Option<String>)>,
    /// What for.
    pub purpose: String,
    /// By which channel.
    pub channel: Channel,
    /// What people answered.
    pub says: Says,
    /// The column of the times, and how they are written.
    pub date: Option<(String, String)>,
    /// The words that were shown, as `newsletter@3`.
    pub notice: Option<String>,
    /// In which language.
    pub language: Option<String>,
    /// The column that shows that the person acted.
    pub act: Option<String>,
}

/// Where the answers stand.
#[derive(Debug, Clone)]
pub enum Says {
    /// Every line says the same.
    All(StatusWord),
    /// A column says it, by these words.
    By(String, BTreeMap<String, StatusWord>),
}

#[derive(Serialize)]
struct Document<'a> {
    source: &'a str,
    timezone: &'a str,
    file: Layout<'a>,
    identifiers: Vec<Identifier<'a>>,
    consent: [Consent<'a>; 1],
}

#[derive(Serialize)]
struct Layout<'a> {
    delimiter: String,
    encoding: &'a str,
}

#[derive(Serialize)]
struct Identifier<'a> {
    kind: &'static str,
    column: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'a str>,
}

#[derive(Serialize)]
struct Consent<'a> {
    purpose: &'a str,
    channel: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    needs: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<StatusWord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    collected_at: Option<Time<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    withdrawn_at: Option<Time<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<Evidence<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    status_from: Vec<StatusFrom<'a>>,
}

#[derive(Serialize)]
struct Time<'a> {
    column: &'a str,
    format: &'a str,
}

#[derive(Serialize)]
struct Evidence<'a> {
    column: &'a str,
    name: &'static str,
    proves: &'static str,
}

#[derive(Serialize)]
struct StatusFrom<'a> {
    column: &'a str,
    values: &'a BTreeMap<String, StatusWord>,
}

impl MappingDraft {
    /// The mapping's text. Whether it can be used says [`super::Mapping::load`].
    #[must_use]
    pub fn to_text(&self) -> String {
        let identifier = |(kind, column, region): &'_ (IdentifierKind, String, Option<String>)| {
            let (kind, column, region) = (kind.as_str(), column.clone(), region.clone());
            (kind, column, region)
        };
        let named: Vec<_> = self.identifiers.iter().map(identifier).collect();
        let document = Document {
            source: &self.source,
            timezone: &self.timezone,
            file: Layout {
                delimiter: self.delimiter.to_string(),
                encoding: self.encoding,
            },
            identifiers: named
                .iter()
                .map(|(kind, column, region)| Identifier {
                    kind,
                    column,
                    region: region.as_deref(),
                })
                .collect(),
            consent: [self.consent()],
        };
        // every part is a text, a list or a table: it can be written
        toml::to_string(&document).unwrap_or_default()
    }

    fn consent(&self) -> Consent<'_> {
        let (status, status_from) = match &self.says {
            Says::All(word) => (Some(*word), Vec::new()),
            Says::By(column, values) => (None, vec![StatusFrom { column, values }]),
        };
        let time = || {
            let (column, format) = self.date.as_ref()?;
            Some(Time { column, format })
        };
        let act = self.act.iter().map(|column| Evidence {
            column,
            name: "act",
            proves: "act",
        });
        Consent {
            purpose: &self.purpose,
            channel: self.channel.as_str(),
            needs: reached_by(self.channel).map(IdentifierKind::as_str),
            status,
            notice: self.notice.as_deref(),
            language: self.language.as_deref(),
            collected_at: time(),
            withdrawn_at: time(),
            evidence: act.collect(),
            status_from,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::super::{ImportStatus, Mapping, Reader};
    use super::*;
    use crate::domain::time::from_micros;

    fn draft(says: Says) -> MappingDraft {
        MappingDraft {
            source: "old-shop".into(),
            timezone: "Europe/Paris".into(),
            delimiter: ';',
            encoding: "utf-8",
            identifiers: vec![
                (IdentifierKind::Email, "E-mail \"pro\"".into(), None),
                (IdentifierKind::Phone, "Tél".into(), Some("FR".into())),
            ],
            purpose: "newsletter".into(),
            channel: Channel::Email,
            says,
            date: Some(("Le".into(), "%d/%m/%Y".into())),
            notice: Some("newsletter@1".into()),
            language: Some("fr".into()),
            act: Some("IP".into()),
        }
    }

    #[test]
    fn what_was_chosen_reads_the_file() {
        let words = [
            ("oui".to_owned(), StatusWord::Given),
            ("non".to_owned(), StatusWord::Withdrawn),
            (String::new(), StatusWord::Skip),
        ];
        let text = draft(Says::By("Accord".into(), words.into())).to_text();
        let mapping = Mapping::load(&text).unwrap();
        let file = "\"E-mail \"\"pro\"\"\";Tél;Accord;Le;IP\n\
            anne@example.fr;0612345678;oui;03/04/2024;10.0.0.1\n\
            bob@example.fr;;non;03/04/2024;\ncem@example.fr;;;;\n";
        let now = from_micros(1_800_000_000_000_000);
        let rows: Vec<_> = Reader::new(file.as_bytes(), &mapping, now)
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let statuses: Vec<_> = rows
            .iter()
            .map(|row| row.claims.first().map(|claim| (claim.status, claim.proof)))
            .collect();
        assert_eq!(
            statuses,
            [
                Some((ImportStatus::Given, true)),
                Some((ImportStatus::Withdrawn, false)),
                None
            ]
        );
    }

    #[test]
    fn a_file_of_one_answer_says_so() {
        let mut draft = draft(Says::All(StatusWord::Withdrawn));
        (draft.date, draft.notice, draft.language, draft.act) = (None, None, None, None);
        let text = draft.to_text();
        assert!(text.contains("status = \"withdrawn\""), "{text}");
        let mapping = Mapping::load(&text).unwrap();
        assert_eq!(
            mapping.claims().collect::<Vec<_>>(),
            [("newsletter", "email")]
        );
    }
}
