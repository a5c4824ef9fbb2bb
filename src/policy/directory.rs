//! Reading a pack from disk: the only input of this layer, apart from what the caller hands in.

use super::book::LawText;
use super::cases::{CaseFile, is_case_file};
use super::error::PolicyError;
use super::pack::{Pack, is_pack_file};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// No policy file is larger; a larger one is a mistake.
const MAX_FILE_BYTES: u64 = 1024 * 1024;
/// Folders inside folders; deeper is a mistake or a loop of links.
const MAX_DEPTH: usize = 8;

/// Where the policies come from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum PolicySource {
    /// The packs that the program carries.
    #[default]
    Embedded,
    /// A directory under the operator's version control.
    Directory(PathBuf),
}

impl PolicySource {
    /// The pack of this source.
    ///
    /// # Errors
    /// As [`Pack::embedded`] and [`read_directory`].
    pub fn load(&self) -> Result<Pack, PolicyError> {
        match self {
            Self::Embedded => Pack::embedded(),
            Self::Directory(path) => read_directory(path),
        }
    }

    /// The cases that come with the packs: the law's own and each pack's.
    ///
    /// # Errors
    /// As [`read_case_files`].
    pub fn cases(&self) -> Result<Vec<CaseFile>, PolicyError> {
        match self {
            Self::Embedded => Ok(super::pack::embedded_cases()),
            Self::Directory(path) => read_case_files(path),
        }
    }

    /// The law beside the packs: its rules, and what no policy encodes.
    ///
    /// # Errors
    /// A file that is not there, cannot be read, is no UTF-8 or is over 1 MiB.
    pub fn law(&self) -> Result<LawText, PolicyError> {
        match self {
            Self::Embedded => Ok(super::pack::embedded_law()),
            Self::Directory(path) => Ok(LawText {
                rules: read(&path.join("law/rules.json"))?,
                elsewhere: read(&path.join("law/elsewhere.toml"))?,
            }),
        }
    }
}

/// Reads the schema, every `pack.toml` and every `.cedar` file under a directory. Other files (a README, an editor's
/// backup) and hidden ones are left alone.
///
/// # Errors
/// A file that cannot be read, is no UTF-8 or is over 1 MiB, and what [`Pack::from_files`] refuses.
pub fn read_directory(directory: &Path) -> Result<Pack, PolicyError> {
    let mut files = Vec::new();
    collect(directory, "", MAX_DEPTH, is_pack_file, &mut files)?;
    Pack::from_files(files)
}

/// Reads the files of cases under a directory of packs: the law's own and each pack's `tests/`.
///
/// # Errors
/// A file that cannot be read, is no UTF-8 or is over 1 MiB.
pub fn read_case_files(directory: &Path) -> Result<Vec<CaseFile>, PolicyError> {
    let mut files = Vec::new();
    collect(directory, "", MAX_DEPTH, is_case_file, &mut files)?;
    files.sort();
    let case_file = |(path, text)| CaseFile { path, text };
    Ok(files.into_iter().map(case_file).collect())
}

/// Reads one file of cases.
///
/// # Errors
/// As [`read_case_files`].
pub fn read_case_file(path: &Path) -> Result<CaseFile, PolicyError> {
    Ok(CaseFile {
        path: path.display().to_string(),
        text: read(path)?,
    })
}

fn collect(
    directory: &Path,
    prefix: &str,
    depth: usize,
    wanted: fn(&str) -> bool,
    files: &mut Vec<(String, String)>,
) -> Result<(), PolicyError> {
    if depth == 0 {
        let mend = format!("keep policies at most {MAX_DEPTH} folders deep");
        return Err(unreadable(
            directory,
            "too many folders inside folders",
            mend,
        ));
    }
    let failed = |error| {
        unreadable(
            directory,
            format!("cannot list: {error}"),
            "check path and rights",
        )
    };
    for entry in fs::read_dir(directory).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = entry.path();
        let inside = format!("{prefix}{name}");
        if name.starts_with('.') {
            continue;
        }
        if path.is_dir() {
            collect(&path, &format!("{inside}/"), depth - 1, wanted, files)?;
        } else if wanted(&inside) {
            files.push((inside, read(&path)?));
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<String, PolicyError> {
    let mut text = String::new();
    let file = fs::File::open(path)
        .and_then(|file| file.take(MAX_FILE_BYTES + 1).read_to_string(&mut text));
    match file {
        Err(error) => Err(unreadable(
            path,
            format!("cannot read: {error}"),
            "a policy is readable UTF-8 text",
        )),
        Ok(read) if read as u64 > MAX_FILE_BYTES => {
            Err(unreadable(path, "larger than 1 MiB", "split the file"))
        }
        Ok(_) => Ok(text),
    }
}

fn unreadable(path: &Path, what: impl Into<String>, mend: impl Into<String>) -> PolicyError {
    PolicyError::whole(&path.display().to_string(), what, mend)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::policy::pack::SCHEMA_PATH;

    #[test]
    fn the_embedded_pack_is_the_directory() {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies");
        let on_disk = PolicySource::Directory(directory).load().unwrap();
        assert_eq!(on_disk, PolicySource::Embedded.load().unwrap());
    }

    #[test]
    fn other_files_are_left_alone_and_bad_ones_named() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
        write(SCHEMA_PATH, b"s");
        write("a.cedar", b"x");
        write("README.md", b"words");
        write("a.cedar~", b"old");
        write(".b.cedar", b"hidden");
        let pack = read_directory(folder.path()).unwrap();
        assert_eq!(
            pack.files().map(|(path, _)| path).collect::<Vec<_>>(),
            ["a.cedar", SCHEMA_PATH]
        );
        write("c.cedar", &[0xff, 0xfe]);
        let error = read_directory(folder.path()).unwrap_err();
        assert!(error.file.ends_with("c.cedar"), "{error}");
    }

    #[test]
    fn a_missing_directory_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(read_directory(&folder.path().join("none")).is_err());
    }
}
