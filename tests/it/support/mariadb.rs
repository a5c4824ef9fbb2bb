//! A throw-away MariaDB server on a free port of 127.0.0.1, shared by all tests.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::reaper::{directory, reaper};
use super::{logs, process};

const STARTS_WITHIN: Duration = Duration::from_secs(60);

/// A server of its own directory and port.
pub struct MariaDb {
    directory: tempfile::TempDir,
    port: u16,
    client: PathBuf,
    databases: AtomicUsize,
    _server: Child,
}

/// The server that all tests share, or why there is none.
pub fn shared() -> Result<&'static MariaDb, &'static str> {
    static SHARED: OnceLock<Result<MariaDb, String>> = OnceLock::new();
    SHARED
        .get_or_init(MariaDb::start)
        .as_ref()
        .map_err(String::as_str)
}

impl MariaDb {
    fn start() -> Result<Self, String> {
        let found = |name: &str| {
            let beside = PathBuf::from("/usr/sbin").join(name);
            let there = beside.is_file().then_some(beside);
            process::find(&[name])
                .or(there)
                .ok_or_else(|| format!("{name} is not installed"))
        };
        let (install, server) = (found("mariadb-install-db")?, found("mariadbd")?);
        let client = found("mariadb")?;
        let directory = directory("mariadb");
        let data = format!("--datadir={}", directory.path().join("data").display());
        let log = std::fs::File::create(logs::file("mariadb.err")).expect("create a log");
        let share = || log.try_clone().expect("share the log");
        let made = Command::new(install)
            .args([
                "--no-defaults",
                "--user=root",
                "--auth-root-authentication-method=normal",
            ])
            .args(["--skip-test-db", &data])
            .stdin(Stdio::null())
            .stdout(share())
            .stderr(share())
            .status()
            .expect("run mariadb-install-db");
        assert!(made.success(), "mariadb-install-db: {}", logs::tail());
        let port = process::free_port();
        let child = Command::new(server)
            .args([
                "--no-defaults",
                "--user=root",
                "--bind-address=127.0.0.1",
                &data,
            ])
            .arg(format!("--port={port}"))
            .arg(format!("--socket={}", directory.path().join("s").display()))
            .arg(format!(
                "--pid-file={}",
                directory.path().join("pid").display()
            ))
            .stdin(Stdio::null())
            .stdout(share())
            .stderr(share())
            .spawn()
            .expect("start mariadbd");
        reaper().watch(child.id(), "KILL");
        let started = Self {
            directory,
            port,
            client,
            databases: AtomicUsize::new(0),
            _server: child,
        };
        let ready = process::until(STARTS_WITHIN, || started.try_sql("SELECT 1").is_ok());
        assert!(ready, "MariaDB did not start: {}", logs::tail());
        Ok(started)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// A fresh database and its user, of the same name, with the password `geheim`.
    pub fn database(&self) -> String {
        let number = self.databases.fetch_add(1, Ordering::Relaxed) + 1;
        let name = format!("t_{number}");
        self.sql(&format!(
            "CREATE DATABASE {name}; CREATE USER {name}@'127.0.0.1' IDENTIFIED BY 'geheim'; \
             GRANT ALL ON {name}.* TO {name}@'127.0.0.1'"
        ));
        name
    }

    /// Runs SQL as the server's own user; the rows, one a line.
    #[track_caller]
    pub fn sql(&self, sql: &str) -> String {
        self.try_sql(sql).expect("run the statement")
    }

    fn try_sql(&self, sql: &str) -> Result<String, String> {
        let output = Command::new(&self.client)
            .args([
                "--no-defaults",
                "--user=root",
                "--batch",
                "--skip-column-names",
            ])
            .arg(format!(
                "--socket={}",
                self.directory.path().join("s").display()
            ))
            .args(["--execute", sql])
            .output()
            .expect("run the client");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
        if output.status.success() {
            Ok(text(&output.stdout))
        } else {
            Err(text(&output.stderr))
        }
    }
}
