//! A timestamping authority stamps the log's checkpoints; whoever has the package checks that with
//! OpenSSL's own command.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::authority::{Authority, openssl};
use crate::support::database::Db;
use crate::support::http::Http;
use crate::support::process;
use crate::support::scene::{Scene, consent, email, permits};
use crate::support::server::cli;

const WITHIN: Duration = Duration::from_secs(60);

fn stamped(db: &Db) -> (Scene, Authority) {
    let mut scene = Scene::new(db);
    scene.server.terminate();
    let authority = Authority::start();
    let (url, chain) = (authority.url(), authority.ca().display().to_string());
    let asks = ["--timestamp-url", &url, "--timestamp-chain", &chain];
    (Scene::with(db, &scene.key, &asks), authority)
}

fn says_yes(api: &Http, name: &str) {
    let yes = consent(
        &email(&format!("{name}@stamps.example")),
        "newsletter",
        "email",
        "given",
    );
    api.records(&yes);
}

fn export(scene: &Scene, file: &Path) {
    let body = json!({ "from": "2020-01-01T00:00:00Z", "to": "2100-01-01T00:00:00Z" });
    let package = scene.api.post("/v1/audit/exports", &body).expect(200);
    std::fs::write(file, package.bytes).unwrap();
}

fn unpack(package: &Path, folder: &Path) -> Vec<String> {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(package).unwrap()).unwrap();
    zip.extract(folder).unwrap();
    let names = zip.file_names().map(|name| name.unwrap().into_owned());
    names
        .filter(|name| name.starts_with("timestamps/"))
        .collect()
}

fn state(http: &Http) -> Value {
    http.get("/readyz").expect(200).json()["timestamps"].clone()
}

on_both! {
    fn a_stamped_checkpoint_is_in_the_package_and_openssl_agrees(db: &Db) {
        let (scene, authority) = stamped(db);
        let http = scene.server.http();
        // the first is due at once, without an export
        let due = process::until(WITHIN, || !state(&http)["last"].is_null());
        assert!(due, "{}", state(&http));
        says_yes(&scene.api, "anne");
        let folder = tempfile::tempdir().unwrap();
        let package = folder.path().join("package.zip");
        export(&scene, &package);
        let shown = package.display().to_string();
        let key = http.get("/log/vkey").text;
        let verified = cli(db, &["audit", "verify", &shown, "--key", key.trim()]);
        assert_eq!(verified.code, 0, "{verified:?}");
        assert!(verified.stdout.contains("Stamped at 20"), "{verified:?}");
        // with the CA's certificate the signature is checked here as well
        let ca = authority.ca().display().to_string();
        let trusting = ["audit", "verify", &shown, "--key", key.trim(), "--tsa-ca", &ca];
        let verified = cli(db, &trusting);
        assert_eq!(verified.code, 0, "{verified:?}");
        let told = "signed by Test-TSA, whose chain to the given CA holds";
        assert!(verified.stdout.contains(told), "{verified:?}");
        let stranger = Authority::start().ca().display().to_string();
        let verified = cli(db, &["audit", "verify", &shown, "--key", key.trim(), "--tsa-ca", &stranger]);
        assert!(verified.code == 1 && verified.stdout.contains("no timestamp is there"), "{verified:?}");
        let none = cli(db, &["audit", "verify", &shown, "--tsa-ca", &shown]);
        assert_eq!(none.code, 2, "{none:?}");
        let names = unpack(&package, folder.path());
        assert!(names.contains(&"timestamps/tsa-chain.pem".to_owned()), "{names:?}");
        let tokens: Vec<_> = names.iter().filter_map(|name| name.strip_suffix(".tsr")).collect();
        assert!(!tokens.is_empty(), "{names:?}");
        // the newest is the package's own checkpoint
        let own = std::fs::read(folder.path().join("log/checkpoint")).unwrap();
        let is_own = |base: &&str| std::fs::read(folder.path().join(format!("{base}.note"))).unwrap() == own;
        assert!(tokens.iter().any(is_own), "{names:?}");
        for base in tokens {
            let check = |data: &str| {
                openssl(folder.path(), &format!("ts -verify -data {data} -in {base}.tsr -CAfile {ca}"))
            };
            let checked = check(&format!("{base}.note"));
            assert!(checked.status.success(), "{checked:?}");
            // the package's chain is the one that was configured
            let chained = format!("ts -verify -data {base}.note -in {base}.tsr -CAfile timestamps/tsa-chain.pem");
            assert!(openssl(folder.path(), &chained).status.success());
            assert!(!check("log/log.vkey").status.success(), "a verifier that agrees with everything");
        }
        let report = std::fs::read_to_string(folder.path().join("report.html")).unwrap();
        assert!(report.contains("Horodaté") || report.contains("Stamped by"), "the report shows it");
        assert_eq!(cli(db, &["audit", "check"]).code, 0);
        db.tamper("UPDATE timestamps SET stamped_at = stamped_at - 86400");
        let checked = cli(db, &["audit", "check"]);
        assert!(checked.code == 1 && checked.stdout.contains("timestamp"), "{checked:?}");
    }

    fn an_authority_that_is_away_stops_nothing_and_is_told(db: &Db) {
        let (scene, authority) = stamped(db);
        let http = scene.server.http();
        let due = process::until(WITHIN, || !state(&http)["last"].is_null());
        assert!(due, "{}", state(&http));
        authority.goes_away(true);
        says_yes(&scene.api, "anne");
        assert!(permits(&scene.api.asks(&email("anne@stamps.example"))));
        let folder = tempfile::tempdir().unwrap();
        let package = folder.path().join("package.zip");
        export(&scene, &package);
        let shown = package.display().to_string();
        let key = http.get("/log/vkey").text;
        let verified = cli(db, &["audit", "verify", &shown, "--key", key.trim()]);
        assert_eq!(verified.code, 0, "{verified:?}");
        let told = state(&http);
        assert!(told["error"].as_str().is_some_and(|why| why.contains("cannot be reached")), "{told}");
        let metrics = http.get("/metrics").text;
        assert!(metrics.contains("placet_timestamp_failing 1"), "{metrics}");
        authority.goes_away(false);
        export(&scene, &package);
        assert!(state(&http)["error"].is_null());
        assert!(http.get("/metrics").text.contains("placet_timestamp_failing 0"));
    }

    /// The clock is behind the log, as after a jump back: entries keep the log's time, and the
    /// service says so.
    fn a_clock_behind_the_log_is_told(db: &Db) {
        let mut scene = Scene::new(db);
        scene.server.terminate();
        db.tamper("UPDATE log_head SET last_at = last_at + 7200");
        let scene = Scene::on(db, &scene.key);
        let http = scene.server.http();
        let behind = || http.get("/readyz").expect(200).json()["clock_behind_seconds"].as_i64();
        let told = process::until(WITHIN, || behind().is_some_and(|behind| behind > 7000));
        assert!(told, "{:?}", behind());
        assert!(scene.server.stderr().contains("the clock jumped"));
        says_yes(&scene.api, "anne");
        assert!(permits(&scene.api.asks(&email("anne@stamps.example"))));
        assert!(http.get("/metrics").text.contains("placet_clock_jumps{direction=\"back\"} 1"));
        let last_at = db.ask("SELECT last_at FROM log_head");
        let now = db.ask("SELECT created_at / 1000000 FROM registry");
        let (last_at, now): (i64, i64) = (last_at.parse().unwrap(), now.parse().unwrap());
        assert!(last_at >= now + 7200, "{last_at} after {now}");
        assert_eq!(cli(db, &["audit", "check"]).code, 0);
    }
}
