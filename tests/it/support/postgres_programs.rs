//! Where PostgreSQL's programs are, and as whom they run.

use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::process;

/// Older ones are not supported, so they are not used.
const OLDEST: u32 = 15;
const NEEDED: [&str; 4] = ["initdb", "postgres", "psql", "pg_isready"];

/// The programs of one PostgreSQL version and the account that may run them.
#[derive(Clone)]
pub struct Programs {
    bin: PathBuf,
    /// User and group to become: PostgreSQL refuses to run as root.
    account: Option<(u32, u32)>,
}

impl Programs {
    /// The newest PostgreSQL of this machine, or why there is none.
    pub fn find() -> Result<Self, String> {
        let (version, bin) = candidates()
            .into_iter()
            .filter(|bin| NEEDED.iter().all(|name| bin.join(name).is_file()))
            .filter_map(|bin| Some((version(&bin)?, bin)))
            .max()
            .ok_or("it is not installed")?;
        if version < OLDEST {
            return Err(format!("{version} is installed, {OLDEST} is the oldest"));
        }
        let account = account()?;
        Ok(Self { bin, account })
    }

    /// One of the programs, to be run by the account that may.
    pub fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.bin.join(name));
        // the tests' own directory may be closed to that account
        command.current_dir("/");
        if let Some((user, group)) = self.account {
            command.uid(user).gid(group);
        }
        command
    }

    /// Gives a directory to the account.
    pub fn give(&self, directory: &Path) {
        if let Some((user, group)) = self.account {
            std::os::unix::fs::chown(directory, Some(user), Some(group)).expect("chown");
        }
    }
}

/// Directories that may hold the programs. Those of `PATH` are followed to the real file: Debian's
/// `psql` there is a wrapper, and a link names a directory that holds the rest.
fn candidates() -> Vec<PathBuf> {
    let debian = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let debian = debian.flatten().map(|version| version.path().join("bin"));
    let in_path = process::find(&["postgres"]).and_then(|program| {
        let real = program.canonicalize().ok()?;
        Some(real.parent()?.to_path_buf())
    });
    debian.chain(in_path).collect()
}

/// The major version, from `postgres (PostgreSQL) 15.13 (Debian …)`.
fn version(bin: &Path) -> Option<u32> {
    let output = Command::new(bin.join("postgres"))
        .arg("--version")
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let number = text.split(')').nth(1)?.trim_start();
    number
        .split(|c: char| !c.is_ascii_digit())
        .next()?
        .parse()
        .ok()
}

/// Nobody else when we are not root; else `postgres`, or `nobody`.
fn account() -> Result<Option<(u32, u32)>, String> {
    let me = std::fs::metadata("/proc/self").map_err(|error| error.to_string())?;
    if me.uid() != 0 {
        return Ok(None);
    }
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let found = ["postgres", "nobody"]
        .iter()
        .find_map(|name| ids(&users, name));
    found
        .map(Some)
        .ok_or_else(|| "it does not run as root, and there is no other user".to_owned())
}

fn ids(users: &str, name: &str) -> Option<(u32, u32)> {
    let mut fields = users.lines().map(|line| line.split(':'));
    fields.find_map(|mut fields| {
        let found = fields.next() == Some(name);
        let user = fields.nth(1)?.parse().ok()?;
        let group = fields.next()?.parse().ok()?;
        found.then_some((user, group))
    })
}
