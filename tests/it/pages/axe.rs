//! Every page in every state, looked at by axe-core and by checks of our own: narrow and wide, light
//! and dark, and in every language that customers are spoken to in.
//!
//! What axe cannot decide counts as a fault until `tests/data/axe/waived.txt` says why it is none. The
//! statement that the pages make of themselves is the record of this test: `PLACET_TEST_WRITE=1` writes
//! it, and without it the test holds that it is true.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{english, own, walk};
use crate::demo::{Demo, LANGUAGES};
use crate::shop::data;
use crate::support::browser::Browser;
use crate::support::database::Db;
use crate::support::signer::Signer;
use crate::support::waits::long;
use crate::ways_in::own_login;

/// axe-core 4.14.1, as its package has it; its licence is beside it.
const AXE: &str = include_str!("../../data/axe/axe.min.js");

/// How a page is looked at: width, height, colours. What is seen at one width in the dark is seen at the others as well;
/// `tests/run --long` looks at each in each.
const VIEWS: [(u32, u32, &str); 3] = [
    (320, 640, "light"),
    (1280, 900, "light"),
    (1280, 900, "dark"),
];
const EVERY_VIEW: [(u32, u32, &str); 6] = [
    (320, 640, "light"),
    (320, 640, "dark"),
    (390, 844, "light"),
    (390, 844, "dark"),
    (1280, 900, "light"),
    (1280, 900, "dark"),
];

fn views() -> &'static [(u32, u32, &'static str)] {
    if long() { &EVERY_VIEW } else { &VIEWS }
}

/// The success criteria up to WCAG 2.2 AA, the tests of the RGAA, and good practice; the size of
/// targets, which axe leaves out unless asked.
///
/// What lies under the bar that saves is hidden only until the page is scrolled, and axe could not see
/// its colours: here the bar stands still. That it never covers the focus is `keyboard.rs`'s to hold.
const RUN: &str = "
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'RGAAv4', 'best-practice'];
    const options = { runOnly: { type: 'tag', values: tags }, rules: { 'target-size': { enabled: true } },
        resultTypes: ['violations', 'incomplete'] };
    document.getAnimations().forEach(animation => animation.finish());
    const still = new CSSStyleSheet();
    still.replaceSync('.savebar { position: static !important }');
    document.adoptedStyleSheets = [still];
    return axe.run(document, options).then(found => [...found.violations, ...found.incomplete]
        .flatMap(rule => rule.nodes.map(node => [rule.id, String(node.target), node.html.slice(0, 160)])));";

/// What axe finds in a page as the window shows it now, whatever cannot be decided among it.
pub fn violations(browser: &Browser) -> Vec<String> {
    browser.script(&format!("{AXE};"));
    let found = browser.script(RUN);
    let found = found.as_array().expect("a list").iter();
    found.map(ToString::to_string).collect()
}

struct Auditor<'a> {
    browser: &'a Browser,
    waived: Vec<(String, String)>,
    views: u64,
    faults: Vec<String>,
}

impl Auditor<'_> {
    fn look(&mut self, name: &str, views: &[(u32, u32, &str)]) {
        self.browser.script(&format!("{AXE};"));
        for (width, height, scheme) in views {
            self.browser.resize(*width, *height);
            self.browser.prefers("prefers-color-scheme", scheme);
            self.views += 1;
            let found = self.browser.script(RUN);
            let view = format!("{name}, {width} px, {scheme}");
            for fault in found.as_array().expect("a list") {
                self.judge(&view, fault);
            }
            for fault in own::faults(self.browser) {
                self.faults.push(format!("{view}: {fault}"));
            }
        }
    }

    fn judge(&mut self, view: &str, fault: &Value) {
        let [rule, target, html] = [0, 1, 2].map(|at| fault[at].as_str().unwrap_or_default());
        let is_waived = |(waived, part): &(String, String)| waived == rule && target.contains(part);
        if !self.waived.iter().any(is_waived) {
            self.faults.push(format!("{view}: {rule} {target} {html}"));
        }
    }
}

/// Rule, part of the selector, and why it is no fault; by tabulators.
fn waived() -> Vec<(String, String)> {
    let text = std::fs::read_to_string(data().join("axe/waived.txt")).expect("the waivers");
    let lines = text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    let waiver = |line: &str| {
        let [rule, part, reason] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("not a waiver: {line}")
        };
        assert!(reason.len() > 20, "{rule} is waived without a reason");
        (rule.to_owned(), part.to_owned())
    };
    lines.map(waiver).collect()
}

#[test]
fn no_page_has_a_fault_that_a_machine_can_see() {
    // each half has a browser and a demonstration of its own, so that they go side by side
    let (customers, staff) = std::thread::scope(|scope| {
        let customers = scope.spawn(customers);
        let staff = staff();
        (customers.join().expect("the pages of customers"), staff)
    });
    let (Some(customers), Some(staff)) = (customers, staff) else {
        return;
    };
    let (views, faults) = (customers.0 + staff.0, [customers.1, staff.1].concat());
    assert!(
        faults.is_empty(),
        "{} in {views} views:\n{}",
        faults.len(),
        faults.join("\n")
    );
    // the long run looks at the same pages, and in more ways than the statement says
    if !long() {
        record(views);
    }
}

/// How many views there were, and what is wrong with them.
type Found = (u64, Vec<String>);

impl<'a> Auditor<'a> {
    fn new(browser: &'a Browser) -> Self {
        Self {
            browser,
            waived: waived(),
            views: 0,
            faults: Vec::new(),
        }
    }
}

fn customers() -> Option<Found> {
    let demo = Demo::start();
    let browser = english()?;
    let mut auditor = Auditor::new(&browser);
    let db = Db::sqlite();
    let scene = own_login::Scene::open(&db, Signer::ed25519(7));
    for language in LANGUAGES {
        // one language in every width and colour; the longest words are found in the narrowest
        let whole = language == "fr";
        let views = if whole { views() } else { &VIEWS[..1] };
        let mut look = |name: &str| {
            assert_eq!(
                browser.find("html").attribute("lang").as_deref(),
                Some(language),
                "{name}"
            );
            auditor.look(&format!("{language} {name}"), views);
        };
        walk::customers(&browser, &demo, language, &mut look);
        walk::first_choices(&browser, &scene, language, &mut look);
    }
    Some((auditor.views, auditor.faults))
}

fn staff() -> Option<Found> {
    let demo = Demo::start();
    let browser = english()?;
    let mut auditor = Auditor::new(&browser);
    let mut look = |name: &str| auditor.look(name, views());
    walk::staff(&browser, &demo, &mut look);
    walk::agents(&browser, &demo, &mut look);
    Some((auditor.views, auditor.faults))
}

fn record(views: u64) {
    let file: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http/pages/checked.json");
    let text = std::fs::read_to_string(&file).expect("the record");
    let mut told: Value = serde_json::from_str(&text).expect("JSON");
    let version = AXE.split_once("axe v").expect("a version").1;
    let version = version.split_whitespace().next().expect("a version");
    if std::env::var("PLACET_TEST_WRITE").is_ok() {
        let today = chrono::Utc::now().date_naive().to_string();
        told = json!({ "date": today, "axe": version, "views": views, "violations": 0 });
        std::fs::write(&file, format!("{told}\n")).expect("write the record");
    }
    assert_eq!(
        told["views"], views,
        "the statement tells of another number of views: PLACET_TEST_WRITE=1"
    );
    assert_eq!(told["axe"], version);
    assert_eq!(told["violations"], 0);
}

/// What a machine can see of a page as the window shows it now, but for what is waived.
pub fn faults(browser: &Browser) -> Vec<String> {
    let mut auditor = Auditor::new(browser);
    browser.script(&format!("{AXE};"));
    let found = browser.script(RUN);
    for fault in found.as_array().expect("a list") {
        auditor.judge("here", fault);
    }
    auditor.faults.extend(own::faults(browser));
    auditor.faults
}
