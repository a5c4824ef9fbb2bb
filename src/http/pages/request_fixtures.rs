//! The pages of requests, to try things on: full of hostile text.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::fixtures::{HOSTILE, at, form};
use super::staff_fixtures::desk;
use super::*;
use crate::app::requests::{Board, Card, Column, RequestView, Waits};
use crate::domain::ids::{CaseId, DsrId};
use crate::domain::requests::{
    Act, Doubt, ExtensionReason, KnownBy, Receipt, Request, RequestKind, Via,
};
use crate::domain::systems::{Failure, Outcome, Progress, Step, Verb};
use crate::store::TaskTold;
use chrono::NaiveDate;

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).unwrap_or_default()
}

fn request(kind: RequestKind, acts: &[Act]) -> Request {
    let receipt = Receipt {
        kind,
        via: Via::Letter,
        received_on: day(3, 6),
        country: "FR".to_owned(),
        mandated: true,
        duplicate: true,
        known_by: None,
    };
    let fresh = Request::received(DsrId::from_bytes([9; 16]), receipt);
    acts.iter()
        .fold(fresh, |request, act| request.after(act).unwrap_or(request))
}

fn asked() -> Act {
    let doubt = Doubt::SenderUnknown;
    Act::AskIdentity {
        on: day(3, 10),
        doubt,
    }
}

fn known() -> Act {
    let known_by = KnownBy::KnownContact;
    Act::Identify {
        on: day(3, 12),
        known_by,
    }
}

fn extended() -> Act {
    let reason = ExtensionReason::Complexity;
    Act::Extend {
        on: day(3, 20),
        reason,
    }
}

fn task(outcome: Option<Outcome>) -> TaskTold {
    TaskTold {
        case: CaseId::from_bytes([9; 16]),
        system: "shop-db".parse().unwrap(),
        verb: Verb::Erase,
        progress: Progress {
            evidence: Some(HOSTILE.to_owned()),
            outcome,
            ..Progress::at(Step::Locate)
        },
    }
}

fn tasks() -> Vec<TaskTold> {
    let ground = HOSTILE.to_owned();
    let until = Some(day(12, 31));
    let why = Failure::TimedOut;
    vec![
        task(None),
        task(Some(Outcome::Done)),
        task(Some(Outcome::Partly {
            why: ground.clone(),
        })),
        task(Some(Outcome::Refused {
            ground: ground.clone(),
        })),
        task(Some(Outcome::LegalHold {
            ground: ground.clone(),
            until,
        })),
        task(Some(Outcome::LegalHold {
            ground,
            until: None,
        })),
        task(Some(Outcome::NotVerified { left: 2 })),
        task(Some(Outcome::Failed { why })),
    ]
}

fn pick() -> Pick {
    Pick {
        value: HOSTILE.to_owned(),
        label: Text::new(HOSTILE),
        selected: true,
    }
}

fn board(language: Language, table: bool, stale: bool) -> String {
    let card = |view: Request, column, waits| Card {
        view: RequestView::of(view, day(4, 5)),
        column,
        owner: Some(HOSTILE.to_owned()),
        waits,
    };
    let failed = task(Some(Outcome::Failed {
        why: Failure::TimedOut,
    }));
    let cards = vec![
        card(
            request(RequestKind::Access, &[]),
            Column::Late,
            Waits::Owner,
        ),
        card(
            request(RequestKind::Erasure, &[asked()]),
            Column::Later,
            Waits::Person,
        ),
        card(
            request(RequestKind::Erasure, &[known()]),
            Column::Week,
            Waits::Task(task(None)),
        ),
        card(
            request(RequestKind::Erasure, &[known()]),
            Column::Week,
            Waits::Task(failed),
        ),
        card(
            request(RequestKind::Access, &[extended()]),
            Column::Month,
            Waits::Identity,
        ),
        card(
            request(RequestKind::Objection, &[]),
            Column::Late,
            Waits::Answer,
        ),
    ];
    BoardPage {
        frame: desk(language),
        board: Board {
            first: vec![0, 2, 3],
            cards,
            more: true,
            staff: Vec::new(),
        },
        kinds: vec![pick()],
        owners: vec![pick()],
        table,
        other_url: HOSTILE.to_owned(),
        feed: Some(FeedView {
            make: form(),
            end: Some(form()),
            url: Some(HOSTILE.to_owned()),
        }),
        stale,
    }
    .render()
}

fn acts() -> Acts {
    Acts {
        form: form(),
        reply: PostForm {
            action_url: HOSTILE.to_owned(),
            hidden: vec![("why".to_owned(), HOSTILE.to_owned())],
        },
        owners: vec![pick()],
        known_by: vec![pick()],
        doubts: vec![pick()],
        extensions: vec![pick()],
        grounds: vec![pick()],
        closures: vec![pick()],
        tongues: vec![pick()],
        correction: Some(CorrectionActs {
            contacts: vec![pick()],
            waits: true,
            calls: true,
        }),
    }
}

fn moment(who: Who, note: bool) -> Moment {
    Moment {
        position: 48_211,
        at: at(),
        who,
        kind: "request.message".to_owned(),
        codes: vec![("request-via", HOSTILE.to_owned())],
        on: Some(day(3, 6)),
        text: Some(HOSTILE.to_owned()),
        note,
        proof_url: Some(HOSTILE.to_owned()),
    }
}

fn file(language: Language, opened: bool, fault: Option<String>) -> String {
    let pair = || (HOSTILE.to_owned(), HOSTILE.to_owned());
    let request = request(RequestKind::Erasure, &[asked(), known(), extended()]);
    RequestFilePage {
        frame: desk(language),
        view: RequestView::of(request, day(4, 5)),
        owner: Some(HOSTILE.to_owned()),
        waits: Waits::Task(task(None)),
        package: Some(PackageTold {
            state: "failed",
            ready: Some((at(), at())),
            downloads: 3,
            form: Some(form()),
        }),
        tasks: tasks(),
        opened: opened.then(|| Opened {
            contacts: vec![pair()],
            named: vec![pair()],
            place: Some(HOSTILE.to_owned()),
            mandate: Some(pair()),
            repeats: Some(pair()),
        }),
        erased: false,
        reasons: vec![pick()],
        reference: HOSTILE.to_owned(),
        acts: Some(acts()),
        moments: vec![
            moment(Who::Person, false),
            moment(Who::Staff(HOSTILE.to_owned()), false),
            moment(Who::Actor("key".to_owned()), true),
            moment(Who::System(String::new()), false),
            moment(Who::System(HOSTILE.to_owned()), false),
        ],
        fault,
        done: Some("request-done-assign"),
        url: HOSTILE.to_owned(),
    }
    .render()
}

fn reply(language: Language, fault: Option<String>) -> String {
    ReplyPage {
        frame: desk(language),
        number: HOSTILE.to_owned(),
        act: "refuse".to_owned(),
        form: form(),
        text: HOSTILE.to_owned(),
        lang: "de".to_owned(),
        addresses: vec![pick()],
        erases: true,
        fault,
        back_url: HOSTILE.to_owned(),
    }
    .render()
}

fn letter(language: Language) -> String {
    LetterPage {
        frame: desk(language),
        number: HOSTILE.to_owned(),
        sender: (HOSTILE.to_owned(), vec![HOSTILE.to_owned()]),
        at: at(),
        text: HOSTILE.to_owned(),
        back_url: HOSTILE.to_owned(),
    }
    .render()
}

fn new(language: Language, errors: Vec<(Option<String>, String)>) -> String {
    let typed =
        ["email", "place", "text", "rows"].map(|name| (name.to_owned(), HOSTILE.to_owned()));
    let filed = FiledRow {
        number: HOSTILE.to_owned(),
        kind: "access",
        due: Some(day(4, 6)),
        url: Some(HOSTILE.to_owned()),
    };
    RequestNewPage {
        frame: desk(language),
        form: form(),
        kinds: vec![pick()],
        vias: vec![pick()],
        typed: typed.to_vec(),
        errors,
        filed: vec![filed],
        back_url: HOSTILE.to_owned(),
    }
    .render()
}

pub(super) fn requests(language: Language) -> Vec<(String, String)> {
    let fault = || Some(HOSTILE.to_owned());
    let wrong = vec![
        (Some("email".to_owned()), HOSTILE.to_owned()),
        (None, HOSTILE.to_owned()),
    ];
    let pages = [
        ("requests", board(language, false, false)),
        ("requests as a table", board(language, true, false)),
        ("error requests", board(language, false, true)),
        ("request, closed", file(language, false, None)),
        ("request, opened", file(language, true, None)),
        ("error request", file(language, true, fault())),
        ("reply", reply(language, None)),
        ("error reply", reply(language, fault())),
        ("letter", letter(language)),
        ("new request", new(language, Vec::new())),
        ("error new request", new(language, wrong)),
    ];
    pages.map(|(name, html)| (name.to_owned(), html)).to_vec()
}

/// The last day is said with every step that led to it: the pause, the holiday by its name, the weekend.
#[test]
fn the_count_of_the_days_names_what_moved_them() {
    let html = file(Language::En, false, None);
    for part in [
        "Monday 6\u{a0}April 2026",
        "The period stood still for 2 days",
        "it takes two further months",
    ] {
        assert!(html.contains(part), "{part}");
    }
    // one month after 6 March and two days of pause is 8 April; without the pause it is Easter Monday
    let plain = request(RequestKind::Access, &[]);
    let counted = super::request_words::count(Words::of(Language::En), &plain);
    let said = counted.join("\n");
    assert!(
        said.contains("6\u{a0}April 2026 is a public holiday, Lundi de Pâques"),
        "{said}"
    );
    assert!(said.contains("Tuesday 7\u{a0}April 2026"), "{said}");
}
