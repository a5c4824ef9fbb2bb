//! A check as it goes from one node to another.

use crate::access::token::TokenHash;
use crate::app::FieldProblem;
use crate::app::admit::Badge;
use crate::app::check::Question;
use crate::app::decisions::When;
use crate::app::oauth::Holder;
use crate::audit::encoding::{hex, unhex};
use crate::domain::ids::{Blind, KeyId};
use crate::domain::registry::IdentifierKinds;
use crate::http::api::checks::{Check, question_about};
use crate::http::json;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use std::collections::BTreeMap;

/// Who asks, as the node found that came first: it has looked at the line, and at the certificate where one was needed.
#[derive(Serialize, Deserialize)]
enum Asker {
    Key(String),
    Client { id: KeyId, ends: DateTime<Utc> },
}

/// In which form a check is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Form {
    /// As `/v1/checks` answers.
    Check,
    /// As `/access/v1/evaluation` does.
    Evaluation,
}

/// Who asks, when it is answered, and in which form.
#[derive(Debug, Clone, Copy)]
pub struct By {
    /// What the caller showed.
    pub badge: Badge,
    /// Before its record is on the disk, or after.
    pub when: When,
    /// As what.
    pub form: Form,
}

/// The fields of a check, but for the subject.
pub type Fields = BTreeMap<String, Box<RawValue>>;

/// A check.
#[derive(Serialize, Deserialize)]
struct Wire {
    asker: Asker,
    when: When,
    form: Form,
    contacts: Vec<String>,
    filed: Vec<String>,
    kinds: u8,
    body: Fields,
}

/// Nobody is named in the body.
const NOBODY: &str = "null";

/// The fields of a body that was read as a check.
pub fn fields(body: &[u8]) -> Option<Fields> {
    serde_json::from_slice(body).ok()
}

/// Writes a check, of which `body` was read as a question; `None` where it cannot be written.
pub(super) fn write(by: By, question: &Question, mut body: Fields) -> Option<Box<RawValue>> {
    let nobody = RawValue::from_string(NOBODY.to_owned()).ok()?;
    body.insert("subject".to_owned(), nobody);
    body.remove("record");
    let hashes = |all: &[Blind]| all.iter().map(|one| hex(&one.0)).collect();
    let wire = Wire {
        asker: Asker::of(by.badge),
        when: by.when,
        form: by.form,
        contacts: hashes(&question.blinds),
        filed: hashes(&question.coarse),
        kinds: question.kinds.bits(),
        body,
    };
    to_raw_value(&wire).ok()
}

/// Reads a check: who asks what.
///
/// # Errors
/// What is wrong with it; nobody sees that but the node that asked, which answers itself then.
pub(super) fn read(text: &RawValue) -> Result<(By, Question), Vec<FieldProblem>> {
    let wire: Wire = serde_json::from_str(text.get()).map_err(|_| Vec::new())?;
    let hashes = |all: Vec<String>| -> Option<Vec<Blind>> {
        all.iter().map(|one| unhex(one).map(Blind)).collect()
    };
    let body = to_raw_value(&wire.body).map_err(|_| Vec::new())?;
    let asked: Check<()> = json::read(body.get().as_bytes()).map_err(|_| Vec::new())?;
    let whom = hashes(wire.contacts).zip(hashes(wire.filed));
    let (contacts, filed) = whom.ok_or_else(Vec::new)?;
    let kinds = IdentifierKinds::of_bits(wire.kinds);
    let question = question_about((contacts, filed, kinds), asked)?;
    let badge = wire.asker.badge().ok_or_else(Vec::new)?;
    let by = By {
        badge,
        when: wire.when,
        form: wire.form,
    };
    Ok((by, question))
}

impl Asker {
    fn of(badge: Badge) -> Self {
        match badge {
            Badge::Key(TokenHash(hash)) => Self::Key(hex(&hash)),
            Badge::Token(Holder { client, ends, .. }) => Self::Client { id: client, ends },
        }
    }

    fn badge(self) -> Option<Badge> {
        match self {
            Self::Key(hash) => Some(Badge::Key(TokenHash(unhex(&hash)?))),
            Self::Client { id, ends } => Some(Badge::Token(Holder {
                client: id,
                ends,
                certificate: None,
            })),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use chrono::TimeZone;

    fn question(facts: &str) -> (Question, String) {
        let body = format!(
            r#"{{"subject":null,"purpose":"offers","channel":"sms","campaign":"spring","facts":{facts},"person":{{"country":"FR"}}}}"#
        );
        let asked: Check<()> = json::read(body.as_bytes()).unwrap();
        let whom = (
            vec![Blind([1; 32]), Blind([2; 32])],
            vec![Blind([3; 32])],
            IdentifierKinds::of_bits(5),
        );
        (question_about(whom, asked).unwrap(), body)
    }

    /// Also what tells `null` from what is left out.
    #[test]
    fn a_check_comes_as_it_went() {
        let client = Badge::Token(Holder {
            client: "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b".parse().unwrap(),
            ends: chrono::Utc.timestamp_opt(1_700_000_000, 0).unwrap(),
            certificate: None,
        });
        let key = Badge::Key(TokenHash([9; 32]));
        for facts in [
            "{}",
            r#"{"on_robinson_list":false}"#,
            r#"{"customer":true}"#,
        ] {
            let (question, body) = question(facts);
            for badge in [key, client] {
                let by = By {
                    badge,
                    when: When::Later,
                    form: Form::Evaluation,
                };
                let text = write(by, &question, fields(body.as_bytes()).unwrap()).unwrap();
                let (came, read) = read(&text).unwrap();
                assert_eq!(
                    (came.badge, came.when, came.form),
                    (badge, by.when, by.form)
                );
                assert_eq!(format!("{read:?}"), format!("{question:?}"));
            }
        }
    }

    #[test]
    fn what_is_no_check_is_refused() {
        let by = By {
            badge: Badge::Key(TokenHash([9; 32])),
            when: When::Now,
            form: Form::Check,
        };
        let (question, body) = question("{}");
        let text = write(by, &question, fields(body.as_bytes()).unwrap()).unwrap();
        let changed = [
            ("\"kinds\":5", "\"kinds\":\"x\""),
            ("0101", "01"),
            ("offers\"", "offers\",\"x\":1"),
        ];
        for (from, to) in changed {
            let changed = text.get().replacen(from, to, 1);
            assert_ne!(changed, text.get());
            assert!(
                read(&RawValue::from_string(changed).unwrap()).is_err(),
                "{from}"
            );
        }
    }
}
