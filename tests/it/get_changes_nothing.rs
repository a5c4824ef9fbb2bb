//! `GET` and `HEAD` change nothing, whatever they are sent to: mail scanners, previews and
//! prefetchers open every link of a message. That staff read a person's file is written down, in an
//! entry that changes nothing either.

use serde_json::Value;

use crate::shop::{Shop, yes};
use crate::support::http::{Http, raw};

/// Every `GET` of the description, with its parameters filled in for this person, and every page.
fn addresses(shop: &Shop, email: &str) -> Vec<String> {
    let description = shop.server.http().get("/openapi.json").expect(200).json();
    let subject = shop.subject(email);
    let history = shop
        .dpo()
        .get(&format!("/v1/subjects/{subject}/history"))
        .expect(200)
        .json();
    let consent = history["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["kind"].as_str().unwrap().starts_with("consent."))
        .unwrap();
    let receipt = format!(
        "/v1/receipts/{}/{}",
        consent["position"],
        consent["id"].as_str().unwrap()
    );
    let fill = |path: &str| match path {
        "/v1/receipts/{position}/{id}" => receipt.clone(),
        "/log/tile/{path}" => format!("/log/tile/0/000.p/{}", shop.position()),
        other => other.replace("{id}", &subject),
    };
    let described = description["paths"].as_object().unwrap().iter();
    let described = described.filter(|(_, methods)| methods["get"].is_object());
    let (choices, stop) = shop.link(email);
    let mut found: Vec<String> = described.map(|(path, _)| fill(path)).collect();
    for page in [choices.as_str(), stop.as_str()] {
        found.push(page.to_owned());
        // what a form would send, in the address
        found.push(format!("{page}?lang=en"));
        found.push(format!("{page}?stop_all=1&List-Unsubscribe=One-Click"));
        found.push(format!("{page}?choice.newsletter.email=no&seen=999"));
    }
    for page in [
        "/console",
        "/console/reports",
        "/console/keys",
        "/console/new-purpose",
        "/console/check",
        "/console/check/file",
        "/console/check/list",
        "/console/imports",
        "/console/imports/columns",
        "/console/imports/refused",
        "/console/imports/run",
        "/console/policies",
        "/console/policies/sha256:00",
        "/console/policies/sha256:00/approve",
        "/console/policies/sha256:00/simulate",
        "/console/purposes",
        "/console/purposes/newsletter?done=1",
        "/console/purposes/newsletter/edit",
        "/console/purposes/newsletter/words",
        "/console/purposes/check",
        "/console/purposes/publish",
        "/console/retention",
        "/console/staff",
        "/console/system",
        "/console/staff?kind=files&before=9",
        "/console/staff/none/disable",
        "/console/requests",
        "/console/requests/new",
        "/console/requests/feed",
        "/console/requests/feed/end",
        "/console/requests/none",
        "/console/requests/none/act",
        "/console/requests/none/reply?act=refuse&ground=excessive",
        "/calendar/none.ics",
        "/console/customers",
        "/console/customers/answers",
        "/console/customers/day",
        "/console/exports/none",
        "/console/exports/none/file",
        "/console/sign-in",
        "/console/sign-in/code",
        "/console/account",
        "/console/account/second-factor",
        "/console/account/second-factor/confirm",
        "/console/account/recovery",
        "/console/account/passkeys",
        "/console/account/passkeys/challenge",
        "/console/account/passkeys/remove",
        "/console/sign-in/passkey",
        "/console/sign-in/passkey/challenge",
        "/console/sign-in/provider",
        "/console/sign-in/provider/back",
        "/console/sign-in/provider/back?code=x&state=y",
        "/console/sign-in/provider/logout",
        "/console/account/proof/provider",
        "/console/sign-out",
        "/openapi.json",
        "/assets/style.css",
        "/accessibility",
        "/texts",
        "/",
        "/c/none",
        "/u/none",
        "/o/none",
        "/sign-in",
        "/sign-in/code",
        "/sign-in/none",
        "/me",
        "/me/history",
        "/me/rights",
        "/me/rights/access",
        "/me/rights/access/check",
        "/me/requests",
        "/me/requests/none",
        "/id/none",
        "/at/default",
        "/at/default/none",
        "/own-login",
        "/own-login/frame",
        "/join",
        "/console/codes",
        "/console/codes/sheet?of=default",
        "/dev/mails",
    ] {
        found.push(page.to_owned());
    }
    found
}

/// Everything that could have changed: choices, decision, and what was ever recorded, but for the
/// ledger's own growth.
fn everything(shop: &Shop, email: &str) -> (Value, (String, String), Vec<Value>) {
    let (choices, decision) = (shop.choices(email), shop.newsletter(email));
    let subject = shop.subject(email);
    let history = shop
        .dpo()
        .get(&format!("/v1/subjects/{subject}/history?limit=200"));
    let history = history.expect(200).json();
    let told = history["items"].as_array().unwrap().iter();
    let told = told.filter(|item| item["kind"] != "subject.viewed");
    (choices, decision, told.cloned().collect())
}

/// What kinds of entries the ledger has from a position on.
fn kinds_since(shop: &Shop, from: u64) -> Vec<String> {
    let (mut kinds, mut seen) = (Vec::new(), 0);
    let mut path = "/v1/audit/entries?limit=200".to_owned();
    loop {
        let page = shop.dpo().get(&path).expect(200).json();
        for item in page["items"].as_array().unwrap() {
            if seen >= from {
                kinds.push(item["leaf"]["t"].as_str().unwrap().to_owned());
            }
            seen += 1;
        }
        let Some(next) = page["next"].as_str() else {
            return kinds;
        };
        path = format!("/v1/audit/entries?limit=200&cursor={next}");
    }
}

/// Only that somebody read, and what `everything` asked, has come since.
#[track_caller]
fn nothing_but_views(shop: &Shop, from: u64, views: usize) {
    shop.position();
    let mut kinds = kinds_since(shop, from);
    let asked = kinds.iter().position(|kind| kind == "decisions.recorded");
    kinds.remove(asked.expect("the question that everything() asks"));
    // an administrator's and the DPO's pages of the ledger
    kinds.retain(|kind| kind != "export.made");
    assert_eq!(kinds, vec!["subject.viewed"; views]);
}

fn head(shop: &Shop, path: &str) -> String {
    let key = shop.key("admin");
    let request = format!(
        "HEAD {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {key}\r\n\r\n"
    );
    String::from_utf8_lossy(&raw(shop.server.port(), request.as_bytes())).into_owned()
}

on_both! {
    fn whatever_is_opened(db: &Db) {
        let shop = Shop::open(db);
        let email = "anne@example.fr";
        shop.record(&yes(email));
        let addresses = addresses(&shop, email);
        let before = everything(&shop, email);
        let from = shop.position();
        for address in &addresses {
            for client in [shop.admin(), shop.dpo(), shop.server.http()] {
                let reply = client.get(address);
                assert!(reply.status < 500, "{address}: {}", reply.text);
            }
            let answer = head(&shop, address);
            assert!(answer.starts_with("HTTP/1.1 "), "{address}: {answer}");
            assert!(answer.ends_with("\r\n\r\n"), "HEAD {address} has a body: {answer}");
        }
        assert_eq!(everything(&shop, email), before);
        // the administrator's key read choices, history, decisions and lists; the DPO's had, but for the last two
        nothing_but_views(&shop, from, 6);
        let exports = kinds_since(&shop, from).into_iter().filter(|kind| kind == "export.made");
        assert_eq!(exports.count(), 2, "the ledger, by the administrator's key and by the DPO's");
    }

    /// As Outlook, Gmail and corporate scanners do: open each link, several times, at once.
    fn a_scanner_of_links(db: &Db) {
        let shop = Shop::open(db);
        let email = "anne@example.fr";
        shop.record(&yes(email));
        let (choices, stop) = shop.link(email);
        let before = everything(&shop, email);
        let from = shop.position();
        std::thread::scope(|scope| {
            for address in [&choices, &stop, &choices, &stop] {
                let (client, shop) = (scanner(&shop), &shop);
                scope.spawn(move || {
                    for _ in 0..5 {
                        assert_eq!(client.get(address).status, 200);
                        assert!(head(shop, address).starts_with("HTTP/1.1 200"));
                    }
                });
            }
        });
        assert_eq!(everything(&shop, email), before);
        nothing_but_views(&shop, from, 0);
        // and the link still does what it is for
        shop.server.http().form(&stop, &[("List-Unsubscribe", "One-Click")]).expect(200);
        assert_eq!(shop.newsletter(email).0, "deny");
    }
}

fn scanner(shop: &Shop) -> Http {
    shop.server
        .http()
        .header("user-agent", "Mozilla/5.0 (compatible; SafeLinks)")
        .header("sec-fetch-site", "none")
}

/// What `HEAD` answers is what `GET` would, without the body (RFC 9110, 9.3.2).
#[test]
fn head_answers_as_get_does() {
    let shop = Shop::open(&crate::support::database::Db::sqlite());
    shop.record(&yes("anne@example.fr"));
    for address in addresses(&shop, "anne@example.fr") {
        let get = shop.admin().get(&address).status;
        let status = head(&shop, &address);
        assert!(
            status.starts_with(&format!("HTTP/1.1 {get} ")),
            "{address}: GET {get}, {status}"
        );
    }
}
