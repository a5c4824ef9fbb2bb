//! Mails as files of a folder, for trying the service without a mail server.

use super::super::master_key::make_directory;
use super::super::output::Failure;
use crate::app::mail::{Mail, Postman, Tray, Undelivered};
use std::path::{Path, PathBuf};

/// Most mails that are shown.
const SHOWN: usize = 50;

/// The folder.
pub struct Folder(PathBuf);

impl Folder {
    /// Makes it where it is not there; nobody else may look into it.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        make_directory(path)?;
        Ok(Self(path.to_owned()))
    }
}

impl Postman for Folder {
    fn carry(&self, mail: &Mail<'_>) -> Result<(), Undelivered> {
        let written = &mail.written;
        let text = format!(
            "To: {}\nFrom: {}\nSubject: {}\n\n{}",
            mail.to.reveal(),
            mail.brand,
            written.subject,
            written.text
        );
        // ids begin with the time, so that names are in order
        let put = |ending: &str, content: &str| {
            let (part, whole) = (format!("{}.part", mail.id), format!("{}.{ending}", mail.id));
            // who looks meanwhile sees a whole mail or none
            std::fs::write(self.0.join(&part), content)?;
            std::fs::rename(self.0.join(part), self.0.join(whole))
        };
        put("html", &written.html)
            .and_then(|()| put("txt", &text))
            .map_err(|error| Undelivered::ForNow(format!("folder: {}", error.kind())))
    }
}

impl Tray for Folder {
    fn latest(&self) -> Vec<String> {
        let Ok(files) = std::fs::read_dir(&self.0) else {
            return Vec::new();
        };
        let mut paths: Vec<PathBuf> = files.flatten().map(|file| file.path()).collect();
        paths.retain(|path| path.extension().is_some_and(|ending| ending == "txt"));
        paths.sort();
        let latest = paths.iter().rev().take(SHOWN);
        latest
            .filter_map(|path| std::fs::read_to_string(path).ok())
            .collect()
    }
}
