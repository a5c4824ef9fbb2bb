//! Files of the line that cannot be used, and what is told of those that can.

use super::certificates;
use crate::support::certificates::Certificates;
use crate::support::database::Db;
use crate::support::process::until;
use crate::support::server::{Output, Server, cli_without};
use std::time::Duration;

/// What a start with these settings, by names of files, says before it ends.
fn started(db: &Db, made: &Certificates, settings: &[(&str, &str)]) -> Output {
    let url = db.url();
    let files: Vec<(&str, String)> = settings
        .iter()
        .map(|(name, file)| (*name, made.file(file).display().to_string()))
        .collect();
    let mut variables: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, file)| (*name, file.as_str()))
        .collect();
    variables.push(("PLACET_DATABASE_URL", &url));
    cli_without(
        made.folder(),
        &["serve", "--listen", "127.0.0.1:0"],
        &variables,
    )
}

#[test]
fn a_start_with_files_that_cannot_be_used_says_what_is_wrong() {
    const SHOWN: &str = "PLACET_TLS_CERTIFICATE";
    const KEY: &str = "PLACET_TLS_KEY";
    const CLIENTS: &str = "PLACET_TLS_CLIENT_CA";
    let (db, made) = (Db::sqlite(), certificates());
    std::fs::copy(made.file("here.key"), made.file("open.key")).unwrap();
    made.open_to("open.key", 0o644);
    std::fs::write(made.file("text"), "no certificate\n").unwrap();
    made.open_to("text", 0o600);
    for (settings, told) in [
        (vec![(SHOWN, "here.crt")], "tls_key must name a file"),
        (vec![(KEY, "here.key")], "tls_certificate must name a file"),
        (
            vec![(CLIENTS, "ca.crt")],
            "tls_certificate must name a file",
        ),
        (vec![(SHOWN, "here.crt"), (KEY, "open.key")], "chmod o= "),
        (
            vec![(SHOWN, "here.crt"), (KEY, "other.key")],
            "tls_key is not the key",
        ),
        (
            vec![(SHOWN, "text"), (KEY, "here.key")],
            "tls_certificate must name",
        ),
        (
            vec![(SHOWN, "here.crt"), (KEY, "text")],
            "tls_key must name",
        ),
        (
            vec![(SHOWN, "nowhere"), (KEY, "here.key")],
            "nowhere cannot be read",
        ),
        (
            vec![(SHOWN, "here.crt"), (KEY, "here.key"), (CLIENTS, "text")],
            "tls_client_ca must name",
        ),
    ] {
        let said = started(&db, &made, &settings);
        assert_eq!(said.code, 2, "{settings:?}: {said:?}");
        assert!(said.stderr.contains(told), "{told}: {said:?}");
    }
}

/// A command with the settings of a server on an encrypted line.
fn asked(db: &Db, made: &Certificates, server: &Server, command: &str) -> Output {
    let [shown, key] = ["here.crt", "here.key"].map(|name| made.file(name).display().to_string());
    let (listen, url) = (format!("127.0.0.1:{}", server.port()), db.url());
    let data = db.data_dir().display().to_string();
    let variables = [
        ("PLACET_LISTEN", listen.as_str()),
        ("PLACET_TLS_CERTIFICATE", &shown),
        ("PLACET_TLS_KEY", &key),
        ("PLACET_DATABASE_URL", &url),
        ("PLACET_DATA_DIR", &data),
    ];
    cli_without(made.folder(), &[command], &variables)
}

#[test]
fn its_own_commands_ask_it_over_the_encrypted_line() {
    let (db, made) = (Db::sqlite(), certificates());
    let mut server = Server::encrypted(&db, &made, &[]);
    let health = asked(&db, &made, &server, "health");
    assert_eq!(health.code, 0, "{health:?}");
    let doctor = asked(&db, &made, &server, "doctor");
    assert!(doctor.stdout.contains("service: it is ready"), "{doctor:?}");
    assert!(
        doctor.stdout.contains("certificate: until 20"),
        "{doctor:?}"
    );
    server.kill9();
    assert_eq!(asked(&db, &made, &server, "health").code, 3);
}

#[test]
fn a_certificate_that_ends_soon_is_complained_about() {
    let (db, made) = (Db::sqlite(), Certificates::new());
    made.make("here", "here", "ca", 10);
    let server = Server::encrypted(&db, &made, &[]);
    let told = || server.stderr().contains("tls_certificate ends at");
    assert!(until(Duration::from_secs(30), told), "{}", server.stderr());
    let doctor = asked(&db, &made, &server, "doctor");
    assert_eq!(doctor.code, 1, "{doctor:?}");
    assert!(
        doctor.stdout.contains("tls_certificate ends at"),
        "{doctor:?}"
    );
}
