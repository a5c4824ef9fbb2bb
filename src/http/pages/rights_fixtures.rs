//! Rights and requests, to try things on: full of hostile text.

use super::fixtures::{HOSTILE, at, form, frame, kept};
use super::*;

fn hostile() -> String {
    HOSTILE.to_owned()
}

fn open() -> Vec<OpenRequest> {
    vec![OpenRequest {
        number: hostile(),
        since: at().date_naive(),
        url: hostile(),
    }]
}

fn ask(language: Language, error: Option<AskError>) -> String {
    AskPage {
        frame: frame(language),
        kind: "rectification",
        question: "ask-rectification-2".to_owned(),
        step: (2, 2),
        wanted: true,
        answer: hostile(),
        error,
        open: open(),
        form: form(),
        back_url: hostile(),
    }
    .render()
}

fn check(language: Language, may: bool) -> String {
    CheckPage {
        frame: frame(language),
        kind: "objection",
        at_once: true,
        items: vec![AskedItem {
            question: "ask-erasure".to_owned(),
            answer: hostile(),
            change_url: hostile(),
        }],
        masked_contact: hostile(),
        open: open(),
        form: may.then(form),
        back_url: hostile(),
    }
    .render()
}

fn one(language: Language, state: OwnState) -> OwnRequestPage {
    let day = at().date_naive();
    OwnRequestPage {
        frame: frame(language),
        kind: "erasure",
        number: hostile(),
        state,
        closed_as: Some("withdrawn"),
        ground: Some(("legal_obligation", "GDPR 17(3)(b)")),
        extension: Some(OwnExtension {
            reason: "complexity",
            told_on: day,
            first: Some(day),
        }),
        repeats: Some(hostile()),
        received_on: day,
        identity: OwnIdentity::Asked(day),
        in_work: true,
        at_once: true,
        correction: None,
        own: Some(form()),
        messages: [true, false]
            .map(|mine| OwnMessage {
                mine,
                at: at(),
                text: hostile(),
            })
            .to_vec(),
        write: form(),
        wrong: None,
        withdraw: Some(form()),
        authority: Some((HOSTILE, HOSTILE)),
        links: vec![("me-requests", hostile())],
    }
}

fn own_requests(language: Language) -> Vec<(String, String)> {
    let day = at().date_naive();
    let states = [
        OwnState::Due(day),
        OwnState::Late(day),
        OwnState::Waits(day),
        OwnState::Done("refused", day),
    ];
    let item = |state| OwnItem {
        kind: "access",
        number: hostile(),
        state,
        url: hostile(),
    };
    let list = |items: Vec<OwnItem>| OwnRequestsPage {
        kept: vec![kept()],
        frame: frame(language),
        items,
        links: vec![("history-back", hostile())],
    };
    let mut pages = vec![
        (
            "requests".to_owned(),
            list(states.map(item).to_vec()).render(),
        ),
        ("requests, none".to_owned(), list(Vec::new()).render()),
    ];
    for state in states {
        pages.push((format!("request {state:?}"), one(language, state).render()));
    }
    let bare = OwnRequestPage {
        identity: OwnIdentity::Known("other"),
        own: None,
        messages: Vec::new(),
        withdraw: None,
        authority: None,
        ..one(language, OwnState::Due(day))
    };
    let corrected = |what| OwnRequestPage {
        correction: Some(what),
        ..bare.clone()
    };
    for what in ["email", "phone"] {
        let name = format!("request, corrected {what}");
        pages.push((name, corrected(what).render()));
    }
    let wrong = OwnRequestPage {
        identity: OwnIdentity::Open,
        in_work: false,
        wrong: Some(hostile()),
        ..bare.clone()
    };
    pages.push(("request, bare".to_owned(), bare.render()));
    pages.push(("request, error".to_owned(), wrong.render()));
    pages
}

fn identity(language: Language, asks: IdentityAsks, by: ConfirmBy) -> String {
    IdentityPage {
        frame: frame(language),
        asks,
        masked_contact: hostile(),
        kind: "access",
        number: hostile(),
        received_on: at().date_naive(),
        form: form(),
        by,
    }
    .render()
}

fn answered(language: Language, asks: IdentityAsks, state: IdentityState) -> String {
    IdentityDonePage {
        frame: frame(language),
        asks,
        number: hostile(),
        state,
        due_on: Some(at().date_naive()),
    }
    .render()
}

/// Each of them, in each state, with a name.
pub(super) fn rights_pages(language: Language) -> Vec<(String, String)> {
    use CodeError::{Tries, Wrong};
    use ConfirmBy::{Button, Code};
    use IdentityState::{Before, Expired, Known, Over, Replaced};
    let right = |kind| RightItem {
        kind,
        at_once: kind == "objection",
        url: hostile(),
    };
    let rights = RightsPage {
        frame: frame(language),
        items: ["access", "objection"].map(right).to_vec(),
        links: vec![("me-requests", hostile())],
    };
    let pages = [
        ("rights", rights.render()),
        ("ask", ask(language, None)),
        ("ask, error", ask(language, Some(AskError::Empty))),
        ("ask, error long", ask(language, Some(AskError::Long))),
        ("check", check(language, true)),
        ("check, too many", check(language, false)),
    ];
    let asked = |(name, asks): (&str, IdentityAsks)| {
        let page = |by| identity(language, asks, by);
        let done = |state| answered(language, asks, state);
        [
            (name.to_owned(), page(Button)),
            (format!("{name} by code"), page(Code(None))),
            (format!("{name}, error"), page(Code(Some(Wrong)))),
            (format!("{name}, error of tries"), page(Code(Some(Tries)))),
            (format!("{name} known"), done(Known)),
            (format!("{name} before"), done(Before(at()))),
            (format!("{name}, error late"), done(Expired)),
            (format!("{name}, error replaced"), done(Replaced)),
            (format!("{name} over"), done(Over)),
        ]
    };
    let asked = [
        ("identity", IdentityAsks::Request),
        ("correction", IdentityAsks::Correction),
    ]
    .into_iter()
    .flat_map(asked);
    let named = pages
        .into_iter()
        .map(|(name, html)| (name.to_owned(), html));
    named.chain(asked).chain(own_requests(language)).collect()
}
