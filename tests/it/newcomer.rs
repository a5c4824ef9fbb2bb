//! What somebody does who tries Placet for the first time: `serve --demo`, the three things that
//! it prints, and the audit report.

use std::path::Path;

use serde_json::json;

use crate::demo::{Demo, word};
use crate::shop::{Shop, decision, yes};
use crate::support::browser::{Browser, Visitor};
use crate::support::database::Db;
use crate::support::http::encode;
use crate::support::server::cli;

/// Answers one row of the form.
fn answer(browser: &Browser, choice: &str, value: &str) {
    let id = format!("choice.{choice}-{value}");
    // the bar with the button to save stands over the page's end
    browser.script(&format!(
        "document.getElementById('{id}').scrollIntoView({{block: 'center'}})"
    ));
    browser.find(&format!("[id='{id}']")).click();
}

/// The form in one language, from the link to what changed.
fn walk(languages: &str, language: &str, scripts: bool) {
    let demo = Demo::start();
    let Some(browser) = Browser::open(Visitor {
        languages,
        scripts,
        ..Visitor::default()
    }) else {
        return;
    };
    assert_eq!(demo.ask()["decision"], "permit");
    browser.goto(&demo.form);
    assert_eq!(browser.find("h1").text(), word(language, "choices-title"));
    assert_eq!(
        browser.find("html").attribute("lang").as_deref(),
        Some(language)
    );
    answer(&browser, "newsletter.email", "no");
    answer(&browser, "offers.push", "yes");
    browser.find(".savebar button").follow();
    assert_eq!(browser.find("h1").text(), word(language, "saved-title"));
    let changes: Vec<String> = browser
        .find_all(".changes li")
        .iter()
        .map(|line| line.text())
        .collect();
    assert_eq!(changes.len(), 2, "{changes:?}");
    let (was_yes, now_no) = (word(language, "yes"), word(language, "no"));
    let stopped = changes
        .iter()
        .find(|line| line.contains(&word(language, "channel-email")));
    let stopped = stopped.expect("the newsletter");
    let (before, after) = (
        stopped.find(&was_yes).unwrap(),
        stopped.rfind(&now_no).unwrap(),
    );
    assert!(before < after, "{stopped}");
    assert!(
        changes
            .iter()
            .any(|line| line.contains(&word(language, "channel-push"))),
        "{changes:?}"
    );
    // the very next request
    assert_eq!(
        decision(&demo.ask()),
        ("deny".into(), "CONSENT_WITHDRAWN".into())
    );
    browser.goto(&demo.form);
    assert!(
        browser
            .find("[id='choice.newsletter.email-no']")
            .is_selected()
    );
    assert!(browser.find("[id='choice.offers.push-yes']").is_selected());
}

#[test]
fn says_no_and_yes_in_french() {
    walk("fr-FR,fr", "fr", true);
}

#[test]
fn says_no_and_yes_in_english_without_scripts() {
    walk("en-GB,en", "en", false);
}

/// Three things to try, and nothing else needed.
#[test]
fn the_demo_prints_three_things_that_work() {
    let demo = Demo::start();
    let http = demo.server.http();
    for address in [&demo.form, &demo.console] {
        let path = address
            .strip_prefix(&demo.server.url())
            .expect("an address of this server");
        http.get(path).expect(200);
    }
    assert_eq!(
        decision(&demo.ask()),
        ("permit".into(), "CONSENT_VALID".into())
    );
    // the logs name no customer, no key and no password
    let log = demo.server.stderr();
    let (_, key, _) = demo.request();
    for secret in [
        "example.com",
        &demo.password,
        &key,
        demo.form.rsplit('/').next().unwrap(),
    ] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
}

#[test]
fn the_dpo_signs_in_exports_and_the_package_holds() {
    let demo = Demo::start();
    let Some(browser) = Browser::open(Visitor::default()) else {
        return;
    };
    browser.goto(&demo.console);
    browser.find("#user").enter(&demo.user);
    browser.find("#password").enter("wrong");
    browser.find("button.main").follow();
    assert!(
        browser
            .find(".errors")
            .text()
            .contains(&word("en", "sign-in-error-wrong"))
    );
    browser.find("#password").enter(&demo.password);
    browser.find("button.main").follow();
    assert_eq!(browser.find("h1").text(), word("en", "home-title"));
    assert!(browser.url().ends_with("/console"), "{}", browser.url());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.zip");
    std::fs::write(&file, export(&demo, &browser)).unwrap();
    let verified = verify(&file, None);
    assert_eq!(verified.code, 0, "{verified:?}");
    let vkey = demo.server.http().get("/log/vkey").expect(200).text;
    assert_eq!(verify(&file, Some(vkey.trim())).code, 0);
    each_byte_matters(&file);
}

/// What the console's form sends when its button is pressed.
fn export(demo: &Demo, browser: &Browser) -> Vec<u8> {
    let form = browser.find("form[action='/console/exports']");
    assert_eq!(form.attribute("method").as_deref(), Some("post"));
    let value = |name: &str| {
        let script = format!(
            "return document.querySelector(\"form[action='/console/exports'] [name={name}]\").value"
        );
        browser
            .script(&script)
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let fields = ["csrf", "lang", "from", "to"].map(|name| (name, value(name)));
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let client = demo.server.http().header("cookie", &browser.cookies());
    let reply = client.form("/console/exports", &fields).expect(200);
    assert_eq!(reply.header("content-type"), Some("application/zip"));
    assert!(
        reply
            .header("content-disposition")
            .is_some_and(|value| value.contains(".zip"))
    );
    // another site's form, or one without the page's secret, exports nothing
    let foreign = client
        .header("sec-fetch-site", "cross-site")
        .form("/console/exports", &fields);
    assert_ne!(foreign.status, 200);
    assert_ne!(client.form("/console/exports", &fields[1..]).status, 200);
    reply.bytes
}

fn verify(file: &Path, key: Option<&str>) -> crate::support::server::Output {
    let file = file.display().to_string();
    let mut arguments = vec!["audit", "verify", file.as_str()];
    arguments.extend(key.into_iter().flat_map(|key| ["--key", key]));
    cli(&Db::sqlite(), &arguments)
}

/// One changed byte anywhere in the package: the check fails.
fn each_byte_matters(file: &Path) {
    let whole = std::fs::read(file).unwrap();
    let changed = file.with_file_name("changed.zip");
    for at in (0..whole.len()).step_by(whole.len() / 12) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        std::fs::write(&changed, &bytes).unwrap();
        let verified = verify(&changed, None);
        assert_eq!(verified.code, 1, "byte {at}: {verified:?}");
    }
}

on_both! {
    /// Whoever changes an entry inside the package, sizes and checksums with it, is told which.
    fn a_changed_entry_of_a_package_is_named(db: &Db) {
        let shop = Shop::open(db);
        let position = shop.record(&yes("anne@example.fr"))["position"].as_u64().unwrap();
        shop.record(&yes("berthe@example.fr"));
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("report.zip");
        let body = json!({ "from": "2020-01-01T00:00:00Z", "to": "2100-01-01T00:00:00Z" });
        let reply = shop.dpo().post("/v1/audit/exports", &body).expect(200);
        std::fs::write(&file, &reply.bytes).unwrap();
        let verified = verify(&file, None);
        assert_eq!(verified.code, 0, "{verified:?}");
        let forged = folder.path().join("forged.zip");
        forge(&file, &forged, position);
        let verified = verify(&forged, None);
        assert_eq!(verified.code, 1, "{verified:?}");
        assert!(verified.stdout.contains(&position.to_string()), "{position}: {}", verified.stdout);
    }

    /// Whoever changes a row of the database is told which entry it belongs to.
    fn a_changed_row_of_the_database_is_named(db: &Db) {
        let shop = Shop::open(db);
        let position = shop.record(&yes("anne@example.fr"))["position"].as_u64().unwrap();
        shop.record(&yes("berthe@example.fr"));
        let check = || cli(db, &["audit", "check"]);
        let sound = check();
        assert_eq!(sound.code, 0, "{sound:?}");
        db.tamper(&format!("UPDATE consent_states SET status = 'refused' WHERE position = {position}"));
        let found = check();
        assert_eq!(found.code, 1, "{found:?}");
        assert!(found.stdout.contains(&format!("entry {position}")), "{position}: {}", found.stdout);
        db.tamper(&format!("UPDATE consent_states SET status = 'given' WHERE position = {position}"));
        assert_eq!(check().code, 0);
        db.tamper(&format!("UPDATE ledger SET leaf = replace(leaf, 'consent', 'consend') WHERE position = {position}"));
        let found = check();
        assert_eq!(found.code, 1, "{found:?}");
        assert!(found.stdout.contains(&position.to_string()), "{position}: {}", found.stdout);
    }
}

/// Writes the package anew with one letter of one entry changed.
fn forge(from: &Path, to: &Path, position: u64) {
    use std::io::{Read as _, Write as _};
    let mut archive = zip::ZipArchive::new(std::fs::File::open(from).unwrap()).unwrap();
    let mut writer = zip::ZipWriter::new_stream(std::fs::File::create(to).unwrap());
    writer.set_raw_comment(archive.comment().into()).unwrap();
    let mut changed = 0;
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        if name.ends_with("entries.jsonl") {
            let text = String::from_utf8(bytes).unwrap();
            let mark = format!("\"position\":{position},");
            let lines: Vec<String> = text
                .lines()
                .map(|line| {
                    let hit = line.contains(&mark);
                    changed += usize::from(hit);
                    if hit {
                        line.replacen("newsletter@1", "newsletter@2", 1)
                    } else {
                        line.to_owned()
                    }
                })
                .collect();
            bytes = (lines.join("\n") + "\n").into_bytes();
        }
        writer
            .start_file(name, zip::write::SimpleFileOptions::default())
            .unwrap();
        writer.write_all(&bytes).unwrap();
    }
    writer.finish().unwrap();
    assert!(changed > 0, "no line of entry {position} in the package");
}

/// A link of the demo in the address only works whole.
#[test]
fn a_link_that_was_cut_leads_nowhere() {
    let demo = Demo::start();
    let path = demo.form.strip_prefix(&demo.server.url()).unwrap();
    let http = demo.server.http().header("accept-language", "en");
    for wrong in [
        &path[..path.len() - 1],
        "/c/",
        "/c/x",
        &format!("/c/{}", encode("é'\"<script>")),
    ] {
        let reply = http.get(wrong);
        assert_eq!(reply.status, 404, "{wrong}");
        assert!(!reply.text.contains("<script"), "{wrong}");
    }
}
