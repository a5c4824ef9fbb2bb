#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::*;
use crate::app::import::testing::{Bench, file};
use clap::Parser;

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    import: ImportArgs,
}

const MAP: &str = r#"
source = "shop"
timezone = "UTC"
file = { delimiter = ",", encoding = "utf-8" }
identifiers = [{ kind = "email", column = "email" }]
[[consent]]
purpose = "newsletter"
channel = "email"
status_from = [{ column = "status", values = { yes = "given", gone = "withdrawn" } }]
"#;

fn args(words: &[&str]) -> ImportArgs {
    let words = std::iter::once("import").chain(words.iter().copied());
    Cli::try_parse_from(words)
        .unwrap_or_else(|error| panic!("{error}"))
        .import
}

/// A directory with a file and its mapping, and the command line that names both.
fn place(rows: &str) -> (tempfile::TempDir, Vec<String>) {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("in.csv"), rows).unwrap();
    std::fs::write(path("map.toml"), MAP).unwrap();
    let words = vec![
        path("in.csv"),
        "--map".into(),
        path("map.toml"),
        "--errors".into(),
        path("refused.csv"),
    ];
    (directory, words)
}

fn never() -> Result<App, String> {
    panic!("opened before the command line was looked at")
}

#[test]
fn exit_codes() {
    let (directory, words) = place(&file(&[("a@example.fr", "", "yes", "01")]));
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let Bench {
        app,
        directory: data,
    } = Bench::new();
    assert_eq!(run(&args(&words), || Ok::<_, String>(app), true), 0);
    drop(data);

    std::fs::write(
        directory.path().join("in.csv"),
        file(&[("a@@example.fr", "", "yes", "01")]),
    )
    .unwrap();
    let Bench {
        app,
        directory: data,
    } = Bench::new();
    assert_eq!(run(&args(&words), || Ok::<_, String>(app), false), 1);
    drop(data);
    let refused = std::fs::read_to_string(directory.path().join("refused.csv")).unwrap();
    assert!(
        refused.starts_with("line,column,problem,how_to_mend\n2,email,"),
        "{refused}"
    );

    assert_eq!(run(&args(&words), || Err("no database"), false), 3);
}

#[test]
fn wrong_use_is_told_before_anything_is_opened() {
    let (_directory, words) = place("email,status\n");
    let word = |at: usize| words.get(at).unwrap().as_str();
    let (input, map) = (word(0), word(2));
    for wrong in [
        ["-", "--map", map].as_slice(),
        &["nowhere.csv", "--map", map],
        &["/", "--map", map],
        &[input, "--map", "nowhere"],
        &[input, "--map", input],
        &[input, "--map", map, "--errors", input],
        &[input, "--map", map, "--errors", "/nowhere/refused.csv"],
    ] {
        assert_eq!(run(&args(wrong), never, false), 2, "{wrong:?}");
    }
}

#[test]
fn a_file_without_the_columns_of_the_mapping_is_wrong_use() {
    let (_directory, words) = place("mail,status\na@example.fr,yes\n");
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let Bench {
        app,
        directory: _data,
    } = Bench::new();
    assert_eq!(run(&args(&words), || Ok::<_, String>(app), false), 2);
}

#[test]
fn help_shows_an_example() {
    use clap::CommandFactory;
    assert!(
        Cli::command()
            .render_help()
            .to_string()
            .contains("placet import contacts.csv --map brevo --dry-run")
    );
}
