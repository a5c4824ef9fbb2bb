//! What stands above the single choices: objections and restriction.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What the person objects to (GDPR art. 21).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objection {
    /// Art. 21(2): direct marketing, without reasons.
    DirectMarketing,
    /// Art. 21(2): profiling for direct marketing.
    ProfilingForDirectMarketing,
}

/// Objections and restriction of one person, each with the instant since when it stands.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Standing {
    /// Objection to direct marketing.
    pub objection: Option<DateTime<Utc>>,
    /// Objection to profiling for direct marketing.
    pub objection_profiling: Option<DateTime<Utc>>,
    /// Restriction of processing (art. 18).
    pub restricted: Option<DateTime<Utc>>,
}

impl Standing {
    /// The standing of a person whose record another's is merged into: what one objected to,
    /// both did, and a yes that only the *other* record holds does not lift it, however late
    /// (`own_yes` and `others_yes` are the latest yes of each record).
    #[must_use]
    pub fn merged(
        &self,
        own_yes: Option<DateTime<Utc>>,
        other: &Self,
        others_yes: Option<DateTime<Utc>>,
    ) -> Self {
        let past = |made: Option<DateTime<Utc>>, yes: Option<DateTime<Utc>>| {
            made.map(|made| yes.map_or(made, |yes| yes.max(made)))
        };
        let both = |own, others| past(own, others_yes).max(past(others, own_yes));
        Self {
            objection: both(self.objection, other.objection),
            objection_profiling: both(self.objection_profiling, other.objection_profiling),
            restricted: self.restricted.max(other.restricted),
        }
    }

    /// The same with `objection` standing since `at`; an older one is never moved back.
    #[must_use]
    pub fn objecting(mut self, objection: Objection, at: DateTime<Utc>) -> Self {
        let slot = match objection {
            Objection::DirectMarketing => &mut self.objection,
            Objection::ProfilingForDirectMarketing => &mut self.objection_profiling,
        };
        *slot = (*slot).max(Some(at));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::from_micros;

    #[test]
    fn a_yes_of_the_other_record_lifts_no_objection() {
        let at = |micros| Some(from_micros(micros));
        let objecting = Standing {
            objection: at(1),
            ..Standing::default()
        };
        let silent = Standing::default();
        // the one who objected said yes themselves later: that yes goes on counting
        assert_eq!(objecting.merged(at(5), &silent, None).objection, at(1));
        // the later yes is the other record's: the objection stands against it, either way round
        assert_eq!(objecting.merged(None, &silent, at(5)).objection, at(5));
        assert_eq!(silent.merged(at(5), &objecting, None).objection, at(5));
        assert_eq!(silent.merged(at(5), &silent, at(6)), silent);
    }
}
