//! Which accounts need a second factor. It is not a list of roles that could be forgotten: a role needs one as soon
//! as any of the permissions below is open to it.

use super::{
    ChangePolicies, CheckDecisions, EraseSubjects, ExportAudit, FileRequests, KeepAccounts,
    KeepHolds, KeepRequests, KeepRetention, Permission, Principal, PublishCatalogue, ReadReceipts,
    ReadRequests, ReadSubjects, ServeCustomers, SettleDisputes, WorkRequests,
};
use crate::domain::ids::StaffId;
use crate::domain::registry::Role;

/// By these, personal data are seen or lost, or it is decided what they may be used for.
const PERSONAL: [fn(&Principal) -> bool; 16] = [
    ReadSubjects::open_to,
    // what is decided about somebody tells their choice
    CheckDecisions::open_to,
    EraseSubjects::open_to,
    KeepHolds::open_to,
    KeepRetention::open_to,
    ServeCustomers::open_to,
    FileRequests::open_to,
    ReadRequests::open_to,
    KeepRequests::open_to,
    WorkRequests::open_to,
    SettleDisputes::open_to,
    ReadReceipts::open_to,
    ExportAudit::open_to,
    ChangePolicies::open_to,
    PublishCatalogue::open_to,
    // who is kept out, and who is let in again
    KeepAccounts::open_to,
];

/// Whether an account of this role needs a second factor.
#[must_use]
pub fn is_needed(role: Role) -> bool {
    let anybody = Principal::Staff(StaffId::from_bytes([0; 16]), role);
    PERSONAL.iter().any(|open_to| open_to(&anybody))
}

/// What the operator has set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SecondFactor {
    /// Every role that sees personal data needs one.
    #[default]
    Required,
    /// Whoever wants one has one: for made-up data.
    Optional,
}

impl SecondFactor {
    /// Whether an account of this role gets nowhere without one.
    #[must_use]
    pub fn is_needed_by(self, role: Role) -> bool {
        self == Self::Required && is_needed(role)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_sees_personal_data_needs_a_second_factor() {
        for (role, needed) in [
            (Role::Collector, true),
            (Role::Dpo, true),
            (Role::PrivacyEngineer, true),
            (Role::Auditor, true),
            (Role::Admin, true),
            (Role::Marketing, true),
        ] {
            assert_eq!(
                SecondFactor::Required.is_needed_by(role),
                needed,
                "{role:?}"
            );
            assert!(!SecondFactor::Optional.is_needed_by(role));
        }
    }
}
