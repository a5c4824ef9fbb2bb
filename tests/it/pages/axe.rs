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
use crate::ways_in::own_login;

/// axe-core 4.14.1, as its package has it; its licence is beside it.
const AXE: &str = include_str!("../../data/axe/axe.min.js");

const WIDTHS: [(u32, u32); 3] = [(320, 640), (390, 844), (1280, 900)];

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
    fn look(&mut self, name: &str, widths: &[(u32, u32)], schemes: &[&str]) {
        self.browser.script(&format!("{AXE};"));
        for (width, height) in widths {
            self.browser.resize(*width, *height);
            for scheme in schemes {
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
    let demo = Demo::start();
    let Some(browser) = english() else { return };
    let mut auditor = Auditor {
        browser: &browser,
        waived: waived(),
        views: 0,
        faults: Vec::new(),
    };
    let db = Db::sqlite();
    let scene = own_login::Scene::open(&db, Signer::ed25519(7));
    for language in LANGUAGES {
        // one language in every width and colour; the longest words are found in the narrowest
        let whole = language == "fr";
        let (widths, schemes): (&[_], &[_]) = if whole {
            (&WIDTHS, &["light", "dark"])
        } else {
            (&WIDTHS[..1], &["light"])
        };
        let mut look = |name: &str| {
            assert_eq!(
                browser.find("html").attribute("lang").as_deref(),
                Some(language),
                "{name}"
            );
            auditor.look(&format!("{language} {name}"), widths, schemes);
        };
        walk::customers(&browser, &demo, language, &mut look);
        walk::first_choices(&browser, &scene, language, &mut look);
    }
    walk::staff(&browser, &demo, &mut |name| {
        auditor.look(name, &WIDTHS, &["light", "dark"]);
    });
    walk::agents(&browser, &demo, &mut |name| {
        auditor.look(name, &WIDTHS, &["light", "dark"]);
    });
    assert!(
        auditor.faults.is_empty(),
        "{} in {} views:\n{}",
        auditor.faults.len(),
        auditor.views,
        auditor.faults.join("\n")
    );
    record(auditor.views);
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
    let mut auditor = Auditor {
        browser,
        waived: waived(),
        views: 0,
        faults: Vec::new(),
    };
    browser.script(&format!("{AXE};"));
    let found = browser.script(RUN);
    for fault in found.as_array().expect("a list") {
        auditor.judge("here", fault);
    }
    auditor.faults.extend(own::faults(browser));
    auditor.faults
}
