//! Which persons of a list may be contacted: over HTTP and from the command line, line by line the
//! answer of a check.

use crate::shop::{Shop, position, yes};
use crate::support::server::{cli, mark_of};
use serde_json::{Value, json};

const PATH: &str = "/v1/audiences?purpose=newsletter&channel=email&campaign=spring";

/// The lines of an answer, and what came of them.
fn read(body: &str, counts: &str) -> (Vec<String>, Value) {
    let (lines, last) = body.trim_end().rsplit_once('\n').expect("a last line");
    let counts = last.strip_prefix(counts).expect("the counts");
    let lines = lines
        .split('\n')
        .map(|line| line.trim_end_matches('\r').to_owned());
    let lines = lines.collect();
    (lines, serde_json::from_str(counts).expect("JSON"))
}

on_both! {
    fn a_list_is_filtered_as_checks_would(db: &Db) {
        let shop = Shop::open(db);
        shop.record(&yes("anne@example.fr"));
        let mut no = yes("bruno@example.fr");
        no["status"] = json!("refused");
        shop.record(&no);
        let list = "name;email;note\r\nAnne;Anne@Example.FR;\"a;b\nc\"\r\nBruno;bruno@example.fr;\r\nNobody;nobody@example.fr;\r\nWho;who;\r\n";
        let reply = shop.marketing().send("POST", PATH, "text/csv", list).expect(200);
        let (lines, counts) = read(&reply.text, "# placet ");
        assert_eq!(lines, ["name;email;note", "Anne;Anne@Example.FR;\"a;b", "c\""]);
        assert_eq!(counts["lines"], 4);
        assert_eq!(counts["permitted"], 1);
        let refused = json!({ "CONSENT_REFUSED": 1, "UNKNOWN_SUBJECT": 1, "IDENTIFIER_INVALID": 1 });
        assert_eq!(counts["refused"], refused);
        let objects = "{\"email\":\"anne@example.fr\",\"x\":[1]}\n{\"email\":\"bruno@example.fr\"}\n";
        let reply = shop.marketing().send("POST", PATH, "application/x-ndjson", objects).expect(200);
        let (lines, counts) = read(&reply.text, "");
        assert_eq!(lines, ["{\"email\":\"anne@example.fr\",\"x\":[1]}"]);
        assert_eq!(counts["placet"]["refused"], json!({ "CONSENT_REFUSED": 1 }));
        // both lists stand in the log, beginning and end, and the log holds
        let entries = shop.dpo().get("/v1/audit/entries?limit=200").expect(200).text;
        assert_eq!(entries.matches("\"audience.begun\"").count(), 2, "{entries}");
        assert_eq!(entries.matches("\"audience.ended\"").count(), 2);
        assert!(entries.contains("\"campaign\":\"spring\"") && !entries.contains("example.fr"));
        // a list of one line could be guessed from its digest: the log has a mark that only we can make
        let passed = "name;email;note\r\nAnne;Anne@Example.FR;\"a;b\nc\"\r\n";
        assert!(entries.contains(&mark_of(db, passed)), "{entries}");
        assert!(!entries.contains("sha256\":"), "{entries}");
        assert_eq!(cli(db, &["audit", "check"]).code, 0);
    }

    fn a_long_list_streams(db: &Db) {
        let shop = Shop::open(db);
        shop.record(&yes("anne@example.fr"));
        let mut list = String::from("email\n");
        for number in 0..40_000 {
            list.push_str(if number % 4 == 0 { "anne@example.fr\n" } else { "nobody@example.fr\n" });
        }
        let reply = shop.marketing().send("POST", PATH, "text/csv", list).expect(200);
        let (lines, counts) = read(&reply.text, "# placet ");
        assert_eq!((lines.len(), &counts["lines"]), (10_001, &json!(40_000)));
        assert!(lines[1..].iter().all(|line| line == "anne@example.fr"));
    }

    fn what_cannot_be_filtered_is_said(db: &Db) {
        let shop = Shop::open(db);
        let before = position(&shop.server);
        let refused = |path: &str, kind: &str, list: &str, status: u16| {
            let problem = shop.marketing().send("POST", path, kind, list).expect(status).json();
            assert!(!problem.to_string().contains("anne@"), "{problem}");
            problem["errors"][0]["code"].as_str().unwrap_or_default().to_owned()
        };
        let (csv, list) = ("text/csv", "email\nanne@example.fr\n");
        assert_eq!(refused("/v1/audiences?purpose=nothing&channel=email", csv, list, 422), "purpose_unknown");
        assert_eq!(refused("/v1/audiences?purpose=newsletter&channel=pigeon", csv, list, 422), "channel_unknown");
        // a campaign is written down for ever, so that it names no person
        let person = "/v1/audiences?purpose=newsletter&channel=email&campaign=anne%40example.fr";
        assert_eq!(refused(person, csv, list, 422), "campaign_malformed");
        assert_eq!(refused(PATH, csv, "name\nanne@example.fr\n", 422), "header_unusable");
        assert_eq!(refused(PATH, csv, "", 422), "header_unusable");
        assert_eq!(refused(&format!("{PATH}&column=name"), csv, list, 422), "column_unknown");
        assert_eq!(refused(PATH, "application/pdf", list, 400), "content_type_unknown");
        refused("/v1/audiences?purpose=newsletter&channel=email&x=1", csv, list, 400);
        shop.collector().send("POST", PATH, csv, list).expect(403);
        shop.server.http().send("POST", PATH, csv, list).expect(401);
        assert_eq!(position(&shop.server), before, "nothing was begun");
    }

    fn the_command_filters_a_file(db: &Db) {
        let shop = Shop::open(db);
        shop.record(&yes("anne@example.fr"));
        let file = |name: &str| db.data_dir().join(name);
        std::fs::write(file("in.csv"), "email,phone\nanne@example.fr,\nnobody@example.fr,\n").unwrap();
        let (input, output, rejected) = (file("in.csv"), file("out.csv"), file("no.csv"));
        let path = |path: &std::path::Path| path.display().to_string();
        let run = |purpose: &str| {
            let (input, output, rejected) = (path(&input), path(&output), path(&rejected));
            cli(db, &["audience", "--purpose", purpose, "--channel", "email", &input, "-o", &output, "--rejected", &rejected])
        };
        let wrong = run("nothing");
        assert_eq!(wrong.code, 2, "{wrong:?}");
        assert!(!output.exists() && !file("out.csv.part").exists(), "nothing half done");
        let done = run("newsletter");
        assert_eq!(done.code, 0, "{done:?}");
        assert!(done.stdout.contains("2 lines, 1 permitted") && done.stdout.contains("1  UNKNOWN_SUBJECT"), "{done:?}");
        let text = |path| std::fs::read_to_string(path).unwrap();
        assert_eq!(text(&output), "email,phone\nanne@example.fr,\n");
        assert_eq!(text(&rejected), "email,phone,placet_reason\nnobody@example.fr,,UNKNOWN_SUBJECT\n");
        let json = cli(db, &["audience", "--purpose", "newsletter", "--channel", "email", &path(&input), "-o", &path(&output), "--column", "email", "--json"]);
        let counts: Value = serde_json::from_str(&json.stdout).expect("JSON");
        assert_eq!((&counts["lines"], &counts["permitted"]), (&json!(2), &json!(1)));
    }
}
