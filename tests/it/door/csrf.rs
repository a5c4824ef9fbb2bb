//! Every form, pressed from another site: nothing changes. The same press from our own page gets further,
//! so that the door is what stops it.

mod console;

use super::{Room, Route, routes};
use crate::support::database::Db;
use crate::support::everything::Everything;
use crate::support::http::{Http, Reply};
use crate::support::staff::PASSWORD;
use crate::ways_in::{hidden, settled};
use crate::world::{ANNE, World, filled};

/// Meant for others: a mail program's one click, by whoever has the link; a brand's login, which is signed.
const MEANT: [&str; 3] = ["/u/", "/own-login", "/own-login/frame"];

/// What a browser says of a press that another site caused.
const FOREIGN: [&[(&str, &str)]; 6] = [
    &[("sec-fetch-site", "cross-site")],
    &[("sec-fetch-site", "same-site")],
    &[
        ("sec-fetch-site", "cross-site"),
        ("origin", "http://127.0.0.1"),
    ],
    &[("origin", "https://evil.example")],
    &[("origin", "null")],
    &[("sec-fetch-site", "what?")],
];

/// Fields that one form or another has, with values that would do.
const FIELDS: [(&str, &str); 35] = [
    ("lang", "en"),
    ("for", "create"),
    ("why", "person_request"),
    ("reference", "CASE-1"),
    ("act", "assign"),
    ("outcome", "kept"),
    ("user", "dpo"),
    ("password", PASSWORD),
    ("first", "2026-01-01"),
    ("last", "2026-01-31"),
    ("from", "2026-01-01"),
    ("to", "2026-01-31"),
    ("format", "csv"),
    ("report", "consents"),
    ("switch", "pause"),
    ("reason", "audit"),
    ("ground", "legal_claim"),
    ("until", "2030-01-01"),
    ("email", ANNE.email),
    ("contact", ANNE.email),
    ("address", ANNE.email),
    ("code", "123456"),
    ("kind", "access"),
    ("copy", "electronic"),
    ("text", "Please."),
    ("how", "mail"),
    ("stop_all", "1"),
    ("seen", "99"),
    ("choice.newsletter.email", "no"),
    ("choice.offers.email", "no"),
    ("version", "1"),
    ("receipt", "x"),
    ("shown", "x"),
    ("owner", ""),
    ("tongue", "en"),
];

fn press(client: &Http, path: &str, csrf: Option<&str>) -> Reply {
    let mut fields: Vec<(&str, &str)> = FIELDS.to_vec();
    fields.extend(csrf.map(|csrf| ("csrf", csrf)));
    client.form(path, &fields)
}

/// The same browser, as another site has it press.
fn foreign(client: &Http, headers: &[(&str, &str)]) -> Http {
    let headers = headers.iter();
    headers.fold(client.clone(), |client, (name, value)| {
        client.header(name, value)
    })
}

/// Nobody is let in, and no page says that it was done.
#[track_caller]
fn is_refused(reply: &Reply, what: &str) {
    assert!(
        (300..500).contains(&reply.status) && reply.header("set-cookie").is_none(),
        "{what}: {reply:?}"
    );
}

fn posts(room: Room) -> Vec<Route> {
    let all = routes().into_iter();
    all.filter(|route| route.method == "POST" && route.room == room)
        .collect()
}

#[test]
fn of_customers() {
    let db = Db::sqlite();
    let world = World::open(&db);
    let (mine, theirs) = (&world.anne.mine, &world.bea.mine);
    let csrf = |who: &Http| hidden(&who.get("/me").expect(200).text, "csrf");
    let (secret, other) = (csrf(mine), csrf(theirs));
    // the cookie, which the browser sends whoever presses
    let cookie = mine.sent("cookie").expect("a session");
    let bare = world.shop.server.http().header("cookie", &cookie);
    let (mut count, before) = (0, Everything::of(&db));
    for route in posts(Room::Customers) {
        if MEANT.contains(&route.path.trim_end_matches("none")) {
            continue;
        }
        let path = filled(&route.pattern, &world.anne.ids);
        let of_session = path.starts_with("/me").then_some(secret.as_str());
        for headers in FOREIGN {
            let reply = press(&foreign(&bare, headers), &path, of_session);
            is_refused(&reply, &format!("{path} {headers:?}"));
            count += 1;
        }
        let wrong = [None, Some(""), Some("guessed"), Some(other.as_str())];
        for wrong in wrong.into_iter().filter(|_| of_session.is_some()) {
            is_refused(&press(mine, &path, wrong), &format!("{path} {wrong:?}"));
            count += 1;
        }
        before.is_still(&db, &path);
    }
    assert!(count > 110, "{count} presses");
    assert_eq!(mine.get("/me").status, 200, "still signed in");
    // from our own page each does what it says
    for path in [
        "/sign-in",
        "/me/data",
        &format!("/c/{}", world.anne.ids["link"]),
    ] {
        settled(&db);
        let before = Everything::of(&db);
        press(mine, path, Some(&secret));
        assert!(Everything::of(&db) != before, "{path} does nothing");
    }
}
