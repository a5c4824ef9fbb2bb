//! The way back: one press, ten minutes, and never a yes that was not one before.

use super::{Scene, choose, english, is_chosen, save};
use crate::demo::word;
use crate::shop::{Shop, yes};

const EMAIL: &str = "anne@example.fr";

fn press_undo(browser: &crate::support::browser::Browser) {
    browser.find("main form[action$='/undo'] button").follow();
}

#[test]
fn a_no_by_mistake_is_taken_back_by_one_press() {
    let scene = Scene::set(EMAIL);
    let Some(browser) = english() else { return };
    browser.goto(&scene.choices);
    choose(&browser, "newsletter.email", "no");
    save(&browser);
    assert_eq!(scene.shop.newsletter(EMAIL).1, "CONSENT_WITHDRAWN");
    press_undo(&browser);
    assert_eq!(browser.find("h1").text(), word("en", "undone-title"));
    assert_eq!(scene.shop.newsletter(EMAIL).1, "CONSENT_VALID");
    assert!(
        browser.find_all("form[action$='/undo']").is_empty(),
        "an undo is not undone"
    );
    // the past stands: a yes, a no, and a yes by the way back
    let history = history(&scene.shop);
    let acts: Vec<_> = history
        .iter()
        .filter_map(|(_, act)| act.as_deref())
        .collect();
    assert_eq!(acts.last(), Some(&"choice_undone"), "{history:?}");
    assert!(acts.contains(&"choice_saved"), "{history:?}");
}

/// Kind and act of everything that was written about the person.
fn history(shop: &Shop) -> Vec<(String, Option<String>)> {
    let id = shop.subject(EMAIL);
    let history = shop
        .dpo()
        .get(&format!("/v1/subjects/{id}/history"))
        .expect(200)
        .json();
    let items = history["items"].as_array().unwrap();
    let act = |item: &serde_json::Value| {
        find(item, "act").and_then(|act| act.as_str().map(str::to_owned))
    };
    items
        .iter()
        .map(|item| (item["kind"].as_str().unwrap().to_owned(), act(item)))
        .collect()
}

fn find<'a>(value: &'a serde_json::Value, key: &str) -> Option<&'a serde_json::Value> {
    value.get(key).or_else(|| {
        value
            .as_object()?
            .values()
            .find_map(|inner| find(inner, key))
    })
}

/// A yes by mistake goes back to a no, not to nothing: what was said cannot be unsaid.
#[test]
fn a_yes_by_mistake_becomes_a_no() {
    let scene = Scene::fresh(EMAIL);
    let Some(browser) = english() else { return };
    browser.goto(&scene.choices);
    choose(&browser, "newsletter.email", "yes");
    save(&browser);
    press_undo(&browser);
    assert_eq!(scene.shop.newsletter(EMAIL).0, "deny");
    browser.goto(&scene.choices);
    assert!(is_chosen(&browser, "newsletter.email", "no"));
}

/// Of everything that stopped only what was a yes before comes back.
#[test]
fn stopping_everything_is_taken_back_as_far_as_there_was_a_yes() {
    let scene = Scene::set(EMAIL);
    let Some(browser) = english() else { return };
    browser.goto(&scene.stop);
    browser.find("main button").follow();
    assert_eq!(scene.shop.newsletter(EMAIL).0, "deny");
    assert!(browser.source().contains(&word("en", "undo-partly")));
    press_undo(&browser);
    assert_eq!(scene.shop.newsletter(EMAIL).0, "permit");
    browser.goto(&scene.choices);
    assert!(is_chosen(&browser, "newsletter.email", "yes"));
    assert!(is_chosen(&browser, "offers.email", "no"));
}

/// What a no that replaced no yes offers: nothing.
#[test]
fn a_first_no_has_no_way_back_into_silence() {
    let scene = Scene::fresh(EMAIL);
    let Some(browser) = english() else { return };
    browser.goto(&scene.choices);
    choose(&browser, "newsletter.email", "no");
    save(&browser);
    assert_eq!(browser.find("h1").text(), word("en", "saved-title"));
    assert!(browser.find_all("form[action$='/undo']").is_empty());
}

on_both! {
    /// Neither late, nor after another answer, nor from elsewhere does the way back make a yes.
    fn a_way_back_that_is_too_late_changes_nothing(db: &Db) {
        let shop = Shop::open(db);
        shop.record(&yes(EMAIL));
        let (choices, _) = shop.link(EMAIL);
        let undo = format!("{choices}/undo");
        let http = shop.server.http().header("accept-language", "en");
        let back = |seen: u64| {
            let seen = seen.to_string();
            http.form(&undo, &[
                ("seen", seen.as_str()),
                ("choice.newsletter.email", "yes"),
                ("notice.newsletter", "newsletter@2"),
            ])
        };
        let stale = shop.position();
        http.form(&choices, &[
            ("seen", "999999"),
            ("choice.newsletter.email", "no"),
            ("was.choice.newsletter.email", "yes"),
        ]).expect(200);
        // the answer is newer than the page on which the button stands
        let page = back(stale).expect(409).text;
        assert!(page.contains(&word("en", "undo-late-title")));
        assert_eq!(shop.newsletter(EMAIL).1, "CONSENT_WITHDRAWN");
        // another site cannot press it
        let elsewhere = shop.server.http().header("sec-fetch-site", "cross-site");
        elsewhere.form(&undo, &[("seen", "999999"), ("choice.newsletter.email", "yes"), ("notice.newsletter", "newsletter@2")]).expect(403);
        // opening it does nothing, and a link that nobody has does nothing
        assert!(http.get(&undo).status >= 400);
        http.form(&format!("/c/{}/undo", "A".repeat(43)), &[("seen", "1")]).expect(404);
        assert_eq!(shop.newsletter(EMAIL).1, "CONSENT_WITHDRAWN");
        // in time and up to date it does
        back(999_999).expect(200);
        assert_eq!(shop.newsletter(EMAIL).1, "CONSENT_VALID");
        // a no that was not said on the person's own page is not undone there
        let mut said_in_a_shop = yes(EMAIL);
        said_in_a_shop["status"] = "withdrawn".into();
        said_in_a_shop["source"] = serde_json::json!({ "kind": "store" });
        shop.record(&said_in_a_shop);
        back(999_999).expect(409);
        assert_eq!(shop.newsletter(EMAIL).1, "CONSENT_WITHDRAWN");
    }
}
