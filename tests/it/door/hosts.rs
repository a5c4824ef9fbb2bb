//! Three host names: each route answers at its own alone.

use super::{Came, Room, Route, ask, filled, routes, send};
use crate::shop::Shop;
use crate::support::database::Db;
use crate::support::server::{cli, cli_without};
use crate::support::staff::{self, PASSWORD};

const HOSTS: [(Room, &str); 3] = [
    (Room::Customers, "choices.example"),
    (Room::Console, "console.example"),
    (Room::Api, "api.example"),
];

const SET: [(&str, &str); 4] = [
    ("PLACET_PUBLIC_URL", "https://choices.example"),
    ("PLACET_CUSTOMER_HOST", "choices.example"),
    ("PLACET_CONSOLE_HOST", "console.example"),
    ("PLACET_API_HOST", "api.example"),
];

fn code(came: &Came) -> String {
    let problem: serde_json::Value = serde_json::from_str(&came.body).unwrap_or_default();
    problem["code"].as_str().unwrap_or_default().to_owned()
}

fn at(port: u16, method: &str, path: &str, host: &str) -> Came {
    ask(port, method, path, &format!("host: {host}\r\n"))
}

#[test]
fn every_route_answers_at_its_own_host_alone() {
    let shop = Shop::open_with(&Db::sqlite(), &SET);
    let port = shop.server.port();
    let (mut here, mut elsewhere) = (0, 0);
    let described = at(port, "GET", "/openapi.json", "api.example").body;
    let described: serde_json::Value = serde_json::from_str(&described).unwrap();
    for route in everything(&described) {
        for (room, host) in HOSTS {
            let pages = matches!(room, Room::Customers | Room::Console);
            let own = match route.room {
                Room::Everywhere => true,
                Room::Pages => pages,
                other => other == room,
            };
            // names are names in whatever letters, with a port or without
            let host = if here % 2 == 0 {
                host.to_uppercase()
            } else {
                format!("{host}:443")
            };
            let came = at(port, &route.method, &route.path, &host);
            let refused = came.status == 404 && code(&came) == "not_at_this_host";
            assert_eq!(
                refused, !own,
                "{} {} at {host}: {came:?}",
                route.method, route.path
            );
            assert!(came.status < 500 || route.path == "/readyz", "{came:?}");
            if own { here += 1 } else { elsewhere += 1 }
        }
        let unknown = at(port, &route.method, &route.path, "evil.example");
        let refused = unknown.status == 421 && code(&unknown) == "host_unknown";
        assert_eq!(
            refused,
            route.room != Room::Everywhere,
            "{route:?}: {unknown:?}"
        );
    }
    assert!(
        here > 140 && elsewhere > 280,
        "{here} at their host, {elsewhere} elsewhere"
    );
}

/// The routes of the sources, and of the description what is written there by a macro.
fn everything(described: &serde_json::Value) -> Vec<Route> {
    let mut all = routes();
    for (path, methods) in described["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            let (method, pattern, path) = (method.to_uppercase(), path.clone(), filled(path));
            let known = |route: &Route| route.method == method && route.path == path;
            if !all.iter().any(known) {
                let room = Room::Api;
                all.push(Route {
                    method,
                    pattern,
                    path,
                    room,
                });
            }
        }
    }
    all
}

#[test]
fn a_host_is_named_once_and_as_it_is() {
    let shop = Shop::open_with(&Db::sqlite(), &SET);
    let port = shop.server.port();
    for unknown in [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "choices.example.evil.example",
        "evilchoices.example",
        "choices.example.",
        "choices.example@evil.example",
        "choices.example, evil.example",
        "choices.example/",
        "*",
    ] {
        let came = at(port, "GET", "/accessibility", unknown);
        assert!([400, 421].contains(&came.status), "{unknown}: {came:?}");
    }
    for lines in [
        "",
        "host: \r\n",
        "host: choices.example\r\nhost: console.example\r\n",
        "host: console.example\r\nhost: choices.example\r\n",
        "host: choices.example\r\nhost: choices.example\r\n",
    ] {
        let came = ask(port, "GET", "/accessibility", lines);
        assert!([400, 421].contains(&came.status), "{lines:?}: {came:?}");
    }
    // what others say of the host is not believed
    for header in ["x-forwarded-host", "x-host", "x-original-host", "forwarded"] {
        let value = if header == "forwarded" {
            "host=console.example"
        } else {
            "console.example"
        };
        let lines = format!(
            "host: choices.example\r\n{header}: {value}\r\nx-original-url: /console\r\nx-rewrite-url: /console\r\n"
        );
        assert_eq!(
            code(&ask(port, "GET", "/console/sign-in", &lines)),
            "not_at_this_host"
        );
        assert_eq!(ask(port, "GET", "/accessibility", &lines).status, 200);
    }
    // a whole address in the request line is the host, and none other may stand below
    let whole = |target: &str, host: &str| {
        let text = format!("GET {target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        send(port, text.as_bytes()).status
    };
    assert_eq!(
        whole("http://console.example/console/sign-in", "console.example"),
        200
    );
    assert_eq!(
        whole("http://console.example/console/sign-in", "choices.example"),
        400
    );
    assert_eq!(
        whole("http://choices.example/accessibility", "console.example"),
        400
    );
    // what is written in hexadecimal, or otherwise, is no way around
    for path in [
        "/%63onsole/sign-in",
        "/c%6fnsole/sign-in",
        "/%76%31/purposes",
        "/v%31/purposes",
        "/%6cog/vkey",
    ] {
        let came = at(port, "GET", path, "choices.example");
        assert_eq!(code(&came), "not_at_this_host", "{path}: {came:?}");
    }
    for path in [
        "//console/sign-in",
        "/x/../console/sign-in",
        "/./console/sign-in",
        "/%2fconsole/sign-in",
        "/CONSOLE/sign-in",
        "/console%2fsign-in",
        "/console;x/sign-in",
    ] {
        let came = at(port, "GET", path, "choices.example");
        assert_eq!(came.status, 404, "{path}: {came:?}");
    }
}

/// A cookie is one host's; a form of one host's page is none of another's; links lead to the right one.
#[test]
fn what_is_one_hosts_is_not_anothers() {
    let db = Db::sqlite();
    // without a second factor, which is another test's
    let plain = [("PLACET_STAFF_SECOND_FACTOR", "optional")];
    let shop = Shop::open_with(&db, &[&SET[..], &plain].concat());
    let port = shop.server.port();
    staff::add(&db, "dpo", "dpo");
    let body = format!("user=dpo&password={}", PASSWORD.replace(' ', "+"));
    let enter = |lines: &str| {
        let text = format!(
            "POST /console/sign-in HTTP/1.1\r\nhost: console.example\r\n{lines}content-type: application/x-www-form-urlencoded\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        send(port, text.as_bytes())
    };
    for other in [
        "origin: https://choices.example\r\n",
        "origin: https://api.example\r\n",
        "origin: https://evil.example\r\n",
        "origin: null\r\n",
        "sec-fetch-site: same-site\r\n",
        "sec-fetch-site: cross-site\r\norigin: https://console.example\r\n",
    ] {
        let came = enter(other);
        assert_eq!(
            (came.status, came.header("set-cookie")),
            (403, None),
            "{other}"
        );
    }
    let entered = enter("origin: https://console.example\r\n");
    assert_eq!(entered.status, 303, "{entered:?}");
    let cookie = entered.header("set-cookie").unwrap().to_lowercase();
    for part in [
        "__host-",
        "; secure",
        "; httponly",
        "; samesite=strict",
        "; path=/",
    ] {
        assert!(cookie.contains(part), "{part}: {cookie}");
    }
    assert!(!cookie.contains("domain="), "{cookie}");
    let cookie = cookie_of(&entered);
    let home = |host: &str| {
        ask(
            port,
            "GET",
            "/console",
            &format!("host: {host}\r\ncookie: {cookie}\r\n"),
        )
    };
    assert_eq!(home("console.example").status, 200);
    for host in ["choices.example", "api.example"] {
        assert_eq!(home(host).status, 404, "{host}");
    }
    let told = at(
        port,
        "GET",
        "/.well-known/authzen-configuration",
        "api.example",
    );
    assert!(
        told.body
            .contains("https://api.example/access/v1/evaluation"),
        "{told:?}"
    );
    let told = at(
        port,
        "GET",
        "/.well-known/oauth-authorization-server",
        "api.example",
    );
    assert!(
        told.body.contains("https://api.example/oauth/token"),
        "{told:?}"
    );
    // signing out takes the cookie back, and what else the browser kept
    let page = home("console.example").body;
    let csrf = page.split("name=\"csrf\" value=\"").nth(1).unwrap();
    let csrf = csrf.split('"').next().unwrap();
    let leave = |csrf: &str| {
        let body = format!("csrf={csrf}");
        let text = format!(
            "POST /console/sign-out HTTP/1.1\r\nhost: console.example\r\ncookie: {cookie}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        send(port, text.as_bytes())
    };
    let other = leave("guessed");
    assert_eq!((other.status, other.header("set-cookie")), (303, None));
    assert_eq!(
        home("console.example").status,
        200,
        "another site's form signs nobody out"
    );
    let left = leave(csrf);
    assert_eq!(
        left.header("clear-site-data").as_deref(),
        Some("\"cache\", \"storage\"")
    );
    let gone = left.header("set-cookie").unwrap().to_lowercase();
    assert!(
        gone.contains("secure") && gone.contains("max-age=0"),
        "{gone}"
    );
    assert_eq!(home("console.example").status, 303);
}

fn cookie_of(came: &Came) -> String {
    let cookie = came.header("set-cookie").unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

#[test]
fn hosts_are_set_together_and_differ() {
    let db = Db::sqlite();
    let refused = |variables: &[(&str, &str)], word: &str| {
        let mut all = vec![
            ("PLACET_DATA_DIR", db.data_dir().to_str().unwrap()),
            ("PLACET_LISTEN", "127.0.0.1:0"),
        ];
        all.extend(variables);
        let done = cli_without(db.data_dir(), &["systems", "list"], &all);
        assert_eq!(done.code, 2, "{done:?}");
        assert!(done.stderr.contains(word), "{done:?}");
    };
    refused(&SET[..2], "console_host");
    let mut same = SET;
    same[3].1 = "console.example";
    refused(&same, "api_host");
    let mut elsewhere = SET;
    elsewhere[0].1 = "https://www.example";
    refused(&elsewhere, "public_url");
    let mut port = SET;
    port[2].1 = "console.example:8443";
    refused(&port, "console_host");
    assert_eq!(cli(&db, &["systems", "list"]).code, 0);
}
