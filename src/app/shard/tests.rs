#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
use crate::access::CheckDecisions;
use crate::app::audience::tests::{Act, filter, filter_by, happen, on_record, query};
use crate::app::check::Question;
use crate::app::facts::Said;
use crate::app::follow::{self, Following};
use crate::app::open::App;
use crate::app::policies::rules::Rules;
use crate::app::refusal::FieldProblem;
use crate::app::snapshot::tests::{Event, PERSONS, blind, comes, event, said, who};
use crate::app::testing::TestApp;
use crate::domain::registry::IdentifierKinds;
use crate::domain::shard::Shard;
use crate::index::Index;
use crate::store::Whom;
use proptest::prelude::*;
use std::sync::Arc;

fn shards(of: u32) -> Vec<Shard> {
    let first: Shard = format!("1/{of}").parse().unwrap();
    first.all().collect()
}

/// An index of a part, built from the database as it is now.
fn built(shop: &TestApp, shard: Shard) -> Following {
    let rules = shop.app.index().view().rules().clone();
    let index = Arc::new(Index::of_shard(rules, Some(shard)));
    let following = (shop.app.store.clone(), index, shop.app.loader.clone());
    follow::build(&following, &shop.app.serve, None, &|_, _| ()).unwrap();
    following
}

/// Of whom a part answers, it says what the whole says; nobody of its own is missing.
fn agrees(shop: &TestApp, index: &Index<Rules>) -> Result<(), TestCaseError> {
    let (whole, part) = (shop.app.index().view(), index.view());
    let (shard, now) = (index.shard().unwrap(), shop.app.now().utc());
    prop_assert_eq!(part.position(), whole.position());
    for at in 0..PERSONS {
        let contact = blind(shop, at);
        if shard.holds(&contact) || part.person(&contact).is_some() {
            let (known, held) = (said(&whole, &contact, &now), said(&part, &contact, &now));
            prop_assert_eq!(held, known, "p{} in {}", at, shard);
        }
        prop_assert_eq!(part.is_suppressed(&contact), whole.is_suppressed(&contact));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever happens before a node starts and while it follows.
    #[test]
    fn a_part_knows_of_its_own_what_the_whole_knows(
        before in prop::collection::vec(event(), 0..24),
        after in prop::collection::vec(prop::collection::vec(event(), 1..5), 0..6),
        of in 1_u32..5,
    ) {
        let shop = TestApp::new();
        shop.publish();
        before.into_iter().for_each(|event| comes(&shop, event));
        let parts: Vec<Following> = shards(of).into_iter().map(|one| built(&shop, one)).collect();
        for part in &parts {
            agrees(&shop, &part.1)?;
        }
        for events in after {
            events.into_iter().for_each(|event| comes(&shop, event));
            for part in &parts {
                follow::catch_up(part, &shop.app.serve).unwrap();
                agrees(&shop, &part.1)?;
            }
        }
    }

    /// What is read of anybody is what the whole knows, alone and with others.
    #[test]
    fn what_is_read_is_what_the_whole_knows(
        events in prop::collection::vec(event(), 0..30),
        together in prop::collection::vec(0..PERSONS, 1..5),
    ) {
        let shop = TestApp::new();
        shop.publish();
        events.into_iter().for_each(|event| comes(&shop, event));
        let now = shop.app.now().utc();
        let alone = (0..PERSONS).map(|at| vec![at]);
        for some in alone.chain([together]) {
            let contacts: Vec<_> = some.iter().map(|at| blind(&shop, *at)).collect();
            let read = shop.app.read_index(&Whom { contacts: &contacts, filed: &[], persons: &[] });
            let (read, whole) = (read.unwrap(), shop.app.index().view());
            for contact in &contacts {
                let known = said(&whole, contact, &now);
                prop_assert_eq!(said(&read.view(), contact, &now), known);
            }
        }
    }
}

/// Who is asked about by all of these addresses together.
fn question(shop: &TestApp, persons: &[usize], purpose: &str) -> Question {
    let names: Vec<String> = persons.iter().map(|at| who(*at)).collect();
    let pairs: Vec<(&str, &str)> = names.iter().map(|name| ("email", name.as_str())).collect();
    let named = shop.named(&pairs);
    Question {
        blinds: named.blinds(),
        coarse: named.coarse(),
        kinds: named.identifier_kinds(),
        subject: None,
        purpose: purpose.into(),
        channel: "email".into(),
        campaign: None,
        said: Said::default(),
        at: None,
        reserve: false,
    }
}

/// What is told and what is written down, but for the decision's name.
fn answers(app: &App, questions: &[Question]) -> Vec<String> {
    let grant = TestApp::grant::<CheckDecisions>();
    assert!(app.catches_up());
    let drafts = app.check_blocking(&grant, questions, app.now()).unwrap();
    let told = |draft: Result<_, Vec<FieldProblem>>| {
        let draft: crate::app::decisions::Draft = draft.unwrap();
        let (mut record, decided) = (draft.record().clone(), draft.told());
        record.id = [0; 16];
        format!(
            "{record:?} {:?} {:?} {:?}",
            decided.outcome, decided.lawful, decided.valid_until
        )
    };
    drafts.into_iter().map(told).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Every node answers for everybody, and for several at once, as one does that holds all.
    #[test]
    fn every_node_answers_for_everybody(
        events in prop::collection::vec(event(), 0..30),
        later in prop::collection::vec(event(), 1..6),
        together in prop::collection::vec(prop::collection::vec(0..PERSONS, 2..4), 4),
        of in 2_u32..5,
    ) {
        let shop = TestApp::new();
        shop.publish();
        events.into_iter().for_each(|event| comes(&shop, event));
        let nodes: Vec<App> = shards(of).into_iter().map(|one| TestApp::beside(&shop, one)).collect();
        let alone = (0..PERSONS).map(|at| vec![at]);
        let asked: Vec<Vec<usize>> = alone.chain(together).collect();
        let ask = |purpose: &'static str| asked.iter().map(move |some| (some, purpose));
        let questions = ask("newsletter").chain(ask("offers"));
        let questions: Vec<Question> = questions.map(|(some, purpose)| question(&shop, some, purpose)).collect();
        for event in later {
            comes(&shop, event);
            let whole = answers(&shop.app, &questions);
            for node in &nodes {
                prop_assert_eq!(&answers(node, &questions), &whole);
            }
        }
    }
}

/// By the registry's own id, whoever holds the person; who does not exist is nobody everywhere.
#[test]
fn by_its_id_a_person_is_found_from_every_node() {
    let shop = TestApp::new();
    shop.publish();
    for at in 0..4 {
        happen(&shop, &who(at), Act::Says("newsletter", "given"));
    }
    let ids: Vec<_> = {
        let view = shop.app.index().view();
        let id = |at| view.person(&blind(&shop, at)).unwrap().subject();
        (0..4).map(id).collect()
    };
    let asked = |subject| Question {
        blinds: vec![],
        kinds: IdentifierKinds::NONE,
        subject: Some(subject),
        ..question(&shop, &[0], "newsletter")
    };
    let questions: Vec<Question> = ids.into_iter().map(asked).collect();
    let whole = answers(&shop.app, &questions);
    assert!(whole.iter().all(|one| one.contains("CONSENT_VALID")));
    for shard in shards(3) {
        assert_eq!(answers(&TestApp::beside(&shop, shard), &questions), whole);
    }
}

/// A list is answered for, and its roll written, as by a node that holds all.
#[test]
fn a_list_is_filtered_by_any_node() {
    let shop = TestApp::new();
    shop.publish();
    for at in 0..40 {
        let status = if at % 3 == 0 { "refused" } else { "given" };
        happen(&shop, &who(at), Act::Says("newsletter", status));
    }
    comes(&shop, Event::Meet(4, 5));
    comes(&shop, Event::Erased(7));
    let lines: Vec<String> = (0..44).rev().map(who).collect();
    let text = lines.join("\n");
    let (lists, tally) = filter(&shop, query("newsletter"), "email", &text);
    let whole = on_record(&shop);
    assert_eq!((tally.lines, whole.len()), (44, 38));
    for shard in shards(3) {
        let node = TestApp::beside(&shop, shard);
        let (own, counted) = filter_by(&node, query("newsletter"), "email", &text);
        assert_eq!(
            (own.permitted, own.refused),
            (lists.permitted.clone(), lists.refused.clone())
        );
        assert_eq!(
            (counted.permitted, counted.refused),
            (tally.permitted, tally.refused.clone())
        );
        assert!(shop.app.catches_up());
        assert_eq!(on_record(&shop), whole);
    }
}

/// What goes through everybody goes through all from every node: those who were merged once.
#[test]
fn everybody_is_counted_from_every_node() {
    let shop = TestApp::new();
    shop.publish();
    for at in 0..9 {
        let status = if at % 3 == 0 { "refused" } else { "given" };
        happen(&shop, &who(at), Act::Says("newsletter", status));
    }
    comes(&shop, Event::Meet(1, 2));
    comes(&shop, Event::Erased(4));
    happen(&shop, &who(5), Act::Says("newsletter", "given"));
    let newsletter = "newsletter".parse().unwrap();
    let agreed = |app: &App| {
        app.agreed(&TestApp::grant(), &newsletter, app.now())
            .unwrap()
    };
    let counted = agreed(&shop.app);
    // two met and said no, and one is gone
    assert_eq!(counted, 3);
    for shard in shards(3) {
        assert_eq!(agreed(&TestApp::beside(&shop, shard)), counted, "{shard}");
    }
}

/// A command asks about one person without an index, and sees what is known of all their contact points.
#[test]
fn a_command_sees_the_suppression_of_another_contact_point() {
    let shop = TestApp::new();
    shop.publish();
    happen(&shop, &who(1), Act::IsSuppressed);
    let (one, other) = (who(0), who(1));
    let both = [("email", one.as_str()), ("email", other.as_str())];
    shop.record(vec![shop.claim(&both, "newsletter", "given")]);
    let questions = [question(&shop, &[0], "newsletter")];
    let whole = answers(&shop.app, &questions);
    assert!(whole[0].contains("SUPPRESSED"), "{whole:?}");
    shop.app.settle().unwrap();
    let plain = TestApp::copy_of(&shop.file, 31, "");
    plain.app.index_one(&shop.named(&both[..1])).unwrap();
    let view = plain.app.index().view();
    assert!(view.person(&blind(&shop, 0)).unwrap().suppressed());
}

/// A file of another part is no start for a node.
#[test]
fn a_snapshot_of_another_part_is_not_used() {
    let shop = TestApp::new();
    shop.publish();
    for at in 0..6 {
        happen(&shop, &who(at), Act::Says("newsletter", "given"));
    }
    let folder = shop.file.parent().unwrap();
    let [one, other] = [0, 1].map(|at| shards(2)[at]);
    TestApp::beside(&shop, one).write_snapshot(folder).unwrap();
    let file = crate::app::snapshot::place_in(folder);
    for (shard, used) in [(None, false), (Some(other), false), (Some(one), true)] {
        let rules = shop.app.index().view().rules().clone();
        let index = Arc::new(Index::of_shard(rules, shard));
        let following = (shop.app.store.clone(), index, shop.app.loader.clone());
        let from = follow::build(&following, &shop.app.serve, Some(&file), &|_, _| ()).unwrap();
        assert_eq!(from > 0, used, "{shard:?}");
        match shard {
            Some(_) => agrees(&shop, &following.1).unwrap(),
            None => assert_eq!(following.1.view().persons(), 6),
        }
    }
}

/// Entries of decisions change nobody; what stands between them does.
#[test]
fn an_index_moves_on_over_decisions() {
    let shop = TestApp::new();
    shop.publish();
    happen(&shop, &who(0), Act::Says("newsletter", "given"));
    let part = built(&shop, shards(1)[0]);
    let decides = || {
        let grant = TestApp::grant::<CheckDecisions>();
        let asked = [question(&shop, &[0], "newsletter")];
        let drafts = shop.app.check_blocking(&grant, &asked, shop.app.now());
        shop.app.record_decisions_blocking(drafts.unwrap()).unwrap();
        // as a block of the log, whatever waits in the journal
        shop.app.recorder.sealing()().unwrap();
    };
    let follows = || {
        let before = part.1.position();
        follow::catch_up(&part, &shop.app.serve).unwrap();
        agrees(&shop, &part.1).unwrap();
        part.1.position() - before
    };
    decides();
    assert_eq!(follows(), 1);
    decides();
    happen(&shop, &who(0), Act::Says("newsletter", "withdrawn"));
    decides();
    assert_eq!(follows(), 3);
    assert_eq!(follows(), 0);
}
