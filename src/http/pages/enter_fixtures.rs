//! The ways in, to try things on: full of hostile text.

use super::fixtures::{HOSTILE, at, form, frame, text};
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
        error,
    }
    .render()
}

fn own_login(language: Language, unknown: bool) -> String {
    OwnLoginPage {
        frame: frame(language),
        unknown,
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
        frame: frame(language),
        masked_contact: HOSTILE.to_owned(),
        contacts: vec![contact("email", Some(form())), contact(HOSTILE, None)],
        links: vec![("me-history", HOSTILE.to_owned())],
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
        ("own login, unknown", own_login(language, true)),
        ("own login, error", own_login(language, false)),
        ("me", me(language)),
        ("history", history(language, true)),
        ("history, empty", history(language, false)),
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
