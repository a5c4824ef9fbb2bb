//! Files of the audit: consent records as linked data, packages of a part, what a killed run leaves.

use serde_json::{Value, json};

use crate::shop::{Shop, yes};
use crate::support::server::{Output, cli};

/// Runs a command of `placet audit` for a long period.
fn audit(db: &crate::support::database::Db, what: &str, more: &[&str]) -> Output {
    let period = ["--from", "2020-01-01", "--to", "2099-12-31"];
    cli(db, &[&["audit", what], &period[..], more].concat())
}

on_both! {
    fn consent_records_are_linked_data(db: &Db) {
        let shop = Shop::open(db);
        let written = shop.record(&yes("anne@known.example"));
        shop.record(&yes("bruno@known.example"));
        let file = db.data_dir().join("records.jsonl");
        let part = db.data_dir().join("records.jsonl.part");
        let path = file.display().to_string();
        // what a killed run left
        std::fs::write(&part, "half a line, longer than nothing".repeat(500)).unwrap();
        let made = audit(db, "records", &["-o", &path]);
        assert_eq!(made.code, 0, "{made:?}");
        assert!(!part.exists());
        let text = std::fs::read_to_string(&file).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert!(!text.contains("known.example"), "no address is in a record");
        let first = &lines[0];
        assert_eq!(first["@type"], "dpv:ConsentRecord");
        assert_eq!(first["dct:identifier"], written["id"]);
        assert_eq!(first["dpv:hasConsentStatus"]["@type"], "dpv:ConsentGiven");
        assert!(first["dpv:hasProcess"]["dpv:hasPurpose"]["dct:title"].is_array(), "{first}");
        // a file that is there stays, and a purpose alone
        assert_eq!(audit(db, "records", &["-o", &path]).code, 2);
        let other = db.data_dir().join("offers.jsonl").display().to_string();
        assert_eq!(audit(db, "records", &["-o", &other, "--purpose", "offers"]).code, 0);
        assert_eq!(std::fs::read_to_string(&other).unwrap(), "");
        // one of them over HTTP, by its name alone
        let url = written["receipt_url"].as_str().unwrap();
        let url = url.strip_prefix(&shop.server.url()).unwrap();
        let dpo = shop.dpo();
        let reply = dpo.header("accept", "application/ld+json, application/json;q=0.9").get(url).expect(200);
        assert_eq!(reply.header("content-type"), Some("application/ld+json"));
        let receipt = reply.json();
        assert_eq!(receipt["@type"], "dpv:ConsentReceipt");
        assert_eq!(receipt["dpv:hasRecordOfActivity"]["dct:identifier"], written["id"]);
        let reply = dpo.header("accept", "*/*").get(url).expect(200);
        assert!(reply.json()["signed"].is_string());
        assert_eq!(cli(db, &["audit", "check"]).code, 0, "each export is in the log");
    }

    fn a_package_of_a_campaign_says_what_it_leaves_out(db: &Db) {
        let shop = Shop::open(db);
        shop.record(&yes("anne@known.example"));
        let asked = json!({ "subject": { "email": "anne@known.example" }, "purpose": "newsletter",
            "channel": "email", "campaign": "spring" });
        shop.marketing().post("/v1/checks", &asked).expect(200);
        let file = db.data_dir().join("spring.zip");
        let path = file.display().to_string();
        let made = audit(db, "export", &["-o", &path, "--campaign", "spring"]);
        assert_eq!(made.code, 0, "{made:?}");
        assert!(made.stdout.contains("entries withheld: outside the query"), "{made:?}");
        assert!(!made.stdout.contains("decisions withheld"), "{made:?}");
        assert_eq!(cli(db, &["audit", "verify", &path]).code, 0);
        let path = db.data_dir().join("autumn.zip").display().to_string();
        let made = audit(db, "export", &["-o", &path, "--campaign", "autumn"]);
        assert!(made.stdout.contains("1 decisions withheld"), "{made:?}");
        assert_eq!(cli(db, &["audit", "verify", &path]).code, 0);
        let path = db.data_dir().join("none.zip");
        let made = audit(db, "export", &["-o", &path.display().to_string(), "--campaign", "a@b"]);
        assert_eq!(made.code, 2, "{made:?}");
        assert!(made.stderr.contains("--campaign") && !path.exists(), "{made:?}");
        let body = json!({ "from": "2020-01-01T00:00:00Z", "to": "2099-01-01T00:00:00Z", "campaign": "a@b" });
        shop.dpo().post("/v1/audit/exports", &body).expect(422);
    }

    fn a_check_goes_on_from_its_own_state_alone(db: &Db) {
        let shop = Shop::open(db);
        shop.record(&yes("anne@known.example"));
        let state = db.data_dir().join("check.state");
        let path = state.display().to_string();
        let run = || cli(db, &["audit", "check", "--resume", &path]);
        let found = run();
        assert_eq!(found.code, 0, "{found:?}");
        assert!(!state.exists(), "nothing is left to go on with");
        std::fs::write(&state, "{}").unwrap();
        let found = run();
        assert_eq!(found.code, 2, "{found:?}");
        assert!(found.stderr.contains("Begin anew"), "{found:?}");
        assert!(state.exists(), "somebody else's file stays");
    }
}
