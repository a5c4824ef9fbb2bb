//! 0 all went well, 1 a check found something, 2 wrong use, 3 something failed; results on
//! standard output, messages on standard error.

use serde_json::Value;

use crate::shop::{Shop, yes};
use crate::support::database::Db;
use crate::support::server::{Output, Server, cli, cli_without};

/// A failed command prints no result, and says on standard error what to do.
#[track_caller]
fn fails(output: &Output, code: i32, word: &str) {
    assert_eq!(output.code, code, "{output:?}");
    assert_eq!(output.stdout, "", "{output:?}");
    assert!(output.stderr.contains(word), "no {word:?} in {output:?}");
    assert!(!output.stderr.contains("panicked"), "{output:?}");
}

on_both! {
    fn a_decision_is_0_or_1(db: &Db) {
        let shop = Shop::open(db);
        shop.record(&yes("anne@example.fr"));
        let ask = |email: &str, more: &[&str]| {
            let mut arguments = vec!["check", "--purpose", "newsletter", "--channel", "email", "--email", email];
            arguments.extend(more);
            cli(db, &arguments)
        };
        let yes = ask("Anne@Example.FR", &[]);
        assert_eq!(yes.code, 0, "{yes:?}");
        assert!(yes.stdout.starts_with("permit: CONSENT_VALID\n"), "{yes:?}");
        assert_eq!(yes.stderr, "");
        let no = ask("nobody@example.fr", &[]);
        assert_eq!(no.code, 1, "{no:?}");
        assert!(no.stdout.starts_with("deny: UNKNOWN_SUBJECT\n"), "{no:?}");
        let json: Value = serde_json::from_str(&ask("nobody@example.fr", &["--json"]).stdout).unwrap();
        assert_eq!((&json["decision"], &json["reason"]), (&"deny".into(), &"UNKNOWN_SUBJECT".into()));
        assert!(json["explanation"]["fr"].is_string() && json["explanation"]["en"].is_string());
        // the service sees a withdrawal; so does a command beside it, at once
        let id = serde_json::json!({ "subject": { "email": "anne@example.fr" }, "purpose": "newsletter", "channel": "email", "status": "withdrawn" });
        shop.record(&id);
        assert_eq!(ask("anne@example.fr", &[]).code, 1);
    }

    fn wrong_use_is_2(db: &Db) {
        assert_eq!(cli(db, &["api-key", "create", "--name", "x", "--role", "dpo"]).code, 0);
        fails(&cli(db, &["fly"]), 2, "fly");
        fails(&cli(db, &["check"]), 2, "--purpose");
        fails(&cli(db, &["api-key", "create", "--name", "x", "--role", "king"]), 2, "collector");
        fails(&cli(db, &["api-key", "revoke", "x"]), 2, "key id");
        fails(&cli(db, &["check", "--purpose", "p", "--channel", "email", "--email", "zq7"]), 2, "email");
        fails(&cli(db, &["check", "--purpose", "p", "--channel", "email", "--id", "zq7"]), 2, "TYPE:VALUE");
        fails(&cli(db, &["check", "--purpose", "p", "--channel", "email", "--email", "a@example.fr"]), 2, "purpose");
        fails(&cli(db, &["catalogue", "apply", "no-such-directory"]), 2, "no-such-directory");
        fails(&cli(db, &["audit", "verify", "no-such-file.zip"]), 2, "no-such-file.zip");
    }
}

#[test]
fn what_failed_is_3() {
    let home = tempfile::tempdir().unwrap();
    let create = ["api-key", "create", "--name", "x", "--role", "dpo"];
    // nobody listens there
    let url = "postgres://u:s3cret@127.0.0.1:1/placet";
    let output = cli_without(home.path(), &create, &[("PLACET_DATABASE_URL", url)]);
    fails(&output, 3, "database");
    assert!(!output.stderr.contains("s3cret"), "{output:?}");
    let output = cli_without(
        home.path(),
        &create,
        &[("PLACET_DATABASE_URL", "sqlite:///no/such/place/x.db")],
    );
    fails(&output, 3, "database");
    // a port that is taken
    let db = Db::sqlite();
    let server = Server::start(&db);
    let address = format!("127.0.0.1:{}", server.port());
    fails(&cli(&db, &["serve", "--listen", &address]), 3, "--listen");
    fails(
        &cli_without(
            home.path(),
            &create,
            &[("PLACET_DATABASE_URL", "mysql://x")],
        ),
        2,
        "sqlite://PATH",
    );
}

/// Help is no failure, stands on standard output and shows an example of every command.
#[test]
fn help_shows_examples() {
    let home = tempfile::tempdir().unwrap();
    let help = |arguments: &[&str]| {
        let output = cli_without(home.path(), arguments, &[]);
        assert_eq!((output.code, output.stderr.as_str()), (0, ""), "{output:?}");
        output.stdout
    };
    let commands: [&[&str]; 18] = [
        &["serve"],
        &["api-key", "create"],
        &["api-key", "revoke"],
        &["user", "add"],
        &["link", "create"],
        &["mail", "retry"],
        &["catalogue", "apply"],
        &["catalogue", "export"],
        &["check"],
        &["import"],
        &["policy", "validate"],
        &["audit", "export"],
        &["audit", "records"],
        &["audit", "verify"],
        &["audit", "check"],
        &["report"],
        &["config"],
        &["openapi"],
    ];
    for command in commands {
        let text = help(&[command, &["--help"]].concat());
        assert!(text.contains("Example"), "{command:?}: {text}");
        assert!(text.contains("placet "), "{command:?}: {text}");
    }
    assert!(help(&["--version"]).starts_with("placet "));
    // asking made nothing
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
}

#[test]
fn the_description_is_the_served_one() {
    let home = tempfile::tempdir().unwrap();
    let printed = cli_without(home.path(), &["openapi"], &[]);
    assert_eq!(printed.code, 0);
    let printed: Value = serde_json::from_str(&printed.stdout).unwrap();
    let server = Server::start(&Db::sqlite());
    assert_eq!(
        printed,
        server.http().get("/openapi.json").expect(200).json()
    );
}
