//! Double opt-in: asked, mailed, confirmed by whoever read the mail; and a no said meanwhile holds.

use super::{FOLDER, Letter, browser, cookie, hidden, letter, letters, settled};
use crate::shop::{Shop, yes};
use crate::support::database::Db;
use crate::support::http::Reply;
use crate::support::server::cli;
use serde_json::{Value, json};

const ANNE: &str = "anne@asked.example";

fn shop(db: &Db) -> Shop {
    Shop::open_with(db, &FOLDER)
}

fn asked() -> Value {
    let mut body = yes(ANNE);
    body["confirm"] = json!("email");
    body["language"] = json!("fr");
    body["act"] = json!("unticked_box_ticked");
    body
}

fn asking(db: &Db, shop: &Shop) -> Letter {
    let before = letters(db).len();
    shop.record(&asked());
    letter(db, before + 1)
}

/// Presses the button, as a browser does that shows the page first.
fn presses(shop: &Shop, mail: &Letter) -> Reply {
    let page = browser(shop).get(&mail.link());
    if !page.text.contains("name=\"shown\"") {
        return page;
    }
    let with_cookie = browser(shop).header("cookie", &cookie(&page, "placet-o"));
    with_cookie.form(&mail.link(), &[("shown", &hidden(&page.text, "shown"))])
}

fn chooses(shop: &Shop, path: &str, value: &str) {
    let page = browser(shop).get(path).expect(200).text;
    let seen = hidden(&page, "seen");
    let fields = [
        ("seen", seen.as_str()),
        ("choice.newsletter.email", value),
        ("notice.newsletter", "newsletter@2"),
    ];
    browser(shop).form(path, &fields).expect(200);
}

fn said(shop: &Shop, status: &str, more: Value) {
    let mut body = yes(ANNE);
    body["status"] = json!(status);
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    shop.record(&body);
}

on_both! {
    fn both_steps_are_kept_and_handed_out(db: &Db) {
        let shop = shop(db);
        let mail = asking(db, &shop);
        assert!(mail.text.contains("Notre lettre") && mail.html.contains("<html lang=\"fr\">"), "{}", mail.text);
        assert_eq!(shop.newsletter(ANNE).0, "deny");
        let state = shop.choices(ANNE).to_string();
        assert!(state.contains("DOUBLE_OPT_IN_PENDING") && state.contains("requested"), "{state}");
        // a scanner opens the link, and presses the button without the cookie
        for _ in 0..3 {
            let page = browser(&shop).get(&mail.link()).expect(200).text;
            assert!(page.contains("newsletter@1") && page.contains("a•••@asked.example"), "{page}");
            let asks = browser(&shop).form(&mail.link(), &[("shown", &hidden(&page, "shown"))]).expect(422);
            assert!(asks.text.contains("one-time-code"), "{}", asks.text);
        }
        assert_eq!(shop.newsletter(ANNE).0, "deny");
        let done = presses(&shop, &mail).expect(200);
        assert!(done.text.contains("Your choice is confirmed"), "{}", done.text);
        assert_eq!(shop.newsletter(ANNE).0, "permit");
        // the second time, from another tab: kindly, and nothing changes
        let before = shop.position();
        let again = presses(&shop, &mail).expect(200);
        assert!(again.text.contains("already confirmed this on"), "{}", again.text);
        assert_eq!(shop.position(), before);

        let id = shop.subject(ANNE);
        let history = shop.dpo().get(&format!("/v1/subjects/{id}/history?limit=200")).expect(200).json();
        let items = history["items"].as_array().unwrap();
        let of = |kind: &str| items.iter().find(|item| item["kind"] == kind).unwrap();
        let (request, given) = (of("consent.requested"), of("consent.given"));
        let proof = &given["content"]["evidence"]["double_opt_in"];
        assert_eq!((&proof["request"], &proof["position"]), (&request["id"], &request["position"]), "{given}");
        assert_eq!((&proof["read_by"], &given["content"]["act"]), (&json!("link"), &json!("link_confirmed")));
        assert!(given["content"]["circumstances"]["confirmed_at"].is_string());
        assert_eq!(given["content"]["notice"], request["content"]["notice"]);

        let file = db.data_dir().join("anne.zip");
        let path = file.display().to_string();
        let made = cli(db, &["audit", "export", "--email", ANNE, "-o", &path]);
        assert_eq!(made.code, 0, "{made:?}");
        assert_eq!(cli(db, &["audit", "verify", &path]).code, 0);
        assert_eq!(cli(db, &["audit", "check"]).code, 0);
    }

    fn by_the_code_where_the_cookie_is_missing(db: &Db) {
        let shop = shop(db);
        let mail = asking(db, &shop);
        let types = |code: &str| browser(&shop).form(&mail.link(), &[("code", code)]);
        for wrong in ["", "12", &mail.wrong_code()] {
            types(wrong).expect(422);
        }
        assert_eq!(shop.newsletter(ANNE).0, "deny");
        types(&mail.code()).expect(200);
        assert_eq!(shop.newsletter(ANNE).0, "permit");
    }

    fn five_codes_and_no_more(db: &Db) {
        let shop = shop(db);
        let mail = asking(db, &shop);
        for _ in 0..5 {
            browser(&shop).form(&mail.link(), &[("code", &mail.wrong_code())]).expect(422);
        }
        let late = browser(&shop).form(&mail.link(), &[("code", &mail.code())]).expect(422);
        assert!(late.text.contains("Too many codes"), "{}", late.text);
        presses(&shop, &mail).expect(200);
    }

    /// Promise 1, from every side that a no can come from.
    fn a_no_said_meanwhile_holds(db: &Db) {
        let shop = shop(db);
        let holds = |mail: &Letter| {
            let reply = presses(&shop, mail).expect(409);
            assert!(reply.text.contains("Your no holds"), "{}", reply.text);
            assert_eq!(shop.newsletter(ANNE).0, "deny");
        };
        // through a tool
        let mail = asking(db, &shop);
        said(&shop, "refused", json!({}));
        holds(&mail);
        // on the page of choices, where it had been no already
        let (choices, stop) = shop.link(ANNE);
        let mail = asking(db, &shop);
        chooses(&shop, &choices, "no");
        holds(&mail);
        // by one click, where everything had been stopped already
        for _ in 0..2 {
            let mail = asking(db, &shop);
            shop.server.http().form(&stop, &[("List-Unsubscribe", "One-Click")]).expect(200);
            holds(&mail);
        }
        // by an objection
        let mail = asking(db, &shop);
        let objection = json!({ "subject": { "email": ANNE }, "scope": "direct_marketing" });
        shop.collector().post("/v1/objections", &objection).expect(201);
        holds(&mail);
        // and one more wish of their own opens it again
        let mail = asking(db, &shop);
        presses(&shop, &mail).expect(200);
        assert_eq!(shop.newsletter(ANNE).0, "permit");
    }

    /// A no of that time which arrives only after the confirmation, from a shop that was offline.
    fn a_no_that_comes_late_holds(db: &Db) {
        let shop = shop(db);
        let mail = asking(db, &shop);
        let between = chrono::Utc::now().to_rfc3339();
        presses(&shop, &mail).expect(200);
        assert_eq!(shop.newsletter(ANNE).0, "permit");
        said(&shop, "refused", json!({ "collected_at": between }));
        assert_eq!(shop.newsletter(ANNE).1, "CONSENT_REFUSED");
        presses(&shop, &mail).expect(200);
        assert_eq!(shop.newsletter(ANNE).1, "CONSENT_REFUSED");
        assert_eq!(cli(db, &["audit", "check"]).code, 0);
    }

    /// A newer link takes the place of an older; a form sent a hundred times causes one mail.
    fn replaced_expired_and_repeated(db: &Db) {
        let shop = shop(db);
        let old = asking(db, &shop);
        for _ in 0..100 {
            shop.record(&asked());
        }
        settled(db);
        assert_eq!(letters(db).len(), 1);
        let mut both = asked();
        both["notice"] = json!("newsletter@2");
        let mut offers = asked();
        (offers["purpose"], offers["notice"]) = (json!("offers"), json!("offers@1"));
        shop.collector().post("/v1/consents", &json!({ "consents": [both, offers] })).expect(201);
        let new = letter(db, 2);
        assert!(new.text.contains("Nos offres") && new.text.contains("Notre lettre"), "{}", new.text);
        let gone = presses(&shop, &old).expect(410);
        assert!(gone.text.contains("newer link"), "{}", gone.text);
        db.tamper("UPDATE confirmations SET expires_at = 1");
        assert!(presses(&shop, &new).expect(410).text.contains("seven days"));
        assert_eq!(shop.newsletter(ANNE).0, "deny");
        db.tamper("UPDATE confirmations SET expires_at = 9000000000000000");
        let done = presses(&shop, &new).expect(200).text;
        assert!(done.contains("offers@1") && done.contains("newsletter@2"), "{done}");
    }

    /// Who must never be contacted again gets no mail, whoever types their address, and nobody is told.
    fn nothing_goes_to_who_is_suppressed(db: &Db) {
        let shop = shop(db);
        let never = json!({ "subject": { "email": ANNE }, "reason": "asked" });
        shop.collector().post("/v1/suppressions", &never).expect(201);
        let written = shop.record(&asked());
        assert_eq!(written["state"]["status"], "requested");
        std::thread::sleep(std::time::Duration::from_millis(1500));
        assert_eq!(letters(db).len(), 0);
    }

    /// Whoever is merged, moved or erased meanwhile: the link follows the person, or leads nowhere.
    fn a_merge_and_an_erasure(db: &Db) {
        let shop = shop(db);
        let mut no = yes(ANNE);
        (no["subject"], no["status"]) = (json!({ "crm_id": "C-1" }), json!("refused"));
        let mail = asking(db, &shop);
        shop.record(&no);
        let mut both = yes(ANNE);
        both["subject"] = json!({ "email": ANNE, "crm_id": "C-1" });
        (both["purpose"], both["status"], both["notice"]) = (json!("offers"), json!("refused"), json!("offers@1"));
        shop.record(&both);
        presses(&shop, &mail).expect(409);
        assert_eq!(shop.newsletter(ANNE).1, "CONSENT_REFUSED");
        let mail = asking(db, &shop);
        let id = shop.subject(ANNE);
        let why = json!({ "reason": "data_subject_request" });
        shop.dpo().post(&format!("/v1/subjects/{id}/erasure"), &why).expect(201);
        browser(&shop).get(&mail.link()).expect(404);
        browser(&shop).form(&mail.link(), &[("code", &mail.code())]).expect(404);
    }
}

/// Bad requests say how to mend them.
#[test]
fn what_cannot_be_asked_is_said() {
    let shop = shop(&Db::sqlite());
    let code = |change: &dyn Fn(&mut Value)| {
        let mut body = asked();
        change(&mut body);
        let refused = shop
            .collector()
            .post("/v1/consents", &body)
            .expect(422)
            .json();
        assert_eq!(refused["errors"][0]["pointer"], "/confirm", "{refused}");
        refused["errors"][0]["code"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        code(&|body| body["confirm"] = json!("sms")),
        "confirm_unknown"
    );
    assert_eq!(
        code(&|body| body["status"] = json!("refused")),
        "confirm_of_no_yes"
    );
    let phone = json!({ "phone": "+33612345678" });
    assert_eq!(
        code(&|body| body["subject"] = phone.clone()),
        "address_missing"
    );
}

/// Has the newsletter, or the whole house, confirm by mail; or not.
fn confirms(shop: &Shop, path: &str, double_opt_in: &Value) {
    let body = if path == "/v1/controllers/default" {
        json!({ "name": "Maison Essai", "country": "FR", "double_opt_in": double_opt_in })
    } else {
        json!({ "controller": "default", "use": "direct_marketing_own", "legal_basis": "consent",
            "title": { "fr": "Notre lettre", "en": "Our newsletter" },
            "channels": ["email"], "data_categories": ["contact"], "double_opt_in": double_opt_in })
    };
    shop.admin().put(path, &body).expect(200);
}

const PURPOSE: &str = "/v1/purposes/newsletter";
const HOUSE: &str = "/v1/controllers/default";

on_both! {
    /// From its version on a purpose that says so has each yes confirmed, whoever takes it down; what was
    /// said before stays what it was.
    fn a_purpose_says_whether_a_yes_is_confirmed(db: &Db) {
        let shop = shop(db);
        let early = "early@asked.example";
        shop.record(&yes(early));
        confirms(&shop, PURPOSE, &json!(true));
        assert_eq!(shop.newsletter(early).0, "permit", "what was said before stays");
        let written = shop.record(&yes(ANNE));
        assert_eq!(written["state"]["status"], "requested", "{written}");
        assert_eq!(shop.newsletter(ANNE).0, "deny");
        let mail = letter(db, 1);
        presses(&shop, &mail).expect(200);
        assert_eq!(shop.newsletter(ANNE).0, "permit");
        // a no needs no confirmation, and what was confirmed elsewhere is
        said(&shop, "withdrawn", json!({}));
        assert_eq!(shop.newsletter(ANNE).1, "CONSENT_WITHDRAWN");
        let now = chrono::Utc::now().to_rfc3339();
        said(&shop, "given", json!({ "double_opt_in": { "state": "confirmed", "at": now } }));
        assert_eq!(shop.newsletter(ANNE).0, "permit");
        assert_eq!(letters(db).len(), 1);
        // who has no address for a mail cannot be asked: 422, with the way to mend it
        let mut by_phone = yes(ANNE);
        by_phone["subject"] = json!({ "phone": "+33612345678" });
        let refused = shop.collector().post("/v1/consents", &by_phone).expect(422).text;
        assert!(refused.contains("confirmation_needed"), "{refused}");
        // the other way: from the next version on a yes is a yes
        confirms(&shop, PURPOSE, &json!(false));
        let late = "late@asked.example";
        shop.record(&yes(late));
        assert_eq!(shop.newsletter(late).0, "permit");
        assert_eq!(letters(db).len(), 1);
    }

    /// The controller speaks for its purposes, unless one speaks for itself.
    fn a_controller_speaks_for_its_purposes(db: &Db) {
        let shop = shop(db);
        confirms(&shop, HOUSE, &json!(true));
        shop.record(&yes(ANNE));
        assert_eq!(shop.newsletter(ANNE).0, "deny");
        letter(db, 1);
        confirms(&shop, PURPOSE, &json!(false));
        let other = "other@asked.example";
        shop.record(&yes(other));
        assert_eq!(shop.newsletter(other).0, "permit");
    }

    /// Also on the person's own page and where an agent takes it down.
    fn on_the_own_page_and_in_a_shop(db: &Db) {
        let shop = shop(db);
        said(&shop, "refused", json!({}));
        confirms(&shop, PURPOSE, &json!(true));
        let (choices, _) = shop.link(ANNE);
        let page = browser(&shop).get(&choices).expect(200).text;
        let seen = hidden(&page, "seen");
        let fields = [("seen", seen.as_str()), ("choice.newsletter.email", "yes"), ("notice.newsletter", "newsletter@2")];
        let saved = browser(&shop).form(&choices, &fields).expect(200).text;
        assert!(saved.contains("One step is left") && saved.contains("Waiting for your confirmation"), "{saved}");
        assert_eq!(shop.newsletter(ANNE).1, "CONSENT_REFUSED", "until then the no holds");
        let mail = letter(db, 1);
        presses(&shop, &mail).expect(200);
        assert_eq!(shop.newsletter(ANNE).0, "permit");
        // a no on the page holds at once, and kills a link that waits
        chooses(&shop, &choices, "no");
        assert_eq!(shop.newsletter(ANNE).1, "CONSENT_WITHDRAWN");

        let agent = shop.staff(db, "collector").header("accept-language", "en");
        let start = agent.get("/console/customers").expect(200).text;
        let bea = "bea@asked.example";
        let csrf = hidden(&start, "csrf");
        let base = [("csrf", csrf.as_str()), ("contact", bea), ("place_kind", "store"), ("place", "Lille"), ("tongue", "en")];
        let page = agent.form("/console/customers", &base).expect(200).text;
        let seen = hidden(&page, "seen");
        let mut answers = base.to_vec();
        answers.extend([("seen", seen.as_str()), ("choice.newsletter.email", "yes"),
            ("was.choice.newsletter.email", "none"), ("notice.newsletter", "newsletter@2")]);
        let done = agent.form("/console/customers/answers", &answers).expect(200).text;
        assert!(done.contains("Waiting for your confirmation"), "{done}");
        assert_eq!(shop.newsletter(bea).0, "deny");
        let mail = letter(db, 2);
        presses(&shop, &mail).expect(200);
        assert_eq!(shop.newsletter(bea).0, "permit");
        assert_eq!(cli(db, &["audit", "check"]).code, 0);
    }
}

/// Where no mail goes out, a yes that would need one is refused, and a no is not.
#[test]
fn without_mail_nothing_is_confirmed() {
    let db = Db::sqlite();
    let shop = Shop::open(&db);
    confirms(&shop, PURPOSE, &json!(true));
    let refused = shop
        .collector()
        .post("/v1/consents", &yes(ANNE))
        .expect(422)
        .text;
    assert!(refused.contains("no_mail"), "{refused}");
    said(&shop, "refused", json!({}));
    assert_eq!(shop.newsletter(ANNE).1, "CONSENT_REFUSED");
}

/// A form that is sent a thousand times fills nobody's letter box, and each is answered alike.
#[test]
fn a_thousand_wishes_of_one_address_fill_no_letter_box() {
    let db = Db::sqlite();
    let shop = shop(&db);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..250 {
                    let written = shop.record(&asked());
                    assert_eq!(written["state"]["status"], "requested");
                }
            });
        }
    });
    settled(&db);
    // those that shared the first commit did not see each other
    let mails = letters(&db).len();
    assert!((1..=4).contains(&mails), "{mails}");
    let rows = db.ask("SELECT count(*) FROM confirmations");
    assert_eq!(rows.trim(), mails.to_string());
    presses(&shop, &letter(&db, mails)).expect(200);
    assert_eq!(shop.newsletter(ANNE).0, "permit");
}
