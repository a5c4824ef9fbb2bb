//! Who was on a list that was filtered is found again by person, is proved, and is forgotten with them.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::shop::{Shop, yes};
use crate::support::database::Db;
use crate::support::server::{Output, cli};

const ANNE: &str = "anne@listed.example";
const BRUNO: &str = "bruno@listed.example";

/// Anne said yes and Bruno no.
fn shop(db: &Db) -> Shop {
    let shop = Shop::open(db);
    shop.record(&yes(ANNE));
    let mut no = yes(BRUNO);
    no["status"] = json!("refused");
    shop.record(&no);
    shop
}

fn filter(shop: &Shop, campaign: &str, who: &[&str]) {
    let path = format!("/v1/audiences?purpose=newsletter&channel=email&campaign={campaign}");
    let list = format!("email\n{}\n", who.join("\n"));
    let reply = shop.marketing().send("POST", &path, "text/csv", list);
    assert!(reply.expect(200).text.contains("# placet "));
}

fn page(shop: &Shop, person: &str, query: &str) -> Value {
    let path = format!("/v1/subjects/{person}/lists{query}");
    shop.dpo().get(&path).expect(200).json()
}

/// Campaign, decision and reason of each list that the person was on.
fn lists(shop: &Shop, person: &str) -> Vec<[String; 3]> {
    let page = page(shop, person, "");
    let text = |one: &Value, name: &str| one[name].as_str().unwrap().to_owned();
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|one| ["campaign", "decision", "reason"].map(|name| text(one, name)))
        .collect()
}

fn told(expected: &[[&str; 3]]) -> Vec<[String; 3]> {
    let owned = |one: &[&str; 3]| one.map(str::to_owned);
    expected.iter().map(owned).collect()
}

fn checked(db: &Db) -> Output {
    cli(db, &["audit", "check"])
}

fn export(db: &Db, name: &str, more: &[&str]) -> PathBuf {
    let path = db.data_dir().join(name);
    let text = path.display().to_string();
    let mut arguments = vec!["audit", "export", "--language", "en", "-o", &text];
    arguments.extend(more);
    let made = cli(db, &arguments);
    assert_eq!(made.code, 0, "{made:?}");
    path
}

fn period(db: &Db, name: &str) -> PathBuf {
    let whole = [
        "--from",
        "2020-01-01T00:00:00Z",
        "--to",
        "2100-01-01T00:00:00Z",
    ];
    export(db, name, &whole)
}

fn verified(db: &Db, package: &Path) -> Output {
    cli(db, &["audit", "verify", &package.display().to_string()])
}

fn file(path: &Path, name: &str) -> String {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    let mut text = String::new();
    zip.by_name(name)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    text
}

/// The same package with one file changed.
fn repacked(path: &Path, name: &str, change: impl Fn(&str) -> String) -> PathBuf {
    let mut old = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    let to = path.with_extension("changed.zip");
    let mut new = zip::ZipWriter::new(std::fs::File::create(&to).unwrap());
    for at in 0..old.len() {
        let mut one = old.by_index(at).unwrap();
        let mut bytes = Vec::new();
        one.read_to_end(&mut bytes).unwrap();
        let own = one.name().unwrap().into_owned();
        if own == name {
            bytes = change(&String::from_utf8(bytes).unwrap()).into_bytes();
        }
        let options = zip::write::SimpleFileOptions::default();
        new.start_file(own, options).unwrap();
        new.write_all(&bytes).unwrap();
    }
    new.set_comment("0".repeat(64)).unwrap();
    new.finish().unwrap();
    // whoever packs it anew seals it anew
    let mut bytes = std::fs::read(&to).unwrap();
    bytes.truncate(bytes.len() - 64);
    let digest = ring::digest::digest(&ring::digest::SHA256, &bytes);
    let digits = digest.as_ref().iter().map(|byte| format!("{byte:02x}"));
    bytes.extend(digits.collect::<String>().into_bytes());
    std::fs::write(&to, bytes).unwrap();
    to
}

on_both! {
    fn a_person_s_lists_are_found_again(db: &Db) {
        let shop = shop(db);
        let [anne, bruno] = [ANNE, BRUNO].map(|who| shop.subject(who));
        filter(&shop, "spring", &[ANNE, BRUNO, "nobody@listed.example", "no address"]);
        filter(&shop, "summer", &[BRUNO, BRUNO]);
        let mut again = yes(ANNE);
        again["status"] = json!("withdrawn");
        shop.record(&again);
        filter(&shop, "autumn", &[ANNE]);
        assert_eq!(lists(&shop, &anne), told(&[
            ["autumn", "deny", "CONSENT_WITHDRAWN"], ["spring", "permit", "CONSENT_VALID"],
        ]));
        assert_eq!(lists(&shop, &bruno), told(&[
            ["summer", "deny", "CONSENT_REFUSED"], ["spring", "deny", "CONSENT_REFUSED"],
        ]));
        // everything that the log's entry says of the list
        let first = page(&shop, &anne, "?limit=1");
        let (one, next) = (&first["items"][0], first["next"].as_str().unwrap());
        let second = page(&shop, &anne, &format!("?limit=1&cursor={next}"));
        assert_eq!((&second["items"][0]["campaign"], &second["next"]), (&json!("spring"), &Value::Null));
        let entries = shop.dpo().get("/v1/audit/entries?limit=200").expect(200).json();
        let ended = entries["items"].as_array().unwrap().iter()
            .find(|entry| entry["position"] == one["position"]).unwrap();
        assert_eq!(ended["leaf"]["t"], "audience.ended");
        for name in ["audience", "purpose", "channel", "policy_version", "from_position", "to_position",
            "complete", "permitted_mark", "actor"] {
            assert_eq!(one[name], ended["content"][name], "{name}");
        }
        assert_eq!(ended["content"]["roll"]["persons"], 1);
        // who looks leaves an entry; who may not, none
        let history = shop.dpo().get(&format!("/v1/subjects/{anne}/history")).expect(200).text;
        assert_eq!(history.matches("\"lists\"").count(), 1, "{history}");
        let path = format!("/v1/subjects/{anne}/lists");
        shop.marketing().get(&path).expect(403);
        shop.dpo().get("/v1/subjects/0190a1b2-0000-7000-8000-000000000000/lists").expect(404);
        assert_eq!(checked(db).code, 0, "{:?}", checked(db));
    }

    /// By their own record and by one that was merged into it, and by the command line's lists too.
    fn who_was_two_is_found_as_one(db: &Db) {
        let shop = shop(db);
        filter(&shop, "before", &[ANNE, BRUNO]);
        let mut both = yes(ANNE);
        both["subject"] = json!({ "email": ANNE, "phone": "+33698135712" });
        shop.record(&both);
        let mut other = yes(BRUNO);
        other["subject"] = json!({ "email": BRUNO, "phone": "+33698135712" });
        other["status"] = json!("refused");
        shop.record(&other);
        let (input, output) = (db.data_dir().join("in.csv"), db.data_dir().join("out.csv"));
        std::fs::write(&input, format!("email\n{BRUNO}\n")).unwrap();
        let paths = [&input, &output].map(|path| path.display().to_string());
        let done = cli(db, &["audience", "--purpose", "newsletter", "--channel", "email",
            "--campaign", "after", &paths[0], "-o", &paths[1]]);
        assert_eq!(done.code, 0, "{done:?}");
        let found = lists(&shop, &shop.subject(ANNE));
        assert_eq!(found, told(&[["after", "deny", "CONSENT_REFUSED"],
            ["before", "permit", "CONSENT_VALID"], ["before", "deny", "CONSENT_REFUSED"]]));
        assert_eq!(lists(&shop, &shop.subject(BRUNO)), found);
        assert_eq!(checked(db).code, 0, "{:?}", checked(db));
    }

    /// The command tells a person's lists, and the page whoever holds their own link.
    fn why_tells_of_a_list(db: &Db) {
        let shop = shop(db);
        filter(&shop, "spring", &[ANNE, BRUNO]);
        filter(&shop, "summer", &[ANNE]);
        let spring = page(&shop, &shop.subject(BRUNO), "")["items"][0].clone();
        let list = spring["audience"].as_str().unwrap();
        let told = cli(db, &["why", list, "--email", BRUNO, "--reason", "complaint"]);
        assert_eq!(told.code, 0, "{told:?}");
        for word in [list, "denied", "campaign \"spring\"", "by email", "(CONSENT_REFUSED)", "(newsletter)"] {
            assert!(told.stdout.contains(word), "{word}: {}", told.stdout);
        }
        assert!(!told.stdout.contains(BRUNO) && !told.stdout.contains("summer"));
        let all = cli(db, &["why", "--json", "--email", ANNE]);
        let all: Value = serde_json::from_str(&all.stdout).unwrap();
        let campaigns: Vec<&Value> = all.as_array().unwrap().iter().map(|one| &one["campaign"]).collect();
        assert_eq!(campaigns, ["summer", "spring"]);
        // nobody, a list that they were not on, a decision of nobody's, no id at all
        for arguments in [["why", "--email", "nobody@listed.example"].as_slice(),
            &["why", "0190a1b2-0000-7000-8000-000000000000", "--email", ANNE], &["why", list]] {
            assert_eq!(cli(db, arguments).code, 1, "{arguments:?}");
        }
        assert_eq!(cli(db, &["why", "anne", "--email", ANNE]).code, 2);
        assert_eq!(cli(db, &["why"]).code, 2);
        // who looks leaves an entry, with the reason
        let history = shop.dpo().get(&format!("/v1/subjects/{}/history", shop.subject(BRUNO))).expect(200).text;
        assert!(history.contains("\"lists\"") && history.contains("\"complaint\""), "{history}");
        // the page
        let link = |who: &str| shop.link(who).0.rsplit('/').next().unwrap().to_owned();
        let visitor = || shop.server.http().header("accept-language", "en");
        let seen = visitor().get(&format!("/why/{list}/{}", link(BRUNO))).expect(200).text;
        assert!(seen.contains("was not allowed to send it to you") && seen.contains("a list that was filtered"), "{seen}");
        assert!(!seen.contains(BRUNO));
        let seen = visitor().get(&format!("/why/{list}/{}", link(ANNE))).expect(200).text;
        assert!(seen.contains("was allowed to send it to you"), "{seen}");
        visitor().get(&format!("/why/{list}")).expect(404);
        let other = page(&shop, &shop.subject(ANNE), "")["items"][0]["audience"].as_str().unwrap().to_owned();
        visitor().get(&format!("/why/{other}/{}", link(BRUNO))).expect(404);
    }

    fn an_erasure_takes_the_person_off_every_list(db: &Db) {
        let shop = shop(db);
        let [anne, bruno] = [ANNE, BRUNO].map(|who| shop.subject(who));
        filter(&shop, "spring", &[ANNE, BRUNO]);
        filter(&shop, "summer", &[ANNE, BRUNO]);
        let before = period(db, "before.zip");
        let erase = |person: &str| {
            let path = format!("/v1/subjects/{person}/erasure");
            shop.dpo().post(&path, &json!({ "reason": "data_subject_request" })).expect(201).json()
        };
        let erased = erase(&bruno);
        shop.dpo().get(&format!("/v1/subjects/{bruno}/lists")).expect(404);
        assert_eq!(lists(&shop, &anne).len(), 2, "the other is there as before");
        assert_eq!(checked(db).code, 0, "{:?}", checked(db));
        let entries = shop.dpo().get("/v1/audit/entries?limit=200").expect(200).json();
        let entry = entries["items"].as_array().unwrap().iter()
            .find(|entry| entry["position"] == erased["position"]).unwrap();
        assert_eq!(entry["content"]["listed"], 2, "{entry}");
        let after = period(db, "after.zip");
        let sheets = |package: &Path| file(package, "rolls.jsonl").lines().count();
        assert_eq!((sheets(&before), sheets(&after)), (2, 2));
        assert!(file(&after, "rolls.jsonl").contains("\"hash\""));
        for package in [&before, &after] {
            let verdict = verified(db, package);
            assert_eq!(verdict.code, 0, "{verdict:?}");
        }
        // and the last one, too: an empty sheet stays
        erase(&anne);
        filter(&shop, "autumn", &[ANNE, BRUNO]);
        assert_eq!(checked(db).code, 0, "{:?}", checked(db));
        assert_eq!(db.ask("SELECT COUNT(*) FROM rolls").trim(), "2", "nobody is on the third");
    }

    fn whoever_edits_a_list_is_caught(db: &Db) {
        let shop = shop(db);
        filter(&shop, "spring", &[ANNE, BRUNO]);
        filter(&shop, "summer", &[ANNE]);
        assert_eq!(checked(db).code, 0, "{:?}", checked(db));
        let caught = |what: &str| {
            let output = checked(db);
            assert!(output.code == 1 && output.stdout.contains(what), "{what}: {output:?}");
        };
        let keep = "CREATE TABLE kept AS SELECT * FROM roll_sheets";
        db.tamper(keep);
        let back = || db.tamper("DELETE FROM roll_sheets; INSERT INTO roll_sheets SELECT * FROM kept");
        // one list's people in another's place
        db.tamper("UPDATE roll_sheets SET sealed = (SELECT sealed FROM kept ORDER BY position LIMIT 1)");
        caught("the root is another");
        back();
        db.tamper("DELETE FROM roll_sheets WHERE position = (SELECT MIN(position) FROM kept)");
        caught("the root is another");
        back();
        db.tamper(&format!("UPDATE roll_sheets SET sealed = {}", db.bytes("00112233")));
        caught("does not open");
        back();
        db.tamper("INSERT INTO roll_sheets SELECT 1, first, sealed FROM kept LIMIT 1");
        caught("no entry says so");
        back();
        db.tamper("DELETE FROM rolls");
        caught("no longer looked for");
        db.tamper("INSERT INTO rolls SELECT DISTINCT position FROM kept");
        // an erasure that never was
        let none = db.bytes(&"00".repeat(32));
        db.tamper(&format!("INSERT INTO roll_erasures SELECT position, first, {none}, {none} FROM kept LIMIT 1"));
        caught("taken off lists");
        db.tamper("DELETE FROM roll_erasures");
        assert_eq!(checked(db).code, 0, "{:?}", checked(db));
        // and after one that was
        let path = format!("/v1/subjects/{}/erasure", shop.subject(BRUNO));
        shop.dpo().post(&path, &json!({ "reason": "objection" })).expect(201);
        assert_eq!(checked(db).code, 0, "{:?}", checked(db));
        db.tamper("UPDATE roll_sheets SET sealed = (SELECT sealed FROM kept ORDER BY position DESC LIMIT 1)");
        caught("not what an erasure left");
        db.tamper("UPDATE roll_sheets SET sealed = (SELECT sealed FROM kept WHERE kept.position = roll_sheets.position)");
        caught("not what an erasure left");
        db.tamper("DELETE FROM roll_erasures");
        caught("taken off lists");
    }

    fn packages_tell_who_was_on_lists(db: &Db) {
        let shop = shop(db);
        let bruno = shop.subject(BRUNO);
        filter(&shop, "spring", &[ANNE, BRUNO]);
        filter(&shop, "summer", &[ANNE]);
        let person = export(db, "anne.zip", &["--email", ANNE]);
        let verdict = verified(db, &person);
        assert!(verdict.code == 0 && verdict.stdout.contains("2 lists"), "{verdict:?}");
        let lists: Vec<Value> = file(&person, "lists.jsonl").lines()
            .map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lists.len(), 2);
        assert!(lists.iter().all(|one| one["permit"] == true && one["reason"] == "CONSENT_VALID"));
        let report = file(&person, "report.html");
        assert!(report.contains("Lists that this person was on") && report.contains("spring"), "{report}");
        let all: String = ["lists.jsonl", "entries.jsonl", "report.html"].map(|name| file(&person, name)).concat();
        assert!(!all.contains(&bruno) && !all.contains(BRUNO));
        let other = export(db, "bruno.zip", &["--email", BRUNO]);
        let report = file(&other, "report.html");
        assert!(report.contains("CONSENT_REFUSED") && !report.contains("summer"), "{report}");
        let whole = period(db, "whole.zip");
        let verdict = verified(db, &whole);
        assert!(verdict.code == 0 && verdict.stdout.contains("3 persons on lists"), "{verdict:?}");
        let only = export(db, "spring.zip", &["--from", "2020-01-01T00:00:00Z", "--to",
            "2100-01-01T00:00:00Z", "--campaign", "spring"]);
        let verdict = verified(db, &only);
        assert!(verdict.code == 0 && verdict.stdout.contains("2 persons on lists"), "{verdict:?}");
        // what is edited on the way fails by itself, not by the file's digest alone
        let swapped = |text: &str| {
            let mut lines: Vec<&str> = text.lines().collect();
            lines.swap(0, 1);
            lines.join("\n").replace("\"index\":0", "\"index\":1") + "\n"
        };
        let bad = verified(db, &repacked(&whole, "rolls.jsonl", swapped));
        assert!(bad.code == 1 && bad.stdout.contains("its sheets are not in order"), "{bad:?}");
        let bad = verified(db, &repacked(&whole, "rolls.jsonl", |_| String::new()));
        assert!(bad.code == 1 && bad.stdout.contains("who was on it is missing"), "{bad:?}");
        let lie = |text: &str| text.replace("true", "false");
        let bad = verified(db, &repacked(&person, "lists.jsonl", lie));
        assert!(bad.code == 1 && bad.stdout.contains("ends this list with that answer"), "{bad:?}");
    }
}
