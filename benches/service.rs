//! The program itself, as it is installed, in a directory of its own; ends when dropped.

use crate::process;
use serde_json::Value;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use ureq::Agent;

/// A service that is ready.
pub struct Service {
    child: Child,
    home: TempDir,
    database: String,
    port: u16,
    agent: Agent,
}

impl Drop for Service {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn program(home: &Path, database: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_placet"));
    command
        .env("PLACET_DATABASE_URL", database)
        .env("PLACET_DATA_DIR", home.join("data"))
        .env("PLACET_SMTP_URL", "folder")
        .env("PLACET_CLIENT_LIMIT", "0")
        .current_dir(home);
    command
}

impl Service {
    /// Starts it on a database, or on a file of its own, with the catalogue of the tests.
    pub fn start(database: Option<String>) -> Self {
        let home = tempfile::tempdir().expect("a directory");
        let own = || format!("sqlite://{}", home.path().join("placet.db").display());
        let database = database.unwrap_or_else(own);
        run(
            program(home.path(), &database),
            &[
                "catalogue",
                "apply",
                concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/catalogue"),
            ],
        );
        Self::at(home, database, process::free_port(), &[])
    }

    fn at(home: TempDir, database: String, port: u16, told: &[(&str, &str)]) -> Self {
        let mut serve = program(home.path(), &database);
        serve.args(["serve", "--listen", &format!("127.0.0.1:{port}")]);
        serve.envs(told.iter().copied());
        serve.stdout(Stdio::null()).stderr(Stdio::null());
        let service = Self {
            child: serve.spawn().expect("start the service"),
            agent: Agent::config_builder()
                .http_status_as_error(false)
                .build()
                .into(),
            database,
            home,
            port,
        };
        service.ready();
        service
    }

    /// Another node on the same database, at a port of its own, with these settings.
    pub fn beside(&self, port: u16, told: &[(&str, &str)]) -> Self {
        let home = tempfile::tempdir().expect("a directory");
        let files = self.home.path().join("data");
        let copied = Command::new("cp")
            .arg("-r")
            .arg(files)
            .arg(home.path())
            .status();
        assert!(copied.is_ok_and(|status| status.success()), "copy the keys");
        Self::at(home, self.database.clone(), port, told)
    }

    /// Where it listens.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// A new key with a role.
    pub fn key(&self, role: &str) -> String {
        let args = ["api-key", "create", "--name", "bench", "--role", role];
        let made = run(program(self.home.path(), &self.database), &args);
        made.trim().to_owned()
    }

    /// Where something of it is.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Who asks it; a refusal is an answer.
    pub fn agent(&self) -> &Agent {
        &self.agent
    }

    /// The number of its process.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Sends JSON by a key: status and answer.
    pub fn post(&self, path: &str, key: &str, body: &Value) -> (u16, Value) {
        let request = self.agent.post(self.url(path));
        let request = request.header("authorization", format!("Bearer {key}"));
        match request.send_json(body) {
            Ok(answer) => {
                let status = answer.status().as_u16();
                let body = answer.into_body().read_json().unwrap_or_default();
                (status, body)
            }
            Err(_) => (0, Value::Null),
        }
    }

    fn ready(&self) {
        let until = Instant::now() + Duration::from_mins(1);
        let is_ready = |answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>| {
            answer.is_ok_and(|answer| answer.status().is_success())
        };
        while !is_ready(self.agent.get(self.url("/readyz")).call()) {
            let home = self.home.path().display();
            assert!(Instant::now() < until, "not ready: {home}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

fn run(mut command: Command, args: &[&str]) -> String {
    let done = command.args(args).output().expect("run");
    assert!(done.status.success(), "{done:?}");
    String::from_utf8(done.stdout).expect("text")
}
