//! Pause and fewer: an extra beside no, kept by every check, taken back by one press.

use serde_json::json;

use super::{Scene, choose, english, save};
use crate::demo::{LANGUAGES, word};
use crate::support::browser::Browser;

const EMAIL: &str = "anne@example.fr";
const SHOWN: &str = "
    const [yes, pause] = ['.pair', '.pace'].map(one => document.querySelector(one).getBoundingClientRect());
    return [yes.bottom <= pause.top, document.querySelectorAll('.pace').length,
        document.querySelectorAll('.pair').length];";

fn pick(browser: &Browser, list: &str, value: &str) {
    browser.script(&format!(
        "document.querySelectorAll('details').forEach(one => {{ one.open = true }});
         document.getElementById('{list}.newsletter.email').value = '{value}'"
    ));
}

fn reason(scene: &Scene) -> String {
    scene.shop.newsletter(EMAIL).1
}

#[test]
fn it_stands_beside_a_yes_and_after_the_no() {
    let scene = Scene::set(EMAIL);
    let Some(browser) = english() else { return };
    browser.goto(&scene.choices);
    // one row says yes, and only that row has it, below its answers
    assert_eq!(browser.script(SHOWN), json!([true, 1, 3]));
    choose(&browser, "newsletter.email", "no");
    save(&browser);
    assert_eq!(browser.find("h1").text(), word("en", "saved-title"));
    browser.goto(&scene.choices);
    assert!(browser.find_all(".pace").is_empty());
}

/// F5: pressing stop leads straight to "done", whatever runs.
#[test]
fn stopping_asks_nothing_about_a_pause() {
    let scene = Scene::set(EMAIL);
    let Some(browser) = english() else { return };
    browser.goto(&scene.choices);
    pick(&browser, "pause", "P3M");
    save(&browser);
    browser.goto(&scene.stop);
    assert!(browser.find_all("select").is_empty());
    browser.find("main button").follow();
    assert_eq!(browser.find("h1").text(), word("en", "stopped-title"));
    assert_eq!(reason(&scene), "OBJECTION");
}

#[test]
fn a_pause_is_saved_said_kept_and_taken_back_by_one_press() {
    let scene = Scene::set(EMAIL);
    let Some(browser) = english() else { return };
    browser.goto(&scene.choices);
    pick(&browser, "pause", "P1M");
    pick(&browser, "often", "one_a_month");
    save(&browser);
    assert_eq!(browser.find("h1").text(), word("en", "saved-title"));
    assert_eq!(reason(&scene), "PAUSED");
    let told = browser.find(".changes").text();
    assert!(told.contains("Paused until"), "{told}");
    assert!(told.contains(&word("en", "pace-one_a_month")), "{told}");
    browser.find("main form[action$='/undo'] button").follow();
    assert_eq!(browser.find("h1").text(), word("en", "undone-title"));
    assert_eq!(reason(&scene), "CONSENT_VALID");
    let paces = &scene.shop.choices(EMAIL)["paces"];
    assert_eq!(paces, &json!([]));
}

/// The state says it, and saving the page as it is changes nothing.
#[test]
fn what_holds_is_said_and_is_not_said_again_by_saving() {
    let scene = Scene::set(EMAIL);
    let pause = json!({ "subject": { "email": EMAIL }, "purpose": "newsletter", "channel": "email",
        "paused_until": "2027-03-01T00:00:00+01:00", "at_most": "one_a_week" });
    scene.shop.collector().post("/v1/paces", &pause).expect(201);
    let Some(browser) = english() else { return };
    for language in LANGUAGES {
        browser.goto(&format!("{}?lang={language}", scene.choices));
        let said = browser.find("[id='s-choice.newsletter.email']").text();
        assert!(said.contains("2027"), "{said}");
        assert!(
            said.contains(&word(language, "pace-held-one_a_week")),
            "{said}"
        );
        let before = scene.shop.position();
        save(&browser);
        assert_eq!(browser.find("h1").text(), word(language, "unchanged-title"));
        assert_eq!(scene.shop.position(), before);
    }
    // a pause that is picked and not saved goes along when the language is switched
    browser.goto(&format!("{}?lang=en", scene.choices));
    pick(&browser, "pause", "P6M");
    browser.find(".langs [lang=fr]").follow();
    let picked = browser.script("return document.getElementById('pause.newsletter.email').value");
    assert_eq!(picked, "P6M");
}

/// A page that is older than a pause does not end it.
#[test]
fn an_older_page_ends_no_pause() {
    let scene = Scene::set(EMAIL);
    let wish = |until: serde_json::Value| json!({ "subject": { "email": EMAIL }, "purpose": "newsletter", "channel": "email", "paused_until": until });
    let until =
        |days: i64| json!((chrono::Utc::now() + chrono::TimeDelta::days(days)).to_rfc3339());
    let collector = scene.shop.collector();
    collector.post("/v1/paces", &wish(until(20))).expect(201);
    let Some(older) = english() else { return };
    older.goto(&scene.choices);
    collector.post("/v1/paces", &wish(until(40))).expect(201);
    pick(&older, "pause", "none");
    let before = scene.shop.position();
    save(&older);
    let message = older.find(".errors").text();
    assert!(
        message.contains("has changed since this page was opened"),
        "{message}"
    );
    assert_eq!(scene.shop.position(), before);
    assert_eq!(reason(&scene), "PAUSED");
    // on the page that knows of it, it is the person's own act
    pick(&older, "pause", "none");
    save(&older);
    assert_eq!(reason(&scene), "CONSENT_VALID");
}

/// What no page of ours sends is no pause, and says so in plain words.
#[test]
fn what_is_not_on_offer_is_refused() {
    let scene = Scene::set(EMAIL);
    let Some(browser) = english() else { return };
    browser.goto(&scene.choices);
    let before = scene.shop.position();
    browser.script(
        "const list = document.getElementById('often.newsletter.email');
         list.options[0].value = 'hourly'; list.value = 'hourly'",
    );
    save(&browser);
    assert!(browser.find(".errors").text().contains("choose Yes or No"));
    assert_eq!(scene.shop.position(), before);
}

/// Since when and where, in words: the place as the catalogue names it, or not at all.
#[test]
fn a_yes_says_where_it_was_said() {
    let scene = Scene::fresh(EMAIL);
    let Some(browser) = english() else { return };
    let named = json!({ "name": "Maison Lumen", "places": { "lille-2": "Lille" } });
    let admin = scene.shop.admin();
    admin.put("/v1/controllers/default", &named).expect(200);
    for (id, expected) in [("lille-2", "in a shop, Lille."), ("pos-7", "in a shop.")] {
        let mut yes = crate::shop::yes(EMAIL);
        yes["source"] = json!({ "kind": "store", "id": id, "agent": "k.dupuis" });
        scene.shop.record(&yes);
        browser.goto(&scene.choices);
        let said = browser.find("[id='s-choice.newsletter.email']").text();
        assert!(said.ends_with(expected), "{said}");
        assert!(!browser.find("body").text().contains("dupuis"));
    }
}
