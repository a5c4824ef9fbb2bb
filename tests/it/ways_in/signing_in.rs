//! Signing in: alike for known and unknown, bound to the browser that asked, once.

use super::{FOLDER, Letter, browser, cookie, hidden, letter, letters};
use crate::shop::{Shop, yes};
use crate::support::database::Db;
use crate::support::http::{Http, Reply};
use std::collections::BTreeSet;

const ANNE: &str = "anne@known.example";
const NOBODY: &str = "nobody@unknown.example";

fn shop(db: &Db) -> Shop {
    let shop = Shop::open_with(db, &FOLDER);
    shop.record(&yes(ANNE));
    shop
}

/// Asks from a browser; that browser, with its cookie.
pub fn asks(browser: &Http, address: &str) -> Http {
    let reply = browser
        .form("/sign-in", &[("address", address)])
        .expect(200);
    browser.header("cookie", &cookie(&reply, "placet-in"))
}

/// The browser with the session that an answer opened.
pub fn is_in(browser: &Http, reply: Reply) -> Http {
    let reply = reply.expect(303);
    assert!(reply.header("location").unwrap().starts_with("/me"));
    browser.header("cookie", &cookie(&reply, "placet-me"))
}

/// The browser of one who signed in by the next mail.
pub fn signed_in(db: &Db, shop: &Shop, address: &str) -> Http {
    let before = letters(db).len();
    let asking = asks(&browser(shop), address);
    let code = letter(db, before + 1).code();
    is_in(
        &browser(shop),
        asking.form("/sign-in/code", &[("code", &code)]),
    )
}

fn ready(db: &Db, shop: &Shop) -> (Http, Letter) {
    let browser = asks(&browser(shop), ANNE);
    (browser, letter(db, 1))
}

/// How often the person is said to have signed in.
fn sign_ins(shop: &Shop) -> usize {
    let id = shop.subject(ANNE);
    let history = shop
        .dpo()
        .get(&format!("/v1/subjects/{id}/history?limit=200"));
    let history = history.expect(200).json();
    let items = history["items"].as_array().unwrap().iter();
    items
        .filter(|item| item["kind"] == "subject.signed_in")
        .count()
}

on_both! {
    fn by_the_code(db: &Db) {
        let shop = shop(db);
        let (asking, mail) = ready(db, &shop);
        let wrong = asking.form("/sign-in/code", &[("code", &mail.wrong_code())]).expect(422);
        assert!(wrong.text.contains("<title>Error: "), "{}", wrong.text);
        let (left, right) = (&mail.code()[..3], &mail.code()[3..]);
        let mine = is_in(&browser(&shop), asking.form("/sign-in/code", &[("code", &format!("{left} {right}"))]));
        let page = mine.get("/me").expect(200).text;
        assert!(page.contains("a•••@known.example") && !page.contains(ANNE), "{page}");
        assert_eq!(sign_ins(&shop), 1);
        // the same code again is answered kindly, and opens nothing
        let again = asking.form("/sign-in/code", &[("code", &mail.code())]).expect(410);
        assert!(again.text.contains("already been used"), "{}", again.text);
        assert_eq!(sign_ins(&shop), 1);
        let log = shop.server.stderr();
        assert!(!log.contains("known.example"));
        // what opened nothing is a line with its reason
        for why in ["code_wrong", "sign_in_used"] {
            assert!(log.contains(&format!("\"why\":\"{why}\"")), "{why}: {log}");
        }
    }

    fn by_the_link_and_out_again(db: &Db) {
        let shop = shop(db);
        let (asking, mail) = ready(db, &shop);
        for _ in 0..3 {
            let page = asking.get(&mail.link()).expect(200).text;
            assert!(page.contains("<button"), "{page}");
        }
        assert_eq!(sign_ins(&shop), 0, "looking changes nothing");
        let mine = is_in(&browser(&shop), asking.form(&mail.link(), &[]));
        asking.form(&mail.link(), &[]).expect(410);
        asking.get(&mail.link()).expect(410);
        let page = mine.get("/me").expect(200).text;
        let (csrf, contact) = (hidden(&page, "csrf"), hidden(&page, "contact"));
        // the choices, by a link of their own
        mine.form("/me/choices", &[("csrf", "forged"), ("contact", &contact)]).expect(403);
        mine.form("/me/choices", &[("csrf", &csrf), ("contact", "00")]).expect(404);
        let opened = mine.form("/me/choices", &[("csrf", &csrf), ("contact", &contact)]).expect(303);
        let choices = opened.header("location").unwrap().to_owned();
        assert!(choices.starts_with("/c/"));
        assert!(browser(&shop).get(&choices).expect(200).text.contains("Our newsletter"));
        mine.form("/me/sign-out", &[("csrf", "forged")]).expect(403);
        mine.get("/me").expect(200);
        let out = mine.form("/me/sign-out", &[("csrf", &csrf)]).expect(303);
        assert!(out.header("clear-site-data").is_some());
        mine.get("/me").expect(303);
    }

    /// A scanner, a friend, another device: without the cookie the link opens nothing, whatever is done
    /// with it; the code opens nothing there either.
    fn a_link_opens_only_where_it_was_asked(db: &Db) {
        let shop = shop(db);
        let (asking, mail) = ready(db, &shop);
        for elsewhere in [browser(&shop), asks(&browser(&shop), NOBODY)] {
            elsewhere.get(&mail.link()).expect(403);
            let pressed = elsewhere.form(&mail.link(), &[("code", &mail.code())]).expect(403);
            assert!(pressed.text.contains("another browser"), "{}", pressed.text);
            let typed = elsewhere.form("/sign-in/code", &[("code", &mail.code())]);
            assert!([410, 422].contains(&typed.status), "{}", typed.status);
            elsewhere.get("/me").expect(303);
        }
        assert_eq!(sign_ins(&shop), 0);
        is_in(&browser(&shop), asking.form(&mail.link(), &[]));
    }

    fn five_codes_and_no_more(db: &Db) {
        let shop = shop(db);
        let (asking, mail) = ready(db, &shop);
        for _ in 0..5 {
            asking.form("/sign-in/code", &[("code", &mail.wrong_code())]).expect(422);
        }
        let late = asking.form("/sign-in/code", &[("code", &mail.code())]).expect(422);
        assert!(late.text.contains("Too many codes"), "{}", late.text);
        // nobody is shut out: the link opens on
        is_in(&browser(&shop), asking.form(&mail.link(), &[]));
    }

    /// Many at once try to get in by one mail: one does.
    fn one_of_many_gets_in(db: &Db) {
        let shop = shop(db);
        let (asking, mail) = ready(db, &shop);
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let tries: Vec<_> = (0..8).map(|_| {
                let (asking, link) = (asking.clone(), mail.link());
                scope.spawn(move || asking.form(&link, &[]).status)
            }).collect();
            tries.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
        assert_eq!(sign_ins(&shop), 1);
    }

    /// Ten minutes, a quarter of an hour, two hours; as if they had passed.
    fn time_runs_out(db: &Db) {
        let shop = shop(db);
        let (asking, mail) = ready(db, &shop);
        db.tamper("UPDATE sign_ins SET expires_at = 1");
        asking.get(&mail.link()).expect(410);
        asking.form(&mail.link(), &[]).expect(410);
        asking.form("/sign-in/code", &[("code", &mail.code())]).expect(410);
        db.tamper("UPDATE sign_ins SET expires_at = 9000000000000000");
        let mine = is_in(&browser(&shop), asking.form(&mail.link(), &[]));
        mine.get("/me").expect(200);
        db.tamper("UPDATE customer_sessions SET seen_at = 1");
        mine.get("/me").expect(303);
    }
}

/// What an answer tells: status, headers but for its own times and ids, and the page but for the address.
pub fn told(reply: &Reply, address: &str) -> (u16, BTreeSet<String>, String) {
    let names = reply.headers.keys().map(ToString::to_string).collect();
    let (name, host) = address.split_once('@').unwrap();
    let masked = format!("{}•••@{host}", &name[..1]);
    (reply.status, names, reply.text.replace(&masked, "MASKED"))
}

on_both! {
    /// Known, unknown, known only by another's records, erased: one answer.
    fn nobody_learns_who_is_known(db: &Db) {
        let shop = shop(db);
        let answer = |address: &str| told(&browser(&shop).form("/sign-in", &[("address", address)]), address);
        let known = answer(ANNE);
        assert_eq!(known.0, 200);
        assert_eq!(answer(NOBODY), known);
        assert_eq!(answer("ANNE@known.example").0, 200);
        // the next steps, too: a code of six digits is wrong for both
        let wrong = |address: &str| {
            let asking = asks(&browser(&shop), address);
            settled_or_waiting(db);
            told(&asking.form("/sign-in/code", &[("code", "000 000")]), address)
        };
        assert_eq!(wrong(NOBODY), wrong("other@unknown.example"));
        std::thread::sleep(std::time::Duration::from_millis(1500));
        assert_eq!(letters(db).iter().filter(|mail| mail.text.contains(NOBODY)).count(), 0);
        browser(&shop).form("/sign-in", &[("address", "no address")]).expect(422);
        browser(&shop).form("/sign-in", &[]).expect(422);
        let foreign = shop.server.http().header("sec-fetch-site", "cross-site");
        foreign.form("/sign-in", &[("address", ANNE)]).expect(403);
    }
}

fn settled_or_waiting(db: &Db) {
    crate::support::process::until(std::time::Duration::from_secs(2), || {
        db.ask("SELECT count(*) FROM mails").trim() != "0"
    });
}

/// So many rows of wishes to sign in.
fn wishes(db: &Db) -> u32 {
    let rows = db.ask("SELECT count(*) FROM sign_ins");
    rows.trim().parse().unwrap()
}

/// What the service holds of the machine's memory, in MiB.
fn memory(shop: &Shop) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", shop.server.pid())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1));
    kilobytes.unwrap().parse::<u64>().unwrap() / 1024
}

/// Eight threads ask ten thousand times for one address, from everywhere at once, known or not, and by both ways.
fn ten_thousand_times(shop: &Shop) {
    std::thread::scope(|scope| {
        for thread in 0..8 {
            scope.spawn(move || {
                for request in 0..1250 {
                    let from = format!("10.{thread}.{}.{}", request / 20, request % 20);
                    let browser = browser(shop).header("x-forwarded-for", &from);
                    let known = [("address", ANNE)];
                    let new = [("address", "new@unknown.example"), ("brand", "default")];
                    let fields: &[_] = if thread % 2 == 0 { &known } else { &new };
                    browser.form("/sign-in", fields).expect(200);
                }
            });
        }
        // meanwhile others are served
        for number in 0..20 {
            let other = format!("other{number}@known.example");
            shop.record(&yes(&other));
            assert_eq!(shop.newsletter(&other).0, "permit");
            let (choices, _) = shop.link(&other);
            shop.server.http().get(&choices).expect(200);
        }
    });
}

on_both! {
    /// Every one is answered, nobody's letter box is filled, nothing is kept of each, and others do not notice.
    fn ten_thousand_requests_of_one_address(db: &Db) {
        let shop = shop(db);
        browser(&shop).form("/sign-in", &[("address", NOBODY)]).expect(200);
        let before = memory(&shop);
        ten_thousand_times(&shop);
        // twenty of either address, those of eight threads that did not see each other, and the one before
        assert!(wishes(db) <= 2 * (20 + 7) + 1, "{}", wishes(db));
        let grown = memory(&shop).saturating_sub(before);
        assert!(grown < 200, "{grown} MiB more for nothing");
        letter(db, 2);
        std::thread::sleep(std::time::Duration::from_millis(1500));
        // one at once, then half a minute, two and nine apart, however long this machine takes
        let to = |words: &str| letters(db).iter().filter(|mail| mail.text.contains(words)).count();
        assert!((1..=4).contains(&to("asked to sign in")) && (1..=4).contains(&to("wants to tell")));
        assert_eq!(shop.newsletter(ANNE).0, "permit", "nothing has changed");
        assert!(!shop.server.stderr().contains("known.example"), "nothing is told in the log");
        // what one network asks of the same address is answered as for an address that nobody has
        let answers = |network: &str, address: &str| -> Vec<_> {
            let browser = browser(&shop).header("x-forwarded-for", network);
            let ask = |_| told(&browser.form("/sign-in", &[("address", address)]), address);
            (0..60).map(ask).collect()
        };
        let (known, unknown) = (answers("192.0.2.1", ANNE), answers("198.51.100.1", NOBODY));
        assert_eq!(known, unknown);
        assert!(known.iter().all(|one| one.0 == 200));
        assert!(wishes(db) <= 2 * (20 + 7) + 20, "{}", wishes(db));
        // and she is not shut out for good: as if ten minutes had passed, her own browser gets in
        db.tamper("DELETE FROM sign_ins");
        db.tamper("DELETE FROM mails");
        signed_in(db, &shop, ANNE).get("/me").expect(200);
    }
}

/// One network may ask thirty times in ten minutes; another is not held up by it.
#[test]
fn a_network_that_asks_too_often_has_to_wait() {
    let db = Db::sqlite();
    let shop = shop(&db);
    let from = |address: &str| browser(&shop).header("x-forwarded-for", address);
    for number in 0..30 {
        let address = format!("n{number}@unknown.example");
        let reply = from("203.0.113.7").form("/sign-in", &[("address", &address)]);
        reply.expect(200);
    }
    let held = |address: &str, status: u16| {
        from(address)
            .form("/sign-in", &[("address", ANNE)])
            .expect(status);
    };
    held("203.0.113.9", 429);
    held("198.51.100.1", 200);
    letter(&db, 1);
}

/// Unknown and forged tokens, wherever one is taken.
#[test]
fn forged_tokens_open_nothing() {
    let db = Db::sqlite();
    let shop = shop(&db);
    let (_, mail) = ready(&db, &shop);
    let forged = ["x", "i_", "i_AAAA", "../me", "%00", "i_'--", "o_", "u_"];
    for token in forged {
        for path in ["/sign-in/", "/o/", "/u/", "/c/"] {
            let get = browser(&shop).get(&format!("{path}{token}"));
            assert!(
                [404, 410].contains(&get.status),
                "{path}{token}: {}",
                get.status
            );
            let post = browser(&shop).form(&format!("{path}{token}"), &[("code", "123456")]);
            assert!(
                [404, 410].contains(&post.status),
                "{path}{token}: {}",
                post.status
            );
        }
    }
    // each kind of link opens its own door only
    let (choices, _) = shop.link(ANNE);
    let sign_in = mail.link().replace("/sign-in/", "");
    for path in ["/c/", "/u/", "/o/"] {
        browser(&shop).get(&format!("{path}{sign_in}")).expect(404);
    }
    let choices = choices.replace("/c/", "");
    browser(&shop).get(&format!("/o/{choices}")).expect(404);
    browser(&shop)
        .get(&format!("/sign-in/{choices}"))
        .expect(410);
    for cookie in [
        "placet-me=x",
        "placet-me=",
        "placet=m_x",
        &format!("placet-me={sign_in}"),
    ] {
        browser(&shop)
            .header("cookie", cookie)
            .get("/me")
            .expect(303);
    }
}
