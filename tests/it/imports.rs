//! The console's page of imports: a file is tried, and run as it was tried; what it may never do, it does not; which
//! files came in is told.

use serde_json::json;

use crate::accounts::leads_to;
use crate::pages::axe;
use crate::shop::{Shop, yes};
use crate::support::browser::{Browser, Visitor};
use crate::support::database::Db;
use crate::support::forms::{filled, send, set};
use crate::support::http::{Http, Reply};
use crate::support::scene::hidden;
use crate::support::server::cli;
use crate::support::staff::{self, PASSWORD, csrf, keeping};

/// Where files are sent.
pub const PAGE: &str = "/console/imports";
const COLUMNS: &str = "/console/imports/columns";
const REFUSED: &str = "/console/imports/refused";
const RUN: &str = "/console/imports/run";
const KIND: &str = "multipart/form-data; boundary=b1";

/// A file as a shop has it: Anne says yes, Bob no, Cem was never asked, Dora said no here, and a line is damaged.
const FILE: &str = "E-mail;Accord;Le;Formulaire;=1+1\r\n\
    anne@import.example;Oui;03/04/2024;10.0.0.1;x\r\n\
    bob@import.example;NON;04/04/2024;;x\r\n\
    cem@import.example;;;;x\r\n\
    dora@import.example;Oui;05/04/2024;10.0.0.2;x\r\n\
    nobody;Oui;05/04/2024;10.0.0.3;x\r\n";

/// Of a file with one column, and a yes in each line.
const MAPPING: &str = "source = \"old\"\ntimezone = \"UTC\"\nfile = { delimiter = \",\", encoding = \"utf-8\" }\n\
    [[identifiers]]\nkind = \"email\"\ncolumn = \"email\"\n\
    [[consent]]\npurpose = \"newsletter\"\nchannel = \"email\"\nstatus = \"given\"\n";

fn dpo(shop: &Shop, db: &Db) -> Http {
    shop.staff(db, "dpo").header("accept-language", "en")
}

/// Sends a file as a browser does, and a mapping beside it.
#[track_caller]
pub fn sends(who: &Http, csrf: &str, map: &str, file: &[u8], mapping: &str) -> Reply {
    let mut body = Vec::new();
    for (name, text) in [("csrf", csrf), ("lang", "en"), ("map", map)] {
        let part =
            format!("--b1\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n");
        body.extend(part.as_bytes());
    }
    for (name, bytes) in [("file", file), ("mapping", mapping.as_bytes())] {
        let head = format!(
            "--b1\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"f\"\r\nContent-Type: text/csv\r\n\r\n"
        );
        body.extend(head.as_bytes());
        body.extend(bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--b1--\r\n");
    who.send("POST", PAGE, KIND, body)
}

/// A file with a mapping of its own: it is tried at once.
#[track_caller]
pub fn sends_plain(who: &Http, csrf: &str) -> Reply {
    sends(who, csrf, "own", b"email\nanne@import.example\n", MAPPING)
}

#[track_caller]
fn secret(who: &Http) -> String {
    csrf(&who.get(PAGE).expect(200).text)
}

/// The page on which the words of [`FILE`] are asked for.
#[track_caller]
fn asked_for_words(who: &Http) -> String {
    let columns = sends(who, &secret(who), "columns", FILE.as_bytes(), "")
        .expect(200)
        .text;
    let mut fields = filled(&columns, COLUMNS);
    for (name, value) in [
        ("wanted", "newsletter email"),
        ("notice", "newsletter@1"),
        ("language", "fr"),
        ("act", "3"),
        ("date", "2"),
    ] {
        set(&mut fields, name, value);
    }
    send(who, COLUMNS, &fields).expect(200).text
}

/// The page that says what would happen.
#[track_caller]
pub fn tried(who: &Http) -> String {
    let mut fields = filled(&asked_for_words(who), COLUMNS);
    set(&mut fields, "format", "%d/%m/%Y");
    send(who, COLUMNS, &fields).expect(200).text
}

#[track_caller]
fn answer(shop: &Shop, email: &str) -> Option<String> {
    let found = shop
        .dpo()
        .post("/v1/subjects/lookup", &json!({ "email": email }));
    found.json()["subject_id"].as_str()?;
    let person = shop.choices(email);
    let mut said = person["consents"].as_array().unwrap().iter();
    let newsletter = said.find(|one| one["purpose"] == "newsletter")?;
    Some(newsletter["status"].as_str()?.to_owned())
}

#[track_caller]
fn says(page: &str, parts: &[&str]) {
    for part in parts {
        assert!(page.contains(part), "{part}: {page}");
    }
}

on_both! {
    fn a_file_is_tried_and_run_as_it_was_tried(db: &Db) {
        let shop = Shop::open(db);
        let mut no = yes("dora@import.example");
        no["status"] = json!("withdrawn");
        shop.record(&no);
        let me = dpo(&shop, db);
        let words = asked_for_words(&me);
        says(&words, &["(empty cell)", "<bdi>NON</bdi>", "<bdi>Oui</bdi>", "31/12/2026", "12/31/2026"]);
        // a date that two ways of writing read is asked about, not guessed
        let open = filled(&words, COLUMNS);
        says(&send(&me, COLUMNS, &open).expect(422).text, &["Say of each word what it means"]);
        let before = shop.position();
        let page = tried(&me);
        says(&page, &["What the import would do", "<dt>New yes</dt><dd>1</dd>", "<dt>New refusals</dt><dd>1</dd>",
            "<dt>Rows that say nothing</dt><dd>1</dd>", "<dt>Lines refused</dt><dd>1</dd>", "Write 2 answers",
            "Yes kept out, since the person has said no, in the lines: 5", "This is no email address", "newsletter@1"]);
        assert!(!page.contains("without proof"), "{page}");
        assert_eq!(shop.position(), before, "nothing was written");
        assert_eq!(answer(&shop, "anne@import.example"), None);
        let file = send(&me, REFUSED, &filled(&page, REFUSED)).expect(200);
        assert!(file.text.starts_with("line,column,problem,how_to_mend\n6,E-mail,"), "{}", file.text);
        assert_eq!(file.header("content-disposition"), Some("attachment; filename=\"refused-lines.csv\""));
        let done = send(&me, RUN, &filled(&page, RUN)).expect(303);
        let own = done.header("location").unwrap().to_owned();
        let shown = me.get(&own).expect(200).text;
        says(&shown, &["<dt>New yes</dt><dd>1</dd>", "<dt>Lines refused</dt><dd>1</dd>", "<dd>dpo</dd>",
            "Yes kept out: the person has said no</dt><dd>1</dd>"]);
        assert!(!shown.contains("import.example"), "{shown}");
        for (email, said) in [("anne", Some("given")), ("bob", Some("refused")), ("cem", None), ("dora", Some("withdrawn"))] {
            assert_eq!(answer(&shop, &format!("{email}@import.example")).as_deref(), said, "{email}");
        }
        // once more changes nothing, and is told all the same
        send(&me, RUN, &filled(&page, RUN)).expect(303);
        let list = me.get(PAGE).expect(200).text;
        assert_eq!(list.matches("<th scope=\"row\"><a href=\"/console/imports/").count(), 2, "{list}");
        says(&list, &["Of its own: say what the columns mean"]);
        // the mark is the file's
        let path = db.data_dir().join("again.csv");
        std::fs::write(&path, FILE).unwrap();
        let mark = cli(db, &["audit", "mark", path.to_str().unwrap()]);
        says(&shown, &[mark.stdout.trim()]);
        assert!(!shop.server.stderr().contains("import.example") && !shop.server.stdout().contains("import.example"));
        let checked = cli(db, &["audit", "check"]);
        assert_eq!(checked.code, 0, "{checked:?}");
        db.tamper("DELETE FROM imports");
        let checked = cli(db, &["audit", "check"]);
        assert!(checked.stdout.contains("the row that finds this import is missing"), "{checked:?}");
    }

    /// What is run is what was tried, by who tried it.
    fn what_was_not_tried_is_not_run(db: &Db) {
        let shop = Shop::open(db);
        let me = dpo(&shop, db);
        staff::add(db, "second", "dpo");
        let other = staff::signs_in(&shop.server, "second").http.header("accept-language", "en");
        let page = tried(&me);
        let fields = filled(&page, RUN);
        let before = shop.position();
        let with = |name: &str, value: &str| {
            let mut fields = fields.clone();
            set(&mut fields, name, value);
            fields
        };
        let file = hidden(&page, "file").unwrap();
        let longer = format!("{file}AA");
        for changed in [with("csrf", "guessed"), with("tag", ""), with("map", "brevo"), with("mapping", ""),
            with("file", &longer), with("file", ""), with("csrf", "")] {
            says(&send(&me, RUN, &changed).expect(422).text, &["Nothing was written"]);
        }
        let mut theirs = fields.clone();
        set(&mut theirs, "csrf", &secret(&other));
        says(&send(&other, RUN, &theirs).expect(422).text, &["Nothing was written"]);
        assert_eq!(shop.position(), before);
        assert_eq!(answer(&shop, "anne@import.example"), None);
    }

    fn running_asks_for_a_fresh_proof_and_goes_on_with_the_file(db: &Db) {
        let shop = Shop::open(db);
        staff::add(db, "chief", "admin");
        let member = staff::signs_in(&shop.server, "chief");
        let me = member.http.header("accept-language", "en");
        let many: String = (0..30_000).map(|n| format!("{n}@many.example,{:x}\n", n * 7_919)).collect();
        let mapping = "source = \"old\"\ntimezone = \"UTC\"\r\nfile = { delimiter = \",\", encoding = \"utf-8\" }\n\
            [[identifiers]]\nkind = \"email\"\ncolumn = \"mail\"\n\
            [[consent]]\npurpose = \"newsletter\"\nchannel = \"email\"\nstatus = \"withdrawn\"\n";
        let file = format!("mail,x\n{many}");
        let page = sends(&me, &secret(&me), "own", file.as_bytes(), mapping).expect(200).text;
        says(&page, &["Write 30,000 answers"]);
        db.tamper("UPDATE sessions SET proven_at = 1");
        let asked = send(&me, RUN, &filled(&page, RUN)).expect(403).text;
        says(&asked, &["name=\"proof\""]);
        let mut fields = filled(&asked, RUN);
        let proof = match &member.app {
            Some(app) => {
                db.tamper("UPDATE staff SET factor_step = 0");
                app.code(0)
            }
            None => PASSWORD.to_owned(),
        };
        set(&mut fields, "proof", &proof);
        let done = send(&me, RUN, &fields).expect(303);
        let shown = keeping(&shop.server, &done).get(done.header("location").unwrap()).expect(200).text;
        says(&shown, &["<dd>30,000</dd>", "<dd>chief</dd>"]);
        assert_eq!(answer(&shop, "29999@many.example").as_deref(), Some("withdrawn"));
    }

    fn what_cannot_be_read_says_so_and_nothing_is_written(db: &Db) {
        let shop = Shop::open(db);
        let me = dpo(&shop, db);
        let before = shop.position();
        let plain = b"email\nanne@import.example\n";
        let good = MAPPING;
        let huge = vec![b'x'; 9 * 1024 * 1024];
        let cases: [(&str, &[u8], &str, &str); 12] = [
            ("columns", b"", "", "Choose a file that is not empty."),
            ("columns", b"PK\x03\x04rest", "", "This is no CSV file."),
            ("own", plain, "", "to a mapping of your own belongs its file"),
            ("own", plain, "source = 1", "Line 1:"),
            ("own", plain, &good.replace("newsletter", "none"), "the purpose none is not in force"),
            ("own", plain, &good.replace("column = \"email\"", "column = \"=1+1\""), "This column is not in the file."),
            ("none", plain, good, "Choose a layout"),
            ("../../etc/passwd", plain, "", "Choose a layout"),
            ("brevo", plain, "", "This column is not in the file."),
            ("listmonk", b"", "", "Choose a file that is not empty."),
            ("columns", &huge, "", "more than 7 MB"),
            ("columns", b"\xff\xfee\0", "", "This is no CSV file."),
        ];
        for (map, file, mapping, wrong) in cases {
            says(&sends(&me, &secret(&me), map, file, mapping).expect(422).text, &[wrong]);
        }
        says(&sends(&me, "guessed", "own", plain, good).expect(422).text, &["open for too long"]);
        let columns = sends(&me, &secret(&me), "columns", FILE.as_bytes(), "").expect(200).text;
        for (name, value, wrong) in [("email", "", "Choose a column of email addresses"), ("source", " ", "Say where"),
            ("answer", "", "Choose the column that says"), ("answer", "all-skipped", "Choose the column that says"),
            ("date", "0", "in no known way"), ("wanted", "newsletter", "Choose a purpose")] {
            let mut fields = filled(&columns, COLUMNS);
            set(&mut fields, "wanted", "newsletter email");
            set(&mut fields, name, value);
            says(&send(&me, COLUMNS, &fields).expect(422).text, &[wrong]);
        }
        let many: String = (0..40).map(|n| format!("a{n}@x.example,word{n}\n")).collect();
        let many = format!("email,consent\n{many}");
        let columns = sends(&me, &secret(&me), "columns", many.as_bytes(), "").expect(200).text;
        says(&send(&me, COLUMNS, &filled(&columns, COLUMNS)).expect(422).text, &["more than 30 different words"]);
        me.get("/console/imports/0").expect(404);
        me.get("/console/imports/x").expect(404);
        me.get("/console/imports/18446744073709551615").expect(404);
        assert_eq!(shop.position(), before);
    }

    /// Who reads the log sees which files came in, from the command line too, and brings none in.
    fn an_auditor_sees_what_came_in(db: &Db) {
        let shop = Shop::open(db);
        let path = db.data_dir().join("in.csv");
        std::fs::write(&path, "Email Address\nanne@import.example\n").unwrap();
        let map = db.data_dir().join("m.toml");
        let mapping = MAPPING.replace("column = \"email\"", "column = \"Email Address\"");
        std::fs::write(&map, mapping).unwrap();
        let done = cli(db, &["import", path.to_str().unwrap(), "--map", map.to_str().unwrap()]);
        assert_eq!(done.code, 0, "{done:?}");
        let until = crate::roles::day(30);
        let added = crate::roles::adds(db, "auditor", &["--role", "auditor", "--until", &until]);
        assert_eq!(added.code, 0, "{added:?}");
        let auditor = staff::signs_in(&shop.server, "auditor").http.header("accept-language", "en");
        let list = auditor.get(PAGE).expect(200).text;
        says(&list, &["m.toml", "<td class=\"n\">1</td>"]);
        assert!(!list.contains("type=\"file\""), "{list}");
        let secret = csrf(&list);
        sends(&auditor, &secret, "columns", FILE.as_bytes(), "").expect(403);
        leads_to(&shop.server.http().get(PAGE), "/console/sign-in");
    }
}

/// In a browser, from the file to the page of what came of it, in French.
#[test]
fn a_dpo_brings_a_file_in() {
    let db = Db::sqlite();
    let shop = Shop::open_with(&db, &[("PLACET_STAFF_SECOND_FACTOR", "optional")]);
    let visitor = Visitor {
        languages: "fr-FR,fr",
        ..Visitor::default()
    };
    let Some(browser) = Browser::open(visitor) else {
        return;
    };
    staff::add(&db, "dpo", "dpo");
    let path = db.data_dir().join("boutique.csv");
    std::fs::write(&path, FILE).unwrap();
    browser.goto(&format!("{}/console/sign-in", shop.server.url()));
    browser.find("#user").enter("dpo");
    browser.find("#password").enter(PASSWORD);
    browser.find("button.main").follow();
    browser.goto(&format!("{}{PAGE}", shop.server.url()));
    let looks = |name: &str| {
        for (width, height) in [(320, 640), (1280, 900)] {
            browser.resize(width, height);
            let faults = axe::faults(&browser);
            assert!(faults.is_empty(), "{name}, {width} px: {faults:#?}");
        }
        keep(&browser, name);
    };
    let choose = |list: &str, value: &str| {
        browser.script(&format!(
            "document.querySelector('{list}').value = '{value}'"
        ));
    };
    looks("imports");
    browser.find("#file").enter(path.to_str().unwrap());
    browser.find("main form button.main").follow();
    looks("columns");
    choose("#wanted", "newsletter email");
    choose("#date", "2");
    browser.find("main form button.main").follow();
    looks("words");
    choose("#format", "%d/%m/%Y");
    browser.find("main form button.main").follow();
    looks("tried");
    let text = browser.find("main").text();
    assert!(
        text.contains("Ce que ferait l’import") && text.contains("Écrire 3 réponses"),
        "{text}"
    );
    browser.find("form[action$='/run'] button").follow();
    looks("import");
    let text = browser.find("main").text();
    assert!(
        text.contains("Un import") && text.contains("Nouveaux oui"),
        "{text}"
    );
    assert_eq!(
        answer(&shop, "anne@import.example").as_deref(),
        Some("given")
    );
}

/// Pictures to look at, where `PLACET_TEST_PICTURES` names a folder.
fn keep(browser: &Browser, name: &str) {
    if let Ok(folder) = std::env::var("PLACET_TEST_PICTURES") {
        browser.screenshot(&std::path::Path::new(&folder).join(format!("{name}.png")));
    }
}
