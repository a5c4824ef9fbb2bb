//! Whether a well-formed string counts.

use super::TcString;
use chrono::{DateTime, NaiveTime, Utc};

/// Why a well-formed string counts for nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Defect {
    /// It is not for one service or group of services.
    NotServiceSpecific,
    /// It was made under policies older than version 4 (TCF 2.2), invalid since 30 September 2023.
    PolicyTooOld,
    /// It was made on or after 28 February 2026 (TCF 2.3) and does not say which vendors were
    /// disclosed.
    NoDisclosedVendors,
    /// It claims legitimate interest for a purpose from 3 to 6, which rest on consent alone.
    LegitimateInterestNotAllowed,
    /// Its two dates differ or are no days.
    Dates,
    /// It was made after the instant asked about.
    FromTheFuture,
}

/// 28 February 2026, in seconds since 1970.
const DISCLOSED_VENDORS_SINCE: i64 = 1_772_236_800;
const POLICY_MIN: u16 = 4;

impl TcString {
    /// Why the string counts for nothing at an instant; nothing where it counts.
    #[must_use]
    pub fn defects(&self, at: DateTime<Utc>) -> Vec<Defect> {
        let core = self.core();
        let disclosure_due = core.created.timestamp() >= DISCLOSED_VENDORS_SINCE;
        let found = [
            (!core.is_service_specific, Defect::NotServiceSpecific),
            (core.tcf_policy_version < POLICY_MIN, Defect::PolicyTooOld),
            (
                disclosure_due && self.disclosed().is_none(),
                Defect::NoDisclosedVendors,
            ),
            (
                (3..=6).any(|purpose| core.purpose_li.has(purpose)),
                Defect::LegitimateInterestNotAllowed,
            ),
            (!self.is_dated_by_day(), Defect::Dates),
            (core.created > at, Defect::FromTheFuture),
        ];
        let held = found.into_iter().filter(|(holds, _)| *holds);
        held.map(|(_, defect)| defect).collect()
    }

    fn is_dated_by_day(&self) -> bool {
        let core = self.core();
        core.created == core.last_updated && core.created.time() == NaiveTime::MIN
    }
}
