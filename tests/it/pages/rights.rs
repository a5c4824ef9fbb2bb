//! Rights and requests in Chromium: the whole way without script on a phone, a narrow one and a desk, back and
//! forth; by keys alone; and the page behind a challenge, the same ways.

use serde_json::{Value, json};

use super::english;
use super::keyboard::{ENTER, arrives, tab_to};
use crate::demo::word;
use crate::shop::{Shop, yes};
use crate::support::browser::{Browser, Visitor};
use crate::support::database::Db;
use crate::ways_in::{FOLDER, letter, letters, settled};

const ANNE: &str = "anne@example.fr";
const WINDOWS: [(u32, u32); 3] = [(320, 640), (390, 844), (1280, 900)];

fn types(browser: &Browser, text: &str) {
    for key in text.chars() {
        browser.press(&key.to_string());
    }
}

fn press(browser: &Browser) {
    browser.find("main form button").follow();
}

/// What stands in the question's field, whether the page was loaded again or kept by the browser, which
/// fills it in when it comes to it.
fn answered(browser: &Browser, answer: &str) {
    browser.wait_until(&format!(
        "return document.querySelector('#answer').value === '{answer}'"
    ));
}

/// No page may scroll sideways.
fn fits(browser: &Browser) {
    let over = browser.script(
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth",
    );
    assert_eq!(over, 0, "{}", browser.url());
}

fn requests(shop: &Shop) -> Vec<Value> {
    let page = shop.dpo().get("/v1/requests").expect(200).json();
    page["items"].as_array().unwrap().clone()
}

/// From the foot of a page of choices, through the sign-in, to number and date.
#[test]
fn a_right_is_asked_for_without_script_on_every_window() {
    for window in WINDOWS {
        let db = Db::sqlite();
        let shop = Shop::open_with(&db, &FOLDER);
        shop.record(&yes(ANNE));
        let Some(browser) = Browser::open(Visitor {
            window,
            scripts: false,
            ..Visitor::default()
        }) else {
            return;
        };
        let (choices, _) = shop.link(ANNE);
        browser.goto(&format!("{}{choices}", shop.server.url()));
        browser.find("footer a[href^='/me/rights']").follow();
        arrives(&browser, "enter-title");
        browser.find("#address").enter(ANNE);
        press(&browser);
        browser.find("#code").enter(&letter(&db, 1).code());
        press(&browser);
        arrives(&browser, "rights-title");
        fits(&browser);
        browser
            .find("main a[href^='/me/rights/rectification']")
            .follow();
        arrives(&browser, "ask-rectification");
        press(&browser);
        assert!(browser.title().starts_with("Error:"), "{}", browser.title());
        fits(&browser);
        // a page that was posted is not asked for again on the way back
        browser.goto(&format!(
            "{}/me/rights/rectification?lang=en",
            shop.server.url()
        ));
        browser.find("#answer").enter("the street");
        press(&browser);
        arrives(&browser, "ask-rectification-2");
        browser.find("#answer").enter("Rue Royale");
        press(&browser);
        arrives(&browser, "check-title");
        fits(&browser);
        // the browser's own way back, twice, and on again: nothing is asked twice
        browser.back();
        arrives(&browser, "ask-rectification-2");
        answered(&browser, "Rue Royale");
        browser.back();
        answered(&browser, "the street");
        press(&browser);
        press(&browser);
        arrives(&browser, "check-title");
        assert!(requests(&shop).is_empty());
        press(&browser);
        let number = requests(&shop)[0]["number"].as_str().unwrap().to_owned();
        assert!(browser.find("h1").text().contains(&number));
        assert!(
            browser
                .find("p.lead")
                .text()
                .starts_with("We must answer you by")
        );
        fits(&browser);
        browser.find("#text").enter("It is number 7.");
        press(&browser);
        assert!(browser.source().contains("It is number 7."));
        browser.find("main details summary").click();
        browser.find("main details button").follow();
        assert!(
            browser
                .source()
                .contains(&word("en", "own-request-closed-withdrawn"))
        );
        browser.find("main a[href^='/me/requests']").follow();
        arrives(&browser, "own-requests-title");
        fits(&browser);
    }
}

#[test]
fn a_right_and_a_challenge_need_no_mouse() {
    let db = Db::sqlite();
    let shop = Shop::open_with(&db, &FOLDER);
    shop.record(&yes(ANNE));
    let Some(browser) = english() else { return };
    let at = |path: &str| browser.goto(&format!("{}{path}", shop.server.url()));
    at("/me/rights?lang=en");
    tab_to(&browser, "#address");
    types(&browser, ANNE);
    browser.press(ENTER);
    arrives(&browser, "inbox-title");
    tab_to(&browser, "#code");
    types(&browser, &letter(&db, 1).code());
    browser.press(ENTER);
    arrives(&browser, "rights-title");
    tab_to(&browser, "main a[href^='/me/rights/access']");
    browser.press(ENTER);
    arrives(&browser, "ask-access");
    tab_to(&browser, "#answer");
    types(&browser, "mails");
    tab_to(&browser, "main form button");
    browser.press(ENTER);
    arrives(&browser, "check-title");
    tab_to(&browser, "main form button");
    browser.press(ENTER);
    browser.wait_until("return document.querySelector('#text') !== null");
    assert_eq!(requests(&shop)[0]["kind"], "access");

    let body = json!({ "kind": "erasure", "subject": { "email": ANNE }, "via": "letter", "country": "FR" });
    let filed = shop
        .collector()
        .post("/v1/requests", &body)
        .expect(201)
        .json();
    settled(&db);
    let sent = letters(&db).len();
    let path = format!("/v1/requests/{}/identity", filed["id"].as_str().unwrap());
    shop.dpo()
        .post(&path, &json!({ "challenge": "email" }))
        .expect(201);
    at(&format!("{}?lang=en", letter(&db, sent + 1).link()));
    arrives(&browser, "identity-title");
    tab_to(&browser, "main form button");
    browser.press(ENTER);
    arrives(&browser, "identity-done-title");
    let known = shop
        .dpo()
        .get(&format!("/v1/requests/{}", filed["id"].as_str().unwrap()));
    assert_eq!(known.expect(200).json()["known_by"], "known_contact");
}
