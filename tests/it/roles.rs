//! Roles of staff beyond the DPO's: the auditor who reads for a time, the engineer and the marketer who see nobody's
//! data, agents of one brand. And each page of the console against each role.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{Days, TimeDelta, Utc};
use serde_json::json;

use crate::shop::{Shop, data, yes};
use crate::support::database::Db;
use crate::support::http::Http;
use crate::support::process;
use crate::support::scene::{hidden, key};
use crate::support::server::{Output, cli, cli_with_input};
use crate::support::staff::{self, PASSWORD, csrf, signs_in};
use crate::world::comes_back;

const ANNE: &str = "anne@example.fr";
/// Every role of staff.
pub const STAFF: [&str; 6] = [
    "collector",
    "marketing",
    "dpo",
    "privacy_engineer",
    "auditor",
    "admin",
];

pub fn adds(db: &Db, login: &str, terms: &[&str]) -> Output {
    cli_with_input(
        db,
        &[&["user", "add", "--login", login], terms].concat(),
        PASSWORD,
    )
}

#[track_caller]
fn member(db: &Db, shop: &Shop, login: &str, terms: &[&str]) -> Http {
    let added = adds(db, login, terms);
    assert_eq!(added.code, 0, "{added:?}");
    signs_in(&shop.server, login)
        .http
        .header("accept-language", "en")
}

/// A day so many days from now, where the registry is: the last hour of a day in UTC is the next day there.
pub fn day(from_now: u64) -> String {
    let today = Utc::now()
        .with_timezone(&chrono_tz::Europe::Paris)
        .date_naive();
    (today + Days::new(from_now)).to_string()
}

fn auditor(db: &Db, shop: &Shop) -> Http {
    member(
        db,
        shop,
        "cabinet",
        &["--role", "auditor", "--until", &day(30)],
    )
}

#[track_caller]
fn checks_well(db: &Db) {
    let checked = cli(db, &["audit", "check"]);
    assert_eq!(checked.code, 0, "{checked:?}");
}

on_both! {
    /// Reads what is there to be checked; every way of changing it is shut, and the pages do not offer any.
    fn an_auditor_reads_and_changes_nothing(db: &Db) {
        let shop = Shop::open(db);
        shop.record(&yes(ANNE));
        let body = json!({ "kind": "access", "subject": { "email": ANNE }, "via": "letter", "country": "FR" });
        let request = shop.collector().post("/v1/requests", &body).expect(201).json();
        let id = request["id"].as_str().unwrap();
        let who = auditor(db, &shop);
        let board = who.get("/console/requests").expect(200).text;
        assert!(board.contains(request["number"].as_str().unwrap()));
        assert!(!board.contains("/console/requests/new") && !board.contains("/feed"), "{board}");
        let file = format!("/console/requests/{id}?why=audit&reference=2026-4");
        let page = who.get(&file).expect(200).text;
        assert!(page.contains(ANNE) && !page.contains("/act\"") && !page.contains("/reply\""), "{page}");
        let accounts = who.get("/console/staff").expect(200).text;
        assert!(accounts.contains("Auditor") && !accounts.contains("/disable\""), "{accounts}");
        for open in ["/console", "/console/reports", "/console/system", "/console/keys"] {
            who.get(open).expect(200);
        }
        for shut in ["/console/retention", "/console/disputes", "/console/customers", "/console/requests/new"] {
            who.get(shut).expect(403);
        }
        let secret = csrf(&who.get("/console").expect(200).text);
        let fields = [("csrf", secret.as_str()), ("act", "assign"), ("why", "audit"), ("reference", "2026-4")];
        who.form(&format!("/console/requests/{id}/act"), &fields).expect(403);
        // that they read the file is in the log, by name
        let log = shop.staff(db, "dpo").get("/console/staff?lang=en&kind=files").expect(200).text;
        assert!(log.contains("cabinet"), "{log}");
        // and so by a key
        let key = shop.server.http().bearer(&key(db, "auditor"));
        key.get("/v1/requests").expect(200);
        key.get(&format!("/v1/requests/{id}")).expect(200);
        key.post(&format!("/v1/requests/{id}/identity"), &json!({ "known_by": "in_person" })).expect(403);
        key.post("/v1/consents", &yes(ANNE)).expect(403);
        checks_well(db);
    }

    fn an_auditor_is_there_for_a_time(db: &Db) {
        let shop = Shop::open(db);
        for (terms, code) in [
            (vec!["--role", "auditor"], "until_missing"),
            (vec!["--role", "auditor", "--until", "2020-01-31"], "until_over"),
        ] {
            let refused = adds(db, "cabinet", &terms);
            assert_eq!(refused.code, 2, "{refused:?}");
            assert!(refused.stderr.contains("until"), "{code}: {refused:?}");
        }
        let late = day(800);
        assert_eq!(adds(db, "cabinet", &["--role", "auditor", "--until", &late]).code, 2);
        let before = auditor(db, &shop);
        before.get("/console").expect(200);
        // its end comes while they are in
        let end = (Utc::now() + TimeDelta::seconds(4)).to_rfc3339();
        let changed = cli(db, &["user", "change", "cabinet", "--role", "auditor", "--until", &end]);
        assert_eq!(changed.code, 0, "{changed:?}");
        assert_eq!(before.get("/console").expect(303).header("location"), Some("/console/sign-in"));
        let over = || Utc::now() > chrono::DateTime::parse_from_rfc3339(&end).unwrap();
        assert!(process::until(std::time::Duration::from_secs(20), over));
        staff::password(&shop.server, "cabinet", PASSWORD).expect(401);
        let listed = cli(db, &["user", "list"]);
        assert!(listed.stdout.contains("cabinet\tauditor\tsecond factor\tuntil "), "{listed:?}");
        checks_well(db);
    }

    /// Another role is there at once: whoever was in is out, and signs in to the new one.
    fn another_role_ends_what_was_open(db: &Db) {
        let shop = Shop::open(db);
        staff::add(db, "k.dupuis", "dpo");
        let member = signs_in(&shop.server, "k.dupuis");
        member.http.get("/console/requests").expect(200);
        let changed = cli(db, &["user", "change", "k.dupuis", "--role", "marketer"]);
        assert_eq!(changed.code, 0, "{changed:?}");
        member.http.get("/console/requests").expect(303);
        // the second factor stays theirs
        let now = comes_back(&shop, "k.dupuis", &member.recovery[0]);
        now.get("/console/requests").expect(403);
        now.get("/console/reports").expect(200);
        assert_eq!(cli(db, &["user", "change", "nobody", "--role", "dpo"]).code, 2);
        let log = shop.staff(db, "dpo").get("/console/staff?lang=en").expect(200).text;
        assert!(log.contains("Account changed"), "{log}");
        checks_well(db);
        db.tamper("UPDATE staff SET role = 'admin' WHERE login = 'k.dupuis'");
        let found = cli(db, &["audit", "check"]);
        assert!(found.code == 1 && found.stdout.contains("role, bounds or time"), "{found:?}");
    }

    /// Whoever left their screen open is out, and may come back.
    fn sessions_of_others_are_ended(db: &Db) {
        let shop = Shop::open(db);
        staff::add(db, "k.dupuis", "marketing");
        let member = signs_in(&shop.server, "k.dupuis");
        let theirs = member.http;
        let admin = shop.staff(db, "admin").header("accept-language", "en");
        let page = admin.get("/console/staff").expect(200).text;
        let path = page.split("action=\"").filter_map(|rest| rest.split('"').next()).find(|path| path.ends_with("/end"));
        let path = path.expect("a form").to_owned();
        let secret = csrf(&page);
        admin.form(&path, &[("csrf", "guessed")]).expect(422);
        theirs.get("/console").expect(200);
        admin.form(&path, &[("csrf", &secret)]).expect(303);
        theirs.get("/console").expect(303);
        assert!(!admin.get("/console/staff").expect(200).text.contains(&path), "none is open");
        let again = comes_back(&shop, "k.dupuis", &member.recovery[0]);
        again.get("/console").expect(200);
        assert_eq!(cli(db, &["user", "end-sessions", "k.dupuis"]).code, 0);
        again.get("/console").expect(303);
        assert_eq!(cli(db, &["user", "end-sessions", "k.dupuis"]).code, 2, "none is open");
        let log = admin.get("/console/staff").expect(200).text;
        assert!(!log.contains("id=\"accesses\""), "an administrator reads no log");
        checks_well(db);
    }

    /// Sees and writes down what is their brand's; a stop of everything is one of everything.
    fn an_agent_of_a_brand_keeps_to_it(db: &Db) {
        let shop = Shop::open(db);
        let mut both = yes(ANNE);
        shop.record(&both);
        both["purpose"] = json!("offers");
        both["notice"] = json!("offers@1");
        shop.record(&both);
        assert_eq!(adds(db, "x", &["--role", "agent", "--brand", "nobodys"]).code, 2);
        assert_eq!(adds(db, "x", &["--role", "dpo", "--purpose", "offers"]).code, 2);
        let agent = member(db, &shop, "lille", &["--role", "agent", "--purpose", "newsletter"]);
        let secret = csrf(&agent.get("/console/customers").expect(200).text);
        let common = [("csrf", secret.as_str()), ("lang", "en"), ("place_kind", "store"), ("place", "Lille"),
            ("tongue", "fr"), ("contact", ANNE)];
        let found = agent.form("/console/customers", &common).expect(200).text;
        assert!(found.contains("choice.newsletter.email") && !found.contains("choice.offers"), "{found}");
        let seen = hidden(&found, "seen").unwrap();
        let answer = |answers: &[(&str, &str)]| {
            let mut all = common.to_vec();
            all.extend([("seen", seen.as_str()), ("notice.newsletter", "newsletter@2"), ("notice.offers", "offers@1")]);
            all.extend(answers);
            agent.form("/console/customers/answers", &all)
        };
        let offers = || shop.choices(ANNE).to_string();
        answer(&[("choice.offers.email", "no"), ("was.choice.offers.email", "yes")]).expect(422);
        assert!(!offers().contains("withdrawn"), "{}", offers());
        answer(&[("choice.newsletter.email", "no"), ("was.choice.newsletter.email", "yes")]).expect(200);
        assert_eq!(shop.newsletter(ANNE).1, "CONSENT_WITHDRAWN");
        // a right is asked for of whichever brand, and is never lost
        agent.get("/console/requests/new").expect(200);
        agent.get("/console/account").expect(200);
        for shut in ["/console/requests", "/console/reports", "/console/staff"] {
            agent.get(shut).expect(403);
        }
        checks_well(db);
    }

    /// Figures of their own purposes, and nobody's data.
    fn a_marketer_makes_reports_of_their_purposes(db: &Db) {
        let shop = Shop::open(db);
        shop.record(&yes(ANNE));
        let mut offers = yes(ANNE);
        (offers["purpose"], offers["notice"]) = (json!("offers"), json!("offers@1"));
        shop.record(&offers);
        let who = member(db, &shop, "campaigns", &["--role", "marketer", "--purpose", "offers"]);
        let home = who.get("/console").expect(200).text;
        assert!(home.contains("/console/reports") && !home.contains("/console/exports"), "{home}");
        let page = who.get("/console/reports").expect(200).text;
        assert!(!page.contains("value=\"access\"") && !page.contains("value=\"background\""), "{page}");
        let secret = csrf(&page);
        let make = |report: &str, how: &str| {
            let (from, to) = (day(0), day(0));
            let fields = [("csrf", secret.as_str()), ("report", report), ("format", "csv"), ("from", "2020-01-01"),
                ("to", to.as_str()), ("how", how), ("lang", "en")];
            assert!(from == to);
            who.form("/console/reports", &fields)
        };
        let consents = make("consents", "").expect(200).text;
        assert!(consents.contains("offers") && !consents.contains("newsletter"), "{consents}");
        make("uses", "").expect(200);
        for shut in ["access", "requests"] {
            make(shut, "").expect(403);
        }
        make("consents", "background").expect(403);
        for shut in ["/console/requests", "/console/staff", "/console/system", "/console/customers", "/console/keys"] {
            who.get(shut).expect(403);
        }
        // who made it, and what, is in the log
        let log = shop.staff(db, "dpo").get("/console/staff?lang=en&kind=exports").expect(200).text;
        assert!(log.contains("campaigns"), "{log}");
        checks_well(db);
    }

    fn an_engineer_publishes_and_sees_nobody(db: &Db) {
        let shop = Shop::open(db);
        shop.record(&yes(ANNE));
        let id = shop.subject(ANNE);
        let key = shop.server.http().bearer(&key(db, "privacy_engineer"));
        let notice = json!({ "purpose": "newsletter", "change": "minor", "text": { "en": "News?", "fr": "La lettre ?" } });
        key.put("/v1/notices/newsletter/3", &notice).expect(200);
        key.get("/v1/policies").expect(200);
        key.get(&format!("/v1/subjects/{id}/consents")).expect(403);
        key.post("/v1/subjects/lookup", &json!({ "email": ANNE })).expect(403);
        key.get("/v1/requests").expect(403);
        key.get("/v1/audit/entries").expect(403);
        let who = member(db, &shop, "engineer", &["--role", "privacy_engineer"]);
        who.get("/console/system").expect(200);
        for shut in ["/console/requests", "/console/staff", "/console/customers", "/console/retention"] {
            who.get(shut).expect(403);
        }
        checks_well(db);
    }
}

/// Every page and form of the console, as the sources register them.
fn pages() -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http/console")];
    while let Some(folder) = folders.pop() {
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(path).unwrap();
            for (sign, method) in [("#[get(\"", "GET"), ("#[post(\"", "POST")] {
                let each = text.split(sign).skip(1);
                found.extend(each.map(|rest| (method, rest.split('"').next().unwrap().to_owned())));
            }
        }
    }
    found.sort_by(|a, b| (&a.1, a.0).cmp(&(&b.1, b.0)));
    found
}

fn door(who: &Http, method: &str, page: &str) -> &'static str {
    let none = "01990000-0000-7000-8000-000000000000";
    let path = ["{id}", "{token}", "{task}"]
        .iter()
        .fold(page.to_owned(), |path, name| path.replace(name, none));
    let path = path
        .replace("{position}", "1")
        .replace("{digest}", &"0".repeat(64))
        .replace("holds/01990000-0000-7000-8000-000000000000", "holds/1");
    assert!(!path.contains('{'), "{path}: say what stands for it");
    let reply = match method {
        "GET" => who.get(&path),
        _ => who.form(&path, &[]),
    };
    match reply.status {
        403 => "403",
        303 if reply.header("location") == Some("/console/sign-in") => "sign-in",
        500.. => panic!("{method} {path}: {}", reply.text),
        _ => "open",
    }
}

/// What no page of the console may be without: a line of the table.
#[test]
fn every_page_opens_to_the_roles_of_the_table() {
    let db = Db::sqlite();
    let shop = Shop::open(&db);
    let mut who = BTreeMap::new();
    for role in STAFF {
        let until = day(30);
        let mut terms = vec!["--role", role];
        if role == "auditor" {
            terms.extend(["--until", until.as_str()]);
        }
        who.insert(role, member(&db, &shop, role, &terms));
    }
    let mut table = format!("{:<48} {:<8}", "page", "nobody");
    STAFF
        .iter()
        .for_each(|role| table += &format!(" {role:<16}"));
    table = format!("{}\n", table.trim_end());
    for (method, page) in pages() {
        let mut line = format!(
            "{:<48} {:<8}",
            format!("{method} {page}"),
            door(&shop.server.http(), method, &page)
        );
        for role in STAFF {
            line += &format!(" {:<16}", door(&who[role], method, &page));
        }
        table += &format!("{}\n", line.trim_end());
    }
    let expected = std::fs::read_to_string(data().join("console_roles.txt")).unwrap_or_default();
    assert_eq!(
        table, expected,
        "the pages differ from tests/data/console_roles.txt; they are:\n{table}"
    );
}

#[test]
fn the_roles_are_told() {
    let db = Db::sqlite();
    let told = cli(&db, &["roles"]);
    let kept = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/roles.md"))
        .unwrap();
    assert_eq!((told.code, told.stdout.trim_end()), (0, kept.trim_end()));
    let json: serde_json::Value =
        serde_json::from_str(&cli(&db, &["--json", "roles"]).stdout).unwrap();
    let all = json["permissions"].as_array().unwrap();
    assert!(
        all.iter()
            .any(|one| one["permission"] == "subjects.erase" && one["staff"] == json!(["dpo"]))
    );
}
