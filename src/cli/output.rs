//! What commands print and how they end.

use super::config::ConfigError;
use crate::app::open::OpenError;
use crate::app::{FieldProblem, Refusal};
use crate::store::StoreError;
use std::fmt;
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::Path;

/// How a command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// All went well.
    Ok = 0,
    /// A check found something wrong.
    Wrong = 1,
    /// The command was used wrongly.
    Usage = 2,
    /// The service or the database failed.
    Failed = 3,
}

impl Exit {
    /// The way to end of a command that speaks in numbers.
    #[must_use]
    pub const fn from_code(code: u8) -> Self {
        match code {
            0 => Self::Ok,
            1 => Self::Wrong,
            2 => Self::Usage,
            _ => Self::Failed,
        }
    }
}

/// A command that could not be carried out.
#[derive(Debug)]
pub struct Failure {
    /// How it ends.
    pub exit: Exit,
    text: String,
}

impl Failure {
    /// Used wrongly.
    pub fn usage(text: impl Into<String>) -> Self {
        Self {
            exit: Exit::Usage,
            text: text.into(),
        }
    }

    /// The service or something that it needs failed.
    pub fn failed(text: impl Into<String>) -> Self {
        Self {
            exit: Exit::Failed,
            text: text.into(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let exit = match &refusal {
            Refusal::Store(_) => Exit::Failed,
            Refusal::Invalid(_)
            | Refusal::NotFound(_)
            | Refusal::Conflict { .. }
            | Refusal::Forbidden(_) => Exit::Usage,
        };
        let mut text = refusal.to_string();
        if let Refusal::Invalid(problems) = refusal {
            for problem in problems {
                text = format!("{text}\n  {}: {}", problem.pointer, problem.detail);
            }
        }
        Self { exit, text }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::failed(error.to_string())
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        let exit = if matches!(error, OpenError::Policy(_)) {
            Exit::Usage
        } else {
            Exit::Failed
        };
        Self {
            exit,
            text: error.to_string(),
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::usage(error.to_string())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::failed(error.to_string())
    }
}

/// Begins a file that is not there yet.
///
/// # Errors
/// Where it is there, or cannot be written.
pub fn create(path: &Path) -> Result<File, Failure> {
    File::create_new(path).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Failure::usage(format!(
            "{} exists already; give another name",
            path.display()
        )),
        _ => Failure::failed(format!("{} cannot be written: {error}", path.display())),
    })
}

/// What is wrong with fields that came as flags.
#[must_use]
pub fn flags(problems: &[FieldProblem]) -> String {
    let flag = |problem: &FieldProblem| {
        let name = problem.pointer.trim_start_matches('/');
        format!("--{name} {}", problem.detail)
    };
    problems.iter().map(flag).collect::<Vec<_>>().join("\n")
}

/// Prints a result.
///
/// # Errors
/// Where standard output is closed.
pub fn print(text: &str) -> Result<Exit, Failure> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()?;
    Ok(Exit::Ok)
}

/// Says something on standard error; where that is closed there is nobody to tell.
pub fn say(text: &str) {
    drop(writeln!(std::io::stderr().lock(), "{text}"));
}
