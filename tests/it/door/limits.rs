//! How often one may ask: who asks too often waits or comes back, nobody else is held up by them, and a no is taken
//! however many ask beside it.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use crate::shop::{Shop, decision, yes};
use crate::support::database::Db;
use crate::support::http::{Http, Reply};
use crate::support::process::until;

const EMAIL: &str = "crowd@limits.example";
/// One request a second of a network, ten at once.
const NETWORK: [(&str, &str); 1] = [("PLACET_NETWORK_LIMIT", "1")];
const AT_ONCE: usize = 10;

/// Whoever comes from this network; the proxy on this machine is believed.
fn from(shop: &Shop, address: &str) -> Http {
    shop.server
        .http()
        .header("x-forwarded-for", address)
        .header("accept-language", "en")
}

/// So many at the same moment.
fn crowd(http: &Http, path: &str, count: usize) -> Vec<Reply> {
    std::thread::scope(|scope| {
        let asks: Vec<_> = (0..count).map(|_| scope.spawn(|| http.get(path))).collect();
        asks.into_iter().map(|one| one.join().unwrap()).collect()
    })
}

/// The seconds after which one may come back.
#[track_caller]
fn comes_back(reply: &Reply) -> u64 {
    assert_eq!(reply.status, 429, "{reply:?}");
    let seconds = reply.header("retry-after").expect("Retry-After");
    seconds.parse().expect("a number of seconds")
}

fn code(reply: &Reply) -> String {
    reply.json()["code"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_crowd_waits_its_turn_and_is_asked_to_come_back() {
    let shop = Shop::open_with(&Db::sqlite(), &NETWORK);
    let here = from(&shop, "198.51.100.7");
    let replies = crowd(&here, "/accessibility", 3 * AT_ONCE);
    let served = replies.iter().filter(|one| one.status == 200).count();
    assert!(
        (AT_ONCE..2 * AT_ONCE).contains(&served),
        "{served} were served"
    );
    let refused: Vec<_> = replies.iter().filter(|one| one.status != 200).collect();
    assert!(refused.len() > AT_ONCE, "{} were refused", refused.len());
    for reply in refused {
        assert!((1..=AT_ONCE as u64).contains(&comes_back(reply)));
        assert!(
            reply.text.contains("Too many requests at once"),
            "{}",
            reply.text
        );
        assert!(reply.header("content-security-policy").is_some());
    }
    // a neighbour is of the same network; others, watchers and tools are not held up
    let full = crowd(&from(&shop, "198.51.100.200"), "/accessibility", AT_ONCE);
    assert!(full.iter().any(|one| one.status == 429));
    from(&shop, "203.0.113.9").get("/accessibility").expect(200);
    here.get("/healthz").expect(200);
    shop.record(&yes(EMAIL));
    assert_eq!(shop.newsletter(EMAIL).0, "permit");
    // what is asked without a key of the API comes from a network, too
    let log = crowd(&here, "/log/checkpoint", 2 * AT_ONCE);
    let log = log.iter().find(|one| one.status == 429).expect("a refusal");
    assert_eq!(code(log), "too_often");
    // nobody is shut out
    std::thread::sleep(Duration::from_secs(comes_back(log)));
    here.get("/accessibility").expect(200);
}

#[test]
fn a_no_is_taken_however_many_ask() {
    let shop = Shop::open_with(&Db::sqlite(), &NETWORK);
    shop.record(&yes(EMAIL));
    let (_, stop) = shop.link(EMAIL);
    let here = from(&shop, "198.51.100.7");
    let full = crowd(&here, "/accessibility", 3 * AT_ONCE);
    assert!(full.iter().any(|one| one.status == 429));
    here.form(&stop, &[("List-Unsubscribe", "One-Click")])
        .expect(200);
    assert_eq!(shop.newsletter(EMAIL).0, "deny");
}

fn ask(http: &Http) -> Reply {
    let question =
        json!({ "subject": { "email": EMAIL }, "purpose": "newsletter", "channel": "email" });
    http.post("/v1/checks", &question)
}

#[test]
fn a_tool_reads_how_it_stands_and_when_to_come_back() {
    let shop = Shop::open_with(&Db::sqlite(), &[("PLACET_CLIENT_LIMIT", "2")]);
    let tool = shop.marketing();
    let first = ask(&tool).expect(200);
    assert_eq!(first.header("ratelimit-policy"), Some("\"client\";q=2;w=1"));
    assert_eq!(first.header("ratelimit"), Some("\"client\";r=1;t=1"));
    let replies: Vec<_> = std::thread::scope(|scope| {
        let asks: Vec<_> = (0..40).map(|_| scope.spawn(|| ask(&tool))).collect();
        asks.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let refused = replies.iter().find(|one| one.status == 429);
    let refused = refused.expect("a refusal");
    assert_eq!(
        (comes_back(refused), code(refused).as_str()),
        (1, "too_often")
    );
    assert!(refused.header("ratelimit-policy").is_none());
    // what was refused is no permission, and nothing was written for it
    let decided = |reply: &&Reply| decision(&reply.json()).0 == "permit";
    assert!(
        !replies
            .iter()
            .filter(|one| one.status == 429)
            .any(|one| decided(&one))
    );
    // the other keys are not held up, and this one comes back
    shop.dpo().get("/v1/purposes").expect(200);
    std::thread::sleep(Duration::from_secs(2));
    ask(&tool).expect(200);
}

#[test]
fn who_tries_keys_is_slowed_and_holds_up_no_tool() {
    let shop = Shop::open_with(&Db::sqlite(), &NETWORK);
    let here = |key: &str| from(&shop, "198.51.100.7").bearer(key);
    let tries: Vec<_> = (0..3 * AT_ONCE)
        .map(|_| here("placet_nothing").get("/v1/purposes").status)
        .collect();
    assert_eq!(tries[..AT_ONCE], [401; AT_ONCE]);
    assert!(tries.contains(&429), "{tries:?}");
    here(shop.key("dpo")).get("/v1/purposes").expect(200);
}

#[test]
fn without_limits_nothing_is_said_of_them() {
    let none = [("PLACET_CLIENT_LIMIT", "0"), ("PLACET_NETWORK_LIMIT", "0")];
    let shop = Shop::open_with(&Db::sqlite(), &none);
    let reply = shop.dpo().get("/v1/purposes").expect(200);
    assert!(reply.header("ratelimit").is_none());
    let replies = crowd(&from(&shop, "198.51.100.7"), "/accessibility", 3 * AT_ONCE);
    assert!(replies.iter().all(|one| one.status == 200));
}

#[test]
fn every_description_of_an_operation_with_a_key_knows_429() {
    let shop = Shop::open(&Db::sqlite());
    let described: Value = shop.server.http().get("/openapi.json").expect(200).json();
    let mut keyed = 0;
    for (path, item) in described["paths"].as_object().unwrap() {
        for operation in item.as_object().unwrap().values() {
            if operation["security"].is_array() {
                keyed += 1;
                assert!(operation["responses"]["429"].is_object(), "{path}");
            }
        }
    }
    assert!(keyed > 60, "{keyed}");
}

/// A list that has begun, and whose end does not come.
fn endless_list(shop: &Shop) -> TcpStream {
    let mut line = TcpStream::connect(("127.0.0.1", shop.server.port())).unwrap();
    let head = format!(
        "POST {LIST} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: text/csv\r\n\
         transfer-encoding: chunked\r\n\r\n6\r\nemail\n\r\n",
        shop.key("marketing")
    );
    line.write_all(head.as_bytes()).unwrap();
    line.set_read_timeout(Some(Duration::from_millis(20)))
        .unwrap();
    line
}

fn is_turned_away(line: &TcpStream) -> bool {
    let mut begins = [0; 12];
    line.peek(&mut begins).is_ok() && begins == *b"HTTP/1.1 429"
}

const LIST: &str = "/v1/audiences?purpose=newsletter&channel=email";

#[test]
fn so_many_lists_are_filtered_at_once() {
    let shop = Shop::open(&Db::sqlite());
    let send = |http: &Http| http.send("POST", LIST, "text/csv", "email\n");
    let mut open: Vec<TcpStream> = (0..5).map(|_| endless_list(&shop)).collect();
    let one_more = || send(&shop.marketing());
    let within = Duration::from_secs(30);
    // whichever comes last: then the others have begun, and stay
    assert!(until(within, || open.iter().any(is_turned_away)));
    open.retain(|line| !is_turned_away(line));
    assert_eq!(open.len(), 4);
    let refused = one_more();
    assert_eq!(
        (comes_back(&refused), code(&refused).as_str()),
        (5, "too_many_lists")
    );
    // another tool is not held up, nor is what the same tool asks at once
    send(&shop.admin()).expect(200);
    ask(&shop.marketing()).expect(200);
    // where one has ended, however it did, the next begins
    open.pop();
    assert!(until(within, || one_more().status == 200));
}
