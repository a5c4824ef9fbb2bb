//! Pages of purposes and of publishing them, full of hostile text.

use std::collections::BTreeMap;

use super::fixtures::{HOSTILE, at, every_row, form, purpose, text};
use super::staff_fixtures::desk;
use super::*;
use crate::domain::registry::Piece;

fn hostile() -> String {
    HOSTILE.to_owned()
}

fn term() -> Term {
    Term {
        label: hostile(),
        language: Some("de".to_owned()),
        text: text(),
    }
}

fn changed() -> ChangedTerm {
    ChangedTerm {
        label: hostile(),
        lang: Some("de".to_owned()),
        pieces: vec![
            Piece::Kept(hostile()),
            Piece::Gone(hostile()),
            Piece::New(hostile()),
        ],
    }
}

fn previews() -> Vec<Preview> {
    let of = |language: Language, content| {
        let id = format!("{}.news", language.code());
        Preview::of(language, purpose(&id, content))
    };
    let explained = Content::Explained(WhyNoChoice::Contract);
    vec![
        of(Language::Fr, Content::Choices(every_row())),
        of(Language::De, explained),
    ]
}

fn row(changes: Option<Vec<ChangedTerm>>) -> VersionRow {
    VersionRow {
        name: hostile(),
        since: at(),
        until: changes.is_none().then(at),
        by: hostile(),
        position: 48_211,
        change: Some("major"),
        changes,
        terms: vec![term()],
    }
}

fn filled(errors: &[(&str, &'static str)]) -> Filled {
    let names = ["id", "title.fr", "description.fr", "text.fr", "retention"];
    let values = names.map(|name| (name.to_owned(), hostile()));
    let errors = errors
        .iter()
        .map(|(name, code)| ((*name).to_owned(), *code));
    Filled {
        values: BTreeMap::from(values),
        errors: errors.collect(),
    }
}

fn picks() -> Vec<Pick> {
    let pick = |value: &str, selected| Pick {
        value: value.to_owned(),
        label: Text::new(HOSTILE),
        selected,
    };
    vec![pick("email", true), pick("sms", false)]
}

fn spoken() -> Vec<(String, String, bool)> {
    let one = |code: &str, shown| (code.to_owned(), hostile(), shown);
    vec![one("fr", true), one("de", false)]
}

fn purpose_form(
    language: Language,
    errors: &[(&str, &'static str)],
    fault: Option<PublishFault>,
) -> String {
    PurposeFormPage {
        frame: desk(language),
        form: form(),
        is_new: true,
        back_url: hostile(),
        controllers: picks(),
        uses: picks(),
        bases: picks(),
        channels: picks(),
        confirms: picks(),
        spoken: spoken(),
        filled: filled(errors),
        fault,
    }
    .render()
}

fn words_form(language: Language, errors: &[(&str, &'static str)]) -> String {
    WordsFormPage {
        frame: desk(language),
        form: form(),
        back_url: hostile(),
        name: hostile(),
        first: false,
        changes: vec![("minor", true), ("major", false)],
        mentions: picks(),
        names_sender: picks(),
        spoken: spoken(),
        filled: filled(errors),
        fault: None,
    }
    .render()
}

fn check(language: Language, changes: Option<Vec<ChangedTerm>>) -> String {
    PublishCheckPage {
        frame: desk(language),
        title: text(),
        name: hostile(),
        words: changes.is_some(),
        meaning: vec![hostile()],
        changes,
        terms: vec![term()],
        previews: previews(),
        missing: vec!["Deutsch"],
        publish: form(),
        again: form(),
    }
    .render()
}

/// Every page of them.
pub(super) fn publishing(language: Language) -> Vec<(String, String)> {
    let line = PurposeLine {
        id: hostile(),
        url: hostile(),
        title: text(),
        law_use: hostile(),
        basis: "consent",
        channels: vec!["email"],
        retention: Some(hostile()),
        notice: Some(hostile()),
        since: at(),
        by: hostile(),
    };
    let list = PurposesPage {
        frame: desk(language),
        brands: vec![(hostile(), vec![line])],
        new_url: Some("/console/new-purpose"),
    };
    let one = PurposePage {
        frame: desk(language),
        id: hostile(),
        title: text(),
        done: true,
        terms: vec![term()],
        previews: previews(),
        missing: vec!["Deutsch"],
        versions: vec![row(Some(vec![changed()])), row(None)],
        texts: vec![row(Some(vec![changed()])), row(None)],
        change: Some((hostile(), hostile())),
    };
    let wrong = [
        ("id", "name_malformed"),
        ("channels", "channels_missing"),
        ("title", "title_missing"),
        ("retention", "period_malformed"),
        ("use", "use_unknown"),
    ];
    let words = [
        ("text", "text_missing"),
        ("change", "change_missing"),
        ("recipients", "recipient_unnamed"),
    ];
    let mut pages = vec![
        ("purposes".to_owned(), list.render()),
        ("purpose".to_owned(), one.render()),
        ("purpose form".to_owned(), purpose_form(language, &[], None)),
        (
            "error purpose form".to_owned(),
            purpose_form(language, &wrong, None),
        ),
        ("words form".to_owned(), words_form(language, &[])),
        ("error words form".to_owned(), words_form(language, &words)),
        (
            "publish check".to_owned(),
            check(language, Some(vec![changed()])),
        ),
        ("publish check, first".to_owned(), check(language, None)),
    ];
    for fault in [
        PublishFault::StaleForm,
        PublishFault::Nothing,
        PublishFault::Meanwhile,
        PublishFault::Unchecked,
        PublishFault::Unavailable,
    ] {
        let page = purpose_form(language, &[], Some(fault));
        pages.push((format!("error purpose form {fault:?}"), page));
    }
    pages
}
