//! A policy that does not parse or validate is named with file, line and column, and stops the
//! start.

use std::path::Path;

use crate::support::database::Db;
use crate::support::server::{Server, cli, cli_without};

pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let (from, to) = {
            let entry = entry.unwrap();
            (entry.path(), to.join(entry.file_name()))
        };
        if from.is_dir() {
            copy(&from, &to)
        } else {
            let _bytes = std::fs::copy(&from, &to).unwrap();
        }
    }
}

#[test]
fn a_broken_pack_is_named_by_its_place_and_stops_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let packs = folder.path().join("policies");
    copy(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("policies"),
        &packs,
    );
    let packs_text = packs.display().to_string();
    let validate = || {
        cli_without(
            folder.path(),
            &["policy", "validate", "--policies", &packs_text],
            &[],
        )
    };
    let sound = validate();
    assert_eq!(sound.code, 0, "{sound:?}");
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        1,
        "looking made something"
    );
    let file = packs.join("gdpr/consent.cedar");
    let text = std::fs::read_to_string(&file).unwrap();
    let lines = text.lines().count();
    let broken = [
        // no Cedar
        (format!("{text}\npermit(principal, action\n"), lines + 2),
        // Cedar, of no fact that there is
        (
            format!(
                "{text}\n@id(\"eu.typo\")\n@reason(\"TYPO\")\nforbid(principal, action, resource)\nwhen {{ context.no_such_fact }};\n"
            ),
            lines + 2,
        ),
    ];
    for (text, from) in broken {
        std::fs::write(&file, text).unwrap();
        let output = validate();
        assert_eq!(output.code, 1, "{output:?}");
        let place = output.stdout.split(": ").next().unwrap();
        let parts: Vec<&str> = place.rsplitn(3, ':').collect();
        assert!(parts[2].ends_with("gdpr/consent.cedar"), "{output:?}");
        assert!(parts[1].parse::<usize>().unwrap() >= from, "{output:?}");
        assert!(parts[0].parse::<usize>().unwrap() >= 1, "{output:?}");
        let mut server = Server::spawn(&Db::sqlite(), &["--policies", &packs_text], &[]);
        assert_eq!(server.await_exit().code(), Some(2));
        assert!(server.stderr().contains(place), "{}", server.stderr());
    }
    // a directory without policies permits nothing by mistake
    let output = cli_without(
        folder.path(),
        &["policy", "validate", "--policies", "none"],
        &[],
    );
    assert_ne!(output.code, 0, "{output:?}");
}

#[test]
fn a_validated_pack_is_counted() {
    let output = cli(&Db::sqlite(), &["policy", "validate", "--json"]);
    let told: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    assert!(told["policies"].as_u64().unwrap() > 10, "{told}");
    assert!(told["version"].is_string(), "{told}");
}

#[test]
fn the_book_of_rules_is_printed_or_refused_with_what_it_lacks() {
    let folder = tempfile::tempdir().unwrap();
    let packs = folder.path().join("policies");
    copy(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("policies"),
        &packs,
    );
    let packs_text = packs.display().to_string();
    let law = |more: &[&str]| {
        let args = [&["policy", "law", "--policies", &packs_text], more].concat();
        cli_without(folder.path(), &args, &[])
    };
    let page = law(&[]);
    assert_eq!(page.code, 0, "{page:?}");
    assert!(
        page.stdout.starts_with("# The law, rule by rule\n"),
        "{page:?}"
    );
    let told: serde_json::Value = serde_json::from_str(&law(&["--json"]).stdout).unwrap();
    assert_eq!(told["rules"].as_array().unwrap().len(), 168);
    let file = packs.join("law/elsewhere.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("\"R-158\"", "\"R-001\"")).unwrap();
    let refused = law(&[]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(
        refused.stdout.contains("R-001: a policy encodes it"),
        "{refused:?}"
    );
    assert!(
        refused.stdout.contains("R-158: no policy encodes it"),
        "{refused:?}"
    );
}
