//! What an export is asked for, and which entries answer it.

use crate::app::check::{NO_CAMPAIGN, is_campaign};
use crate::app::refusal::Refusal;
use crate::domain::registry::Slug;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What an export is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportQuery {
    /// From this instant on, by the times of the log's entries.
    pub from: DateTime<Utc>,
    /// Up to this instant, itself no longer in it.
    pub to: DateTime<Utc>,
    /// The entries of this controller alone; the others are proven and their content withheld.
    pub controller: Option<Slug>,
    /// The entries of this purpose alone.
    pub purpose: Option<Slug>,
    /// The uses of this campaign alone: its contacts, its lists, its decisions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
}

impl ExportQuery {
    /// Whether it can be.
    pub(in crate::app) fn look(&self) -> Result<(), Refusal> {
        if self.from > self.to {
            return Err(Refusal::field(
                "/to",
                "period_reversed",
                "must not be before the period's start",
            ));
        }
        campaign(self.campaign.as_deref())
    }

    /// Whether the content of an entry is asked for. Where a controller or a purpose is named, an
    /// entry that names none is not: another brand's customers are no part of this brand's export.
    pub(super) fn asks_for(&self, kind: &str, payload: &Value) -> bool {
        let own = |name: &str| payload.get(name).and_then(Value::as_str);
        let body = |name: &str| {
            payload
                .get("body")
                .and_then(|body| body.get(name))
                .and_then(Value::as_str)
        };
        let (controller, purpose) = match kind {
            "controller.published" => (own("id"), None),
            "purpose.published" => (body("controller"), own("id")),
            "notice.published" => (None, body("purpose")),
            // how many decisions of whomsoever, and a hash: each decision is looked at for itself
            "decisions.recorded" => return true,
            _ => (own("controller"), own("purpose")),
        };
        // a notice and a controller lack one of the two: the other then decides
        let fits =
            |asked: &Option<Slug>, named: Option<&str>, other: Option<&str>| match (asked, named) {
                (Some(asked), Some(named)) => asked.as_str() == named,
                (Some(_), None) => other.is_some() && kind.ends_with(".published"),
                (None, _) => true,
            };
        let campaign = self.campaign.as_deref();
        campaign.is_none_or(|asked| own("campaign") == Some(asked))
            && fits(&self.controller, controller, purpose)
            && fits(&self.purpose, purpose, controller)
    }
}

/// Whether a campaign may be called so.
pub(in crate::app) fn campaign(name: Option<&str>) -> Result<(), Refusal> {
    if name.is_none_or(is_campaign) {
        return Ok(());
    }
    Err(Refusal::field(
        "/campaign",
        "campaign_malformed",
        NO_CAMPAIGN,
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    fn query(controller: Option<&str>, purpose: Option<&str>) -> ExportQuery {
        let slug = |text: &str| text.parse().unwrap();
        let epoch = DateTime::UNIX_EPOCH;
        ExportQuery {
            from: epoch,
            to: epoch,
            controller: controller.map(slug),
            purpose: purpose.map(slug),
            campaign: None,
        }
    }

    #[test]
    fn only_what_was_asked_for() {
        let consent = json!({"controller": "b1", "purpose": "news"});
        let asks = |q: ExportQuery| q.asks_for("consent.given", &consent);
        assert!(asks(query(None, None)) && asks(query(Some("b1"), Some("news"))));
        assert!(!asks(query(Some("b2"), None)) && !asks(query(Some("b1"), Some("sms"))));
        assert!(query(None, None).asks_for("key.created", &json!({})));
        assert!(!query(Some("b1"), None).asks_for("objection.made", &json!({"scope": "x"})));
        let notice = json!({"id": "n", "body": {"purpose": "news"}});
        assert!(query(None, Some("news")).asks_for("notice.published", &notice));
        assert!(!query(None, Some("sms")).asks_for("notice.published", &notice));
    }

    #[test]
    fn a_campaign_is_what_names_it() {
        let spring = ExportQuery {
            campaign: Some("spring".into()),
            ..query(None, None)
        };
        assert!(spring.asks_for("contact.made", &json!({"campaign": "spring"})));
        assert!(!spring.asks_for("contact.made", &json!({"campaign": "autumn"})));
        assert!(!spring.asks_for("consent.given", &json!({"purpose": "news"})));
        assert!(spring.asks_for("decisions.recorded", &json!({})));
        let both = ExportQuery {
            campaign: Some("spring".into()),
            ..query(None, Some("news"))
        };
        assert!(!both.asks_for(
            "contact.made",
            &json!({"campaign": "spring", "purpose": "sms"})
        ));
        let named = ExportQuery {
            campaign: Some("a@b".into()),
            ..query(None, None)
        };
        assert!(named.look().is_err());
    }
}
