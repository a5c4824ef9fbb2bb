//! What would flip a denial, as an answer tells it.

use crate::app::check::Decided;
use crate::app::outlook::{Lawful, NOTHING_EN, NOTHING_FR, WayOut};
use serde::Serialize;
use std::borrow::Cow;
use utoipa::ToSchema;

/// What would make a denied use lawful: the smallest change that was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct LawfulIf<'a> {
    /// A stable word for it.
    pub code: Cow<'a, str>,
    /// French.
    pub fr: Cow<'a, str>,
    /// English.
    pub en: Cow<'a, str>,
    /// From when on it would be permitted, where time must pass, as RFC 3339 with the offset that
    /// holds where the person is: not a minute earlier.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-11-30T10:00:00+01:00")]
    pub from: Option<String>,
    /// What somebody must do besides: all of it, and nothing else. Empty beside `from` where waiting
    /// is enough; empty without `from` where nothing helps. Absent where it was not found out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<Vec<ChangeView>>,
    /// The contacts that must have left the periods in which they count.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aged: Vec<AgedView>,
}

/// One change.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeView {
    /// A stable word for it: `consent`, `fact:on_bloctel`.
    #[schema(value_type = String, example = "fact:on_bloctel")]
    pub code: &'static str,
    /// The value to give, where it is a fact.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "false")]
    pub value: Option<&'static str>,
    /// Who can make it: `caller` or `person`.
    #[schema(value_type = String, example = "caller")]
    pub by: &'static str,
    /// French.
    pub fr: String,
    /// English.
    pub en: String,
}

/// A contact that counts now.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgedView {
    /// When it was.
    pub at: String,
    /// By which channel.
    #[schema(value_type = String, example = "phone_live")]
    pub channel: &'static str,
}

/// Writes it as a field of the object that is being written. A way out is of one outcome, and its text
/// is made once.
pub(super) fn put(answer: &mut Vec<u8>, decided: &Decided) -> serde_json::Result<()> {
    let Some(way) = decided.lawful.way() else {
        let Some(lawful) = LawfulIf::of(decided) else {
            return Ok(());
        };
        answer.extend_from_slice(FIELD);
        return serde_json::to_writer(answer, &lawful);
    };
    let make = || serde_json::to_string(&LawfulIf::of(decided)).unwrap_or_else(|_| "null".into());
    answer.extend_from_slice(FIELD);
    answer.extend_from_slice(way.text(make).as_bytes());
    Ok(())
}

const FIELD: &[u8] = b",\"lawful_if\":";

impl<'a> LawfulIf<'a> {
    /// Of a decision; none on a permit, and where neither the rule nor the search says anything.
    #[must_use]
    pub fn of(decided: &'a Decided) -> Option<Self> {
        let rule = decided.outcome.lawful_if();
        let code = rule.map(|rule| rule.code.as_str());
        match &decided.lawful {
            Lawful::NotKnown => rule.map(|rule| Self::new(&rule.code, &rule.fr, &rule.en)),
            Lawful::Nothing => Some(Self {
                changes: Some(Vec::new()),
                ..Self::new("nothing", NOTHING_FR, NOTHING_EN)
            }),
            Lawful::If(way) => Some(Self::found(code, way)),
        }
    }

    fn new(code: &'a str, fr: &'a str, en: &'a str) -> Self {
        Self {
            code: code.into(),
            fr: fr.into(),
            en: en.into(),
            from: None,
            changes: None,
            aged: Vec::new(),
        }
    }

    fn found(code: Option<&'a str>, way: &'a WayOut) -> Self {
        let first = way.changes.first().map_or("time", |change| change.code);
        let change = |change: &crate::app::outlook::Change| ChangeView {
            code: change.code,
            value: change.value,
            by: change.by.as_str(),
            fr: way.change_fr(change),
            en: way.change_en(change),
        };
        let aged = |one: &crate::app::outlook::Aged| AgedView {
            at: way.instant_text(one.at),
            channel: one.channel.as_str(),
        };
        Self {
            code: code.unwrap_or(first).into(),
            fr: way.fr().into(),
            en: way.en().into(),
            from: way.from_text(),
            changes: Some(way.changes.iter().map(change).collect()),
            aged: way.aged.iter().map(aged).collect(),
        }
    }
}
