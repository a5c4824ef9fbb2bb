#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
use super::*;
use crate::access::{EraseSubjects, FileRequests, Grant, KeepRequests};
use crate::app::Refusal;
use crate::app::testing::TestApp;
use crate::domain::ids::DsrId;
use crate::domain::requests::{Act, ExtensionReason, Ground, KnownBy, Request, WrittenBy};
use crate::store::DsrFilter;

const ANNE: &[(&str, &str)] = &[("email", "anne@example.fr")];

fn claim(home: &TestApp, who: &[(&str, &str)], kind: &str) -> FileClaim {
    FileClaim {
        named: home.named(who),
        kind: kind.into(),
        via: "letter".into(),
        received_at: Some("2026-11-20".into()),
        country: None,
        place: None,
        text: Some("Everything, please.".into()),
        mandate: None,
    }
}

fn file(home: &TestApp, who: &[(&str, &str)], kind: &str) -> Request {
    let grant: Grant<FileRequests> = TestApp::grant();
    let claims = vec![(String::new(), claim(home, who, kind))];
    let filed = home.app.file_requests(&grant, claims, home.app.now(), None);
    TestApp::wait(filed).unwrap().value.remove(0).request
}

fn act(home: &TestApp, id: DsrId, version: Option<u32>, act: Act) -> Result<Request, Refusal> {
    let acting = Acting {
        id,
        version,
        act,
        text: None,
        news: Telling::LongestKnown,
    };
    let (keep, erase): (Grant<KeepRequests>, Grant<EraseSubjects>) =
        (TestApp::grant(), TestApp::grant());
    let done = home
        .app
        .fulfil_request((&keep, &erase), acting, true, home.app.now(), None);
    TestApp::wait(done).map(|done| done.value)
}

fn on() -> chrono::NaiveDate {
    "2026-11-22".parse().unwrap()
}

fn known() -> Act {
    let known_by = KnownBy::CallBack;
    Act::Identify { on: on(), known_by }
}

fn fulfil() -> Act {
    Act::Fulfil {
        on: on(),
        except: None,
    }
}

fn holds(home: &TestApp) -> crate::app::audit_check::AuditFindings {
    home.app.audit_check(&TestApp::grant(), &|_, _| {}).unwrap()
}

#[test]
fn an_erasure_is_answered_by_erasing() {
    let home = TestApp::new();
    home.publish();
    home.record(vec![home.claim(ANNE, "newsletter", "given")]);
    let access = file(&home, ANNE, "access");
    let request = file(&home, ANNE, "erasure");
    act(&home, request.id, None, known()).unwrap();
    let keep: Grant<KeepRequests> = TestApp::grant();
    // no other way says that it was done
    let acting = Acting {
        id: request.id,
        version: None,
        act: fulfil(),
        text: None,
        news: Telling::LongestKnown,
    };
    let only = TestApp::wait(home.app.act_on_request(&keep, acting, home.app.now(), None));
    assert!(matches!(
        only,
        Err(Refusal::Conflict {
            code: "not_erased",
            ..
        })
    ));
    let done = act(&home, request.id, Some(2), fulfil()).unwrap();
    assert_eq!(done.state_word(), "fulfilled");
    for id in [request.id, access.id] {
        let file = home.app.request_file(&keep, id, None).unwrap();
        assert!(file.subject.is_none() && file.messages.is_empty() && file.contacts.is_empty());
    }
    let writing = Writing {
        id: access.id,
        by: WrittenBy::Note,
        text: "gone".into(),
        news: Telling::LongestKnown,
    };
    let gone = TestApp::wait(
        home.app
            .write_about_request(&keep, writing, home.app.now(), None),
    );
    assert!(matches!(
        gone,
        Err(Refusal::Conflict {
            code: "person_erased",
            ..
        })
    ));
    let findings = holds(&home);
    assert!(findings.holds(), "{findings:?}");
}

#[test]
fn of_two_who_act_at_once_the_second_is_told() {
    let home = TestApp::new();
    let request = file(&home, ANNE, "access");
    act(&home, request.id, Some(1), known()).unwrap();
    let refuse = Act::Refuse {
        on: on(),
        ground: Ground::Excessive,
    };
    let late = act(&home, request.id, Some(1), refuse.clone());
    assert!(matches!(
        late,
        Err(Refusal::Conflict {
            code: "request_changed",
            ..
        })
    ));
    assert_eq!(act(&home, request.id, Some(2), refuse).unwrap().version, 3);
}

#[test]
fn who_asks_twice_is_not_lost_and_nobody_is_linked() {
    let home = TestApp::new();
    let (first, second) = (file(&home, ANNE, "access"), file(&home, ANNE, "access"));
    assert!(!first.receipt.duplicate && second.receipt.duplicate);
    let keep: Grant<KeepRequests> = TestApp::grant();
    let told = home.app.request_file(&keep, second.id, None).unwrap();
    assert_eq!(told.stored.duplicate_of, Some(first.id));
    // somebody names Anne's address and one of their own: it does not become hers
    let both = [ANNE[0], ("phone", "+33698135799")];
    let third = file(&home, &both, "erasure");
    let told = home.app.request_file(&keep, third.id, None).unwrap();
    assert_eq!(told.contacts.len(), 1);
    let made = told.messages[0].made.as_ref().unwrap().reveal();
    assert_eq!(made.named["phone"], "+33698135799");
    let open = DsrFilter {
        open: Some(true),
        ..DsrFilter::default()
    };
    let (page, next) = home.app.requests(&keep, &open, (0, 2)).unwrap();
    assert_eq!((page.len(), page[0].request.id), (2, first.id));
    let (page, next) = home.app.requests(&keep, &open, (next.unwrap(), 2)).unwrap();
    assert_eq!((page.len(), page[0].request.id, next), (1, third.id, None));
    assert!(holds(&home).holds());
}

#[test]
fn whoever_edits_a_request_is_found_out() {
    let home = TestApp::new();
    let request = file(&home, ANNE, "access");
    file(&home, &[("email", "other@example.fr")], "restriction");
    act(&home, request.id, None, known()).unwrap();
    let reason = ExtensionReason::Complexity;
    act(&home, request.id, None, Act::Extend { on: on(), reason }).unwrap();
    assert!(holds(&home).holds());
    home.app.store.settle(&home.app.serve).unwrap();
    for (seed, tamper) in [
        "UPDATE requests SET due_on = '2027-12-31' WHERE kind = 'access'",
        "UPDATE requests SET facts = replace(facts, '2026-11-20', '2026-11-21')",
        "UPDATE requests SET state = 'refused', is_open = false",
        "UPDATE requests SET subject_id = NULL",
        "UPDATE requests SET duplicate_of = id",
        "UPDATE requests SET subject_id = (SELECT id FROM subjects ORDER BY id LIMIT 1)",
        "DELETE FROM requests WHERE kind = 'restriction'",
        "INSERT INTO requests SELECT x'00', NULL, NULL, kind, state, is_open, due_on, owner, version, facts, received, position FROM requests LIMIT 1",
    ]
    .into_iter()
    .enumerate()
    {
        let other = TestApp::copy_of(&home.file, seed as u64 + 10, tamper);
        let findings = holds(&other);
        assert!(!findings.holds(), "{tamper}");
    }
}
