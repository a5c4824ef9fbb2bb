//! The line to PostgreSQL, encrypted: to the server that its address names, and to nobody else.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::TempDir;

use crate::shop::{Shop, yes};
use crate::support::authority::openssl;
use crate::support::database::Db;
use crate::support::postgres::{Cluster, shared};
use crate::support::postgres_programs::Programs;
use crate::support::reaper::directory;
use crate::support::server::{Output, cli, cli_without};
use crate::support::waits::{POSTGRES, test_name};
use crate::systems::{apply, system};

const CONFIG: &str = "\
[req]
distinguished_name = dn
[dn]
[ca]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
[server]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost
";

/// An authority, a server's certificate of its making, and an authority that made none.
const SETTING_UP: [&str; 7] = [
    "ecparam -name prime256v1 -genkey -noout -out ca.key",
    "req -new -x509 -key ca.key -subj /CN=Test-CA -config tls.cnf -extensions ca -days 30 -out ca.pem",
    "ecparam -name prime256v1 -genkey -noout -out server.key",
    "req -new -key server.key -subj /CN=localhost -config tls.cnf -out server.csr",
    "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -set_serial 2 -days 30 -extfile tls.cnf -extensions server -out server.crt",
    "ecparam -name prime256v1 -genkey -noout -out other.key",
    "req -new -x509 -key other.key -subj /CN=Other-CA -config tls.cnf -extensions ca -days 30 -out other.pem",
];

/// A cluster that speaks TLS as `localhost`, and the folder of the certificates.
#[track_caller]
fn encrypted() -> Option<(Cluster, TempDir)> {
    let cluster = Cluster::start_new()
        .inspect_err(|why| POSTGRES.missing(&test_name(), why))
        .ok()?;
    let folder = directory("tls");
    std::fs::write(folder.path().join("tls.cnf"), CONFIG).unwrap();
    for step in SETTING_UP {
        let done = openssl(folder.path(), step);
        assert!(done.status.success(), "{step}: {done:?}");
    }
    let programs = Programs::find().unwrap();
    for name in ["server.crt", "server.key"] {
        let copy = cluster.directory().join("data").join(name);
        std::fs::copy(folder.path().join(name), &copy).unwrap();
        std::fs::set_permissions(&copy, std::fs::Permissions::from_mode(0o600)).unwrap();
        programs.give(&copy);
    }
    cluster.sql("postgres", "ALTER SYSTEM SET ssl = on");
    cluster.stop();
    cluster.start();
    Some((cluster, folder))
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
    let Some((cluster, folder)) = encrypted() else {
        return;
    };
    let plain = cluster.database();
    let named = plain.replace("@127.0.0.1:", "@localhost:");
    let url = asking(&named, &folder.path().join("ca.pem"));
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
        &asking(&named, &folder.path().join("other.pem")),
        "invalid peer certificate",
    );
    refused(
        &asking(&plain, &folder.path().join("ca.pem")),
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
    let Some((cluster, folder)) = encrypted() else {
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
    let by = |file: &str| {
        format!(
            "{{ authorities = \"{}\" }}",
            folder.path().join(file).display()
        )
    };
    let good = tried("localhost", &by("ca.pem"));
    assert_eq!(good.code, 0, "{good:?}");
    for (host, tls, why) in [
        ("localhost", by("other.pem"), "invalid peer certificate"),
        ("127.0.0.1", by("ca.pem"), "certificate not valid for name"),
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
