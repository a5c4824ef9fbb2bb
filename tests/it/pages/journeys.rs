//! Signing in, one's page, history, receipt and confirmation: by keys alone, fair, and never more than two
//! steps away.

use serde_json::json;

use super::keyboard::{ENTER, arrives, tab_to};
use super::{Scene, english};
use crate::demo::word;
use crate::shop::{Shop, yes};
use crate::support::browser::Browser;
use crate::support::database::Db;
use crate::support::signer::Signer;
use crate::ways_in::{FOLDER, letter, own_login};

const ANNE: &str = "anne@example.fr";

fn types(browser: &Browser, text: &str) {
    for key in text.chars() {
        browser.press(&key.to_string());
    }
}

/// F2 and F6 on any page: nothing is chosen for the person, and nothing comes from elsewhere.
fn is_fair(browser: &Browser) {
    let chosen = browser.script("return document.querySelectorAll('input:checked').length");
    assert_eq!(chosen, 0, "{}", browser.url());
    let foreign = browser.script(
        "return performance.getEntriesByType('resource').map(one => new URL(one.name).host)
            .filter(host => host !== location.host)",
    );
    assert_eq!(foreign, json!([]), "{}", browser.url());
}

#[test]
fn signing_in_history_receipt_and_confirming_need_no_mouse() {
    let db = Db::sqlite();
    let shop = Shop::open_with(&db, &FOLDER);
    shop.record(&yes(ANNE));
    let Some(browser) = english() else { return };
    let at = |path: &str| browser.goto(&format!("{}{path}", shop.server.url()));
    at("/sign-in?lang=en");
    is_fair(&browser);
    tab_to(&browser, "#address");
    types(&browser, ANNE);
    browser.press(ENTER);
    arrives(&browser, "inbox-title");
    is_fair(&browser);
    tab_to(&browser, "#code");
    types(&browser, &letter(&db, 1).code());
    browser.press(ENTER);
    arrives(&browser, "me-title");
    is_fair(&browser);
    within_two_steps(&shop, &browser.cookies());
    tab_to(&browser, "main a[href^='/me/history']");
    browser.press(ENTER);
    arrives(&browser, "history-title");
    is_fair(&browser);
    tab_to(&browser, "main a[href^='/r/']");
    browser.press(ENTER);
    arrives(&browser, "receipt-title");
    is_fair(&browser);
    tab_to(&browser, "form[action$='/not-me'] button");
    browser.press(ENTER);
    arrives(&browser, "receipt-noted-title");
    assert_eq!(shop.newsletter(ANNE).0, "deny");

    let mut asked = yes("zoe@example.fr");
    asked["confirm"] = json!("email");
    shop.record(&asked);
    at(&letter(&db, 2).link());
    is_fair(&browser);
    tab_to(&browser, "main form button");
    browser.press(ENTER);
    browser.wait_until("return document.querySelector('h1') !== null && !document.querySelector('main form button')");
    assert_eq!(shop.newsletter("zoe@example.fr").0, "permit");
}

/// Somebody new, by a shop's code and by a brand's own login.
#[test]
fn first_choices_need_no_mouse() {
    let db = Db::sqlite();
    let scene = own_login::Scene::open(&db, Signer::ed25519(7));
    let shop = &scene.shop;
    let Some(browser) = english() else { return };
    let says_yes = || {
        arrives(&browser, "choices-title");
        is_fair(&browser);
        tab_to(&browser, "#choice\\.newsletter\\.email-yes");
        browser.press(" ");
        browser.press(ENTER);
        arrives(&browser, "me-title");
    };
    browser.goto(&format!("{}/at/default?lang=en", shop.server.url()));
    is_fair(&browser);
    tab_to(&browser, "#address");
    types(&browser, "new@shop.example");
    browser.press(ENTER);
    arrives(&browser, "inbox-title");
    is_fair(&browser);
    tab_to(&browser, "#code");
    types(&browser, &letter(&db, 1).code());
    browser.press(ENTER);
    says_yes();
    assert_eq!(shop.newsletter("new@shop.example").0, "permit");

    let site = scene.site("new@site.example", "en");
    browser.goto(&site);
    tab_to(&browser, "button");
    browser.press(ENTER);
    says_yes();
    assert_eq!(shop.newsletter("new@site.example").0, "permit");
    // the assertion is used
    browser.goto(&site);
    tab_to(&browser, "button");
    browser.press(ENTER);
    arrives(&browser, "own-refused-title");
    tab_to(&browser, "main a[href^='/sign-in']");
}

/// F9: from the person's own page, whatever can be read is two steps away at most.
fn within_two_steps(shop: &Shop, session: &str) {
    let http = shop.server.http();
    let client = http.header("cookie", session).header("accept", "text/html");
    let mut level = vec!["/me".to_owned()];
    let mut seen = level.clone();
    for _ in 0..2 {
        let mut next: Vec<String> = Vec::new();
        for path in &level {
            next.extend(links(&client.get(path).text));
        }
        next.sort();
        next.dedup();
        next.retain(|path| !seen.contains(path));
        seen.extend(next.clone());
        level = next;
    }
    assert!(seen.iter().any(|path| path.starts_with("/r/")), "{seen:?}");
    for path in level {
        let further = links(&client.get(&path).text).into_iter();
        let deeper: Vec<String> = further.filter(|one| !seen.contains(one)).collect();
        assert!(deeper.is_empty(), "{path} leads on to {deeper:?}");
    }
}

/// The pages that a page links to.
fn links(page: &str) -> Vec<String> {
    let (_, body) = page.split_once("<main").unwrap_or_default();
    let hrefs = body.split("href=\"").skip(1);
    let paths = hrefs.filter_map(|rest| rest.split(['"', '?', '#']).next());
    let is_page = |path: &&str| {
        let file = path.ends_with(".json") || path.ends_with(".jsonld") || path.ends_with("/proof");
        path.starts_with('/') && !file
    };
    paths.filter(is_page).map(str::to_owned).collect()
}

/// F9: a purpose is one sentence, and what it means opens in place.
#[test]
fn a_purpose_is_one_sentence_with_more_in_place() {
    let scene = Scene::set(ANNE);
    let Some(browser) = english() else { return };
    browser.goto(&scene.choices);
    let told = browser.script(
        "return [...document.querySelectorAll('fieldset')].map(one => [
            one.querySelectorAll('.about').length,
            one.querySelector('.about').innerText.split(/[.!?](?:\\s|$)/).filter(part => part.trim()).length <= 1,
            one.querySelectorAll('details:not(.pace) summary').length])",
    );
    let told = told.as_array().expect("the purposes");
    assert_eq!(told.len(), 2);
    for one in told {
        assert_eq!(one, &json!([1, true, 1]));
    }
    // the texts of every version are one step away, with what changed
    browser.script("document.querySelector('fieldset details:not(.pace)').open = true");
    browser.find("fieldset details a[href^='/texts']").follow();
    assert_eq!(browser.find("h1").text(), word("en", "texts-title"));
    browser.script("document.querySelectorAll('details').forEach(one => { one.open = true })");
    assert_eq!(browser.find("ins").text(), "newsletter by email.");
    assert_eq!(browser.find("del").text(), "newsletter.");
    let versions = browser.find_all("section h3");
    assert_eq!(
        versions.len(),
        3,
        "two of the newsletter, one of the offers"
    );
}

/// X8, X27: with the person's own colours the focus, the answers and the buttons are still seen.
#[test]
fn forced_colours_hide_nothing() {
    let scene = Scene::set(ANNE);
    let Some(browser) = english() else { return };
    browser.goto(&scene.choices);
    browser.prefers("forced-colors", "active");
    browser.wait_until("return matchMedia('(forced-colors: active)').matches");
    let seen = browser.script(
        "document.getAnimations().forEach(animation => animation.finish());
         const border = element => { const style = getComputedStyle(element);
            return style.borderTopStyle === 'none' ? 0 : parseFloat(style.borderTopWidth) };
         const picks = [...document.querySelectorAll('.pair .pick')];
         const chosen = picks.filter(pick => pick.querySelector(':checked'));
         const open = picks.filter(pick => !pick.querySelector(':checked'));
         const buttons = [...document.querySelectorAll('main button')].filter(one => one.offsetParent);
         return [chosen.length, chosen.every(one => border(one) > Math.max(...open.map(border))),
            open.every(one => border(one) >= 1), buttons.every(one => border(one) >= 2)]",
    );
    assert_eq!(seen, json!([1, true, true, true]));
    tab_to(&browser, "#choice\\.newsletter\\.email-yes");
    let outlined = browser.script(
        "const seen = one => one && getComputedStyle(one).outlineStyle !== 'none' && parseFloat(getComputedStyle(one).outlineWidth) >= 2;
         return seen(document.activeElement) || seen(document.activeElement.closest('.pick'))",
    );
    assert_eq!(outlined, true);
}
