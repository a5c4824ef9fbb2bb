//! Why a use case did not happen, in words that say how to mend it.

use crate::access::Forbidden;
use crate::domain::time::NoEntropy;
use crate::store::StoreError;

/// One thing that is wrong with one field of a request. Never repeats the field's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    /// JSON pointer of the field (RFC 6901).
    pub pointer: String,
    /// A stable word for it.
    pub code: &'static str,
    /// What is wrong and how to mend it.
    pub detail: String,
}

impl FieldProblem {
    /// A problem with one field.
    pub fn new(pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            code,
            detail: detail.into(),
        }
    }
}

/// Why a use case did not happen. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Fields are wrong.
    #[error("the request has {} field(s) that cannot be accepted", .0.len())]
    Invalid(Vec<FieldProblem>),
    /// What is named is not there.
    #[error("{0} does not exist")]
    NotFound(&'static str),
    /// It contradicts what is there.
    #[error("{what}")]
    Conflict {
        /// A stable word for it.
        code: &'static str,
        /// What stands against it and how to mend it.
        what: String,
    },
    /// The permission is missing.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The data could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<NoEntropy> for Refusal {
    fn from(error: NoEntropy) -> Self {
        Self::Store(error.into())
    }
}

impl Refusal {
    /// One wrong field.
    pub fn field(
        pointer: impl Into<String>,
        code: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        Self::Invalid(vec![FieldProblem::new(pointer, code, detail)])
    }

    /// It contradicts what is there.
    pub fn conflict(code: &'static str, what: impl Into<String>) -> Self {
        let what = what.into();
        Self::Conflict { code, what }
    }
}
