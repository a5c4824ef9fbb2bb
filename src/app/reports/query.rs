//! What a report is asked for, and which purposes answer it.

use crate::access::Grant;
use crate::app::refusal::Refusal;
use crate::domain::ids::Position;
use crate::domain::registry::{Controller, Purpose, Slug};
use crate::store::PublishedItem;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Which report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportKind {
    /// The register of processing (GDPR art. 30), from the purposes that were in force.
    Processing,
    /// Consents: rates and trends by purpose, channel, source and words.
    Consents,
    /// Uses: decisions by campaign, purpose and reason.
    Uses,
    /// Access by staff, keys and the operator.
    Access,
    /// Requests of data subjects: received, answered in time, extended, refused with their ground.
    Requests,
}

impl ReportKind {
    /// Every report.
    pub const ALL: [Self; 5] = [
        Self::Processing,
        Self::Consents,
        Self::Uses,
        Self::Access,
        Self::Requests,
    ];

    /// Whether it is of the whole registry: no brand's and no purpose's alone.
    #[must_use]
    pub const fn is_whole(self) -> bool {
        matches!(self, Self::Access | Self::Requests)
    }

    /// Whether it is made of figures alone: nobody is found in it.
    #[must_use]
    pub const fn is_figures(self) -> bool {
        matches!(self, Self::Processing | Self::Consents | Self::Uses)
    }

    /// Its name on the command line and in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Processing => "processing",
            Self::Consents => "consents",
            Self::Uses => "uses",
            Self::Access => "access",
            Self::Requests => "requests",
        }
    }

    /// The report of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

impl fmt::Display for ReportKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a report is asked for. With its position given it has one answer for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportQuery {
    /// Which report.
    pub report: ReportKind,
    /// From this instant on.
    pub from: DateTime<Utc>,
    /// Up to this instant, itself no longer in it.
    pub to: DateTime<Utc>,
    /// In which zone days, weeks and months begin.
    #[serde(serialize_with = "zone_name", deserialize_with = "zone")]
    pub timezone: Tz,
    /// This controller's purposes alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub controller: Option<Slug>,
    /// This purpose alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Slug>,
    /// The uses of this campaign alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    /// From the first so many entries of the log; none for those that there are.
    pub position: Option<Position>,
}

impl ReportQuery {
    /// Whether it can be.
    pub(in crate::app) fn look(&self) -> Result<(), Refusal> {
        const WHOLE: &str =
            "does not apply to the reports on access and requests, which are of the whole registry";
        if self.from > self.to {
            let mend = "must not be before the period's start";
            return Err(Refusal::field("/to", "period_reversed", mend));
        }
        if self.campaign.is_some() && self.report != ReportKind::Uses {
            let mend = "applies to the report on uses alone";
            return Err(Refusal::field("/campaign", "not_of_this_report", mend));
        }
        crate::app::export::campaign(self.campaign.as_deref())?;
        if self.report.is_whole() {
            for (pointer, asked) in [
                ("/controller", &self.controller),
                ("/purpose", &self.purpose),
            ] {
                if asked.is_some() {
                    return Err(Refusal::field(pointer, "not_of_this_report", WHOLE));
                }
            }
        }
        Ok(())
    }

    /// Its text: what stands in the log and in every report.
    #[must_use]
    pub fn text(&self) -> String {
        // texts and a number: it cannot fail
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde asks")]
fn zone_name<S: serde::Serializer>(zone: &Tz, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(zone.name())
}

fn zone<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Tz, D::Error> {
    let name = String::deserialize(from)?;
    name.parse()
        .map_err(|_| serde::de::Error::custom("no time zone"))
}

/// What was published up to a position.
pub(super) struct Published {
    /// Every version of every purpose, in order, and since when it is in force.
    pub purposes: Vec<(Purpose, DateTime<Utc>)>,
    /// Every version of every controller, in the same way.
    pub controllers: Vec<(Controller, DateTime<Utc>)>,
}

impl Published {
    /// Of the items in the order of name and version, those that the first `size` entries published.
    pub fn of(items: &[PublishedItem], size: Position) -> Self {
        let mut published = Self {
            purposes: Vec::new(),
            controllers: Vec::new(),
        };
        for item in items.iter().filter(|item| item.position < size) {
            match item.kind.as_str() {
                "purpose" => published
                    .purposes
                    .extend(serde_json::from_str(&item.body).map(|body| (body, item.since))),
                "controller" => published
                    .controllers
                    .extend(serde_json::from_str(&item.body).map(|body| (body, item.since))),
                _ => (),
            }
        }
        published
    }
}

/// Which purposes a report is about.
pub(super) struct Scope {
    purpose: Option<Slug>,
    controller: Option<Slug>,
    /// Who decides about each purpose, by its latest version.
    controllers: BTreeMap<Slug, Slug>,
    /// The purposes of whoever asks, by their latest version; none where all are.
    own: Option<BTreeSet<Slug>>,
}

/// The purposes of whoever is for some only.
fn own<P>(published: &Published, grant: &Grant<P>) -> Option<BTreeSet<Slug>> {
    if grant.is_for_all() {
        return None;
    }
    let latest: BTreeMap<&Slug, &Purpose> = published
        .purposes
        .iter()
        .map(|(purpose, _)| (&purpose.id, purpose))
        .collect();
    let own = latest.into_values().filter(|one| grant.is_for(one));
    Some(own.map(|one| one.id.clone()).collect())
}

impl Scope {
    /// What the query means.
    ///
    /// # Errors
    /// Where it names a purpose or a controller that nobody has published.
    pub fn of<P>(
        query: &ReportQuery,
        published: &Published,
        grant: &Grant<P>,
    ) -> Result<Self, Refusal> {
        let each = published.purposes.iter();
        let controllers: BTreeMap<Slug, Slug> = each
            .map(|(purpose, _)| (purpose.id.clone(), purpose.controller.clone()))
            .collect();
        let unknown = |pointer, what| Err(Refusal::field(pointer, what, "is not in the catalogue"));
        let decides = |wanted: &Slug| {
            let named = published
                .controllers
                .iter()
                .any(|(one, _)| one.id == *wanted);
            named || controllers.values().any(|one| one == wanted)
        };
        if query
            .purpose
            .as_ref()
            .is_some_and(|one| !controllers.contains_key(one))
        {
            return unknown("/purpose", "purpose_unknown");
        }
        if query.controller.as_ref().is_some_and(|one| !decides(one)) {
            return unknown("/controller", "controller_unknown");
        }
        Ok(Self {
            purpose: query.purpose.clone(),
            controller: query.controller.clone(),
            controllers,
            own: own(published, grant),
        })
    }

    /// Whether what concerns that purpose is in it.
    pub fn has(&self, purpose: &str) -> bool {
        let asked = self
            .purpose
            .as_ref()
            .is_none_or(|one| one.as_str() == purpose);
        let decides = |one: &Slug| self.controllers.get(purpose) == Some(one);
        let own = self.own.as_ref();
        let own = own.is_none_or(|own| own.iter().any(|one| one.as_str() == purpose));
        asked && own && self.controller.as_ref().is_none_or(decides)
    }
}
