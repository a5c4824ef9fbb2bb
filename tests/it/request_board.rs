//! The console's side of requests: the board, the file, what is written down and answered, the feed of dates,
//! the alarms, and the report.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::shop::{Shop, yes};
use crate::support::database::Db;
use crate::support::http::{Http, Reply};
use crate::support::scene::hidden;
use crate::support::server::cli;
use crate::support::smtp::Smtp;
use crate::support::staff;

const BOARD: &str = "/console/requests";
const WORDS: &str = "Zéphyrine Quillembois demande tout";
const EMAIL: &str = "zephyrine@known.example";

/// Where the registry is: the last hour of a day in UTC is the next day there.
fn today() -> chrono::NaiveDate {
    let now = chrono::Utc::now().with_timezone(&chrono_tz::Europe::Paris);
    now.date_naive()
}

fn ago(days: u64) -> String {
    (today() - chrono::Days::new(days)).to_string()
}

/// Files a request by the API.
fn file(shop: &Shop, kind: &str, email: &str, received: &str) -> Value {
    let body = json!({ "kind": kind, "subject": { "email": email }, "received_at": received,
        "via": "mail", "text": WORDS });
    shop.collector()
        .post("/v1/requests", &body)
        .expect(201)
        .json()
}

/// The DPO in a browser, in English.
fn desk(shop: &Shop, db: &Db) -> Http {
    shop.staff(db, "dpo").header("accept-language", "en")
}

/// A second member of the staff.
fn second(shop: &Shop, db: &Db) -> Http {
    staff::add(db, "second", "dpo");
    let member = staff::signs_in(&shop.server, "second");
    member.http.header("accept-language", "en")
}

fn path(request: &Value) -> String {
    format!("{BOARD}/{}", request["id"].as_str().unwrap())
}

fn opened(request: &Value) -> String {
    format!(
        "{}?why=person_request&reference={}",
        path(request),
        request["number"].as_str().unwrap()
    )
}

/// Does something as the file's page would; `page` is what it showed.
fn act(desk: &Http, request: &Value, page: &str, fields: &[(&str, &str)]) -> Reply {
    let (csrf, version) = (
        hidden(page, "csrf").unwrap(),
        hidden(page, "version").unwrap(),
    );
    let number = request["number"].as_str().unwrap();
    let mut all = vec![
        ("csrf", csrf.as_str()),
        ("version", version.as_str()),
        ("lang", "en"),
        ("why", "person_request"),
        ("reference", number),
    ];
    all.extend(fields);
    desk.form(&format!("{}/act", path(request)), &all)
}

/// The text of the answer that the page prepares.
fn prepared(desk: &Http, request: &Value, query: &str) -> Reply {
    let (_, why) = opened(request)
        .split_once('?')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    desk.get(&format!("{}/reply?{query}&{why}", path(request)))
}

fn letter_of(page: &str) -> String {
    let (_, rest) = page.split_once("<textarea id=\"text\"").unwrap();
    let (_, rest) = rest.split_once('>').unwrap();
    rest.split("</textarea>")
        .next()
        .unwrap()
        .replace("&#39;", "'")
        .replace('\u{a0}', " ")
}

/// What a reader that is not ours makes of a feed: one calendar, an event a request, each as RFC 5545 wants it.
fn events_of(feed: &str, due: &str, number: &str) {
    let read: Result<Vec<_>, _> = ical::IcalParser::new(feed.as_bytes()).collect();
    let calendars = read.expect("a calendar");
    assert_eq!(calendars.len(), 1);
    let of = |properties: &[ical::property::Property], name: &str| {
        let mut found = properties.iter().filter(|one| one.name == name);
        let one = found.next().unwrap_or_else(|| panic!("no {name}")).clone();
        assert!(found.next().is_none(), "{name} twice");
        one
    };
    let calendar = &calendars[0];
    assert_eq!(of(&calendar.properties, "VERSION").value.unwrap(), "2.0");
    assert!(!of(&calendar.properties, "PRODID").value.unwrap().is_empty());
    assert_eq!(calendar.events.len(), 1, "{feed}");
    let event = &calendar.events[0].properties;
    let start = of(event, "DTSTART");
    assert_eq!(start.value.as_deref(), Some(due));
    let day = ("VALUE".to_owned(), vec!["DATE".to_owned()]);
    assert_eq!(start.params, Some(vec![day]));
    assert!(!of(event, "UID").value.unwrap().is_empty());
    let stamp = of(event, "DTSTAMP").value.unwrap();
    assert!(
        stamp.len() == 16 && stamp.ends_with('Z') && stamp.contains('T'),
        "{stamp}"
    );
    assert!(of(event, "SUMMARY").value.unwrap().contains(number));
}

/// The cards of a column.
fn lane(page: &str, word: &str) -> String {
    let (_, rest) = page.split_once(&format!("id=\"lane-{word}\"")).unwrap();
    rest.split("</section>").next().unwrap().to_owned()
}

on_both! {
    fn the_board_says_what_is_near_and_names_nobody(db: &Db) {
        let shop = Shop::open(db);
        let late = file(&shop, "access", EMAIL, &ago(70));
        let soon = file(&shop, "erasure", "b@known.example", &ago(27));
        // a last day moves by up to four days where it is a holiday: these stay in their lanes on every day of the year
        let month = file(&shop, "objection", "c@known.example", &ago(10));
        let number = |one: &Value| one["number"].as_str().unwrap().to_owned();
        let desk = desk(&shop, db);
        let before = shop.position();
        let page = desk.get(BOARD).expect(200).text;
        for (word, one) in [("late", &late), ("week", &soon), ("month", &month)] {
            assert!(lane(&page, word).contains(&number(one)), "{word}: {page}");
        }
        assert!(page.contains("days late") && page.contains("Month of the law"));
        assert!(!page.contains("known.example") && !page.contains("Quillembois"));
        // what to do first: the late one, then the near one
        let first = page.split("id=\"first\"").nth(1).unwrap().split("</section>").next().unwrap();
        assert!(first.find(&number(&late)) < first.find(&number(&soon)) && first.contains(&number(&soon)));
        let table = desk.get(&format!("{BOARD}?view=table")).expect(200).text;
        for one in [&late, &soon, &month] {
            assert_eq!(table.matches(&format!(">{}<", number(one))).count(), 2);
        }
        let erasures = desk.get(&format!("{BOARD}?kind=erasure")).expect(200).text;
        assert!(erasures.contains(&number(&soon)) && !erasures.contains(&number(&late)));
        assert!(!desk.get(&format!("{BOARD}?owner=mine")).expect(200).text.contains(&number(&soon)));
        assert!(desk.get(&format!("{BOARD}?owner=none")).expect(200).text.contains(&number(&soon)));
        let home = desk.get("/console").expect(200).text;
        assert!(home.contains("1 due within seven days, 1 late."), "{home}");
        let metrics = shop.server.http().get("/metrics").expect(200).text;
        assert!(metrics.contains("placet_requests_due 1\n") && metrics.contains("placet_requests_overdue 1\n"), "{metrics}");
        assert_eq!(shop.position(), before, "a board is nobody's file");
    }

    /// Facts at once; who it is and what they wrote after a reason, which stands in the log.
    fn a_file_is_opened_for_a_reason(db: &Db) {
        let shop = Shop::open(db);
        let request = file(&shop, "access", EMAIL, &ago(3));
        let desk = desk(&shop, db);
        let closed = desk.get(&path(&request)).expect(200).text;
        assert!(!closed.contains("Quillembois") && !closed.contains(EMAIL));
        assert!(closed.contains("How the last day is counted") && closed.contains("/log/tile/entries/"));
        let before = shop.position();
        let file = desk.get(&opened(&request)).expect(200).text;
        assert!(file.contains("Quillembois") && file.contains(EMAIL));
        assert_eq!(shop.position(), before + 1);
        let viewed = shop.dpo().get("/v1/audit/entries?limit=200").expect(200).text;
        assert!(viewed.contains("subject.viewed"));
        let subject = shop.subject(EMAIL);
        let history = shop.dpo().get(&format!("/v1/subjects/{subject}/history?limit=200")).expect(200).json();
        let views = history["items"].as_array().unwrap().iter();
        let said = views.filter(|one| one["content"]["view"] == "request").map(|one| one["content"].clone()).collect::<Vec<_>>();
        assert_eq!((said.len(), &said[0]["reason"]), (1, &json!("person_request")), "{said:?}");
        assert_eq!(said[0]["reference"], request["number"]);
        // no reason of ours, no file
        let wrong = desk.get(&format!("{}?why=curiosity", path(&request))).expect(422).text;
        assert!(!wrong.contains("Quillembois"));
        let named = desk.get(&format!("{}?why=other&reference=anne@known.example", path(&request))).expect(422).text;
        assert!(!named.contains("Quillembois"));
        desk.get(&format!("{BOARD}/01900000-0000-7000-8000-000000000000")).expect(404);
        desk.get(&format!("{BOARD}/none")).expect(404);
    }

    /// Every act, each with the version that the page showed; the second of two is told.
    fn what_is_done_is_done_once(db: &Db) {
        let shop = Shop::open(db);
        let request = file(&shop, "access", EMAIL, &ago(3));
        let (first, other) = (desk(&shop, db), second(&shop, db));
        let page = first.get(&opened(&request)).expect(200).text;
        let theirs = other.get(&opened(&request)).expect(200).text;
        let done = act(&first, &request, &page, &[("act", "identify"), ("known_by", "call_back")]).expect(303);
        assert!(done.header("location").unwrap().contains("done=identify"));
        let told = act(&other, &request, &theirs, &[("act", "refuse"), ("ground", "excessive")]).expect(409).text;
        assert!(told.contains("Somebody acted on this request meanwhile"), "{told}");
        // without the token nothing is done
        let page = first.get(&opened(&request)).expect(200).text;
        let version = hidden(&page, "version").unwrap();
        let fields = [("csrf", "x"), ("version", version.as_str()), ("act", "refuse"), ("ground", "excessive")];
        first.form(&format!("{}/act", path(&request)), &fields).expect(409);
        let owners = page.split("<select id=\"owner\"").nth(1).unwrap();
        let id = owners.split("value=\"").nth(2).unwrap().split('"').next().unwrap().to_owned();
        act(&first, &request, &page, &[("act", "assign"), ("owner", &id)]).expect(303);
        let page = first.get(&opened(&request)).expect(200).text;
        act(&first, &request, &page, &[("act", "message"), ("by", "note"), ("text", "Asked the shop.")]).expect(303);
        // an extension names its reason and the new day
        let ready = prepared(&first, &request, "act=extend&reason=complexity&tongue=en").expect(200).text;
        let text = letter_of(&ready);
        assert!(text.contains("because your request is complex (GDPR 12(3))"), "{text}");
        let fields = [("act", "extend"), ("reason", "complexity"), ("text", text.as_str()), ("to", ""), ("tongue", "en")];
        act(&first, &request, &ready, &fields).expect(303);
        let again = prepared(&first, &request, "act=extend&reason=complexity&tongue=en").expect(409).text;
        assert!(again.contains("It was extended already"), "{again}");
        // a refusal names ground, source, authority and court, in the person's language
        let ready = prepared(&first, &request, "act=refuse&ground=rights_of_others&tongue=de").expect(200).text;
        let text = letter_of(&ready);
        for part in ["DSGVO 15(4), 20(4)", "CNIL", "ein Gericht anrufen", "DSGVO 12(4)"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let fields = [("act", "refuse"), ("ground", "rights_of_others"), ("text", text.as_str()), ("to", ""), ("tongue", "de")];
        act(&first, &request, &ready, &fields).expect(303);
        let file = first.get(&opened(&request)).expect(200).text;
        for part in ["Asked the shop.", "ein Gericht anrufen", "Quillembois", "Request extended", "Request answered"] {
            assert!(file.contains(part), "{part}");
        }
        let letter = file.split("/letter/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let printed = first.get(&format!("{}/letter/{letter}", path(&request))).expect(200).text;
        assert!(printed.contains("because your request is complex") || printed.contains("ein Gericht anrufen"));
        let held = shop.dpo().get(&format!("/v1/requests/{}", request["id"].as_str().unwrap())).expect(200).json();
        assert_eq!((&held["state"], &held["version"]), (&json!("refused"), &json!(5)));
        assert_eq!(cli(db, &["audit", "check"]).code, 0);
    }

    /// An erasure: first the answer, whose mail says it itself; then the person is gone, and the file remains.
    fn an_erasure_is_told_first(db: &Db) {
        let smtp = Smtp::start(&[]);
        let url = smtp.url();
        let shop = Shop::open_with(db, &[("PLACET_SMTP_URL", &url), ("PLACET_MAIL_FROM", "choices@shop.example")]);
        shop.record(&yes(EMAIL));
        let request = file(&shop, "erasure", EMAIL, &ago(3));
        let desk = desk(&shop, db);
        let page = desk.get(&opened(&request)).expect(200).text;
        act(&desk, &request, &page, &[("act", "identify"), ("known_by", "call_back")]).expect(303);
        let ready = prepared(&desk, &request, "act=fulfil&except=&tongue=fr").expect(200).text;
        let text = letter_of(&ready);
        assert!(text.contains("Vos données sont effacées"), "{text}");
        let to = ready.split("<select id=\"to\"").nth(1).unwrap().split("value=\"").nth(1).unwrap().split('"').next().unwrap();
        let fields = [("act", "fulfil"), ("except", ""), ("text", text.as_str()), ("to", to), ("tongue", "fr"), ("first", "tell")];
        act(&desk, &request, &ready, &fields).expect(303);
        let came = smtp.wait(2).remove(1);
        assert!(came.decoded().contains("effacées"), "{}", came.decoded());
        let ready = prepared(&desk, &request, "act=fulfil&except=&tongue=fr").expect(200).text;
        let fields = [("act", "fulfil"), ("except", ""), ("text", text.as_str()), ("to", ""), ("tongue", "fr")];
        act(&desk, &request, &ready, &fields).expect(303);
        shop.dpo().post("/v1/subjects/lookup", &json!({ "email": EMAIL })).expect(404);
        let file = desk.get(&path(&request)).expect(200).text;
        assert!(file.contains("The person was erased") && !file.contains(EMAIL));
        assert_eq!(cli(db, &["audit", "check"]).code, 0);
    }

    /// Who asked by mail is told by mail that there is news; what, is read after signing in.
    fn news_are_mailed_without_what_they_are(db: &Db) {
        let smtp = Smtp::start(&[]);
        let url = smtp.url();
        let shop = Shop::open_with(db, &[("PLACET_SMTP_URL", &url), ("PLACET_MAIL_FROM", "choices@shop.example")]);
        let request = file(&shop, "access", EMAIL, &ago(3));
        let desk = desk(&shop, db);
        let ready = prepared(&desk, &request, "act=refuse&ground=excessive&tongue=nl").expect(200).text;
        let (text, number) = (letter_of(&ready), request["number"].as_str().unwrap());
        let to = ready.split("<select id=\"to\"").nth(1).unwrap().split("value=\"").nth(1).unwrap().split('"').next().unwrap();
        assert_eq!(to.len(), 64, "the address is named by its hash: {to}");
        let stranger = "ab".repeat(32);
        let mut fields = [("act", "refuse"), ("ground", "excessive"), ("text", text.as_str()), ("to", stranger.as_str()), ("tongue", "nl")];
        act(&desk, &request, &ready, &fields).expect(422);
        fields[3].1 = to;
        act(&desk, &request, &ready, &fields).expect(303);
        let came = smtp.wait(1).remove(0).decoded();
        assert!(came.contains(number) && came.contains("/me/requests"), "{came}");
        assert!(!came.contains("buitensporig") && !came.contains("Quillembois"), "{came}");
    }

    /// One by one, or an agent's many: all or none, and each line told.
    fn letters_are_written_down(db: &Db) {
        let shop = Shop::open(db);
        let desk = desk(&shop, db);
        let form = |fields: &[(&str, &str)]| {
            let page = desk.get(&format!("{BOARD}/new")).expect(200).text;
            let csrf = hidden(&page, "csrf").unwrap();
            let received = ago(2);
            let mut all = vec![("csrf", csrf.as_str()), ("lang", "en"), ("kind", "access"), ("via", "letter"), ("received_at", received.as_str())];
            all.extend(fields);
            desk.form(&format!("{BOARD}/new"), &all)
        };
        let none = form(&[]).expect(422).text;
        assert!(none.contains("Nothing was written down") && none.contains("href=\"#email\""), "{none}");
        let made = form(&[("email", EMAIL), ("place", "lille-2"), ("text", WORDS)]).expect(201).text;
        assert!(made.contains("Written down"), "{made}");
        form(&[("email", EMAIL), ("agent", "Rights Ltd")]).expect(422);
        let rows = "email;kind;received_at\none@known.example;access;\ntwo@;erasure;\nthree@known.example;acess;2100-01-01";
        let told = form(&[("rows", rows), ("agent", "Rights Ltd"), ("reference", "M-17")]).expect(422).text;
        assert!(told.contains("Line 3, email."), "{told}");
        let rows = rows.replace("two@", "two@known.example");
        let told = form(&[("rows", &rows), ("agent", "Rights Ltd"), ("reference", "M-17")]).expect(422).text;
        assert!(told.contains("Line 4, kind.") && told.contains("Line 4, received_at."), "{told}");
        assert!(!told.contains("three@known.example;") || told.contains("<textarea id=\"rows\""));
        form(&[("rows", "email\na@known.example")]).expect(422);
        let open = |shop: &Shop| shop.dpo().get("/v1/requests").expect(200).json()["items"].as_array().unwrap().len();
        assert_eq!(open(&shop), 1, "all or none");
        let rows = "email,kind\none@known.example,access\ntwo@known.example,erasure";
        let made = form(&[("rows", rows), ("agent", "Rights Ltd"), ("reference", "M-17")]).expect(201).text;
        assert_eq!((made.matches("/console/requests/0").count(), open(&shop)), (2, 3), "{made}");
        let file = desk.get(&format!("{}?why=person_request", made.split("class=\"hit\" href=\"").nth(1).unwrap().split('"').next().unwrap())).expect(200).text;
        assert!(file.contains("Rights Ltd") && file.contains("M-17"));
    }

    /// An address of one's own, shown once, kept as a hash, ended at once; nothing of anybody is in it.
    fn the_dates_of_requests_are_fed_to_a_calendar(db: &Db) {
        let shop = Shop::open(db);
        let request = file(&shop, "access", EMAIL, &ago(3));
        let desk = desk(&shop, db);
        let page = desk.get(BOARD).expect(200).text;
        let csrf = hidden(&page, "csrf").unwrap();
        let made = desk.form(&format!("{BOARD}/feed"), &[("csrf", &csrf), ("lang", "en")]).expect(200).text;
        let token = made.split("/calendar/").nth(1).unwrap().split(".ics").next().unwrap().to_owned();
        let feed = format!("/calendar/{token}.ics");
        assert!(!desk.get(BOARD).expect(200).text.contains(&token));
        let before = shop.position();
        let got = shop.server.http().get(&feed).expect(200);
        assert_eq!(shop.position(), before);
        assert!(got.header("content-type").unwrap().starts_with("text/calendar"));
        let due = request["due_on"].as_str().unwrap().replace('-', "");
        let text = got.text;
        assert!(text.contains(&format!("DTSTART;VALUE=DATE:{due}\r\n")), "{text}");
        assert!(text.contains(request["number"].as_str().unwrap()) && !text.contains("known.example"));
        for line in text.split_terminator("\r\n") {
            assert!(line.len() <= 75 && !line.contains('\n'), "{line}");
        }
        events_of(&text, &due, request["number"].as_str().unwrap());
        let rows = db.ask("(SELECT count(*) FROM date_feeds)");
        assert_eq!(rows, "1");
        // a new one ends the old, and it can be ended
        let made = desk.form(&format!("{BOARD}/feed"), &[("csrf", &csrf)]).expect(200).text;
        shop.server.http().get(&feed).expect(404);
        let token = made.split("/calendar/").nth(1).unwrap().split(".ics").next().unwrap().to_owned();
        shop.server.http().get(&format!("/calendar/{token}.ics")).expect(200);
        desk.form(&format!("{BOARD}/feed/end"), &[("csrf", "x")]).expect(422);
        desk.form(&format!("{BOARD}/feed/end"), &[("csrf", &csrf)]).expect(303);
        shop.server.http().get(&format!("/calendar/{token}.ics")).expect(404);
        let entries = shop.dpo().get("/v1/audit/entries?limit=200").expect(200).text;
        assert_eq!((entries.matches("feed.made").count() > 1, entries.contains("feed.ended")), (true, true));
        assert!(!entries.contains(&token));
        assert_eq!(cli(db, &["audit", "check"]).code, 0);
    }

    /// Staff are told before a last day is missed, once; again when it is over.
    fn a_near_day_is_told_once(db: &Db) {
        let smtp = Smtp::start(&[]);
        let url = smtp.url();
        let shop = Shop::open_with(db, &[("PLACET_SMTP_URL", &url), ("PLACET_MAIL_FROM", "choices@shop.example")]);
        let brand = json!({ "name": "Maison Lumen", "country": "FR", "dpo_contact": "dpo@lumen.example" });
        shop.admin().put("/v1/controllers/default", &brand).expect(200);
        let near = file(&shop, "access", EMAIL, &ago(27));
        let far = file(&shop, "access", "b@known.example", &ago(1));
        let came = smtp.wait(1).remove(0);
        let text = came.decoded();
        assert!(text.contains(near["number"].as_str().unwrap()), "{text}");
        assert!(!text.contains(far["number"].as_str().unwrap()) && !text.contains("known.example"), "{text}");
        assert_eq!(came.to, ["dpo@lumen.example"]);
        // a late one is told by itself, the near one not again
        let late = file(&shop, "erasure", "c@known.example", &ago(80));
        let came = smtp.wait(2).remove(1).decoded();
        assert!(came.contains(late["number"].as_str().unwrap()) && !came.contains(near["number"].as_str().unwrap()), "{came}");
        assert_eq!(db.ask("(SELECT count(*) FROM request_alarms)"), "2");
    }

    /// The report's figures are what the entries say, whatever was done in which order.
    fn the_report_agrees_with_the_log(db: &Db) {
        let shop = Shop::open(db);
        let dpo = shop.dpo();
        let kinds = ["access", "erasure", "objection", "portability"];
        let mut dice = 17_u64;
        let mut roll = |most: u64| { dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1); (dice >> 33) % most };
        for at in 0..16 {
            let kind = kinds[roll(4) as usize];
            let request = file(&shop, kind, &format!("p{at}@known.example"), &ago(roll(90)));
            let id = request["id"].as_str().unwrap();
            let acts = |act: &str, body: &Value| dpo.post(&format!("/v1/requests/{id}/{act}"), body);
            if roll(3) > 0 { acts("identity", &json!({ "known_by": "in_person" })).expect(201); }
            acts("extension", &json!({ "reason": "complexity", "on": request["received_on"] })).expect(201);
            match roll(4) {
                0 => { acts("refusal", &json!({ "ground": "excessive" })).expect(201); }
                1 => { acts("closure", &json!({ "reason": "withdrawn" })).expect(201); }
                2 if kind != "erasure" => { acts("fulfilment", &json!({ "except": "excessive" })); }
                _ => {}
            }
        }
        let made = |format: &str| {
            let file = db.data_dir().join(format!("requests.{format}"));
            let output = cli(db, &["report", "requests", "--from", "2020-01-01", "--to", "2099-12-31", "--timezone", "Europe/Paris",
                "--format", format, "-o", &file.display().to_string()]);
            assert_eq!(output.code, 0, "{output:?}");
            std::fs::read(&file).unwrap()
        };
        let text = String::from_utf8(made("jsonl")).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let table = |name: &str| lines.iter().filter(|line| line["table"] == name).cloned().collect::<Vec<_>>();
        // each row is as the API tells the request
        let rows = table("requests");
        let told = dpo.get("/v1/requests?limit=200").expect(200).json();
        let told = told["items"].as_array().unwrap();
        assert_eq!(rows.len(), told.len());
        let mut counted: BTreeMap<String, [u64; 6]> = BTreeMap::new();
        for (row, one) in rows.iter().zip(told) {
            for (column, field) in [("request_number", "number"), ("state", "state"), ("request_kind", "kind"), ("received_on", "received_on")] {
                assert_eq!(row[column], one[field], "{row} {one}");
            }
            let sums = counted.entry(one["kind"].as_str().unwrap().to_owned()).or_default();
            sums[0] += 1;
            sums[1] += u64::from(one["extension"].is_object());
            match one["state"].as_str().unwrap() {
                "refused" => sums[2] += 1,
                "partly_fulfilled" => sums[3] += 1,
                "closed" => sums[4] += 1,
                _ => sums[5] += 1,
            }
            let late = row["in_time"] == "late" || row["in_time"] == "overdue";
            if let (Some(due), Some(ended)) = (row["due_on"].as_str(), row["answered_on"].as_str()) {
                assert!(one["state"] == "closed" || late == (ended > due), "{row}");
            }
        }
        for row in table("requests_by_kind") {
            let sums = &counted[row["request_kind"].as_str().unwrap()];
            let count = |column: &str| row[column].as_u64().unwrap_or(0);
            let said = ["received", "extended", "turned_down", "partly", "closed", "open"].map(count);
            assert_eq!(&said, sums, "{row}");
            assert_eq!(count("answered"), count("on_time") + count("late"), "{row}");
        }
        // and as many as the log has entries of
        let entries = cli(db, &["audit", "check", "--json"]);
        assert_eq!(entries.code, 0);
        let received: u64 = counted.values().map(|sums| sums[0]).sum();
        assert_eq!(received, 16);
        let grounds: u64 = table("requests_by_ground").iter().map(|row| row["turned_down"].as_u64().unwrap_or(0)).sum();
        assert_eq!(grounds, counted.values().map(|sums| sums[2]).sum::<u64>());
        assert!(!text.contains("known.example") && !text.contains("Quillembois"));
        for format in ["html", "pdf", "csv", "xlsx"] {
            assert!(made(format).len() > 500, "{format}");
        }
    }
}

/// The board and the files are the DPO's; whoever serves customers may write a request down, and see none.
#[test]
fn only_whoever_keeps_requests_sees_them() {
    let db = Db::sqlite();
    let shop = Shop::open(&db);
    let request = file(&shop, "access", EMAIL, &ago(3));
    let agent = shop.staff(&db, "collector").header("accept-language", "en");
    for address in [
        BOARD.to_owned(),
        path(&request),
        opened(&request),
        format!("{}/reply?act=receipt", path(&request)),
        format!("{}/letter/1", path(&request)),
    ] {
        agent.get(&address).expect(403);
        let nobody = shop.server.http().get(&address).expect(303);
        assert_eq!(nobody.header("location"), Some("/console/sign-in"));
    }
    let page = agent.get(&format!("{BOARD}/new")).expect(200).text;
    let csrf = hidden(&page, "csrf").unwrap();
    let fields = [
        ("csrf", csrf.as_str()),
        ("kind", "access"),
        ("via", "store"),
        ("email", "d@known.example"),
        ("lang", "en"),
    ];
    let made = agent
        .form(&format!("{BOARD}/new"), &fields)
        .expect(201)
        .text;
    assert!(
        made.contains("Written down") && !made.contains("/console/requests/0"),
        "{made}"
    );
    agent
        .form(
            &format!("{}/act", path(&request)),
            &[("csrf", &csrf), ("act", "refuse")],
        )
        .expect(403);
    agent
        .form(&format!("{BOARD}/feed"), &[("csrf", &csrf)])
        .expect(403);
    let admin = shop.staff(&db, "admin");
    admin.get(BOARD).expect(403);
    admin.get(&format!("{BOARD}/new")).expect(403);
}
