//! Agents and marketers of one brand with the ids of another's customers; a colleague's passkeys and sessions; and
//! whoever is not signed in.

use super::fields::{FORMS, filled_fields};
use super::{are_alike, asks};
use crate::door::{Room, Route, routes};
use crate::support::everything::Everything;
use crate::support::http::Http;
use crate::support::scene::hidden;
use crate::support::staff::csrf;
use crate::world::{World, filled, kinds};

const FIND: &str = "/console/customers";

fn console() -> Vec<Route> {
    let mut all = routes();
    // a feed of dates is opened by its address, as a customer's link is
    all.retain(|route| route.room == Room::Console && route.pattern.starts_with("/console"));
    all
}

/// The record that an agent of Bea's brand took down.
fn taken(agent: &Http, world: &World) -> [(&'static str, String); 2] {
    let secret = csrf(&agent.get(FIND).expect(200).text);
    let house = world.bea.house;
    let common = [
        ("csrf", secret.as_str()),
        ("lang", "en"),
        ("place_kind", "store"),
        ("contact", house.email),
    ];
    let page = agent.form(FIND, &common).expect(200).text;
    let seen = hidden(&page, "seen").expect("what was seen");
    let purpose = house.purposes[1];
    let (choice, was) = (
        format!("choice.{purpose}.email"),
        format!("was.choice.{purpose}.email"),
    );
    let (words, notice) = (format!("notice.{purpose}"), format!("{purpose}@1"));
    let answers = [
        ("seen", seen.as_str()),
        (&choice, "yes"),
        (&was, "no"),
        (&words, &notice),
    ];
    let path = format!("{FIND}/answers");
    agent
        .form(&path, &[&common[..], &answers].concat())
        .expect(200);
    let day = agent.get(&format!("{FIND}/day")).expect(200).text;
    let form = day
        .split("action=\"/console/customers/correct\"")
        .nth(1)
        .expect("a correction");
    ["record", "position"].map(|name| (name, hidden(form, name).expect("its name")))
}

/// Of two who may do the same, neither ends what the other has.
fn a_colleague_keeps_what_is_theirs(world: &World) {
    let [mine, theirs] = &world.desks;
    let secret = csrf(&mine.get("/console/account").expect(200).text);
    for (path, kind) in [("passkeys/remove", "passkey"), ("sessions/end", "session")] {
        assert!(FORMS.contains(&(kind, kind)), "{kind} is no field any more");
        let path = format!("/console/account/{path}");
        are_alike(&world.bea, &path, |ids| {
            mine.form(&path, &filled_fields(&secret, kind, &ids[kind]))
        });
    }
    theirs.get("/console/account").expect(200);
}

on_both! {
    fn what_is_another_brands_is_as_if_it_were_not_there(db: &Db) {
        let mut world = World::open(db);
        let [own, other] = [&world.anne, &world.bea].map(|person| person.house.brand);
        let (agent, marketer) = (world.staff_of(db, "collector", own), world.staff_of(db, "marketing", own));
        let theirs = world.staff_of(db, "collector", other);
        let record = taken(&theirs, &world);
        world.bea.ids.extend(record);
        let clients = [("agent", agent), ("marketer", marketer), ("nobody", world.shop.server.http())];
        let before = Everything::of(db);
        for (who, client) in &clients {
            let secret = hidden(&client.get("/console/account").text, "csrf").unwrap_or_default();
            for route in console() {
                let (method, pattern) = (route.method.as_str(), route.pattern.as_str());
                let what = format!("{who}: {method} {pattern}");
                if kinds(pattern).iter().any(|kind| !kind.starts_with('=')) {
                    let fields = [("csrf", secret.as_str()), ("lang", "en")];
                    are_alike(&world.bea, &what, |ids| asks(client, method, &filled(pattern, ids), &fields));
                }
            }
            let path = format!("{FIND}/correct");
            are_alike(&world.bea, &format!("{who}: {path}"), |ids| {
                let fields = [("csrf", &secret), ("record", &ids["record"]), ("position", &ids["position"])];
                client.form(&path, &fields.map(|(name, value)| (name, value.as_str())))
            });
        }
        a_colleague_keeps_what_is_theirs(&world);
        before.is_still(db, "an id of another brand");
        let secret = csrf(&theirs.get(FIND).expect(200).text);
        let fields = ["record", "position"].map(|name| (name, world.bea.ids[name].as_str()));
        let fields = [&[("csrf", secret.as_str())], &fields[..]].concat();
        theirs.form(&format!("{FIND}/correct"), &fields).expect(200);
    }
}
