//! A clock of another time for a process, by a library that is loaded before its own.

use super::waits::{FAKETIME, test_name};

/// The variables that shift the clock of a process (`+400d`, `-30`), where this machine can do it; that it cannot is
/// said.
#[track_caller]
pub fn shifted(shift: &str) -> Option<[(&'static str, String); 3]> {
    let library = libfaketime();
    if library.is_none() {
        FAKETIME.missing(&test_name(), "it is not installed; clocks do not differ");
    }
    Some([
        ("LD_PRELOAD", library?),
        ("FAKETIME", shift.to_owned()),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
    ])
}

/// A process with this library is told another time.
fn libfaketime() -> Option<String> {
    let folders = std::fs::read_dir("/usr/lib").ok()?.flatten();
    let mut files = folders.map(|folder| folder.path().join("faketime/libfaketime.so.1"));
    let found = files.find(|file| file.is_file())?;
    Some(found.display().to_string())
}
