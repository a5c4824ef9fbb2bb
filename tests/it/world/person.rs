//! One of everything that has an id, about one customer.

use std::time::Duration;

use serde_json::{Value, json};

use super::{House, Ids, Person};
use crate::packages::{asks_for_one, ready};
use crate::shop::Shop;
use crate::support::database::Db;
use crate::support::http::Http;
use crate::support::process::until;
use crate::support::scene::hidden;
use crate::ways_in::signing_in::signed_in;
use crate::ways_in::{letters, settled};

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

pub fn person(db: &Db, shop: &Shop, house: &'static House) -> Person {
    let mut ids = Ids::new();
    registered(shop, house, &mut ids);
    asked_for(shop, house, &mut ids);
    let mine = mailed(db, shop, house, &mut ids);
    asks_for_one(&mine);
    let copy = ready(&mine).into_iter().find(|(name, _)| name == "copy");
    ids.insert("package", copy.expect("a copy").1);
    Person { house, ids, mine }
}

/// Records, decisions, lists and what hangs on them.
fn registered(shop: &Shop, house: &House, ids: &mut Ids) {
    let subject = json!({ "email": house.email });
    let [purpose, disputed, _] = house.purposes;
    let said = |purpose: &str| {
        let said = json!({ "subject": subject, "purpose": purpose, "channel": "email", "status": "given",
            "notice": format!("{purpose}@1"), "language": "fr", "source": { "kind": "store", "id": "Lille" } });
        let written = shop.record(&said);
        (text(&written["position"]), text(&written["id"]))
    };
    let (position, record) = said(disputed);
    let receipt = format!("/r/{position}/{record}/not-me");
    shop.server.http().form(&receipt, &[]).expect(200);
    let disputes = shop.dpo().get("/v1/disputes").expect(200).json();
    let all = disputes["items"].as_array().expect("disputes");
    let newest = all.iter().map(|one| one["position"].as_u64()).max();
    ids.insert("dispute", newest.flatten().expect("a dispute").to_string());
    let (position, record) = said(purpose);
    ids.extend([("position", position), ("record", record)]);
    let question = json!({ "subject": subject, "purpose": purpose, "channel": "email", "reserve": true,
        "campaign": "spring", "facts": { "pressure_cap": { "max": 9, "period": "P30D" } } });
    let decided = shop
        .marketing()
        .post("/v1/checks", &question)
        .expect(200)
        .json();
    assert_eq!(decided["decision"], "permit", "{decided}");
    ids.insert("decision", text(&decided["decision_id"]));
    ids.insert("contact", text(&decided["contact_id"]));
    let path = format!("/v1/audiences?purpose={purpose}&channel=email&campaign=spring");
    let list = format!("email\n{}\n", house.email);
    shop.marketing()
        .send("POST", &path, "text/csv", list)
        .expect(200);
    let id = shop.subject(house.email);
    let lists = shop
        .dpo()
        .get(&format!("/v1/subjects/{id}/lists"))
        .expect(200)
        .json();
    ids.insert("list", text(&lists["items"][0]["audience"]));
    let hold = json!({ "subject_id": id, "ground": "legal_claims", "until": "2031-01-01", "reference": "CASE-1" });
    let hold = shop.dpo().post("/v1/holds", &hold).expect(201).json();
    ids.insert("hold", text(&hold["id"]));
    let (link, _) = shop.link(house.email);
    let token = link.rsplit('/').next().expect("a token").to_owned();
    ids.extend([("link", token), ("subject", id)]);
}

/// Requests, with their tasks, and an export.
fn asked_for(shop: &Shop, house: &House, ids: &mut Ids) {
    let subject = json!({ "email": house.email });
    let files = |kind: &str| {
        let body = json!({ "kind": kind, "subject": subject, "country": "FR", "via": "letter", "text": house.words });
        text(
            &shop
                .collector()
                .post("/v1/requests", &body)
                .expect(201)
                .json()["id"],
        )
    };
    let worked = files("portability");
    let act = |id: &str, act: &str, body: &Value| {
        let path = format!("/v1/requests/{id}/{act}");
        shop.dpo().post(&path, body).expect(201).json()
    };
    act(&worked, "identity", &json!({ "known_by": "in_person" }));
    let tasks = shop
        .dpo()
        .get(&format!("/v1/requests/{worked}/tasks"))
        .expect(200)
        .json();
    ids.insert("task", text(&tasks["tasks"][0]["id"]));
    ids.insert("worked", worked);
    let request = files("access");
    act(
        &request,
        "identity",
        &json!({ "doubt": "sender_unknown", "challenge": "email" }),
    );
    ids.insert("request", request);
    let period = json!({ "from": "2020-01-01T00:00:00Z", "to": "2099-12-31T00:00:00Z" });
    let export = shop.dpo().header("prefer", "respond-async");
    let export = export.post("/v1/audit/exports", &period).expect(202).json();
    ids.insert("export", text(&export["id"]));
}

/// What only a mail brings, and the session that one of them opens.
fn mailed(db: &Db, shop: &Shop, house: &House, ids: &mut Ids) -> Http {
    let purpose = house.purposes[2];
    let confirm = json!({ "subject": { "email": house.email }, "purpose": purpose, "channel": "email",
        "status": "given", "notice": format!("{purpose}@1"), "language": "fr", "confirm": "email" });
    shop.record(&confirm);
    ids.insert("confirm", token_of(db, house.email, "/o/"));
    ids.insert("identity", token_of(db, house.email, "/id/"));
    settled(db);
    let mine = signed_in(db, shop, house.email);
    let page = mine.get("/me").expect(200).text;
    ids.insert(
        "address",
        hidden(&page, "contact").expect("a contact point"),
    );
    settled(db);
    ids.insert("sign_in", token_of(db, house.email, "/sign-in/"));
    mine
}

/// The token of the last link of that kind that was mailed to somebody.
fn token_of(db: &Db, email: &str, kind: &str) -> String {
    let find = || {
        let all = letters(db).into_iter().rev();
        let mut mine = all.filter(|mail| mail.text.contains(email));
        mine.find_map(|mail| {
            let (_, rest) = mail.text.split_once(kind)?;
            let end = rest.find(|c: char| c.is_whitespace() || "?\"<".contains(c));
            Some(rest[..end.unwrap_or(rest.len())].to_owned())
        })
    };
    let mut found = None;
    let came = until(Duration::from_secs(30), || {
        found = find();
        found.is_some()
    });
    assert!(came, "no {kind} for {email}");
    found.expect("a token")
}
