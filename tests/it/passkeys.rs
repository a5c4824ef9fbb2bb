//! Passkeys of staff: a second factor, and both of them at once; what comes and goes with them, and what is refused.

mod browser;

use serde_json::Value;

use crate::accounts::{acts, form, leads_to, long_ago};
use crate::shop::Shop;
use crate::support::database::Db;
use crate::support::http::{Http, Reply};
use crate::support::passkey::Passkey;
use crate::support::server::{Server, cli};
use crate::support::staff::{self, PASSWORD, codes, csrf, keeping, signs_in};

const ACCOUNT: &str = "/console/account";
const ASK: &str = "/console/account/passkeys/challenge";
const ADD: &str = "/console/account/passkeys";
const REMOVE: &str = "/console/account/passkeys/remove";
const CODE: &str = "/console/sign-in/code";
const FACTOR: &str = "/console/account/second-factor";
const ALONE: &str = "/console/sign-in/passkey";
const RECOVERY: &str = "/console/account/recovery";

pub const ORIGIN: &str = "http://localhost:8080";
pub const AT_LOCALHOST: [(&str, &str); 1] = [("PLACET_PUBLIC_URL", ORIGIN)];

/// A service with the account `dpo`, who has never signed in.
fn opened(db: &Db) -> Server {
    let server = Server::start_with(db, &[], &AT_LOCALHOST);
    staff::add(db, "dpo", "dpo");
    server
}

/// Name and password typed.
#[track_caller]
fn begun(server: &Server, login: &str, way: &str) -> Http {
    let entered = staff::password(server, login, PASSWORD);
    leads_to(&entered, way);
    keeping(server, &entered).header("accept-language", "en")
}

/// What the page's script is told.
#[track_caller]
fn asked(who: &Http, page: &str, what: &str) -> Value {
    form(who, page, ASK, &[("for", what)]).expect(200).json()
}

/// Adds a passkey from that page.
#[track_caller]
fn adds(who: &Http, page: &str, key: &mut Passkey, name: &str) -> Reply {
    let made = key.made(&asked(who, page, "create"));
    form(who, page, ADD, &[("name", name), ("passkey", &made)])
}

/// Somebody who set a passkey up at their first sign-in, with their recovery codes.
#[track_caller]
pub fn enrolled(server: &Server, login: &str, seed: u64) -> (Http, Passkey, Vec<String>) {
    let begun = begun(server, login, FACTOR);
    let mut key = Passkey::new(seed, ORIGIN);
    let done = adds(&begun, FACTOR, &mut key, "Telephone").expect(200);
    let me = keeping(server, &done).header("accept-language", "en");
    (me, key, codes(&done.text))
}

/// A browser that is asked for a passkey alone, and what it is asked.
#[track_caller]
fn asked_alone(server: &Server) -> (Http, Value) {
    let reply = server
        .http()
        .form("/console/sign-in/passkey/challenge", &[])
        .expect(200);
    // a browser holds what opens it: it is guarded as a page is
    let policy = reply.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    let browser = keeping(server, &reply).header("accept-language", "en");
    (browser, reply.json())
}

#[track_caller]
fn alone(server: &Server, key: &mut Passkey) -> Reply {
    let (browser, asked) = asked_alone(server);
    browser.form(ALONE, &[("passkey", &key.shown(&asked))])
}

/// Nobody has to wait.
fn at_once(db: &Db) {
    db.tamper("UPDATE guesses SET next_at = 0, failures = 0");
}

#[track_caller]
fn checks(db: &Db, code: i32) -> String {
    let checked = cli(db, &["audit", "check"]);
    assert_eq!(checked.code, code, "{checked:?}");
    format!("{checked:?}")
}

on_both! {
    fn a_passkey_is_a_second_factor(db: &Db) {
        let shop = Shop::open_with(db, &AT_LOCALHOST);
        let server = &shop.server;
        staff::add(db, "dpo", "dpo");
        let first = begun(server, "dpo", FACTOR);
        let page = first.get(FACTOR).expect(200).text;
        assert!(page.contains("data-passkey=\"create\"") && page.contains("<script src=\"/assets/passkeys.js?v="), "{page}");
        // what is asked is what the standard has a browser make: found without a name, and its owner's alone
        let asks = asked(&first, FACTOR, "create");
        assert_eq!((asks["rp"]["id"].as_str(), asks["attestation"].as_str()), (Some("localhost"), Some("none")));
        assert_eq!(asks["authenticatorSelection"]["residentKey"], "required");
        assert_eq!(asks["authenticatorSelection"]["userVerification"], "required");
        assert_eq!(asks["challenge"].as_str().unwrap().len(), 43);
        assert_eq!(form(&first, FACTOR, ASK, &[("for", "get")]).status, 403);
        let (me, mut key, recovery) = enrolled(server, "dpo", 1);
        assert_eq!(recovery.len(), 10);
        me.get("/console").expect(200);
        leads_to(&first.get(FACTOR), "/console/sign-in");
        let page = me.get(ACCOUNT).expect(200).text;
        assert!(page.contains("Telephone") && page.contains("Not used yet"), "{page}");
        assert!(page.contains("Set up an authenticator app") && page.contains("Recovery codes left: 10"), "{page}");
        // after the password: the passkey, or a recovery code; and no other factor is set up in its place
        let half = begun(server, "dpo", CODE);
        let page = half.get(CODE).expect(200).text;
        assert!(page.contains("data-passkey=\"get\"") && page.contains("name=\"proof\""), "{page}");
        assert_eq!(form(&half, CODE, ASK, &[("for", "create")]).status, 403);
        for path in [FACTOR, ACCOUNT, "/console"] {
            leads_to(&half.get(path), "/console/sign-in");
        }
        let asks = asked(&half, CODE, "get");
        assert_eq!(asks["allowCredentials"].as_array().unwrap().len(), 1);
        let shown = key.shown(&asks);
        let entered = form(&half, CODE, CODE, &[("proof", &shown)]);
        leads_to(&entered, "/console");
        let me = keeping(server, &entered).header("accept-language", "en");
        assert!(me.get(ACCOUNT).expect(200).text.contains("Used last on"));
        leads_to(&form(&begun(server, "dpo", CODE), CODE, CODE, &[("proof", &recovery[0])]), "/console");
        let told = cli(db, &["--json", "user", "list"]);
        let told: Value = serde_json::from_str(&told.stdout).unwrap();
        assert_eq!(told[0]["second_factor"], true);
        let acts = acts(&shop);
        assert_eq!(acts, ["staff.added", "staff.passkey_added", "staff.signed_in", "staff.signed_in", "staff.signed_in"]);
        checks(db, 0);
        // who takes it away in the database, or puts another key there, is found
        db.tamper("UPDATE passkeys SET counter = 9, name = 'Another'");
        checks(db, 0);
        db.tamper("DELETE FROM passkeys");
        assert!(checks(db, 1).contains("passkeys of the staff account"));
    }

    fn a_passkey_alone_is_both_factors(db: &Db) {
        let shop = Shop::open_with(db, &AT_LOCALHOST);
        let server = &shop.server;
        for login in ["dpo", "max"] {
            staff::add(db, login, "dpo");
        }
        let (_, mut key, _) = enrolled(server, "dpo", 1);
        let (_, mut other, _) = enrolled(server, "max", 2);
        let page = server.http().get("/console/sign-in").expect(200).text;
        assert!(page.contains("data-passkey=\"get\"") && !page.contains("name=\"csrf\""), "{page}");
        let entered = alone(server, &mut key);
        leads_to(&entered, "/console");
        let cookies: Vec<&str> = entered.headers.get_all("set-cookie").iter().map(|one| one.to_str().unwrap()).collect();
        assert!(cookies.iter().any(|cookie| cookie.starts_with("placet=s_")), "{cookies:?}");
        let session = cookies.iter().find(|cookie| cookie.starts_with("placet=s_")).unwrap().split(';').next().unwrap();
        let me = server.http().header("cookie", session).header("accept-language", "en");
        assert!(me.get(ACCOUNT).expect(200).text.contains("dpo"));
        // answered once, and by the browser that was asked
        let (browser, asks) = asked_alone(server);
        let shown = key.shown(&asks);
        let (stranger, _) = asked_alone(server);
        for (who, told) in [(&stranger, "was not accepted"), (&server.http().header("accept-language", "en"), "was not accepted")] {
            assert!(who.form(ALONE, &[("passkey", &shown)]).expect(401).text.contains(told));
        }
        leads_to(&browser.form(ALONE, &[("passkey", &shown)]), "/console");
        browser.form(ALONE, &[("passkey", &shown)]).expect(401);
        // a challenge that a wrong answer took is gone, and one that is too old
        let (browser, asks) = asked_alone(server);
        let mut wrong = key.clone();
        wrong.origin = "http://localhost:8081".into();
        browser.form(ALONE, &[("passkey", &wrong.shown(&asks))]).expect(401);
        browser.form(ALONE, &[("passkey", &key.shown(&asks))]).expect(401);
        let (browser, asks) = asked_alone(server);
        db.tamper("UPDATE passkey_challenges SET expires_at = 1");
        browser.form(ALONE, &[("passkey", &key.shown(&asks))]).expect(401);
        // each thing that may be wrong
        let with = |change: &dyn Fn(&mut Passkey)| {
            at_once(db);
            let mut changed = key.clone();
            change(&mut changed);
            alone(server, &mut changed)
        };
        with(&|key| key.origin = "https://localhost:8080".into()).expect(401);
        with(&|key| key.verified = false).expect(401);
        with(&|key| key.owner = None).expect(401);
        with(&|key| key.owner.clone_from(&other.owner)).expect(401);
        with(&|key| {
            let owner = key.owner.take();
            *key = Passkey::new(3, ORIGIN);
            key.owner = owner;
        }).expect(401);
        for shown in ["", "{}", "123456", &"x".repeat(30_000)] {
            at_once(db);
            let (browser, _) = asked_alone(server);
            browser.form(ALONE, &[("passkey", shown)]).expect(401);
        }
        assert!(with(&|key| key.counter = 0).expect(401).text.contains("there may be a copy"));
        leads_to(&with(&|_| {}), "/console");
        // what one has proves nothing of another, and of who is disabled nothing at all
        leads_to(&alone(server, &mut other), "/console");
        assert_eq!(cli(db, &["user", "disable", "max"]).code, 0);
        at_once(db);
        alone(server, &mut other).expect(401);
        let failed = acts(&shop).iter().filter(|kind| *kind == "staff.sign_in_failed").count();
        assert_eq!(failed, 17);
        let steps = db.ask("SELECT count(*) FROM public_events WHERE payload LIKE '%passkey_counter%'");
        assert_eq!(steps.trim(), "1");
        checks(db, 0);
    }

    /// Trying is counted as codes are.
    fn a_passkey_is_not_tried_for_ever(db: &Db) {
        let server = opened(db);
        let (_, mut key, _) = enrolled(&server, "dpo", 1);
        key.verified = false;
        let mut statuses = Vec::new();
        for _ in 0..7 {
            statuses.push(alone(&server, &mut key).status);
            db.tamper("UPDATE guesses SET next_at = 9000000000000000 WHERE failures > 5");
        }
        assert_eq!(statuses, [401, 401, 401, 401, 401, 401, 429]);
        at_once(db);
        let half = begun(&server, "dpo", CODE);
        let mut statuses = Vec::new();
        for _ in 0..7 {
            let shown = key.shown(&asked(&half, CODE, "get"));
            statuses.push(form(&half, CODE, CODE, &[("proof", &shown)]).status);
            db.tamper("UPDATE guesses SET next_at = 9000000000000000 WHERE failures > 5");
        }
        assert_eq!(statuses, [401, 401, 401, 401, 401, 401, 429]);
    }

    fn a_passkey_proves_again_who_it_is(db: &Db) {
        let shop = Shop::open_with(db, &AT_LOCALHOST);
        let server = &shop.server;
        for login in ["dpo", "max"] {
            staff::add(db, login, "dpo");
        }
        let (me, mut key, _) = enrolled(server, "dpo", 1);
        let (_, mut other, _) = enrolled(server, "max", 2);
        long_ago(db);
        let refused = form(&me, ACCOUNT, RECOVERY, &[]).expect(403);
        assert!(refused.text.contains("data-passkey=\"get\"") && refused.text.contains("<script"), "{}", refused.text);
        let secret = csrf(&refused.text);
        let proves = |shown: &str| me.form(RECOVERY, &[("csrf", &secret), ("proof", shown)]);
        let asks = || asked(&me, ACCOUNT, "get");
        // another account's, one without its owner, one of another session, one that was used
        other.owner = None;
        assert!(proves(&other.shown(&asks())).expect(403).text.contains("passkey was not accepted"));
        let mut unverified = key.clone();
        unverified.verified = false;
        proves(&unverified.shown(&asks())).expect(403);
        let (_, elsewhere) = asked_alone(server);
        proves(&key.shown(&elsewhere)).expect(403);
        let mut copied = key.clone();
        copied.counter = 0;
        let told = key.shown(&asks());
        let proven = proves(&told).expect(200);
        assert_eq!(codes(&proven.text).len(), 10);
        leads_to(&me.get(ACCOUNT), "/console/sign-in");
        let me = keeping(server, &proven).header("accept-language", "en");
        long_ago(db);
        let secret = csrf(&me.get(ACCOUNT).expect(200).text);
        let proves = |shown: &str| me.form(RECOVERY, &[("csrf", &secret), ("proof", shown)]);
        proves(&told).expect(403);
        let asks = asked(&me, ACCOUNT, "get");
        assert!(proves(&copied.shown(&asks)).expect(403).text.contains("there may be a copy"));
        let acts = acts(&shop);
        assert_eq!(acts.iter().filter(|kind| *kind == "staff.proven").count(), 1, "{acts:?}");
        // what is asked to make one answers nothing else, and no other site's page asks
        form(&me, ACCOUNT, ASK, &[("for", "else")]).expect(403);
        let foreign = me.header("sec-fetch-site", "cross-site");
        foreign.form(ASK, &[("csrf", &secret), ("for", "get")]).expect(403);
        me.form(ASK, &[("csrf", "guessed"), ("for", "get")]).expect(403);
    }

    fn passkeys_come_and_go(db: &Db) {
        let shop = Shop::open_with(db, &AT_LOCALHOST);
        let server = &shop.server;
        staff::add(db, "dpo", "dpo");
        let (me, mut key, _) = enrolled(server, "dpo", 1);
        let mark = |page: &str, at: usize| {
            let after = page.split("name=\"passkey\" value=\"").nth(at + 1).expect("a passkey");
            after.split('"').next().unwrap().to_owned()
        };
        let page = me.get(ACCOUNT).expect(200).text;
        let last = form(&me, ACCOUNT, REMOVE, &[("passkey", &mark(&page, 0))]).expect(422);
        assert!(last.text.contains("it is your last second factor"), "{}", last.text);
        // named, once, beside the other; and every other session ends
        let elsewhere = alone(server, &mut key);
        let session = elsewhere.headers.get_all("set-cookie").iter().find(|one| one.to_str().unwrap().starts_with("placet=s_"));
        let elsewhere = server.http().header("cookie", session.unwrap().to_str().unwrap().split(';').next().unwrap());
        elsewhere.get(ACCOUNT).expect(200);
        let mut second = Passkey::new(2, ORIGIN);
        for name in ["", "   ", &"x".repeat(61)] {
            let refused = adds(&me, ACCOUNT, &mut second, name).expect(422).text;
            assert!(refused.contains("at most 60 characters"), "{refused}");
        }
        let mut unverified = Passkey::new(3, ORIGIN);
        unverified.verified = false;
        for key in [&mut key.clone(), &mut unverified] {
            assert!(adds(&me, ACCOUNT, key, "Again").expect(422).text.contains("was not added"));
        }
        let asks = asked(&me, ACCOUNT, "create");
        assert_eq!(asks["excludeCredentials"].as_array().unwrap().len(), 1);
        let done = adds(&me, ACCOUNT, &mut second, "<b>Key</b>");
        leads_to(&done, "/console/account?done=passkey");
        for gone in [&me, &elsewhere] {
            leads_to(&gone.get(ACCOUNT), "/console/sign-in");
        }
        let me = keeping(server, &done).header("accept-language", "en");
        let page = me.get("/console/account?done=passkey").expect(200).text;
        assert!(page.contains("The passkey is added") && page.contains("&#60;b&#62;Key"), "{page}");
        // asks again, and what was made meanwhile is not lost
        let mut third = Passkey::new(4, ORIGIN);
        let made = third.made(&asked(&me, ACCOUNT, "create"));
        long_ago(db);
        let refused = form(&me, ACCOUNT, ADD, &[("name", "Third"), ("passkey", &made)]).expect(403);
        let shown = second.shown(&asked(&me, ACCOUNT, "get"));
        let fields = [("csrf", csrf(&refused.text)), ("name", "Third".into()), ("passkey", made), ("proof", shown)];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let done = me.form(ADD, &fields);
        leads_to(&done, "/console/account?done=passkey");
        let me = keeping(server, &done).header("accept-language", "en");
        // the first goes; it opens nothing then
        let page = me.get(ACCOUNT).expect(200).text;
        let removed = form(&me, ACCOUNT, REMOVE, &[("passkey", &mark(&page, 0))]);
        leads_to(&removed, "/console/account?done=passkey_removed");
        leads_to(&me.get(ACCOUNT), "/console/sign-in");
        let me = keeping(server, &removed).header("accept-language", "en");
        let page = me.get(ACCOUNT).expect(200).text;
        assert!(!page.contains("Telephone") && page.contains("Third"), "{page}");
        alone(server, &mut key).expect(401);
        leads_to(&form(&me, ACCOUNT, REMOVE, &[("passkey", "none")]), ACCOUNT);
        let acts = acts(&shop);
        assert_eq!(acts.iter().filter(|kind| kind.contains("passkey_")).count(), 4, "{acts:?}");
        assert_eq!(acts.last().map(String::as_str), Some("staff.sign_in_failed"));
        checks(db, 0);
        // reset by the operator, all are gone
        assert_eq!(cli(db, &["user", "reset-second-factor", "dpo"]).code, 0);
        assert_eq!(db.ask("SELECT count(*) FROM passkeys").trim(), "0");
        assert_eq!(db.ask("SELECT count(*) FROM recovery_codes").trim(), "0");
        at_once(db);
        alone(server, &mut second).expect(401);
        begun(server, "dpo", FACTOR);
        checks(db, 0);
    }

    /// Who has an app may have passkeys beside it, ten at most, and gives the last one up again.
    fn ten_passkeys_beside_an_app(db: &Db) {
        let server = opened(db);
        let member = signs_in(&server, "dpo");
        let mut me = member.http.header("accept-language", "en");
        for seed in 1..=10 {
            let done = adds(&me, ACCOUNT, &mut Passkey::new(seed, ORIGIN), &format!("Key {seed}"));
            leads_to(&done, "/console/account?done=passkey");
            me = keeping(&server, &done).header("accept-language", "en");
        }
        let page = me.get(ACCOUNT).expect(200).text;
        assert!(page.contains("An authenticator app is set up") && !page.contains("data-passkey"), "{page}");
        adds(&me, ACCOUNT, &mut Passkey::new(11, ORIGIN), "One too many").expect(422);
        db.tamper("DELETE FROM passkeys WHERE name <> 'Key 4'");
        let page = me.get(ACCOUNT).expect(200).text;
        let mark = page.split("name=\"passkey\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let done = form(&me, ACCOUNT, REMOVE, &[("passkey", &mark)]);
        leads_to(&done, "/console/account?done=passkey_removed");
        // the codes that came with the app are still good
        assert_eq!(db.ask("SELECT count(*) FROM recovery_codes").trim(), "10");
    }

    /// Of two who show the same passkey's same use at once, and of two who take the last two away, one is served.
    fn of_two_at_once_one_is_served(db: &Db) {
        let server = opened(db);
        let other_node = Server::start_with(db, &[], &AT_LOCALHOST);
        let (me, key, _) = enrolled(&server, "dpo", 1);
        let asks = [asked_alone(&server), asked_alone(&other_node)];
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let all: Vec<_> = asks
                .iter()
                .map(|(browser, asked)| {
                    let mut key = key.clone();
                    scope.spawn(move || browser.form(ALONE, &[("passkey", &key.shown(asked))]).status)
                })
                .collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
        let done = adds(&me, ACCOUNT, &mut Passkey::new(2, ORIGIN), "Second");
        let cookie = keeping(&server, &done).sent("cookie").unwrap();
        let page = keeping(&server, &done).get(ACCOUNT).expect(200).text;
        let secret = csrf(&page);
        let marks: Vec<&str> = page.split("name=\"passkey\" value=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        assert_eq!(marks.iter().filter(|mark| mark.len() == 64).count(), 2, "{marks:?}");
        std::thread::scope(|scope| {
            for (node, mark) in [&server, &other_node].into_iter().zip(&marks) {
                let (http, secret) = (node.http().header("cookie", &cookie), &secret);
                scope.spawn(move || http.form(REMOVE, &[("csrf", secret), ("passkey", mark)]));
            }
        });
        assert_eq!(db.ask("SELECT count(*) FROM passkeys").trim(), "1");
    }
}

/// At an address of numbers browsers have no passkeys: nothing offers one, and no page has a script.
#[test]
fn an_address_of_numbers_has_no_passkeys() {
    let db = Db::sqlite();
    let server = Server::start(&db);
    staff::add(&db, "dpo", "dpo");
    let me = signs_in(&server, "dpo").http;
    for page in [
        server.http().get("/console/sign-in").expect(200),
        me.get(ACCOUNT).expect(200),
    ] {
        assert!(!page.text.contains("<script") && !page.text.contains("data-passkey"));
        assert!(
            !page
                .header("content-security-policy")
                .unwrap()
                .contains("script-src")
        );
    }
    let asks = server.http();
    asks.form("/console/sign-in/passkey/challenge", &[])
        .expect(404);
    leads_to(&asks.form(ALONE, &[("passkey", "{}")]), "/console/sign-in");
    assert_eq!(form(&me, ACCOUNT, ASK, &[("for", "create")]).status, 503);
}
