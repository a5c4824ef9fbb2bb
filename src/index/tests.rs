#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
use super::{FORM, Index, Making, Point};
use crate::domain::ids::{Blind, KeyId, RecordId, SubjectId};
use crate::domain::registry::{
    Answer, Cell, Change, Channel, Circumstances, Clarity, ConsentState, Contacts, GivenBy,
    IdentifierKind, IdentifierKinds, KeyImage, Made, PersonImage, Register, RegisterEntries,
    RegisterList, Role, Since, Slug, SourceKind, Standing,
};
use crate::domain::time::from_micros;
use crate::domain::tip::{Stretch, Tip};
use chrono::DateTime;
use serde_json::json;
use std::sync::Arc;

fn subject(number: u8) -> SubjectId {
    SubjectId::from_bytes([number; 16])
}

fn blind(number: u8) -> Blind {
    Blind([number; 32])
}

#[test]
fn who_was_erased_is_nobody_and_may_come_back_as_somebody_new() {
    let index = Index::new(());
    let mut leaving = person(2, Answer::Given);
    leaving.merged_into = Some(subject(1));
    index.load(vec![
        Change::Person(person(1, Answer::Given)),
        Change::Person(leaving),
        Change::Person(person(3, Answer::Given)),
        Change::Suppressed(blind(1)),
    ]);
    index.load(vec![
        Change::Erased(subject(1)),
        Change::Erased(subject(2)),
        Change::Erased(subject(9)),
    ]);
    for contact in [1, 2] {
        assert_eq!(answer(&index, contact), None);
        assert!(index.view().person_of(subject(contact)).is_none());
    }
    assert_eq!(answer(&index, 3), Some(Answer::Given));
    assert_eq!(index.view().some(0, 9).count(), 1);
    assert!(index.view().is_suppressed(&blind(1)));
    let mut back = person(4, Answer::Refused);
    back.contacts = vec![blind(1)];
    index.load(vec![Change::Person(back)]);
    assert_eq!(answer(&index, 1), Some(Answer::Refused));
    let view = index.view();
    assert!(view.person(&blind(1)).unwrap().suppressed());
}

#[test]
fn a_contact_point_that_was_left_leads_to_nobody_until_it_is_somebodys() {
    let index = Index::new(());
    index.load(vec![Change::Person(person(1, Answer::Given))]);
    let mut moved = person(1, Answer::Given);
    moved.contacts = vec![blind(2)];
    index.load(vec![Change::Left(blind(1)), Change::Person(moved)]);
    assert_eq!(
        (answer(&index, 1), answer(&index, 2)),
        (None, Some(Answer::Given))
    );
    let asked = [blind(1), blind(2)];
    let view = index.view();
    let rows = view.rows(asked.iter().map(Some), |row| view.prefetch(row));
    let leads = |row: &Option<u32>| row.is_some_and(|row| view.at(row).is_some());
    let found: Vec<bool> = rows.iter().map(leads).collect();
    drop(view);
    assert_eq!(found, [false, true]);
    // what is suppressed or listed meanwhile finds nobody there
    index.load(vec![Change::Suppressed(blind(1))]);
    assert!(!index.view().person(&blind(2)).unwrap().suppressed());
    let mut somebody = person(3, Answer::Refused);
    somebody.contacts = vec![blind(1)];
    index.load(vec![Change::Person(somebody)]);
    assert_eq!(answer(&index, 1), Some(Answer::Refused));
    assert_eq!(index.view().persons(), 2);
}

fn purpose() -> Slug {
    "newsletter".parse().unwrap()
}

fn person(number: u8, status: Answer) -> PersonImage {
    let state = ConsentState {
        status,
        effective_at: from_micros(5),
        valid_until: None,
        notice: Some("newsletter@1".parse().unwrap()),
        source: SourceKind::Store,
        proof: true,
        clarity: Clarity::Clear,
        circumstances: Circumstances::default(),
        record: RecordId::from_bytes([9; 16]),
        position: 3,
    };
    PersonImage {
        subject: subject(number),
        merged_into: None,
        standing: Standing::default(),
        cells: vec![Cell {
            purpose: purpose(),
            channel: Channel::Email,
            state,
        }],
        contacts: vec![blind(number)],
        kinds: IdentifierKinds::NONE.with(IdentifierKind::Phone),
        number: Some(100 + u64::from(number)),
    }
}

/// A later image leaves the number out; of whoever was erased there is none.
#[test]
fn lists_know_a_person_by_their_number() {
    let index = Index::new(());
    index.load(vec![Change::Person(person(1, Answer::Given))]);
    index.load(vec![Change::Person(PersonImage {
        number: None,
        ..person(1, Answer::Refused)
    })]);
    let row = index.view().person(&blind(1)).unwrap().row();
    assert_eq!(index.view().number_of(row), Some(101));
    index.load(vec![Change::Erased(subject(1))]);
    assert_eq!(index.view().number_of(row), None);
    assert_eq!(index.view().number_of(row + 1), None);
}

fn answer(index: &Index<()>, contact: u8) -> Option<Answer> {
    let view = index.view();
    let person = view.person(&blind(contact))?;
    person.answers(&purpose()).next().map(|cell| cell.answer)
}

/// Entries of a log in which each frontier is known by its size; `way` tells one log from another.
fn stretch(first: u64, end: u64, way: u8) -> Stretch {
    Stretch {
        first,
        end,
        found: frontier(first, way),
        tip: tip(end, way),
    }
}

fn frontier(size: u64, way: u8) -> [u8; 32] {
    let mut frontier = [way; 32];
    frontier[0] = u8::try_from(size).unwrap();
    frontier
}

fn tip(size: u64, way: u8) -> Tip {
    Tip {
        frontier: frontier(size, way),
        leaf: frontier(size, way),
    }
}

/// What a write of another history did is not taken in, nor anything after it.
#[test]
fn a_log_that_went_another_way_is_not_followed() {
    let yes = || vec![Change::Person(person(1, Answer::Given))];
    for (first, end, way) in [(3, 4, 2), (2, 4, 1), (2, 4, 2)] {
        let index = Index::new(());
        index.catch_up((3, Some(tip(3, 1))), Vec::new(), None);
        assert!(!index.apply(&stretch(first, end, way), yes(), None));
        assert!(index.is_lost(), "{first}..{end} of {way}");
        assert!(!index.apply(&stretch(3, 4, 1), yes(), None));
        index.catch_up((9, Some(tip(9, 1))), yes(), None);
        assert_eq!((index.position(), answer(&index, 1)), (3, None));
    }
    let index = Index::new(());
    index.catch_up((3, Some(tip(3, 1))), Vec::new(), None);
    assert!(index.apply(&stretch(1, 3, 1), yes(), None), "known before");
    assert!(index.apply(&stretch(3, 4, 1), yes(), None));
    assert_eq!(index.followed(), (4, Some(tip(4, 1))));
    assert!(!index.is_lost());
}

#[test]
fn what_comes_too_early_waits_for_what_comes_before() {
    let index = Index::new(());
    let early = vec![Change::Person(person(1, Answer::Given))];
    assert!(
        !index.apply(&stretch(1, 2, 1), early.clone(), None),
        "entry 0 has not been taken in"
    );
    assert_eq!((index.position(), answer(&index, 1)), (0, None));
    assert!(index.apply(&stretch(0, 1, 1), Vec::new(), None));
    assert!(index.apply(&stretch(1, 2, 1), early, None));
    assert_eq!(
        (index.position(), answer(&index, 1)),
        (2, Some(Answer::Given))
    );
}

#[test]
fn an_older_state_never_replaces_a_newer_one() {
    let index = Index::new(());
    index.catch_up(
        (5, None),
        vec![Change::Person(person(1, Answer::Withdrawn))],
        None,
    );
    index.catch_up(
        (4, None),
        vec![Change::Person(person(1, Answer::Given))],
        None,
    );
    assert!(index.apply(
        &stretch(2, 4, 1),
        vec![Change::Person(person(1, Answer::Given))],
        None
    ));
    assert_eq!(
        (index.position(), answer(&index, 1)),
        (5, Some(Answer::Withdrawn))
    );
}

#[test]
fn a_merged_person_is_found_by_every_contact() {
    let index = Index::new(());
    index.load(vec![
        Change::Person(person(1, Answer::Given)),
        Change::Person(person(2, Answer::Refused)),
    ]);
    let mut leaving = person(2, Answer::Refused);
    leaving.merged_into = Some(subject(1));
    leaving.contacts.clear();
    let mut staying = person(1, Answer::Refused);
    staying.contacts = vec![blind(2)];
    assert!(index.apply(
        &stretch(0, 1, 1),
        vec![Change::Person(leaving), Change::Person(staying)],
        None
    ));
    for contact in [1, 2] {
        assert_eq!(answer(&index, contact), Some(Answer::Refused));
        assert_eq!(
            index.view().person(&blind(contact)).unwrap().subject(),
            subject(1)
        );
    }
}

#[test]
fn one_suppressed_contact_point_suppresses_the_person_in_either_order() {
    for suppressed_first in [true, false] {
        let index = Index::new(());
        let mut changes = vec![
            Change::Suppressed(blind(7)),
            Change::Person(person(7, Answer::Given)),
        ];
        if !suppressed_first {
            changes.reverse();
        }
        index.load(changes);
        assert!(index.view().person(&blind(7)).unwrap().suppressed());
        // a later image of the same person does not lift it
        index.load(vec![Change::Person(person(7, Answer::Given))]);
        assert!(index.view().person(&blind(7)).unwrap().suppressed());
        // also where the person is merged into another
        let mut leaving = person(7, Answer::Given);
        leaving.merged_into = Some(subject(8));
        index.load(vec![
            Change::Person(leaving),
            Change::Person(person(8, Answer::Given)),
        ]);
        assert!(index.view().person(&blind(8)).unwrap().suppressed());
    }
}

#[test]
fn a_revoked_key_opens_nothing() {
    let index = Index::new(());
    let mut key = KeyImage {
        id: KeyId::from_bytes([1; 16]),
        hash: [4; 32],
        role: Role::Dpo,
        live: true,
        expires_at: DateTime::default(),
        bounds: Arc::default(),
        public_key: None,
    };
    index.load(vec![Change::Key(key.clone())]);
    assert!(index.view().key(&[4; 32]).is_some());
    assert!(index.view().client(&key.id).is_none());
    key.live = false;
    index.load(vec![Change::Key(key)]);
    assert!(index.view().key(&[4; 32]).is_none());
}

/// The hash that a client's row has is nobody's secret: it opens nothing, whoever shows what it is made of.
#[test]
fn a_client_is_found_by_its_name_alone() {
    let index = Index::new(());
    let public = json!({ "kid": "a", "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
    let id = KeyId::from_bytes([1; 16]);
    index.load(vec![Change::Key(KeyImage {
        id,
        hash: [4; 32],
        role: Role::Marketing,
        live: true,
        expires_at: DateTime::default(),
        bounds: Arc::default(),
        public_key: Some(Arc::new(serde_json::from_value(public).unwrap())),
    })]);
    assert!(index.view().key(&[4; 32]).is_none());
    assert!(index.view().client(&id).is_some());
    assert_eq!(index.view().live_keys().count(), 1);
}

#[test]
fn answers_without_room_in_the_row_are_found_as_well() {
    let index = Index::new(());
    let mut image = person(1, Answer::Given);
    let cell = image.cells[0].clone();
    image.cells = (0..7)
        .map(|at| Cell {
            purpose: format!("purpose-{at}").parse().unwrap(),
            state: ConsentState {
                // others' entries between them: each is an act of its own
                position: at * 2,
                ..cell.state.clone()
            },
            ..cell.clone()
        })
        .collect();
    index.catch_up((1, None), vec![Change::Person(image)], None);
    let view = index.view();
    let person = view.person(&blind(1)).unwrap();
    for at in 0..7 {
        let purpose = format!("purpose-{at}").parse().unwrap();
        let found: Vec<u64> = person.answers(&purpose).map(|cell| cell.position).collect();
        assert_eq!(found, [at * 2]);
    }
    assert!(person.standing().is_none());
}

fn reached(count: i64) -> Contacts {
    let made = |at| Made {
        at: from_micros(at * 1_000_000),
        channel: Channel::Sms,
        purpose: Some(purpose()),
    };
    Contacts {
        made: (1..=count).map(made).collect(),
        last_from_person: Some(from_micros(7)),
        refused_in_call: None,
    }
}

/// How many contacts are held, and of which purpose.
fn held(index: &Index<()>, contact: u8) -> (usize, Option<Slug>) {
    let view = index.view();
    let reached = view.person(&blind(contact)).unwrap().reached();
    let made: Vec<_> = reached.iter().flat_map(super::ReachedView::made).collect();
    (
        made.len(),
        made.first().and_then(|one| one.purpose.cloned()),
    )
}

#[test]
fn contacts_outlive_a_new_image_and_are_replaced_whole() {
    let index = Index::new(());
    index.load(vec![Change::Person(person(1, Answer::Given))]);
    assert!(index.view().person(&blind(1)).unwrap().reached().is_none());
    index.load(vec![Change::Contacts(subject(1), reached(3))]);
    index.load(vec![Change::Person(person(1, Answer::Withdrawn))]);
    assert_eq!(held(&index, 1), (3, Some(purpose())));
    assert_eq!(answer(&index, 1), Some(Answer::Withdrawn));
    index.load(vec![Change::Contacts(subject(1), reached(2))]);
    assert_eq!(held(&index, 1).0, 2);
    index.load(vec![Change::Contacts(subject(1), Contacts::default())]);
    assert!(index.view().person(&blind(1)).unwrap().reached().is_none());
}

#[test]
fn how_an_answer_was_given_stands_in_the_row_and_the_exact_time_beside_it() {
    let mut anne = person(1, Answer::Given);
    let state = &mut anne.cells[0].state;
    state.clarity = Clarity::Bundled;
    state.source = SourceKind::Import;
    state.circumstances = Circumstances {
        attested: true,
        bundle: [Channel::Email, Channel::Sms].into_iter().collect(),
        confirmed_at: Some(from_micros(4)),
        exact_slot: Some(from_micros(77)),
        explicit: Some(true),
        given_by: Some(GivenBy::Parent),
        off_hours_general: true,
        phone_number_verified: Some(false),
    };
    let index = Index::new(());
    index.load(vec![
        Change::Person(anne),
        Change::Person(person(2, Answer::Given)),
    ]);
    let view = index.view();
    let cell = |number| {
        let person = view.person(&blind(number)).unwrap();
        person.answers(&purpose()).next().unwrap()
    };
    let (told, silent) = (cell(1), cell(2));
    assert_eq!(told.slot, Some(77));
    let manner = told.manner;
    assert_eq!(manner.clarity(), Clarity::Bundled);
    assert!(manner.proof() && manner.imported() && manner.confirmed());
    assert!(manner.explicit() && manner.by_parent() && manner.attested());
    assert!(manner.off_hours() && manner.bundled());
    assert_eq!(manner.phone_number_verified(), Some(false));
    assert_eq!(silent.slot, None);
    let manner = silent.manner;
    assert_eq!(manner.clarity(), Clarity::Clear);
    assert!(manner.proof() && !manner.imported() && !manner.confirmed());
    assert!(!manner.explicit() && !manner.by_parent() && !manner.attested());
    assert!(!manner.off_hours() && !manner.bundled());
    assert_eq!(manner.phone_number_verified(), None);
}

fn list(position: u64, entered: &[u8]) -> Change {
    let entered = entered
        .iter()
        .map(|number| (blind(*number), Since::UNKNOWN));
    Change::Register(Arc::new(RegisterList {
        register: Register::Tps,
        issued_on: "2026-11-20".parse().unwrap(),
        complete: true,
        kinds: IdentifierKinds::NONE.with(IdentifierKind::Phone),
        position,
        entries: Arc::new(RegisterEntries::of(entered)),
    }))
}

fn registered(index: &Index<()>, contact: u8) -> Option<bool> {
    let view = index.view();
    let day = || "2026-11-22".parse().unwrap();
    let consulted = view.consulted(Channel::PhoneLive, day, |_| true);
    let used = view.use_at(
        &purpose(),
        Channel::PhoneLive,
        from_micros(9),
        consulted,
        None,
    );
    let person = view.person(&blind(contact))?;
    let glance = person.glance(&used, &Point::default());
    glance.registered(Register::Tps)
}

/// Whichever comes first: the list, the person, or that two are one.
#[test]
fn whoever_is_listed_is_marked_for_as_long_as_the_list_names_them() {
    let merged = |into| {
        Change::Person(PersonImage {
            merged_into: Some(subject(into)),
            contacts: vec![],
            ..person(1, Answer::Given)
        })
    };
    let moved = Change::Person(PersonImage {
        contacts: vec![blind(1)],
        ..person(2, Answer::Given)
    });
    let both = [1, 2].map(|number| Change::Person(person(number, Answer::Given)));
    let [one, other] = both;
    let orders = [
        vec![
            one.clone(),
            other.clone(),
            list(1, &[1]),
            merged(2),
            moved.clone(),
        ],
        vec![
            list(1, &[1]),
            one.clone(),
            other.clone(),
            merged(2),
            moved.clone(),
        ],
        vec![
            one.clone(),
            other.clone(),
            merged(2),
            moved.clone(),
            list(1, &[1]),
        ],
        vec![one, merged(2), list(1, &[1]), moved, other],
    ];
    for order in orders {
        let index = Index::new(());
        index.load(order);
        assert_eq!([1, 2].map(|one| registered(&index, one)), [Some(true); 2]);
        index.load(vec![list(2, &[3]), merged(2)]);
        assert_eq!([1, 2].map(|one| registered(&index, one)), [Some(false); 2]);
        index.load(vec![Change::Person(person(3, Answer::Given))]);
        assert_eq!(registered(&index, 3), Some(true));
    }
}

/// Whoever changes how something is written changes `FORM` with it: a file of the form before is then not read.
#[test]
fn pieces_have_the_form_that_its_number_says() {
    let index = Index::new(());
    let mut first = person(1, Answer::Given);
    first.standing.objection = Some(from_micros(7));
    first.contacts.push(blind(2));
    let other = ConsentState {
        status: Answer::Refused,
        effective_at: from_micros(6),
        ..first.cells[0].state.clone()
    };
    first.cells.push(Cell {
        purpose: "offers".parse().unwrap(),
        channel: Channel::Sms,
        state: other,
    });
    let mut leaving = person(3, Answer::Withdrawn);
    leaving.merged_into = Some(subject(1));
    index.load(vec![
        Change::Person(first),
        Change::Person(leaving),
        Change::Contacts(subject(1), reached(2)),
        Change::Suppressed(blind(2)),
    ]);
    let (mut making, mut text) = (Making::default(), String::new());
    while let Some((piece, _)) = index.next_piece(&mut making) {
        text.extend(piece.iter().map(|byte| format!("{byte:02x}")));
        text.push('\n');
    }
    let written = concat!(
        "0402000000000000000300000000000000\n",
        "010101010101010101010101010101010165000000000602050000000000000000000003000000000600000000000000",
        "010000030000000001010700000000000000000000000000000000000102000000e803000000080000d0070000000800",
        "000107000000000000000000000000000000000303030303030303030303030303030367000000000802000000000000",
        "0000000000000000000000\n",
        "020101010101010101010101010000000002020202020202020202020200000000030303030303030303030303010000",
        "00\n",
        "02\n",
        "03020000000a0000006e6577736c6574746572060000006f6666657273010000000c0000006e6577736c657474657240",
        "31030000000100000000000000000108000000ffffffffffffff7f0100000001000000010208000000ffffffffffffff",
        "7f0100000000000000000308000000ffffffffffffff7f00000000\n",
    );
    assert_eq!((FORM, text.as_str()), (1, written));
}
