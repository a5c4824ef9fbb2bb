//! What commands print and how they end.

use super::config::ConfigError;
use crate::app::open::OpenError;
use crate::app::{FieldProblem, Refusal};
use crate::store::StoreError;
use std::fmt;
use std::fs::{File, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

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

    /// A check found something wrong.
    pub fn wrong(text: impl Into<String>) -> Self {
        Self {
            exit: Exit::Wrong,
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
        ErrorKind::AlreadyExists => exists(path),
        _ => Failure::failed(format!("{} cannot be written: {error}", path.display())),
    })
}

/// A file that gets its name once it is whole.
pub struct Part {
    file: File,
    begun: PathBuf,
    path: PathBuf,
}

impl Part {
    /// Begins it, as `NAME.part`; what an earlier run left of it is thrown away.
    ///
    /// # Errors
    /// Where the file is there, cannot be written, or another run writes it just now.
    pub fn begin(path: &Path) -> Result<Self, Failure> {
        if path.exists() {
            return Err(exists(path));
        }
        let mut name = path.as_os_str().to_owned();
        name.push(".part");
        let part = PathBuf::from(name);
        let unwritable = |error: std::io::Error| {
            Failure::failed(format!("{} cannot be written: {error}", part.display()))
        };
        // cut only once it is ours
        let mut options = File::options();
        let file = options.write(true).create(true).truncate(false).open(&part);
        let file = file.map_err(unwritable)?;
        match file.try_lock() {
            // or a file system without locks
            Ok(()) | Err(TryLockError::Error(_)) => file.set_len(0).map_err(unwritable)?,
            Err(TryLockError::WouldBlock) => {
                let what = "is being written by another export";
                return Err(Failure::usage(format!("{} {what}", part.display())));
            }
        }
        let path = path.to_owned();
        Ok(Self {
            file,
            begun: part,
            path,
        })
    }

    /// Where it stands until then.
    #[must_use]
    pub fn begun(&self) -> &Path {
        &self.begun
    }

    /// What is written to.
    pub const fn file(&self) -> &File {
        &self.file
    }

    /// Ends it: on the disk, then under its name.
    ///
    /// # Errors
    /// Where that fails, or a file of the name came meanwhile.
    pub fn end(self) -> Result<(), Failure> {
        self.file.sync_all()?;
        if self.path.exists() {
            return Err(exists(&self.path));
        }
        Ok(std::fs::rename(&self.begun, &self.path)?)
    }

    /// Throws it away.
    pub fn discard(self) {
        drop(std::fs::remove_file(&self.begun));
    }
}

fn exists(path: &Path) -> Failure {
    Failure::usage(format!(
        "{} exists already; give another name",
        path.display()
    ))
}

/// Puts a text in a file's place, whole or not at all; only its owner may read it.
///
/// # Errors
/// Where it cannot be written.
pub fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    let mut options = File::options();
    let options = options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options.open(&name)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(name, path)
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
