//! Decisions are kept for as long as the operator has it: announced, then taken out; and everything that proves the
//! rest still does. The commands are told that it is another day.

use crate::shop::{Shop, yes};
use crate::support::clock::shifted;
use crate::support::database::Db;
use crate::support::server::{Output, Server, cli_at};
use serde_json::{Value, json};

const ANNE: &str = "anne@example.fr";
const BEN: &str = "ben@example.fr";

/// Asks for both in a campaign; the decisions' ids.
fn asks(shop: &Shop, campaign: &str) -> Vec<String> {
    let ask = |email: &&str| {
        let question = json!({ "subject": { "email": email }, "purpose": "newsletter", "channel": "email",
            "campaign": campaign });
        let told = shop
            .marketing()
            .post("/v1/checks", &question)
            .expect(200)
            .json();
        told["decision_id"].as_str().unwrap().to_owned()
    };
    [ANNE, BEN].iter().map(ask).collect()
}

fn is_there(shop: &Shop, id: &str) -> Result<(), String> {
    let found = shop.dpo().get(&format!("/v1/decisions/{id}"));
    match found.status {
        200 => Ok(()),
        _ => Err(found.expect(404).json()["detail"]
            .as_str()
            .unwrap()
            .to_owned()),
    }
}

/// Filters a list; two of its three lines are about somebody whom the registry knows.
fn filters(shop: &Shop) {
    shop.record(&yes(BEN));
    let list = format!("email\n{ANNE}\n{BEN}\nnobody@example.fr\n");
    let path = "/v1/audiences?purpose=newsletter&channel=email";
    shop.marketing()
        .send("POST", path, "text/csv", list)
        .expect(200);
}

fn lists(shop: &Shop) -> usize {
    let id = shop.subject(ANNE);
    let page = shop.dpo().get(&format!("/v1/subjects/{id}/lists"));
    page.expect(200).json()["items"].as_array().unwrap().len()
}

fn of_campaign(shop: &Shop, campaign: &str) -> usize {
    let page = shop
        .dpo()
        .get(&format!("/v1/decisions?campaign={campaign}"));
    page.expect(200).json()["items"].as_array().unwrap().len()
}

/// A command some days from now.
#[track_caller]
fn on_day(db: &Db, day: u16, arguments: &[&str]) -> Output {
    let ran = cli_at(db, &format!("+{day}d"), arguments).expect("another time");
    assert_eq!(ran.code, 0, "{ran:?}");
    ran
}

#[track_caller]
fn runs(db: &Db, day: u16) -> String {
    on_day(db, day, &["retention", "run"]).stdout
}

/// What scripts are told of decisions.
fn due(db: &Db, day: u16) -> Value {
    let told = on_day(db, day, &["retention", "due", "--json"]).stdout;
    let told: Value = serde_json::from_str(&told).unwrap();
    told["decisions"].clone()
}

/// The service, some days from now.
fn serves_on(db: &Db, shop: &mut Shop, day: u16) {
    let clock = shifted(&format!("+{day}d")).expect("another time");
    let clock = clock.each_ref().map(|(name, told)| (*name, told.as_str()));
    shop.server = Server::start_with(db, &[], &clock);
}

on_both! {
    fn they_go_once_announced_and_everything_else_still_holds(db: &Db) {
        if shifted("+1d").is_none() {
            return;
        }
        let file = db.data_dir().join("placet.toml");
        std::fs::write(file, "retention_notice = \"10\"\ndecisions_kept = \"P6M\"\n").unwrap();
        let mut shop = Shop::open(db);
        shop.record(&yes(ANNE));
        let old = asks(&shop, "spring");
        filters(&shop);
        shop.server.terminate();
        serves_on(db, &mut shop, 100);
        let late = asks(&shop, "spring");
        filters(&shop);
        assert_eq!(lists(&shop), 2);
        shop.server.terminate();
        assert!(!runs(db, 150).contains("decision"), "none is old enough");
        assert!(runs(db, 190).contains("for how long decisions are kept is announced"));
        assert!(runs(db, 199).contains("old decisions wait"));
        let told = on_day(db, 199, &["retention", "due"]).stdout;
        assert!(told.contains("decisions: kept for P6M, announced on "), "{told}");
        let told = due(db, 199);
        assert_eq!(told["period"], "P6M");
        assert!(told["announced"].is_string() && told["gone_before"].is_null(), "{told}");
        assert!(runs(db, 200).contains("taken out: 2 old decision(s), 2 line(s) of old lists"));
        assert!(!runs(db, 201).contains("decision"), "nothing is left to do");
        assert!(due(db, 201)["gone_before"].is_string());
        on_day(db, 201, &["audit", "check"]);
        let package = db.data_dir().join("all.zip");
        let package = package.display().to_string();
        let period = ["--from", "2020-01-01", "--to", "2099-12-31"];
        let export = [&["audit", "export", "-o", &package][..], &period[..]].concat();
        let made = on_day(db, 201, &export).stdout;
        assert!(made.contains("2 decisions are not there any more: their time was over"), "{made}");
        let verified = on_day(db, 201, &["audit", "verify", &package]).stdout;
        assert!(verified.contains("2 taken out since their time was over, by entry"), "{verified}");
        serves_on(db, &mut shop, 202);
        assert!(is_there(&shop, &old[0]).unwrap_err().contains("no longer kept"));
        assert_eq!(is_there(&shop, &late[0]), Ok(()));
        assert_eq!((of_campaign(&shop, "spring"), lists(&shop)), (2, 1));
        let expired: Value = shop.dpo().get("/v1/audit/entries?limit=200").expect(200).json();
        let kinds = ["decisions.kept", "decisions.expired", "lists.expired"];
        for kind in kinds {
            let is_it = |one: &&Value| one["leaf"]["t"] == kind;
            assert_eq!(expired["items"].as_array().unwrap().iter().filter(is_it).count(), 1, "{kind}");
        }
    }
}
