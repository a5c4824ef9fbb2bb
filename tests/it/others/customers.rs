//! A customer, in whichever way they came in, with the ids and the links of another.

use super::{are_alike, asks, nobodys, tells_nothing, told};
use crate::door::{Room, Route, routes};
use crate::others::fields::{FORMS, filled_fields};
use crate::passkeys::ORIGIN;
use crate::support::everything::Everything;
use crate::support::http::Http;
use crate::support::scene::hidden;
use crate::support::signer::Signer;
use crate::ways_in::{browser, own_login, settled};
use crate::world::{Ids, World, filled, kinds};

/// Open what they name to whoever has the address, which nobody guesses: that is what they are for. None names
/// anybody; of each it is looked at that nothing but the very address opens it.
const ADDRESSES: [&str; 8] = [
    "/c/{token}",
    "/calendar/{token}",
    "/id/{token}",
    "/o/{token}",
    "/r/{position}/{record}",
    "/sign-in/{token}",
    "/u/{token}",
    "/why/{decision}",
];

/// Whether a route is one of these, or of what hangs below it.
fn is_address(pattern: &str) -> bool {
    let own = |address: &&str| pattern.starts_with(*address) && *address != "/why/{decision}";
    pattern == "/why/{decision}" || ADDRESSES.iter().any(own)
}

/// The routes of customers whose path has an id in it.
fn with_ids() -> Vec<Route> {
    let mut all = routes();
    all.retain(|route| route.room == Room::Customers);
    all.retain(|route| {
        kinds(&route.pattern)
            .iter()
            .any(|kind| !kind.starts_with('='))
    });
    assert!(all.len() >= 22, "{} routes", all.len());
    all
}

/// Anne, by a code from her mail and by her brand's own login, and a browser without anything.
fn visitors(world: &World) -> Vec<(&'static str, Http, String)> {
    let signer = Signer::ed25519(7);
    let (shop, house) = (&world.shop, world.anne.house);
    own_login::brand(shop, house.brand, "www.lumen.localhost", &signer.jwk("k1"));
    let own = own_login::enters(&shop.server, ORIGIN, &signer, house.email);
    let csrf = |who: &Http| hidden(&who.get("/me").expect(200).text, "csrf").expect("a secret");
    let mine = world.anne.mine.clone();
    vec![
        ("by mail", mine.clone(), csrf(&mine)),
        ("by own login", own.clone(), csrf(&own)),
        ("nobody", browser(shop), String::new()),
    ]
}

/// In the place of the id each other one of theirs; of an address of two ids one alone.
fn mixed(route: &Route, world: &World) -> Vec<(&'static str, Ids)> {
    let own = kinds(&route.pattern);
    let all = world.bea.ids.iter();
    let others = all.filter(|(kind, _)| !own.contains(kind));
    let mut mixed: Vec<(&'static str, Ids)> = Vec::new();
    for (kind, id) in others {
        let mut ids = nobodys(&world.bea.ids);
        ids.insert(own[own.len() - 1], id.clone());
        mixed.push((*kind, ids));
    }
    // of two, one is right: the other is of nobody, or of one's own
    for right in own.iter().filter(|_| own.len() > 1) {
        let (mut half, mut own) = (nobodys(&world.bea.ids), world.anne.ids.clone());
        half.insert(*right, world.bea.ids[right].clone());
        own.insert(*right, world.bea.ids[right].clone());
        mixed.extend([("one half", half), ("one half, and an own one", own)]);
    }
    mixed
}

/// A field of a form of one's own pages, with what is another's.
fn no_field_leads_there(world: &World, mine: &Http, csrf: &str) {
    let mut all = routes();
    all.retain(|route| route.room == Room::Customers && route.method == "POST");
    all.retain(|route| route.pattern.starts_with("/me") && route.pattern != "/me/sign-out");
    for route in all {
        let path = filled(&route.pattern, &world.anne.ids);
        for (field, kind) in FORMS {
            let what = format!("{path}, {field}");
            // the field alone: without it there is nothing that the form could do
            are_alike(&world.bea, &what, |ids| {
                mine.form(&path, &filled_fields(csrf, field, &ids[kind]))
            });
        }
    }
    let copies = world.bea.mine.get("/me/data?lang=en").expect(200).text;
    assert!(copies.contains(&world.bea.ids["package"]), "{copies}");
}

on_both! {
    fn what_is_anothers_is_as_if_it_were_not_there(db: &Db) {
        let world = World::open(db);
        let visitors = visitors(&world);
        settled(db);
        let before = Everything::of(db);
        for route in with_ids() {
            let (method, pattern) = (route.method.as_str(), route.pattern.as_str());
            for (who, client, csrf) in &visitors {
                let fields = [("csrf", csrf.as_str()), ("lang", "en"), ("text", "Mine?"), ("code", "123456")];
                if !is_address(pattern) {
                    // whoever has a link has their own
                    are_alike(&world.bea, &format!("{who}: {method} {pattern}"), |ids| {
                        let mut ids = ids.clone();
                        ids.insert("link", world.anne.ids["link"].clone());
                        asks(client, method, &filled(pattern, &ids), &fields)
                    });
                    continue;
                }
                let none = nobodys(&world.bea.ids);
                let nothing = asks(client, method, &filled(pattern, &none), &fields);
                for (kind, ids) in mixed(&route, &world) {
                    let what = format!("{who}: {method} {pattern} by {kind}");
                    let reply = asks(client, method, &filled(pattern, &ids), &fields);
                    assert_eq!(told(&reply, &ids), told(&nothing, &none), "{what}");
                    tells_nothing(&world.bea, &what, &reply);
                }
            }
        }
        before.is_still(db, "an id of somebody else's");
        let (_, mine, csrf) = &visitors[0];
        no_field_leads_there(&world, mine, csrf);
        // what each names is there, for whom it is
        let anybody = browser(&world.shop);
        for route in with_ids() {
            let client = if route.pattern.starts_with("/me") { &world.bea.mine } else { &anybody };
            if route.method == "GET" {
                let path = filled(&route.pattern, &world.bea.ids);
                // the link by which she signed in is used up
                let there = if path.starts_with("/sign-in/") { 410 } else { 200 };
                assert_eq!(client.get(&path).status, there, "{path}");
            }
        }
    }
}
