//! Every table that the program hands out as a file, opened in a spreadsheet: a text that persons, tools or staff
//! wrote is a text there, whichever sign the program takes for a separator.

mod cells;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::json;

use self::cells::{Cell, opened};
use crate::packages::{asks_for_one, post, ready, unpacked};
use crate::shop::{Shop, yes};
use crate::support::database::Db;
use crate::support::process::find;
use crate::support::server::{cli, cli_with_input};
use crate::support::staff;
use crate::support::waits::{LIBREOFFICE, test_name};
use crate::systems::{applied, fill, system};
use crate::ways_in::FOLDER;
use crate::ways_in::signing_in::signed_in;

const ANNE: &str = "anne@sheets.example";

/// What a spreadsheet calculates, follows or starts.
const FORMULAS: [&str; 17] = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1+1)",
    "  =1+1",
    "=HYPERLINK(\"http://evil.example\",\"here\")",
    "=DDE(\"soffice\";\"/etc/passwd\";1)",
    "=cmd|' /C calc'!A0",
    "＝1+1",
    "x;=1+1",
    "x;=1+1;y",
    "x,=1+1",
    "x\";=1+1",
    "\"=1+1",
    "=1+1;=1+1",
    "x; \"=1+1",
    "-2+3+cmd|' /C calc'!A0",
];

/// The same behind what only a text of many lines can hold.
const OF_LINES: [&str; 4] = ["\t=1+1", "x\r\n=1+1", "x\n=1+1", "x\t=1+1"];

/// A campaign names no person, so that its name has no `@`.
fn campaign(text: &str) -> String {
    text.trim().replace('@', "=")
}

/// A shop in which each text stands wherever somebody can write one.
fn furnished(db: &Db) -> Shop {
    let shop = Shop::open_with(db, &FOLDER);
    let [one, two] = [FORMULAS[0], FORMULAS[5]];
    let brand = json!({ "name": one, "country": "FR", "contact": two, "dpo_contact": FORMULAS[9] });
    shop.admin()
        .put("/v1/controllers/default", &brand)
        .expect(200);
    for (at, text) in FORMULAS.iter().enumerate() {
        let words = json!({ "fr": text, "en": text });
        let purpose = json!({ "controller": "default", "use": "direct_marketing_own", "legal_basis": "consent",
            "channels": ["email"], "title": words, "description": words, "data_categories": [text],
            "recipients": [text] });
        shop.admin()
            .put(&format!("/v1/purposes/sheet-{at}"), &purpose)
            .expect(200);
        let question = json!({ "subject": { "email": ANNE }, "purpose": "newsletter", "channel": "email",
            "campaign": campaign(text) });
        shop.marketing().post("/v1/checks", &question).expect(200);
        let mut given = yes(&format!("s{at}@sheets.example"));
        given["source"] = json!({ "kind": "store", "id": text, "agent": text });
        shop.record(&given);
        let contact = json!({ "subject": { "email": ANNE }, "direction": "to_person", "channel": "email",
            "purpose": "newsletter", "campaign": campaign(text) });
        shop.collector().post("/v1/contacts", &contact).expect(201);
        let name = cli(
            db,
            &[
                "api-key",
                "create",
                &format!("--name={text}"),
                "--role",
                "dpo",
            ],
        );
        let key = shop.server.http().bearer(name.stdout.trim());
        key.get("/v1/audit/entries?limit=1").expect(200);
    }
    anne(db, &shop);
    shop
}

/// Anne, whose own words and whose answers in a shop are such texts; and a system that holds them.
fn anne(db: &Db, shop: &Shop) {
    let crm = db.data_dir().join("crm.db");
    fill(
        &crm,
        "CREATE TABLE notes (email TEXT, note TEXT, \"=1+1\" TEXT)",
    );
    for text in FORMULAS.iter().chain(&OF_LINES) {
        let text = text.replace('\'', "''");
        fill(
            &crm,
            &format!("INSERT INTO notes VALUES ('{ANNE}', '{text}', '{text}')"),
        );
    }
    let via = format!(
        "kind = \"sqlite\"\nat = {{ file = \"{}\" }}\nread = \"SELECT * FROM notes WHERE email = ?1\"\n\
        erase = [\"DELETE FROM notes WHERE email = ?1\"]",
        crm.display()
    );
    applied(db, &[system("crm", "email", "", &via)]);
    let mut given = yes(ANNE);
    given["source"] = json!({ "kind": "store", "id": FORMULAS[9], "agent": FORMULAS[0] });
    given["evidence"] = json!({ "note": FORMULAS.concat(), (FORMULAS[11]): OF_LINES.concat() });
    shop.record(&given);
    let text = [&FORMULAS[..], &OF_LINES].concat().join("\n");
    for (kind, text) in [
        ("access", text.as_str()),
        ("portability", FORMULAS[0]),
        ("objection", OF_LINES[0]),
    ] {
        let asked = json!({ "kind": kind, "subject": { "email": ANNE }, "country": "FR", "via": "letter",
            "text": text, "place": FORMULAS[1] });
        shop.collector().post("/v1/requests", &asked).expect(201);
    }
    for (at, text) in ["=1+1", "+1+1", "x;=1+1", "@SUM(1+1)"].iter().enumerate() {
        let role = if at % 2 == 0 { "dpo" } else { "marketing" };
        let added = cli_with_input(
            db,
            &["user", "add", "--login", text, "--role", role],
            staff::PASSWORD,
        );
        assert_eq!(added.code, 0, "{added:?}");
        staff::signs_in(&shop.server, text);
    }
}

/// All files that are tables, and one of no making of ours, by which it is seen that the look finds what calculates.
fn files(db: &Db, shop: &Shop) -> Vec<PathBuf> {
    let folder = db.data_dir().join("tables");
    std::fs::create_dir_all(&folder).unwrap();
    let mut made = Vec::new();
    let period = ["--from", "2020-01-01", "--to", "2099-12-31"];
    for kind in ["processing", "consents", "uses", "access", "requests"] {
        for format in ["csv", "xlsx"] {
            let file = folder.join(format!("{kind}-{format}.{format}"));
            let path = file.display().to_string();
            let asked = ["report", kind, "--format", format, "-o", &path];
            let done = cli(db, &[&asked[..], &period].concat());
            assert_eq!(done.code, 0, "{done:?}");
            made.push(file);
        }
    }
    let mine = signed_in(db, shop, ANNE);
    asks_for_one(&mine);
    let package = post(&mine, "/me/data/file", &ready(&mine)).expect(200);
    for (name, text) in unpacked(&package.bytes) {
        if name.ends_with(".csv") {
            let file = folder.join(format!("package-{}", name.replace('/', "-")));
            std::fs::write(&file, text).unwrap();
            made.push(file);
        }
    }
    let live = folder.join("live.csv");
    let link = "\"=HYPERLINK(\"\"http://evil.example\"\")\"";
    std::fs::write(&live, format!("=1+1\r\n{link}\r\n")).unwrap();
    made.push(live);
    made
}

/// No cell but those that are meant to.
fn nothing_calculates(tables: &mut BTreeMap<String, Vec<Cell>>) {
    let is_live = |cell: &&Cell| {
        cell.attributes.contains("table:formula") || cell.attributes.contains("xlink:")
    };
    let live = tables.remove("live.csv").expect("the counter-example");
    assert_eq!(
        live.iter().filter(is_live).count(),
        2,
        "what calculates is not seen"
    );
    let mut texts = 0;
    for (name, cells) in tables {
        assert!(!cells.is_empty(), "{name} is empty");
        let found = cells.iter().filter(is_live);
        let found: Vec<_> = found.map(|cell| (&cell.attributes, &cell.text)).collect();
        assert!(found.is_empty(), "{name} calculates: {found:?}");
        texts += cells
            .iter()
            .filter(|cell| cell.text.contains("1+1"))
            .count();
    }
    assert!(texts > 100, "{texts} of the texts stand in the files");
}

#[test]
fn no_cell_calculates() {
    let Some(program) = find(&["soffice"]) else {
        LIBREOFFICE.missing(&test_name(), "soffice is not installed");
        return;
    };
    let db = Db::sqlite();
    let shop = furnished(&db);
    let files = files(&db, &shop);
    assert!(files.len() > 20, "{files:?}");
    let mut tables = opened(&program, db.data_dir(), &files, ',');
    nothing_calculates(&mut tables);
    // half of Europe parts cells by another sign
    let is_csv = |file: &&PathBuf| file.extension().is_some_and(|ending| ending == "csv");
    let csv: Vec<PathBuf> = files.iter().filter(is_csv).cloned().collect();
    nothing_calculates(&mut opened(&program, db.data_dir(), &csv, ';'));
    // what was said can be read: as it was, or behind the apostrophe
    for formula in FORMULAS.map(campaign) {
        let bare = formula.replace('\'', "");
        let is_it = |cell: &Cell| cell.text == formula;
        let is_marked = |cell: &Cell| cell.text.replace('\'', "") == bare;
        let (book, file) = (&tables["uses-xlsx.xlsx"], &tables["uses-csv.csv"]);
        assert!(book.iter().any(is_it), "{formula} is not in the workbook");
        // it takes the letters of a CSV file for those of another alphabet, unless it is told
        let is_marked = file.iter().any(is_marked) || !formula.is_ascii();
        assert!(is_marked, "{formula} is not in the file");
    }
}
