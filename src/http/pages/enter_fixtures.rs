//! The ways in, to try things on: full of hostile text.

use super::fixtures::{HOSTILE, at, form, frame, kept, text};
use super::*;

fn item() -> ConfirmItem {
    ConfirmItem {
        title: text(),
        channel: HOSTILE.to_owned(),
        words: Some((text(), HOSTILE.to_owned())),
    }
}

fn confirm(language: Language, by: ConfirmBy) -> String {
    ConfirmPage {
        frame: frame(language),
        masked_contact: HOSTILE.to_owned(),
        items: vec![item()],
        form: form(),
        by,
    }
    .render()
}

fn confirmed(language: Language, state: ConfirmedState) -> String {
    ConfirmedPage {
        frame: frame(language),
        masked_contact: HOSTILE.to_owned(),
        state,
        position: Some(48_211),
    }
    .render()
}

fn inbox(language: Language, error: Option<CodeError>) -> String {
    InboxPage {
        frame: frame(language),
        masked_contact: Some(HOSTILE.to_owned()),
        newcomers: error.is_some(),
        again_url: HOSTILE.to_owned(),
        form: form(),
        error,
    }
    .render()
}

fn link(language: Language, state: LinkState) -> String {
    LinkInPage {
        frame: frame(language),
        state,
        form: form(),
    }
    .render()
}

fn enter(language: Language, is_open: bool, error: bool) -> String {
    EnterPage {
        frame: frame(language),
        form: is_open.then(form),
        newcomers: error,
        error,
    }
    .render()
}

fn own_login(language: Language, why: NotIn) -> String {
    OwnLoginPage {
        frame: frame(language),
        why,
        sign_in_url: Some(HOSTILE.to_owned()),
    }
    .render()
}

fn me(language: Language) -> String {
    let contact = |kind: &str, choices| OwnContact {
        kind: kind.to_owned(),
        masked: HOSTILE.to_owned(),
        choices,
    };
    MePage {
        kept: vec![kept()],
        frame: frame(language),
        masked_contact: HOSTILE.to_owned(),
        contacts: vec![contact("email", Some(form())), contact(HOSTILE, None)],
        links: ["me-rights", "me-requests", "me-history"]
            .map(|word| (word, HOSTILE.to_owned()))
            .to_vec(),
        sign_out: form(),
    }
    .render()
}

fn history(language: Language, some: bool) -> String {
    let item = |done| HistoryItem {
        done,
        at: at(),
        about: Some((text(), HOSTILE.to_owned())),
        step: Some("stop_all"),
        source: Some(Source {
            kind: "store".to_owned(),
            place: Some(HOSTILE.to_owned()),
        }),
        words: Some((text(), HOSTILE.to_owned())),
        receipt_url: Some(HOSTILE.to_owned()),
    };
    let bare = |done| HistoryItem {
        about: None,
        step: None,
        source: None,
        words: None,
        receipt_url: None,
        ..item(done)
    };
    use Done::{Answered, Disputed, NoProfile, Paced, Restricted, Stopped, Unrestricted};
    let told = [item(Answered("given")), item(Paced(PaceTold::default()))];
    let told = told.into_iter();
    let bare = [Stopped, NoProfile, Restricted, Unrestricted, Disputed].map(bare);
    HistoryPage {
        frame: frame(language),
        items: told.chain(bare).filter(|_| some).collect(),
        further_url: some.then(|| HOSTILE.to_owned()),
        me_url: HOSTILE.to_owned(),
    }
    .render()
}

fn copy(state: CopyState) -> CopyCard {
    CopyCard {
        asked_at: at(),
        request: Some(HOSTILE.to_owned()),
        again_url: (state == CopyState::Waiting).then(|| HOSTILE.to_owned()),
        state,
    }
}

fn data(language: Language, too_many: bool, stale: bool) -> String {
    let file = |download| CopyFile {
        tables: vec![("choices".to_owned(), 3), (HOSTILE.to_owned(), 12_000)],
        kilobytes: 1_204,
        sha256: "0123456789abcdef".repeat(4),
        until: at(),
        downloads: 2,
        left_out: vec![HOSTILE.to_owned()],
        download,
    };
    let states = [
        CopyState::Waiting,
        CopyState::Ready(file(Some(form()))),
        CopyState::Ready(file(None)),
        CopyState::Failed,
        CopyState::Expired,
    ];
    OwnDataPage {
        frame: frame(language),
        contents: vec!["contacts", "decisions"],
        has_systems: true,
        ask: form(),
        too_many,
        stale,
        copies: states.map(copy).into(),
        sign_in_url: HOSTILE.to_owned(),
        me_url: HOSTILE.to_owned(),
    }
    .render()
}

/// Each of them, in each state, with a name.
pub(super) fn ways_in(language: Language) -> Vec<(String, String)> {
    use CodeError::{Tries, Wrong};
    use ConfirmBy::{Button, Code};
    use ConfirmedState::{Before, Done, Expired, NoSince, Replaced, YesSince};
    use LinkState::{Elsewhere, Late, Opens, Used};
    let (given, kept) = (vec![item()], vec![item()]);
    let pages = [
        ("enter", enter(language, true, false)),
        ("enter, closed", enter(language, false, false)),
        ("enter, error", enter(language, true, true)),
        ("inbox", inbox(language, None)),
        ("inbox, error", inbox(language, Some(Wrong))),
        ("inbox, error of tries", inbox(language, Some(Tries))),
        ("link", link(language, Opens)),
        ("link, error elsewhere", link(language, Elsewhere)),
        ("link, error used", link(language, Used)),
        ("link, error late", link(language, Late)),
        ("own login, unknown", own_login(language, NotIn::Unknown)),
        ("own login, error", own_login(language, NotIn::Refused)),
        (
            "first choices, nothing",
            own_login(language, NotIn::Nothing),
        ),
        (
            "first choices, error late",
            own_login(language, NotIn::Late),
        ),
        ("me", me(language)),
        ("history", history(language, true)),
        ("history, empty", history(language, false)),
        ("data", data(language, false, false)),
        ("data, error of many", data(language, true, false)),
        ("data, error stale", data(language, false, true)),
        ("confirm", confirm(language, Button)),
        ("confirm by code", confirm(language, Code(None))),
        ("confirm, error", confirm(language, Code(Some(Wrong)))),
        (
            "confirm, error of tries",
            confirm(language, Code(Some(Tries))),
        ),
        ("confirmed", confirmed(language, Done(given, kept))),
        ("confirmed before", confirmed(language, Before(at()))),
        ("confirmed, no since", confirmed(language, NoSince(at()))),
        ("confirmed, yes since", confirmed(language, YesSince(at()))),
        ("confirmed, error late", confirmed(language, Expired)),
        ("confirmed, error replaced", confirmed(language, Replaced)),
    ];
    let named = pages.into_iter();
    named.map(|(name, html)| (name.to_owned(), html)).collect()
}
