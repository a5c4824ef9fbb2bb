//! Every page of the console that has a field for text: what is typed there, refused and taken, and what comes back.

use std::collections::BTreeMap;

use super::desk::Desk;
use super::looking::{looked, shows, watched};
use super::{VECTORS, few, offered};
use crate::accounts::long_ago;
use crate::door::{Room, routes};
use crate::policy_versions::packs;
use crate::shop::{Shop, yes};
use crate::support::database::Db;
use crate::support::staff;
use serde_json::json;

const LOGIN: &str = "\"><img/src=x/onerror=window.struck=1>";
const ANNE: &str = "anne@vector.example";

/// The pages of the console that have an address of their own.
fn pages() -> Vec<String> {
    let all = routes().into_iter();
    let pages = all.filter(|one| one.room == Room::Console && one.method == "GET");
    let pages = pages.map(|one| one.path);
    pages.filter(|path| !path.contains("none")).collect()
}

#[test]
fn nothing_that_staff_type_runs() {
    let db = Db::sqlite();
    let shop = Shop::open_with(&db, &[("PLACET_STAFF_SECOND_FACTOR", "optional")]);
    let Some(browser) = watched() else { return };
    offered(&shop);
    shop.record(&yes(ANNE));
    staff::add(&db, LOGIN, "dpo");
    staff::add(&db, "admin", "admin");
    let mut met = BTreeMap::new();
    for login in [LOGIN, "admin"] {
        let desk = Desk::enters(&browser, &shop, login);
        for (at, page) in pages().iter().enumerate() {
            let (forms, seen) = desk.fills(page, at * 5);
            if forms > 0 {
                let of_page: &mut (usize, usize) = met.entry(page.clone()).or_default();
                *of_page = (of_page.0 + forms, of_page.1 + seen);
            }
        }
    }
    // these say once more what was typed
    for page in [
        "/console/check",
        "/console/retention",
        "/console/requests/new",
        "/console/new-purpose",
    ] {
        assert!(
            met.get(page).is_some_and(|(_, seen)| *seen >= 2),
            "{page}: {met:?}"
        );
    }
    assert!(met.len() >= 8, "{met:?}");
}

#[test]
fn nothing_that_is_published_runs() {
    let db = Db::sqlite();
    let shop = Shop::open_with(&db, &[("PLACET_STAFF_SECOND_FACTOR", "optional")]);
    let Some(browser) = watched() else { return };
    staff::add(&db, LOGIN, "dpo");
    let desk = Desk::enters(&browser, &shop, LOGIN);
    let (title, about, list) = (few(0, 12), few(12, 12), few(24, 12));
    let purpose = [
        ("lang", "en"),
        ("what", "purpose"),
        ("new", "1"),
        ("id", "typed"),
        ("controller", "default"),
        ("use", "direct_marketing_own"),
        ("legal_basis", "consent"),
        ("channels.email", "on"),
        ("title.en", title.as_str()),
        ("title.fr", title.as_str()),
        ("description.en", about.as_str()),
        ("description.fr", about.as_str()),
        ("data_categories", list.as_str()),
        ("recipients", list.as_str()),
    ];
    publishes(&desk, "/console/new-purpose", &purpose, &[&title, &about]);
    let words = [
        ("lang", "en"),
        ("what", "words"),
        ("id", "typed"),
        ("purpose", "typed"),
        ("version", "1"),
        ("change", "major"),
        ("text.en", list.as_str()),
        ("text.fr", list.as_str()),
        ("recipients", about.as_str()),
    ];
    publishes(
        &desk,
        "/console/purposes/typed/words",
        &words,
        &[&list, &about],
    );
    for page in [
        "/console/purposes",
        "/console/purposes/typed/edit",
        "/console/purposes/typed/words",
    ] {
        desk.opens(page);
        assert!(looked(&browser, page) >= 12, "{page}");
    }
}

/// Checked and published: what was typed stands on each page.
fn publishes(desk: &Desk<'_>, form: &str, fields: &[(&str, &str)], texts: &[&str]) {
    desk.opens(form);
    let upon = "return document.querySelector('main [name=upon]')?.value ?? ''";
    let upon = desk.browser.script(upon);
    let upon = [("upon", upon.as_str().unwrap_or_default())];
    let fields = [fields, &upon].concat();
    desk.sends_and_sees("/console/purposes/check", &fields, texts);
    desk.browser
        .find("main form[action$='/publish'] button")
        .follow();
    shows(desk.browser, "published", texts);
}

#[test]
fn nothing_runs_that_a_draft_a_key_or_an_address_says() {
    let db = Db::sqlite();
    let shop = Shop::open_with(&db, &[("PLACET_STAFF_SECOND_FACTOR", "optional")]);
    let Some(browser) = watched() else { return };
    staff::add(&db, LOGIN, "dpo");
    let desk = Desk::enters(&browser, &shop, LOGIN);
    let plain: Vec<&str> = VECTORS
        .into_iter()
        .filter(|one| !one.contains(['"', '\\']))
        .collect();
    let (why, words) = (few(0, 10), plain.join(" "));
    let (from, to) = ("@en(\"This contact", format!("@en(\"{words} This contact"));
    let files = packs(&[("gdpr/stops.cedar", from, &to)]);
    let draft = json!({ "why": why, "files": files });
    let draft = shop.dpo().post("/v1/policies", &draft).expect(201).json();
    let page = format!(
        "/console/policies/{}",
        draft["digest"].as_str().expect("a digest")
    );
    desk.opens(&page);
    shows(&browser, &page, &[&why]);
    assert!(looked(&browser, &page) >= plain.len(), "{page}");
    desk.sends(&format!("{page}/simulate"), &[("lang", "en")]);
    assert!(looked(&browser, "tried") >= plain.len());
    for (path, names) in [
        ("/console/staff", ["kind", "who", "day"].as_slice()),
        ("/console/codes/sheet", &["of", "speaks"]),
        ("/console/reports", &["from", "done"]),
        ("/console/purposes/newsletter", &["done", "lang"]),
    ] {
        desk.asks(path, names);
    }
    // what was filled in comes back from the page that asks who it is
    long_ago(&db);
    let fields: Vec<(String, &str)> = VECTORS
        .iter()
        .map(|one| (format!("x{one}"), *one))
        .collect();
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, text)| (name.as_str(), *text))
        .collect();
    desk.sends("/console/retention/holds", &fields);
    assert_eq!(looked(&browser, "asked who it is"), VECTORS.len());
    browser.forget_cookies();
    for vector in VECTORS.into_iter().step_by(5) {
        desk.opens("/console/sign-in");
        browser.script(&format!(
            "document.getElementById('user').value = {}",
            json!(vector)
        ));
        browser.find("#password").enter("x");
        browser.find("button.main").follow();
        shows(&browser, "signed in wrongly", &[vector]);
    }
}
