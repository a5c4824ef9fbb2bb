//! Mails by SMTP: one a cause, whatever the server does; nothing of them is left in clear.

use super::{browser, letter};
use crate::shop::{Shop, yes};
use crate::support::database::Db;
use crate::support::process;
use crate::support::smtp::{Act, Smtp, Step};
use serde_json::json;
use std::time::Duration;

const ANNE: &str = "anne@mailed.example";

fn shop(db: &Db, smtp: &Smtp) -> Shop {
    let variables = [
        ("PLACET_SMTP_URL", smtp.url()),
        ("PLACET_MAIL_FROM", "choices@shop.example".to_owned()),
    ];
    let variables: Vec<(&str, &str)> = variables
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let shop = Shop::open_with(db, &variables);
    shop.record(&yes(ANNE));
    shop
}

fn ask(shop: &Shop) {
    browser(shop)
        .form("/sign-in", &[("address", ANNE)])
        .expect(200);
}

/// As if the pause before the next try had passed.
fn hurry(db: &Db) {
    db.tamper("UPDATE mails SET next_at = 0 WHERE state = 'waiting'");
}

/// What the queue says of its one mail.
fn state(db: &Db) -> String {
    let failure = "SELECT state || ' ' || coalesce(failure, '-') FROM mails";
    db.ask(&format!("coalesce(({failure}), 'none')"))
        .trim()
        .to_owned()
}

#[track_caller]
fn becomes(db: &Db, wanted: &str) {
    let became = process::until(Duration::from_secs(30), || state(db) == wanted);
    assert!(became, "{} is not {wanted}", state(db));
}

on_both! {
    fn a_mail_goes_out_once_and_is_kept_nowhere(db: &Db) {
        let smtp = Smtp::start(&[]);
        let shop = shop(db, &smtp);
        ask(&shop);
        let came = smtp.wait(1).remove(0);
        assert_eq!((came.from.as_str(), came.to.as_slice()), ("choices@shop.example", [ANNE.to_owned()].as_slice()));
        assert_eq!(came.header("to"), ANNE);
        assert!(came.header("from").contains("Maison Essai"), "{}", came.data);
        assert_eq!(came.header("auto-submitted"), "auto-generated");
        assert_eq!(came.header("content-language"), "en");
        assert!(came.header("message-id").ends_with("@shop.example>"));
        let text = came.decoded();
        assert!(text.contains("text/plain") && text.contains("text/html") && text.contains("<html lang=\"en\">"), "{text}");
        assert!(text.contains(&format!("{}/sign-in/i_", shop.server.url())), "{text}");
        becomes(db, "sent -");
        assert_eq!(db.ask("SELECT sum(length(sealed)) FROM mails").trim(), "0");
        std::thread::sleep(Duration::from_millis(1500));
        assert_eq!(smtp.came().len(), 1);
    }

    /// Later, refused in the middle, hung up on before and after the message: it comes all the same, and
    /// a copy that came twice is known by its id.
    fn a_server_that_stumbles_gets_the_mail_later(db: &Db) {
        let smtp = Smtp::start(&[
            Act::Say(Step::Connected, "421 4.3.2 closing"),
            Act::Say(Step::Recipient, "451 4.7.1 greylisted, anne@mailed.example, come again"),
            Act::HangUp(Step::Connected),
            Act::Say(Step::Message, "452 4.3.1 disk full"),
            Act::HangUp(Step::Message),
        ]);
        let shop = shop(db, &smtp);
        ask(&shop);
        for (calls, why) in [(1, "smtp 421"), (2, "smtp 451"), (3, "no smtp"), (4, "smtp 452"), (5, "no smtp")] {
            smtp.wait_for_calls(calls);
            becomes(db, &format!("waiting {why}"));
            hurry(db);
        }
        becomes(db, "sent -");
        let came = smtp.came();
        assert_eq!(came.iter().map(|mail| mail.taken).collect::<Vec<_>>(), [false, false, true]);
        let ids: std::collections::BTreeSet<&str> = came.iter().map(|mail| mail.header("message-id")).collect();
        assert_eq!(ids.len(), 1, "{ids:?}");
        assert!(!shop.server.stderr().contains("anne@"), "the log names nobody");
    }

    fn a_mail_that_is_refused_for_good_is_given_up(db: &Db) {
        let smtp = Smtp::start(&[Act::Say(Step::Recipient, "550 5.1.1 no such user")]);
        let shop = shop(db, &smtp);
        ask(&shop);
        becomes(db, "dead smtp 550");
        std::thread::sleep(Duration::from_millis(1500));
        assert_eq!((smtp.conversations(), smtp.came().len()), (1, 0));
        let metrics = shop.server.http().get("/metrics").expect(200).text;
        assert!(metrics.contains("placet_mails_dead 1") && metrics.contains("placet_mails_waiting 0"), "{metrics}");
        // the operator has mended what was wrong
        let told = crate::support::server::cli(db, &["mail", "retry"]);
        assert_eq!((told.code, told.stdout.trim()), (0, "1"), "{told:?}");
        smtp.wait(1);
        becomes(db, "sent -");
    }

    /// A server that falls silent holds nothing up but its own mail.
    fn a_silent_server_is_left(db: &Db) {
        let smtp = Smtp::start(&[Act::Fall(Step::Connected)]);
        let shop = shop(db, &smtp);
        ask(&shop);
        smtp.wait_for_calls(1);
        // choices are saved meanwhile, and checks answered
        assert_eq!(shop.newsletter(ANNE).0, "permit");
        becomes(db, "waiting timeout");
        hurry(db);
        smtp.wait(1);
    }

    /// Who is erased while a mail waits gets none, and nothing of it is left.
    fn an_erasure_takes_the_waiting_mail_along(db: &Db) {
        let smtp = Smtp::start(&[Act::Say(Step::Recipient, "451 4.7.1 later")]);
        let shop = shop(db, &smtp);
        let mut asked = yes(ANNE);
        asked["confirm"] = json!("email");
        asked["purpose"] = json!("offers");
        asked["notice"] = json!("offers@1");
        shop.record(&asked);
        becomes(db, "waiting smtp 451");
        ask(&shop);
        let id = shop.subject(ANNE);
        let why = json!({ "reason": "data_subject_request" });
        shop.dpo().post(&format!("/v1/subjects/{id}/erasure"), &why).expect(201);
        hurry(db);
        for table in ["mails", "confirmations", "customer_sessions"] {
            assert_eq!(db.ask(&format!("SELECT count(*) FROM {table}")).trim(), "0", "{table}");
        }
        std::thread::sleep(Duration::from_millis(1500));
        assert!(smtp.came().iter().all(|mail| !mail.decoded().contains("/o/o_")));
    }
}

/// Without a way out nobody is promised a mail.
#[test]
fn without_mail_nothing_is_promised() {
    let shop = Shop::open(&Db::sqlite());
    let page = browser(&shop).get("/sign-in").expect(404).text;
    assert!(page.contains("Signing in is not set up here"), "{page}");
    browser(&shop)
        .form("/sign-in", &[("address", ANNE)])
        .expect(404);
    let mut asked = yes(ANNE);
    asked["confirm"] = json!("email");
    let refused = shop.collector().post("/v1/consents", &asked).expect(422);
    assert_eq!(refused.json()["errors"][0]["code"], "no_mail");
    shop.server.http().get("/dev/mails").expect(404);
}

/// Who only tries the service reads the mails on a page, on this machine alone.
#[test]
fn mails_of_a_trial_lie_in_a_folder_and_on_a_page() {
    let db = Db::sqlite();
    let shop = Shop::open_with(&db, &super::FOLDER);
    shop.record(&yes(ANNE));
    ask(&shop);
    let letter = letter(&db, 1);
    assert!(letter.text.starts_with("To: anne@mailed.example\n"));
    let page = shop.server.http().get("/dev/mails").expect(200).text;
    assert!(
        page.contains(&letter.code()) && page.contains(&letter.link()),
        "{page}"
    );
    assert!(letter.html.contains(&letter.code()));
}
