//! The kinds of accesses that the log is filtered by.

use crate::audit::leaf::EntryKind;

/// A kind of access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessKind {
    /// Somebody's file was read.
    Files,
    /// Something left the house: exports, packages, reports, filtered lists; or came in.
    Exports,
    /// Somebody signed in, proved themselves again, or left.
    SignIns,
    /// Somebody did not get in.
    Failed,
    /// Accounts and keys were made, changed or shut.
    Accounts,
    /// Policies were proposed or put in force.
    Policies,
}

impl AccessKind {
    /// Every one.
    pub const ALL: [Self; 6] = [
        Self::Files,
        Self::Exports,
        Self::SignIns,
        Self::Failed,
        Self::Accounts,
        Self::Policies,
    ];

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Files => "files",
            Self::Exports => "exports",
            Self::SignIns => "sign-ins",
            Self::Failed => "failed",
            Self::Accounts => "accounts",
            Self::Policies => "policies",
        }
    }

    /// Reads a word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }

    /// What an entry is.
    pub(super) const fn of(entry: EntryKind) -> Self {
        match entry {
            EntryKind::SubjectViewed => Self::Files,
            EntryKind::StaffSignedIn
            | EntryKind::StaffSignedOut
            | EntryKind::StaffProven
            | EntryKind::StaffSessionEnded => Self::SignIns,
            EntryKind::StaffSignInFailed => Self::Failed,
            EntryKind::PolicyProposed | EntryKind::PolicyActivated => Self::Policies,
            EntryKind::SubjectDisclosed
            | EntryKind::ExportMade
            | EntryKind::ExportFetched
            | EntryKind::ExportApproved
            | EntryKind::ExportRefused
            | EntryKind::ImportMade
            | EntryKind::AudienceBegun => Self::Exports,
            _ => Self::Accounts,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back() {
        for kind in AccessKind::ALL {
            assert_eq!(AccessKind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(AccessKind::parse("everything"), None);
    }
}
