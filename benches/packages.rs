//! Packages of a whole registry, written and verified by the program itself, each in a process of its own
//! whose memory is looked at.

use crate::people::PERSONS;
use crate::registry::{MASTER, ORIGIN, Place, directory, home};
use crate::server::cpu_seconds;
use crate::table::{Table, grouped};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What a process took.
struct Took {
    seconds: f64,
    /// Of the processor.
    cpu: f64,
    /// The most bytes that it ever held.
    most: u64,
}

/// Measures.
pub fn measure(place: &Place, table: &mut Table) {
    place.filled(*PERSONS);
    let (package, master) = (directory().join("log.zip"), directory().join("master.key"));
    drop(std::fs::remove_file(&package));
    drop(std::fs::remove_file(&master));
    write_key(&master);
    let args = [
        "audit",
        "export",
        "--from",
        "2020-01-01",
        "--to",
        "2100-01-01",
        "-o",
    ];
    let mut export = placet(place, &master);
    export.args(args).arg(&package);
    let made = run(export);
    let bytes = std::fs::metadata(&package).expect("the package").len();
    let mut verify = placet(place, &master);
    verify.args(["audit", "verify"]).arg(&package);
    let checked = run(verify);
    // of each person three consents and the entry that links their contact point; the few others are left out
    let entries = (*PERSONS * 4) as f64;
    line(
        table,
        "exporting, the comparison with the log included",
        entries,
        &made,
        &format!(", {} MB", bytes / 1_000_000),
    );
    line(
        table,
        "verifying that package, offline",
        entries,
        &checked,
        "",
    );
    drop(std::fs::remove_file(package));
}

fn line(table: &mut Table, what: &str, entries: f64, took: &Took, more: &str) {
    table.line(
        format!("{what}: {} entries", grouped(entries)),
        format!(
            "{} entries/s, {} MB at most",
            grouped(entries / took.seconds),
            took.most / 1_000_000
        ),
        format!(
            "{:.0} s, {:.0} s of the processor{more}",
            took.seconds, took.cpu
        ),
    );
}

/// The master key of the registries here, as the program reads it.
fn write_key(file: &Path) {
    let made = OpenOptions::new()
        .create_new(true)
        .write(true)
        .mode(0o600)
        .open(file);
    let mut made = made.expect("make the key file");
    made.write_all(STANDARD.encode(MASTER).as_bytes())
        .expect("write the key");
}

/// The program on that registry.
fn placet(place: &Place, master: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_placet"));
    command
        .env("PLACET_DATABASE_URL", &place.url)
        .env("PLACET_DATA_DIR", home(&place.url))
        .env("PLACET_MASTER_KEY_FILE", master)
        .env("PLACET_KEY_DIRECTORY", home(&place.url).join("keys"))
        .env("PLACET_ORIGIN", ORIGIN)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// Runs it to its end, looking at its memory, of which the system keeps the most, and at its time.
fn run(mut command: Command) -> Took {
    let started = Instant::now();
    let mut child = command.spawn().expect("start placet");
    let (mut most, mut cpu) = (0, 0.0);
    loop {
        if let Some(held) = most_held(child.id()) {
            (most, cpu) = (held, cpu_seconds(child.id()));
        }
        if let Some(status) = child.try_wait().expect("wait for placet") {
            assert!(status.success(), "placet: {status}");
            let seconds = started.elapsed().as_secs_f64();
            return Took { seconds, cpu, most };
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The most bytes that a process ever held; `None` where it has ended.
fn most_held(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kibibytes * 1024)
}
