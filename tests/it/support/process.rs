//! Processes: finding programs, signals, waiting with a limit.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The first of `names` found in `PATH`.
pub fn find(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let directories: Vec<PathBuf> = std::env::split_paths(&path).collect();
    names
        .iter()
        .flat_map(|name| directories.iter().map(move |dir| dir.join(name)))
        .find(|candidate| candidate.is_file())
}

/// Sends `signal` (`TERM`, `KILL`…) to the processes. The shell's own `kill` does it: that needs no
/// unsafe code, and a slim machine has no `kill` program.
pub fn signal(signal: &str, pids: &[u32]) {
    let pids: Vec<String> = pids.iter().map(u32::to_string).collect();
    let script = format!("kill -{signal} {} 2>/dev/null", pids.join(" "));
    let _ = Command::new("sh").args(["-c", &script]).status();
}

/// The child processes of `pid`, whichever of its threads started them.
pub fn children(pid: u32) -> Vec<u32> {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task"));
    let threads = threads.into_iter().flatten().flatten();
    threads
        .map(|thread| text_of(&thread.path().join("children")))
        .flat_map(|pids| words(&pids))
        .collect()
}

fn words(pids: &str) -> Vec<u32> {
    pids.split_whitespace()
        .filter_map(|word| word.parse().ok())
        .collect()
}

/// The processes whose command line contains `text`.
pub fn named(text: &str) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter(|entry| text_of(&entry.path().join("cmdline")).contains(text))
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid| is_alive(*pid))
        .collect()
}

/// Whether the process exists and is no zombie.
pub fn is_alive(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| {
        let state = stat.rsplit(')').next().unwrap_or_default();
        !state.trim_start().starts_with(['Z', 'X'])
    })
}

/// Waits for the end of `child`; `None` when it still runs after `limit`.
pub fn wait(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    let mut ended = None;
    until(limit, || {
        ended = child.try_wait().expect("wait for a child");
        ended.is_some()
    });
    ended
}

/// Polls until `done` or `limit`; whether it was done.
pub fn until(limit: Duration, mut done: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    loop {
        if done() {
            return true;
        }
        if start.elapsed() > limit {
            return false;
        }
        sleep(Duration::from_millis(5));
    }
}

/// Whether something listens on this port of the local machine.
pub fn listens(port: u16) -> bool {
    std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    let socket = std::net::TcpListener::bind("127.0.0.1:0").expect("bind a free port");
    socket.local_addr().expect("a local address").port()
}

/// Sends both outputs of a command to new files.
pub fn outputs_to(command: &mut Command, out: &Path, err: &Path) {
    let create = |path: &Path| std::fs::File::create(path).expect("create an output file");
    command
        .stdin(Stdio::null())
        .stdout(create(out))
        .stderr(create(err));
}

/// A file's text, with whatever is no UTF-8 replaced; empty when there is none.
pub fn text_of(path: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).into_owned()
}
