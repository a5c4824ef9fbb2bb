//! The line to PostgreSQL, encrypted: to the server that its address names, and to nobody else.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::shop::{Shop, yes};
use crate::support::certificates::Certificates;
use crate::support::database::Db;
use crate::support::postgres::{Cluster, shared};
use crate::support::postgres_programs::Programs;
use crate::support::reaper::directory;
use crate::support::server::{Output, cli, cli_without};
use crate::support::waits::{POSTGRES, test_name};
use crate::systems::{apply, system};

/// A cluster that speaks TLS as `localhost`, and the folder of the certificates.
#[track_caller]
fn encrypted() -> Option<(Cluster, Certificates)> {
    let cluster = Cluster::start_new()
        .inspect_err(|why| POSTGRES.missing(&test_name(), why))
        .ok()?;
    let made = Certificates::new();
    made.make("server", "server", "ca", 30);
    let programs = Programs::find().unwrap();
    for name in ["server.crt", "server.key"] {
        let copy = cluster.directory().join("data").join(name);
        std::fs::copy(made.file(name), &copy).unwrap();
        std::fs::set_permissions(&copy, std::fs::Permissions::from_mode(0o600)).unwrap();
        programs.give(&copy);
    }
    cluster.sql("postgres", "ALTER SYSTEM SET ssl = on");
    cluster.stop();
    cluster.start();
    Some((cluster, made))
}

/// The address, asking for encryption by a file of authorities.
fn asking(url: &str, authorities: &Path) -> String {
    format!(
        "{url}?sslmode=verify-full&sslrootcert={}",
        authorities.display()
    )
}

/// A command that looks into the database.
fn looks(url: &str) -> Output {
    let home = directory("home");
    cli_without(
        home.path(),
        &["user", "list"],
        &[("PLACET_DATABASE_URL", url)],
    )
}

#[track_caller]
fn refused(url: &str, why: &str) {
    let told = looks(url);
    assert_ne!(told.code, 0, "{told:?}");
    assert!(told.stderr.contains(why), "{why}: {told:?}");
    assert!(told.stdout.is_empty(), "{told:?}");
}

#[test]
fn the_service_speaks_to_the_server_that_is_named_and_to_no_other() {
    let Some((cluster, made)) = encrypted() else {
        return;
    };
    let plain = cluster.database();
    let named = plain.replace("@127.0.0.1:", "@localhost:");
    let url = asking(&named, &made.file("ca.crt"));
    let db = Db::Postgres {
        data: std::sync::Arc::new(directory("data")),
        url: url.clone(),
        owner: None,
    };
    let shop = Shop::open(&db);
    shop.record(&yes("anne@encrypted.example"));
    assert_eq!(shop.newsletter("anne@encrypted.example").0, "permit");
    let lines = cluster.sql(
        "postgres",
        "SELECT ssl, count(*) > 1 FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE datname LIKE 't\\_%' GROUP BY ssl",
    );
    assert_eq!(lines, "t|t", "every line of the service is encrypted");
    // it comes back by the same way after the server was away
    cluster.stop();
    cluster.start();
    let back = crate::support::process::until(std::time::Duration::from_secs(60), || {
        shop.server.http().get("/readyz").status == 200
    });
    assert!(back, "{}", shop.server.stderr());
    // an authority that made no such certificate, and a server of another name
    refused(
        &asking(&named, &made.file("other.crt")),
        "invalid peer certificate",
    );
    refused(
        &asking(&plain, &made.file("ca.crt")),
        "certificate not valid for name",
    );
    refused(
        &format!("{named}?sslmode=require"),
        "invalid peer certificate",
    );
    refused(&format!("{named}?sslmode=prefer"), "verify-full");
}

#[test]
fn a_server_without_encryption_is_not_spoken_to() {
    let cluster = match shared() {
        Ok(cluster) => cluster,
        Err(why) => return POSTGRES.missing(&test_name(), why),
    };
    let url = cluster.database();
    refused(&format!("{url}?sslmode=require"), "does not support TLS");
    assert_eq!(looks(&url).code, 0);
}

/// A system that is asked by statements proves which server it is, or is told nothing.
#[test]
fn a_system_is_asked_over_an_encrypted_line() {
    let Some((cluster, made)) = encrypted() else {
        return;
    };
    let url = cluster.database();
    let name = url.rsplit('/').next().unwrap();
    cluster.sql(name, "CREATE TABLE people (email text)");
    let db = Db::sqlite();
    let secret = url.split_once("placet:").unwrap().1;
    let password = db.data_dir().join("crm-password");
    std::fs::write(&password, secret.split('@').next().unwrap()).unwrap();
    let registers = |kind: &str, host: &str, tls: &str| {
        let via = format!(
            "kind = \"{kind}\"\nat = {{ host = \"{host}\", port = {}, database = \"{name}\", user = \"placet\", password = {{ file = \"{}\" }}, tls = {tls} }}\nread = \"SELECT * FROM people WHERE email = $1\"\nerase = [\"DELETE FROM people WHERE email = $1\"]",
            cluster.port(),
            password.display(),
        );
        apply(&db, &[system("crm", "email", "timeout = 5", &via)])
    };
    let tried = |host: &str, tls: &str| {
        let done = registers("postgres", host, tls);
        assert_eq!(done.code, 0, "{done:?}");
        cli(&db, &["systems", "check"])
    };
    let by = |file: &str| format!("{{ authorities = \"{}\" }}", made.file(file).display());
    let good = tried("localhost", &by("ca.crt"));
    assert_eq!(good.code, 0, "{good:?}");
    for (host, tls, why) in [
        ("localhost", by("other.crt"), "invalid peer certificate"),
        ("127.0.0.1", by("ca.crt"), "certificate not valid for name"),
        ("localhost", "{}".to_owned(), "invalid peer certificate"),
        ("localhost", by("nowhere.pem"), "nowhere.pem"),
    ] {
        let refused = tried(host, &tls);
        assert_ne!(refused.code, 0, "{host} {tls}: {refused:?}");
        let told = format!("{}{}", refused.stdout, refused.stderr);
        assert!(told.contains(why), "{why}: {told}");
    }
    let mysql = registers("mysql", "localhost", "{}");
    assert!(
        mysql.code == 2 && mysql.stderr.contains("take a tunnel"),
        "{mysql:?}"
    );
}
