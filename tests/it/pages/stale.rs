//! A page that was made before the person's latest answer cannot turn a no into a yes.

use super::{Scene, choose, english, is_chosen, save};
use crate::demo::word;
use crate::support::browser::Browser;

const EMAIL: &str = "anne@example.fr";

fn reason(scene: &Scene) -> String {
    scene.shop.newsletter(EMAIL).1
}

fn told_of_the_change(browser: &Browser) {
    let message = browser.find(".errors").text();
    assert!(
        message.contains("has changed since this page was opened"),
        "{message}"
    );
    assert!(
        is_chosen(browser, "newsletter.email", "no"),
        "the page shows the older answer"
    );
}

/// Two tabs: the older one, sent after a no, is told so.
#[test]
fn a_second_tab() {
    let scene = Scene::fresh(EMAIL);
    let Some(older) = english() else { return };
    older.goto(&scene.choices);
    choose(&older, "newsletter.email", "yes");
    let newer = english().unwrap();
    newer.goto(&scene.choices);
    choose(&newer, "newsletter.email", "no");
    save(&newer);
    assert_eq!(reason(&scene), "CONSENT_REFUSED");
    let before = scene.shop.position();
    save(&older);
    told_of_the_change(&older);
    assert_eq!(scene.shop.position(), before);
    assert_eq!(reason(&scene), "CONSENT_REFUSED");
    // a yes on the page that knows of the no is the person's own later act
    choose(&older, "newsletter.email", "yes");
    save(&older);
    assert_eq!(older.find("h1").text(), word("en", "saved-title"));
    assert_eq!(reason(&scene), "CONSENT_VALID");
}

/// The back button: a form that said yes, sent again after a no.
#[test]
fn the_back_button() {
    let scene = Scene::fresh(EMAIL);
    let Some(browser) = english() else { return };
    browser.goto(&scene.choices);
    choose(&browser, "newsletter.email", "yes");
    save(&browser);
    assert_eq!(reason(&scene), "CONSENT_VALID");
    // elsewhere, by phone say, the person says no
    let no = serde_json::json!({ "subject": { "email": EMAIL }, "purpose": "newsletter", "channel": "email", "status": "withdrawn" });
    scene.shop.record(&no);
    browser.back();
    choose(&browser, "newsletter.email", "yes");
    let before = scene.shop.position();
    save(&browser);
    // a page from the cache is refused; one that was loaded anew shows the no and asks again
    if browser.find_all(".errors").is_empty() {
        assert_eq!(browser.find("h1").text(), word("en", "saved-title"));
    } else {
        told_of_the_change(&browser);
        assert_eq!(scene.shop.position(), before);
        assert_eq!(reason(&scene), "CONSENT_WITHDRAWN");
    }
}

/// The same request sent again, byte for byte, after a no: as a browser's "resend" does.
#[test]
fn a_form_sent_again() {
    let scene = Scene::fresh(EMAIL);
    let path = scene
        .choices
        .strip_prefix(&scene.shop.server.url())
        .unwrap();
    let http = scene.shop.server.http().header("accept-language", "en");
    let page = http.get(path).expect(200).text;
    let value = |name: &str| {
        let (_, rest) = page
            .split_once(&format!("name=\"{name}\" value=\""))
            .unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    let (seen, notice) = (value("seen"), value("notice.newsletter"));
    let form = [
        ("seen", seen.as_str()),
        ("lang", "en"),
        ("notice.newsletter", notice.as_str()),
        ("was.choice.newsletter.email", ""),
        ("choice.newsletter.email", "yes"),
    ];
    http.form(path, &form).expect(200);
    assert_eq!(reason(&scene), "CONSENT_VALID");
    let after_yes = scene.shop.position();
    http.form(path, &form).expect(200);
    assert_eq!(scene.shop.position(), after_yes, "sent twice, written once");
    let no = serde_json::json!({ "subject": { "email": EMAIL }, "purpose": "newsletter", "channel": "email", "status": "withdrawn" });
    scene.shop.record(&no);
    let before = scene.shop.position();
    let reply = http.form(path, &form).expect(409);
    assert!(
        reply
            .text
            .contains("has changed since this page was opened")
    );
    assert_eq!(scene.shop.position(), before);
    assert_eq!(reason(&scene), "CONSENT_WITHDRAWN");
    // without the mark of its page, or with another's, a yes is nothing
    for seen in ["", "x", "-1", "99999999999999999999999"] {
        let form = [
            ("seen", seen),
            ("notice.newsletter", notice.as_str()),
            ("choice.newsletter.email", "yes"),
        ];
        let reply = http.form(path, &form);
        assert_ne!(reply.status, 200, "seen={seen}");
    }
    // a no needs no such mark
    assert_eq!(reason(&scene), "CONSENT_WITHDRAWN");
}

/// What no page of ours offers is no choice: it is said in plain words, and nothing changes.
#[test]
fn a_choice_that_is_not_on_offer() {
    let scene = Scene::set(EMAIL);
    let path = scene
        .choices
        .strip_prefix(&scene.shop.server.url())
        .unwrap();
    let http = scene.shop.server.http().header("accept-language", "en");
    let before = scene.shop.position();
    for (choice, value) in [
        ("choice.none.email", "yes"),
        ("choice.offers.push", "yes"),
        ("choice.orders.email", "no"),
        ("choice.newsletter.email", "perhaps"),
        ("choice.newsletter", "yes"),
        ("choice.", "yes"),
        ("choice.newsletter.email.email", "no"),
    ] {
        let form = [("seen", "999999"), ("lang", "en"), (choice, value)];
        let reply = http.form(path, &form);
        let refused = [409, 422].contains(&reply.status);
        assert!(refused, "{choice}={value}: {}", reply.status);
        assert!(
            reply.text.contains("role=\"alert\""),
            "{choice}: {}",
            reply.text
        );
        assert!(!reply.text.contains(EMAIL));
    }
    assert_eq!(scene.shop.position(), before);
    assert_eq!(reason(&scene), "CONSENT_VALID");
}

/// A form that another site's page sends is refused.
#[test]
fn a_form_of_another_site() {
    let scene = Scene::set(EMAIL);
    let path = scene
        .choices
        .strip_prefix(&scene.shop.server.url())
        .unwrap();
    let before = scene.shop.position();
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
    ] {
        let client = scene.shop.server.http().header(name, value);
        let reply = client.form(path, &[("seen", "99"), ("choice.newsletter.email", "no")]);
        assert_eq!(reply.status, 403, "{name}: {value}");
    }
    assert_eq!(scene.shop.position(), before);
}
