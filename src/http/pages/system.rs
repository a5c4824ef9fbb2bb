//! The page of how the system stands.

use askama::Template;

use super::frame::rendered;
use super::vouched::Vouched;
use super::{Frame, When, Words, date_long, date_time_long};
use crate::app::state::{About, Finding, Found, Room, Standing, SystemState};

/// The last round of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobRow {
    /// Its name.
    pub job: &'static str,
    /// When it last went round.
    pub at: When,
    /// Whether it worked.
    pub well: bool,
}

/// The page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SystemPage {
    /// What surrounds the page, with the account.
    pub frame: Frame,
    /// The version of the program.
    pub version: &'static str,
    /// Whether this node may answer.
    pub ready: bool,
    /// How many entries this node has taken in.
    pub position: u64,
    /// What was looked at.
    pub findings: Vec<Finding>,
    /// The room of this node's disks.
    pub rooms: Vec<Room>,
    /// For how many days the present key epoch is in use.
    pub epoch_days: Option<u64>,
    /// What others said last of the log.
    pub vouched: Vec<Vouched>,
    /// The jobs of this node.
    pub jobs: Vec<JobRow>,
    /// The systems that hold data.
    pub systems: Vec<SystemState>,
}

#[derive(Template)]
#[template(path = "system.html")]
struct SystemView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a SystemPage,
    title: String,
}

impl SystemPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        rendered(&SystemView {
            w,
            frame: &self.frame,
            page: self,
            title: self.frame.title(&w.get("system-title"), false),
        })
    }

    /// How many things are wrong, in words.
    fn lead(&self) -> String {
        let findings = self.findings.iter().map(|one| one.standing);
        let all = findings.chain(self.rooms.iter().map(|one| one.standing));
        let wrong = all.filter(|standing| *standing >= Standing::Wrong).count() as u64;
        let wrong = wrong + u64::from(!self.ready);
        let w = self.frame.words();
        match wrong {
            0 => w.get("system-all-well"),
            wrong => w.count("system-wrong", wrong),
        }
    }

    fn time(&self, at: &When) -> String {
        date_time_long(self.frame.words(), at)
    }

    fn number(&self, number: Option<u64>) -> String {
        number.map_or_else(
            || "–".to_owned(),
            |number| self.frame.words().number(number),
        )
    }
}

impl SystemView<'_> {
    fn is_wrong(&self, standing: &Standing) -> bool {
        *standing >= Standing::Wrong
    }

    fn standing(&self, standing: &Standing) -> String {
        self.w.code("system-standing", standing.as_str())
    }

    fn about(&self, about: &About) -> String {
        self.w.code("system-about", about.as_str())
    }

    fn room(&self, room: &Room) -> String {
        let w = self.w;
        let gigabytes = |bytes: u64| w.number(bytes / 1_000_000_000);
        let (free, all) = (gigabytes(room.free), gigabytes(room.all));
        w.get_with("system-room", &[("free", &free), ("all", &all)])
    }

    fn why(&self, system: &SystemState) -> String {
        let why = system.why.as_ref();
        why.map_or_else(|| "–".to_owned(), |why| self.w.code("request-failure", why))
    }

    /// What was found, and how it is mended.
    fn told(&self, finding: &Finding) -> String {
        let w = self.w;
        match &finding.found {
            Found::Registry(text) | Found::InForce(text) => text.clone(),
            Found::Sound => w.code("system-sound", finding.about.as_str()),
            // what a database or an engine says is in its own words, and for the operator's log
            Found::Unknown(_) => w.get("system-unknown"),
            Found::Broken(_) => w.get("system-broken"),
            Found::ByCedar => w.get("system-by-cedar"),
            Found::NoRegister => w.get("system-no-register"),
            Found::ClockBehind(behind) => w.count("system-clock-behind", behind.unsigned_abs()),
            Found::KeyFileMissing(file, persons) => {
                let persons = w.number(*persons);
                w.get_with("system-key-file", &[("file", file), ("persons", &persons)])
            }
            Found::SigningKeyLost(id) => w.get_with("system-signing-lost", &[("id", id)]),
            Found::KeysEnding(keys) => {
                w.get_with("system-keys-ending", &[("keys", &named(w, keys))])
            }
            Found::KeysOver(keys) => w.get_with("system-keys-over", &[("keys", &named(w, keys))]),
            Found::Register(name, last, fresh) => {
                let day = last.map_or_else(String::new, |day| date_long(w, day));
                let key = if *fresh {
                    "system-register-fresh"
                } else {
                    "system-register-old"
                };
                w.get_with(key, &[("name", name), ("day", &day)])
            }
            Found::Mails(waiting, dead) => {
                let (waiting, dead) = (w.number(*waiting), w.number(*dead));
                w.get_with("system-mails", &[("waiting", &waiting), ("dead", &dead)])
            }
            Found::Requests(near, late) => {
                let (near, late) = (w.number(*near), w.number(*late));
                w.get_with("system-requests", &[("near", &near), ("late", &late)])
            }
        }
    }
}

fn named(w: Words, keys: &[(String, chrono::NaiveDate)]) -> String {
    let named = keys
        .iter()
        .map(|(name, day)| format!("{name} ({})", date_long(w, *day)));
    named.collect::<Vec<_>>().join(", ")
}
