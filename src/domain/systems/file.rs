//! Reads the files in which systems are registered, and keeps where each stands.

use super::System;
use serde::Deserialize;
use toml::Spanned;

/// A system and where it is registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// The file.
    pub file: String,
    /// The line in it.
    pub line: usize,
    /// What stands there.
    pub system: System,
}

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {what}")]
pub struct Fault {
    /// The file.
    pub file: String,
    /// The line in it.
    pub line: usize,
    /// What is wrong and how to mend it.
    pub what: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    system: Vec<Spanned<System>>,
}

fn line_of(text: &str, at: usize) -> usize {
    let before = text.bytes().take(at);
    before.filter(|byte| *byte == b'\n').count() + 1
}

/// The systems of one file.
///
/// # Errors
/// Everything that is wrong with what the file says by itself.
pub fn read(file: &str, text: &str) -> Result<Vec<Registered>, Vec<Fault>> {
    let fault = |line, what: String| Fault {
        file: file.to_owned(),
        line,
        what,
    };
    let parsed: File = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(text, span.start));
        vec![fault(line, error.message().to_owned())]
    })?;
    let (mut systems, mut faults) = (Vec::new(), Vec::new());
    for one in parsed.system {
        let line = line_of(text, one.span().start);
        let system = one.into_inner();
        faults.extend(system.faults().into_iter().map(|what| fault(line, what)));
        systems.push(Registered {
            file: file.to_owned(),
            line,
            system,
        });
    }
    if faults.is_empty() {
        Ok(systems)
    } else {
        Err(faults)
    }
}
