//! Why the command did not finish, and its exit code.

use crate::app::Refusal;
use crate::domain::import::LineError;
use std::io::Write;

/// The exit code of wrong use.
const USAGE: u8 = 2;
/// The exit code of a service or database that failed.
const SERVICE: u8 = 3;

/// Why the command did not finish.
#[derive(Debug)]
pub(super) struct Failure {
    /// The exit code.
    pub code: u8,
    lines: Vec<String>,
}

impl Failure {
    /// The command was used wrongly.
    pub fn usage(what: impl Into<String>) -> Self {
        Self {
            code: USAGE,
            lines: vec![what.into()],
        }
    }

    /// The service or its database failed.
    pub fn service(what: impl Into<String>) -> Self {
        Self {
            code: SERVICE,
            lines: vec![what.into()],
        }
    }

    /// The file cannot be read with this mapping at all.
    pub fn unreadable(error: &LineError) -> Self {
        let column = error
            .column
            .as_ref()
            .map(|column| format!(", column {column}"))
            .unwrap_or_default();
        Self::usage(format!(
            "line {}{column}: {}. {}",
            error.line, error.what, error.mend
        ))
    }

    /// The import was refused, or broke off.
    pub fn refused(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Invalid(problems) => Self {
                code: USAGE,
                lines: problems.into_iter().map(|problem| problem.detail).collect(),
            },
            Refusal::Store(error) => Self::service(format!(
                "{error}; run the same import again: what is written already stays as it is"
            )),
            other => Self::service(other.to_string()),
        }
    }

    /// Tells it on standard error.
    pub fn tell(&self) {
        let mut messages = std::io::stderr().lock();
        for line in &self.lines {
            // with standard error closed the exit code is all that can be told
            if writeln!(messages, "error: {line}").is_err() {
                return;
            }
        }
    }
}
