//! The header lines that the API makes for a mail (RFC 8058), and what their link can do.

use super::browser;
use crate::shop::{Shop, yes};
use serde_json::json;

const ANNE: &str = "anne@headed.example";

on_both! {
    /// As the example of RFC 8058, 8.1: one address in angle brackets, the pair to post, the post itself.
    fn the_lines_are_those_of_the_standard(db: &Db) {
        let shop = Shop::open(db);
        shop.record(&yes(ANNE));
        let body = json!({ "subject": { "email": ANNE } });
        let link = shop.collector().post("/v1/links", &body).expect(201).json();
        let lines = &link["headers"];
        assert_eq!(lines["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click");
        let value = lines["List-Unsubscribe"].as_str().unwrap();
        let url = value.strip_prefix('<').unwrap().strip_suffix('>').unwrap();
        let path = url.strip_prefix(&shop.server.url()).unwrap();
        assert!(path.starts_with("/u/u_") && link["stop_url"] != url);

        // it stops and opens nothing else
        let token = path.strip_prefix("/u/").unwrap();
        for other in ["/c/", "/o/"] {
            browser(&shop).get(&format!("{other}{token}")).expect(404);
        }
        browser(&shop).form(&format!("/c/{token}"), &[("seen", "99"), ("choice.offers.email", "yes")]).expect(404);
        browser(&shop).form(&format!("/c/{token}/undo"), &[("seen", "99"), ("choice.newsletter.email", "yes")]).expect(404);
        let page = browser(&shop).get(path).expect(200).text;
        assert!(page.contains("<button") && !page.contains("/c/"), "{page}");
        assert_eq!(shop.newsletter(ANNE).0, "permit", "looking changes nothing");

        // a mail program: no cookie, no page, no origin of ours
        let one_click = || shop.server.http().form(path, &[("List-Unsubscribe", "One-Click")]).expect(200);
        let page = one_click().text;
        assert!(!page.contains("/c/") && !page.contains("undo"), "{page}");
        assert_eq!(shop.newsletter(ANNE).0, "deny");
        let before = shop.position();
        one_click();
        assert_eq!(shop.position(), before, "the second click changes nothing");
    }
}
