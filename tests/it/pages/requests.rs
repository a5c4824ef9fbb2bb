//! The DPO's work on a request without a mouse.

use super::english;
use super::keyboard::{ENTER, arrives, tab_to};
use crate::demo::Demo;

#[test]
fn a_request_is_recorded_and_answered_by_keys_alone() {
    let demo = Demo::start();
    let Some(browser) = english() else { return };
    browser.goto(&demo.console);
    browser.find("#user").enter(&demo.user);
    browser.find("#password").enter(&demo.password);
    browser.find("button.main").follow();
    let board = format!("{}/console/requests", demo.server.url());
    browser.goto(&format!("{board}/new"));
    // what went wrong has the focus (X4)
    tab_to(&browser, "main button.main");
    browser.press(ENTER);
    browser.wait_until("return document.title.startsWith('Error:')");
    let focused = "return document.activeElement.className";
    assert_eq!(browser.script(focused), "errors");
    tab_to(&browser, "#email");
    for key in "zoe@walk.example".chars() {
        browser.press(&key.to_string());
    }
    browser.press(ENTER);
    browser.wait_until("return document.querySelector('main .lines a') !== null");
    tab_to(&browser, "main .lines a");
    browser.press(ENTER);
    browser.wait_until("return document.getElementById('why') !== null");
    // who it is and what they wrote is read after a reason only
    assert!(!browser.find("main").text().contains("zoe@walk.example"));
    tab_to(&browser, "main form[method=get] button");
    browser.press(ENTER);
    browser.wait_until("return document.body.innerText.includes('zoe@walk.example')");
    tab_to(&browser, "main details summary");
    browser.press(ENTER);
    tab_to(&browser, "button[value=assign]");
    browser.press(ENTER);
    browser.wait_until("return document.querySelector('main [role=status]') !== null");
    browser.goto(&board);
    arrives(&browser, "requests-title");
}
