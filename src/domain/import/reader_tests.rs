use super::*;
use crate::domain::import::preset;

const MAP: &str = r#"source = "shop"
timezone = "Europe/Paris"
file = { delimiter = ",", encoding = "utf-8" }
[[identifiers]]
kind = "email"
column = "mail"
[[identifiers]]
kind = "phone"
column = "tel"
region_column = "land"
[[consent]]
purpose = "newsletter"
channel = "email"
needs = "email"
collected_at = { column = "at", format = "rfc3339" }
notice_column = "notice"
language = "fr"
evidence = [{ column = "ip", name = "ip", proves = "act" }]
status_from = [{ column = "status", values = { yes = "given", no = "refused", out = "withdrawn", "" = "skip" } }]
"#;
const HEAD: &str = "mail,tel,land,status,at,notice,ip\n";

fn now() -> DateTime<Utc> {
    "2026-11-22T09:00:00Z".parse().unwrap()
}

fn read(lines: &[u8]) -> Vec<Result<ImportRow, LineError>> {
    let mapping = Mapping::load(MAP).unwrap();
    let file = [HEAD.as_bytes(), lines].concat();
    Reader::new(file.as_slice(), &mapping, now())
        .unwrap()
        .collect()
}

fn refusal(lines: &str) -> (u64, &'static str, Option<String>) {
    let error = read(lines.as_bytes()).remove(0).unwrap_err();
    (error.line, error.code, error.column)
}

#[test]
fn reads_a_row() {
    let rows = read(b"Anne@Exemple.fr,06 12 34 56 78,FR,yes,2026-01-02T03:04:05Z,n@1,192.0.2.1\n");
    let row = rows[0].as_ref().unwrap();
    assert_eq!((row.line, row.identifiers[1].reveal()), (2, "+33612345678"));
    let claim = &row.claims[0];
    assert_eq!((claim.status, claim.proof), (ImportStatus::Given, true));
    assert_eq!(claim.notice.as_deref(), Some("n@1"));
    assert_eq!(claim.evidence["ip"], "192.0.2.1");
    let shown = format!("{row:?}");
    assert!(
        !shown.contains("exemple") && !shown.contains("192.0.2.1"),
        "{shown}"
    );
}

#[test]
fn proof_needs_words_time_and_act() {
    for line in [
        "a@ex.com,,,yes,2026-01-02T03:04:05Z,,192.0.2.1\n",
        "a@ex.com,,,yes,,n@1,192.0.2.1\n",
        "a@ex.com,,,yes,2026-01-02T03:04:05Z,n@1,\n",
    ] {
        assert!(!read(line.as_bytes())[0].as_ref().unwrap().claims[0].proof);
    }
}

#[test]
fn a_yes_without_contact_point_says_nothing_but_a_no_holds() {
    let rows = read(b",0612345678,FR,yes,,,\n,0612345678,FR,out,,,\na@ex.com,,,,,,\n");
    assert!(rows[0].as_ref().unwrap().claims.is_empty());
    let status = rows[1].as_ref().unwrap().claims[0].status;
    assert_eq!(status, ImportStatus::Withdrawn);
    assert!(rows[2].as_ref().unwrap().claims.is_empty());
}

#[test]
fn each_fault_names_line_column_and_code() {
    let column = |name: &str| Some(name.to_owned());
    for (line, code, at) in [
        (
            "a@ex,,,yes,,,\n",
            "email_domain_without_dot",
            column("mail"),
        ),
        (
            "a@ex.com,0612345678,,yes,,,\n",
            "phone_without_region",
            column("tel"),
        ),
        (
            "a@ex.com,0692123456,FR,yes,,,\n",
            "phone_french_overseas",
            column("tel"),
        ),
        ("a@ex.com,,,Yes,,,\n", "status_unmapped", column("status")),
        (
            "a@ex.com,,,yes,yesterday,,\n",
            "time_unreadable",
            column("at"),
        ),
        (
            "a@ex.com,,,yes,2027-01-01T00:00:00Z,,\n",
            "time_in_future",
            column("at"),
        ),
        (
            "a@ex.com,,,yes,,newsletter,\n",
            "notice_unreadable",
            column("notice"),
        ),
        (",,,yes,,,\n", "no_identifier", None),
        ("a@ex.com,,,yes,,\n", "wrong_columns", None),
        ("a@ex.com,,,yes,,,,\n", "wrong_columns", None),
        ("\"a@ex.com\"x,,,yes,,,\n", "quote_misplaced", None),
        ("a@ex.com,,,yes,,,\"\n", "quote_unclosed", None),
        ("a\0@ex.com,,,yes,,,\n", "nul_byte", column("1")),
    ] {
        assert_eq!(refusal(line), (2, code, at));
    }
}

#[test]
fn inside_an_unclosed_quote_a_no_is_taken_and_a_yes_is_not() {
    let rows = read(b"\"x,,,yes,,,\na@ex.com,,,yes,,,\nb@ex.com,,,out,,,\n");
    assert_eq!(rows[0].as_ref().unwrap_err().code, "quote_unclosed");
    assert_eq!(rows[1].as_ref().unwrap_err().code, "inside_unclosed_quote");
    assert_eq!(rows[2].as_ref().unwrap().line, 4);
}

#[test]
fn text_typed_into_a_cell_is_no_line_of_its_own() {
    let rows = read(b"a@ex.com,,,out,,,\"x\nvictim@ex.com,,,yes,,,\ny\"\nb@ex.com,,,out,,,\n");
    let lines: Vec<_> = rows.iter().map(|row| row.as_ref().unwrap().line).collect();
    assert_eq!(lines, [2, 5]);
}

#[test]
fn heads_that_do_not_fit_are_refused() {
    let mapping = Mapping::load(MAP).unwrap();
    for (file, code) in [
        ("", "file_empty"),
        ("mail;tel\n", "column_missing"),
        ("mail,mail,tel,land,status,at,notice,ip\n", "column_twice"),
        ("PK\x03\x04", "file_not_text"),
    ] {
        let error = Reader::new(file.as_bytes(), &mapping, now()).unwrap_err();
        assert_eq!((error.line, error.code), (1, code));
    }
    let wide = ",".repeat(2_000);
    let error = Reader::new(wide.as_bytes(), &mapping, now()).unwrap_err();
    assert_eq!(error.code, "too_many_columns");
    let utf16 = Reader::new(b"\xff\xfem\0".as_slice(), &mapping, now());
    assert_eq!(utf16.unwrap_err().code, "file_not_text");
}

#[test]
fn a_mark_is_passed_over_and_columns_go_by_number_without_header() {
    let mapping = MAP.replace("\"utf-8\"", "\"utf-8\", header = false");
    let names = ["mail", "tel", "land", "status", "at", "notice", "ip"];
    let mapping = names
        .iter()
        .enumerate()
        .fold(mapping, |map, (index, name)| {
            map.replace(
                &format!("column = \"{name}\""),
                &format!("column = \"{}\"", index + 1),
            )
        });
    let mapping = Mapping::load(&mapping).unwrap();
    let file = "\u{feff}a@ex.com,,,yes,,,\nb@ex.com,,,no,,,\n";
    let rows: Vec<_> = Reader::new(file.as_bytes(), &mapping, now())
        .unwrap()
        .collect();
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(Result::is_ok));
}

#[test]
fn a_blocked_brevo_contact_is_never_subscribed() {
    let mapping = preset("brevo").unwrap().unwrap();
    let file = "CONTACT ID;EMAIL;LASTNAME;FIRSTNAME;SMS;ADDED_TIME;MODIFIED_TIME;_SUBSCRIBED;_BLOCKLISTED\n\
        1;a@ex.com;;;33612345678;01-02-2024;03-02-2024;[email_marketing|sms_marketing];[email_marketing]\n";
    let mut rows = Reader::new(file.as_bytes(), &mapping, now()).unwrap();
    let row = rows.next().unwrap().unwrap();
    let claims: Vec<_> = row
        .claims
        .iter()
        .map(|c| (c.channel.as_str(), c.status))
        .collect();
    let expected = [
        ("email", ImportStatus::Withdrawn),
        ("sms", ImportStatus::Given),
    ];
    assert_eq!(claims, expected);
    assert_eq!(row.identifiers[1].reveal(), "+33612345678");
}

mod arbitrary {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever the bytes, reading ends, and lines only go up.
        #[test]
        fn never_panics(tail in prop::collection::vec(
            prop::sample::select(b"a@.,\"\n\r\0\xe9x1 ".to_vec()), 0..300,
        )) {
            let mut last = 1;
            for row in read(&tail) {
                let line = row.map_or_else(|error| error.line, |row| row.line);
                prop_assert!(line > last);
                last = line;
            }
        }
    }
}
