//! What one system has to do for a request, how far it is, and what came of it. None of it is personal.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $variant:ident = $text:literal: $said:literal,)+ })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub enum $name { $($(#[$about])* #[serde(rename = $text)] $variant,)+ }

        impl $name {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its word.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// The one of that word.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == word)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$variant => $said,)+ })
            }
        }
    )+};
}

words! {
    /// What a system has to do.
    Verb {
        /// Tell what it holds (art. 15, 20).
        Read = "read": "read",
        /// Delete it (art. 17).
        Erase = "erase": "erase",
        /// Make it nobody's.
        Mask = "mask": "mask",
        /// A recipient is told that data were erased (art. 19).
        TellErased = "tell_erased": "tell of the erasure",
        /// A recipient is told that data were corrected.
        TellCorrected = "tell_corrected": "tell of the correction",
        /// A recipient is told that processing is restricted.
        TellRestricted = "tell_restricted": "tell of the restriction",
        /// A recipient is told that the person objects to direct marketing.
        TellObjected = "tell_objected": "tell of the objection",
        /// Who can be told is told that the person died.
        TellDeceased = "tell_deceased": "tell of the death",
    }
    /// The steps of a task, in their order.
    Step {
        /// What is there is read: what it is, and the keys that lead on.
        Locate = "locate": "find",
        /// It is done.
        Act = "act": "do",
        /// What is there is read again.
        Verify = "verify": "look again",
    }
    /// Why a system did not do its task. Says nothing of whom it was about.
    Failure {
        /// Nobody is there.
        Unreachable = "unreachable": "it cannot be reached; see to its address and that it runs",
        /// It does not let us in.
        Credentials = "credentials": "it does not accept user and password; see to the registered user and where its password is found",
        /// The secret is not where the file says.
        SecretMissing = "secret_missing": "its secret is not where its registration says; set that variable or file for the service",
        /// It did not answer in time.
        TimedOut = "timed_out": "it did not answer in time",
        /// It answered more than is read.
        TooMuch = "too_much": "its answer is larger than what is read",
        /// More rows than one person has.
        TooManyRows = "too_many_rows": "it would be more rows than most_rows allows; nothing was changed. See to the statement, or raise most_rows",
        /// It answered something else than was asked.
        Garbage = "garbage": "its answer cannot be understood",
        /// The statement is refused.
        Statement = "statement": "the database refuses the statement; try `placet systems check`",
        /// A statement that reads would write.
        Writes = "writes": "the statement `read` or `recheck` would write, and did not",
        /// The address may not be called.
        NotAllowed = "not_allowed": "its address is one of an own network; register it with private = true if that is meant",
        /// It refused the call.
        Rejected = "rejected": "it refused the call",
        /// It says itself that it failed.
        SaysFailed = "says_failed": "it says that it failed",
        /// One of those before it failed.
        WaitsForOthers = "waits_for_others": "a system whose answer leads to it failed",
        /// It is registered no more.
        Unregistered = "unregistered": "it is registered no more",
        /// Its files or folder cannot be used.
        Files = "files": "its file or folder cannot be read or written",
    }
}

impl Verb {
    /// Whether something is gone afterwards.
    #[must_use]
    pub const fn erases(self) -> bool {
        matches!(self, Self::Erase | Self::Mask)
    }

    /// Whether somebody is told.
    #[must_use]
    pub const fn tells(self) -> bool {
        matches!(
            self,
            Self::TellErased
                | Self::TellCorrected
                | Self::TellRestricted
                | Self::TellObjected
                | Self::TellDeceased
        )
    }
}

/// What came of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// It is done, and where it erases, a second reading found nothing.
    Done,
    /// Some of it.
    Partly {
        /// Why not all.
        why: String,
    },
    /// It is not done, on this ground.
    Refused {
        /// The ground.
        ground: String,
    },
    /// It must be kept.
    LegalHold {
        /// The ground.
        ground: String,
        /// Until when.
        until: Option<NaiveDate>,
    },
    /// The system says that it is done, and a second reading still found rows.
    NotVerified {
        /// How many.
        left: u64,
    },
    /// It could not be done, as often as it was tried.
    Failed {
        /// Why.
        why: Failure,
    },
}

impl Outcome {
    /// Its word.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Partly { .. } => "partly",
            Self::Refused { .. } => "refused",
            Self::LegalHold { .. } => "legal_hold",
            Self::NotVerified { .. } => "not_verified",
            Self::Failed { .. } => "failed",
        }
    }
}

/// How far a task is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The step that is next, or was last.
    pub step: Step,
    /// How often this step was begun.
    pub attempts: u32,
    /// Whether it was begun and is not known to have ended: after a crash it is taken up again, and
    /// this says that it may have happened.
    pub begun: bool,
    /// How often a step was taken up again whose end was not known.
    pub resumed: u32,
    /// Whether the system has it and has not answered yet.
    pub awaited: bool,
    /// Rows that were found.
    pub found: u64,
    /// Rows that the system says it changed.
    pub changed: u64,
    /// SHA-256 of what it answered last.
    pub digest: Option<String>,
    /// Why it did not work the last time.
    pub last: Option<Failure>,
    /// What a person wrote down as evidence. Never a name.
    #[serde(default)]
    pub evidence: Option<String>,
    /// When it signed the last answer that it sent by itself, in seconds: what is no newer was said before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard_at: Option<i64>,
    /// What came of it; none while it is not over.
    pub outcome: Option<Outcome>,
}

impl Progress {
    /// At the beginning.
    #[must_use]
    pub const fn at(step: Step) -> Self {
        Self {
            step,
            attempts: 0,
            begun: false,
            resumed: 0,
            awaited: false,
            found: 0,
            changed: 0,
            digest: None,
            last: None,
            evidence: None,
            heard_at: None,
            outcome: None,
        }
    }
}
