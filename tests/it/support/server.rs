//! The program itself: serving, or run once as a command.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use super::certificates::Certificates;
use super::database::Db;
use super::http::Http;
use super::reaper::{directory, reaper};
use super::{logs, process};

const READY_WITHIN: Duration = Duration::from_secs(60);
const ENDS_WITHIN: Duration = Duration::from_secs(30);
const OWNER: &str = "PLACET_DATABASE_OWNER_URL";
const LISTENS: &str = "listening on http";

/// A running server. Dropped, it is killed, and its log searched for what was planted.
pub struct Server {
    child: Option<Child>,
    port: u16,
    /// The authority (PEM) that made the certificate it shows, where its line is encrypted.
    authority: Option<String>,
    out: PathBuf,
    err: PathBuf,
    /// The working directory: nothing that a server leaves falls into the repository.
    _home: tempfile::TempDir,
    /// The data directory, of a server that was given one.
    #[allow(dead_code, reason = "held, not read")]
    data: Option<Arc<tempfile::TempDir>>,
}

impl Server {
    /// Serves this database on a free port and waits until it is ready.
    pub fn start(db: &Db) -> Self {
        Self::start_with(db, &[], &[])
    }

    /// The same with further arguments of `serve` and variables.
    pub fn start_with(db: &Db, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut server = Self::spawn(db, arguments, variables);
        server.await_ready();
        server
    }

    /// Starts it and waits for nothing: for servers that must refuse to start, or be slow to.
    pub fn spawn(db: &Db, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        Self::spawn_at(db, 0, arguments, variables)
    }

    /// Serves it at a port of the caller's choice, and waits until it is ready.
    pub fn start_at(db: &Db, port: u16, variables: &[(&str, &str)]) -> Self {
        let mut server = Self::spawn_at(db, port, &[], variables);
        server.await_ready();
        server
    }

    /// Serves it at `http://localhost:PORT`, and says so: at an address of numbers browsers have no passkeys.
    pub fn at_localhost(db: &Db) -> Self {
        let port = process::free_port();
        let url = format!("http://localhost:{port}");
        let mut server = Self::spawn_at(db, port, &[], &[("PLACET_PUBLIC_URL", &url)]);
        server.await_ready();
        server
    }

    /// Serves on an encrypted line: with the certificate `here` of the folder, and asking for those of clients.
    pub fn encrypted(db: &Db, made: &Certificates, variables: &[(&str, &str)]) -> Self {
        let [shown, key, clients] =
            ["here.crt", "here.key", "ca.crt"].map(|name| made.file(name).display().to_string());
        let files = [
            ("PLACET_TLS_CERTIFICATE", shown.as_str()),
            ("PLACET_TLS_KEY", &key),
            ("PLACET_TLS_CLIENT_CA", &clients),
        ];
        let mut server = Self::spawn(db, &[], &[&files, variables].concat());
        server.authority = Some(made.text("ca.crt"));
        server.await_ready();
        server
    }

    fn spawn_at(db: &Db, port: u16, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = program();
        command.args(["serve", "--listen", &format!("127.0.0.1:{port}")]);
        command.args(["--database-url", &db.url()]);
        command.arg("--data-dir").arg(db.data_dir());
        command.envs(db.owner().map(|owner| (OWNER, owner)));
        // most tests have nobody who would have to notice that it leaves
        command.env("PLACET_DRAIN_SECONDS", "0");
        command.args(arguments).envs(variables.iter().copied());
        let mut server = Self::run(command);
        server.data = Some(db.directory());
        server
    }

    /// `serve --demo`, ready.
    pub fn demo() -> Self {
        let mut command = program();
        command.args(["serve", "--demo", "--listen", "127.0.0.1:0"]);
        let mut server = Self::run(command);
        server.await_ready();
        server
    }

    /// `witness serve` with these arguments, listening.
    pub fn witness(arguments: &[&str]) -> Self {
        let mut command = program();
        command.args(["witness", "serve"]).args(arguments);
        let mut server = Self::run(command);
        let listens = process::until(READY_WITHIN, || {
            server.port = port_in(&server.stderr()).unwrap_or(0);
            server.port != 0 || server.exit().is_some()
        });
        let listens = listens && server.exit().is_none();
        assert!(listens, "no witness:\n{}", logs::tail_of(&server.err));
        server
    }

    fn run(mut command: Command) -> Self {
        let home = directory("home");
        let (out, err) = (logs::file("server.out"), logs::file("server.err"));
        // what a demo throws away goes with it, also when it is killed
        command.current_dir(home.path()).env("TMPDIR", home.path());
        process::outputs_to(&mut command, &out, &err);
        let child = command.spawn().expect("start the program");
        reaper().watch(child.id(), "KILL");
        Self {
            child: Some(child),
            port: 0,
            authority: None,
            out,
            err,
            _home: home,
            data: None,
        }
    }

    /// Learns the port from the log, then asks until the server says that it is ready.
    pub fn await_ready(&mut self) {
        let ready = process::until(READY_WITHIN, || self.exit().is_some() || self.asks_ready());
        let ready = ready && self.exit().is_none();
        assert!(
            ready,
            "the server is not ready:\n{}",
            logs::tail_of(&self.err)
        );
    }

    fn asks_ready(&mut self) -> bool {
        self.port = port_in(&self.stderr()).unwrap_or(0);
        self.port != 0
            && self
                .http()
                .try_get("/readyz")
                .is_ok_and(|reply| reply.status == 200)
    }

    /// How it ended, when it has ended by itself.
    pub fn exit(&mut self) -> Option<ExitStatus> {
        self.child.as_mut()?.try_wait().expect("ask for the server")
    }

    /// Waits until it ends by itself.
    pub fn await_exit(&mut self) -> ExitStatus {
        let child = self.child.as_mut().expect("a server that was not ended");
        process::wait(child, ENDS_WITHIN).expect("the server ends by itself")
    }

    /// A client of this server, without a key.
    pub fn http(&self) -> Http {
        match &self.authority {
            None => Http::new(&self.url()),
            Some(authority) => Http::encrypted(&self.url(), authority, None),
        }
    }

    /// `http://127.0.0.1:PORT`, or the same encrypted.
    pub fn url(&self) -> String {
        let scheme = self.authority.as_ref().map_or("http", |_| "https");
        format!("{scheme}://127.0.0.1:{}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn pid(&self) -> u32 {
        self.child
            .as_ref()
            .expect("a server that was not ended")
            .id()
    }

    /// What it wrote on standard output so far.
    pub fn stdout(&self) -> String {
        process::text_of(&self.out)
    }

    /// What it wrote on standard error so far.
    pub fn stderr(&self) -> String {
        process::text_of(&self.err)
    }

    /// `kill -9`.
    pub fn kill9(&mut self) {
        let Some(mut child) = self.child.take() else {
            return;
        };
        let _ = child.kill();
        let _ = child.wait();
        reaper().forget(child.id());
    }

    /// Asks it to end (SIGTERM) and waits; how it ended.
    pub fn terminate(&mut self) -> ExitStatus {
        process::signal("TERM", &[self.pid()]);
        let status = self.await_exit();
        reaper().forget(self.pid());
        self.child = None;
        status
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill9();
        if std::thread::panicking() {
            eprintln!("the end of the server's log:\n{}", logs::tail_of(&self.err));
            return;
        }
        logs::assert_nothing_planted(&self.out);
        logs::assert_nothing_planted(&self.err);
    }
}

/// What a command answered.
#[derive(Debug)]
pub struct Output {
    /// The exit code; -1 when a signal ended it.
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// Runs a command of the program on this database.
pub fn cli(db: &Db, arguments: &[&str]) -> Output {
    cli_in(db, db.data_dir(), arguments)
}

/// The mark by which the ledger names a file of this text.
#[track_caller]
pub fn mark_of(db: &Db, text: &str) -> String {
    let file = db.data_dir().join("marked.txt");
    std::fs::write(&file, text).expect("write the file");
    let told = cli(db, &["audit", "mark", &file.display().to_string()]);
    assert_eq!(told.code, 0, "{told:?}");
    told.stdout.trim().to_owned()
}

/// The same from another working directory.
pub fn cli_in(db: &Db, directory: &Path, arguments: &[&str]) -> Output {
    run(on(db).args(arguments).current_dir(directory), "")
}

/// The same with something on its standard input.
pub fn cli_with_input(db: &Db, arguments: &[&str], input: &str) -> Output {
    run(on(db).args(arguments).current_dir(db.data_dir()), input)
}

/// A command that runs on beside the test, which waits for it or kills it.
pub fn cli_beside(db: &Db, arguments: &[&str]) -> Child {
    let mut command = on(db);
    command.args(arguments).current_dir(db.data_dir());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("run the program")
}

/// The same on no database, with these variables only.
pub fn cli_without(directory: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = program();
    command.args(arguments).current_dir(directory);
    run(command.envs(variables.iter().copied()), "")
}

fn on(db: &Db) -> Command {
    on_db(program(), db)
}

fn on_db(mut command: Command, db: &Db) -> Command {
    command
        .env("PLACET_DATABASE_URL", db.url())
        .env("PLACET_DATA_DIR", db.data_dir())
        .envs(db.owner().map(|owner| (OWNER, owner)));
    command
}

fn run(command: &mut Command, input: &str) -> Output {
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = pipes
        .stderr(Stdio::piped())
        .spawn()
        .expect("run the program");
    let mut stdin = child.stdin.take().expect("its standard input");
    // a program that asks for nothing may be gone by now
    let _ = std::io::Write::write_all(&mut stdin, input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("the program ends");
    // messages are logs; a result may name the person who was asked for
    std::fs::write(logs::file("command.err"), &output.stderr).expect("keep the messages");
    Output {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// A command of the program whose clock is ahead or behind (`+400d`); `None` where this machine cannot do that.
#[track_caller]
pub fn cli_at(db: &Db, shift: &str, arguments: &[&str]) -> Option<Output> {
    let clock = super::clock::shifted(shift)?;
    let mut command = on(db);
    command.args(arguments).current_dir(db.data_dir());
    Some(run(command.envs(clock), ""))
}

/// A command of the program under another, in whose surroundings it runs.
pub fn cli_under(db: &Db, outer: &[&str], arguments: &[&str]) -> Output {
    let mut command = Command::new(outer[0]);
    command.args(&outer[1..]).arg(env!("CARGO_BIN_EXE_placet"));
    run(
        on_db(bare(command), db)
            .args(arguments)
            .current_dir(db.data_dir()),
        "",
    )
}

/// The program, free of the settings of whoever runs the tests. What the tests have it call is on this
/// machine, which it is allowed as an operator would allow it.
fn program() -> Command {
    bare(Command::new(env!("CARGO_BIN_EXE_placet")))
}

fn bare(mut command: Command) -> Command {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PLACET_") {
            command.env_remove(name);
        }
    }
    command.env("PLACET_EGRESS_ALLOW", "127.0.0.0/8");
    command
}

fn port_in(text: &str) -> Option<u16> {
    let (_, rest) = text.split_once(LISTENS)?;
    let (_, rest) = rest.split_once("://127.0.0.1:")?;
    // a whole number only: the line may be half written
    let (digits, _) = rest.split_once(|c: char| !c.is_ascii_digit())?;
    digits.parse().ok()
}

/// At which ports nodes serve that hold these parts, and what each is told, so that they know of each other.
pub fn parted(parts: &[&str]) -> Vec<(u16, Vec<(&'static str, String)>)> {
    let ports: Vec<u16> = parts.iter().map(|_| process::free_port()).collect();
    let known = parts.iter().zip(&ports);
    let known = known.map(|(part, port)| format!("{part}=http://127.0.0.1:{port}"));
    let known = known.collect::<Vec<_>>().join(",");
    let told = |part: &&str| {
        vec![
            ("PLACET_INDEX_SHARD", (*part).to_owned()),
            ("PLACET_INDEX_NODES", known.clone()),
            ("PLACET_EGRESS_ALLOW", "127.0.0.0/8".to_owned()),
        ]
    };
    ports.into_iter().zip(parts.iter().map(told)).collect()
}
