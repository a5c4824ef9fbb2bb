//! What holds for every kind of file: hostile texts stay texts, and the same report is the same file.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::app::reports::{About, Chart, Column, Layout, ReportKind, Table};
use crate::domain::spreadsheet::is_formula;
use crate::http::pages::Words;
use std::io::{Cursor, Read};

/// Texts that a spreadsheet takes for formulas, and one that pages take for markup.
const HOSTILE: [&str; 15] = [
    "=1+1",
    "+33612345678",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =HYPERLINK(\"http://evil.example\")",
    "＝1+1",
    "=cmd|' /C calc'!A0",
    "x;=1+1",
    "x; \"@SUM(A1)",
    "x\t-2+3",
    "<script>alert(1)</script>",
    "a,\"b\"\r\nc",
];

const COLUMNS: &[Column] = &[
    Column::text("campaign"),
    Column::code("channel", "channel"),
    Column::number("decisions"),
    Column::number("permitted_share"),
    Column::trend("given_trend"),
    Column::text("at"),
];

fn query() -> ReportQuery {
    ReportQuery {
        report: ReportKind::Uses,
        from: "2026-01-01T00:00:00Z".parse().unwrap(),
        to: "2026-02-01T00:00:00Z".parse().unwrap(),
        timezone: chrono_tz::Europe::Paris,
        controller: None,
        purpose: Some("newsletter".parse().unwrap()),
        campaign: None,
        position: Some(7),
    }
}

fn write(format: Format, language: Language) -> Vec<u8> {
    let mut out = Vec::new();
    let mut sheets = format.to(&mut out, language);
    let at = "2026-01-31T23:30:00Z".parse().unwrap();
    let about = About {
        query: &query(),
        origin: "log.example/test",
        last_at: Some(at),
    };
    sheets.begin(&about).unwrap();
    let chart = Chart {
        series: vec!["permitted", "denied"],
        bars: vec![("<b>".into(), vec![1, 2])],
    };
    let first = Table {
        chart: Some(chart),
        ..Table::sum("uses_trend", COLUMNS)
    };
    sheets.table(&first).unwrap();
    sheets
        .table(&Table {
            layout: Layout::Cards,
            ..Table::sum("processing", COLUMNS)
        })
        .unwrap();
    sheets.row(&row("<i>card")).unwrap();
    sheets.table(&Table::main("uses", COLUMNS)).unwrap();
    HOSTILE
        .iter()
        .for_each(|text| sheets.row(&row(text)).unwrap());
    sheets.end().unwrap();
    drop(sheets);
    out
}

fn row(text: &str) -> Vec<Cell> {
    let at = "2026-01-31T23:30:00Z".parse().unwrap();
    vec![
        Cell::Text(text.into()),
        Cell::List(vec!["email".into(), "sms".into()]),
        Cell::Count(1_204),
        Cell::Share(1, 3),
        Cell::Trend(vec![1, 0, 2]),
        Cell::At(at),
    ]
}

fn text(format: Format, language: Language) -> String {
    String::from_utf8(write(format, language)).unwrap()
}

/// The parts of a workbook, in their order.
fn parts(bytes: Vec<u8>) -> Vec<(String, String)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let count = archive.len();
    let part = |at| {
        let mut file = archive.by_index(at).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        (file.name().unwrap().into_owned(), text)
    };
    (0..count).map(part).collect()
}

#[test]
fn no_cell_of_a_table_is_a_formula() {
    let csv = text(Format::Csv, Language::En);
    let mut reader = ::csv::Reader::from_reader(csv.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let shown = [
        "campaign",
        "channel",
        "decisions",
        "permitted_share",
        "at",
        "query",
    ];
    assert_eq!(headers, shown.to_vec());
    let records: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), HOSTILE.len(), "the main table alone");
    for (record, hostile) in records.iter().zip(HOSTILE) {
        for cell in record {
            // neither the cell, nor what begins where another sign parts cells
            for piece in std::iter::once(cell).chain(cell.split([';', '\t', '\r', '\n'])) {
                let piece = piece.trim_start_matches(['"', ' ']);
                assert!(!is_formula(piece), "{cell:?}");
            }
        }
        // what was said can be read again
        let bare = |text: &str| text.replace('\'', "");
        assert_eq!(bare(&record[0]), bare(hostile));
        assert_eq!(
            record.iter().skip(1).take(4).collect::<Vec<_>>(),
            ["email; sms", "1204", "33.3", "2026-01-31T23:30:00Z"]
        );
        assert_eq!(record[5], query().text());
    }
}

#[test]
fn no_cell_of_a_workbook_is_a_formula() {
    let parts = parts(write(Format::Xlsx, Language::En));
    let sheet = |number: u32| {
        let name = format!("xl/worksheets/sheet{number}.xml");
        parts
            .iter()
            .find(|(found, _)| *found == name)
            .unwrap()
            .1
            .clone()
    };
    for number in 1..=4 {
        let sheet = sheet(number);
        assert!(
            !sheet.contains("<f>") && !sheet.contains("<hyperlink"),
            "{sheet}"
        );
    }
    let uses = sheet(4);
    assert!(
        uses.contains("t=\"inlineStr\"") && uses.contains("=cmd|"),
        "{uses}"
    );
    // what could become a formula is marked as text: by one style
    let (_, styles) = parts
        .iter()
        .find(|(name, _)| name == "xl/styles.xml")
        .unwrap();
    assert!(styles.contains("quotePrefix=\"1\""), "{styles}");
    assert!(
        uses.contains("<v>1204</v>") && uses.contains("Email; Text message"),
        "{uses}"
    );
    assert!(sheet(1).contains("&quot;position&quot;:7") || sheet(1).contains("\"position\":7"));
}

#[test]
fn a_page_is_whole_and_escaped() {
    for language in Language::STAFF {
        let html = text(Format::Html, language);
        let lang = format!("<html lang=\"{}\">", language.code());
        assert!(html.starts_with("<!doctype html>") && html.contains(&lang));
        assert!(html.trim_end().ends_with("</html>"));
        for forbidden in [
            "<script", "<i>card", "<b>", "style=", "http:", "https:", "<link", "src=", "{$",
        ] {
            assert!(
                !html.replace("http://evil.example", "").contains(forbidden),
                "{forbidden}: {html}"
            );
        }
        for tag in [
            "main", "section", "table", "figure", "dl", "svg", "tbody", "div",
        ] {
            let opened = html.matches(&format!("<{tag} ")).count()
                + html.matches(&format!("<{tag}>")).count();
            assert_eq!(
                opened,
                html.matches(&format!("</{tag}>")).count(),
                "{tag}: {html}"
            );
        }
        let mut ids: Vec<&str> = html
            .split(" id=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap())
            .collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "an id twice");
        assert!(html.contains("placet report uses --from 2026-01-01T00:00:00Z --to 2026-02-01T00:00:00Z --timezone Europe/Paris --purpose newsletter --at 7 --format html"));
        // the picture says what it is, and the small ones are not read out
        assert!(html.contains("role=\"img\" aria-label=\"") && html.contains("class=\"spark\""));
    }
}

#[test]
fn lines_are_objects_in_codes() {
    let lines = text(Format::Jsonl, Language::En);
    let lines: Vec<serde_json::Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[0]["query"]["position"], 7);
    assert_eq!(lines[0]["query"]["timezone"], "Europe/Paris");
    let expected = serde_json::json!({ "table": "processing", "campaign": "<i>card", "channel": ["email", "sms"],
        "decisions": 1_204, "permitted_share": 33.3, "at": "2026-01-31T23:30:00Z" });
    assert_eq!(lines[1], expected);
    assert_eq!(lines.len(), 2 + HOSTILE.len());
    assert_eq!(lines[2]["campaign"], HOSTILE[0]);
}

#[test]
fn the_same_report_is_the_same_file() {
    for format in Format::ALL {
        assert_eq!(Format::parse(format.as_str()), Some(format));
        for language in Language::STAFF {
            assert_eq!(
                write(format, language),
                write(format, language),
                "{format:?}"
            );
        }
    }
}

#[test]
fn what_is_asked_stands_on_the_first_sheet_and_each_table_has_its_own() {
    let parts = parts(write(Format::Xlsx, Language::Fr));
    let (_, book) = parts
        .iter()
        .find(|(name, _)| name == "xl/workbook.xml")
        .unwrap();
    let names =
        ["about", "uses_trend", "processing", "uses"].map(|name| format!("name=\"{name}\""));
    let at: Vec<usize> = names
        .iter()
        .map(|name| book.find(name.as_str()).unwrap())
        .collect();
    assert!(at.is_sorted(), "{book}");
}

#[test]
fn every_table_column_and_report_has_words() {
    let source = ["processing", "consents", "uses", "access"].map(|name| {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/src/app/reports");
        std::fs::read_to_string(format!("{root}/{name}.rs")).unwrap()
    });
    let quoted = |after: &str| -> Vec<String> {
        let of = |text: &String| {
            let rests = text
                .split(after)
                .skip(1)
                .map(str::to_owned)
                .collect::<Vec<_>>();
            rests
                .into_iter()
                .filter_map(|rest| rest.split('"').next().map(str::to_owned))
        };
        source.iter().flat_map(of).collect()
    };
    let mut keys: Vec<String> = ["Column::text(\"", "Column::number(\"", "Column::trend(\""]
        .iter()
        .flat_map(|call| quoted(call))
        .map(|key| format!("column-{key}"))
        .collect();
    for call in ["Table::sum(\"", "Table::main(\""] {
        keys.extend(quoted(call).into_iter().map(|name| format!("table-{name}")));
    }
    for kind in ReportKind::ALL {
        keys.extend([format!("figures-{kind}"), format!("figures-note-{kind}")]);
    }
    assert!(keys.len() > 50, "{keys:?}");
    for key in keys {
        assert_ne!(Words::of(Language::En).get(&key), key);
    }
}
