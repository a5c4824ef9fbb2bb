//! A throw-away PostgreSQL cluster, on a free port of 127.0.0.1, with every write forced to disk as
//! in production.

use std::hash::{BuildHasher, RandomState};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, Once, OnceLock, PoisonError};
use std::time::Duration;

use super::postgres_programs::Programs;
use super::reaper::{directory, reaper};
use super::{logs, process};

const STARTS_WITHIN: Duration = Duration::from_secs(60);
const STOPS_WITHIN: Duration = Duration::from_secs(30);

/// A cluster of its own directory, port and password; gone when dropped or when the tests end.
pub struct Cluster {
    programs: Programs,
    directory: tempfile::TempDir,
    port: u16,
    password: String,
    postmaster: Mutex<Option<Child>>,
    databases: AtomicUsize,
    /// Whether the role `service` is there.
    service: Once,
}

/// The cluster that all tests share, started by the first that asks, or why there is none.
pub fn shared() -> Result<&'static Cluster, &'static str> {
    static SHARED: OnceLock<Result<Cluster, String>> = OnceLock::new();
    SHARED
        .get_or_init(Cluster::start_new)
        .as_ref()
        .map_err(String::as_str)
}

impl Cluster {
    /// Starts a cluster for a test that wants to stop it or kill it. `Err` says why this machine
    /// has none; a PostgreSQL that is there and does not start is a failure.
    pub fn start_new() -> Result<Self, String> {
        let programs = Programs::find()?;
        let directory = directory("postgres");
        programs.give(directory.path());
        let cluster = Self {
            programs,
            directory,
            port: process::free_port(),
            password: format!("{:016x}", RandomState::new().hash_one(0)),
            postmaster: Mutex::new(None),
            databases: AtomicUsize::new(0),
            service: Once::new(),
        };
        cluster.initialise();
        cluster.start();
        Ok(cluster)
    }

    /// A standby of it, which reads what happens at that port. It may lag until the other waits for it.
    pub fn standby(&self, through: u16) -> Self {
        let directory = directory("standby");
        self.programs.give(directory.path());
        let cluster = Self {
            programs: self.programs.clone(),
            port: process::free_port(),
            password: self.password.clone(),
            postmaster: Mutex::new(None),
            databases: AtomicUsize::new(0),
            service: Once::new(),
            directory,
        };
        let data = cluster.directory.path().join("data");
        let copied = self
            .programs
            .command("pg_basebackup")
            .args(["--host=127.0.0.1", &format!("--port={through}")])
            .args(["--username=placet", "--checkpoint=fast", "--no-sync"])
            .args(["--write-recovery-conf", "--pgdata"])
            .arg(&data)
            .env("PGPASSWORD", &self.password)
            .output()
            .expect("run pg_basebackup");
        let error = String::from_utf8_lossy(&copied.stderr);
        assert!(copied.status.success(), "pg_basebackup: {error}");
        cluster.configure();
        cluster.start();
        cluster
    }

    /// Commits wait from now on until that standby, the only one, has them on its disk.
    pub fn waits_for_its_standby(&self) {
        self.sql(
            "postgres",
            "ALTER SYSTEM SET synchronous_standby_names = '*'",
        );
        self.sql("postgres", "SELECT pg_reload_conf()");
        let waits = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
        let waits = || self.sql("postgres", waits) == "1";
        assert!(process::until(STARTS_WITHIN, waits), "there is no standby");
    }

    /// A standby becomes the one that is written to.
    pub fn takes_over(&self) {
        assert_eq!(self.sql("postgres", "SELECT pg_promote(true, 60)"), "t");
    }

    /// Makes a fresh, empty database; returns its URL.
    pub fn database(&self) -> String {
        let number = self.databases.fetch_add(1, Ordering::Relaxed) + 1;
        let name = format!("t_{number}");
        self.sql(
            "postgres",
            &format!("CREATE DATABASE {name} TEMPLATE template0"),
        );
        self.url(&name)
    }

    /// Runs SQL in the database of that name; the rows, one a line, columns separated by `|`.
    pub fn sql(&self, database: &str, sql: &str) -> String {
        let output = self
            .client("psql")
            .args(["--no-psqlrc", "--quiet", "--no-align", "--tuples-only"])
            .args(["--set=ON_ERROR_STOP=1", "--username=placet"])
            .args(["--dbname", database, "--command", sql])
            .env("PGPASSWORD", &self.password)
            .output()
            .expect("run psql");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "psql: {error}");
        String::from_utf8_lossy(&output.stdout)
            .trim_end()
            .to_owned()
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn directory(&self) -> &std::path::Path {
        self.directory.path()
    }

    /// The same database for a role that owns nothing.
    pub fn as_service(&self, url: &str) -> String {
        self.service.call_once(|| {
            let made = format!("CREATE ROLE service LOGIN PASSWORD '{}'", self.password);
            self.sql("postgres", &made);
        });
        url.replace("postgres://placet:", "postgres://service:")
    }

    fn url(&self, database: &str) -> String {
        let Self { password, port, .. } = self;
        format!("postgres://placet:{password}@127.0.0.1:{port}/{database}")
    }

    /// Starts it, again after [`Self::stop`] or [`Self::kill9`], on the same port.
    pub fn start(&self) {
        let mut postmaster = self.postmaster();
        assert!(postmaster.is_none(), "the cluster runs already");
        let log = std::fs::File::create(logs::file("postgres.err")).expect("create a log");
        let child = self
            .programs
            .command("postgres")
            .arg("-D")
            .arg(self.directory.path().join("data"))
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("share the log"))
            .stderr(log)
            .spawn()
            .expect("start postgres");
        // QUIT is PostgreSQL's immediate shutdown
        reaper().watch(child.id(), "QUIT");
        let child = postmaster.insert(child);
        let ready = process::until(STARTS_WITHIN, || {
            child.try_wait().is_ok_and(|ended| ended.is_some()) || self.is_ready()
        });
        assert!(
            ready && self.is_ready(),
            "PostgreSQL did not start: {}",
            logs::tail()
        );
    }

    /// Stops it in order; connections are cut.
    pub fn stop(&self) {
        self.end("INT");
    }

    /// Kills the server and all its processes at once, as a machine that fails does.
    pub fn kill9(&self) {
        self.end("KILL");
    }

    fn end(&self, signal: &str) {
        let Some(mut child) = self.postmaster().take() else {
            return;
        };
        let mut pids = vec![child.id()];
        if signal == "KILL" {
            pids.extend(process::children(child.id()));
        }
        process::signal(signal, &pids);
        let ended = process::wait(&mut child, STOPS_WITHIN).is_some();
        assert!(ended || std::thread::panicking(), "PostgreSQL did not stop");
        process::until(STOPS_WITHIN, || {
            !pids.iter().any(|pid| process::is_alive(*pid))
        });
        reaper().forget(child.id());
    }

    fn is_ready(&self) -> bool {
        let mut client = self.client("pg_isready");
        client
            .arg("--quiet")
            .status()
            .is_ok_and(|status| status.success())
    }

    fn client(&self, name: &str) -> Command {
        let mut command = self.programs.command(name);
        command.args(["--host=127.0.0.1", &format!("--port={}", self.port)]);
        command
    }

    fn postmaster(&self) -> MutexGuard<'_, Option<Child>> {
        self.postmaster
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn initialise(&self) {
        let here = self.directory.path();
        let secret = here.join("password");
        std::fs::write(&secret, &self.password).expect("write the password");
        let output = self
            .programs
            .command("initdb")
            .args([
                "--username=placet",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
            ])
            // only what is written before the first start may be lost with the power
            .args(["--locale=C", "--no-sync", "--no-instructions", "--pwfile"])
            .arg(&secret)
            .arg("-D")
            .arg(here.join("data"))
            .output()
            .expect("run initdb");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "initdb: {error}");
        self.configure();
    }

    fn configure(&self) {
        let path = self.directory.path().join("data/postgresql.conf");
        let socket = self.directory.path().display();
        let settings = format!(
            "\nlisten_addresses = '127.0.0.1'\nport = {}\nunix_socket_directories = '{socket}'\n\
             max_connections = 200\nfsync = on\nsynchronous_commit = on\n\
             log_parameter_max_length_on_error = 0\n",
            self.port
        );
        let defaults = std::fs::read_to_string(&path).expect("read postgresql.conf");
        std::fs::write(&path, defaults + &settings).expect("write postgresql.conf");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.end("QUIT");
    }
}
