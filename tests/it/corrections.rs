//! A contact point that is put right: choices are the person's, and hold for the new one once its holder confirmed
//! it, never before; no is never lost on the way.

use std::time::Duration;

use serde_json::{Value, json};

use crate::shop::{Shop, yes};
use crate::support::database::Db;
use crate::support::http::{Http, Reply};
use crate::support::process;
use crate::support::scene::hidden as field;
use crate::support::server::{Server, cli};
use crate::ways_in::{FOLDER, Letter, browser, cookie, hidden, letters};

const OLD: &str = "old@corrected.example";
const NEW: &str = "new@corrected.example";
const OTHER: &str = "other@corrected.example";
const NUMBER: &str = "+33612345678";

fn shop(db: &Db) -> Shop {
    let shop = Shop::open_with(db, &FOLDER);
    shop.record(&yes(OLD));
    shop.record(&yes(OTHER));
    shop
}

/// A request of a kind, of whoever has the old address.
fn filed(shop: &Shop, kind: &str) -> Value {
    let body =
        json!({ "kind": kind, "subject": { "email": OLD }, "via": "letter", "country": "FR" });
    shop.collector()
        .post("/v1/requests", &body)
        .expect(201)
        .json()
}

fn act(shop: &Shop, request: &Value, act: &str, body: &Value) -> Reply {
    let id = request["id"].as_str().unwrap();
    shop.dpo().post(&format!("/v1/requests/{id}/{act}"), body)
}

/// A rectification of somebody who is known.
fn known(shop: &Shop) -> Value {
    let request = filed(shop, "rectification");
    act(
        shop,
        &request,
        "identity",
        &json!({ "known_by": "in_person" }),
    )
    .expect(201);
    request
}

fn corrects(shop: &Shop, request: &Value, to: &str) -> Value {
    let body = json!({ "from": { "email": OLD }, "to": { "email": to } });
    act(shop, request, "correction", &body).expect(201).json()
}

fn one(shop: &Shop, request: &Value) -> Value {
    let path = format!("/v1/requests/{}", request["id"].as_str().unwrap());
    shop.dpo().get(&path).expect(200).json()
}

fn code(reply: Reply) -> String {
    reply.expect(409).json()["code"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// The mails that ask for a confirmation, once there are so many.
fn asking(db: &Db, count: usize) -> Letter {
    let asks = || {
        let all = letters(db).into_iter();
        all.filter(|one| one.text.contains("/id/q_"))
            .collect::<Vec<_>>()
    };
    let there = process::until(Duration::from_secs(30), || asks().len() >= count);
    assert!(there, "{} mails that ask", asks().len());
    asks().pop().unwrap()
}

/// The button of a link's page.
fn press(shop: &Shop, link: &str) -> Reply {
    let bare = browser(shop);
    let shown = bare.get(link).expect(200);
    let (given, tag) = (cookie(&shown, "placet-q"), hidden(&shown.text, "shown"));
    bare.header("cookie", &given).form(link, &[("shown", &tag)])
}

fn decision(shop: &Shop, who: &str) -> String {
    shop.newsletter(who).0
}

#[track_caller]
fn is_nobody(shop: &Shop, who: &str) {
    assert_eq!(
        shop.newsletter(who),
        ("deny".to_owned(), "UNKNOWN_SUBJECT".to_owned()),
        "{who}"
    );
}

#[track_caller]
fn sound(db: &Db) {
    let checked = cli(db, &["audit", "check"]);
    assert_eq!(checked.code, 0, "{checked:?}");
}

fn phone(number: &str) -> Value {
    json!({ "subject": { "phone": number }, "purpose": "offers", "channel": "sms",
        "status": "given", "notice": "offers@1", "language": "en" })
}

fn by_text(shop: &Shop, number: &str) -> String {
    let question = json!({ "subject": { "phone": number }, "purpose": "offers", "channel": "sms" });
    let answer = shop
        .marketing()
        .post("/v1/checks", &question)
        .expect(200)
        .json();
    answer["reason"].as_str().unwrap().to_owned()
}

on_both! {
    /// Entered, looked at by scanners, pressed ten times at once: moved once, and only by the press.
    fn choices_move_once_it_is_confirmed(db: &Db) {
        let shop = shop(db);
        let (link, _) = shop.link(OLD);
        let subject = shop.subject(OLD);
        let request = filed(&shop, "rectification");
        let right = json!({ "from": { "email": OLD }, "to": { "email": NEW } });
        assert_eq!(code(act(&shop, &request, "correction", &right)), "identity_missing");
        act(&shop, &request, "identity", &json!({ "known_by": "in_person" })).expect(201);
        let access = filed(&shop, "access");
        assert_eq!(code(act(&shop, &access, "correction", &right)), "not_a_rectification");
        for (from, to, wrong) in [
            (json!({ "email": OTHER }), json!({ "email": NEW }), "address_not_theirs"),
            (json!({ "email": "nobody@corrected.example" }), json!({ "email": NEW }), "address_not_theirs"),
            (json!({ "email": OLD }), json!({ "phone": NUMBER }), "contact_kind"),
            (json!({ "email": OLD }), json!({ "email": OLD }), "contact_unchanged"),
            (json!({ "email": OLD }), json!({ "email": NEW, "phone": NUMBER }), "one_contact"),
        ] {
            let refused = act(&shop, &request, "correction", &json!({ "from": from, "to": to })).expect(422).json();
            assert_eq!(refused["errors"][0]["code"], wrong, "{refused}");
        }
        let entered = corrects(&shop, &request, NEW);
        assert_eq!(entered["correction"]["contact"], "email", "{entered}");
        let mail = asking(db, 1);
        assert!(mail.text.contains(request["number"].as_str().unwrap()) && !mail.text.contains(OLD), "{}", mail.text);
        for _ in 0..3 {
            let page = browser(&shop).get(&mail.link()).expect(200).text;
            assert!(page.contains("n•••@corrected.example") && !page.contains(OLD), "{page}");
        }
        assert_eq!(decision(&shop, OLD), "permit");
        is_nobody(&shop, NEW);
        assert_eq!(code(act(&shop, &request, "fulfilment", &json!({}))), "correction_unconfirmed");
        browser(&shop).form(&mail.link(), &[("code", &mail.wrong_code())]).expect(422);
        is_nobody(&shop, NEW);
        let bare = browser(&shop);
        let shown = bare.get(&mail.link()).expect(200);
        let (given, tag) = (cookie(&shown, "placet-q"), hidden(&shown.text, "shown"));
        let holding = bare.header("cookie", &given);
        std::thread::scope(|scope| {
            for _ in 0..10 {
                scope.spawn(|| holding.form(&mail.link(), &[("shown", &tag)]));
            }
        });
        assert_eq!(decision(&shop, NEW), "permit");
        is_nobody(&shop, OLD);
        assert_eq!(shop.subject(NEW), subject);
        let told = one(&shop, &request);
        assert_eq!((&told["correction"], &told["version"]), (&Value::Null, &json!(4)), "{told}");
        assert!(bare.get(&mail.link()).expect(200).text.contains("You confirmed this contact point on"));
        // who reads what went to the old address changes nothing with it
        assert!([404, 410].contains(&browser(&shop).get(&link).status));
        let kinds = db.ask("SELECT count(*) FROM subject_events WHERE kind = 'subject.corrected'");
        assert_eq!(kinds.trim(), "1");
        act(&shop, &request, "fulfilment", &json!({})).expect(201);
        sound(db);
        // whoever has the old address now is somebody else
        shop.record(&yes(OLD));
        assert_eq!(decision(&shop, OLD), "permit");
        assert_ne!(shop.subject(OLD), subject);
        assert!(!shop.server.stderr().contains("corrected.example"));
        sound(db);
    }

    /// Whose address it was until now is not told; their no holds for both, and what was suppressed stays so.
    fn the_stricter_choice_wins(db: &Db) {
        let shop = shop(db);
        let mut refused = yes(NEW);
        refused["status"] = json!("refused");
        shop.record(&refused);
        let request = known(&shop);
        let held = corrects(&shop, &request, NEW);
        let unheld = corrects(&shop, &request, "nobody@corrected.example");
        let strip = |one: &Value| {
            let mut one = one.clone();
            for name in ["version", "position"] {
                one.as_object_mut().unwrap().remove(name);
            }
            one
        };
        assert_eq!(strip(&held), strip(&unheld), "an answer tells whether somebody has it");
        // entered again: the mails before no longer count
        let stale = asking(db, 2);
        corrects(&shop, &request, NEW);
        let mail = asking(db, 3);
        assert!(browser(&shop).get(&stale.link()).expect(410).text.contains("newer"));
        press(&shop, &mail.link()).expect(200);
        browser(&shop).get(&stale.link()).expect(409);
        assert_eq!(shop.newsletter(NEW).1, "CONSENT_REFUSED");
        is_nobody(&shop, OLD);
        sound(db);

        let suppress = |who: &str| {
            let body = json!({ "subject": { "email": who }, "reason": "asked" });
            shop.collector().post("/v1/suppressions", &body).expect(201);
        };
        suppress("silent@corrected.example");
        shop.record(&yes(OLD));
        let request = known(&shop);
        corrects(&shop, &request, "silent@corrected.example");
        press(&shop, &asking(db, 4).link()).expect(200);
        assert_eq!(shop.newsletter("silent@corrected.example").1, "SUPPRESSED");
        shop.record(&yes(OLD));
        suppress(OLD);
        let request = known(&shop);
        corrects(&shop, &request, "fresh@corrected.example");
        press(&shop, &asking(db, 5).link()).expect(200);
        assert_eq!(shop.newsletter("fresh@corrected.example").1, "SUPPRESSED");
        sound(db);
    }

    /// A number gets no mail: staff call it, and say where the record of the call is.
    fn a_number_is_called(db: &Db) {
        let shop = shop(db);
        shop.record(&phone(NUMBER));
        let body = json!({ "kind": "rectification", "subject": { "phone": NUMBER }, "via": "phone", "country": "FR" });
        let request = shop.collector().post("/v1/requests", &body).expect(201).json();
        act(&shop, &request, "identity", &json!({ "known_by": "in_person" })).expect(201);
        let right = "+33698765432";
        let entered = json!({ "from": { "phone": NUMBER }, "to": { "phone": right } });
        let called = json!({ "evidence": "CALL-7" });
        assert_eq!(code(act(&shop, &request, "correction/confirmation", &called)), "no_correction");
        act(&shop, &request, "correction", &entered).expect(201);
        assert_eq!(by_text(&shop, right), "UNKNOWN_SUBJECT");
        act(&shop, &request, "correction/confirmation", &json!({ "evidence": "a name" })).expect(422);
        act(&shop, &request, "correction/confirmation", &called).expect(201);
        assert_eq!(by_text(&shop, NUMBER), "UNKNOWN_SUBJECT");
        assert_ne!(by_text(&shop, right), "UNKNOWN_SUBJECT");
        let history = shop.dpo().get(&format!("/v1/subjects/{}/history", {
            let found = shop.dpo().post("/v1/subjects/lookup", &json!({ "phone": right })).expect(200).json();
            found["subject_id"].as_str().unwrap().to_owned()
        })).expect(200).text;
        assert!(history.contains("CALL-7") && history.contains("subject.corrected"), "{history}");
        // an address is confirmed by whoever reads its mail, and by nobody else
        let request = known(&shop);
        corrects(&shop, &request, NEW);
        assert_eq!(code(act(&shop, &request, "correction/confirmation", &called)), "correction_by_mail");
        sound(db);
    }

    /// Dropped, refused, or in doubt: the link of the mail moves nothing.
    fn what_waits_no_more_moves_nothing(db: &Db) {
        let shop = shop(db);
        let request = known(&shop);
        corrects(&shop, &request, NEW);
        let mail = asking(db, 1);
        act(&shop, &request, "correction/withdrawal", &json!({})).expect(201);
        assert_eq!(code(act(&shop, &request, "correction/withdrawal", &json!({}))), "no_correction");
        browser(&shop).form(&mail.link(), &[("code", &mail.code())]).expect(409);
        is_nobody(&shop, NEW);
        corrects(&shop, &request, NEW);
        let mail = asking(db, 2);
        act(&shop, &request, "identity", &json!({ "doubt": "details_differ" })).expect(201);
        browser(&shop).form(&mail.link(), &[("code", &mail.code())]).expect(409);
        is_nobody(&shop, NEW);
        act(&shop, &request, "refusal", &json!({ "ground": "not_identified" })).expect(201);
        let gone = browser(&shop).form(&mail.link(), &[("code", &mail.code())]);
        assert!([409, 410].contains(&gone.status), "{}", gone.status);
        is_nobody(&shop, NEW);
        assert_eq!(decision(&shop, OLD), "permit");
        sound(db);
    }

    /// Another node has it with its next check, and so has one that starts later.
    fn every_node_follows(db: &Db) {
        let shop = shop(db);
        let request = known(&shop);
        corrects(&shop, &request, NEW);
        let mail = asking(db, 1);
        let other = db.is_postgres().then(|| Server::start(db));
        let asks = |server: &Server, who: &str| {
            let question = json!({ "subject": { "email": who }, "purpose": "newsletter", "channel": "email" });
            let api: Http = server.http().bearer(shop.key("marketing"));
            api.post("/v1/checks", &question).expect(200).json()["decision"].clone()
        };
        if let Some(other) = &other {
            assert_eq!((asks(other, OLD), asks(other, NEW)), (json!("permit"), json!("deny")));
        }
        press(&shop, &mail.link()).expect(200);
        if let Some(other) = &other {
            assert_eq!((asks(other, OLD), asks(other, NEW)), (json!("deny"), json!("permit")));
        }
        drop(other);
        let mut shop = shop;
        shop.server.kill9();
        shop.server = Server::start(db);
        assert_eq!((decision(&shop, OLD), decision(&shop, NEW)), ("deny".to_owned(), "permit".to_owned()));
    }

    /// An older copy of the database has the old one: it is taken off again before anything is served.
    fn a_restore_takes_the_old_one_off_again(db: &Db) {
        let mut shop = shop(db);
        let request = known(&shop);
        let backup = crate::restore::backs_up(db, "moved");
        corrects(&shop, &request, NEW);
        press(&shop, &asking(db, 1).link()).expect(200);
        shop.server.kill9();
        crate::restore::gone_from(db);
        let done = crate::restore::restores(db, &backup);
        assert_eq!(done["applied"]["corrections"], 1, "{done}");
        sound(db);
        shop.server = Server::start(db);
        is_nobody(&shop, OLD);
        assert_eq!(decision(&shop, NEW), "permit");
        crate::restore::forget(&backup);
    }

    /// The same at the desk, and what the person reads of it.
    fn at_the_desk_and_on_the_persons_page(db: &Db) {
        let shop = shop(db);
        let request = known(&shop);
        let desk = shop.staff(db, "dpo").header("accept-language", "en");
        let number = request["number"].as_str().unwrap();
        let path = format!("/console/requests/{}", request["id"].as_str().unwrap());
        let opened = format!("{path}?why=person_request&reference={number}");
        let page = desk.get(&opened).expect(200).text;
        assert!(page.contains("Correct a contact point"), "{page}");
        let post = |page: &str, more: &[(&str, &str)]| {
            let (csrf, version) = (field(page, "csrf").unwrap(), field(page, "version").unwrap());
            let mut all = vec![("csrf", csrf.as_str()), ("version", version.as_str()), ("lang", "en"),
                ("why", "person_request"), ("reference", number)];
            all.extend(more);
            desk.form(&format!("{path}/act"), &all)
        };
        let from = page.split("id=\"correct-from\"").nth(1).unwrap().split("value=\"").nth(1).unwrap();
        let from = from.split('"').next().unwrap().to_owned();
        let wrong = post(&page, &[("act", "correct"), ("from", &from), ("contact", "no address")]).expect(422).text;
        assert!(wrong.contains("role=\"alert\""), "{wrong}");
        post(&page, &[("act", "correct"), ("from", &from), ("contact", NEW)]).expect(303);
        let page = desk.get(&opened).expect(200).text;
        assert!(page.contains("a new address was asked to confirm"), "{page}");
        assert!(!page.contains("CALL-7") && page.contains("Drop the correction"));
        let mail = asking(db, 1);
        // the person, signed in at the old address
        let asks = crate::ways_in::signing_in::asks(&browser(&shop), OLD);
        let signing = || letters(db).into_iter().find(|one| one.text.contains("/sign-in/"));
        assert!(process::until(Duration::from_secs(30), || signing().is_some()));
        let entered = asks.form("/sign-in/code", &[("code", &signing().unwrap().code())]);
        let mine = crate::ways_in::signing_in::is_in(&browser(&shop), entered);
        let own = format!("/me/requests/{}?lang=en", request["id"].as_str().unwrap());
        let told = mine.get(&own).expect(200).text;
        assert!(told.contains("The corrected address waits for you"), "{told}");
        press(&shop, &mail.link()).expect(200);
        // whoever reads what goes to the old address is out
        mine.get(&own).expect(303);
        let page = desk.get(&opened).expect(200).text;
        assert!(page.contains("confirmed by the mail, and moved") && page.contains(NEW), "{page}");
        sound(db);
    }
}
