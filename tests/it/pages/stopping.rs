//! `/u/{token}`: opening it does nothing; a mail program's one click, or a person's, stops all.

use super::{Scene, english};
use crate::demo::word;
use crate::support::browser::{Browser, Visitor};

const EMAIL: &str = "anne@example.fr";

/// RFC 8058: no cookie, no page, no language; the same again changes nothing more.
#[test]
fn one_click_of_a_mail_program_stops_all_and_once_is_enough() {
    let scene = Scene::set(EMAIL);
    let path = scene.stop.strip_prefix(&scene.shop.server.url()).unwrap();
    let http = scene.shop.server.http();
    let before = scene.shop.position();
    http.get(path).expect(200);
    assert_eq!(scene.shop.position(), before);
    assert_eq!(scene.shop.newsletter(EMAIL).0, "permit");
    http.form(path, &[("List-Unsubscribe", "One-Click")])
        .expect(200);
    assert_eq!(scene.shop.newsletter(EMAIL).0, "deny");
    let stopped = scene.shop.position();
    assert!(stopped > before);
    for _ in 0..3 {
        http.form(path, &[("List-Unsubscribe", "One-Click")])
            .expect(200);
    }
    assert_eq!(scene.shop.position(), stopped);
    let consents = scene.shop.choices(EMAIL);
    assert!(consents["objection_since"].is_string(), "{consents}");
    // Google's mail programs send it as a multipart form
    let other = Scene::set("berthe@example.fr");
    let path = other.stop.strip_prefix(&other.shop.server.url()).unwrap();
    let body = "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n";
    let http = other.shop.server.http();
    http.send("POST", path, "multipart/form-data; boundary=b", body)
        .expect(200);
    assert_eq!(other.shop.newsletter("berthe@example.fr").0, "deny");
}

#[test]
fn a_person_presses_the_button_and_is_told() {
    let scene = Scene::set(EMAIL);
    for (languages, language) in [("en", "en"), ("fr", "fr")] {
        let Some(browser) = Browser::open(Visitor {
            languages,
            scripts: false,
            ..Visitor::default()
        }) else {
            return;
        };
        let first = language == "en";
        browser.goto(&scene.stop);
        assert_eq!(browser.find("h1").text(), word(language, "stop-title"));
        assert_eq!(
            scene.shop.newsletter(EMAIL).0 == "permit",
            first,
            "opening the page stopped it"
        );
        browser.find("main button").follow();
        let title = if first {
            "stopped-title"
        } else {
            "already-title"
        };
        assert_eq!(browser.find("h1").text(), word(language, title));
        assert_eq!(scene.shop.newsletter(EMAIL).0, "deny");
    }
}

/// From the form: everything, also what was never asked about.
#[test]
fn stopping_everything_in_the_form_says_no_to_every_row() {
    let scene = Scene::set(EMAIL);
    let Some(browser) = english() else { return };
    browser.goto(&scene.choices);
    browser.find("button[name=stop_all]").follow();
    assert_eq!(browser.find("h1").text(), word("en", "saved-title"));
    browser.goto(&scene.choices);
    for choice in ["newsletter.email", "offers.email", "offers.sms"] {
        assert!(super::is_chosen(&browser, choice, "no"), "{choice}");
    }
    assert_eq!(scene.shop.newsletter(EMAIL).0, "deny");
}

/// Unknown and expired links are answered alike, and say what to do.
#[test]
fn a_link_that_leads_nowhere_says_what_to_do() {
    let scene = Scene::set(EMAIL);
    let Some(browser) = english() else { return };
    for path in ["/c/", "/u/"] {
        let unknown = format!("{}{path}{}", scene.shop.server.url(), "A".repeat(43));
        browser.goto(&unknown);
        assert_eq!(browser.find("h1").text(), word("en", "gone-title"));
        assert!(
            browser
                .find("main")
                .text()
                .contains(&word("en", "gone-next"))
        );
    }
}

on_both! {
    fn an_expired_link_does_nothing(db: &Db) {
        let shop = crate::shop::Shop::open(db);
        shop.record(&crate::shop::yes(EMAIL));
        let (choices, stop) = shop.link(EMAIL);
        let http = shop.server.http().header("accept-language", "en");
        http.get(&choices).expect(200);
        db.tamper("UPDATE links SET expires_at = 1");
        let before = shop.position();
        for path in [&choices, &stop] {
            let page = http.get(path).expect(404).text;
            assert!(page.contains(&word("en", "gone-title")));
            http.form(path, &[("stop_all", "1")]).expect(404);
        }
        assert_eq!(shop.position(), before);
    }
}
