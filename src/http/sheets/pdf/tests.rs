//! What holds for every PDF: it is marked, named and archival; nothing is drawn outside the tree but
//! artifacts; long tables and long cells run over pages without losing a line.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::app::reports::{Column, ReportKind, ReportQuery};
use flate2::read::ZlibDecoder;
use std::io::Read;

const COLUMNS: &[Column] = &[
    Column::text("campaign"),
    Column::code("channel", "channel"),
    Column::number("decisions"),
    Column::trend("given_trend"),
];

fn report(language: Language, tables: &[(Table, Vec<Vec<Cell>>)]) -> Vec<u8> {
    let query = ReportQuery {
        report: ReportKind::Uses,
        from: "2026-01-01T00:00:00Z".parse().unwrap(),
        to: "2026-02-01T00:00:00Z".parse().unwrap(),
        timezone: Tz::UTC,
        controller: None,
        purpose: None,
        campaign: None,
        position: Some(7),
    };
    let mut out = Vec::new();
    let mut sheets = Pdf::new(&mut out, language);
    let about = About {
        query: &query,
        origin: "log.example/<test>&",
        last_at: Some("2026-01-31T23:30:00Z".parse().unwrap()),
    };
    sheets.begin(&about).unwrap();
    for (table, rows) in tables {
        sheets.table(table).unwrap();
        rows.iter().for_each(|row| sheets.row(row).unwrap());
    }
    sheets.end().unwrap();
    out
}

fn row(text: &str) -> Vec<Cell> {
    vec![
        Cell::Text(text.into()),
        Cell::List(vec!["email".into()]),
        Cell::Count(1_204),
        Cell::Trend(vec![1, 0, 2]),
    ]
}

/// The file as text, each byte a character.
fn plain(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// The streams that inflate, as text.
fn streams(bytes: &[u8]) -> Vec<String> {
    const WORD: &[u8] = b"stream\n";
    let starts = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(WORD));
    let inflate = |at: usize| {
        let mut found = Vec::new();
        let mut stream = ZlibDecoder::new(&bytes[at + WORD.len()..]);
        stream.read_to_end(&mut found).ok()?;
        Some(plain(&found))
    };
    starts.filter_map(inflate).collect()
}

fn pages(bytes: &[u8]) -> Vec<String> {
    let shows = |stream: &String| stream.contains(" Tf\n");
    streams(bytes).into_iter().filter(shows).collect()
}

fn count(text: &str, what: &str) -> usize {
    text.matches(what).count()
}

#[test]
fn a_file_says_what_it_is() {
    for language in Language::ALL {
        let bytes = report(
            language,
            &[(Table::main("uses", COLUMNS), vec![row("spring")])],
        );
        let text = plain(&bytes);
        assert!(text.starts_with("%PDF-1.7"));
        for said in [
            "/Marked true",
            "/DisplayDocTitle true",
            "/GTS_PDFA1",
            "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A<",
            "<pdfuaid:part>1<",
            "<xmp:CreateDate>2026-01-31T23:30:00Z<",
            "/ToUnicode",
            "/FontFile2",
            "/Tabs /S",
        ] {
            assert!(text.contains(said), "{said}");
        }
        assert!(text.contains(&format!("/Lang ({})", language.code())));
        for forbidden in ["/JavaScript", "/Encrypt", "/URI", "/AA"] {
            assert!(!text.contains(forbidden), "{forbidden}");
        }
    }
}

#[test]
fn everything_drawn_is_in_the_tree_or_an_artifact() {
    let rows: Vec<_> = (0..200)
        .map(|number| row(&format!("campaign {number}")))
        .collect();
    let chart = Chart {
        series: vec!["permitted", "denied"],
        bars: vec![
            ("2026-01".into(), vec![1, 2]),
            ("2026-02".into(), vec![0, 0]),
        ],
    };
    let table = Table {
        chart: Some(chart),
        ..Table::main("uses", COLUMNS)
    };
    let bytes = report(Language::Fr, &[(table, rows)]);
    let (text, pages) = (plain(&bytes), pages(&bytes));
    assert!(pages.len() > 3, "{}", pages.len());
    let mut marks = 0;
    for page in &pages {
        let mut depth = 0_i32;
        for line in page.lines() {
            match line.rsplit(' ').next().unwrap() {
                "BDC" => depth += 1,
                "EMC" => depth -= 1,
                "Tj" | "f" => assert_eq!(depth, 1, "outside of everything, or in two: {line}"),
                _ => (),
            }
            marks += count(line, "/MCID");
        }
        assert_eq!(depth, 0);
    }
    assert_eq!(marks, count(&text, "/MCR"), "each mark is one element's");
    // the header row is in the tree once, and on every page of the table
    assert_eq!(count(&text, "/S /THead"), 1);
    assert_eq!(count(&text, "/Scope /Column"), COLUMNS.len());
    assert_eq!(count(&text, "/S /TR\n"), 201 + 6);
    assert_eq!(count(&text, "/S /Figure"), 1);
    assert!(text.contains("/Alt "));
}

#[test]
fn a_cell_longer_than_a_page_loses_nothing() {
    let long = "abcdefghij klmnopqrst ".repeat(900);
    let bytes = report(
        Language::En,
        &[(Table::main("uses", COLUMNS), vec![row(&long), row("x")])],
    );
    let short = report(
        Language::En,
        &[(Table::main("uses", COLUMNS), vec![row("y"), row("x")])],
    );
    let tall = pages(&bytes).len() - pages(&short).len();
    assert!(tall >= 1, "{tall}");
    let drawn = |bytes: &[u8]| {
        pages(bytes)
            .iter()
            .map(|page| count(page, "Tj"))
            .sum::<usize>()
    };
    assert!(drawn(&bytes) > drawn(&short) + 60);
}

#[test]
fn what_a_face_has_not_is_said_beside_it() {
    let bytes = report(
        Language::En,
        &[(
            Table::main("uses", COLUMNS),
            vec![row("漢字 and (more) \\ <i>")],
        )],
    );
    let pages = pages(&bytes).concat();
    assert_eq!(count(&pages, "/ActualText"), 1);
}

#[test]
fn cards_have_a_heading_each_and_headed_rows() {
    let cards = Table {
        layout: Layout::Cards,
        ..Table::main("processing", COLUMNS)
    };
    let bytes = report(
        Language::En,
        &[
            (cards, vec![row("one"), row("two")]),
            (Table::sum("uses", COLUMNS), vec![]),
        ],
    );
    let text = plain(&bytes);
    assert_eq!(count(&text, "/S /H3"), 2);
    assert_eq!(count(&text, "/Scope /Row"), 6 + 2 * (COLUMNS.len() - 1));
    assert_eq!(count(&text, "/S /H1"), 1);
}

/// Writes a file for eyes and for other checkers, where a place for it is named.
#[test]
fn a_file_for_eyes() {
    let Some(folder) = std::env::var_os("PLACET_TEST_PDF") else {
        return;
    };
    let rows = (0..90).map(|number| row(&format!("campaign {number} (漢) – été\u{202f}!")));
    let chart = Chart {
        series: vec!["permitted", "denied"],
        bars: (1..13)
            .map(|month| (format!("2026-{month:02}"), vec![month, 3]))
            .collect(),
    };
    let main = Table {
        chart: Some(chart),
        ..Table::main("uses", COLUMNS)
    };
    let cards = Table {
        layout: Layout::Cards,
        ..Table::sum("processing", COLUMNS)
    };
    let tables = [
        (main, rows.collect()),
        (cards, vec![row("one"), row(&"long ".repeat(200))]),
    ];
    for language in Language::ALL {
        let name = format!("report-{}.pdf", language.code());
        std::fs::write(
            std::path::Path::new(&folder).join(name),
            report(language, &tables),
        )
        .unwrap();
    }
}
