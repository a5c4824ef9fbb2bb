//! What the systems found, for the package that the person is given.

use crate::domain::personal::Personal;
use crate::domain::systems::System;
use serde_json::Value;

/// What one system holds about the person, with what is registered of it (GDPR art. 15(1)).
pub struct FoundRows {
    /// The system, as it is registered.
    pub system: System,
    /// Its rows, without those columns that are about others.
    pub rows: Personal<Vec<Value>>,
}
