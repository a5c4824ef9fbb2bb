//! Pages about imports, full of hostile text.

use super::fixtures::{HOSTILE, at, form};
use super::staff_fixtures::desk;
use super::*;

fn hostile() -> String {
    HOSTILE.to_owned()
}

fn picks() -> Vec<Pick> {
    vec![Pick {
        value: hostile(),
        label: Text::new(HOSTILE),
        selected: true,
    }]
}

fn line() -> ImportLine {
    ImportLine {
        at: at(),
        by: Some(hostile()),
        actor: "staff".to_owned(),
        map: hostile(),
        rows: 41_212,
        yes: 3,
        no: 2,
        refused: 1,
        url: "/console/imports/9".to_owned(),
    }
}

fn columns(language: Language, fault: Option<ImportFault>) -> String {
    ImportColumnsPage {
        frame: desk(language),
        form: form(),
        rows: 3,
        encoding: "windows-1252",
        delimiter: '\t',
        columns: vec![ColumnView {
            name: hostile(),
            samples: vec![hostile()],
        }],
        source: hostile(),
        country: hostile(),
        email: picks(),
        phone: picks(),
        customer: picks(),
        wanted: picks(),
        answer: picks(),
        date: picks(),
        notice: picks(),
        language: picks(),
        act: picks(),
        fault,
    }
    .render()
}

fn meanings(language: Language, fault: Option<ImportFault>) -> String {
    let word = |field: &str, word: &str| WordView {
        field: field.to_owned(),
        word: word.to_owned(),
        picks: picks(),
    };
    ImportMeaningsPage {
        frame: desk(language),
        form: form(),
        column: hostile(),
        words: vec![word("word-0", ""), word("word-1", HOSTILE)],
        formats: Some((hostile(), picks())),
        fault,
    }
    .render()
}

fn tried(language: Language, runs: bool) -> String {
    ImportTriedPage {
        frame: desk(language),
        sha256: "c0ffee".to_owned(),
        map: hostile(),
        mapping: Some(hostile()),
        counts: vec![("rows", 41_212), ("given", 3)],
        without_proof: 2,
        writes: 3,
        refused: vec![RefusedLine {
            line: 9,
            column: Some(hostile()),
            code: "none-such",
            what: hostile(),
        }],
        refused_lines: 9,
        kept_out: vec![7],
        kept_out_more: true,
        refused_file: Some(form()),
        run: runs.then(form),
        warns_of_filter: true,
        back_url: "/console/imports".to_owned(),
    }
    .render()
}

pub(super) fn imports(language: Language) -> Vec<(String, String)> {
    let list = |rows, fault| {
        ImportsPage {
            frame: desk(language),
            rows,
            older: Some("/console/imports?before=9".to_owned()),
            upload: Some(form()),
            layouts: picks(),
            fault,
        }
        .render()
    };
    let one = ImportShownPage {
        frame: desk(language),
        line: line(),
        position: 48_211,
        source: hostile(),
        file_mark: Some(hostile()),
        counts: vec![("rows", 41_212), ("reopen", 1)],
    };
    let wrong = || Some(ImportFault::Unfit(vec![hostile()]));
    let mut pages = vec![
        ("imports".to_owned(), list(vec![line()], None)),
        ("imports, none".to_owned(), list(Vec::new(), None)),
        ("import".to_owned(), one.render()),
        ("import, columns".to_owned(), columns(language, None)),
        (
            "error import, columns".to_owned(),
            columns(language, wrong()),
        ),
        ("import, words".to_owned(), meanings(language, None)),
        (
            "error import, words".to_owned(),
            meanings(language, wrong()),
        ),
        ("import, tried".to_owned(), tried(language, true)),
        ("import, nothing".to_owned(), tried(language, false)),
    ];
    for fault in [
        ImportFault::StaleForm,
        ImportFault::TooLong,
        ImportFault::NoFile,
        ImportFault::NoMapping,
        ImportFault::Busy,
        ImportFault::Mapping(3, hostile()),
        ImportFault::Contact,
        ImportFault::Wanted,
        ImportFault::Answer,
        ImportFault::Words,
        ImportFault::Date,
        ImportFault::Source,
        ImportFault::Meaning,
    ] {
        let name = format!("error imports {fault:?}");
        pages.push((name, list(Vec::new(), Some(fault))));
    }
    pages
}
