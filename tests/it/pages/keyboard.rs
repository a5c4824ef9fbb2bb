//! Journeys without a mouse, and pages without a style sheet.

use std::time::Duration;

use serde_json::Value;

use super::walk::ready;
use super::{Scene, WINDOWS, english};
use crate::demo::{Demo, word};
use crate::support::browser::{Browser, Visitor};
use crate::support::process::until;

const TAB: &str = "\u{E004}";
pub const ENTER: &str = "\u{E007}";

/// Goes on with the tabulator until what has the focus is `wanted`, as a CSS selector.
pub fn tab_to(browser: &Browser, wanted: &str) {
    for _ in 0..60 {
        browser.press(TAB);
        if browser.script(&format!(
            "return document.activeElement.matches({wanted:?})"
        )) == true
        {
            return;
        }
    }
    panic!("the tabulator never reaches {wanted}");
}

pub fn arrives(browser: &Browser, title: &str) {
    browser.wait_until(&format!(
        "return document.querySelector('h1').innerText === {:?}",
        word("en", title)
    ));
}

#[test]
fn stopping_and_going_back_need_no_mouse() {
    let scene = Scene::set("anne@example.fr");
    let Some(browser) = english() else { return };
    browser.goto(&scene.stop);
    tab_to(&browser, "main button");
    browser.press(ENTER);
    arrives(&browser, "stopped-title");
    assert_eq!(scene.shop.newsletter("anne@example.fr").0, "deny");
    tab_to(&browser, "form[action$='/undo'] button");
    browser.press(ENTER);
    arrives(&browser, "undone-title");
    assert_eq!(scene.shop.newsletter("anne@example.fr").0, "permit");
}

/// Enter in a question saves; it neither stops everything nor switches the language.
#[test]
fn enter_in_a_question_saves() {
    let scene = Scene::fresh("anne@example.fr");
    let Some(browser) = english() else { return };
    browser.goto(&scene.choices);
    tab_to(&browser, "#choice\\.newsletter\\.email-yes");
    browser.press(" ");
    browser.press(ENTER);
    arrives(&browser, "saved-title");
    assert_eq!(scene.shop.newsletter("anne@example.fr").1, "CONSENT_VALID");
    let newsletter_only = scene.shop.choices("anne@example.fr");
    assert!(
        newsletter_only["objection_since"].is_null(),
        "{newsletter_only}"
    );
}

/// An export of the background is asked for, watched and fetched without a mouse.
#[test]
fn an_export_of_the_background_needs_no_mouse() {
    let demo = Demo::start();
    let Some(browser) = english() else { return };
    browser.goto(&demo.console);
    browser.find("#user").enter(&demo.user);
    browser.find("#password").enter(&demo.password);
    browser.press(ENTER);
    arrives(&browser, "home-title");
    tab_to(&browser, "button[name=how]");
    browser.press(ENTER);
    arrives(&browser, "export-title");
    ready(&browser);
    tab_to(&browser, "main a[href$='/file']");
}

/// Goes to what gets the focus first. A key that is pressed before the window takes any is lost.
fn first_stop(browser: &Browser) {
    for _ in 0..20 {
        browser.press(TAB);
        if browser.script("return document.activeElement !== document.body") == true {
            return;
        }
    }
    panic!("nothing gets the focus");
}

#[test]
fn the_skip_link_comes_first_and_works() {
    let scene = Scene::set("anne@example.fr");
    let Some(browser) = english() else { return };
    for page in [&scene.choices, &scene.stop] {
        browser.goto(page);
        first_stop(&browser);
        assert_eq!(
            browser.script("return document.activeElement.className"),
            "skip"
        );
        browser.press(ENTER);
        assert_eq!(browser.script("return document.activeElement.id"), "main");
    }
}

/// What the page says of the element that has the focus: outlined, uncovered, and which it is.
const FOCUS: &str = "
    const element = document.activeElement;
    if (element === document.body) return null;
    document.getAnimations().forEach(animation => animation.finish());
    const outlined = e => e && getComputedStyle(e).outlineStyle !== 'none' && parseFloat(getComputedStyle(e).outlineWidth) >= 2;
    const box = (element.closest('.pick') || element).getBoundingClientRect();
    const at = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    const mine = at && (element.contains(at) || at.contains(element) && !at.matches('body, html, main') || at.closest('.pick') === element.closest('.pick') && at.closest('.pick'));
    return [!!(outlined(element) || outlined(element.closest('.pick'))), !!mine, element.outerHTML.slice(0, 100)]";

/// Where the focus is, once the page has scrolled to it; nothing behind the last stop.
fn stop_seen(browser: &Browser) -> Option<Value> {
    let mut seen = browser.script(FOCUS);
    until(Duration::from_secs(5), || {
        seen = browser.script(FOCUS);
        seen.is_null() || seen[0] == true && seen[1] == true
    });
    (!seen.is_null()).then_some(seen)
}

/// Whatever has the focus is outlined, and no bar lies over it (WCAG 2.4.7, 2.4.11).
#[test]
fn the_focus_is_seen_and_not_covered() {
    let scene = Scene::set("anne@example.fr");
    for window in WINDOWS {
        let Some(browser) = Browser::open(Visitor {
            window,
            ..Visitor::default()
        }) else {
            return;
        };
        browser.goto(&scene.choices);
        first_stop(&browser);
        let mut stops = 0;
        while let Some(seen) = stop_seen(&browser).filter(|_| stops < 60) {
            stops += 1;
            let which = &seen[2];
            assert_eq!(
                seen[0], true,
                "{window:?}: the focus is not seen on {which}"
            );
            assert_eq!(seen[1], true, "{window:?}: something covers {which}");
            browser.press(TAB);
        }
        assert!(stops > 6, "{stops} stops");
    }
}

/// Without the style sheet all words are there, in the same order (RGAA 10.2, 10.3).
#[test]
fn without_a_style_sheet_nothing_is_lost() {
    let scene = Scene::set("anne@example.fr");
    let Some(browser) = english() else { return };
    for page in [&scene.choices, &scene.stop] {
        browser.goto(page);
        let words =
            "return document.querySelector('main').innerText.split(/\\s+/).join(' ').trim()";
        let with = browser.script(words);
        browser.script("[...document.styleSheets].forEach(sheet => { sheet.disabled = true })");
        let without = browser.script(words);
        assert_eq!(with, without);
        assert!(without.as_str().unwrap().len() > 100);
    }
}

/// A wrong answer is told at the top, which has the focus, and beside the question (WCAG 3.3.1).
#[test]
fn an_error_is_told_twice_and_leads_to_its_question() {
    let scene = Scene::set("anne@example.fr");
    let Some(browser) = english() else { return };
    browser.goto(&scene.choices);
    browser.script("const input = document.getElementById('choice.newsletter.email-no'); input.value = 'perhaps'; input.checked = true");
    browser.find(".savebar button").follow();
    assert!(browser.title().starts_with("Error:"), "{}", browser.title());
    assert_eq!(
        browser.script("return document.activeElement.className"),
        "errors"
    );
    let link = browser.find(".errors a");
    let beside = browser.find("p.error").text();
    assert!(beside.contains(&link.text()), "{beside}");
    link.click();
    assert_eq!(
        browser.script("return document.activeElement.id"),
        "choice.newsletter.email-yes"
    );
    let group = browser.script(
        "return document.activeElement.closest('[role=radiogroup]').getAttribute('aria-invalid')",
    );
    assert_eq!(group, "true");
}
