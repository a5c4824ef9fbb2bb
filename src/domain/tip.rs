//! By what a history is told from another that is as long.

/// The end of a log, as far as somebody followed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tip {
    /// SHA-256 of the tree's frontier: of every entry, that is.
    pub frontier: [u8; 32],
    /// SHA-256 of the last entry's leaf.
    pub leaf: [u8; 32],
}

/// What one write added to a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// The position of its first entry.
    pub first: u64,
    /// The position after its last entry.
    pub end: u64,
    /// SHA-256 of the frontier that it found.
    pub found: [u8; 32],
    /// The end that it left.
    pub tip: Tip,
}

/// Why a node may not go on: it permits nothing any more, and ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// The log is not the one that it followed.
    AnotherWay,
    /// The tables are for programs that know this migration, and it does not.
    TooOld {
        /// Its number.
        needs: i32,
    },
}

impl Loss {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AnotherWay => "another_way",
            Self::TooOld { .. } => "too_old",
        }
    }
}
