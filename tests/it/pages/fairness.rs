//! Yes and no look alike, cost the same, and nothing is chosen for the person.

use super::{Scene, WINDOWS, choose, english, is_chosen, save};
use crate::demo::{LANGUAGES, word};
use crate::support::browser::{Browser, Visitor};

/// Everything that makes one answer weigh more than the other to the eye.
const LOOKS: &str = "
    document.getAnimations().forEach(animation => animation.finish());
    const looks = label => {
        const style = getComputedStyle(label), text = getComputedStyle(label.querySelector('span'));
        const box = label.getBoundingClientRect();
        const names = ['color', 'backgroundColor', 'borderTopColor', 'borderTopWidth', 'borderTopStyle',
            'fontSize', 'fontWeight', 'fontFamily', 'textDecorationLine', 'opacity', 'boxShadow', 'padding',
            'cursor', 'visibility', 'display'];
        return [names.map(name => style[name]), names.map(name => text[name]),
            [Math.round(box.width), Math.round(box.height)]].flat().join(' | ');
    };
    const rows = [...document.querySelectorAll('.pair')];
    return rows.map(row => [...row.querySelectorAll('.pick')].map(looks));";

/// F1: both answers of every row have one look and one size.
#[test]
fn yes_and_no_look_alike() {
    let scene = Scene::fresh("anne@example.fr");
    for window in WINDOWS {
        let Some(browser) = Browser::open(Visitor {
            window,
            ..Visitor::default()
        }) else {
            return;
        };
        browser.goto(&scene.choices);
        let rows = browser.script(LOOKS);
        let rows = rows.as_array().unwrap();
        assert_eq!(
            rows.len(),
            3,
            "newsletter by e-mail, offers by e-mail and text"
        );
        for row in rows {
            assert_eq!(row[0], row[1], "{window:?}");
        }
        // what was chosen looks the same on both sides, too
        let chosen = ["yes", "no"].map(|value| {
            choose(&browser, "newsletter.email", value);
            browser.script("document.activeElement.blur()");
            let side = usize::from(value == "no");
            browser.script(LOOKS)[0][side].clone()
        });
        assert_eq!(chosen[0], chosen[1], "{window:?}");
    }
}

/// F2: somebody who was never asked finds nothing chosen.
#[test]
fn nothing_is_chosen_beforehand() {
    let scene = Scene::fresh("anne@example.fr");
    let Some(browser) = english() else { return };
    browser.goto(&scene.choices);
    assert!(browser.find_all("input:checked").is_empty());
    assert_eq!(browser.find_all("input[type=radio]").len(), 6);
    // saving a page on which nobody chose anything changes nothing
    let before = scene.shop.position();
    save(&browser);
    assert_eq!(browser.find("h1").text(), word("en", "unchanged-title"));
    assert_eq!(scene.shop.position(), before);
}

/// F3: from the link, withdrawing takes no more clicks than giving did.
#[test]
fn withdrawing_costs_no_more_than_giving() {
    let scene = Scene::fresh("anne@example.fr");
    let Some(browser) = english() else { return };
    let clicks = |value: &str| {
        browser.goto(&scene.choices);
        let mut clicks = 0;
        let mut count = |act: &dyn Fn()| {
            act();
            clicks += 1;
        };
        count(&|| choose(&browser, "newsletter.email", value));
        count(&|| save(&browser));
        assert_eq!(browser.find("h1").text(), word("en", "saved-title"));
        clicks
    };
    let giving = clicks("yes");
    assert_eq!(scene.shop.newsletter("anne@example.fr").1, "CONSENT_VALID");
    let withdrawing = clicks("no");
    assert_eq!(
        scene.shop.newsletter("anne@example.fr").1,
        "CONSENT_WITHDRAWN"
    );
    assert!(withdrawing <= giving);
}

/// F4: "stop everything" is seen without scrolling, and is one click.
#[test]
fn stopping_everything_is_in_sight() {
    let scene = Scene::set("anne@example.fr");
    for window in WINDOWS {
        let Some(browser) = Browser::open(Visitor {
            window,
            ..Visitor::default()
        }) else {
            return;
        };
        browser.goto(&scene.choices);
        let button = browser.find("button[name=stop_all]");
        let place = button.rect();
        let bottom = place["y"].as_f64().unwrap() + place["height"].as_f64().unwrap();
        assert!(
            bottom <= f64::from(window.1),
            "{window:?}: ends at {bottom}"
        );
        let covered = browser.script("
            const box = document.querySelector('button[name=stop_all]').getBoundingClientRect();
            return document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2).name !== 'stop_all'");
        assert_eq!(covered, false, "{window:?}: something covers the button");
        assert!(place["height"].as_f64().unwrap() >= 44.0);
        let sideways = browser.script(
            "return document.documentElement.scrollWidth > document.documentElement.clientWidth",
        );
        assert_eq!(sideways, false, "{window:?}: the page scrolls sideways");
    }
}

/// Everything can be done with a keyboard, and the focus is seen.
#[test]
fn a_keyboard_is_enough() {
    let scene = Scene::set("anne@example.fr");
    let Some(browser) = english() else { return };
    browser.goto(&scene.choices);
    let tab_to = |wanted: &str| {
        for _ in 0..40 {
            browser.press("\u{E004}");
            let focused = browser.script("const e = document.activeElement; return e.id || e.name || e.className || e.tagName");
            if focused == wanted {
                return;
            }
        }
        panic!("the tabulator never reaches {wanted}");
    };
    tab_to("choice.newsletter.email-yes");
    browser.press("\u{E014}"); // arrow right: the other answer
    assert!(is_chosen(&browser, "newsletter.email", "no"));
    let outlined = browser.script(
        "
        const seen = element => element && parseFloat(getComputedStyle(element).outlineWidth) >= 2
            && getComputedStyle(element).outlineStyle !== 'none';
        return seen(document.activeElement) || seen(document.activeElement.closest('.pick'))",
    );
    assert_eq!(outlined, true, "the focus is not seen");
    tab_to("main");
    browser.press("\u{E007}");
    browser.wait_until(&format!(
        "return document.querySelector('h1').innerText === {:?}",
        word("en", "saved-title")
    ));
    assert_eq!(scene.shop.newsletter("anne@example.fr").0, "deny");
}

/// Nothing is loaded from anybody else, nothing breaks the page's own rules, nothing is stored.
#[test]
fn a_page_asks_nobody_else_for_anything() {
    let scene = Scene::set("anne@example.fr");
    let Some(browser) = english() else { return };
    let console = format!("{}/console/sign-in", scene.shop.server.url());
    for page in [&scene.choices, &scene.stop, &console] {
        browser.goto(page);
        let loaded = browser
            .script("return performance.getEntriesByType('resource').map(entry => entry.name)");
        for address in loaded.as_array().unwrap() {
            let address = address.as_str().unwrap();
            assert!(
                address.starts_with(&scene.shop.server.url()) || address.starts_with("data:"),
                "{page} loads {address}"
            );
        }
        assert_ne!(
            browser.find("h1").style("font-size"),
            "32px",
            "the style sheet of {page} was not applied"
        );
        assert_eq!(
            browser.script("return document.cookie + localStorage.length + sessionStorage.length"),
            "00"
        );
        assert_eq!(
            browser.script(
                "return document.querySelectorAll('script, iframe, [style], [onclick]').length"
            ),
            0
        );
    }
    // first load: the page, its sheet and nothing else, uncompressed
    let (host, choices) = (scene.shop.server.url(), &scene.choices);
    let sign_in = format!("{host}/sign-in");
    let code = format!("{host}/at/default");
    let pages = LANGUAGES.map(|language| format!("{choices}?lang={language}"));
    for page in pages.iter().chain([&scene.stop, &sign_in, &code]) {
        browser.goto(page);
        let bytes = browser.script("
            const entries = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
            return entries.reduce((sum, entry) => sum + entry.decodedBodySize, 0)");
        let bytes = bytes.as_u64().unwrap();
        assert!((5_000..=60_000).contains(&bytes), "{page}: {bytes} bytes");
    }
    // violations are told to whoever listens before the page's parts are loaded: load them again
    browser.goto(&scene.choices);
    let broken = browser.script("
        window.broken = [];
        document.addEventListener('securitypolicyviolation', event => window.broken.push(event.violatedDirective + ' ' + event.blockedURI));
        const sheet = document.querySelector('link[rel=stylesheet]');
        const again = sheet.cloneNode(); sheet.after(again);
        const image = new Image(); image.src = document.querySelector('link[rel=icon]').href; document.body.append(image);
        return new Promise(done => setTimeout(() => done(window.broken), 500))");
    assert_eq!(broken, serde_json::json!([]));
    // and the rules are there: what they forbid is refused
    let refused = browser.script("
        window.broken = [];
        const image = new Image(); image.src = 'http://127.0.0.1:9/x.png'; document.body.append(image);
        return new Promise(done => setTimeout(() => done(window.broken.length), 500))");
    assert_eq!(refused, 1);
}

/// The other languages are at hand and stay; what was chosen and not saved goes along.
#[test]
fn the_language_can_be_changed() {
    let scene = Scene::set("anne@example.fr");
    let Some(browser) = english() else { return };
    let switch = |language: &str| {
        browser.find(".tongue summary").click();
        browser.find(&format!(".langs [lang={language}]")).follow();
        assert_eq!(
            browser.find("html").attribute("lang").as_deref(),
            Some(language)
        );
    };
    browser.goto(&scene.choices);
    assert_eq!(browser.find("h1").text(), word("en", "choices-title"));
    let before = scene.shop.position();
    choose(&browser, "offers.sms", "yes");
    for language in LANGUAGES.iter().filter(|language| **language != "en").rev() {
        switch(language);
        assert_eq!(browser.find("h1").text(), word(language, "choices-title"));
        assert!(
            is_chosen(&browser, "offers.sms", "yes"),
            "{language}: the choice is lost"
        );
        assert!(is_chosen(&browser, "newsletter.email", "yes"), "{language}");
    }
    assert_eq!(
        scene.shop.position(),
        before,
        "a switch has saved something"
    );
    choose(&browser, "offers.sms", "no");
    assert_eq!(browser.find("h1").text(), word("fr", "choices-title"));
    assert_eq!(
        browser.find("html").attribute("lang").as_deref(),
        Some("fr")
    );
    choose(&browser, "newsletter.email", "no");
    save(&browser);
    assert_eq!(browser.find("h1").text(), word("fr", "saved-title"));
    // a page that answers to a form can be had in the other language, too, and changes nothing
    let before = scene.shop.position();
    switch("en");
    assert_eq!(scene.shop.position(), before);
}
