#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
use super::*;
use crate::access::EraseSubjects;
use crate::app::audience::tests::{Act, act, happen};
use crate::app::erase::{ErasureClaim, Whom};
use crate::app::policies::rules::Rules;
use crate::app::testing::TestApp;
use crate::domain::ids::Blind;
use crate::domain::registry::Slug;
use crate::index::{Index, Making, View};
use chrono::{DateTime, Utc};
use proptest::prelude::*;
use std::sync::Arc;

pub(in crate::app) fn who(at: usize) -> String {
    format!("p{at}@example.fr")
}

pub(in crate::app) fn blind(shop: &TestApp, at: usize) -> Blind {
    shop.named(&[("email", &who(at))]).blinds()[0]
}

/// Everything that an index says of whom a contact point leads to.
pub(in crate::app) fn said(view: &View<Rules>, contact: &Blind, now: &DateTime<Utc>) -> String {
    let suppressed = view.is_suppressed(contact);
    let Some(person) = view.person(contact) else {
        return format!("nobody, suppressed {suppressed}");
    };
    let purposes: [Slug; 2] = ["newsletter", "offers"].map(|name| name.parse().unwrap());
    let answers = purposes.iter().map(|purpose| {
        let mut answers: Vec<String> = person
            .answers(purpose)
            .map(|answer| format!("{answer:?}"))
            .collect();
        answers.sort();
        let pace = person.pace(purpose, crate::domain::registry::Channel::Email);
        format!("{answers:?} {pace:?}")
    });
    // what is older than three months counts no more, and is only left out when the index is built anew
    let counts = *now - chrono::TimeDelta::days(80);
    let made = person.reached().map(|reached| {
        let made = reached.made().filter(|made| made.at > counts);
        let mut made: Vec<_> = made.map(|made| format!("{made:?}")).collect();
        made.sort();
        (made, reached.last_from_person(), reached.refused_in_call())
    });
    let made = made.unwrap_or_default();
    format!(
        "{:?} suppressed {suppressed} {} standing {:?} number {:?} reached {made:?} {:?}",
        person.subject(),
        person.suppressed(),
        person.standing(),
        view.number_of(person.row()),
        answers.collect::<Vec<_>>(),
    )
}

pub(in crate::app) fn everybody(shop: &TestApp, index: &Index<Rules>, count: usize) -> Vec<String> {
    let view = index.view();
    let now = shop.app.now().utc();
    (0..count)
        .map(|at| said(&view, &blind(shop, at), &now))
        .collect()
}

/// The index that the database alone makes.
fn from_database(shop: &TestApp, count: usize) -> Vec<String> {
    let file = place_in(shop.file.parent().unwrap());
    let aside = file.with_extension("aside");
    let there = std::fs::rename(&file, &aside).is_ok();
    let again = TestApp::reopened(shop);
    if there {
        std::fs::rename(&aside, &file).unwrap();
    }
    everybody(shop, again.app.index(), count)
}

fn write(shop: &TestApp) {
    shop.app
        .write_snapshot(shop.file.parent().unwrap())
        .unwrap();
}

/// Takes the file beside a registry in.
fn loaded(shop: &TestApp) -> Result<(Index<Rules>, Position), Unused> {
    let index = Index::new(shop.app.index().view().rules().clone());
    let file = place_in(shop.file.parent().unwrap());
    let (store, serve) = (&shop.app.store, &shop.app.serve);
    let position = store.read(|tx| {
        let persons = tx.subject_count(serve)?;
        load(&file, &index, store, (tx, serve), (persons, &|_, _| ()))
    })?;
    Ok((index, position))
}

pub(in crate::app) fn erase(shop: &TestApp, at: usize) {
    let Some(subject) = shop
        .app
        .index()
        .view()
        .person(&blind(shop, at))
        .map(|one| one.subject())
    else {
        return;
    };
    let asked = ErasureClaim {
        reason: "objection".into(),
        reference: None,
        keep_suppression: at.is_multiple_of(2),
        systems: true,
    };
    let grant: Grant<EraseSubjects> = TestApp::grant();
    let now = shop.app.now();
    TestApp::wait(
        shop.app
            .erase(&grant, Whom::Subject(subject), asked, now, None),
    )
    .unwrap();
}

/// Two addresses of one person: two records become one.
fn meet(shop: &TestApp, one: usize, other: usize) {
    let (one, other) = (who(one), who(other));
    shop.record(vec![shop.claim(
        &[("email", &one), ("email", &other)],
        "newsletter",
        "refused",
    )]);
}

/// What happens while the file is written or after.
#[derive(Debug, Clone, Copy)]
pub(in crate::app) enum Event {
    To(usize, Act),
    Meet(usize, usize),
    Erased(usize),
}

pub(in crate::app) const PERSONS: usize = 8;

pub(in crate::app) fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        12 => (0..PERSONS, act()).prop_map(|(at, act)| Event::To(at, act)),
        1 => (0..PERSONS, 0..PERSONS).prop_map(|(one, other)| Event::Meet(one, other)),
        1 => (0..PERSONS).prop_map(Event::Erased),
    ]
}

pub(in crate::app) fn comes(shop: &TestApp, event: Event) {
    match event {
        Event::To(at, act) => happen(shop, &who(at), act),
        Event::Meet(one, other) if one != other => meet(shop, one, other),
        Event::Meet(..) => {}
        Event::Erased(at) => erase(shop, at),
    }
}

/// A registry, and an index that took in the pieces of the registry's and then what the ledger says since.
fn started_over(
    before: Vec<Event>,
    between: Vec<Vec<Event>>,
    after: Vec<Event>,
) -> (TestApp, Arc<Index<Rules>>) {
    let shop = TestApp::new();
    shop.publish();
    before.into_iter().for_each(|event| comes(&shop, event));
    // the pieces by hand, with something between each and the next
    let (mut making, mut pieces, mut from) = (Making::default(), Vec::new(), None);
    let mut between = between.into_iter();
    while let Some((piece, position)) = shop.app.index().next_piece(&mut making) {
        from.get_or_insert(position);
        pieces.push(piece);
        let comes_now = between.next().into_iter().flatten();
        comes_now.for_each(|event| comes(&shop, event));
    }
    let rules = shop.app.index().view().rules().clone();
    let index = Arc::new(Index::new(rules.clone()));
    let take = |piece: &Vec<u8>| index.take_piece(piece).unwrap();
    pieces.iter().for_each(take);
    index.settle_pieces().unwrap();
    index.built((from.unwrap(), None), rules);
    after.into_iter().for_each(|event| comes(&shop, event));
    follow(&shop, &index);
    (shop, index)
}

fn follow(shop: &TestApp, index: &Arc<Index<Rules>>) {
    let (store, serve) = (&shop.app.store, &shop.app.serve);
    let mut take = |change| index.load(vec![change]);
    store
        .read(|tx| tx.everything_but_persons(serve, &mut take))
        .unwrap();
    let following = (store.clone(), index.clone(), shop.app.loader.clone());
    crate::app::follow::catch_up(&following, serve).unwrap();
}

/// A piece of rows has room for three. Where the last has fewer and persons come right behind it, no row of theirs is
/// taken for another's: the suppression of one would be the other's.
#[test]
fn who_comes_behind_the_last_rows_is_not_taken_for_another() {
    let given = |at| Event::To(at, Act::Says("newsletter", "given"));
    let before = [Event::To(0, Act::IsSuppressed)];
    let before = before.into_iter().chain((2..7).map(given)).collect();
    // after the counts, after the rows of three, and after those of two
    let between = vec![vec![], vec![], vec![given(0), given(1)]];
    let (shop, index) = started_over(before, between, vec![]);
    let known = everybody(&shop, &index, PERSONS);
    assert_eq!(known, from_database(&shop, PERSONS));
    assert!(known[0].contains("suppressed true true"), "{}", known[0]);
    assert!(known[1].contains("suppressed false false"), "{}", known[1]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever happens before the file is written, between its pieces, and after it: whoever starts from it says
    /// of everybody what the database says.
    #[test]
    fn a_start_from_the_file_knows_what_the_database_knows(
        before in prop::collection::vec(event(), 0..24),
        between in prop::collection::vec(prop::collection::vec(event(), 0..4), 0..8),
        after in prop::collection::vec(event(), 0..8),
    ) {
        let (shop, index) = started_over(before, between, after);
        let expected = from_database(&shop, PERSONS);
        prop_assert_eq!(&everybody(&shop, &index, PERSONS), &expected);
        // and the same way as a start goes it
        write(&shop);
        prop_assert!(loaded(&shop).is_ok());
        let again = TestApp::reopened(&shop);
        prop_assert_eq!(&everybody(&shop, again.app.index(), PERSONS), &expected);
    }
}

/// Seven persons, of whom every other one, the `first` or the second, said yes.
fn small_shop_of(first: usize) -> TestApp {
    let shop = TestApp::new();
    shop.publish();
    for at in 0..7 {
        let status = if at % 2 == first { "given" } else { "refused" };
        shop.record(vec![shop.claim(
            &[("email", &who(at))],
            "newsletter",
            status,
        )]);
    }
    write(&shop);
    shop
}

fn small_shop() -> TestApp {
    small_shop_of(0)
}

/// A withdrawal after the file was written is a no after the next start.
#[test]
fn what_the_ledger_says_since_counts() {
    let shop = small_shop();
    happen(&shop, &who(0), Act::Says("newsletter", "withdrawn"));
    erase(&shop, 2);
    let (_, position) = loaded(&shop).unwrap();
    assert!(position < shop.app.index().position());
    let again = TestApp::reopened(&shop);
    let known = everybody(&shop, again.app.index(), 7);
    assert_eq!(known, from_database(&shop, 7));
    assert!(known[0].contains("Withdrawn"), "{}", known[0]);
    assert!(known[2].starts_with("nobody"), "{}", known[2]);
}

/// Wherever a byte is changed, and wherever the file ends too early, it is not used, and the start is as good.
#[test]
fn a_damaged_file_is_noticed_and_not_used() {
    let shop = small_shop();
    let file = place_in(shop.file.parent().unwrap());
    let whole = std::fs::read(&file).unwrap();
    let (index, _) = loaded(&shop).unwrap();
    assert_eq!(index.view().persons(), 7);
    for at in (0..whole.len()).step_by(whole.len() / 97) {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        std::fs::write(&file, &changed).unwrap();
        assert!(loaded(&shop).is_err(), "byte {at} of {}", whole.len());
        std::fs::write(&file, &whole[..at]).unwrap();
        assert!(loaded(&shop).is_err(), "cut at {at}");
    }
    let again = TestApp::reopened(&shop);
    assert_eq!(
        everybody(&shop, again.app.index(), 7),
        from_database(&shop, 7)
    );
}

/// Pieces in another order, twice, or of another file do not open.
#[test]
fn each_piece_opens_in_its_place_alone() {
    let shop = small_shop();
    let file = place_in(shop.file.parent().unwrap());
    let (head, pieces) = cut(&std::fs::read(&file).unwrap());
    assert!(pieces.len() >= 4, "{}", pieces.len());
    let put = |pieces: &[Vec<u8>]| {
        std::fs::write(&file, [head.clone(), pieces.concat()].concat()).unwrap();
        loaded(&shop).err().map(|why| why.to_string())
    };
    assert_eq!(put(&pieces), None);
    let mut swapped = pieces.clone();
    swapped.swap(1, 2);
    let mut twice = pieces.clone();
    twice.insert(1, pieces[1].clone());
    let mut missing = pieces.clone();
    missing.remove(1);
    write(&shop);
    let other = cut(&std::fs::read(&file).unwrap()).1;
    let mut mixed = pieces.clone();
    mixed[1] = other[1].clone();
    for wrong in [swapped, twice, missing, mixed] {
        let why = put(&wrong).unwrap();
        assert!(why.contains("changed"), "{why}");
    }
}

/// The first line, and each piece with what stands before it.
fn cut(file: &[u8]) -> (Vec<u8>, Vec<Vec<u8>>) {
    let end = file.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let (head, mut rest) = file.split_at(end);
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        let length = u32::from_le_bytes(rest[..4].try_into().unwrap()) as usize;
        let (piece, others) = rest.split_at(5 + length);
        pieces.push(piece.to_vec());
        rest = others;
    }
    (head.to_vec(), pieces)
}

/// The file of another registry, and of this one before it was taken back to a backup and went on otherwise.
#[test]
fn another_ledger_is_noticed() {
    let shop = small_shop();
    let other = small_shop_of(1);
    let (own, strange) = (
        place_in(shop.file.parent().unwrap()),
        place_in(other.file.parent().unwrap()),
    );
    std::fs::copy(&strange, &own).unwrap();
    assert!(matches!(loaded(&shop), Err(Unused::OtherLedger)));
    // two that went the same way, and then each its own
    let early = TestApp::reopened(&shop);
    happen(&shop, &who(1), Act::Says("offers", "given"));
    happen(&early, &who(1), Act::Says("offers", "refused"));
    happen(&early, &who(1), Act::Says("offers", "withdrawn"));
    write(&shop);
    std::fs::copy(&own, place_in(early.file.parent().unwrap())).unwrap();
    assert!(matches!(loaded(&early), Err(Unused::OtherLedger)));
    assert!(loaded(&shop).is_ok());
}
