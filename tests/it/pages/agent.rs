//! An agent's work without a mouse.

use super::english;
use super::keyboard::{ENTER, arrives, tab_to};
use crate::demo::Demo;
use crate::support::browser::Browser;

/// Signs the demo's agent in.
pub fn sign_in(browser: &Browser, demo: &Demo) {
    browser.goto(&demo.console);
    browser.find("#user").enter("agent");
    browser.find("#password").enter(&demo.agent_password);
    browser.find("button.main").follow();
}

/// What went wrong has the focus, on the search and on the questions (X4).
#[test]
fn an_error_is_read_first() {
    let demo = Demo::start();
    let Some(browser) = english() else { return };
    sign_in(&browser, &demo);
    let focused = "return document.activeElement.className";
    browser.find("#contact").enter("anne@");
    browser.press(ENTER);
    browser.wait_until("return document.title.startsWith('Error:')");
    assert_eq!(browser.script(focused), "errors");
    browser.script("document.querySelector('#contact').value = ''");
    browser.find("#contact").enter("camille.martin@example.com");
    browser.press(ENTER);
    arrives(&browser, "agent-ask-title");
    browser.script("document.querySelectorAll('.pick input').forEach(input => { input.value = 'perhaps'; input.checked = true })");
    browser.find("main .savebar button").follow();
    assert!(browser.title().starts_with("Error:"));
    assert_eq!(browser.script(focused), "errors");
}

#[test]
fn a_customer_is_served_by_keys_alone() {
    let demo = Demo::start();
    let Some(browser) = english() else { return };
    sign_in(&browser, &demo);
    // the search has the focus, and Enter finds
    for key in "nora.lang@example.com".chars() {
        browser.press(&key.to_string());
    }
    browser.press(ENTER);
    arrives(&browser, "agent-ask-title");
    let first = "return document.activeElement.value";
    assert_eq!(
        browser.script(first),
        "none",
        "the first question has the focus, nothing answered"
    );
    // two to the left of \u{ab}not asked\u{bb} is yes
    browser.press("\u{E012}");
    browser.press("\u{E012}");
    assert_eq!(browser.script(first), "yes");
    browser.press(ENTER);
    arrives(&browser, "agent-done-title");
    // Enter goes on to the next customer
    browser.press(ENTER);
    arrives(&browser, "agent-find-title");
    tab_to(&browser, "#place");
}
