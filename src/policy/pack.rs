//! A policy pack: its files, and the digest that names its version.

use super::book::LawText;
use super::cases::CaseFile;
use super::error::PolicyError;
use super::manifest::MANIFEST;
use ring::digest;

/// The schema's path inside a pack.
pub(super) const SCHEMA_PATH: &str = "schema.cedarschema";

/// The files that the program carries, so that it runs anywhere.
macro_rules! embedded {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../policies/", $path)))),*]
    };
}

const EMBEDDED: &[(&str, &str)] = embedded![
    "schema.cedarschema",
    "be/marketing.cedar",
    "be/minors.cedar",
    "be/pack.toml",
    "company/pack.toml",
    "company/pace.cedar",
    "company/pressure.cedar",
    "de/marketing.cedar",
    "de/minors.cedar",
    "de/pack.toml",
    "dk/minors.cedar",
    "dk/pack.toml",
    "es/marketing.cedar",
    "es/minors.cedar",
    "es/pack.toml",
    "eu/ads.cedar",
    "eu/eprivacy.cedar",
    "eu/minors.cedar",
    "eu/pack.toml",
    "fr/business.cedar",
    "fr/data.cedar",
    "fr/hours.cedar",
    "fr/pack.toml",
    "fr/phone.cedar",
    "fr/sectors.cedar",
    "gdpr/consent.cedar",
    "gdpr/message.cedar",
    "gdpr/other_grounds.cedar",
    "gdpr/pack.toml",
    "gdpr/profiling.cedar",
    "gdpr/soft_opt_in.cedar",
    "gdpr/stops.cedar",
    "gdpr/terminal.cedar",
    "it/marketing.cedar",
    "it/minors.cedar",
    "it/pack.toml",
    "nl/calls.cedar",
    "nl/minors.cedar",
    "nl/pack.toml",
    "never/always.cedar",
    "never/pack.toml",
    "uk/minors.cedar",
    "uk/pack.toml",
    "uk/pecr.cedar",
];

/// The cases that the program carries.
const EMBEDDED_CASES: &[(&str, &str)] = embedded![
    "law/vectors.json",
    "be/tests/belgium.toml",
    "company/tests/company.toml",
    "company/tests/pace.toml",
    "de/tests/germany.toml",
    "dk/tests/denmark.toml",
    "es/tests/spain.toml",
    "eu/tests/union.toml",
    "fr/tests/data.toml",
    "fr/tests/hours.toml",
    "fr/tests/phone.toml",
    "gdpr/tests/base.toml",
    "gdpr/tests/retention.toml",
    "it/tests/italy.toml",
    "nl/tests/netherlands.toml",
    "uk/tests/kingdom.toml",
];

/// The law beside the packs that the program carries.
pub(super) fn embedded_law() -> LawText {
    LawText {
        rules: include_str!("../../policies/law/rules.json").to_owned(),
        elsewhere: include_str!("../../policies/law/elsewhere.toml").to_owned(),
    }
}

/// The cases of the packs that the program carries.
pub(super) fn embedded_cases() -> Vec<CaseFile> {
    let owned = |(path, text): &(&str, &str)| CaseFile {
        path: (*path).to_owned(),
        text: (*text).to_owned(),
    };
    EMBEDDED_CASES.iter().map(owned).collect()
}

/// One file of a pack.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PackFile {
    /// Path inside the pack, with `/`.
    pub(super) path: String,
    /// The whole text.
    pub(super) text: String,
}

/// The files of a pack, sorted by path, none of them checked yet: [`super::Engine::compile`] does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pack {
    files: Vec<PackFile>,
    version: String,
}

impl Pack {
    /// A pack of these files (path inside the pack, text), in any order.
    ///
    /// # Errors
    /// A path given twice, a file that is neither the schema nor a `.cedar` file, no schema, or
    /// no policy file.
    pub fn from_files(files: Vec<(String, String)>) -> Result<Self, PolicyError> {
        let mut files: Vec<PackFile> = files
            .into_iter()
            .map(|(path, text)| PackFile { path, text })
            .collect();
        files.sort();
        for file in &files {
            check_kind(file)?;
        }
        check_twice(&files)?;
        check_complete(&files)?;
        let version = version(&files);
        Ok(Self { files, version })
    }

    /// The packs that the program carries.
    ///
    /// # Errors
    /// As [`Pack::from_files`]; a test holds that it does not happen.
    pub fn embedded() -> Result<Self, PolicyError> {
        let owned = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
        Self::from_files(EMBEDDED.iter().map(owned).collect())
    }

    /// The version: `sha256:` and 64 hex digits over all paths and bytes. Each path, then each
    /// text, is preceded by its length as 8 bytes, big-endian, so no two packs share a version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Path and text of every file, sorted by path (an audit export carries them).
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files
            .iter()
            .map(|file| (file.path.as_str(), file.text.as_str()))
    }

    /// The schema's text.
    pub(super) fn schema(&self) -> &str {
        let schema = self.files.iter().find(|file| file.path == SCHEMA_PATH);
        schema.map_or("", |file| file.text.as_str())
    }

    /// The files that say what each pack is, sorted by path.
    pub(super) fn manifests(&self) -> impl Iterator<Item = &PackFile> {
        self.files.iter().filter(|file| is_manifest(&file.path))
    }

    /// The policy files, sorted by path.
    pub(super) fn policy_files(&self) -> impl Iterator<Item = &PackFile> {
        self.files
            .iter()
            .filter(|file| file.path.ends_with(".cedar"))
    }
}

/// Whether a path is one of a pack's: the schema, a `pack.toml` or a policy file.
pub(super) fn is_pack_file(path: &str) -> bool {
    path == SCHEMA_PATH || path.ends_with(".cedar") || is_manifest(path)
}

fn is_manifest(path: &str) -> bool {
    path.split_once('/')
        .is_some_and(|(_, file)| file == MANIFEST)
}

fn check_kind(file: &PackFile) -> Result<(), PolicyError> {
    if is_pack_file(&file.path) {
        return Ok(());
    }
    Err(PolicyError::whole(
        &file.path,
        "not a file of a policy pack",
        format!("a pack holds {SCHEMA_PATH}, {MANIFEST} and *.cedar files"),
    ))
}

fn check_twice(files: &[PackFile]) -> Result<(), PolicyError> {
    for (file, next) in files.iter().zip(files.iter().skip(1)) {
        if file.path == next.path {
            return Err(PolicyError::whole(
                &file.path,
                "the file is given twice",
                "give it once",
            ));
        }
    }
    Ok(())
}

fn check_complete(files: &[PackFile]) -> Result<(), PolicyError> {
    let lacks = |what: &str, mend: &str| Err(PolicyError::whole(SCHEMA_PATH, what, mend));
    if !files.iter().any(|file| file.path == SCHEMA_PATH) {
        return lacks(
            "the pack has no schema",
            "add the schema that the program ships",
        );
    }
    if !files.iter().any(|file| file.path.ends_with(".cedar")) {
        return lacks(
            "the pack has no policy file",
            "add at least one .cedar file beside the schema",
        );
    }
    Ok(())
}

/// The digest described at [`Pack::version`].
fn version(files: &[PackFile]) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in files.iter().flat_map(|file| [&file.path, &file.text]) {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part.as_bytes());
    }
    let hex = |byte: &u8| format!("{byte:02x}");
    let digest: String = context.finish().as_ref().iter().map(hex).collect();
    format!("sha256:{digest}")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    fn pack(files: &[(&str, &str)]) -> Result<Pack, PolicyError> {
        let owned = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
        Pack::from_files(files.iter().map(owned).collect())
    }

    #[test]
    fn the_version_depends_on_paths_and_bytes_but_not_on_order() {
        let one = pack(&[(SCHEMA_PATH, "s"), ("a.cedar", "x"), ("b.cedar", "y")]).unwrap();
        let same = pack(&[("b.cedar", "y"), (SCHEMA_PATH, "s"), ("a.cedar", "x")]).unwrap();
        let moved = pack(&[(SCHEMA_PATH, "s"), ("a.cedar", "y"), ("b.cedar", "x")]).unwrap();
        let shifted = pack(&[(SCHEMA_PATH, "s"), ("a.cedar", "xb"), ("b.cedar", "y")]).unwrap();
        assert_eq!(one.version(), same.version());
        assert_ne!(one.version(), moved.version());
        assert_ne!(one.version(), shifted.version());
        assert_eq!(one.version().len(), "sha256:".len() + 64);
    }

    /// Every file under a folder, by its path from there.
    fn on_disk(folder: &Path, prefix: &str, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                on_disk(&entry.path(), &format!("{path}/"), found);
            } else {
                found.insert(path);
            }
        }
    }

    /// A policy that is on disk but not in the binary would be tested and never applied.
    #[test]
    fn the_binary_carries_the_files_on_disk_and_no_others() {
        let mut disk = BTreeSet::new();
        let policies = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies");
        on_disk(&policies, "", &mut disk);
        assert!(disk.remove("README.md"), "written for people, not carried");
        let lists = EMBEDDED.iter().chain(EMBEDDED_CASES);
        let mut carried: BTreeSet<String> = lists.map(|(path, _)| (*path).to_owned()).collect();
        for law in ["law/rules.json", "law/elsewhere.toml"] {
            assert!(carried.insert(law.to_owned()));
        }
        assert_eq!(disk, carried);
    }

    #[test]
    fn incomplete_and_foreign_files_are_refused() {
        assert!(pack(&[("a.cedar", "x")]).is_err());
        assert!(pack(&[(SCHEMA_PATH, "s")]).is_err());
        assert!(pack(&[(SCHEMA_PATH, "s"), ("a.cedar", ""), ("notes.md", "")]).is_err());
        assert!(pack(&[(SCHEMA_PATH, "s"), ("a.cedar", ""), ("a.cedar", "x")]).is_err());
    }
}
