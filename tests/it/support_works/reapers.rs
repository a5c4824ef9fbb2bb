//! Nothing is left, whichever way a test process ends.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::Duration;

use crate::support::browser::{Browser, Visitor};
use crate::support::database::Db;
use crate::support::postgres::Cluster;
use crate::support::process;
use crate::support::reaper::{Reaper, directory};
use crate::support::server::Server;

const CHILD: &str = "PLACET_TEST_CHILD";

const SOON: Duration = Duration::from_secs(20);

#[test]
fn what_is_watched_ends_with_the_pipe_and_what_is_forgotten_stays() {
    let sleeper = || Command::new("sleep").arg("600").spawn().unwrap();
    let (mut watched, mut forgotten) = (sleeper(), sleeper());
    let directory = tempfile::Builder::new()
        .prefix("with a space ")
        .tempdir()
        .unwrap();
    let reaper = Reaper::start();
    reaper.watch(watched.id(), "KILL");
    reaper.watch(forgotten.id(), "KILL");
    reaper.forget(forgotten.id());
    reaper.remove(directory.path());
    reaper.finish();
    assert!(process::wait(&mut watched, SOON).is_some());
    assert!(!directory.path().exists());
    assert!(process::is_alive(forgotten.id()));
    forgotten.kill().unwrap();
    forgotten.wait().unwrap();
}

/// The other half of the next test: does nothing unless that one runs it.
#[test]
fn child_that_starts_everything() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    let _cluster = Cluster::start_new();
    let _browser = Browser::open(Visitor::default());
    let db = Db::sqlite();
    let _server = Server::spawn(&db, &[], &[]);
    eprintln!("everything runs");
    std::thread::sleep(Duration::from_secs(600));
}

#[test]
fn a_killed_test_process_leaves_nothing() {
    let home = directory("k");
    // its path is short, for Chromium's socket in it; PostgreSQL's account must get through
    std::fs::set_permissions(home.path(), PermissionsExt::from_mode(0o711)).unwrap();
    let name = home.path().to_str().unwrap();
    let mut child = run_child(home.path());
    let started = process::until(SOON, || !process::named(name).is_empty());
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(started);
    let gone = || process::named(name).is_empty() && files(home.path()).is_empty();
    let done = process::until(SOON, gone);
    assert!(done, "{:?} {:?}", process::named(name), files(home.path()));
}

/// Runs the test above in a process of its own, until everything runs.
fn run_child(home: &Path) -> Child {
    let test = concat!(module_path!(), "::child_that_starts_everything");
    let (_, test) = test.split_once("::").unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture", test])
        .env(CHILD, "1")
        .env("TMPDIR", home)
        .env_remove("PLACET_TEST_LOGS")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (runs, said) = until_everything_runs(child.stderr.take().unwrap());
    if !runs {
        let _ = child.wait();
        panic!("the child failed: {said}");
    }
    child
}

/// Whether the child said so, and what else it said.
fn until_everything_runs(stderr: ChildStderr) -> (bool, String) {
    let mut lines = BufReader::new(stderr).lines().map_while(Result::ok);
    let mut said = Vec::new();
    let runs = lines.any(|line| {
        said.push(line);
        said.last().is_some_and(|line| line == "everything runs")
    });
    (runs, said.join("\n"))
}

fn files(directory: &Path) -> Vec<OsString> {
    let files = std::fs::read_dir(directory).unwrap().flatten();
    files.map(|entry| entry.file_name()).collect()
}
