//! Where the master key comes from: a file that is made on the first start and is readable by its owner alone, or a
//! command that fetches it.

use super::config::{Config, ConfigError};
use super::output::{Failure, say};
use crate::app::masters::MasterLook;
use crate::domain::personal::Secret;
use crate::domain::time::Entropy;
use crate::store::StoreError;
use crate::store::keys::file::{self, KeyFileError};
use crate::store::keys::{MasterId, MasterKey};
use std::fmt;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Makes the data directory, open to its owner alone.
///
/// # Errors
/// Where it cannot be made.
pub fn make_directory(directory: &Path) -> Result<(), Failure> {
    let made = DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory);
    made.map_err(|error| {
        Failure::failed(format!(
            "the data directory {} cannot be made: {error}",
            directory.display()
        ))
    })
}

/// Where a master key comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A file.
    File(PathBuf),
    /// A program with its arguments, which prints the key in base64. No shell reads them.
    Command(Vec<String>),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            // its arguments may say where secrets are
            Self::Command(words) => f.write_str(words.first().map_or("", String::as_str)),
        }
    }
}

impl Source {
    /// What is configured.
    ///
    /// # Errors
    /// Where both are.
    pub fn of(config: &Config, data_dir: &Path) -> Result<Self, ConfigError> {
        let (file, command) = (
            config.get("master_key_file"),
            config.get("master_key_command"),
        );
        match (file.as_str(), Self::command(&command)) {
            ("", Some(command)) => Ok(command),
            ("", None) => Ok(Self::File(data_dir.join("master.key"))),
            (file, None) => Ok(Self::File(file.into())),
            (_, Some(_)) => Err(ConfigError::Value {
                name: "master_key_command",
                mend: "and master_key_file exclude each other: leave one of them out".into(),
            }),
        }
    }

    /// A program and its arguments, with blanks between; none where there is nothing.
    pub fn command(words: &str) -> Option<Self> {
        let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
        (!words.is_empty()).then_some(Self::Command(words))
    }

    /// The directory that the key is kept in; that of the data, where a command fetches it.
    pub fn beside(&self, data_dir: &Path) -> PathBuf {
        match self {
            Self::File(path) => path.with_file_name(""),
            Self::Command(_) => data_dir.to_owned(),
        }
    }

    /// Whether it is there, as far as looking tells.
    pub fn is_there(&self) -> bool {
        match self {
            Self::File(path) => path.exists(),
            Self::Command(_) => true,
        }
    }

    /// The key; `None` where there is no file.
    ///
    /// # Errors
    /// Where the file is no key, or others may read it; where the command fails or prints no key.
    pub fn read(&self) -> Result<Option<Secret<[u8; 32]>>, Failure> {
        match self {
            Self::File(path) => Ok(file::read(path)?),
            Self::Command(words) => fetched(words).map(Some),
        }
    }

    /// The key; a new one where there is no file.
    ///
    /// # Errors
    /// As [`Self::read`], and where the file cannot be made.
    pub fn load_or_make(&self, entropy: &dyn Entropy) -> Result<MasterKey, Failure> {
        loop {
            if let Some(key) = self.read()? {
                return Ok(MasterKey::new(&key).map_err(StoreError::from)?);
            }
            // of two first starts one makes the key, and both read it
            if let Self::File(path) = self
                && file::make(path, entropy)?
            {
                say(&format!(
                    "made the master key {}: keep a copy of it apart from the data; without it nothing can be read",
                    path.display()
                ));
            }
        }
    }

    /// Looks, whenever it is asked, which key a start would take now.
    pub fn looking(self) -> MasterLook {
        Box::new(move || self.now())
    }

    fn now(&self) -> Option<MasterId> {
        let key = self.read().ok().flatten()?;
        MasterKey::new(&key).ok().map(|key| key.id())
    }
}

/// What a command prints. Its own words go where this program's go.
fn fetched(words: &[String]) -> Result<Secret<[u8; 32]>, Failure> {
    let name = words.first().map_or("", String::as_str);
    let failed = |why: String| {
        Failure::failed(format!(
            "the master key cannot be fetched: {name} {why} (master_key_command: a program and its arguments, which \
             prints 32 bytes in base64)"
        ))
    };
    let mut child = Command::new(name)
        .args(words.get(1..).unwrap_or_default())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| failed(format!("cannot be run: {error}")))?;
    let printed = child.stdout.take();
    let key = printed
        .map(|mut printed| file::key_in(&mut printed))
        .transpose();
    let ended = child.wait().map_err(|error| failed(error.to_string()))?;
    if !ended.success() {
        return Err(failed(format!("failed ({ended})")));
    }
    let key = key.map_err(|error| failed(error.to_string()))?.flatten();
    key.ok_or_else(|| failed("printed no key".into()))
}

impl From<KeyFileError> for Failure {
    fn from(error: KeyFileError) -> Self {
        Self::failed(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// 32 bytes of `1`, in base64.
    const ONES: &str = "MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTE=";

    fn fetches(words: &str) -> Result<[u8; 32], String> {
        let read = Source::command(words).unwrap().read();
        read.map(|key| *key.unwrap().expose())
            .map_err(|failure| failure.to_string())
    }

    #[test]
    fn a_command_prints_the_key_and_no_shell_reads_it() {
        assert_eq!(fetches(&format!("echo {ONES}")).unwrap(), [b'1'; 32]);
        let none = fetches("echo $HOME").unwrap_err();
        assert!(none.contains("echo printed no key"), "{none}");
        let long = fetches(&format!("echo {ONES}{ONES}")).unwrap_err();
        assert!(long.contains("printed no key"), "{long}");
        let failed = fetches("false secret-of-yours").unwrap_err();
        assert!(
            failed.contains("false failed") && !failed.contains("secret"),
            "{failed}"
        );
        assert!(
            fetches("/nowhere/fetch")
                .unwrap_err()
                .contains("cannot be run")
        );
        assert_eq!(Source::command("  "), None);
    }
}
