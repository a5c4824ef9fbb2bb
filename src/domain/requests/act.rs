//! What can be done with a request, and what stands against it.

use super::ground::Ground;
use super::words::{
    ClosedAs, ConfirmedBy, CorrectedKind, Doubt, ExtensionReason, KnownBy, RequestKind, Via,
};
use crate::domain::ids::StaffId;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A request as it came in.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// What is asked for.
    pub kind: RequestKind,
    /// How it came in.
    pub via: Via,
    /// On which day, where the controller is.
    pub received_on: NaiveDate,
    /// Whose public holidays count: a code of ISO 3166.
    pub country: String,
    /// Whether an agent asks for the person.
    pub mandated: bool,
    /// Whether the person had an open request of the same kind.
    pub duplicate: bool,
    /// How it is known who asks, where that is known from the beginning.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub known_by: Option<KnownBy>,
}

/// What is done with a request.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// The person was asked who they are: the period stands still from that day on.
    AskIdentity {
        /// On which day.
        on: NaiveDate,
        /// Why it is doubted.
        doubt: Doubt,
    },
    /// A link and a code went to a contact point that was known before. The period runs on, unless a doubt
    /// was recorded.
    Challenge {
        /// On which day.
        on: NaiveDate,
    },
    /// It is known who asks.
    Identify {
        /// Since which day.
        on: NaiveDate,
        /// By what.
        known_by: KnownBy,
    },
    /// The person was told that it takes two further months.
    Extend {
        /// On which day they were told.
        on: NaiveDate,
        /// Why.
        reason: ExtensionReason,
    },
    /// Somebody takes care of it, or nobody any more.
    Assign {
        /// Who.
        owner: Option<StaffId>,
    },
    /// A corrected contact point was entered: it is asked whether it is the person's. Nothing moves before.
    Correct {
        /// On which day.
        on: NaiveDate,
        /// Of which sort.
        what: CorrectedKind,
    },
    /// It is the person's, and their choices hold for it.
    Confirm {
        /// On which day.
        on: NaiveDate,
        /// By what that is known.
        by: ConfirmedBy,
    },
    /// It is not waited for any more; nothing was moved.
    DropCorrection {
        /// On which day.
        on: NaiveDate,
    },
    /// It was done, or done but for a part.
    Fulfil {
        /// On which day the person was told.
        on: NaiveDate,
        /// Why a part was not done.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        except: Option<Ground>,
    },
    /// It is refused.
    Refuse {
        /// On which day the person was told.
        on: NaiveDate,
        /// Why.
        ground: Ground,
    },
    /// It needs no answer.
    Close {
        /// On which day.
        on: NaiveDate,
        /// Why.
        reason: ClosedAs,
    },
}

impl Act {
    /// On which day it was done, where that matters.
    #[must_use]
    pub const fn on(&self) -> Option<NaiveDate> {
        match self {
            Self::AskIdentity { on, .. }
            | Self::Challenge { on }
            | Self::Identify { on, .. }
            | Self::Extend { on, .. }
            | Self::Correct { on, .. }
            | Self::Confirm { on, .. }
            | Self::DropCorrection { on }
            | Self::Fulfil { on, .. }
            | Self::Refuse { on, .. }
            | Self::Close { on, .. } => Some(*on),
            Self::Assign { .. } => None,
        }
    }
}

/// What stands against an act.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum WrongAct {
    /// It has its answer.
    #[error("the request has its answer already; a new wish of the person is a new request")]
    Done,
    /// It would be before the request.
    #[error("the day lies before the request was received")]
    BeforeReceipt,
    /// The person was asked already.
    #[error(
        "the person was asked already, and has not answered; record their answer with identity"
    )]
    AskedAlready,
    /// They signed in.
    #[error(
        "the person was signed in when they asked; nothing more may be asked of them (GDPR 12(6))"
    )]
    SignedIn,
    /// It is known.
    #[error(
        "it is known who asks; where that is doubted since, record the doubt with the challenge"
    )]
    Identified,
    /// A document without a doubt.
    #[error(
        "a document may be asked for only on a recorded doubt; first record the doubt with identity and \
         ask the person, or take another proof"
    )]
    NoDoubt,
    /// A mandate that there is not.
    #[error("nobody asks for the person here; record by what else it is known who asks")]
    NoMandate,
    /// It is not known who asks.
    #[error("it is not known yet who asks; first record that with identity")]
    NotIdentified,
    /// Extended before.
    #[error("the request was extended already, and can be only once (GDPR 12(3))")]
    ExtendedAlready,
    /// Told too late.
    #[error(
        "the person must be told of an extension within the first month, which is over; answer the request \
         now (GDPR 12(3))"
    )]
    ExtensionLate,
    /// No such ground.
    #[error(
        "this ground cannot stand against a request of this kind; GET /v1/requests/grounds lists those that can"
    )]
    GroundDoesNotFit,
    /// Nothing is to be put right.
    #[error(
        "a contact point is corrected within a request of rectification; file one, POST /v1/requests with kind \
         rectification"
    )]
    NotARectification,
    /// None waits.
    #[error("no correction waits for its confirmation; enter the corrected contact point first")]
    NoCorrection,
    /// One waits.
    #[error(
        "a corrected contact point was not confirmed yet; wait for it, confirm a phone by calling it, or drop \
         the correction"
    )]
    CorrectionUnconfirmed,
    /// Not a duplicate.
    #[error("the person has no other request of this kind; fulfil or refuse this one")]
    NoDuplicate,
    /// Nothing was asked.
    #[error("the person was asked nothing that they left unanswered; fulfil or refuse the request")]
    NothingAsked,
}

impl WrongAct {
    /// A stable word for it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Done => "request_answered",
            Self::BeforeReceipt => "before_receipt",
            Self::AskedAlready => "identity_asked",
            Self::SignedIn => "identity_proven",
            Self::Identified => "identity_known",
            Self::NoDoubt => "doubt_missing",
            Self::NoMandate => "mandate_missing",
            Self::NotIdentified => "identity_missing",
            Self::ExtendedAlready => "extended_already",
            Self::ExtensionLate => "extension_late",
            Self::GroundDoesNotFit => "ground_does_not_fit",
            Self::NotARectification => "not_a_rectification",
            Self::NoCorrection => "no_correction",
            Self::CorrectionUnconfirmed => "correction_unconfirmed",
            Self::NoDuplicate => "no_duplicate",
            Self::NothingAsked => "nothing_asked",
        }
    }
}
