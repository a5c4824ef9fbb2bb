//! The screens of shops and call centres: whatever an agent types or a customer says.

use super::desk::Desk;
use super::looking::{looked, shows, watched};
use super::{VECTORS, few, offered};
use crate::shop::Shop;
use crate::support::database::Db;
use crate::support::staff;
use crate::ways_in::FOLDER;

/// As far as a name may go: without a space.
const LOGIN: &str = "<img/src=x/onerror=window.struck=1>";
const FIND: &str = "/console/customers";
const ANSWERS: &str = "/console/customers/answers";
const DAY: &str = "/console/customers/day";

/// What an agent says of the place, with what else a form has.
fn at<'a>(place: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut all = vec![("lang", "en"), ("place_kind", "store"), ("place", place)];
    all.extend(more);
    all
}

/// Searched in vain.
fn finds_nobody(desk: &Desk<'_>, said: &str, place: &str) {
    let nobody = format!("+{said}");
    let wrong = [("contact", nobody.as_str()), ("tongue", said)];
    desk.sends_and_sees(FIND, &at(place, &wrong), &[&nobody, place]);
}

/// Found, asked, answered wrongly and rightly.
fn serves(desk: &Desk<'_>, which: usize, said: &str, place: &str) {
    if !said.contains('@') {
        // it may be a customer's number
        desk.sends_and_sees(FIND, &at(place, &[("contact", said)]), &[said, place]);
        assert!(looked(desk.browser, "asked") >= 34, "the words to be read");
    }
    let (email, purpose) = (
        format!("c{which}@vector.example"),
        format!("vector-{which}"),
    );
    let (choice, notice) = (format!("choice.{purpose}.email"), format!("{purpose}@1"));
    let (none, words) = (format!("choice.{said}.email"), format!("notice.{purpose}"));
    let common = [
        ("contact", email.as_str()),
        ("seen", "999999"),
        ("act", said),
        ("reference", said),
        (&words, &notice),
    ];
    let answers = |answer: &[(&'static str, &'static str)], name: &str| {
        let mut all: Vec<(String, String)> = at(place, &common)
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        all.extend(
            answer
                .iter()
                .map(|(kind, value)| (format!("{kind}{name}"), (*value).to_owned())),
        );
        all
    };
    desk.sends(ANSWERS, &pairs(&answers(&[("", "yes")], &none)));
    looked(desk.browser, "what is not asked");
    let fields = answers(&[("", "perhaps")], &choice);
    desk.sends_and_sees(ANSWERS, &pairs(&fields), &[said, place]);
    let fields = answers(&[("", "yes"), ("was.", "none")], &choice);
    desk.sends_and_sees(ANSWERS, &pairs(&fields), &[place, VECTORS[which]]);
}

fn pairs(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    let each = fields.iter();
    each.map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

#[test]
fn nothing_that_an_agent_types_runs() {
    let db = Db::sqlite();
    let variables = [("PLACET_STAFF_SECOND_FACTOR", "optional"), FOLDER[0]];
    let shop = Shop::open_with(&db, &variables);
    let Some(browser) = watched() else { return };
    offered(&shop);
    staff::add(&db, LOGIN, "collector");
    let desk = Desk::enters(&browser, &shop, LOGIN);
    shows(&browser, "the agent's screen", &[LOGIN]);
    let pairs = VECTORS.chunks(2).map(|two| (two[0], two[1]));
    pairs
        .clone()
        .for_each(|(said, place)| finds_nobody(&desk, said, place));
    // one of each kind: a script, an element, an attribute, a script of another's
    let customers: Vec<(&str, &str)> = pairs.step_by(4).collect();
    for (which, (said, place)) in customers.iter().enumerate() {
        serves(&desk, which, said, place);
    }
    // taken back, once as it is offered and once as nobody would
    browser.find("form[action$='/undo'] button").follow();
    let (_, last) = customers[customers.len() - 1];
    shows(&browser, "undone", &[last]);
    let odd = few(0, 1);
    let fields = [
        ("contact", "c0@vector.example"),
        ("until", &odd),
        ("position", &odd),
        ("receipt", &odd),
    ];
    desk.sends("/console/customers/undo", &at(&odd, &fields));
    looked(&browser, "undone, forged");
    desk.opens(DAY);
    let references: Vec<&str> = customers.iter().map(|(said, _)| *said).collect();
    shows(&browser, DAY, &references);
    browser.find("form[action$='/correct'] button").follow();
    shows(&browser, "corrected", &references);
    desk.sends(
        "/console/customers/correct",
        &[("record", &odd), ("position", &odd)],
    );
    looked(&browser, "corrected, forged");
    let (forms, seen) = desk.fills("/console/requests/new", 0);
    assert!(forms == 1 && seen > 8, "{forms} forms, {seen} seen");
}
