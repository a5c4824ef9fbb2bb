//! Tests that need something this machine lacks say so and wait; where it is required they fail.

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A service that a bare machine may lack.
pub struct Service {
    name: &'static str,
    /// The word for it in `PLACET_TEST_REQUIRE`, a list separated by commas.
    word: &'static str,
    install: &'static str,
    waiting: AtomicUsize,
}

pub static POSTGRES: Service = Service {
    name: "PostgreSQL",
    word: "postgres",
    install: "Debian's postgresql",
    waiting: AtomicUsize::new(0),
};

pub static CHROMIUM: Service = Service {
    name: "Chromium",
    word: "chromium",
    install: "Debian's chromium and chromium-driver",
    waiting: AtomicUsize::new(0),
};

pub static MARIADB: Service = Service {
    name: "MariaDB",
    word: "mariadb",
    install: "Debian's mariadb-server",
    waiting: AtomicUsize::new(0),
};

pub static GO: Service = Service {
    name: "Go",
    word: "go",
    install: "Debian's golang-go, golang-golang-x-mod-dev and golang-github-nebulouslabs-merkletree-dev",
    waiting: AtomicUsize::new(0),
};

pub static QPDF: Service = Service {
    name: "qpdf",
    word: "qpdf",
    install: "Debian's qpdf",
    waiting: AtomicUsize::new(0),
};

pub static LIBREOFFICE: Service = Service {
    name: "LibreOffice",
    word: "libreoffice",
    install: "Debian's libreoffice-calc-nogui",
    waiting: AtomicUsize::new(0),
};

pub static FAKETIME: Service = Service {
    name: "libfaketime",
    word: "faketime",
    install: "Debian's libfaketime",
    waiting: AtomicUsize::new(0),
};

pub static NAMESPACES: Service = Service {
    name: "namespaces",
    word: "namespaces",
    install: "util-linux, and run as root",
    waiting: AtomicUsize::new(0),
};

impl Service {
    /// Says that `test` waits for this service, and why; panics where the service is required.
    pub fn missing(&self, test: &str, why: &str) {
        let test = test.strip_prefix("it::").unwrap_or(test);
        assert!(
            !self.is_required(),
            "{test} needs {} and PLACET_TEST_REQUIRE asks for it: {why}",
            self.name
        );
        let count = self.waiting.fetch_add(1, Ordering::Relaxed) + 1;
        say(&format!(
            "waits for {}: {test} (install {} to run it; {why}; {count} waiting so far)\n",
            self.name, self.install
        ));
    }

    /// How many tests of this process have waited for it.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    fn is_required(&self) -> bool {
        std::env::var("PLACET_TEST_REQUIRE")
            .is_ok_and(|list| list.split(',').any(|word| word.trim() == self.word))
    }
}

/// Writes past the test runner's capture, which takes only what `print!` and `eprint!` write: a
/// test that passed without running must not stay silent.
fn say(line: &str) {
    let _ = std::io::stderr().write_all(line.as_bytes());
}

/// Whether the long versions of the tests are wanted (`tests/run --long`).
pub fn long() -> bool {
    std::env::var("PLACET_TEST_LONG").is_ok_and(|value| value == "1")
}

/// The test's own name, which the test runner gives to its thread; with one thread only, the place.
#[track_caller]
pub fn test_name() -> String {
    let place = std::panic::Location::caller();
    let name = std::thread::current().name().unwrap_or("main").to_owned();
    if name == "main" {
        format!("{}:{}", place.file(), place.line())
    } else {
        name
    }
}
