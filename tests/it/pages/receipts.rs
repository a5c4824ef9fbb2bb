//! A receipt: opened by its address, checked against the log, disputed by one press, and still good after
//! its content was erased.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use placet::audit::proof::verify_inclusion;
use placet::audit::tree::hash_leaf;
use serde_json::{Value, json};

use super::{english, save};
use crate::demo::{LANGUAGES, word};
use crate::shop::{Shop, yes};
use crate::support::browser::Browser;
use crate::support::database::Db;
use crate::support::http::Http;

const EMAIL: &str = "anne@example.fr";

/// A shop with one yes, said in a shop in Lille, and the path of its receipt.
fn shop(db: &Db) -> (Shop, String) {
    let shop = Shop::open(db);
    let named = json!({ "name": "Maison Lumen", "places": { "lille-2": "Lille" } });
    shop.admin()
        .put("/v1/controllers/default", &named)
        .expect(200);
    let mut yes = yes(EMAIL);
    yes["source"] = json!({ "kind": "store", "id": "lille-2", "agent": "k.dupuis" });
    let written = shop.record(&yes);
    let url = written["receipt_url"].as_str().unwrap();
    let path = url.strip_prefix(&shop.server.url()).unwrap().to_owned();
    (shop, path)
}

fn opened(browser: &Browser, shop: &Shop, path: &str) -> String {
    browser.goto(&format!("{}{path}", shop.server.url()));
    browser.find("main").text()
}

#[test]
fn it_opens_by_its_address_and_names_nobody() {
    let (shop, path) = shop(&Db::sqlite());
    let Some(browser) = english() else { return };
    for language in LANGUAGES {
        let text = opened(&browser, &shop, &format!("{path}?lang={language}"));
        assert_eq!(browser.find("h1").text(), word(language, "receipt-title"));
        for told in ["Maison Lumen", "Lille", "newsletter@1"] {
            assert!(text.contains(told), "{told}: {text}");
        }
        for hidden in ["anne@", "dupuis", "lille-2"] {
            assert!(!text.contains(hidden), "{hidden}: {text}");
        }
    }
    assert!(opened(&browser, &shop, &path).contains("stands in our log"));
    // a page that was never there, and one of another position, are answered alike
    for wrong in [
        "/r/1/x",
        &format!("{path}0"),
        &path.replacen("/r/", "/r/1", 1),
    ] {
        opened(&browser, &shop, wrong);
        assert_eq!(browser.find("h1").text(), word("en", "receipt-check-title"));
    }
}

#[test]
fn this_was_not_me_stops_it_at_once_and_the_dpo_sees_it() {
    let (shop, path) = shop(&Db::sqlite());
    let Some(browser) = english() else { return };
    opened(&browser, &shop, &path);
    assert_eq!(shop.newsletter(EMAIL).1, "CONSENT_VALID");
    browser.find("form[action$='/not-me'] button").follow();
    assert_eq!(browser.find("h1").text(), word("en", "receipt-noted-title"));
    assert_eq!(shop.newsletter(EMAIL).1, "CONSENT_WITHDRAWN");
    let id = shop.subject(EMAIL);
    let history = shop.dpo().get(&format!("/v1/subjects/{id}/history"));
    let history = history.expect(200).json();
    let kinds: Vec<_> = history["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["kind"].as_str().unwrap().to_owned())
        .collect();
    assert!(kinds.contains(&"dispute.made".to_owned()), "{kinds:?}");
    // pressed again, from a second tab: nothing is written twice
    let before = shop.position();
    let again = shop.server.http().form(&format!("{path}/not-me"), &[]);
    again.expect(200);
    assert_eq!(shop.position(), before);
    let text = opened(&browser, &shop, &path);
    assert!(text.contains("You told us on"), "{text}");
    assert!(browser.find_all("form[action$='/not-me']").is_empty());
}

#[test]
fn a_dispute_of_an_older_answer_leaves_a_later_one_alone() {
    let (shop, path) = shop(&Db::sqlite());
    let scene = shop.link(EMAIL).0;
    let Some(browser) = english() else { return };
    for answer in ["no", "yes"] {
        browser.goto(&format!("{}{scene}", shop.server.url()));
        super::choose(&browser, "newsletter.email", answer);
        save(&browser);
    }
    opened(&browser, &shop, &path);
    browser.find("form[action$='/not-me'] button").follow();
    assert_eq!(shop.newsletter(EMAIL).1, "CONSENT_VALID");
}

/// A foreign page cannot press the button, and a `GET` of it does nothing.
#[test]
fn only_our_own_page_presses_it() {
    let (shop, path) = shop(&Db::sqlite());
    let act = format!("{path}/not-me");
    let foreign = shop.server.http().header("sec-fetch-site", "cross-site");
    foreign.form(&act, &[]).expect(403);
    shop.server.http().get(&act).expect(404);
    assert_eq!(shop.newsletter(EMAIL).1, "CONSENT_VALID");
}

/// The proof, read and checked by nothing but the format: index, path, checkpoint.
fn proof_holds(text: &str) -> u64 {
    let (head, note) = text.split_once("\n\n").expect("a checkpoint");
    let mut lines = head.lines();
    assert_eq!(lines.next(), Some("c2sp.org/tlog-proof@v1"));
    let field = |line: Option<&str>, name: &str| {
        line.and_then(|line| line.strip_prefix(name))
            .unwrap()
            .to_owned()
    };
    let bytes = |text: &str| STANDARD.decode(text).unwrap();
    let leaf = bytes(&field(lines.next(), "extra "));
    let index: u64 = field(lines.next(), "index ").parse().unwrap();
    let path: Vec<[u8; 32]> = lines.map(|line| bytes(line).try_into().unwrap()).collect();
    let mut note = note.lines().skip(1);
    let size: u64 = note.next().unwrap().parse().unwrap();
    let root: [u8; 32] = bytes(note.next().unwrap()).try_into().unwrap();
    verify_inclusion(&hash_leaf(&leaf), index, size, &path, &root).unwrap();
    index
}

fn checked(http: &Http, receipt: &str) -> crate::support::http::Reply {
    http.form("/receipt", &[("receipt", receipt), ("lang", "en")])
}

on_both! {
    fn a_kept_one_is_good_after_an_erasure(db: &Db) {
        let (shop, path) = shop(db);
        let http = shop.server.http();
        let kept = http.get(&format!("{path}/receipt.json")).expect(200);
        let content: Value = kept.json();
        assert_eq!(content["receipt"]["schema_version"], "ISO/IEC TS 27560:2023");
        let linked = http.get(&format!("{path}/receipt.jsonld")).expect(200).json();
        assert_eq!(linked["@type"], "dpv:ConsentReceipt");
        let proof = http.get(&format!("{path}/proof")).expect(200).text;
        assert_eq!(Some(proof_holds(&proof)), content["receipt"]["log"]["position"].as_u64());
        assert!(checked(&http, &kept.text).expect(200).text.contains("stands in our log"));
        let id = shop.subject(EMAIL);
        let why = json!({ "reason": "consent_withdrawn" });
        shop.dpo().post(&format!("/v1/subjects/{id}/erasure"), &why).expect(201);
        for gone in ["", "/receipt.json", "/receipt.jsonld", "/proof"] {
            http.get(&format!("{path}{gone}")).expect(404);
        }
        // what the person kept tells what it told, by the signature and by the log
        for text in [kept.text.as_str(), content["signed"].as_str().unwrap()] {
            let page = checked(&http, text).expect(200).text;
            assert!(page.contains("stands in our log") && page.contains("newsletter"), "{page}");
        }
        proof_holds(&proof);
        let forged = content["signed"].as_str().unwrap().replacen('a', "b", 1);
        for wrong in [forged.as_str(), "", "{}", "a.b.c", "<script>"] {
            let page = checked(&http, wrong).expect(422).text;
            assert!(page.contains("no receipt of ours") && !page.contains("<script"), "{wrong}");
        }
        let found = crate::support::server::cli(db, &["audit", "check"]);
        assert_eq!(found.code, 0, "{found:?}");
    }
}
