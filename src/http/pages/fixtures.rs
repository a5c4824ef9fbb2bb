//! Pages to try things on: harmless ones, and ones full of hostile text.

use super::enter_fixtures::ways_in;
use super::import_fixtures::imports;
use super::policy_fixtures::policies;
use super::publish_fixtures::publishing;
use super::request_fixtures::requests;
use super::rights_fixtures::rights_pages;
use super::staff_fixtures::{
    accounts, agent_pages, background, codes, disputes, home, keys, reports, retention, sign_in,
    staff, system,
};
use super::*;

pub(super) const HOSTILE: &str = r#"<script>alert("x")</script>'&"#;

pub(super) fn at() -> When {
    // 2026-11-22T14:02:00 in Paris
    chrono::DateTime::from_timestamp_nanos(1_795_352_520_000_000_000)
        .with_timezone(&chrono_tz::Europe::Paris)
}

pub(super) fn row(field: &str, state: RowState) -> ChoiceRow {
    ChoiceRow {
        field_name: field.to_owned(),
        channel: "email".to_owned(),
        locked: None,
        picked: None,
        pace: None,
        ask_again: matches!(state, RowState::No { .. }).then(at),
        state,
    }
}

/// The controls of a pause and a bound, with something that holds already.
pub(super) fn pace(name: &str, now: PaceTold) -> PaceControl {
    PaceControl {
        name: name.to_owned(),
        now,
        pauses: vec![("P1M", at()), ("P3M", at()), ("P6M", at())],
        bounds: vec!["one_a_week", "two_a_month", "one_a_month"],
        picked: (None, None),
    }
}

/// A row for each state there is.
pub(super) fn every_row() -> Vec<ChoiceRow> {
    let source = |place: Option<&str>| Source {
        kind: "store".to_owned(),
        place: place.map(str::to_owned),
    };
    let since = at();
    let yes = |since, source| RowState::Yes { since, source };
    let no = |how| RowState::No { since: at(), how };
    let states = [
        yes(None, None),
        yes(Some(since), None),
        yes(Some(since), Some(source(None))),
        yes(Some(since), Some(source(Some("Lille")))),
        no(NoKind::Refused),
        no(NoKind::Withdrawn),
        no(NoKind::Stopped),
        no(NoKind::Objected),
        RowState::NeverAsked,
        RowState::Expired { since },
        RowState::NewWords { since },
        RowState::Waiting { since },
        RowState::Unproven,
        RowState::Customer,
        RowState::Interest,
    ];
    let named = states.into_iter().enumerate();
    let rows = named.map(|(n, state)| row(&format!("f{n}"), state));
    let slowed = PaceTold {
        paused_until: Some(since),
        at_most: Some("two_a_month"),
    };
    let paces = [("p0", PaceTold::default()), ("p1", slowed)];
    let paced = paces.map(|(name, now)| ChoiceRow {
        pace: Some(pace(name, now)),
        ..row(name, yes(Some(since), None))
    });
    rows.chain(paced).collect()
}

pub(super) fn kept() -> KeptBack {
    KeptBack {
        ground: "legal_claims",
        law: "GDPR 17(3)(e)",
        until: at().date_naive(),
    }
}

pub(super) fn form() -> PostForm {
    PostForm {
        action_url: HOSTILE.to_owned(),
        hidden: vec![("csrf".to_owned(), HOSTILE.to_owned())],
    }
}

pub(super) fn text() -> Text {
    Text::foreign(HOSTILE, "de")
}

pub(super) fn frame(language: Language) -> Frame {
    Frame {
        help: Help {
            line: Some(HOSTILE.to_owned()),
            phone: Some(HOSTILE.to_owned()),
            mail: Some(HOSTILE.to_owned()),
            post: Some(HOSTILE.to_owned()),
            lang: Some("de".to_owned()),
        },
        legal_name: Some(HOSTILE.to_owned()),
        sheet_url: Some(HOSTILE.to_owned()),
        logo: Some(LogoView {
            url: HOSTILE.to_owned(),
            alt: text(),
        }),
        ..Frame::customer(language, HOSTILE)
    }
}

fn item() -> StopItem {
    StopItem {
        title: text(),
        channel: HOSTILE.to_owned(),
    }
}

#[allow(clippy::unnecessary_wraps, reason = "as the pages take it")]
pub(super) fn undo() -> Option<Undo> {
    Some(Undo {
        form: form(),
        rows: vec![Restored {
            title: text(),
            channel: HOSTILE.to_owned(),
            to: Standing::Yes,
            words: Some((text(), HOSTILE.to_owned())),
        }],
        partly: true,
        until: at(),
    })
}

fn remaining() -> Vec<Remaining> {
    vec![
        Remaining::ServiceMessages,
        Remaining::PostUntil(at().date_naive()),
        Remaining::Named(text()),
    ]
}

pub(super) fn purpose(id: &str, content: Content) -> PurposeBlock {
    PurposeBlock {
        id: id.to_owned(),
        title: text(),
        description: text(),
        notice: Some(Notice {
            reference: "news@3".to_owned(),
            text: text(),
        }),
        content,
    }
}

pub(super) fn choices(language: Language, rows: Vec<ChoiceRow>) -> ChoicesPage {
    ChoicesPage {
        frame: frame(language),
        masked_contact: "a•••@exemple.fr".to_owned(),
        form: form(),
        purposes: vec![
            purpose("news", Content::Choices(rows)),
            purpose("orders", Content::Explained(WhyNoChoice::Contract)),
            purpose("recalls", Content::Explained(WhyNoChoice::LegalObligation)),
            purpose("fraud", Content::Explained(WhyNoChoice::Other)),
        ],
        errors: vec![],
    }
}

pub(super) fn saved(language: Language, changes: Vec<Change>) -> SavedPage {
    SavedPage {
        frame: frame(language),
        masked_contact: HOSTILE.to_owned(),
        changes,
        effective_at: at(),
        position: Some(48_211),
        remaining: remaining(),
        undo: undo(),
        undone: false,
        choices_url: HOSTILE.to_owned(),
    }
}

pub(super) fn change() -> Change {
    Change {
        title: text(),
        channel: "sms".to_owned(),
        before: Standing::NoAnswer,
        after: Standing::No,
    }
}

fn paced() -> Change {
    Change {
        before: Standing::Pace(PaceTold::default()),
        after: Standing::Pace(PaceTold {
            paused_until: Some(at()),
            at_most: Some("one_a_week"),
        }),
        ..change()
    }
}

/// One of every page, with a name, in one language.
pub(super) fn every_page(language: Language) -> Vec<(String, String)> {
    let mut pages = customer_pages(language);
    pages.extend(ways_in(language));
    pages.extend(rights_pages(language));
    for kind in [
        ProblemKind::NotSaved,
        ProblemKind::StaleForm,
        ProblemKind::BadRequest,
        ProblemKind::NotFound,
        ProblemKind::Forbidden,
        ProblemKind::TooMany,
        ProblemKind::Unavailable,
        ProblemKind::UndoLate,
    ] {
        let page = ProblemPage {
            frame: frame(language),
            kind,
            reference: Some(HOSTILE.to_owned()),
            back_url: Some(HOSTILE.to_owned()),
        };
        pages.push((format!("error {kind:?}"), page.render()));
    }
    for why in [WhyGone::Expired, WhyGone::Replaced, WhyGone::Unknown] {
        let frame = frame(language);
        pages.push((
            format!("error {why:?}"),
            LinkGonePage { frame, why }.render(),
        ));
    }
    pages.push(("sign in".to_owned(), sign_in(language, None).render()));
    for error in [
        SignInError::Wrong,
        SignInError::TooMany,
        SignInError::Passkey,
        SignInError::Copied,
        SignInError::StaleForm,
        SignInError::ProviderAway,
        SignInError::ProviderDeclined,
        SignInError::ProviderUnbelieved,
        SignInError::ProviderNoRole,
        SignInError::ProviderStale,
    ] {
        let page = sign_in(language, Some(error));
        pages.push((format!("error {error:?}"), page.render()));
    }
    let all = {
        use ExportError::{
            Campaign, CampaignOfUses, Failed, From, Future, Kind, Order, StaleForm, To, TooMany,
            Whole,
        };
        vec![
            From,
            To,
            Order,
            Future,
            Failed,
            StaleForm,
            Whole,
            Kind,
            Campaign,
            CampaignOfUses,
            TooMany,
        ]
    };
    pages.push(("home".to_owned(), home(language, vec![]).render()));
    pages.push(("reports".to_owned(), reports(language, vec![]).render()));
    pages.extend(background(language));
    pages.extend(accounts(language));
    pages.push(("retention".to_owned(), retention(language, None).render()));
    let wrong = Some(RetentionError::Until);
    pages.push((
        "retention, error".to_owned(),
        retention(language, wrong).render(),
    ));
    let (list, one) = codes(language);
    pages.push(("codes, error".to_owned(), list.render()));
    pages.push(("code".to_owned(), one.render()));
    let (list, one) = disputes(language);
    pages.push(("disputes, error".to_owned(), list.render()));
    pages.push(("dispute".to_owned(), one.render()));
    pages.push(("keys".to_owned(), keys(language).render()));
    pages.push(("system".to_owned(), system(language).render()));
    pages.push(("staff".to_owned(), staff(language, None).render()));
    let wrong = Some(StaffError::Day);
    pages.push(("error staff".to_owned(), staff(language, wrong).render()));
    let failed = reports(language, all.clone()).render();
    pages.push(("error reports".to_owned(), failed));
    pages.push(("error home".to_owned(), home(language, all).render()));
    pages.extend(agent_pages(language));
    pages.extend(requests(language));
    pages.extend(publishing(language));
    pages.extend(policies(language));
    pages.extend(checks(language));
    pages.extend(imports(language));
    pages
}

/// Asked by staff: an answer, a list, and what is wrong.
fn checks(language: Language) -> Vec<(String, String)> {
    let frame = super::staff_fixtures::desk(language);
    let hostile = || HOSTILE.to_owned();
    let one = CheckedOne {
        permitted: false,
        reason: hostile(),
        explanation: hostile(),
        also: vec![hostile()],
        lawful: Some(hostile()),
        obligations: vec![hostile()],
        policies: vec![hostile()],
        valid_until: Some(at()),
        ask_again: Some(at()),
        notice: Some(hostile()),
        position: 48_211,
        version: hostile(),
        id: hostile(),
    };
    let bars = [(hostile(), vec![3]), (hostile(), vec![0])];
    let chart = BarChart::new(vec![hostile()], &bars, frame.words());
    let list = CheckedList {
        lines: 1_204,
        permitted: 3,
        rows: vec![ReasonRow {
            reason: hostile(),
            words: hostile(),
            lines: 1_201,
        }],
        picture: chart.render(HOSTILE),
        file: form(),
    };
    let page = |one, list, fault| CheckingPage {
        frame: frame.clone(),
        ask: form(),
        filter: form(),
        contact: hostile(),
        wanted: vec![Pick {
            value: hostile(),
            label: Text::new(HOSTILE),
            selected: true,
        }],
        one,
        list,
        fault,
    };
    let permitted = CheckedOne {
        permitted: true,
        ..one.clone()
    };
    let mut pages = vec![
        ("check".to_owned(), page(None, None, None).render()),
        (
            "check, answer".to_owned(),
            page(Some(one), None, None).render(),
        ),
        (
            "check, permit".to_owned(),
            page(Some(permitted), None, None).render(),
        ),
        (
            "check, list".to_owned(),
            page(None, Some(list), None).render(),
        ),
    ];
    for fault in [
        CheckFault::StaleForm,
        CheckFault::Contact,
        CheckFault::Wanted,
        CheckFault::TooLong,
        CheckFault::Header,
    ] {
        let failed = page(None, None, Some(fault)).render();
        pages.push((format!("error check {fault:?}"), failed));
    }
    pages
}

fn receipts(language: Language) -> Vec<(String, String)> {
    let receipt = ReceiptPage {
        frame: frame(language),
        title: text(),
        facts: vec![
            ("receipt-to", HOSTILE.to_owned()),
            ("receipt-answer", HOSTILE.to_owned()),
        ],
        words: Some((text(), HOSTILE.to_owned())),
        place: ReceiptPlace {
            position: 48_211,
            size: 50_000,
            holds: true,
        },
        ways: Some(ReceiptWays {
            json_url: HOSTILE.to_owned(),
            linked_url: HOSTILE.to_owned(),
            proof_url: HOSTILE.to_owned(),
            not_me: Some(form()),
        }),
        disputed: None,
        noted: false,
    };
    let noted = ReceiptPage {
        disputed: Some(at()),
        noted: true,
        ways: None,
        place: ReceiptPlace {
            holds: false,
            ..receipt.place
        },
        ..receipt.clone()
    };
    let check = |wrong, missing| ReceiptCheckPage {
        frame: frame(language),
        form: form(),
        wrong,
        missing,
    };
    vec![
        ("receipt".to_owned(), receipt.render()),
        ("receipt, disputed".to_owned(), noted.render()),
        ("receipt check".to_owned(), check(false, true).render()),
        (
            "error receipt check".to_owned(),
            check(true, false).render(),
        ),
    ]
}

fn customer_pages(language: Language) -> Vec<(String, String)> {
    let mut failed = choices(language, every_row());
    failed.errors = vec![
        ChoicesError::Changed {
            field: "f1".to_owned(),
        },
        ChoicesError::Invalid {
            field: "f2".to_owned(),
        },
        ChoicesError::StaleForm,
    ];
    let stop = StopPage {
        frame: frame(language),
        masked_contact: HOSTILE.to_owned(),
        items: vec![item()],
        form: form(),
        all_form: Some(form()),
        choices_url: Some(HOSTILE.to_owned()),
    };
    let stopped = StoppedPage {
        frame: frame(language),
        masked_contact: HOSTILE.to_owned(),
        items: vec![item()],
        effective_at: at(),
        position: Some(1),
        remaining: remaining(),
        undo: undo(),
        choices_url: Some(HOSTILE.to_owned()),
    };
    let mut pages = vec![
        (
            "choices".to_owned(),
            choices(language, every_row()).render(),
        ),
        ("error choices".to_owned(), failed.render()),
        ("no choices".to_owned(), choices(language, vec![]).render()),
        (
            "saved".to_owned(),
            saved(language, vec![change(), paced()]).render(),
        ),
        ("unchanged".to_owned(), saved(language, vec![]).render()),
        (
            "undone".to_owned(),
            SavedPage {
                undone: true,
                ..saved(language, vec![change()])
            }
            .render(),
        ),
        (
            "accessibility".to_owned(),
            AccessPage {
                frame: frame(language),
            }
            .render(),
        ),
        ("texts".to_owned(), texts(language).render()),
        ("stop".to_owned(), stop.render()),
        ("stopped".to_owned(), stopped.render()),
    ];
    let why = WhyPage {
        frame: frame(language),
        permitted: true,
        simulation: false,
        item: item(),
        made_at: at(),
        explanation: text(),
        ways: None,
        sources: vec![HOSTILE.to_owned()],
        answer: WhyRests::OnNone,
        version: HOSTILE.to_owned(),
        reference: HOSTILE.to_owned(),
    };
    let ways = Some(WhyWays {
        stop: form(),
        choices_url: format!("/c/{HOSTILE}"),
    });
    let own = WhyPage {
        ways,
        ..why.clone()
    };
    pages.push(("why own".to_owned(), own.render()));
    let list = WhyPage {
        answer: WhyRests::List,
        ..own
    };
    pages.push(("why list".to_owned(), list.render()));
    pages.extend(receipts(language));
    for (permitted, simulation) in [(true, false), (false, false), (true, true)] {
        let page = WhyPage {
            permitted,
            simulation,
            ..why.clone()
        };
        pages.push((format!("why {permitted} {simulation}"), page.render()));
    }
    for said in [Said::Nothing, Said::Yes, Said::No, Said::NoMore] {
        let answer = WhyAnswer {
            said,
            since: at(),
            source: HOSTILE.to_owned(),
            words: Some((Text::foreign(HOSTILE, "de"), HOSTILE.to_owned())),
        };
        let page = WhyPage {
            answer: WhyRests::On(answer),
            ..why.clone()
        };
        pages.push((format!("why {said:?}"), page.render()));
    }
    use AlreadyStopped::{Everything, NeverAsked, Objected, Refused, Withdrawn};
    for already in [
        Withdrawn(at()),
        Refused(at()),
        Everything(at()),
        Objected(at()),
        NeverAsked,
    ] {
        let page = AlreadyStoppedPage {
            frame: frame(language),
            masked_contact: HOSTILE.to_owned(),
            items: vec![item()],
            already,
            choices_url: Some(HOSTILE.to_owned()),
        };
        pages.push((format!("already {already:?}"), page.render()));
    }
    pages
}

fn texts(language: Language) -> TextsPage {
    use crate::domain::registry::Piece;
    let version = |until, differences| ShownVersion {
        reference: HOSTILE.to_owned(),
        since: at(),
        until,
        text: text(),
        differences,
        asks_again: true,
        others: vec![text(), Text::foreign(HOSTILE, "de")],
    };
    let hostile = || HOSTILE.to_owned();
    let pieces = vec![
        Piece::Kept(hostile()),
        Piece::Gone(hostile()),
        Piece::New(hostile()),
    ];
    TextsPage {
        frame: frame(language),
        texts: vec![ShownText {
            id: "news".to_owned(),
            title: text(),
            versions: vec![
                version(None, Some((Some("de".to_owned()), pieces))),
                version(Some(at()), None),
            ],
        }],
    }
}
