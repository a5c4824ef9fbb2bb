//! What lies on this machine: files, their room and their modes, the address, the service.

use super::{Finding, Standing, found};
use crate::app::state::{Disk, Room};
use crate::cli::config::Config;
use crate::cli::master_key::Source;
use crate::cli::{Places, health, tls};
use crate::domain::time::{Now, rfc3339};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Below this share of a disk, in hundredths, room is short; or below so many bytes.
const SHORT: u64 = 10;
const SHORT_BYTES: u64 = 1 << 30;

pub(super) fn look(config: &Config, places: &Places, now: Now) -> Vec<Finding> {
    vec![
        address(config),
        certificate(config, now),
        mail(config),
        master_key(&places.master_key),
        register(places),
        room("room for the data", on_disk("data", &places.data_dir)),
        room(
            "room for the erasure register",
            on_disk("register", &places.register.directory),
        ),
        service(config),
    ]
}

fn address(config: &Config) -> Finding {
    let about = "public address";
    let url = config.public_url("http://127.0.0.1:8080");
    let here = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
    if url.starts_with("https://") {
        return found(about, Standing::Ok, url);
    }
    let on_this_machine = here.iter().any(|one| url.starts_with(one));
    let told = if on_this_machine {
        format!("{url} leads to this machine alone: set public_url before links go to customers")
    } else {
        format!(
            "{url} is not encrypted: put TLS before it, or set tls_certificate, and set public_url to https://"
        )
    };
    let standing = if on_this_machine {
        Standing::Note
    } else {
        Standing::Wrong
    };
    found(about, standing, told)
}

fn certificate(config: &Config, now: Now) -> Finding {
    let about = "certificate";
    match tls::line(config) {
        Ok(None) => {
            let told = "none: the line is plain, for a proxy on this machine or a private network";
            found(about, Standing::Note, told)
        }
        Ok(Some((line, _))) => match (tls::ends_soon(&line, now), line.ends_at()) {
            (Some(told), _) => found(about, Standing::Wrong, told),
            (None, Some(ends)) => found(about, Standing::Ok, format!("until {}", rfc3339(ends))),
            (None, None) => found(about, Standing::Ok, "without end"),
        },
        Err(error) => found(about, Standing::Failed, error.to_string()),
    }
}

fn mail(config: &Config) -> Finding {
    if config.get("smtp_url").is_empty() {
        let told = "no smtp_url: mails are written to a folder, and nobody gets them";
        return found("mail server", Standing::Note, told);
    }
    found("mail server", Standing::Ok, "configured")
}

fn master_key(source: &Source) -> Finding {
    match source.read() {
        Ok(Some(_)) => found("master key", Standing::Ok, format!("{source}")),
        Ok(None) => {
            let told = format!(
                "{source} is not there: the first start makes it; a registry that has data needs its own back"
            );
            found("master key", Standing::Failed, told)
        }
        Err(failure) => found("master key", Standing::Failed, failure.to_string()),
    }
}

/// On the disk of the data it would be lost with them.
fn register(places: &Places) -> Finding {
    let about = "erasure register";
    let directory = &places.register.directory;
    let shown = directory.display();
    let device = |path: &Path| path.metadata().map(|about| about.dev());
    match (device(directory), device(&places.data_dir)) {
        (Ok(own), Ok(data)) if own == data => found(
            about,
            Standing::Note,
            format!(
                "{shown} is on the disk of the data: who loses one loses both; move it to another"
            ),
        ),
        (Ok(_), _) => found(about, Standing::Ok, format!("{shown}")),
        (Err(_), _) => found(
            about,
            Standing::Note,
            format!("{shown} is not there yet: the first erasure or no makes it"),
        ),
    }
}

/// The disks on which a running service writes.
pub struct Rooms {
    /// Where the data are.
    pub data: PathBuf,
    /// Where the erasure register is.
    pub register: PathBuf,
}

impl Disk for Rooms {
    fn rooms(&self) -> Vec<Room> {
        let data = on_disk("data", &self.data);
        let register = on_disk("register", &self.register);
        data.into_iter().chain(register).collect()
    }
}

/// Where a disk is full nothing can be acknowledged any more.
fn on_disk(what: &'static str, directory: &Path) -> Option<Room> {
    let disk = rustix::fs::statvfs(directory).ok()?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let all = disk.f_blocks.saturating_mul(disk.f_frsize).max(1);
    let is_short = free < SHORT_BYTES || free.saturating_mul(100) / all < SHORT;
    let standing = if is_short {
        Standing::Wrong
    } else {
        Standing::Ok
    };
    Some(Room {
        what,
        standing,
        free,
        all,
    })
}

fn room(about: &'static str, room: Option<Room>) -> Finding {
    let Some(room) = room else {
        return found(about, Standing::Note, "not there yet");
    };
    let told = format!(
        "{} of {} GB free ({} %)",
        room.free / 1_000_000_000,
        room.all / 1_000_000_000,
        room.free.saturating_mul(100) / room.all
    );
    if room.standing == Standing::Ok {
        return found(about, Standing::Ok, told);
    }
    let told = format!("{told}: make room before the disk is full; then nothing can be recorded");
    found(about, room.standing, told)
}

fn service(config: &Config) -> Finding {
    let listen = config.get("listen");
    match health::answer(config) {
        Ok(status) if status.contains(" 200 ") => found("service", Standing::Ok, "it is ready"),
        Ok(status) => {
            let told = format!("{listen} answers {status}: see GET /readyz there");
            found("service", Standing::Wrong, told)
        }
        Err(_) => {
            let told = format!("nobody answers at {listen}: placet serve");
            found("service", Standing::Note, told)
        }
    }
}
