#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
use super::*;
use crate::domain::calendar::{Calendar, Due};
use chrono::{Datelike, NaiveDate};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn received(kind: RequestKind, on: &str) -> Request {
    let receipt = Receipt {
        kind,
        via: Via::Letter,
        received_on: day(on),
        country: "FR".into(),
        mandated: false,
        duplicate: false,
        known_by: None,
    };
    Request::received(DsrId::from_bytes([7; 16]), receipt)
}

fn ask(on: &str) -> Act {
    let doubt = Doubt::SenderUnknown;
    Act::AskIdentity { on: day(on), doubt }
}

fn known(on: &str) -> Act {
    let known_by = KnownBy::KnownContact;
    Act::Identify {
        on: day(on),
        known_by,
    }
}

fn challenge(on: &str) -> Act {
    Act::Challenge { on: day(on) }
}

/// A challenge alone lets the period run on; with a doubt it stands still until it is answered.
#[test]
fn a_challenge_stops_no_clock_by_itself() {
    let request = received(RequestKind::Access, "2026-01-31");
    let sent = after(&request, &[challenge("2026-02-02")]);
    assert_eq!((sent.version, sent.due_on()), (2, request.due_on()));
    let doubted = after(&request, &[ask("2026-02-02"), challenge("2026-02-02")]);
    assert_eq!(
        (doubted.state_word(), doubted.due_on()),
        ("identity_wanted", None)
    );
    assert_eq!(after(&doubted, &[challenge("2026-02-05")]).version, 4);
}

fn correct(on: &str) -> Act {
    let what = CorrectedKind::Email;
    Act::Correct { on: day(on), what }
}

fn confirm(on: &str) -> Act {
    let by = ConfirmedBy::Mail;
    Act::Confirm { on: day(on), by }
}

/// Nothing is moved for somebody who is not known, and nothing is done while something waits.
#[test]
fn a_correction_waits_for_its_confirmation() {
    let other = received(RequestKind::Access, "2026-01-31");
    let other = after(&other, &[known("2026-02-01")]);
    let on = "2026-02-02";
    assert_eq!(other.after(&correct(on)), Err(WrongAct::NotARectification));
    let request = received(RequestKind::Rectification, "2026-01-31");
    assert_eq!(request.after(&correct(on)), Err(WrongAct::NotIdentified));
    let request = after(&request, &[known("2026-02-01")]);
    let drop = Act::DropCorrection { on: day(on) };
    for nothing in [confirm(on), drop.clone()] {
        assert_eq!(request.after(&nothing), Err(WrongAct::NoCorrection));
    }
    let waits = after(&request, &[correct(on)]);
    assert!(waits.correction.is_some());
    assert_eq!(
        waits.after(&fulfil(on)),
        Err(WrongAct::CorrectionUnconfirmed)
    );
    assert_eq!(after(&waits, &[drop]).correction, None);
    let doubted = after(&waits, &[ask("2026-02-03")]);
    assert_eq!(doubted.after(&confirm(on)), Err(WrongAct::NotIdentified));
    let moved = after(&waits, &[confirm("2026-02-03"), fulfil("2026-02-04")]);
    assert_eq!((moved.state_word(), moved.correction), ("fulfilled", None));
    let refused = Act::Refuse {
        on: day(on),
        ground: Ground::ManifestlyUnfounded,
    };
    assert_eq!(after(&waits, &[refused]).correction, None);
}

fn extend(on: &str) -> Act {
    let reason = ExtensionReason::Complexity;
    Act::Extend {
        on: day(on),
        reason,
    }
}

fn fulfil(on: &str) -> Act {
    Act::Fulfil {
        on: day(on),
        except: None,
    }
}

fn after(request: &Request, acts: &[Act]) -> Request {
    acts.iter()
        .fold(request.clone(), |request, act| request.after(act).unwrap())
}

#[test]
fn a_request_goes_its_way() {
    let request = received(RequestKind::Access, "2026-01-31");
    assert_eq!(request.state_word(), "received");
    assert_eq!(request.due_on(), Some(day("2026-03-02")));
    let asked = after(&request, &[ask("2026-02-03")]);
    assert_eq!(
        (asked.state_word(), asked.due_on()),
        ("identity_wanted", None)
    );
    let since = day("2026-02-03");
    assert_eq!(asked.deadline().unwrap().due(), Due::Suspended { since });
    let known = after(&asked, &[known("2026-02-05")]);
    assert_eq!(known.state_word(), "in_work");
    // two days on from 28 February, a Saturday
    assert_eq!(known.due_on(), Some(day("2026-03-02")));
    let extended = after(&known, &[extend("2026-03-02")]);
    assert_eq!(extended.state_word(), "extended");
    // a month, two further ones and two days would be 2 May, a Saturday
    assert_eq!(extended.due_on(), Some(day("2026-04-30")));
    let deadline = extended.deadline().unwrap();
    assert_eq!(deadline.statutory, day("2026-02-28"));
    assert_eq!(deadline.first.day(), Some(day("2026-03-02")));
    let done = after(&extended, &[fulfil("2026-03-20")]);
    assert_eq!(
        (done.state_word(), done.due_on(), done.version),
        ("fulfilled", None, 5)
    );
    assert_eq!(done.after(&fulfil("2026-03-20")), Err(WrongAct::Done));
}

#[test]
fn what_stands_against_an_act_is_said() {
    let request = received(RequestKind::Erasure, "2026-01-31");
    let refuse = |ground| Act::Refuse {
        on: day("2026-02-01"),
        ground,
    };
    let close = |reason| Act::Close {
        on: day("2026-02-01"),
        reason,
    };
    let identify = |known_by| Act::Identify {
        on: day("2026-02-01"),
        known_by,
    };
    let asked = after(&request, &[ask("2026-02-01")]);
    let known_now = after(&request, &[known("2026-02-01")]);
    for (request, act, wrong) in [
        (&request, fulfil("2026-02-01"), WrongAct::NotIdentified),
        (&request, known("2026-01-30"), WrongAct::BeforeReceipt),
        (&request, extend("2026-03-03"), WrongAct::ExtensionLate),
        (&request, identify(KnownBy::Document), WrongAct::NoDoubt),
        (&request, identify(KnownBy::Mandate), WrongAct::NoMandate),
        (
            &request,
            refuse(Ground::NotPortable),
            WrongAct::GroundDoesNotFit,
        ),
        (&request, close(ClosedAs::Duplicate), WrongAct::NoDuplicate),
        (
            &request,
            close(ClosedAs::Unanswered),
            WrongAct::NothingAsked,
        ),
        (&known_now, challenge("2026-02-02"), WrongAct::Identified),
        (&asked, ask("2026-02-02"), WrongAct::AskedAlready),
        (&asked, fulfil("2026-02-02"), WrongAct::NotIdentified),
    ] {
        assert_eq!(request.after(&act), Err(wrong), "{act:?}");
        assert!(wrong.to_string().contains(' ') && !wrong.code().contains(' '));
    }
    let twice = after(&request, &[extend("2026-02-01")]);
    assert_eq!(
        twice.after(&extend("2026-02-02")),
        Err(WrongAct::ExtendedAlready)
    );
    assert_eq!(
        after(&asked, &[close(ClosedAs::Unanswered)]).state_word(),
        "closed"
    );
    assert_eq!(
        after(&asked, &[identify(KnownBy::Document)]).state_word(),
        "in_work"
    );
    let refused = after(&request, &[refuse(Ground::LegalClaims)]);
    assert_eq!(refused.state_word(), "refused");
}

#[test]
fn who_signed_in_is_asked_nothing() {
    let mut request = received(RequestKind::Access, "2026-01-31");
    request.receipt.known_by = Some(KnownBy::SignIn);
    let request = Request::received(request.id, request.receipt);
    assert_eq!(request.after(&ask("2026-02-01")), Err(WrongAct::SignedIn));
    assert_eq!(
        after(&request, &[fulfil("2026-02-01")]).state_word(),
        "fulfilled"
    );
}

#[test]
fn a_no_needs_no_proof_and_no_ground_stands_against_it_but_abuse() {
    for kind in [RequestKind::Objection, RequestKind::Restriction] {
        assert!(
            received(kind, "2026-01-31")
                .after(&fulfil("2026-02-01"))
                .is_ok()
        );
    }
    let against: Vec<Ground> = Ground::ALL
        .iter()
        .copied()
        .filter(|ground| ground.fits(RequestKind::Objection))
        .collect();
    assert_eq!(against, [Ground::ManifestlyUnfounded, Ground::Excessive]);
}

#[test]
fn grounds_have_their_source_and_their_words() {
    let words: BTreeSet<_> = Ground::ALL.iter().map(|one| one.in_french()).collect();
    assert_eq!(words.len(), Ground::ALL.len());
    for ground in Ground::ALL {
        assert!(ground.source().starts_with("GDPR "));
        assert!(!ground.kinds().is_empty());
        assert_ne!(ground.in_english(), ground.in_french());
        assert_eq!(ground.as_str().parse(), Ok(*ground));
    }
    for kind in RequestKind::ALL {
        assert!(
            Ground::ALL.iter().any(|ground| ground.fits(*kind)),
            "{kind:?}"
        );
    }
    assert_eq!("17(3)".parse::<Ground>(), Err(UnknownWord));
}

#[test]
fn a_number_can_be_read_out() {
    assert_eq!(DsrId::from_bytes([0; 16]).number(), "0000-0000");
    let mut bytes = [0; 16];
    bytes[15] = 31;
    bytes[11] = 0x80;
    assert_eq!(DsrId::from_bytes(bytes).number(), "G000-000Z");
}

fn any_act() -> impl Strategy<Value = Act> {
    let on = (0..130u64).prop_map(|days| {
        day("2026-01-31")
            .checked_add_days(chrono::Days::new(days))
            .unwrap()
    });
    (on, 0..11u8, 0..13usize).prop_map(|(on, kind, at)| {
        let pick = |count: usize| at % count;
        match kind {
            0 => Act::AskIdentity {
                on,
                doubt: Doubt::ALL[pick(4)],
            },
            1 => Act::Identify {
                on,
                known_by: KnownBy::ALL[pick(6)],
            },
            2 => Act::Extend {
                on,
                reason: ExtensionReason::ALL[pick(2)],
            },
            3 => Act::Assign { owner: None },
            7 => Act::Challenge { on },
            8 => Act::Correct {
                on,
                what: CorrectedKind::ALL[pick(2)],
            },
            9 => Act::Confirm {
                on,
                by: ConfirmedBy::ALL[pick(2)],
            },
            10 => Act::DropCorrection { on },
            4 => Act::Fulfil {
                on,
                except: (at > 6).then(|| Ground::ALL[at]),
            },
            5 => Act::Refuse {
                on,
                ground: Ground::ALL[at],
            },
            _ => Act::Close {
                on,
                reason: ClosedAs::ALL[pick(3)],
            },
        }
    })
}

proptest! {
    /// Whatever is done: a refused act changes nothing, versions count, one answer is the last, a request
    /// that waits has a date unless it waits for the person, and what is kept reads back.
    #[test]
    fn no_way_leads_to_a_wrong_state(kind in 0..6usize, acts in prop::collection::vec(any_act(), 0..12)) {
        let mut request = received(RequestKind::ALL[kind], "2026-01-31");
        for act in acts {
            let Ok(next) = request.after(&act) else { continue };
            prop_assert!(request.is_open());
            prop_assert_eq!(next.version, request.version + 1);
            prop_assert_eq!(next.deadline().unwrap().statutory, day("2026-02-28"));
            let waits = next.state == State::IdentityWanted;
            // what was asked after the end mends no delay: then there still is a date
            prop_assert!(!next.is_open() || waits || next.due_on().is_some());
            prop_assert!(next.is_open() || next.due_on().is_none());
            let kept = serde_json::to_string(&next).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Request>(&kept).unwrap(), &next);
            let told = serde_json::to_value(&act).unwrap();
            prop_assert_eq!(&serde_json::from_value::<Act>(told).unwrap(), &act);
            request = next;
        }
    }

    /// The month again, counted otherwise: day by day on a calendar of the test's own.
    #[test]
    fn the_month_is_that_of_another_count(days in 0..7_600u32) {
        let received = NaiveDate::from_ymd_opt(2020, 1, 1).unwrap() + chrono::Days::new(days.into());
        let (mut year, mut month, wanted) = (received.year(), received.month() + 1, received.day());
        if month == 13 {
            (year, month) = (year + 1, 1);
        }
        let mut last = (year, month, wanted.min(length(year, month)));
        while weekday(last) == 0 || weekday(last) == 6 || is_holiday(last) {
            last = tomorrow(last);
        }
        let mut request = self::received(RequestKind::Access, "2026-01-31");
        request.receipt.received_on = received;
        let due = request.due_on().unwrap();
        prop_assume!(Calendar::of("FR").unwrap().years().contains(&due.year()));
        prop_assert_eq!((due.year(), due.month(), due.day()), last);
    }
}

type Day = (i32, u32, u32);

fn length(year: i32, month: u32) -> u32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn tomorrow((year, month, day): Day) -> Day {
    match (month, day < length(year, month)) {
        (_, true) => (year, month, day + 1),
        (12, false) => (year + 1, 1, 1),
        (_, false) => (year, month + 1, 1),
    }
}

/// Sunday is 0 (Sakamoto).
fn weekday((year, month, day): Day) -> i32 {
    let shift = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4];
    let year = if month < 3 { year - 1 } else { year };
    let at = shift[usize::try_from(month).unwrap() - 1];
    (year + year / 4 - year / 100 + year / 400 + at + i32::try_from(day).unwrap()) % 7
}

/// France's, from the list that was made elsewhere.
fn is_holiday((year, month, day): Day) -> bool {
    let list = include_str!("../../../tests/data/law/holidays.txt");
    let line = list
        .lines()
        .find(|line| line.starts_with(&format!("FR {year} ")));
    line.is_some_and(|line| {
        line.split(' ')
            .any(|one| one == format!("{month:02}{day:02}"))
    })
}
