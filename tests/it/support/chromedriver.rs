//! Chromedriver and a Chromium of its own, as one process that ends with the test.

use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use super::process;
use super::reaper::{directory, reaper};

const TRIES: usize = 5;
const STARTS_WITHIN: Duration = Duration::from_secs(60);
const STARTED: &str = "started successfully on port ";

/// Browsers that may run at once: each wants 300 MB, and a core for half of its time. Tests that open two hold one while
/// they wait for the other: there are seats for several of them.
const SEATS: usize = 5;

/// The two programs of a browser.
pub struct Programs {
    pub driver: PathBuf,
    pub browser: PathBuf,
}

impl Programs {
    /// Those of this machine, or why there are none.
    pub fn find() -> Result<Self, &'static str> {
        let browser = process::find(&["chromium", "chromium-browser", "google-chrome"]);
        let driver = process::find(&["chromedriver"]);
        match (browser, driver) {
            (Some(browser), Some(driver)) => Ok(Self { driver, browser }),
            (None, _) => Err("it is not installed"),
            (_, None) => Err("its chromedriver is not installed"),
        }
    }
}

/// A running chromedriver, with the directory in which its browser keeps its things.
pub struct Driver {
    child: Child,
    port: u16,
    home: tempfile::TempDir,
    _seat: Seat,
}

impl Driver {
    /// It looks for a port that is free for both kinds of addresses, and gives up where one of them is taken
    /// meanwhile: then another is asked.
    pub fn start(programs: &Programs) -> Self {
        let mut why = String::new();
        for _ in 0..TRIES {
            match Self::begin(programs) {
                Ok(driver) => return driver,
                Err(told) => why = told,
            }
        }
        panic!("chromedriver did not start: {why}");
    }

    fn begin(programs: &Programs) -> Result<Self, String> {
        let seat = Seat::take();
        let home = directory("web");
        let child = spawn(programs, home.path());
        reaper().watch(child.id(), "KILL");
        let mut driver = Self {
            child,
            port: 0,
            home,
            _seat: seat,
        };
        driver.learn_port()?;
        Ok(driver)
    }

    /// `http://127.0.0.1:PORT`
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// For the browser's profile.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    fn learn_port(&mut self) -> Result<(), String> {
        let log = self.home.path().join("driver.out");
        process::until(STARTS_WITHIN, || {
            self.port = port_in(&process::text_of(&log)).unwrap_or(0);
            self.port != 0 || self.child.try_wait().is_ok_and(|ended| ended.is_some())
        });
        if self.port == 0 {
            return Err(process::text_of(&log));
        }
        Ok(())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // the browser goes with its driver
        let _ = self.child.kill();
        let _ = self.child.wait();
        reaper().forget(self.child.id());
    }
}

fn spawn(programs: &Programs, home: &Path) -> Child {
    let mut command = Command::new(&programs.driver);
    // a port that is free, chosen by itself
    command.arg("--port=0").current_dir(home);
    for variable in ["HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "TMPDIR"] {
        command.env(variable, home);
    }
    process::outputs_to(
        &mut command,
        &home.join("driver.out"),
        &home.join("driver.err"),
    );
    command.spawn().expect("start chromedriver")
}

fn port_in(text: &str) -> Option<u16> {
    let (_, rest) = text.split_once(STARTED)?;
    let (digits, _) = rest.split_once('.')?;
    digits.parse().ok()
}

static TAKEN: Mutex<usize> = Mutex::new(0);
static FREED: Condvar = Condvar::new();

/// The right to run a browser; given back when dropped.
struct Seat;

impl Seat {
    fn take() -> Self {
        let taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
        let free = FREED.wait_while(taken, |taken| *taken >= SEATS);
        *free.unwrap_or_else(PoisonError::into_inner) += 1;
        Self
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        *TAKEN.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        FREED.notify_one();
    }
}
