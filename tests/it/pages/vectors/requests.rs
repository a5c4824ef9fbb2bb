//! Requests of data subjects and disputes: what persons write, what staff write about them, and what they answer.

use super::desk::Desk;
use super::looking::{looked, shows, watched};
use super::{VECTORS, few};
use crate::shop::{Shop, yes};
use crate::support::browser::Browser;
use crate::support::database::Db;
use crate::support::staff;
use serde_json::json;

const ZOE: &str = "zoe@vector.example";
const NEW: &str = "/console/requests/new";
/// The fields of the form that writes a request down.
const TYPED: [&str; 9] = [
    "place",
    "email",
    "phone",
    "postal",
    "crm_id",
    "text",
    "agent",
    "reference",
    "rows",
];

/// All of the vectors in one text.
fn all() -> String {
    few(0, VECTORS.len())
}

#[track_caller]
fn shows_all(browser: &Browser, name: &str) {
    assert_eq!(looked(browser, name), VECTORS.len(), "{name}");
}

/// Writes a request down that says everything there is; the address of its file, opened for a reason.
fn filed(desk: &Desk<'_>) -> String {
    let (place, agent, reference) = (few(4, 1), few(26, 1), few(28, 1));
    let fields = [
        ("lang", "en"),
        ("kind", "access"),
        ("via", "letter"),
        ("email", ZOE),
        ("place", &place),
        ("agent", &agent),
        ("reference", &reference),
        ("text", &all()),
    ];
    desk.sends(NEW, &fields);
    looked(desk.browser, "filed");
    let link = desk.browser.find("main .lines a");
    let number = link.text();
    let file = link.attribute("href").expect("a file");
    let opened = format!("{file}?lang=en&why=person_request&reference={number}");
    desk.opens(&opened);
    shows_all(desk.browser, "a file");
    shows(desk.browser, "a file", &[&place, &agent, &reference]);
    opened
}

/// Does something with the request whose file is open.
fn acts(desk: &Desk<'_>, opened: &str, fields: &[(&str, &str)]) {
    desk.opens(opened);
    let version = desk
        .browser
        .find("[name=version]")
        .attribute("value")
        .expect("a version");
    let (file, query) = opened.split_once('?').expect("a reason");
    let number = query.rsplit('=').next().expect("a number");
    let mut all = vec![
        ("lang", "en"),
        ("version", version.as_str()),
        ("why", "person_request"),
        ("reference", number),
    ];
    all.extend(fields);
    desk.sends(&format!("{file}/act"), &all);
}

#[test]
fn nothing_that_a_request_says_runs() {
    let db = Db::sqlite();
    let shop = Shop::open_with(&db, &[("PLACET_STAFF_SECOND_FACTOR", "optional")]);
    let Some(browser) = watched() else { return };
    staff::add(&db, "dpo", "dpo");
    let desk = Desk::enters(&browser, &shop, "dpo");
    desk.opens(NEW);
    for few in VECTORS.chunks(TYPED.len()) {
        let fields: Vec<(&str, &str)> = TYPED.iter().copied().zip(few.iter().copied()).collect();
        desk.sends_and_sees(NEW, &fields, few);
    }
    let opened = filed(&desk);
    let (file, _) = opened.split_once('?').expect("a reason");
    desk.asks(file, &["why", "reference", "done"]);
    desk.asks("/console/requests", &["kind", "owner", "view"]);
    let wrong = few(26, 3);
    for act in ["correct", "call_back", "assign", "refuse", &wrong] {
        let fields = [
            ("act", act),
            ("from", wrong.as_str()),
            ("contact", wrong.as_str()),
            ("evidence", wrong.as_str()),
            ("owner", wrong.as_str()),
            ("ground", wrong.as_str()),
            ("on", wrong.as_str()),
        ];
        acts(&desk, &opened, &fields);
        looked(&browser, &format!("{act}, refused"));
    }
    acts(
        &desk,
        &opened,
        &[("act", "message"), ("by", "note"), ("text", &all())],
    );
    shows_all(&browser, "a note");
    acts(
        &desk,
        &opened,
        &[("act", "identify"), ("known_by", "in_person")],
    );
    let reply = opened.replacen('?', "/reply?act=refuse&ground=excessive&tongue=en&", 1);
    desk.opens(&reply);
    looked(&browser, "a reply");
    desk.asks(
        &format!("{file}/reply"),
        &["act", "ground", "tongue", "why", "reference", "except"],
    );
    let refusal = [("act", "refuse"), ("ground", "excessive"), ("text", &all())];
    acts(&desk, &opened, &refusal);
    browser.find("a[href*='/letter/']").follow();
    shows_all(&browser, "a letter");
}

#[test]
fn nothing_that_a_disputed_record_says_runs() {
    let db = Db::sqlite();
    let shop = Shop::open_with(&db, &[("PLACET_STAFF_SECOND_FACTOR", "optional")]);
    let Some(browser) = watched() else { return };
    let mut given = yes(ZOE);
    let (place, agent) = (few(4, 1), few(26, 1));
    given["source"] = json!({ "kind": "store", "id": place, "agent": agent });
    given["act"] = json!("oral");
    given["evidence"] = json!({ "form": few(0, 24), (few(4, 1)): few(24, 12) });
    let written = shop.record(&given);
    let record = written["id"].as_str().expect("an id");
    let receipt = format!("/r/{}/{record}/not-me", written["position"]);
    shop.server.http().form(&receipt, &[]).expect(200);
    staff::add(&db, "dpo", "dpo");
    let desk = Desk::enters(&browser, &shop, "dpo");
    desk.opens("/console/disputes");
    let form = browser.find("main form[action*='/disputes/']");
    let path = form.attribute("action").expect("a dispute");
    let odd = few(28, 2);
    desk.sends(&path, &[("why", &odd), ("reference", &odd)]);
    looked(&browser, "a dispute, no reason");
    desk.sends(&path, &[("why", "complaint")]);
    // what stands in JSON has its quotes escaped once more
    assert!(looked(&browser, "a dispute") >= 30, "the evidence");
    shows(&browser, "a dispute", &[&place, &agent]);
    desk.sends(&format!("{path}/closure"), &[("outcome", &odd)]);
    looked(&browser, "a dispute, no outcome");
}
