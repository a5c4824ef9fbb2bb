//! A mistake is taken back for ten minutes, or for five where an agent took it down, and not a moment longer.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::{Wish, Wishes};
use crate::access::{OwnChoices, Principal, authorize};
use crate::app::testing::TestApp;
use crate::domain::ids::Position;
use crate::domain::registry::{Act, Channel, Language, Source, SourceKind};

fn wishes(yes: bool, act: Act, kind: SourceKind) -> Wishes {
    Wishes {
        rows: vec![Wish {
            purpose: "newsletter".into(),
            channel: Channel::Email,
            yes,
            shown: Some("newsletter@1".parse().unwrap()),
        }],
        paces: Vec::new(),
        stop_all: false,
        seen: Position::MAX,
        language: Language::EN,
        act,
        source: Source {
            kind,
            id: None,
            agent: None,
        },
        reference: None,
    }
}

/// Whether a no said at such a place is undone into the yes before it, so many seconds later.
fn taken_back(kind: SourceKind, later: i64) -> bool {
    let anne = [("email", "anne@example.fr")];
    let shop = TestApp::new();
    shop.publish();
    shop.record(vec![shop.claim(&anne, "newsletter", "given")]);
    let (app, blinds) = (&shop.app, shop.named(&anne).blinds());
    let found = app.store.read(|tx| tx.find(&app.serve, &blinds));
    let who = Principal::Customer(found.unwrap().unwrap());
    let grant = authorize::<OwnChoices>(&who).unwrap();
    let says = |yes, act| {
        let wishes = wishes(yes, act, kind);
        TestApp::wait(app.choose(&grant, wishes, None, app.now()))
    };
    shop.clock.pass(1);
    assert!(says(false, Act::ChoiceSaved).unwrap().is_some());
    shop.clock.pass(later);
    says(true, Act::ChoiceUndone).is_ok()
}

#[test]
fn a_way_back_ends() {
    for (kind, minutes) in [(SourceKind::WebForm, 10), (SourceKind::Store, 5)] {
        assert!(taken_back(kind, minutes * 60));
        assert!(!taken_back(kind, minutes * 60 + 1));
    }
}
