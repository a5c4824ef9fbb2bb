//! What every program of a run wrote, kept to the end and searched for personal data.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use super::process::text_of;
use super::reaper;

static FILES: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());
static PLANTED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// A new file of the collection; its name ends with `name`.
pub fn file(name: &str) -> PathBuf {
    static NUMBER: AtomicUsize = AtomicUsize::new(1);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let path = folder().join(format!("{number:04}-{name}"));
    let mut files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
    files.push(path.clone());
    path
}

/// Plants a canary: an unmistakable name, address or number that no log may ever show. From now on
/// every server's log is searched for it when that server ends, and `tests/run` searches all logs
/// of the run at its end.
pub fn plant(canary: &str) -> &str {
    let mut planted = PLANTED.lock().unwrap_or_else(PoisonError::into_inner);
    if !planted.iter().any(|known| known == canary) {
        planted.push(canary.to_owned());
        keep(canary);
    }
    canary
}

/// Searches everything written so far by all programs of this process.
pub fn assert_no_personal_data(canaries: &[&str]) {
    let files = FILES.lock().unwrap_or_else(PoisonError::into_inner).clone();
    for path in &files {
        assert_clean(path, canaries.iter().copied());
    }
}

/// Searches one file for all that was planted.
pub fn assert_nothing_planted(path: &Path) {
    let planted = PLANTED
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    assert_clean(path, planted.iter().map(String::as_str));
}

fn assert_clean<'a>(path: &Path, canaries: impl Iterator<Item = &'a str>) {
    let text = text_of(path).to_lowercase();
    for canary in canaries {
        let line = text
            .lines()
            .find(|line| guises(canary).iter().any(|guise| line.contains(guise)));
        let name = path.file_name().unwrap_or_default().display();
        assert!(
            line.is_none(),
            "{canary:?} is in the log {name}: {}",
            line.unwrap_or_default()
        );
    }
}

/// The ways in which a text may show in a log, in small letters: as it is, in a URL, in a JSON
/// string of ASCII only, as bytes in hexadecimal.
pub fn guises(canary: &str) -> Vec<String> {
    let canary = canary.to_lowercase();
    let url = canary.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02x}"),
    });
    let json = canary.encode_utf16().map(|unit| match u8::try_from(unit) {
        Ok(byte) if byte.is_ascii() => char::from(byte).to_string(),
        _ => format!("\\u{unit:04x}"),
    });
    let hexadecimal = canary.bytes().map(|byte| format!("{byte:02x}"));
    let mut guises = vec![
        url.collect(),
        json.collect(),
        hexadecimal.collect(),
        canary.clone(),
    ];
    guises.sort();
    guises.dedup();
    guises
}

/// The end of the newest file, for a message.
pub fn tail() -> String {
    let files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
    files.last().map(|path| tail_of(path)).unwrap_or_default()
}

/// The last lines of a file.
pub fn tail_of(path: &Path) -> String {
    let text = text_of(path);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(40)..].join("\n")
}

/// Where `tests/run` wants the logs, else a directory that ends with this process.
fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| match std::env::var_os("PLACET_TEST_LOGS") {
        Some(folder) => PathBuf::from(folder),
        None => reaper::directory("logs").keep(),
    })
}

/// Notes the canary, in all its guises, for the search at the end of the run.
fn keep(canary: &str) {
    let Some(folder) = std::env::var_os("PLACET_TEST_LOGS") else {
        return;
    };
    let path = Path::new(&folder).join("canaries");
    let options = std::fs::File::options()
        .create(true)
        .append(true)
        .open(path);
    let lines = guises(canary).join("\n") + "\n";
    options
        .expect("open the list")
        .write_all(lines.as_bytes())
        .expect("note a canary");
}
