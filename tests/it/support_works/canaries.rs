//! Personal data in a log is found, whatever it looks like there.

use crate::support::{logs, process};

#[test]
fn a_canary_is_found_in_each_of_its_guises() {
    let canary = "Zoé@Quetzal.example";
    let lines = [
        "said Zoé@QUETZAL.example today",
        "GET /c?e=zo%C3%A9%40quetzal.example",
        r#"{"email":"zo\u00e9@quetzal.example"}"#,
        r"\x7a6fc3a940717565747a616c2e6578616d706c65",
    ];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    for line in lines {
        std::fs::write(&path, format!("fine\n{line}\n")).unwrap();
        let text = process::text_of(&path).to_lowercase();
        let guises = logs::guises(canary);
        assert!(
            guises.iter().any(|guise| text.contains(guise)),
            "{line}: {guises:?}"
        );
    }
}

#[test]
#[should_panic(expected = "is in the log planted.err")]
fn what_was_planted_is_found_in_a_log() {
    let canary = logs::plant("Xochiquetzal Wrzeszczkowska");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("planted.err");
    std::fs::write(&path, "nothing here\n").unwrap();
    logs::assert_nothing_planted(&path);
    std::fs::write(&path, format!("cannot write to {canary}\n")).unwrap();
    logs::assert_nothing_planted(&path);
}
