//! A PostgreSQL cluster whose data are kept between runs.

use crate::postgres_programs::Programs;
use crate::process;
use crate::registry::{Place, directory};
use std::process::{Child, Stdio};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(60);

/// A running cluster, durable as PostgreSQL's defaults are; stopped when dropped.
pub struct Cluster {
    programs: Programs,
    port: u16,
    postmaster: Child,
}

impl Cluster {
    /// Starts it, made anew where there is none. `Err` says why this machine has none.
    pub fn start() -> Result<Self, String> {
        let programs = Programs::find()?;
        let home = directory().join("postgres");
        if !home.join("data").is_dir() {
            make(&programs, &home);
        }
        let port = process::free_port();
        let settings = [
            format!("port={port}"),
            "listen_addresses=127.0.0.1".into(),
            format!("unix_socket_directories={}", home.display()),
        ];
        let mut command = programs.command("postgres");
        command
            .arg("-D")
            .arg(home.join("data"))
            .args(settings.iter().flat_map(|setting| ["-c", setting]));
        let postmaster = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let cluster = Self {
            programs,
            port,
            postmaster: postmaster.expect("start postgres"),
        };
        assert!(
            process::until(LIMIT, || cluster.client("pg_isready", &[])),
            "PostgreSQL did not start"
        );
        Ok(cluster)
    }

    /// A database that later runs find again.
    pub fn place(&self, name: &str) -> Place {
        // that it exists already is no failure
        let _existed = self.client(
            "psql",
            &[
                "--dbname=postgres",
                &format!("--command=CREATE DATABASE {name}"),
            ],
        );
        let url = format!("postgres://placet@127.0.0.1:{}/{name}", self.port);
        Place {
            database: "PostgreSQL",
            url,
        }
    }

    /// A database that is empty.
    pub fn fresh(&self, name: &str) -> Place {
        self.client(
            "psql",
            &[
                "--dbname=postgres",
                &format!("--command=DROP DATABASE IF EXISTS {name}"),
            ],
        );
        let place = self.place(name);
        place.clear();
        place
    }

    /// Seconds of a join of persons (address, answer) with lines (address), loaded before.
    pub fn join(&self, persons: &std::path::Path, lines: &std::path::Path) -> Option<f64> {
        self.fresh("audience");
        let load = format!(
            "CREATE UNLOGGED TABLE p (email text PRIMARY KEY, yes boolean); CREATE UNLOGGED TABLE l (email text); \
             \\copy p FROM '{}' CSV\n\\copy l FROM '{}' CSV HEADER\nVACUUM ANALYZE p; VACUUM ANALYZE l;",
            persons.display(),
            lines.display()
        );
        let script = load.replace("; ", ";\n");
        let file = directory().join("join.sql");
        std::fs::write(&file, script).ok()?;
        let name = format!("--file={}", file.display());
        self.client("psql", &["--dbname=audience", &name])
            .then_some(())?;
        let join = "--command=SELECT yes, count(*) FROM l LEFT JOIN p USING (email) GROUP BY 1";
        let started = std::time::Instant::now();
        self.client("psql", &["--dbname=audience", join])
            .then_some(())?;
        let seconds = started.elapsed().as_secs_f64();
        self.fresh("audience");
        Some(seconds)
    }

    /// Whether statements could be run on a database.
    pub fn sql(&self, name: &str, statements: &str) -> bool {
        let (name, statements) = (
            format!("--dbname={name}"),
            format!("--command={statements}"),
        );
        self.client("psql", &["--set=ON_ERROR_STOP=1", &name, &statements])
    }

    /// Transactions a second of a script, by eight connections; `None` where there is no pgbench.
    pub fn pgbench(&self, name: &str, script: &str, seconds: u64) -> Option<f64> {
        let file = std::env::temp_dir().join(format!("placet-pgbench-{}.sql", self.port));
        std::fs::write(&file, script).ok()?;
        let mut command = self.programs.command("pgbench");
        command
            .args(["--host=127.0.0.1", &format!("--port={}", self.port)])
            .args(["--username=placet", "--no-vacuum", "--protocol=prepared"])
            .args(["--client=8", "--jobs=1", &format!("--time={seconds}")])
            .arg(format!("--file={}", file.display()))
            .arg(name);
        let output = command.stderr(Stdio::null()).output().ok()?;
        drop(std::fs::remove_file(&file));
        let text = String::from_utf8(output.stdout).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix("tps = "))?;
        line.split_whitespace().next()?.parse().ok()
    }

    fn client(&self, name: &str, args: &[&str]) -> bool {
        let mut command = self.programs.command(name);
        command
            .args([
                "--host=127.0.0.1",
                &format!("--port={}", self.port),
                "--username=placet",
            ])
            .args(args);
        command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }
}

/// On this machine's own address only, and only with made-up people: no password.
fn make(programs: &Programs, home: &std::path::Path) {
    std::fs::create_dir_all(home).expect("make the cluster's directory");
    programs.give(home);
    let mut command = programs.command("initdb");
    command.args([
        "--username=placet",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C",
        "--no-instructions",
        "-D",
    ]);
    let made = command
        .arg(home.join("data"))
        .stdout(Stdio::null())
        .status();
    assert!(made.is_ok_and(|status| status.success()), "initdb failed");
}

impl Drop for Cluster {
    fn drop(&mut self) {
        process::signal("INT", &[self.postmaster.id()]);
        let _status = process::wait(&mut self.postmaster, LIMIT);
    }
}
