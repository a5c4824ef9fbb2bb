//! The DPO's reports: from the command line and from the console, the same again as at a position,
//! logged, for the DPO alone.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::shop::{Shop, yes};
use crate::support::database::Db;
use crate::support::http::{Http, Reply};
use crate::support::scene::hidden;
use crate::support::server::{Output, cli};

/// A shop in which choices were made and uses were asked about.
fn busy(db: &Db) -> Shop {
    let shop = Shop::open(db);
    shop.record(&yes("anne@known.example"));
    let mut no = yes("bruno@known.example");
    no["status"] = json!("refused");
    shop.record(&no);
    for (email, campaign) in [("anne", "=1+1"), ("bruno", "=1+1"), ("nobody", "spring")] {
        let email = format!("{email}@known.example");
        let asked = json!({ "subject": { "email": email }, "purpose": "newsletter", "channel": "email",
            "campaign": campaign });
        shop.marketing().post("/v1/checks", &asked).expect(200);
    }
    shop
}

/// Runs `placet report` for a long period; the file and what was said.
fn report(db: &Db, name: &str, kind: &str, more: &[&str]) -> (PathBuf, Output) {
    let file = db.data_dir().join(name);
    let path = file.display().to_string();
    let mut arguments = vec![
        "report",
        kind,
        "--from",
        "2020-01-01",
        "--to",
        "2099-12-31",
        "-o",
        &path,
    ];
    arguments.extend(more);
    let output = cli(db, &arguments);
    (file, output)
}

fn lines(file: &PathBuf) -> Vec<Value> {
    let text = std::fs::read_to_string(file).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn table<'a>(lines: &'a [Value], name: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["table"] == name).collect()
}

fn ask(client: &Http, csrf: &str, fields: &[(&str, &str)]) -> Reply {
    let mut all = vec![
        ("csrf", csrf),
        ("lang", "en"),
        ("from", "2020-01-01"),
        ("to", "2099-12-31"),
    ];
    all.extend(fields);
    client.form("/console/reports", &all)
}

on_both! {
    fn a_report_counts_and_is_the_same_again(db: &Db) {
        let shop = busy(db);
        let (file, made) = report(db, "consents.jsonl", "consents", &["--format", "jsonl", "--json"]);
        assert_eq!(made.code, 0, "{made:?}");
        let told: Value = serde_json::from_str(&made.stdout).unwrap();
        let found = lines(&file);
        assert_eq!(found[0]["query"], told["report"]["query"]);
        let all = table(&found, "consents_by_purpose");
        assert_eq!(all.len(), 1, "{found:?}");
        assert_eq!((&all[0]["given"], &all[0]["refused"], &all[0]["yes_share"]), (&json!(1), &json!(1), &json!(50.0)));
        let (file, made) = report(db, "uses.jsonl", "uses", &["--format", "jsonl"]);
        assert_eq!(made.code, 0, "{made:?}");
        let uses = lines(&file);
        let rows = table(&uses, "uses");
        let said: Vec<(&Value, &Value, &Value)> = rows.iter().map(|row| (&row["campaign"], &row["effect"], &row["decisions"])).collect();
        assert_eq!(said, [
            (&json!("=1+1"), &json!("permit"), &json!(1)),
            (&json!("=1+1"), &json!("deny"), &json!(1)),
            (&json!("spring"), &json!("deny"), &json!(1)),
        ]);
        // more happens; as at the position the bytes are the same, in every format
        let at = uses[0]["query"]["position"].as_u64().unwrap().to_string();
        for format in ["html", "pdf", "csv", "xlsx", "jsonl"] {
            let of = |name: &str| report(db, &format!("{name}.{format}"), "uses", &["--format", format, "--at", &at]);
            let (first, made) = of("first");
            assert_eq!(made.code, 0, "{made:?}");
            shop.record(&yes(&format!("{format}@known.example")));
            let (again, made) = of("again");
            assert_eq!(made.code, 0, "{made:?}");
            assert_eq!(std::fs::read(&first).unwrap(), std::fs::read(&again).unwrap(), "{format}");
        }
        let csv = std::fs::read_to_string(db.data_dir().join("first.csv")).unwrap();
        assert!(csv.contains(",'=1+1,") && !csv.contains(",=1+1,"), "{csv}");
        // each is in the log, with who asked for what, and the log holds
        let (file, _) = report(db, "access.jsonl", "access", &["--format", "jsonl"]);
        let accesses = lines(&file);
        let exports = table(&accesses, "access").into_iter().filter(|row| row["kind"] == "export.made");
        let told: Vec<&str> = exports.map(|row| row["told"].as_str().unwrap()).collect();
        // two by hand, and five formats twice
        assert_eq!(told.len(), 2 + 5 * 2, "{told:?}");
        assert!(told[0].starts_with("report=consents; from=2020-01-01T00:00:00Z"), "{told:?}");
        assert_eq!(cli(db, &["audit", "check"]).code, 0);
    }

    fn the_console_gives_the_dpo_what_the_command_line_gives(db: &Db) {
        let shop = busy(db);
        let dpo = shop.staff(db, "dpo");
        let page = dpo.get("/console/reports?lang=en").expect(200).text;
        assert!(page.contains("Register of processing") && page.contains("Request report"));
        let csrf = hidden(&page, "csrf").expect("a token");
        let before = shop.position();
        let reply = ask(&dpo, &csrf, &[("report", "processing"), ("format", "csv")]).expect(200);
        assert_eq!(reply.header("content-type"), Some("text/csv; charset=utf-8"));
        assert!(reply.header("content-disposition").unwrap().contains("placet-processing.csv"));
        assert_eq!(shop.position(), before + 1, "a report is logged");
        let query = reply.text.rsplit_once("\"{").expect("the query").1.replace("\"\"", "\"");
        let query: Value = serde_json::from_str(&format!("{{{}", query.trim_end().trim_end_matches('"'))).unwrap();
        assert_eq!(query["position"], before);
        // the command that stands in a page makes the same page
        let html = ask(&dpo, &csrf, &[("report", "consents"), ("format", "html")]).expect(200);
        let (_, command) = html.text.split_once("placet report ").expect("the command");
        let (command, _) = command.split_once('<').unwrap();
        let file = db.data_dir().join("report.html");
        let path = file.display().to_string();
        let words: Vec<&str> = command.split(' ').map(|word| if word == "report.html" { &path } else { word }).collect();
        let made = cli(db, &[&["report"], &words[..]].concat());
        assert_eq!(made.code, 0, "{made:?}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), html.text);
        let book = ask(&dpo, &csrf, &[("report", "uses"), ("format", "xlsx")]).expect(200);
        assert!(book.bytes.starts_with(b"PK"));
    }
}

#[test]
fn what_cannot_be_asked_is_refused_and_leaves_no_entry() {
    let db = Db::sqlite();
    let shop = busy(&db);
    let (dpo, admin) = (shop.staff(&db, "dpo"), shop.staff(&db, "admin"));
    let page = dpo.get("/console/reports?lang=en").expect(200).text;
    let csrf = hidden(&page, "csrf").expect("a token");
    let before = shop.position();
    // the role, the token, the fields
    admin.get("/console/reports").expect(403);
    let reply = ask(&admin, &csrf, &[("report", "uses"), ("format", "csv")]).expect(403);
    assert!(reply.text.contains("not open to your account"));
    let uses = [("report", "uses"), ("format", "csv")];
    let stale = ask(&dpo, "none", &uses).expect(422).text;
    assert!(stale.contains("open for too long"), "{stale}");
    let foreign = dpo.header("sec-fetch-site", "cross-site");
    ask(&foreign, &csrf, &uses).expect(422);
    let access = [
        ("report", "access"),
        ("format", "csv"),
        ("purpose", "newsletter"),
    ];
    let whole = ask(&dpo, &csrf, &access).expect(422).text;
    assert!(whole.contains("of the whole registry"), "{whole}");
    ask(&dpo, &csrf, &[("report", "persons"), ("format", "csv")]).expect(422);
    let brand = [
        ("report", "requests"),
        ("format", "csv"),
        ("controller", "default"),
    ];
    ask(&dpo, &csrf, &brand).expect(422);
    let order = [
        ("report", "uses"),
        ("format", "csv"),
        ("from", "2100-01-01"),
    ];
    ask(&dpo, &csrf, &order).expect(422);
    // nobody signed in
    let reply = ask(&shop.server.http(), &csrf, &uses).expect(303);
    assert_eq!(reply.header("location"), Some("/console/sign-in"));
    // the command line says which flag, and leaves no file
    for (kind, more, word) in [
        ("uses", ["--purpose", "newsleter"], "--purpose"),
        ("uses", ["--at", "99999"], "--at"),
        ("access", ["--controller", "default"], "--controller"),
        ("persons", ["--format", "csv"], "must be processing"),
        ("requests", ["--purpose", "newsletter"], "--purpose"),
    ] {
        let (file, output) = report(&db, "none.html", kind, &more);
        assert_eq!(output.code, 2, "{output:?}");
        assert!(output.stderr.contains(word), "{output:?}");
        assert!(!file.exists());
    }
    assert_eq!(shop.position(), before);
    // a file that is there stays as it is
    let (file, first) = report(&db, "kept.html", "uses", &[]);
    assert_eq!(first.code, 0, "{first:?}");
    let text = std::fs::read(&file).unwrap();
    assert_eq!(report(&db, "kept.html", "access", &[]).1.code, 2);
    assert_eq!(std::fs::read(&file).unwrap(), text);
}
