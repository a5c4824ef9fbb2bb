//! Where nothing was changed, everything holds.

use super::*;
use std::io::Read;
use zip::ZipArchive;

fn file(bytes: &[u8], name: &str) -> String {
    let mut text = String::new();
    let mut zip = ZipArchive::new(Cursor::new(bytes)).unwrap();
    zip.by_name(name)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    text
}

#[test]
fn an_honest_registry_holds_and_so_does_its_export() {
    let home = FIXTURE.copy("");
    assert_eq!(found(&home.app), []);
    let (made, bytes) = export(&home.app, &all(&home.app)).unwrap();
    let report = verified(&bytes, home.app.verifier());
    assert!(report.ok && report.key_trusted, "{report}");
    assert_eq!(
        made.positions,
        Positions {
            first: 0,
            end: FIXTURE.size + 1
        }
    );
    assert_eq!((made.recorded, made.withheld), (FIXTURE.size, 0));
    // the checkpoint in the package covers the entry that records the export
    assert!(report.size.unwrap() > made.recorded);
    let entries = file(&bytes, "entries.jsonl");
    assert!(
        entries
            .lines()
            .last()
            .unwrap()
            .contains(&made.id.to_string())
    );
    assert!(file(&bytes, "report.html").contains(&format!("<p>{}</p>", made.entries)));
    assert!(file(&bytes, "policies/gdpr/consent.cedar").contains("permit"));
    assert!(file(&bytes, "purposes.json").contains("\"offers\""));
    // a second one holds too, and finds the first
    let (_, again) = export(&home.app, &all(&home.app)).unwrap();
    assert!(verified(&again, home.app.verifier()).ok);
    assert_eq!(found(&home.app), []);
}

/// Of one period the same is told, however much was written since, and the later head continues the earlier.
#[test]
fn two_exports_of_one_period_agree() {
    let home = FIXTURE.copy("");
    let query = ExportQuery {
        to: home.app.now().utc(),
        ..all(&home.app)
    };
    home.clock.pass(1);
    let (first, one) = export(&home.app, &query).unwrap();
    home.clock.pass(3600);
    home.record(vec![home.claim(
        &[("email", "later@example.fr")],
        "newsletter",
        "given",
    )]);
    let (second, other) = export(&home.app, &query).unwrap();
    for name in ["entries.jsonl", "purposes.json", "report.html"] {
        assert_eq!(file(&one, name), file(&other, name), "{name}");
    }
    assert_eq!(first.positions, second.positions);
    assert!(first.entries > 0 && second.size > first.size + 1);
    let [before, after] = [&one, &other].map(|bytes| {
        let report = verified(bytes, home.app.verifier());
        assert!(report.ok, "{report}");
        let note = file(bytes, "log/checkpoint");
        let text = crate::audit::note::unverified_text(&note)
            .unwrap()
            .to_owned();
        text.parse::<crate::audit::checkpoint::Checkpoint>()
            .unwrap()
    });
    let proof = home.app.store.read(|tx| {
        crate::app::witness::proof_between(tx, &home.app.serve, before.size, after.size)
    });
    let proof = proof.unwrap();
    let holds = |root: &crate::audit::Hash| {
        crate::audit::proof::verify_consistency(before.size, after.size, root, &after.root, &proof)
    };
    assert_eq!(holds(&before.root), Ok(()));
    assert!(holds(&after.root).is_err());
}

#[test]
fn a_period_and_a_purpose() {
    let home = FIXTURE.copy("");
    let start = chrono::DateTime::from_timestamp(1_795_348_800, 0).unwrap();
    let query = ExportQuery {
        from: start + chrono::TimeDelta::seconds(60),
        to: start + chrono::TimeDelta::seconds(61),
        controller: None,
        purpose: Some("offers".parse().unwrap()),
        campaign: None,
    };
    let (made, bytes) = export(&home.app, &query).unwrap();
    let report = verified(&bytes, home.app.verifier());
    assert!(report.ok, "{report}");
    assert_eq!(
        (made.positions.first, made.positions.end),
        (FIXTURE.linked, FIXTURE.consent + 1)
    );
    assert_eq!((made.entries, made.withheld), (3, 2));
    let entries = file(&bytes, "entries.jsonl");
    assert_eq!(entries.matches("outside the query").count(), 2);
    assert!(!entries.contains("\"purpose\":\"newsletter\""));
    let empty = ExportQuery {
        from: start - chrono::TimeDelta::days(9),
        to: start - chrono::TimeDelta::days(8),
        ..query
    };
    let (made, bytes) = export(&home.app, &empty).unwrap();
    assert_eq!(made.entries, 0);
    let report = verified(&bytes, home.app.verifier());
    assert!(report.ok, "{report}");
    let reversed = ExportQuery {
        from: empty.to,
        to: empty.from,
        ..empty
    };
    assert!(matches!(
        export(&home.app, &reversed),
        Err(ExportError::Refused(Refusal::Invalid(_)))
    ));
}

#[test]
fn a_full_disk_ends_the_export_and_nothing_else() {
    struct Full(usize);
    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 = self
                .0
                .checked_sub(bytes.len())
                .ok_or(std::io::ErrorKind::StorageFull)?;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let home = FIXTURE.copy("");
    for room in [0, 5_000, 40_000] {
        let outcome = home.app.export(
            &TestApp::grant(),
            &all(&home.app),
            &Plain,
            home.app.now(),
            Full(room),
            &|_, _| {},
        );
        assert!(matches!(outcome, Err(ExportError::Package(_))), "{room}");
    }
    assert_eq!(found(&home.app), []);
}
