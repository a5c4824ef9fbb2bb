//! The console's page that checks: one decision explained, a list counted, and its permitted lines as a file.

use serde_json::json;

use crate::pages::axe;
use crate::shop::{Shop, yes};
use crate::support::browser::{Browser, Visitor};
use crate::support::database::Db;
use crate::support::http::{Http, Reply};
use crate::support::scene::hidden;
use crate::support::server::cli;
use crate::support::staff;

const PAGE: &str = "/console/check";
pub const LIST: &str = "/console/check/list";
const EMAIL: &str = "anne@checked.example";
const KIND: &str = "multipart/form-data; boundary=b1";

fn marketer(shop: &Shop, db: &Db) -> Http {
    shop.staff(db, "marketing").header("accept-language", "en")
}

#[track_caller]
fn csrf(who: &Http) -> String {
    staff::csrf(&who.get(PAGE).expect(200).text)
}

#[track_caller]
fn asks(who: &Http, contact: &str, wanted: &str) -> Reply {
    let fields = [
        ("csrf", csrf(who)),
        ("contact", contact.to_owned()),
        ("wanted", wanted.to_owned()),
    ];
    let fields = fields.each_ref().map(|(name, text)| (*name, text.as_str()));
    who.form(PAGE, &fields)
}

/// Sends a list as a browser does.
#[track_caller]
pub fn sends(who: &Http, csrf: &str, wanted: &str, list: &str) -> Reply {
    let field = |name: &str, text: &str| {
        format!("--b1\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
    };
    let body = field("csrf", csrf)
        + &field("lang", "en")
        + &field("wanted", wanted)
        + "--b1\r\nContent-Disposition: form-data; name=\"list\"; filename=\"list.csv\"\r\nContent-Type: text/csv\r\n\r\n"
        + list
        + "\r\n--b1--\r\n";
    who.send("POST", LIST, KIND, body)
}

on_both! {
    /// The answer is a check's, on record with the name of whoever asked, and no permission to send.
    fn one_decision_is_explained_and_on_record(db: &Db) {
        let shop = Shop::open(db);
        shop.record(&yes(EMAIL));
        let me = marketer(&shop, db);
        let shown = asks(&me, EMAIL, "newsletter email").expect(200).text;
        for part in ["<strong>Permitted</strong>", "CONSENT_VALID", "It is no permission to send", "newsletter@1"] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        let (_, id) = shown.split_once("On record as</dt><dd><code>").unwrap();
        let id = id.split('<').next().unwrap();
        let told = shop.dpo().get(&format!("/v1/decisions/{id}")).expect(200).json();
        assert_eq!((&told["simulation"], &told["decision"]), (&json!(true), &json!("permit")), "{told}");
        assert!(told.to_string().contains("staff"), "{told}");
        let denied = asks(&me, "nobody@checked.example", "newsletter email").expect(200).text;
        assert!(denied.contains("<strong>Denied</strong>") && denied.contains("It would be lawful"), "{denied}");
        for (contact, wanted, wrong) in [("", "newsletter email", "Type an email"), ("a@", "newsletter email", "Type an email"),
            (EMAIL, "newsletter", "Choose a purpose"), (EMAIL, "newsletter sms", "Permitted"), (EMAIL, "none email", "Choose a purpose")] {
            let reply = asks(&me, contact, wanted);
            assert!(reply.text.contains(wrong) || reply.text.contains("Denied"), "{contact} {wanted}: {}", reply.text);
            assert!(reply.status == 422 || wanted == "newsletter sms", "{contact} {wanted}: {}", reply.status);
        }
        let foreign = me.form(PAGE, &[("csrf", "guessed"), ("contact", EMAIL), ("wanted", "newsletter email")]).expect(422);
        assert!(!foreign.text.contains("CONSENT_VALID"));
        // whom it was about stands in no log
        assert!(!shop.server.stderr().contains("checked.example") && !shop.server.stdout().contains("checked.example"));
    }

    fn a_list_is_counted_and_what_is_permitted_comes_back(db: &Db) {
        let shop = Shop::open(db);
        shop.record(&yes(EMAIL));
        let mut no = yes("no@checked.example");
        no["status"] = json!("refused");
        shop.record(&no);
        let me = marketer(&shop, db);
        let secret = csrf(&me);
        let list = format!("name;email\r\nAnne;{EMAIL}\r\nNo;no@checked.example\r\nNew;new@checked.example\r\n");
        let shown = sends(&me, &secret, "newsletter email", &list).expect(200).text;
        for part in ["You may write to 1 of 3.", "<svg viewBox", "CONSENT_REFUSED", "Not in the file, by reason"] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        assert!(!shown.contains("checked.example"));
        let fields = ["csrf", "lines", "tag"].map(|name| (name, hidden(&shown, name).unwrap()));
        let fields = fields.each_ref().map(|(name, text)| (*name, text.as_str()));
        let file = me.form("/console/check/file", &fields).expect(200);
        assert_eq!(file.text, format!("name;email\r\nAnne;{EMAIL}\r\n"), "byte for byte");
        assert!(file.header("content-disposition").unwrap().contains("attachment; filename=\"permitted.csv\""));
        // what this service did not filter for them it does not hand out
        let other = [fields[0], ("lines", "ZW1haWwK"), fields[2]];
        me.form("/console/check/file", &other).expect(303);
        let entries = shop.dpo().get("/v1/audit/entries?limit=200").expect(200).text;
        assert!(entries.contains("audience.begun") && entries.contains("audience.ended"), "{entries}");
        for (list, wrong) in [("name\r\nAnne\r\n", "names no column"), ("", "names no column")] {
            let refused = sends(&me, &secret, "newsletter email", list).expect(422).text;
            assert!(refused.contains(wrong), "{refused}");
        }
        let long = "email\n".to_owned() + &"a@b.example\n".repeat(100_001);
        let refused = sends(&me, &secret, "newsletter email", &long).expect(422).text;
        assert!(refused.contains("more than 100,000 lines") && refused.contains("placet audience --purpose"), "{refused}");
        let huge = "x".repeat(9 * 1024 * 1024);
        assert!(sends(&me, &secret, "newsletter email", &huge).expect(422).text.contains("more than 100,000 lines"));
        assert!(sends(&me, "guessed", "newsletter email", &list).expect(422).text.contains("open for too long"));
        let checked = cli(db, &["audit", "check"]);
        assert_eq!(checked.code, 0, "{checked:?}");
    }
}

#[test]
fn who_may_not_check_does_not() {
    let db = Db::sqlite();
    let shop = Shop::open(&db);
    shop.server.http().get(PAGE).expect(303);
    shop.staff(&db, "admin").get(PAGE).expect(200);
    for role in ["dpo", "collector"] {
        let who = shop.staff(&db, role);
        who.get(PAGE).expect(403);
        let secret = staff::csrf(&who.get("/console/account").expect(200).text);
        who.form(
            PAGE,
            &[
                ("csrf", &secret),
                ("contact", EMAIL),
                ("wanted", "newsletter email"),
            ],
        )
        .expect(403);
        sends(&who, &secret, "newsletter email", "email\na@b.example\n").expect(403);
        who.form("/console/check/file", &[("csrf", &secret)])
            .expect(403);
    }
}

/// A real browser sends the file, and every page of it is looked at.
#[test]
fn a_marketer_checks_in_a_browser() {
    let db = Db::sqlite();
    let shop = Shop::open_with(&db, &[("PLACET_STAFF_SECOND_FACTOR", "optional")]);
    let Some(browser) = Browser::open(Visitor::default()) else {
        return;
    };
    // as long as a field shows on a telephone
    let email = "a@c.example";
    shop.record(&yes(email));
    staff::add(&db, "marketing", "marketing");
    let host = shop.server.url();
    browser.goto(&format!("{host}/console/sign-in"));
    browser.find("#user").enter("marketing");
    browser.find("#password").enter(staff::PASSWORD);
    browser.find("button.main").follow();
    let look = |name: &str| {
        for (width, height) in [(320, 640), (1280, 900)] {
            browser.resize(width, height);
            let found = axe::faults(&browser);
            assert!(found.is_empty(), "{name}, {width} px: {found:#?}");
        }
    };
    browser.find("main a[href^='/console/check']").follow();
    look("check");
    browser.find("#contact").enter("anne@");
    browser.find("main form button.main").follow();
    look("check, error");
    browser.script("document.querySelector('#contact').value = ''");
    browser.find("#contact").enter(email);
    browser.script("document.querySelector('#wanted').value = 'newsletter email'");
    browser
        .find("main form[action='/console/check'] button")
        .follow();
    look("check, answer");
    assert!(browser.find("[role=status]").text().contains("Permitted"));
    assert!(!browser.url().contains("c.example"), "{}", browser.url());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("list.csv");
    std::fs::write(&file, format!("email\n{email}\nnew@checked.example\n")).unwrap();
    browser.find("#list").enter(&file.display().to_string());
    browser.script("document.querySelector('#list-wanted').value = 'newsletter email'");
    browser.find("main form[enctype] button").follow();
    look("check, list");
    let told = browser.find("[role=status]").text();
    assert!(told.contains("You may write to 1 of 2."), "{told}");
}
