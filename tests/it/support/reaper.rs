//! Nothing outlives the test process: no server, no browser, no cluster, no directory.
//!
//! `Drop` does not run when a process is killed, and never for a `static`. So a small shell stands
//! beside the tests and reads from a pipe that only they hold open; when it closes, they are gone,
//! and the shell ends what it was told to watch.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

/// The shell that ends what the tests started, if the tests can't.
pub struct Reaper {
    shell: Child,
    pipe: Mutex<Option<ChildStdin>>,
}

/// The one of this process.
pub fn reaper() -> &'static Reaper {
    static REAPER: OnceLock<Reaper> = OnceLock::new();
    REAPER.get_or_init(Reaper::start)
}

impl Reaper {
    pub fn start() -> Self {
        let mut shell = Command::new("sh")
            .args(["-c", include_str!("reaper.sh"), "reaper"])
            // a group of its own: an interrupt from the keyboard ends the tests, not their reaper
            .process_group(0)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("start a shell");
        let pipe = Mutex::new(shell.stdin.take());
        Self { shell, pipe }
    }

    /// Ends `pid` with `signal` (`KILL`, `QUIT`…) when the tests end.
    pub fn watch(&self, pid: u32, signal: &str) {
        self.tell(&format!("watch {pid} {signal}\n"));
    }

    /// `pid` was waited for: its number may be another's now.
    pub fn forget(&self, pid: u32) {
        self.tell(&format!("forget {pid}\n"));
    }

    /// Removes the directory when the tests end.
    pub fn remove(&self, directory: &Path) {
        self.tell(&format!("remove {}\n", directory.display()));
    }

    fn tell(&self, line: &str) {
        let mut pipe = self.pipe.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pipe) = pipe.as_mut() {
            // a shell that somebody killed is no reason for a test to fail
            let _ = pipe.write_all(line.as_bytes());
        }
    }

    /// Closes the pipe and waits until the shell has done its work.
    pub fn finish(mut self) {
        drop(self.pipe.get_mut().map(Option::take));
        self.shell.wait().expect("wait for the reaper");
    }
}

/// A directory of this process, removed when dropped, and by the reaper at the latest.
pub fn directory(name: &str) -> tempfile::TempDir {
    let directory = tempfile::Builder::new()
        .prefix(&format!("placet-{name}-"))
        .tempdir()
        .expect("make a temporary directory");
    reaper().remove(directory.path());
    directory
}
