//! The customer's side of a request: asked for after a sign-in, read by nobody else, taken back; and whether
//! one that came by letter is theirs, asked where the registry knew them before.

use super::signing_in::{asks, is_in};
use super::{FOLDER, Letter, browser, cookie, hidden, letter, letters, settled};
use crate::shop::{Shop, yes};
use crate::support::database::Db;
use crate::support::http::{Http, Reply};
use crate::support::process;
use crate::support::server::cli;
use serde_json::{Value, json};
use std::time::Duration;

const ANNE: &str = "anne@rights.example";
const BEA: &str = "bea@rights.example";
const CANARY: &str = "Zephyrine Quillembois lives in Roubaix";

fn shop(db: &Db) -> Shop {
    let shop = Shop::open_with(db, &FOLDER);
    shop.record(&yes(ANNE));
    shop.record(&yes(BEA));
    shop
}

/// Signs in, where so many mails were sent before.
fn signed_in(db: &Db, shop: &Shop, email: &str, mails: usize) -> Http {
    let asking = asks(&browser(shop), email);
    let code = letter(db, mails + 1).code();
    let entered = asking.form("/sign-in/code", &[("code", &code)]);
    is_in(&browser(shop), entered)
}

/// Answers a page's question.
fn answers(mine: &Http, path: &str, text: &str) -> Reply {
    let csrf = hidden(&mine.get(path).expect(200).text, "csrf");
    mine.form(path, &[("csrf", &csrf), ("answer", text)])
}

/// Sends what the last page shows.
fn sends(mine: &Http, page: &str, path: &str) -> Reply {
    let field = |name: &str| hidden(page, name);
    let (csrf, shown, open) = (field("csrf"), field("shown"), field("open"));
    mine.form(path, &[("csrf", &csrf), ("shown", &shown), ("open", &open)])
}

fn location(reply: Reply) -> String {
    reply.expect(303).header("location").unwrap().to_owned()
}

/// Asks for a right without a question, or with answers that are there.
fn asked(mine: &Http, kind: &str, check: &str) -> String {
    let page = mine.get(check).expect(200).text;
    let made = location(sends(mine, &page, &format!("/me/rights/{kind}/check")));
    assert!(made.starts_with("/me/requests/"), "{made}");
    made.split('?').next().unwrap().to_owned()
}

fn all(shop: &Shop) -> Vec<Value> {
    let page = shop.dpo().get("/v1/requests?limit=200").expect(200).json();
    page["items"].as_array().unwrap().clone()
}

fn one(shop: &Shop, id: &Value) -> Value {
    let path = format!("/v1/requests/{}", id.as_str().unwrap());
    shop.dpo().get(&path).expect(200).json()
}

/// A letter that says that it comes from Anne.
fn by_letter(shop: &Shop, subject: &Value) -> Value {
    let body = json!({ "kind": "access", "subject": subject, "via": "letter", "country": "FR", "text": CANARY });
    shop.collector()
        .post("/v1/requests", &body)
        .expect(201)
        .json()
}

fn identity(shop: &Shop, request: &Value, body: &Value) -> Reply {
    let id = request["id"].as_str().unwrap();
    shop.dpo()
        .post(&format!("/v1/requests/{id}/identity"), body)
}

/// The mail that asks whether a request is theirs.
fn challenged(db: &Db) -> Letter {
    let mut found = Vec::new();
    process::until(Duration::from_secs(30), || {
        found = letters(db)
            .into_iter()
            .filter(|one| one.text.contains("/id/q_"))
            .collect();
        !found.is_empty()
    });
    found.pop().expect("a challenge")
}

fn identified(shop: &Shop, request: &Value) -> Value {
    one(shop, &request["id"])["known_by"].clone()
}

on_both! {
    /// One question a page; what was answered is there on the way back; the request is theirs by the sign-in.
    fn from_the_rights_to_the_answer(db: &Db) {
        let shop = shop(db);
        // who is not in signs in first, and lands where they were going
        let away = browser(&shop).get("/me/rights?lang=en");
        let going = cookie(&away, "placet-to");
        assert!(location(away).starts_with("/sign-in"));
        let asking = browser(&shop).form("/sign-in", &[("address", ANNE)]).expect(200);
        let both = browser(&shop).header("cookie", &format!("{going}; {}", cookie(&asking, "placet-in")));
        let entered = both.form("/sign-in/code", &[("code", &letter(db, 1).code())]);
        assert!(entered.header("location").unwrap().starts_with("/me/rights?"));
        let mine = is_in(&browser(&shop), entered);
        let start = mine.get("/me").expect(200).text;
        assert!(start.contains("/me/rights?lang=en") && start.contains("/me/requests?lang=en"));
        let rights = mine.get("/me/rights").expect(200).text;
        for kind in ["access", "rectification", "erasure", "objection", "restriction", "portability"] {
            assert!(rights.contains(&format!("/me/rights/{kind}?lang=en")), "{kind}");
        }
        // the second question and the check wait for the first answer
        let first = "/me/rights/rectification";
        for later in ["/me/rights/rectification/2", "/me/rights/rectification/check"] {
            assert!(location(mine.get(later)).starts_with(first));
        }
        let empty = answers(&mine, first, "  ").expect(422).text;
        assert!(empty.contains("<title>Error: ") && empty.contains("aria-invalid"));
        let long = answers(&mine, first, &"x".repeat(4_001)).expect(422).text;
        assert!(long.contains("4,000"));
        let second = location(answers(&mine, first, CANARY));
        assert!(second.starts_with("/me/rights/rectification/2"), "{second}");
        let last = location(answers(&mine, "/me/rights/rectification/2", "in Lille"));
        assert!(last.starts_with("/me/rights/rectification/check"), "{last}");
        // back: nothing is asked twice, and nothing was made yet
        assert!(mine.get(first).expect(200).text.contains(CANARY));
        assert!(all(&shop).is_empty());
        let check = mine.get(&last).expect(200).text;
        assert!(check.contains(CANARY) && check.contains("in Lille") && check.contains("a•••@rights.example"));
        // another tab changes an answer: what is sent is what was shown, or nothing
        answers(&mine, "/me/rights/rectification/2", "in Calais").expect(303);
        let stale = sends(&mine, &check, "/me/rights/rectification/check").expect(200).text;
        assert!(stale.contains("in Calais") && all(&shop).is_empty());
        let made = location(sends(&mine, &stale, "/me/rights/rectification/check"));
        let request = all(&shop).remove(0);
        assert_eq!((&request["known_by"], &request["via"]), (&json!("sign_in"), &json!("web_form")));
        let told = one(&shop, &request["id"]);
        let text = told["messages"][0]["text"].as_str().unwrap();
        assert!(text.contains(CANARY) && text.contains("in Calais"), "{text}");
        let page = mine.get(&made).expect(200).text;
        assert!(page.contains(request["number"].as_str().unwrap()) && page.contains("We must answer you by"));
        assert!(page.contains("cnil.fr") && page.contains("You were signed in"));
        // the answers are gone with it, and the mail says number and day and nothing of it
        assert!(!mine.get(first).expect(200).text.contains("Roubaix"));
        settled(db);
        let mail = letters(db).into_iter().find(|one| one.text.contains("/me/requests")).expect("a receipt");
        assert!(mail.text.contains(request["number"].as_str().unwrap()), "{}", mail.text);
        assert!(!mail.text.contains("Roubaix") && !mail.html.contains("Roubaix"));
        // staff write: news by mail without a word of it; a note stays among staff
        let sent = letters(db).len();
        let id = request["id"].as_str().unwrap();
        let says = |by: &str, text: &str| shop.dpo().post(&format!("/v1/requests/{id}/messages"), &json!({ "by": by, "text": text })).expect(201);
        says("note", "a secret among staff");
        says("staff", "Which street in Calais?");
        settled(db);
        let all_letters = letters(db);
        assert_eq!(all_letters.len(), sent + 1);
        assert!(!all_letters.last().unwrap().text.contains("street"));
        let page = mine.get(&made).expect(200).text;
        assert!(page.contains("Which street") && !page.contains("a secret among staff"));
        // the same form twice is one message
        let (csrf, once) = (hidden(&page, "csrf"), hidden(&page, "once"));
        let path = made.split('?').next().unwrap();
        for _ in 0..2 {
            let fields = [("csrf", csrf.as_str()), ("once", once.as_str()), ("text", "Rue Royale")];
            mine.form(&format!("{path}/messages"), &fields).expect(303);
        }
        mine.form(&format!("{path}/messages"), &[("csrf", &csrf), ("text", " ")]).expect(422);
        let written = one(&shop, &request["id"])["messages"].to_string();
        assert_eq!(written.matches("Rue Royale").count(), 1);
        // and it is taken back, once
        for _ in 0..2 {
            mine.form(&format!("{path}/withdrawal"), &[("csrf", &csrf)]).expect(303);
        }
        assert!(mine.get(&made).expect(200).text.contains("You took this request back"));
        assert_eq!(one(&shop, &request["id"])["outcome"]["closed_as"], "withdrawn");
        assert!(!shop.server.stderr().contains("Roubaix") && !shop.server.stderr().contains("rights.example"));
        let checked = cli(db, &["audit", "check"]);
        assert_eq!(checked.code, 0, "{checked:?}");
    }

    /// Two tabs, a second press, and whoever asks again: linked, never lost, never doubled unseen.
    fn what_is_open_is_shown_and_not_doubled(db: &Db) {
        let shop = shop(db);
        let mine = signed_in(db, &shop, ANNE, 0);
        let path = "/me/rights/objection";
        let check = mine.get(path).expect(200).text;
        sends(&mine, &check, "/me/rights/objection/check").expect(303);
        assert_eq!(shop.newsletter(ANNE).0, "deny", "it holds at once");
        // the other tab's press, and the same once more
        let again = sends(&mine, &check, "/me/rights/objection/check").expect(200).text;
        assert!(again.contains("You have already asked for this") && all(&shop).len() == 1);
        asked(&mine, "objection", path);
        let both = all(&shop);
        assert_eq!(both.len(), 2);
        assert_eq!(one(&shop, &both[1]["id"])["duplicate_of"], both[0]["id"]);
        // at once: of ten presses that saw two open ones, one is taken
        let check = mine.get(path).expect(200).text;
        std::thread::scope(|scope| {
            for _ in 0..10 {
                scope.spawn(|| sends(&mine, &check, "/me/rights/objection/check"));
            }
        });
        assert_eq!(all(&shop).len(), 3);
        for _ in 0..2 {
            asked(&mine, "objection", path);
        }
        let full = mine.get(path).expect(200).text;
        assert!(full.contains("several times") && !full.contains("name=\"shown\""));
        assert_eq!(cli(db, &["audit", "check"]).code, 0);
    }

    /// Whatever Bea tries with Anne's request is answered as if there were none.
    fn nobody_reaches_anybody_elses(db: &Db) {
        let shop = shop(db);
        let anne = signed_in(db, &shop, ANNE, 0);
        let theirs = asked(&anne, "objection", "/me/rights/objection");
        settled(db);
        let bea = signed_in(db, &shop, BEA, letters(db).len());
        let csrf = hidden(&bea.get("/me").expect(200).text, "csrf");
        assert!(!bea.get("/me/requests").expect(200).text.contains(&theirs));
        let none = bea.get("/me/requests/01900000-0000-7000-8000-000000000000").expect(404).text;
        assert_eq!(bea.get(&theirs).expect(404).text, none);
        for act in ["messages", "withdrawal", "own"] {
            bea.form(&format!("{theirs}/{act}"), &[("csrf", &csrf), ("text", "x")]).expect(404);
            bea.form(&format!("{theirs}/{act}"), &[("text", "x")]).expect(403);
            browser(&shop).form(&format!("{theirs}/{act}"), &[("csrf", &csrf), ("text", "x")]).expect(303);
        }
        for wrong in ["/me/rights/none", "/me/rights/access/9", "/me/rights/access/0", "/me/requests/none"] {
            bea.get(wrong).expect(404);
        }
        let request = all(&shop).remove(0);
        assert_eq!((&request["version"], &request["state"]), (&json!(1), &json!("received")));
        let elsewhere = shop.server.http().header("sec-fetch-site", "cross-site");
        let posted = [("csrf", csrf.as_str()), ("open", "0")];
        assert!([303, 403].contains(&elsewhere.form("/me/rights/objection/check", &posted).status));
    }

    /// Staff record what they saw; what the service proves, the service writes.
    fn what_is_proven_only_the_service_writes(db: &Db) {
        let shop = shop(db);
        let filed = by_letter(&shop, &json!({ "email": ANNE }));
        for proven in ["sign_in", "known_contact"] {
            let refused = identity(&shop, &filed, &json!({ "known_by": proven })).expect(422).json();
            assert_eq!(refused["errors"][0]["code"], "proven_only");
        }
        identity(&shop, &filed, &json!({ "known_by": "call_back", "challenge": "email" })).expect(422);
        identity(&shop, &filed, &json!({ "challenge": "sms" })).expect(422);
        assert_eq!(identified(&shop, &filed), Value::Null);
        // who is signed in says that it is theirs
        settled(db);
        let mine = signed_in(db, &shop, ANNE, letters(db).len());
        let path = format!("/me/requests/{}", filed["id"].as_str().unwrap());
        let page = mine.get(&path).expect(200).text;
        let csrf = hidden(&page, "csrf");
        mine.form(&format!("{path}/own"), &[("csrf", &csrf)]).expect(303);
        assert_eq!(identified(&shop, &filed), "sign_in");
        let late = identity(&shop, &filed, &json!({ "challenge": "email" })).expect(409).json();
        assert_eq!(late["code"], "identity_known");
        let other = by_letter(&shop, &json!({ "email": BEA }));
        let seen = identity(&shop, &other, &json!({ "known_by": "call_back" })).expect(201).json();
        assert_eq!(seen["known_by"], "call_back");
        assert_eq!(cli(db, &["audit", "check"]).code, 0);
    }

    /// The mail goes where the registry knew them before; looking changes nothing; the button or the code do.
    fn a_challenge_is_answered_once(db: &Db) {
        let shop = shop(db);
        let filed = by_letter(&shop, &json!({ "email": ANNE }));
        let asked = json!({ "doubt": "sender_unknown", "challenge": "email" });
        let waiting = identity(&shop, &filed, &asked).expect(201).json();
        assert_eq!((&waiting["state"], &waiting["due_on"]), (&json!("identity_wanted"), &Value::Null));
        let mail = challenged(db);
        assert!(mail.text.contains(filed["number"].as_str().unwrap()) && !mail.text.contains("Roubaix"));
        let link = mail.link();
        for _ in 0..3 {
            browser(&shop).get(&link).expect(200);
        }
        assert_eq!(identified(&shop, &filed), Value::Null, "looking changes nothing");
        // without what the page gave, the code is asked for; a forged link leads nowhere
        let bare = browser(&shop);
        assert!(bare.form(&link, &[]).expect(422).text.contains("name=\"code\""));
        bare.form(&link, &[("shown", "00")]).expect(422);
        bare.form(&format!("{link}x"), &[]).expect(404);
        let elsewhere = shop.server.http().header("sec-fetch-site", "cross-site");
        elsewhere.form(&link, &[("code", &mail.code())]).expect(403);
        bare.form(&link, &[("code", &mail.wrong_code())]).expect(422);
        assert_eq!(identified(&shop, &filed), Value::Null);
        // ten at once: one entry
        let shown = bare.get(&link).expect(200);
        let (given, tag) = (cookie(&shown, "placet-q"), hidden(&shown.text, "shown"));
        let holding = bare.header("cookie", &given);
        std::thread::scope(|scope| {
            for _ in 0..10 {
                scope.spawn(|| holding.form(&link, &[("shown", &tag)]));
            }
        });
        let known = one(&shop, &filed["id"]);
        assert_eq!((&known["known_by"], &known["version"], &known["state"]), (&json!("known_contact"), &json!(4), &json!("in_work")));
        assert!(known["due_on"].is_string());
        assert!(bare.get(&link).expect(200).text.contains("You told us on"));
        assert_eq!(cli(db, &["audit", "check"]).code, 0);
        assert!(!shop.server.stderr().contains("q_") && !shop.server.stderr().contains("rights.example"));
    }

    /// Five codes and no more, however many try at once; then the right one is refused as well.
    fn five_codes_of_a_challenge_and_no_more(db: &Db) {
        let shop = shop(db);
        let filed = by_letter(&shop, &json!({ "email": ANNE }));
        identity(&shop, &filed, &json!({ "challenge": "email" })).expect(201);
        let mail = challenged(db);
        let (link, wrong) = (mail.link(), mail.wrong_code());
        let looked: Vec<bool> = std::thread::scope(|scope| {
            let tries = || browser(&shop).form(&link, &[("code", &wrong)]).expect(422).text.contains("Too many codes");
            let all: Vec<_> = (0..12).map(|_| scope.spawn(tries)).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert_eq!(looked.iter().filter(|late| !**late).count(), 5);
        let late = browser(&shop).form(&link, &[("code", &mail.code())]).expect(422).text;
        assert!(late.contains("Too many codes"));
        // the request is as it was, and another mail works
        assert_eq!(one(&shop, &filed["id"])["version"], 2);
        settled(db);
        let sent = letters(db).len();
        identity(&shop, &filed, &json!({ "challenge": "email" })).expect(201);
        let newer = letter(db, sent + 1);
        assert!(browser(&shop).get(&link).expect(410).text.contains("newer link"));
        browser(&shop).form(&newer.link(), &[("code", &newer.code())]).expect(200);
        assert_eq!(identified(&shop, &filed), "known_contact");
    }

    /// Its time passes: nothing is proven, and the request stands as it did.
    fn an_expired_challenge_proves_nothing(db: &Db) {
        let shop = shop(db);
        let filed = by_letter(&shop, &json!({ "email": ANNE }));
        identity(&shop, &filed, &json!({ "challenge": "email" })).expect(201);
        let mail = challenged(db);
        db.tamper("UPDATE identity_challenges SET expires_at = 1");
        browser(&shop).get(&mail.link()).expect(410);
        browser(&shop).form(&mail.link(), &[("code", &mail.code())]).expect(410);
        assert_eq!(identified(&shop, &filed), Value::Null);
    }

    /// An address that the request alone names is asked nothing: whoever wrote the letter would answer.
    fn an_address_that_the_request_names_proves_nothing(db: &Db) {
        let shop = shop(db);
        let stranger = by_letter(&shop, &json!({ "email": "stranger@elsewhere.example" }));
        let refused = identity(&shop, &stranger, &json!({ "challenge": "email" })).expect(409).json();
        assert_eq!(refused["code"], "no_known_contact");
        // named beside Anne's own: the mail goes to hers
        let both = by_letter(&shop, &json!({ "email": ANNE, "phone": "+33612345678" }));
        identity(&shop, &both, &json!({ "challenge": "email" })).expect(201);
        challenged(db);
        settled(db);
        let folder = db.data_dir().join("mails");
        let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
        let elsewhere = files.filter(|path| std::fs::read(path).is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains("stranger@elsewhere")));
        assert_eq!(elsewhere.count(), 0, "no mail to the stranger");
        // once known: a later request of theirs can be challenged there
        assert_eq!(one(&shop, &stranger["id"])["version"], 1);
    }

    /// After the erasure nobody signs in, and the number tells nothing of anybody.
    fn after_an_erasure_nothing_is_left_to_read(db: &Db) {
        let shop = shop(db);
        let mine = signed_in(db, &shop, ANNE, 0);
        let check = location(answers(&mine, "/me/rights/erasure", CANARY));
        let theirs = asked(&mine, "erasure", &check);
        let page = mine.get(&theirs).expect(200).text;
        assert!(page.contains("After the deletion"));
        let id = theirs.rsplit('/').next().unwrap();
        shop.dpo().post(&format!("/v1/requests/{id}/fulfilment"), &json!({})).expect(201);
        mine.get(&theirs).expect(303);
        let kept = db.ask("(SELECT count(*) FROM identity_challenges) + (SELECT count(*) FROM customer_sessions)");
        assert_eq!(kept.trim(), "0");
        settled(db);
        let sent = letters(db).len();
        asks(&browser(&shop), ANNE);
        settled(db);
        assert_eq!(letters(db).len(), sent);
        assert_eq!(cli(db, &["audit", "check"]).code, 0);
    }
}
