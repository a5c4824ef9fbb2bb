//! The console's pages of purposes and notices: what is in force, what it was before, and publishing the next version,
//! checked and seen before it is confirmed.

use serde_json::{Value, json};

use crate::pages::axe;
use crate::shop::{Shop, yes};
use crate::support::browser::{Browser, Visitor};
use crate::support::database::Db;
use crate::support::forms::{filled, send, set};
use crate::support::http::{Http, Reply};
use crate::support::server::cli;
use crate::support::staff::{self, PASSWORD, csrf, keeping};

const LIST: &str = "/console/purposes";
const CHECK: &str = "/console/purposes/check";
const PUBLISH: &str = "/console/purposes/publish";
const EDIT: &str = "/console/purposes/newsletter/edit";
const WORDS: &str = "/console/purposes/newsletter/words";

/// The form of a page with something filled in, checked: the page before publishing.
#[track_caller]
fn checked(who: &Http, form: &str, changes: &[(&str, &str)]) -> String {
    let mut fields = filled(&who.get(form).expect(200).text, CHECK);
    for (name, value) in changes {
        set(&mut fields, name, value);
    }
    send(who, CHECK, &fields).expect(200).text
}

#[track_caller]
fn publishes(who: &Http, page: &str) -> Reply {
    send(who, PUBLISH, &filled(page, PUBLISH))
}

fn admin(shop: &Shop, db: &Db) -> Http {
    shop.staff(db, "admin").header("accept-language", "en")
}

/// A purpose in force, as the API tells it.
#[track_caller]
fn purpose(shop: &Shop, id: &str) -> Value {
    let all = shop.dpo().get("/v1/purposes").expect(200).json();
    let mut all = all["items"].as_array().unwrap().clone().into_iter();
    all.find(|one| one["id"] == id).unwrap_or_default()
}

/// The versions of a notice.
fn notices(shop: &Shop, id: &str) -> Vec<Value> {
    let all = shop.dpo().get("/v1/notices").expect(200).json();
    let all = all["items"].as_array().unwrap().clone().into_iter();
    all.filter(|one| one["id"] == id).collect()
}

on_both! {
    fn the_list_and_the_page_say_what_is_in_force_and_what_was(db: &Db) {
        let shop = Shop::open(db);
        let me = shop.staff(db, "marketing").header("accept-language", "en");
        let list = me.get(LIST).expect(200).text;
        for part in ["Maison Essai", "Our newsletter", "Own advertising", "Consent", "Email", "3 years", "newsletter@2",
            "Operator", "Your orders"] {
            assert!(list.contains(part), "{part}: {list}");
        }
        assert!(!list.contains("/console/new-purpose"), "who may not publish is offered no form");
        let page = me.get(&format!("{LIST}/newsletter?lang=en")).expect(200).text;
        // the words of the second version, word by word, in each language
        for part in ["I agree to receive the", "<del>newsletter.</del>", "<ins>newsletter by email.</ins>",
            "<del>lettre.</del>", "<ins>lettre par e-mail.</ins>", "every yes of before holds"] {
            assert!(page.contains(part), "{part}: {page}");
        }
        // the row of the customer's page, in the languages that there are, with nothing to send
        let preview = page.split("id=\"preview\"").nth(1).unwrap().split("</section>").next().unwrap();
        assert_eq!(preview.matches("<fieldset class=\"card\" disabled").count(), 2, "{preview}");
        for part in ["Two emails a month.", "Deux e-mails par mois.", "value=\"yes\"", "Deutsch, Español"] {
            assert!(preview.contains(part), "{part}: {preview}");
        }
        assert!(!preview.contains("<form"));
        let contract = me.get(&format!("{LIST}/orders?lang=en")).expect(200).text;
        assert!(!contract.contains("type=\"radio\""), "{contract}");
        me.get(&format!("{LIST}/none")).expect(404);
        me.get(&format!("{LIST}/%3Cscript%3E")).expect(404);
    }

    fn a_purpose_is_checked_seen_and_published(db: &Db) {
        let shop = Shop::open(db);
        let me = admin(&shop, db);
        let before = shop.position();
        let page = checked(&me, EDIT, &[("retention", "P2Y"), ("channels.sms", "on"), ("title.en", "Our \"letter\" & more")]);
        for part in ["newsletter@2: before it is published", "<del>3</del>", "<ins>2</ins>", "<ins>Email, Text message</ins>",
            "Our &#34;letter&#34; &#38; more", "Every check decides by this version"] {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert_eq!((shop.position(), purpose(&shop, "newsletter")["version"].as_u64()), (before, Some(1)), "nothing yet");
        let done = publishes(&me, &page);
        assert_eq!((done.status, done.header("location")), (303, Some("/console/purposes/newsletter?done=1")), "{}", done.text);
        let now = purpose(&shop, "newsletter");
        assert_eq!((&now["version"], &now["retention"], &now["channels"]), (&json!(2), &json!("P2Y"), &json!(["email", "sms"])));
        // all else stayed, to the word
        assert_eq!((&now["title"]["en"], &now["title"]["fr"]), (&json!("Our \"letter\" & more"), &json!("Notre lettre")));
        assert_eq!((&now["description"]["fr"], &now["data_categories"]), (&json!("Deux e-mails par mois."), &json!(["contact"])));
        let shown = me.get("/console/purposes/newsletter?done=1").expect(200).text;
        assert!(shown.contains("Published. It is in force") && shown.contains("Published by admin."), "{shown}");
        assert_eq!(shop.position(), before + 1);
        // pressed twice, it is in force once
        assert_eq!(publishes(&me, &page).status, 303);
        assert_eq!(shop.position(), before + 1);
        let checked = cli(db, &["audit", "check"]);
        assert_eq!(checked.code, 0, "{checked:?}");
    }

    fn words_are_minor_or_major_and_it_is_said_what_that_means(db: &Db) {
        let shop = Shop::open(db);
        shop.record(&yes("anne@words.example"));
        assert_eq!(shop.newsletter("anne@words.example").0, "permit");
        let me = admin(&shop, db);
        let text = ("text.en", "I agree to receive the newsletter by email, weekly.");
        let unsaid = {
            let mut fields = filled(&me.get(WORDS).expect(200).text, CHECK);
            set(&mut fields, text.0, text.1);
            send(&me, CHECK, &fields).expect(422).text
        };
        assert!(unsaid.contains("Say whether the change is minor or major") && unsaid.contains("email, weekly."), "{unsaid}");
        let minor = checked(&me, WORDS, &[text, ("change", "minor")]);
        assert!(minor.contains("1 person said yes") && minor.contains("the answers of before hold"), "{minor}");
        assert_eq!(publishes(&me, &minor).status, 303);
        assert_eq!(shop.newsletter("anne@words.example").0, "permit");
        let major = checked(&me, WORDS, &[("text.fr", "J’accepte tout."), ("change", "major")]);
        assert!(major.contains("does not cover the new ones"), "{major}");
        assert_eq!(publishes(&me, &major).status, 303);
        assert_eq!(shop.newsletter("anne@words.example").0, "deny");
        let all = notices(&shop, "newsletter");
        assert_eq!(all.len(), 4);
        assert_eq!((&all[3]["text"]["fr"], &all[3]["text"]["en"]), (&json!("J’accepte tout."), &json!(text.1)));
        let none = checked(&me, WORDS, &[("text.fr", "J’accepte."), ("change", "minor")]);
        assert!(none.contains("Nobody’s yes to the words of before counts today"), "{none}");
    }

    /// Of two who publish at once the second is told, and has what they wrote; the same for a form of yesterday.
    fn who_published_meanwhile_is_seen(db: &Db) {
        let shop = Shop::open(db);
        let me = admin(&shop, db);
        let opened = filled(&me.get(EDIT).expect(200).text, CHECK);
        let page = checked(&me, EDIT, &[("title.en", "Mine")]);
        let mut theirs = purpose(&shop, "newsletter");
        theirs["title"]["en"] = json!("Theirs");
        for field in ["id", "version"] {
            theirs.as_object_mut().unwrap().remove(field);
        }
        shop.admin().put("/v1/purposes/newsletter", &theirs).expect(200);
        let before = shop.position();
        let refused = publishes(&me, &page).expect(409).text;
        assert!(refused.contains("Somebody else published meanwhile") && refused.contains("value=\"Mine\""), "{refused}");
        assert_eq!((shop.position(), &purpose(&shop, "newsletter")["title"]["en"]), (before, &json!("Theirs")));
        let mut late = opened;
        set(&mut late, "title.en", "Late");
        let refused_late = send(&me, CHECK, &late).expect(409).text;
        assert!(refused_late.contains("value=\"Late\""), "{refused_late}");
        // checked again, it shows what it would take back, and is published
        let again = send(&me, CHECK, &filled(&refused, CHECK)).expect(200).text;
        assert!(again.contains("<del>Theirs</del> <ins>Mine</ins>"), "{again}");
        assert_eq!(publishes(&me, &again).status, 303);
        assert_eq!(purpose(&shop, "newsletter")["title"]["en"], "Mine");
        // words as well: the number that was checked is somebody else's by now
        let words = checked(&me, WORDS, &[("text.en", "Mine."), ("change", "minor")]);
        let notice = json!({ "purpose": "newsletter", "change": "minor", "text": { "en": "Theirs." } });
        shop.admin().put("/v1/notices/newsletter/3", &notice).expect(200);
        let refused = publishes(&me, &words).expect(409).text;
        assert!(refused.contains("Somebody else published meanwhile") && refused.contains(">Mine.</textarea>"), "{refused}");
    }

    /// The second step publishes what the first showed, and nothing else.
    fn what_was_not_checked_is_not_published(db: &Db) {
        let shop = Shop::open(db);
        let me = admin(&shop, db);
        let page = checked(&me, EDIT, &[("title.en", "Mine")]);
        let before = shop.position();
        let mut other = filled(&page, PUBLISH);
        set(&mut other, "title.en", "Another");
        let refused = send(&me, PUBLISH, &other).expect(422).text;
        assert!(refused.contains("not what was checked") && refused.contains("value=\"Another\""), "{refused}");
        let mut untagged = filled(&page, PUBLISH);
        set(&mut untagged, "checked", "");
        send(&me, PUBLISH, &untagged).expect(422);
        let mut foreign = filled(&page, PUBLISH);
        set(&mut foreign, "csrf", "guessed");
        assert!(send(&me, PUBLISH, &foreign).expect(422).text.contains("open for too long"));
        let same = filled(&me.get(EDIT).expect(200).text, CHECK);
        assert!(send(&me, CHECK, &same).expect(422).text.contains("in force already"));
        assert_eq!(shop.position(), before);
    }

    /// Every field that the API refuses is refused beside its place, in words.
    fn errors_stand_beside_their_fields(db: &Db) {
        let shop = Shop::open(db);
        let me = admin(&shop, db);
        let new = me.get("/console/new-purpose").expect(200).text;
        let mut fields = filled(&new, CHECK);
        for (name, value) in [("id", "Offers!"), ("retention", "three years"), ("ask_again_after", "soon")] {
            set(&mut fields, name, value);
        }
        let refused = send(&me, CHECK, &fields).expect(422).text;
        assert!(refused.contains("<title>Error:") && refused.contains("href=\"#id\"") && refused.contains("value=\"three years\""), "{refused}");
        set(&mut fields, "id", "gifts");
        set(&mut fields, "ask_again_after", "");
        let refused = send(&me, CHECK, &fields).expect(422).text;
        for (place, told) in [("title.fr", "Write a title in at least one language."), ("channels.email", "Choose at least one channel."),
            ("retention", "Write a period as P3Y (years)")] {
            assert!(refused.contains(&format!("href=\"#{place}\">{told}")), "{place}: {refused}");
            assert!(refused.contains(&format!("id=\"{place}\"")) && refused.matches(told).count() >= 2, "{place}: {refused}");
        }
        set(&mut fields, "id", "offers");
        for (name, value) in [("title.en", "Gifts"), ("channels.email", "on"), ("retention", "")] {
            set(&mut fields, name, value);
        }
        assert!(send(&me, CHECK, &fields).expect(422).text.contains("purpose of this name already"));
        set(&mut fields, "id", "gifts");
        let page = send(&me, CHECK, &fields).expect(200).text;
        assert!(page.contains("gifts@1") && page.contains("for the first time"), "{page}");
        assert_eq!(publishes(&me, &page).status, 303);
        assert_eq!(purpose(&shop, "gifts")["version"], 1);
        // its first words
        let words = checked(&me, "/console/purposes/gifts/words", &[("text.en", "I agree to gifts.")]);
        assert!(words.contains("gifts@1") && words.contains("These are the first words"), "{words}");
        assert_eq!(publishes(&me, &words).status, 303);
        assert_eq!(notices(&shop, "gifts")[0]["change"], "major");
    }

    fn publishing_asks_for_a_fresh_proof_and_goes_on(db: &Db) {
        let shop = Shop::open(db);
        staff::add(db, "chief", "admin");
        let member = staff::signs_in(&shop.server, "chief");
        let me = member.http.header("accept-language", "en");
        let page = checked(&me, EDIT, &[("description.fr", "Une ligne.\r\nUne autre.")]);
        db.tamper("UPDATE sessions SET proven_at = 1");
        let asked = publishes(&me, &page).expect(403).text;
        assert!(asked.contains("name=\"proof\""), "{asked}");
        let mut fields = filled(&asked, PUBLISH);
        let proof = match &member.app {
            Some(app) => {
                db.tamper("UPDATE staff SET factor_step = 0");
                app.code(0)
            }
            None => PASSWORD.to_owned(),
        };
        set(&mut fields, "proof", &proof);
        let done = send(&me, PUBLISH, &fields);
        assert_eq!(done.status, 303, "{}", done.text);
        keeping(&shop.server, &done).get(LIST).expect(200);
        assert_eq!(purpose(&shop, "newsletter")["description"]["fr"], "Une ligne.\nUne autre.");
    }

    fn who_may_not_publish_does_not(db: &Db) {
        let shop = Shop::open(db);
        let http = shop.server.http();
        let page = checked(&admin(&shop, db), EDIT, &[("title.en", "Mine")]);
        let fields = filled(&page, PUBLISH);
        for path in [LIST, EDIT, WORDS, "/console/new-purpose", "/console/purposes/newsletter"] {
            http.get(path).expect(303);
        }
        send(&http, PUBLISH, &fields).expect(303);
        for role in ["marketing", "collector"] {
            let who = shop.staff(db, role);
            who.get(LIST).expect(200);
            who.get("/console/purposes/newsletter").expect(200);
            for path in [EDIT, WORDS, "/console/new-purpose"] {
                who.get(path).expect(403);
            }
            let secret = csrf(&who.get("/console/account").expect(200).text);
            let mut own = fields.clone();
            set(&mut own, "csrf", &secret);
            send(&who, CHECK, &own).expect(403);
            send(&who, PUBLISH, &own).expect(403);
        }
        assert_eq!(purpose(&shop, "newsletter")["version"], 1);
    }
}

/// The main path in a real browser, by the keyboard's own ways, and every page of it looked at.
#[test]
fn an_administrator_publishes_in_a_browser() {
    let db = Db::sqlite();
    let shop = Shop::open_with(&db, &[("PLACET_STAFF_SECOND_FACTOR", "optional")]);
    let Some(browser) = Browser::open(Visitor::default()) else {
        return;
    };
    shop.record(&yes("anne@words.example"));
    staff::add(&db, "admin", "admin");
    let host = shop.server.url();
    browser.goto(&format!("{host}/console/sign-in"));
    browser.find("#user").enter("admin");
    browser.find("#password").enter(PASSWORD);
    browser.find("button.main").follow();
    let look = |name: &str| {
        browser.script(
            "document.querySelectorAll('main details').forEach(one => { one.open = true })",
        );
        for (width, height) in [(320, 640), (1280, 900)] {
            browser.resize(width, height);
            let found = axe::faults(&browser);
            assert!(found.is_empty(), "{name}, {width} px: {found:#?}");
        }
    };
    browser.find("main a[href^='/console/purposes']").follow();
    look("list");
    browser.find("main th a[href*='newsletter']").follow();
    look("purpose");
    browser.find("main a[href*='/edit']").follow();
    look("form");
    browser
        .script("document.querySelectorAll('[id^=\"title.\"]').forEach(one => { one.value = '' })");
    browser.find("main form button.main").follow();
    look("form, error");
    assert!(browser.title().starts_with("Error:"), "{}", browser.title());
    browser.find(".errors a").click();
    assert_eq!(
        browser.focused().attribute("id").as_deref(),
        Some("title.fr")
    );
    browser.find("[id='title.fr']").enter("Notre lettre");
    browser.find("[id='title.en']").enter("Our weekly letter");
    browser.press("\u{E007}");
    browser.wait_until("return document.querySelector('form[action$=\"/publish\"]') !== null");
    look("check");
    assert!(browser.find("main ins").text().contains("weekly letter"));
    browser.find("form[action$='/check'] button").follow();
    assert_eq!(
        browser
            .find("[id='title.en']")
            .attribute("value")
            .as_deref(),
        Some("Our weekly letter")
    );
    browser.find("main form button.main").follow();
    browser.find("form[action$='/publish'] button").follow();
    look("published");
    assert!(browser.find("[role=status]").text().contains("in force"));
    browser.find("main a[href*='/words']").follow();
    look("words");
    browser.script("document.querySelector('[id=\"text.en\"]').value = ''");
    browser
        .find("[id='text.en']")
        .enter("I agree to receive the letter each week.");
    browser.find("label[for='change.major']").click();
    browser.find("main form button.main").follow();
    look("words, check");
    browser.find("form[action$='/publish'] button").follow();
    assert_eq!(notices(&shop, "newsletter").len(), 3);
    assert_eq!(shop.newsletter("anne@words.example").0, "deny");
}
