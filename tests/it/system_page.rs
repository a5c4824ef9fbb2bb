//! The page of how the system stands says what `placet doctor` and `/readyz` say, and nothing that is secret or
//! about a person.

use std::time::Duration;

use serde_json::{Value, json};

use crate::shop::Shop;
use crate::support::database::Db;
use crate::support::http::Http;
use crate::support::process::until;
use crate::support::server::cli;
use crate::support::staff;

const PAGE: &str = "/console/system?lang=en";
const EMAIL: &str = "anne@state.example";

#[track_caller]
fn page(who: &Http) -> String {
    who.get(PAGE).expect(200).text
}

/// State and words of a line of the page.
#[track_caller]
fn line<'a>(page: &'a str, about: &str) -> &'a str {
    let rest = page
        .split(&format!("<th scope=\"row\">{about}</th>"))
        .nth(1);
    let rest = rest.unwrap_or_else(|| panic!("nothing about {about}: {page}"));
    rest.split("</tr>").next().unwrap()
}

/// What `placet doctor` says of it.
#[track_caller]
fn doctor(db: &Db, about: &str) -> (String, String) {
    let told: Value = serde_json::from_str(&cli(db, &["doctor", "--json"]).stdout).unwrap();
    let all = told["findings"].as_array().unwrap().iter();
    let one = all.clone().find(|one| one["about"] == about);
    let one = one.unwrap_or_else(|| panic!("nothing about {about}: {told}"));
    let text = |name: &str| one[name].as_str().unwrap().to_owned();
    (text("standing"), text("told"))
}

on_both! {
    fn it_says_what_the_doctor_says(db: &Db) {
        let shop = Shop::open(db);
        let me = shop.staff(db, "dpo");
        until(Duration::from_secs(30), || page(&me).contains(">Signing the log<"));
        let ready = shop.server.http().get("/readyz").expect(200).json();
        let before = shop.position();
        let shown = page(&me);
        assert_eq!(shop.position(), before, "nothing was written");
        assert!(shown.contains(env!("CARGO_PKG_VERSION")), "{shown}");
        assert!(line(&shown, "Policies in force").contains(ready["policy_version"].as_str().unwrap()));
        assert!(line(&shown, "Signing the log").contains("It worked"));
        for (ours, theirs) in [("Clock", "clock"), ("Key files", "key files"), ("Signing keys", "signing keys"),
            ("API keys", "API keys"), ("Mails", "mails"), ("Requests", "requests of data subjects")] {
            assert!(line(&shown, ours).contains("In order"), "{ours}: {}", line(&shown, ours));
            assert_eq!(doctor(db, theirs).0, "ok");
        }
        assert!(line(&shown, "Opt-out registers").contains("To note"));
        assert_eq!(doctor(db, "opt-out registers").0, "note");
        assert!(line(&shown, "Room for the data").contains("GB free"));
        // what is late is wrong in both, and by the same number
        let received = json!({ "kind": "access", "subject": { "email": EMAIL }, "received_at": "2026-01-31",
            "country": "FR", "via": "letter" });
        shop.dpo().post("/v1/requests", &received).expect(201);
        let shown = page(&me);
        let late = line(&shown, "Requests");
        assert!(late.contains("WRONG") && late.contains("1 late"), "{late}");
        let (standing, told) = doctor(db, "requests of data subjects");
        assert!(standing == "wrong" && told.contains("1 are late"), "{told}");
        // no secret, no place, nobody
        let key = db.data_dir().join("master.key").display().to_string();
        let url = db.url();
        for hidden in [EMAIL, &url, &key, "placet_"] {
            assert!(!shown.contains(hidden), "{hidden}: {shown}");
        }
    }
}

#[test]
fn who_may_not_see_it_does_not() {
    let db = Db::sqlite();
    let shop = Shop::open(&db);
    shop.server.http().get(PAGE).expect(303);
    shop.admin().get(PAGE).expect(303);
    shop.staff(&db, "admin").get(PAGE).expect(200);
    shop.staff(&db, "collector").get(PAGE).expect(403);
    staff::add(&db, "marketing", "marketing");
    let marketing = staff::signs_in(&shop.server, "marketing").http;
    marketing.get(PAGE).expect(403);
}
