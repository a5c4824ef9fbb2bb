//! Every form of the console, as every role: without its secret, with one that is guessed, of another session or of
//! somebody else, and from another site.

use std::collections::BTreeSet;

use super::{FIELDS, FOREIGN, foreign, is_refused, posts};
use crate::checking::{LIST, sends};
use crate::door::{Room, Route};
use crate::imports;
use crate::roles::{STAFF, adds, day};
use crate::shop::Shop;
use crate::support::database::Db;
use crate::support::everything::Everything;
use crate::support::http::{Http, Reply};
use crate::support::scene::hidden;
use crate::support::staff::{self, PASSWORD, csrf, keeping, signs_in};
use crate::world::{ANNE, World, comes_back, filled};

/// Need no session, or one that is half open; they are looked at below. The last ones need a provider of staff.
const BEFORE: [&str; 7] = [
    "/console/sign-in",
    "/console/sign-in/code",
    "/console/sign-in/passkey",
    "/console/sign-in/passkey/challenge",
    "/console/sign-in/provider",
    "/console/sign-in/provider/logout",
    "/console/account/proof/provider",
];

/// Leads to a file once who asked for it has proven who they are.
const PROOF: &str = "/console/account/proof";

/// To read a file is written down, also where the form that asked for it was too old.
const REASONS: [&str; 2] = ["why", "reference"];

/// Somebody's browser, what they know of the forms, and the fields of a list and of an import that were tried for them.
struct Presses {
    here: Http,
    own: String,
    list: Vec<(&'static str, String)>,
    import: Vec<(&'static str, String)>,
}

impl Presses {
    fn of(world: &World, mine: &Http) -> Self {
        let here = mine.header("sec-fetch-site", "same-origin");
        let own = secret(&here);
        let of = |page: &str, names: &[&'static str]| {
            let field = |name: &&'static str| hidden(page, name).map(|value| (*name, value));
            names.iter().filter_map(field).collect()
        };
        let list = of(&filters(&here, &own).text, &["lines", "tag"]);
        let tried = imports::sends_plain(&here, &own).text;
        let import = of(&tried, &["file", "map", "mapping", "tag"]);
        // what was decided is written down by now
        world.shop.position();
        Self {
            here,
            own,
            list,
            import,
        }
    }

    fn press(&self, client: &Http, path: &str, csrf: Option<&str>) -> Reply {
        if path == LIST {
            return filters(client, csrf.unwrap_or_default());
        }
        if path == imports::PAGE {
            return imports::sends_plain(client, csrf.unwrap_or_default());
        }
        let kept = |field: &&(&str, &str)| !REASONS.contains(&field.0);
        let mut fields: Vec<(&str, &str)> = FIELDS.iter().filter(kept).copied().collect();
        if path == PROOF {
            fields = vec![("to", "/console/exports/1/file")];
        }
        let brought = if path.starts_with(imports::PAGE) {
            &self.import
        } else {
            &self.list
        };
        fields.extend(brought.iter().map(|(name, value)| (*name, value.as_str())));
        fields.extend(csrf.map(|csrf| ("csrf", csrf)));
        client.form(path, &fields)
    }
}

fn filters(who: &Http, csrf: &str) -> Reply {
    let list = format!("email\n{}\n", ANNE.email);
    sends(who, csrf, "newsletter email", &list)
}

/// The routes, those that end what the others need at the end.
fn forms() -> Vec<Route> {
    let mut forms = posts(Room::Console);
    forms.retain(|route| !BEFORE.contains(&route.pattern.as_str()));
    let last = ["/console/account/recovery", "/console/sign-out"];
    forms.sort_by_key(|route| last.iter().position(|path| *path == route.pattern));
    forms
}

/// Somebody of this role, in two browsers.
fn enters(db: &Db, shop: &Shop, role: &str) -> [Http; 2] {
    let until = day(30);
    let mut terms = vec!["--role", role];
    if role == "auditor" {
        terms.extend(["--until", until.as_str()]);
    }
    let added = adds(db, role, &terms);
    assert_eq!(added.code, 0, "{added:?}");
    let first = signs_in(&shop.server, role);
    let second = match first.recovery.first() {
        Some(code) => comes_back(shop, role, code),
        None => keeping(&shop.server, &staff::password(&shop.server, role, PASSWORD)),
    };
    [first.http, second].map(|http| http.header("accept-language", "en"))
}

#[track_caller]
fn secret(who: &Http) -> String {
    csrf(&who.get("/console/account").expect(200).text)
}

/// An answer without the secrets that each page has anew.
fn told(reply: &Reply) -> (u16, Option<String>, String) {
    let parts = reply.text.split("name=\"csrf\"");
    let text: String = parts
        .filter_map(|part| part.split_once('>'))
        .map(|(_, rest)| rest)
        .collect();
    (
        reply.status,
        reply.header("location").map(str::to_owned),
        text,
    )
}

#[test]
fn of_the_console_as_every_role() {
    let db = Db::sqlite();
    let world = World::open(&db);
    let stranger = secret(&world.desks[0]);
    let (mut count, mut done) = (0, BTreeSet::new());
    for role in STAFF {
        let [mine, twin] = enters(&db, &world.shop, role);
        let (mut they, other) = (Presses::of(&world, &mine), secret(&twin));
        let before = Everything::of(&db);
        let mut refused = Vec::new();
        for route in forms() {
            let path = filled(&route.pattern, &world.bea.ids);
            for headers in FOREIGN {
                let reply = they.press(&foreign(&mine, headers), &path, Some(&they.own));
                is_refused(&reply, &format!("{role}, {path}, {headers:?}"));
            }
            let wrong = [
                None,
                Some(""),
                Some("guessed"),
                Some(&*other),
                Some(&*stranger),
            ];
            let replies = wrong.map(|wrong| {
                let reply = they.press(&they.here, &path, wrong);
                is_refused(&reply, &format!("{role}, {path}, {wrong:?}"));
                told(&reply)
            });
            count += FOREIGN.len() + wrong.len();
            refused.push((route, path, replies));
        }
        before.is_still(&db, role);
        // what was refused was refused for its secret: with its own it goes further
        for (route, path, replies) in refused {
            let reply = they.press(&they.here, &path, Some(&they.own));
            if reply.header("set-cookie").is_some() {
                let here = keeping(&world.shop.server, &reply);
                they.here = here.header("sec-fetch-site", "same-origin");
            }
            let further = told(&reply);
            if replies.iter().all(|wrong| *wrong != further) {
                done.insert(route.pattern);
            }
        }
    }
    let all: BTreeSet<String> = forms().into_iter().map(|route| route.pattern).collect();
    let never: Vec<_> = all.difference(&done).collect();
    assert!(
        never.is_empty(),
        "do the same without their secret: {never:?}"
    );
    assert!(count > 2400, "{count} presses");
}

/// Nobody is signed in as somebody else, or let in by whoever else has their code.
#[test]
fn of_the_way_in() {
    let db = Db::sqlite();
    let shop = Shop::open(&db);
    staff::add(&db, "dpo", "dpo");
    let member = signs_in(&shop.server, "dpo");
    let entered = staff::password(&shop.server, "dpo", PASSWORD).expect(303);
    let begun = keeping(&shop.server, &entered);
    let right = csrf(&begun.get("/console/sign-in/code").expect(200).text);
    let stranger = secret(&member.http);
    let before = Everything::of(&db);
    for headers in FOREIGN {
        let nobody = foreign(&shop.server.http(), headers);
        for (path, fields) in [
            (
                "/console/sign-in",
                vec![("user", "dpo"), ("password", PASSWORD)],
            ),
            ("/console/sign-in/passkey", vec![("passkey", "x")]),
            ("/console/sign-in/passkey/challenge", vec![]),
            ("/console/sign-in/provider", vec![]),
        ] {
            is_refused(&nobody.form(path, &fields), &format!("{path} {headers:?}"));
        }
        let fields = [
            ("csrf", right.as_str()),
            ("proof", member.recovery[0].as_str()),
        ];
        is_refused(
            &foreign(&begun, headers).form("/console/sign-in/code", &fields),
            "the code",
        );
    }
    for wrong in ["", "guessed", &stranger] {
        let fields = [("csrf", wrong), ("proof", member.recovery[0].as_str())];
        is_refused(&begun.form("/console/sign-in/code", &fields), wrong);
    }
    before.is_still(&db, "another site");
    let fields = [
        ("csrf", right.as_str()),
        ("proof", member.recovery[0].as_str()),
    ];
    let entered = begun.form("/console/sign-in/code", &fields).expect(303);
    keeping(&shop.server, &entered).get("/console").expect(200);
}
