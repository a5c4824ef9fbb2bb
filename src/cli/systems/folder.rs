//! Folders: a task is laid down as a file, and answered by one beside it.

use super::reach::{LARGEST, Sent, understand};
use crate::app::systems::{Answer, Call, Fault};
use crate::domain::ids::TaskId;
use crate::domain::systems::{Failure, Folder, Step};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Seconds between two looks for an answer.
const LOOKS: u32 = 5;

fn names(at: &Folder, task: TaskId, step: Step) -> (PathBuf, PathBuf) {
    let name = format!("{task}-{}", step.as_str());
    let folder = Path::new(&at.path);
    (
        folder.join(format!("{name}.json")),
        folder.join(format!("{name}.reply.json")),
    )
}

pub(super) fn call(at: &Folder, call: &Call<'_>) -> Result<Answer, Fault> {
    let (asked, reply) = names(at, call.task, call.step);
    match File::open(&reply) {
        Ok(file) => {
            let mut body = Vec::new();
            file.take(LARGEST + 1)
                .read_to_end(&mut body)
                .map_err(|_| Failure::Files)?;
            if body.len() as u64 > LARGEST {
                return Err(Failure::TooMuch.into());
            }
            return understand(&body);
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(_) => return Err(Failure::Files.into()),
    }
    if !asked.exists() {
        let text = serde_json::to_vec_pretty(&Sent::of(call)).map_err(|_| Failure::Files)?;
        lay(&asked, &text).map_err(|_| Failure::Files)?;
    }
    Ok(Answer::Later(Some(LOOKS)))
}

/// The file is there under its name only once it is whole.
fn lay(path: &Path, text: &[u8]) -> std::io::Result<()> {
    let part = path.with_extension("part");
    let mut options = OpenOptions::new();
    let mut file = options
        .create(true)
        .write(true)
        .truncate(true)
        .mode(0o600)
        .open(&part)?;
    file.write_all(text)?;
    file.sync_all()?;
    std::fs::rename(&part, path)
}

pub(super) fn probe(at: &Folder) -> Result<(), Fault> {
    let tried = Path::new(&at.path).join(".placet-tries");
    lay(&tried, b"")
        .and_then(|()| std::fs::remove_file(&tried))
        .map_err(|error| Fault {
            why: Failure::Files,
            detail: Some(error.kind().to_string()),
        })
}

/// What a task left is taken away: it names a person.
pub(super) fn settle(at: &Folder, task: TaskId) {
    for step in Step::ALL {
        let (asked, reply) = names(at, task, *step);
        for path in [asked, reply] {
            if let Err(error) = std::fs::remove_file(&path)
                && error.kind() != ErrorKind::NotFound
            {
                tracing::warn!(%task, error = %error.kind(), "a file of a task that is over stays in its folder");
            }
        }
    }
}
