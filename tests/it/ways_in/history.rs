//! What a customer said, as they read it themselves: all of it, with the words of that time, and nobody
//! else's.

use super::signing_in::signed_in;
use super::{FOLDER, browser};
use crate::shop::{Shop, yes};
use serde_json::json;

const ANNE: &str = "anne@told.example";
const BEA: &str = "bea@told.example";

/// Anne's yes in a shop, her no, her pause and her stop of everything; and what Bea said.
fn told(shop: &Shop) {
    let mut given = yes(ANNE);
    given["source"] = json!({ "kind": "store", "id": "Lille", "agent": "secret.agent" });
    shop.record(&given);
    let refused = json!({ "subject": { "email": ANNE }, "purpose": "offers", "channel": "sms",
        "status": "refused", "notice": "offers@1", "language": "en" });
    shop.record(&refused);
    let pace = json!({ "subject": { "email": ANNE }, "purpose": "newsletter", "channel": "email",
        "source": { "kind": "call_centre", "agent": "secret.agent" }, "act": "oral", "at_most": "one_a_week" });
    shop.collector().post("/v1/paces", &pace).expect(201);
    let mut others = yes(BEA);
    others["notice"] = json!("newsletter@2");
    others["source"] = json!({ "kind": "store", "id": "Nantes" });
    shop.record(&others);
    let (_, stop) = shop.link(ANNE);
    browser(shop).form(&stop, &[]).expect(200);
}

/// Where the page's links go that begin so.
fn links(page: &str, to: &str) -> Vec<String> {
    let rests = page.split("href=\"").skip(1);
    let all = rests.map(|rest| rest.split('"').next().unwrap().replace("&#38;", "&"));
    all.filter(|link| link.starts_with(to)).collect()
}

fn lines(page: &str) -> usize {
    page.matches("<article").count()
}

on_both! {
    fn everything_that_was_said_is_there_and_nothing_of_others(db: &Db) {
        let shop = Shop::open_with(db, &FOLDER);
        told(&shop);
        let mine = signed_in(db, &shop, ANNE);
        let start = mine.get("/me").expect(200).text;
        let address = links(&start, "/me/history").remove(0);
        let page = mine.get(&address).expect(200).text;
        // the newest first: the stop, which says no to each choice as well, the pause, the no, the yes
        let order = ["No advertising at all", "One a week at most", "<h2>No</h2>", "<h2>Yes</h2>"];
        let places: Vec<_> = order.iter().map(|text| page.rfind(text).unwrap_or_else(|| panic!("{text}: {page}"))).collect();
        assert!(places.is_sorted(), "{places:?} {page}");
        for held in ["<span lang=\"fr\">J’accepte de recevoir la lettre.</span>", "newsletter@1", "in a shop, Lille",
            "<span>I agree to receive the offers.</span>", "Text message", "Our offers", "by phone"] {
            assert!(page.contains(held), "{held}: {page}");
        }
        for never in ["secret.agent", ANNE, "Nantes", "newsletter@2", "bea@"] {
            assert!(!page.contains(never), "{never}: {page}");
        }
        let receipts = links(&page, "/r/");
        assert!(receipts.len() >= 2, "{page}");
        for receipt in &receipts {
            let receipt = browser(&shop).header("accept", "text/html").get(receipt).expect(200).text;
            assert!(receipt.contains("<h1>Receipt</h1>"), "{receipt}");
        }
        // that staff looked is no choice of hers
        shop.choices(ANNE);
        assert_eq!(lines(&mine.get(&address).expect(200).text), lines(&page));
    }

    fn only_a_session_opens_it(db: &Db) {
        let shop = Shop::open_with(db, &FOLDER);
        told(&shop);
        let (choices, _) = shop.link(ANNE);
        let token = choices.replace("/c/", "");
        for nobody in [browser(&shop), browser(&shop).header("cookie", &format!("placet-me={token}"))] {
            let sent = nobody.get("/me/history").expect(303);
            assert!(sent.header("location").unwrap().starts_with("/sign-in"));
        }
        let page = browser(&shop).get(&choices).expect(200).text;
        assert!(!page.contains("/me/history") && lines(&page) == 0, "{page}");
        browser(&shop).get(&format!("{choices}/history")).expect(404);
        // erased: nothing is told any more
        let mine = signed_in(db, &shop, ANNE);
        assert!(lines(&mine.get("/me/history").expect(200).text) > 0);
        let path = format!("/v1/subjects/{}/erasure", shop.subject(ANNE));
        shop.dpo().post(&path, &json!({ "reason": "data_subject_request", "reference": "DSR-2026-0117" })).expect(201);
        let after = mine.get("/me/history");
        assert!([200, 303].contains(&after.status) && lines(&after.text) == 0, "{after:?}");
    }

    fn fifty_on_a_page_and_the_others_further_on(db: &Db) {
        let shop = Shop::open_with(db, &FOLDER);
        for number in 0..53 {
            let mut said = yes(ANNE);
            said["status"] = json!(if number % 2 == 0 { "given" } else { "withdrawn" });
            said["collected_at"] = json!(chrono::Utc::now().to_rfc3339());
            shop.record(&said);
        }
        let mine = signed_in(db, &shop, ANNE);
        let first = mine.get("/me/history?lang=en").expect(200).text;
        assert_eq!(lines(&first), 50);
        let further = links(&first, "/me/history?before=");
        assert_eq!(further.len(), 1, "{first}");
        let last = mine.get(&further[0]).expect(200).text;
        assert_eq!(lines(&last), 3);
        assert!(links(&last, "/me/history?before=").is_empty(), "{last}");
        let mut receipts = links(&first, "/r/");
        receipts.extend(links(&last, "/r/"));
        receipts.sort();
        receipts.dedup();
        assert_eq!(receipts.len(), 53, "each once");
        for wrong in ["x", "-1", "99999999999999999999999", "%27"] {
            mine.get(&format!("/me/history?before={wrong}")).expect(400);
        }
        assert_eq!(lines(&mine.get("/me/history?before=0").expect(200).text), 0);
    }
}
