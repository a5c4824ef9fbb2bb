//! How a page is looked at: whether something ran, tried to run, or became part of it.

use serde_json::json;

use super::VECTORS;
use crate::pages::english;
use crate::support::browser::Browser;
use crate::support::http::encode;

/// Before anything of a page runs: what its policy forbids is written down, and a dialog is a strike.
const WATCH: &str = "window.forbidden = [];
    document.addEventListener('securitypolicyviolation', event =>
        window.forbidden.push(event.effectiveDirective + ' ' + event.blockedURI));
    window.alert = window.confirm = window.prompt = () => { window.struck = 'a dialog'; };";

/// What no page of ours has.
const FOREIGN: &str = "return [...document.querySelectorAll(
    'script:not([src^=\"/assets/\"]), iframe, object, embed, base, template, style, math, video, noscript, meta[http-equiv], animate')]
    .map(one => one.outerHTML)
    .concat([...document.querySelectorAll('*')].flatMap(one => [...one.attributes]
        .filter(each => each.name.startsWith('on') || /^\\s*javascript:/i.test(each.value) && /^(href|src|action|data|formaction)$/.test(each.name)
            || /evil\\.example/.test(each.value) && /^(href|src|action)$/.test(each.name))
        .map(each => each.name + '=' + each.value)))";

/// Everything that a page shows, in its fields too.
const SHOWN: &str = "return document.documentElement.textContent
    + [...document.querySelectorAll('input, textarea, option')].map(one => one.value + ' ' + one.getAttribute('value')).join(' ')";

/// A browser that is watched.
pub fn watched() -> Option<Browser> {
    let browser = english()?;
    browser.before_each_page(WATCH);
    Some(browser)
}

/// Looks at a page: what it shows.
#[track_caller]
pub fn shown(browser: &Browser, name: &str) -> String {
    assert_eq!(
        browser.script("return typeof window.struck"),
        "undefined",
        "something ran on {name}"
    );
    let foreign = browser.script(FOREIGN);
    assert_eq!(foreign, json!([]), "became part of {name}");
    let forbidden = browser.script("return window.forbidden");
    assert_eq!(forbidden, json!([]), "tried on {name}");
    let shown = browser.script(SHOWN);
    shown.as_str().unwrap_or_default().to_owned()
}

/// Looks at a page: how many of the vectors it shows as text.
#[track_caller]
pub fn looked(browser: &Browser, name: &str) -> usize {
    let shown = shown(browser, name);
    let seen = VECTORS.iter().filter(|vector| shown.contains(*vector));
    seen.count()
}

/// Looks at a page that shows these of them.
#[track_caller]
pub fn shows(browser: &Browser, name: &str, texts: &[&str]) {
    let shown = shown(browser, name);
    for text in texts {
        assert!(shown.contains(text), "{name} does not show {text}: {shown}");
    }
}

/// What stands in each of these places as it is, is seen: as text, and where an attribute ends too early.
#[test]
fn what_is_not_escaped_is_seen() {
    let Some(browser) = watched() else { return };
    let mut harmless = Vec::new();
    for vector in VECTORS {
        let page = format!(
            "<p>{vector}</p><p title=\"{vector}\">x</p><p title='{vector}'>x</p><textarea>{vector}</textarea><a href=\"{vector}\">x</a>"
        );
        browser.goto(&format!("data:text/html,{}", encode(&page)));
        if browser.script(FOREIGN) == json!([]) {
            harmless.push(vector);
        }
    }
    // templates of others, and what is escaped already
    assert_eq!(harmless, [VECTORS[33], VECTORS[35]]);
    let policy = "<meta http-equiv=content-security-policy content=\"script-src 'none'\"><img src=x onerror=window.struck=1>";
    browser.goto(&format!("data:text/html,{}", encode(policy)));
    browser.wait_until("return window.forbidden.length === 1 && window.struck === undefined");
}
