#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use super::testing::{Bench, file, grant, mapping, wait};
use super::{Counts, ImportFile};
use crate::access::RecordConsents;
use crate::app::Refusal;
use crate::app::record::Claim;
use crate::domain::import::{Mapping, Reader};
use crate::domain::registry::{Objection, Source, SourceKind};
use proptest::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A choice made in a shop on a day of November 2026.
fn in_shop(bench: &Bench, email: &str, status: &str, day: u32) {
    let claim = Claim {
        named: bench.named(email),
        purpose: "newsletter".into(),
        channel: "email".into(),
        status: status.into(),
        notice: Some("newsletter@1".into()),
        language: Some("en".into()),
        source: Source {
            kind: SourceKind::Store,
            id: None,
            agent: None,
        },
        told: crate::app::told_act::ToldAct::default(),
        collected_at: Some(format!("2026-11-{day:02}T10:00:00Z").parse().unwrap()),
        valid_for: None,
        evidence: None,
        confirm: None,
    };
    let claims = vec![(String::new(), claim)];
    // such as the API refuses are no part of the history
    drop(wait(bench.app.record(
        &grant::<RecordConsents>(),
        claims,
        bench.app.now(),
        None,
    )));
}

fn status(bench: &Bench, email: &str) -> String {
    bench
        .newsletter(email)
        .map_or_else(|| "none".into(), |(status, _)| status)
}

#[test]
fn an_import_writes_what_is_new_and_keeps_a_no() {
    let bench = Bench::new();
    in_shop(&bench, "no@example.fr", "withdrawn", 5);
    in_shop(&bench, "yes@example.fr", "given", 5);
    in_shop(&bench, "gone@example.fr", "given", 5);
    let text = file(&[
        ("new@example.fr", "", "yes", "01"),
        ("refused@example.fr", "", "no", "01"),
        ("no@example.fr", "", "yes", "20"),
        ("yes@example.fr", "", "gone", "04"),
        ("gone@example.fr", "", "gone", "-"),
        ("nothing@example.fr", "", "-", "-"),
        ("weak@example.fr", "", "yes", "-"),
        ("broken@@example.fr", "", "yes", "01"),
    ]);
    let report = bench.import(&mapping(), &text, false);
    let expected = Counts {
        rows: 8,
        skipped_rows: 1,
        new_given: 2,
        new_refused: 1,
        new_withdrawn: 1,
        older: 1,
        would_reopen: 1,
        without_proof: 1,
        persons_new: 3,
        ..Counts::default()
    };
    assert_eq!(report.counts, expected);
    assert_eq!(report.would_reopen_lines, [4]);
    assert_eq!(report.errors.first()[0].line, 9);
    for (email, expected) in [
        ("new@example.fr", Some(("given", true))),
        ("refused@example.fr", Some(("refused", true))),
        ("no@example.fr", Some(("withdrawn", true))),
        ("yes@example.fr", Some(("given", true))),
        ("gone@example.fr", Some(("withdrawn", true))),
        ("nothing@example.fr", None),
        ("weak@example.fr", Some(("given", false))),
    ] {
        let expected = expected.map(|(status, proof)| (status.to_owned(), proof));
        assert_eq!(bench.newsletter(email), expected, "{email}");
    }
    assert_eq!(bench.decision("new@example.fr"), "CONSENT_VALID");
    assert_eq!(bench.decision("weak@example.fr"), "CONSENT_NO_PROOF");
}

#[test]
fn each_record_says_where_it_came_from() {
    let bench = Bench::new();
    bench.import(
        &mapping(),
        &file(&[("new@example.fr", "", "yes", "01")]),
        false,
    );
    let subject = bench.choices("new@example.fr").unwrap().subject;
    let (history, _) = bench.app.history(&grant(), subject, (0, 10), None).unwrap();
    let record = history
        .iter()
        .find(|entry| entry.kind == "consent.given")
        .unwrap()
        .payload
        .reveal();
    assert_eq!(
        record["source"],
        serde_json::json!({"kind": "import", "id": "shop"})
    );
    assert_eq!(record["act"], "imported");
    let evidence =
        serde_json::json!({"file_sha256": "ab".repeat(32), "ip": "192.0.2.1", "line": 2});
    assert_eq!(record["evidence"], evidence);
}

#[test]
fn the_same_file_again_changes_nothing() {
    let bench = Bench::new();
    let text = file(&[
        ("a@example.fr", "1", "yes", "01"),
        ("b@example.fr", "", "gone", "02"),
        ("c@example.fr", "", "no", "-"),
        ("d@example.fr", "", "yes", "-"),
    ]);
    bench.import(&mapping(), &text, false);
    let before = bench.entries();
    let again = bench.import(&mapping(), &text, false);
    assert_eq!(
        again.counts,
        Counts {
            rows: 4,
            unchanged: 4,
            ..Counts::default()
        }
    );
    assert_eq!(bench.entries(), before + 1, "the import itself is an entry");
}

#[test]
fn a_killed_import_is_run_again() {
    let bench = Bench::new();
    let emails: Vec<String> = (0..1_200).map(|n| format!("p{n}@example.fr")).collect();
    let rows: Vec<_> = emails
        .iter()
        .map(|email| (email.as_str(), "", "yes", "01"))
        .collect();
    let (text, map, now) = (file(&rows), mapping(), bench.app.now());
    let rows = Reader::new(text.as_bytes(), &map, now.utc()).unwrap();
    let dying = rows
        .enumerate()
        .map(|(read, row)| if read == 700 { panic!("killed") } else { row });
    let about = ImportFile {
        sha256: "ab".repeat(32),
        map: "test".into(),
    };
    let killed = catch_unwind(AssertUnwindSafe(|| {
        bench
            .app
            .import(&grant(), dying, &about, &map, false, now, &|_| {})
            .map(drop)
    }));
    assert!(killed.is_err());
    let bench = bench.reopened();
    let report = bench.import(&map, &text, false);
    assert_eq!(
        (report.counts.unchanged, report.counts.new_given),
        (500, 700)
    );
    assert!(
        emails
            .iter()
            .step_by(97)
            .all(|email| status(&bench, email) == "given")
    );
}

#[test]
fn an_objection_and_a_suppression_stand() {
    let bench = Bench::new();
    let now = bench.app.now();
    let (objects, suppressed) = ("objects@example.fr", "suppressed@example.fr");
    wait(bench.app.object(
        &grant(),
        bench.named(objects),
        Objection::DirectMarketing,
        now,
        None,
    ))
    .unwrap();
    wait(bench.app.suppress(
        &grant(),
        bench.named(suppressed),
        "complaint".into(),
        now,
        None,
    ))
    .unwrap();
    let text = file(&[(objects, "", "yes", "01"), (suppressed, "", "yes", "01")]);
    let report = bench.import(&mapping(), &text, false);
    assert_eq!(
        (report.counts.would_reopen, report.counts.new_given),
        (1, 1)
    );
    assert_eq!(bench.decision(objects), "OBJECTION");
    assert_eq!(bench.decision(suppressed), "SUPPRESSED");
}

#[test]
fn a_dated_no_outranks_an_imported_yes_without_a_date() {
    let bench = Bench::new();
    bench.import(
        &mapping(),
        &file(&[("a@example.fr", "", "yes", "-")]),
        false,
    );
    let no = file(&[("a@example.fr", "", "gone", "01")]);
    assert_eq!(bench.import(&mapping(), &no, true).counts.new_withdrawn, 1);
    assert_eq!(bench.import(&mapping(), &no, false).counts.new_withdrawn, 1);
    assert_eq!(status(&bench, "a@example.fr"), "withdrawn");
    assert_eq!(bench.import(&mapping(), &no, false).counts.unchanged, 1);
}

#[test]
fn persons_are_merged_and_a_dry_run_knows() {
    let bench = Bench::new();
    in_shop(&bench, "old@example.fr", "withdrawn", 5);
    let text = file(&[
        ("new@example.fr", "7", "yes", "01"),
        // the crm id makes both one person, and their no holds for both addresses
        ("old@example.fr", "7", "gone", "06"),
        ("new@example.fr", "", "yes", "20"),
    ]);
    let before = bench.entries();
    let dry = bench.import(&mapping(), &text, true);
    assert_eq!(bench.entries(), before);
    let wet = bench.import(&mapping(), &text, false);
    assert_eq!(dry.counts, wet.counts);
    assert_eq!((wet.counts.persons_merged, wet.counts.would_reopen), (1, 1));
    assert_eq!(status(&bench, "new@example.fr"), "withdrawn");
}

#[test]
fn a_mapping_of_what_is_not_in_force_is_refused_before_anything_is_read() {
    let bench = Bench::new();
    let before = bench.entries();
    let map = Mapping::load(
        r#"
source = "shop"
timezone = "UTC"
file = { delimiter = ",", encoding = "utf-8" }
identifiers = [{ kind = "email", column = "email" }]
[[consent]]
purpose = "surprises"
channel = "email"
status = "given"
[[consent]]
purpose = "newsletter"
channel = "sms"
status = "given"
notice = "newsletter@9"
"#,
    )
    .unwrap();
    let Err(Refusal::Invalid(problems)) = bench.try_import(&map, "email\na@example.fr\n", false)
    else {
        panic!("accepted");
    };
    let codes: Vec<_> = problems.iter().map(|problem| problem.code).collect();
    assert_eq!(
        codes,
        [
            "channel_not_of_purpose",
            "purpose_unknown",
            "notice_unknown"
        ]
    );
    assert_eq!(bench.entries(), before);
}

#[test]
fn a_line_with_words_that_were_never_published_is_refused() {
    let bench = Bench::new();
    let text = file(&[("a@example.fr", "", "yes", "01")]).replace("newsletter@1", "newsletter@4");
    let report = bench.import(&mapping(), &text, false);
    assert_eq!(report.errors.first()[0].code, "notice_unknown");
    assert_eq!(
        report.counts,
        Counts {
            rows: 1,
            ..Counts::default()
        }
    );
    assert!(bench.choices("a@example.fr").is_none());
}

#[test]
fn a_dry_run_counts_across_chunks() {
    let bench = Bench::new();
    in_shop(&bench, "p3@example.fr", "withdrawn", 5);
    let emails: Vec<String> = (0..1_300)
        .map(|n| format!("p{}@example.fr", n % 450))
        .collect();
    let kinds = [
        ("yes", "01"),
        ("gone", "03"),
        ("yes", "-"),
        ("no", "-"),
        ("gone", "02"),
        ("yes", "04"),
        ("-", "-"),
    ];
    let row = |(n, email)| {
        let (status, day) = kinds[(n / 7 + n) % kinds.len()];
        let email: &String = email;
        (email.as_str(), "", status, day)
    };
    let rows: Vec<_> = emails.iter().enumerate().map(row).collect();
    let before = bench.entries();
    let dry = bench.import(&mapping(), &file(&rows), true);
    assert_eq!(bench.entries(), before, "a dry run writes nothing");
    assert!(bench.choices("p1@example.fr").is_none());
    let wet = bench.import(&mapping(), &file(&rows), false);
    assert_eq!(dry.counts, wet.counts);
    assert_eq!(dry.would_reopen_lines, wet.would_reopen_lines);
    assert_eq!(wet.counts.duplicate_rows, 850);
    assert!(wet.counts.would_reopen > 0 && wet.counts.older > 0 && wet.counts.strengthened > 0);
}

fn rows() -> impl Strategy<Value = Vec<(usize, &'static str, Option<u32>)>> {
    let status = prop::sample::select(vec!["yes", "no", "gone", "-"]);
    prop::collection::vec((0_usize..4, status, prop::option::of(1_u32..22)), 1..12)
}

fn history() -> impl Strategy<Value = Vec<(usize, &'static str, u32)>> {
    let status = prop::sample::select(vec!["given", "refused", "withdrawn"]);
    prop::collection::vec((0_usize..4, status, 1_u32..22), 0..8)
}

/// Promise 1 over the store, and that a dry run counts what the run does.
#[test]
fn no_import_turns_a_no_into_a_yes() {
    let bench = Bench::new();
    let round = std::sync::atomic::AtomicU32::new(0);
    proptest!(ProptestConfig::with_cases(48), |(history in history(), rows in rows())| {
        let round = round.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let emails: Vec<String> = (0..4).map(|n| format!("p{n}.r{round}@example.fr")).collect();
        for (person, status, day) in history {
            in_shop(&bench, &emails[person], status, day);
        }
        let before: Vec<String> = emails.iter().map(|email| status(&bench, email)).collect();
        let days: Vec<String> = rows.iter().map(|(_, _, day)| day.map_or_else(|| "-".into(), |day| format!("{day:02}"))).collect();
        let cells: Vec<_> = rows.iter().zip(&days)
            .map(|((person, status, _), day)| (emails[*person].as_str(), "", *status, day.as_str()))
            .collect();
        let dry = bench.import(&mapping(), &file(&cells), true);
        let wet = bench.import(&mapping(), &file(&cells), false);
        prop_assert_eq!(dry.counts, wet.counts);
        for (email, before) in emails.iter().zip(before) {
            let after = status(&bench, email);
            prop_assert!(!(matches!(before.as_str(), "refused" | "withdrawn") && after == "given"));
        }
        // nothing is left to write but what is kept out for good
        let again = bench.import(&mapping(), &file(&cells), false).counts;
        prop_assert_eq!(again.new_given + again.new_refused + again.new_withdrawn + again.strengthened, 0);
    });
}
