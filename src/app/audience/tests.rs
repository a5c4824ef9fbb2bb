#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
use super::*;
use crate::access::{ReadSubjects, RecordConsents};
use crate::app::check::Question;
use crate::app::contact::Named;
use crate::app::contact::hash_text;
use crate::app::contacts::ContactClaim;
use crate::app::decisions::Draft;
use crate::app::erase::{ErasureClaim, Whom};
use crate::app::facts::{Asked, Said, Seen};
use crate::app::pace::{Wanted, tests as pace};
use crate::app::record::Claim;
use crate::app::testing::TestApp;
use crate::domain::audience::Header;
use crate::domain::ids::SubjectId;
use crate::domain::registry::AtMost;
use crate::domain::registry::Channel;
use crate::domain::registry::Objection;
use crate::index::{Glance, PersonView, Point};
use crate::policy::Outcome;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// What happens to somebody.
#[derive(Debug, Clone, Copy)]
pub(in crate::app) enum Act {
    Says(&'static str, &'static str),
    Objects,
    IsRestricted,
    IsSuppressed,
    IsReached,
    RefusesACall,
    Calls,
    IsMailed,
    Pauses(i64),
    WantsFewer,
    Waits(i64),
}

pub(in crate::app) fn act() -> impl Strategy<Value = Act> {
    let purpose = prop::sample::select(vec!["newsletter", "offers"]);
    let status = prop::sample::select(vec!["given", "given", "refused", "withdrawn"]);
    prop_oneof![
        6 => (purpose, status).prop_map(|(purpose, status)| Act::Says(purpose, status)),
        1 => Just(Act::Objects),
        1 => Just(Act::IsRestricted),
        1 => Just(Act::IsSuppressed),
        1 => Just(Act::IsReached),
        1 => Just(Act::RefusesACall),
        1 => Just(Act::Calls),
        1 => Just(Act::IsMailed),
        1 => (1_i64..60).prop_map(Act::Pauses),
        1 => Just(Act::WantsFewer),
        3 => (1_i64..200 * 86_400).prop_map(Act::Waits),
    ]
}

/// A claim that says when the person acted: after a *no* a *yes* must.
fn dated(shop: &TestApp, who: &[(&str, &str)], purpose: &str, status: &str) -> Claim {
    Claim {
        collected_at: Some(shop.app.now().utc()),
        ..shop.claim(who, purpose, status)
    }
}

fn reach(shop: &TestApp, named: Named, direction: &str, outcome: Option<&str>) {
    reach_by(shop, named, direction, outcome, "phone_live");
}

fn reach_by(shop: &TestApp, named: Named, direction: &str, outcome: Option<&str>, channel: &str) {
    let call = channel == "phone_live" && direction == "to_person";
    let claim = ContactClaim {
        named,
        direction: direction.into(),
        channel: channel.into(),
        purpose: Some("offers".into()),
        at: None,
        answered: call.then_some(true),
        outcome: outcome.map(str::to_owned),
        by: None,
        campaign: None,
    };
    let (grant, now) = (TestApp::grant(), shop.app.now());
    let claims = vec![(String::new(), claim)];
    TestApp::wait(shop.app.contacts(&grant, claims, now, None)).unwrap();
}

pub(in crate::app) fn happen(shop: &TestApp, who: &str, act: Act) {
    let named = || shop.named(&[("email", who)]);
    let (grant, now) = (TestApp::grant::<RecordConsents>(), shop.app.now());
    match act {
        Act::Says(purpose, status) => {
            shop.record(vec![dated(shop, &[("email", who)], purpose, status)]);
        }
        Act::Waits(seconds) => shop.clock.pass(seconds),
        Act::IsReached => reach(shop, named(), "to_person", None),
        Act::RefusesACall => reach(shop, named(), "to_person", Some("refused")),
        Act::Calls => reach(shop, named(), "from_person", None),
        Act::IsMailed => reach_by(shop, named(), "to_person", None, "email"),
        Act::Pauses(days) => {
            let until = now.utc() + chrono::TimeDelta::days(days);
            let wanted = Wanted {
                paused_until: Some(Some(until)),
                at_most: None,
            };
            // refused where a longer one runs
            let _ = pace::set(
                shop,
                pace::claim(shop, &[("email", who)], "offers", wanted),
                None,
            );
        }
        Act::WantsFewer => {
            let wanted = Wanted {
                paused_until: None,
                at_most: Some(Some(AtMost::TwoAMonth)),
            };
            pace::set(
                shop,
                pace::claim(shop, &[("email", who)], "offers", wanted),
                None,
            )
            .unwrap();
        }
        Act::Objects => {
            let scope = Objection::DirectMarketing;
            TestApp::wait(shop.app.object(&grant, named(), scope, now, None)).unwrap();
        }
        Act::IsRestricted => {
            TestApp::wait(shop.app.restrict(&grant, named(), true, now, None)).unwrap();
        }
        Act::IsSuppressed => {
            let reason = "complaint".to_owned();
            TestApp::wait(shop.app.suppress(&grant, named(), reason, now, None)).unwrap();
        }
    }
}

pub(in crate::app) fn query(purpose: &str) -> AudienceQuery {
    AudienceQuery {
        purpose: purpose.into(),
        channel: "email".into(),
        campaign: None,
    }
}

fn begun<'a>(shop: &'a TestApp, query: AudienceQuery, header: &str) -> Audience<'a> {
    begun_by(&shop.app, query, header)
}

fn begun_by<'a>(app: &'a App, query: AudienceQuery, header: &str) -> Audience<'a> {
    let header = Header::read(header.as_bytes(), None).unwrap();
    let grant = TestApp::grant();
    app.audience(&grant, query, Layout::Csv(header)).unwrap()
}

/// What a single check asks about somebody.
fn question(shop: &TestApp, who: &str, purpose: &str) -> Question {
    let named = shop.named(&[("email", who)]);
    Question {
        blinds: named.blinds(),
        coarse: named.coarse(),
        kinds: named.identifier_kinds(),
        subject: None,
        purpose: purpose.into(),
        channel: "email".into(),
        said: Said::default(),
        at: None,
        reserve: false,
        campaign: None,
    }
}

pub(in crate::app) fn filter(
    shop: &TestApp,
    query: AudienceQuery,
    header: &str,
    list: &str,
) -> (Lists, Tally) {
    filter_by(&shop.app, query, header, list)
}

/// The same by a node.
pub(in crate::app) fn filter_by(
    app: &App,
    query: AudienceQuery,
    header: &str,
    list: &str,
) -> (Lists, Tally) {
    let mut audience = begun_by(app, query, header);
    let mut lists = Lists {
        permitted: Vec::new(),
        refused: Some(Vec::new()),
    };
    let taken = take(&mut audience, list, true, &mut lists);
    assert_eq!(taken, list.len());
    (lists, audience.finish().unwrap())
}

/// Answers for a whole list, and passes its lines on; how many bytes that were.
pub(in crate::app) fn take(
    audience: &mut Audience<'_>,
    list: &str,
    fresh: bool,
    lists: &mut Lists,
) -> usize {
    let taken = audience.answer(list.as_bytes(), true, || fresh);
    while audience.pass(list.as_bytes(), lists) {}
    taken
}

fn lines(bytes: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(bytes).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// What each person's lines were answered on the newest list, by who they are.
pub(in crate::app) fn on_record(shop: &TestApp) -> BTreeMap<SubjectId, BTreeSet<String>> {
    let grant: Grant<ReadSubjects> = TestApp::grant();
    let view = shop.app.index().view();
    let persons: BTreeSet<SubjectId> = view
        .some(0, view.persons())
        .map(|one| one.subject())
        .collect();
    drop(view);
    let lists = |id: SubjectId| {
        let (all, _) = shop
            .app
            .store
            .read(|tx| tx.lists_of(&grant, id, u64::MAX >> 1, 100))
            .unwrap();
        let newest = all.iter().map(|one| one.position).max();
        let found = all.iter().filter(|one| Some(one.position) == newest);
        found
            .map(|one| format!("{} {}", one.permit, one.reason))
            .collect()
    };
    persons.into_iter().map(|id| (id, lists(id))).collect()
}

/// What single checks answer.
fn outcomes(shop: &TestApp, questions: &[Question]) -> Vec<Arc<Outcome>> {
    let checked = shop
        .app
        .check_blocking(&TestApp::grant(), questions, shop.app.now())
        .unwrap();
    let outcome = |draft: Result<Draft, _>| draft.map(|draft| draft.decided().outcome).unwrap();
    checked.into_iter().map(outcome).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Line by line the answer of the single check, whatever happened to whom and when, by address
    /// and by hash; and of whom the same is glanced, the same is seen.
    #[test]
    fn a_line_gets_the_answer_of_a_check(
        lives in prop::collection::vec(prop::collection::vec(act(), 0..6), 1..12),
        purpose in prop::sample::select(vec!["newsletter", "offers", "offers"]),
        retention in prop::sample::select(vec![None, Some("P3M"), Some("P90D")]),
    ) {
        let shop = TestApp::new();
        shop.publish_keeping(retention);
        let who = |at: usize| format!("p{at}@example.fr");
        for (at, life) in lives.iter().enumerate() {
            life.iter().for_each(|act| happen(&shop, &who(at), *act));
        }
        let tagged = |at: usize| format!("p{at}+tag@example.fr");
        let shouted = |at: usize| format!("P{at}@Example.FR");
        let spellings = |at: usize| [who(at), tagged(at), shouted(at)];
        let names: Vec<String> = (0..=lives.len()).flat_map(spellings).collect();
        let (lists, tally) = filter(&shop, query(purpose), "email", &names.join("\n"));
        let hash_of = |name: &String| hash_text(&shop.named(&[("email", name)]).blinds()[0]);
        let hashes: Vec<String> = names.iter().map(hash_of).collect();
        let (hashed, _) = filter(&shop, query(purpose), "id_hash", &hashes.join("\n"));
        let rolled = on_record(&shop);
        // the way of the single check, person by person, and the glances that lists remember
        let mut same: HashMap<Glance, Seen> = HashMap::new();
        let view = shop.app.index().view();
        let (told, at) = (Said::default(), shop.app.now().utc());
        let catalogue = view.catalogue().clone();
        let of = catalogue.purpose(purpose).unwrap();
        let asked = Asked::new(shop.app.setting(&view), of, Channel::Email, &told, at).unwrap();
        for name in &names {
            let blind = shop.named(&[("email", name)]).blinds()[0];
            if let Some(person) = view.person(&blind).filter(PersonView::is_plain) {
                let seen = asked.seen(&view, Some(person), &Point::default());
                let glance = person.glance(&asked.used(&view), &Point::default());
                prop_assert_eq!(*same.entry(glance).or_insert(seen), seen);
            }
        }
        drop(view);
        let ask = |name: &String| question(&shop, name, purpose);
        let questions: Vec<Question> = names.iter().map(ask).collect();
        let (mut permitted, mut refused) = (Vec::new(), Vec::new());
        for (name, outcome) in names.iter().zip(outcomes(&shop, &questions)) {
            if outcome.is_permit() {
                permitted.push(name.clone());
            } else {
                refused.push(format!("{name},{}", outcome.reason()));
            }
        }
        // a hash has no coarser one
        let by_hash = |question: Question| Question { coarse: Vec::new(), ..question };
        let questions: Vec<Question> = questions.into_iter().map(by_hash).collect();
        let of_hashes = hashes.iter().zip(outcomes(&shop, &questions));
        let reached = of_hashes.filter(|(_, outcome)| outcome.is_permit());
        let reached: Vec<String> = reached.map(|(hash, _)| hash.clone()).collect();
        prop_assert_eq!(lines(&hashed.permitted), reached);
        // by hash a line has no coarser hash, and that is the list that was filtered last
        let mut expected = BTreeMap::<_, BTreeSet<String>>::new();
        for (name, outcome) in names.iter().zip(outcomes(&shop, &questions)) {
            let blind = shop.named(&[("email", name)]).blinds()[0];
            if let Some(person) = shop.app.index().view().person(&blind) {
                let answer = format!("{} {}", outcome.is_permit(), outcome.reason());
                expected.entry(person.subject()).or_default().insert(answer);
            }
        }
        prop_assert_eq!(rolled, expected);
        prop_assert_eq!(lines(&lists.permitted), permitted);
        prop_assert_eq!(lines(&lists.refused.unwrap()), refused);
        prop_assert_eq!(tally.lines, names.len() as u64);
        prop_assert_eq!(tally.permitted + tally.refused.values().sum::<u64>(), tally.lines);
    }
}

#[test]
fn several_identifiers_are_one_person_and_the_strictest_answer_holds() {
    let shop = TestApp::new();
    shop.publish();
    shop.record(vec![shop.claim(
        &[("email", "yes@example.fr")],
        "newsletter",
        "given",
    )]);
    shop.record(vec![shop.claim(
        &[("crm_id", "no")],
        "newsletter",
        "refused",
    )]);
    let list = "yes@example.fr,no,x\nyes@example.fr,,y\nyes@example.fr,unknown,z\nnobody,,v\n";
    let (lists, tally) = filter(&shop, query("newsletter"), "email,crm_id,note", list);
    assert_eq!(
        lines(&lists.permitted),
        ["yes@example.fr,,y", "yes@example.fr,unknown,z"]
    );
    assert_eq!(
        lines(&lists.refused.unwrap()),
        [
            "yes@example.fr,no,x,CONSENT_REFUSED",
            "nobody,,v,IDENTIFIER_INVALID"
        ]
    );
    assert_eq!((tally.lines, tally.permitted), (4, 2));
    // of each whom a line names it is recorded what the line was answered
    let answers = |text: &[&str]| text.iter().map(|one| (*one).to_owned()).collect();
    let mut rolled: Vec<BTreeSet<String>> = on_record(&shop).into_values().collect();
    rolled.sort();
    let both: BTreeSet<String> = answers(&["false CONSENT_REFUSED", "true CONSENT_VALID"]);
    assert_eq!(rolled, [answers(&["false CONSENT_REFUSED"]), both]);
}

#[test]
fn nothing_is_permitted_where_the_head_is_not_known() {
    let shop = TestApp::new();
    shop.publish();
    shop.record(vec![shop.claim(
        &[("email", "yes@example.fr")],
        "newsletter",
        "given",
    )]);
    let mut audience = begun(&shop, query("newsletter"), "email");
    let mut lists = Lists::default();
    take(&mut audience, "yes@example.fr\n", false, &mut lists);
    assert_eq!(lists.permitted, b"");
    take(&mut audience, "yes@example.fr\n", true, &mut lists);
    assert_eq!(lists.permitted, b"yes@example.fr\n");
    assert_eq!(audience.finish().unwrap().refused["STALE"], 1);
}

/// A withdrawal, a new notice and the passing of time are seen in the middle of a list.
#[test]
fn what_changes_meanwhile_is_seen() {
    let shop = TestApp::new();
    shop.publish();
    let anne = [("email", "anne@example.fr")];
    shop.record(vec![shop.claim(&anne, "newsletter", "given")]);
    let mut audience = begun(&shop, query("newsletter"), "email");
    let mut ask = || {
        let mut lists = Lists::default();
        take(&mut audience, "anne@example.fr\n", true, &mut lists);
        !lists.permitted.is_empty()
    };
    assert!(ask());
    shop.record(vec![shop.claim(&anne, "newsletter", "withdrawn")]);
    assert!(!ask());
    shop.clock.pass(1);
    shop.record(vec![dated(&shop, &anne, "newsletter", "given")]);
    assert!(ask());
    shop.clock.pass(366 * 86_400);
    assert!(!ask(), "the consent ran out");
    assert_eq!(
        on_record(&shop).into_values().next().unwrap().len(),
        0,
        "it has not ended"
    );
    audience.broke_off().unwrap();
    let rolled = on_record(&shop).into_values().next().unwrap();
    assert_eq!(rolled.len(), 3, "{rolled:?}");
}

/// More lines than are answered for at once, in the order of the file though they are looked up in another; and what
/// is acknowledged meanwhile is seen by the lines that are looked up after it.
#[test]
fn a_long_list_keeps_its_order_and_sees_what_changes_in_it() {
    let shop = TestApp::new();
    shop.publish();
    for (who, status) in [("a", "given"), ("b", "refused"), ("c", "given")] {
        let who = format!("{who}@example.fr");
        shop.record(vec![shop.claim(&[("email", &who)], "newsletter", status)]);
    }
    let of = |n: usize| ["a@example.fr", "b@example.fr", "c@example.fr", "@"][n * n % 7 % 4];
    let names: Vec<String> = (0..3 * AT_ONCE).map(|n| format!("{},{n}", of(n))).collect();
    let (lists, tally) = filter(&shop, query("newsletter"), "email,note", &names.join("\n"));
    let permits = |line: &&String| line.starts_with('a') || line.starts_with('c');
    let permitted: Vec<&String> = names.iter().filter(permits).collect();
    assert_eq!(
        lines(&lists.permitted),
        permitted.into_iter().cloned().collect::<Vec<_>>()
    );
    let refused = names.iter().filter(|line| !permits(line));
    let with_reason = |line: &String| {
        let is_read = line.starts_with('b');
        let reason = if is_read {
            "CONSENT_REFUSED"
        } else {
            "IDENTIFIER_INVALID"
        };
        format!("{line},{reason}")
    };
    assert_eq!(
        lines(&lists.refused.unwrap()),
        refused.map(with_reason).collect::<Vec<_>>()
    );
    assert_eq!(tally.lines, names.len() as u64);
    // one person, so that lines are looked up in their own order
    let mut audience = begun(&shop, query("newsletter"), "email");
    let times = std::cell::Cell::new(0);
    let withdraws_meanwhile = || {
        times.set(times.get() + 1);
        if times.get() == 2 {
            let no = shop.claim(&[("email", "a@example.fr")], "newsletter", "withdrawn");
            shop.record(vec![no]);
        }
        true
    };
    let (list, mut lists) = ("a@example.fr\n".repeat(2 * AT_ONCE), Lists::default());
    audience.answer(list.as_bytes(), true, withdraws_meanwhile);
    while audience.pass(list.as_bytes(), &mut lists) {}
    assert_eq!(lines(&lists.permitted).len(), AT_ONCE);
    assert_eq!(
        (times.get(), audience.finish().unwrap().permitted),
        (2, AT_ONCE as u64)
    );
}

/// Consents that end within the minute, second by second, beside single checks; they began within one quarter of a
/// day, as others did that end later.
#[test]
fn what_ends_within_a_minute_ends_in_its_second() {
    let shop = TestApp::new();
    shop.publish();
    let who = |at: i64| format!("p{at}@example.fr");
    for at in 0..6 {
        shop.record(vec![shop.claim(
            &[("email", &who(at))],
            "newsletter",
            "given",
        )]);
        shop.clock.pass(if at < 4 { 5 } else { 3_600 });
    }
    let first = shop.named(&[("email", &who(0))]).blinds()[0];
    let newsletter = "newsletter".parse().unwrap();
    let view = shop.app.index().view();
    let answer = view.person(&first).unwrap().answers(&newsletter).next();
    let ends = answer.unwrap().valid_until.unwrap();
    drop(view);
    shop.clock
        .pass((ends - shop.app.now().micros()) / 1_000_000 - 8);
    let mut audience = begun(&shop, query("newsletter"), "email");
    let list: String = (0..6).map(|at| who(at) + "\n").collect();
    let mut counts = BTreeSet::new();
    for _ in 0..45 {
        let mut lists = Lists::default();
        take(&mut audience, &list, true, &mut lists);
        let ask = |at: i64| question(&shop, &who(at), "newsletter");
        let questions: Vec<Question> = (0..6).map(ask).collect();
        let permitted = (0..6).zip(outcomes(&shop, &questions));
        let permitted = permitted.filter(|(_, outcome)| outcome.is_permit());
        let permitted: Vec<String> = permitted.map(|(at, _)| who(at)).collect();
        assert_eq!(lines(&lists.permitted), permitted);
        counts.insert(permitted.len());
        shop.clock.pass(1);
    }
    assert_eq!(
        counts,
        BTreeSet::from([1, 2, 3, 4, 5, 6]),
        "they end one by one"
    );
}

/// Somebody who is erased while the list goes on is not on it.
#[test]
fn who_is_erased_meanwhile_is_on_no_list() {
    let shop = TestApp::new();
    shop.publish();
    for who in ["anne@example.fr", "bruno@example.fr"] {
        shop.record(vec![shop.claim(&[("email", who)], "newsletter", "given")]);
    }
    let mut audience = begun(&shop, query("newsletter"), "email");
    let list = "anne@example.fr\nbruno@example.fr\n";
    take(&mut audience, list, true, &mut Lists::default());
    let anne = shop.named(&[("email", "anne@example.fr")]).blinds()[0];
    let anne = shop.app.index().view().person(&anne).unwrap().subject();
    let asked = ErasureClaim {
        reason: "objection".into(),
        reference: None,
        keep_suppression: true,
        systems: true,
    };
    let (grant, now) = (TestApp::grant(), shop.app.now());
    TestApp::wait(
        shop.app
            .erase(&grant, Whom::Subject(anne), asked, now, None),
    )
    .unwrap();
    audience.finish().unwrap();
    let rolled: usize = shop
        .app
        .store
        .read(|tx| tx.audited_sheets(&TestApp::grant(), shop.app.index().position() - 1, 0))
        .unwrap()
        .iter()
        .map(|one| one.sheet.as_ref().unwrap().listed().len())
        .sum();
    assert_eq!(rolled, 1);
    let findings = shop.app.audit_check(&TestApp::grant(), &|_, _| {}).unwrap();
    assert!(findings.holds(), "{findings:?}");
}
