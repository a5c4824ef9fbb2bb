//! Purposes and notices as files: shown before they change anything, applied once, exported alike.

use serde_json::Value;

use crate::shop::data;
use crate::support::database::Db;
use crate::support::server::{Output, cli};

fn run(db: &Db, arguments: &[&str]) -> Output {
    let output = cli(db, &[&["catalogue"], arguments].concat());
    assert_eq!(output.code, 0, "{output:?}");
    output
}

fn differences(db: &Db, directory: &str) -> Vec<String> {
    let shown = run(db, &["apply", directory, "--dry-run", "--json"]);
    let shown: Value = serde_json::from_str(&shown.stdout).unwrap();
    assert_eq!(shown["applied"], false);
    let lines = shown["difference"].as_array().unwrap().iter();
    lines
        .map(|one| {
            format!(
                "{} {} {}",
                one["change"].as_str().unwrap(),
                one["kind"].as_str().unwrap(),
                one["name"].as_str().unwrap()
            )
        })
        .collect()
}

on_both! {
    fn it_goes_round(db: &Db) {
        let files = data().join("catalogue").display().to_string();
        let expected = ["new controller default@1", "new purpose newsletter@1", "new purpose offers@1",
            "new purpose orders@1", "new notice newsletter@1", "changed notice newsletter@2", "new notice offers@1"];
        // looking changes nothing, however often
        assert_eq!(differences(db, &files), expected);
        assert_eq!(differences(db, &files), expected);
        let applied = run(db, &["apply", &files]);
        assert_eq!(applied.stdout.lines().count(), expected.len(), "{applied:?}");
        let again = run(db, &["apply", &files]);
        assert!(again.stdout.contains("nothing to change"), "{again:?}");
        let folder = tempfile::tempdir().unwrap();
        let exported = folder.path().join("export");
        let exported_text = exported.display().to_string();
        run(db, &["export", &exported_text]);
        assert_eq!(differences(db, &exported_text), [""; 0]);
        // the same files make the same registry
        let other = Db::sqlite();
        assert_eq!(differences(&other, &exported_text).len(), expected.len());
        run(&other, &["apply", &exported_text]);
        assert_eq!(differences(&other, &files), [""; 0]);
    }

    fn a_changed_purpose_is_a_new_version_and_a_published_notice_never_changes(db: &Db) {
        let folder = tempfile::tempdir().unwrap();
        let directory = folder.path().display().to_string();
        let text = std::fs::read_to_string(data().join("catalogue/shop.toml")).unwrap();
        let put = |text: &str| std::fs::write(folder.path().join("shop.toml"), text).unwrap();
        put(&text);
        run(db, &["apply", &directory]);
        put(&text.replace("Two emails a month.", "One email a month."));
        assert_eq!(differences(db, &directory), ["changed purpose newsletter@2"]);
        run(db, &["apply", &directory]);
        put(&text.replace("I agree to receive the offers.", "I want all of it."));
        let refused = cli(db, &["catalogue", "apply", &directory]);
        assert_eq!(refused.code, 2, "{refused:?}");
        assert!(refused.stderr.contains("never changes"), "{refused:?}");
        // one wrong file: nothing of any is published
        put(&text.replace("Two emails", "Three emails"));
        std::fs::write(folder.path().join("wrong.toml"), "[[purpose]]\nid = \"x\"\ncolour = 1\n").unwrap();
        let refused = cli(db, &["catalogue", "apply", &directory]);
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{refused:?}");
        assert!(refused.stderr.contains("wrong.toml") && refused.stderr.contains("colour"), "{refused:?}");
    }
}
