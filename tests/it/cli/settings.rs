//! Flags, then variables, then `placet.toml`, then defaults; `placet config` says which it was.

use std::path::Path;

use serde_json::Value;

use crate::support::server::cli_without;

fn config(home: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Value {
    let arguments = [arguments, &["config", "--json"]].concat();
    let output = cli_without(home, &arguments, variables);
    assert_eq!(output.code, 0, "{output:?}");
    serde_json::from_str(&output.stdout).unwrap()
}

fn setting(all: &Value, name: &str) -> (String, String) {
    let text = |part: &str| all[name][part].as_str().unwrap_or_default().to_owned();
    (text("value"), text("origin"))
}

#[test]
fn each_value_has_its_origin() {
    let home = tempfile::tempdir().unwrap();
    let own = |value: &str, origin: &str| (value.to_owned(), origin.to_owned());
    let all = config(home.path(), &[], &[]);
    assert_eq!(setting(&all, "listen"), own("127.0.0.1:8080", "default"));
    assert_eq!(setting(&all, "data_dir"), own("./placet-data", "default"));
    let file = "listen = \"127.0.0.1:1\"\nlanguage = \"en\"\ndata_dir = \"file\"\nworkers = 3\n";
    std::fs::write(home.path().join("placet.toml"), file).unwrap();
    let variables = [
        ("PLACET_LISTEN", "127.0.0.1:2"),
        ("PLACET_DATA_DIR", "variable"),
    ];
    let all = config(home.path(), &["--data-dir", "flag"], &variables);
    assert_eq!(setting(&all, "listen"), own("127.0.0.1:2", "PLACET_LISTEN"));
    assert_eq!(setting(&all, "data_dir"), own("flag", "flag"));
    assert_eq!(setting(&all, "language"), own("en", "placet.toml"));
    assert_eq!(setting(&all, "workers"), own("3", "placet.toml"));
    // looking made nothing
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 1);
}

#[test]
fn no_secret_is_shown() {
    let home = tempfile::tempdir().unwrap();
    for url in [
        "postgres://placet:zq7word@db/placet",
        "postgres://placet@db/placet?password=zq7word",
        "postgres://placet:zq7@word@db/placet",
    ] {
        for arguments in [&["config"] as &[&str], &["config", "--json"]] {
            let output = cli_without(home.path(), arguments, &[("PLACET_DATABASE_URL", url)]);
            assert_eq!(output.code, 0, "{output:?}");
            assert!(!output.stdout.contains("zq7"), "{output:?}");
            assert!(output.stdout.contains("PLACET_DATABASE_URL"), "{output:?}");
        }
    }
}

#[test]
fn what_is_no_setting_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("placet.toml");
    for (text, named) in [
        ("lisen = \"x\"\n", "lisen"),
        ("[listen]\nport = 3\n", "listen"),
        ("listen = \n", "placet.toml"),
    ] {
        std::fs::write(&file, text).unwrap();
        let output = cli_without(home.path(), &["config"], &[]);
        assert_eq!(
            (output.code, output.stdout.as_str()),
            (2, ""),
            "{text}: {output:?}"
        );
        assert!(output.stderr.contains(named), "{text}: {output:?}");
    }
    std::fs::remove_file(&file).unwrap();
    let output = cli_without(home.path(), &["--config", "none.toml", "config"], &[]);
    assert_eq!(output.code, 2, "{output:?}");
    assert!(output.stderr.contains("none.toml"));
    for (variable, value) in [
        ("PLACET_TIMEZONE", "Mars/Olympus"),
        ("PLACET_LANGUAGE", "xx"),
        ("PLACET_WORKERS", "many"),
        ("PLACET_ORIGIN", "a b"),
    ] {
        let output = cli_without(
            home.path(),
            &["serve", "--listen", "127.0.0.1:0"],
            &[(variable, value)],
        );
        assert_eq!(output.code, 2, "{variable}: {output:?}");
    }
}
