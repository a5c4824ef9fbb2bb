//! Every form, pressed from another site: nothing changes. The same press from our own page gets further,
//! so that the door is what stops it.

use serde_json::json;

use super::{Room, Route, routes};
use crate::shop::{Shop, yes};
use crate::support::database::Db;
use crate::support::http::{Http, Reply};
use crate::support::staff::PASSWORD;
use crate::ways_in::signing_in::signed_in;
use crate::ways_in::{FOLDER, hidden};

const ANNE: &str = "anne@pressed.example";

/// Meant for others: a mail program's one click, by whoever has the link; a brand's login, which is signed.
const MEANT: [&str; 3] = ["/u/", "/own-login", "/own-login/frame"];

/// Gives a browser what it answers by a passkey, which needs no session either.
const ASKS: &str = "/console/sign-in/passkey/challenge";

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

/// Everything that a form of ours could change.
fn state(db: &Db) -> String {
    let tables = [
        "ledger",
        "sessions",
        "passkeys",
        "passkey_challenges",
        "customer_sessions",
        "sign_ins",
        "date_feeds",
        "background_exports",
        "mails",
        "agent_refusals",
        "confirmations",
        "identity_challenges",
        "spent_assertions",
        "links",
        "requests",
        "request_alarms",
        "view_alarms",
        "system_tasks",
        "packages",
        "staff",
        "api_keys",
        "idempotency",
    ];
    let counts = tables.map(|table| format!("(SELECT count(*) FROM {table})"));
    db.ask(&format!("SELECT {}", counts.join(" || ' ' || ")))
}

/// Fields that one form or another has, with values that would do.
const FIELDS: [(&str, &str); 34] = [
    ("lang", "en"),
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
    ("email", ANNE),
    ("contact", ANNE),
    ("address", ANNE),
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

/// The same but for entries that staff looked at somebody: what a form of ours that is stale shows once more.
fn state_but_views(db: &Db) -> String {
    let views = db.ask("SELECT count(*) FROM ledger WHERE leaf LIKE '%\"subject.viewed\"%'");
    let state = state(db);
    let (ledger, rest) = state.split_once(' ').unwrap();
    let entries: i64 = ledger.parse().unwrap();
    format!("{} {rest}", entries - views.trim().parse::<i64>().unwrap())
}

/// Presses a form in every foreign way, and without or with a wrong token; gives how often.
fn pressed(db: &Db, client: &Http, own: &Http, path: &str, csrf: Option<&str>) -> usize {
    let before = state(db);
    let mut ways = 0;
    for headers in FOREIGN {
        let foreign = headers
            .iter()
            .fold(client.clone(), |client, (name, value)| {
                client.header(name, value)
            });
        let reply = press(&foreign, path, csrf);
        assert!(reply.status < 500, "{path} {headers:?}: {}", reply.status);
        assert!(
            reply.header("set-cookie").is_none(),
            "{path} {headers:?}: {:?}",
            reply.headers
        );
        ways += 1;
    }
    assert_eq!(state(db), before, "{path} changed something");
    let before = state_but_views(db);
    if csrf.is_some() {
        for wrong in [None, Some(""), Some("guessed")] {
            let reply = press(own, path, wrong);
            assert!(
                reply.status < 500 && reply.header("set-cookie").is_none(),
                "{path}: {reply:?}"
            );
            ways += 1;
        }
    }
    assert_eq!(
        state_but_views(db),
        before,
        "{path} changed something without its token"
    );
    ways
}

fn posts(room: Room) -> Vec<Route> {
    let all = routes().into_iter();
    all.filter(|route| route.method == "POST" && route.room == room)
        .collect()
}

#[test]
fn of_the_console() {
    let db = Db::sqlite();
    let shop = Shop::open(&db);
    let written = shop.record(&yes(ANNE));
    let request =
        json!({ "kind": "access", "subject": { "email": ANNE }, "country": "FR", "via": "letter" });
    let request = shop
        .collector()
        .post("/v1/requests", &request)
        .expect(201)
        .json();
    let request = request["id"].as_str().unwrap();
    let position = written["position"].to_string();
    let mut count = 0;
    let staff = shop.staff(&db, "dpo");
    let own = staff.header("sec-fetch-site", "same-origin");
    let csrf = hidden(&own.get("/console").expect(200).text, "csrf");
    for route in posts(Room::Console) {
        // needs no session, and is looked at below
        if ["/console/sign-in", ASKS].contains(&route.path.as_str()) {
            continue;
        }
        let id = if route.path.contains("disputes") {
            &position
        } else {
            request
        };
        let path = route.path.replace("none", id);
        count += pressed(&db, &staff, &own, &path, Some(&csrf));
    }
    // the session stands, and a press from our own page gets further
    assert_eq!(own.get("/console").status, 200, "signed out");
    let before = state(&db);
    press(&own, "/console/requests/feed", Some(&csrf));
    assert_ne!(
        state(&db),
        before,
        "nothing happens from our own page either"
    );
    // signing in: nobody is signed in as somebody else
    let before = state(&db);
    let fields = [("user", "dpo"), ("password", PASSWORD)];
    for headers in FOREIGN {
        let foreign = headers
            .iter()
            .fold(shop.server.http(), |client, (name, value)| {
                client.header(name, value)
            });
        let reply = foreign.form("/console/sign-in", &fields);
        let asked = foreign.form(ASKS, &[]);
        for reply in [reply, asked] {
            assert_eq!(
                (reply.status, reply.header("set-cookie")),
                (403, None),
                "{headers:?}"
            );
        }
    }
    assert_eq!(state(&db), before);
    assert!(count >= 140, "{count} presses");
}

#[test]
fn of_customers() {
    let db = Db::sqlite();
    let shop = Shop::open_with(&db, &FOLDER);
    shop.record(&yes(ANNE));
    let mine = signed_in(&db, &shop, ANNE);
    let csrf = hidden(&mine.get("/me").expect(200).text, "csrf");
    let cookie = mine_cookie(&mine);
    let bare = shop.server.http().header("cookie", &cookie);
    let (choices, _) = shop.link(ANNE);
    let token = choices.strip_prefix("/c/").unwrap().to_owned();
    let mut count = 0;
    for route in posts(Room::Customers) {
        if MEANT
            .iter()
            .any(|meant| route.path.trim_end_matches("none") == *meant)
        {
            continue;
        }
        let path = route.path.replace("/c/none", &format!("/c/{token}"));
        let path = path
            .replace("/rights/none/none", "/rights/access/check")
            .replace("/rights/none", "/rights/access");
        let needs = path.starts_with("/me").then_some(csrf.as_str());
        count += pressed(&db, &bare, &mine, &path, needs);
    }
    assert_eq!(shop.newsletter(ANNE).0, "permit");
    assert_eq!(mine.get("/me").status, 200, "still signed in");
    // from our own page it does what it says
    let before = state(&db);
    press(&mine, "/sign-in", None);
    press(&mine, &choices, None);
    assert_ne!(state(&db), before);
    assert!(count > 100, "{count} presses");
}

/// The session's cookie, which the browser sends whoever presses.
fn mine_cookie(mine: &Http) -> String {
    mine.sent("cookie").expect("a session")
}
