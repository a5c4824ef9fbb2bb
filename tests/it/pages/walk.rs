//! A walk through every page that people see, in every state that it has.

use super::{choose, is_chosen, save};
use crate::demo::Demo;
use crate::support::browser::Browser;
use crate::support::process;
use serde_json::json;
use std::time::Duration;

/// Where a walk goes in one language; `look` is called on every page and state, with its name.
pub fn customers(browser: &Browser, demo: &Demo, language: &str, look: &mut dyn FnMut(&str)) {
    let at = |path: &str| browser.goto(&format!("{path}?lang={language}"));
    let stop = demo.form.replace("/c/", "/u/");
    let asked = demo.ask();
    let decision = asked["decision_id"].as_str().expect("a decision");
    let host = demo.server.url();

    at(&demo.form);
    if !is_chosen(browser, "newsletter.email", "yes") {
        choose(browser, "newsletter.email", "yes");
        save(browser);
        at(&demo.form);
    }
    look("choices");
    open_all(browser);
    look("choices, all opened");
    // what no page of ours sends
    browser.script("document.querySelectorAll('.pick input').forEach(input => { input.value = 'perhaps'; input.checked = true })");
    save(browser);
    look("choices, errors");

    at(&demo.form);
    browser.script(
        "document.getElementById('pause.newsletter.email').value = 'P3M';
         document.getElementById('often.newsletter.email').value = 'one_a_month'",
    );
    save(browser);
    open_all(browser);
    look("saved, paused");
    at(&demo.form);
    look("choices, paused");
    browser.script(
        "document.getElementById('pause.newsletter.email').value = 'none';
         document.getElementById('often.newsletter.email').value = 'none'",
    );
    save(browser);

    at(&demo.form);
    choose(browser, "newsletter.email", "no");
    save(browser);
    open_all(browser);
    look("saved");
    browser.find("main form button").follow();
    look("undone");
    at(&demo.form);
    save(browser);
    look("unchanged");

    at(&stop);
    look("stop");
    browser.find("main button").follow();
    look("stopped");
    at(&stop);
    browser.find("main button").follow();
    look("already");

    at(&format!("{host}/why/{decision}"));
    open_all(browser);
    look("why");
    let token = demo.form.rsplit('/').next().expect("a token");
    at(&format!("{host}/why/{decision}/{token}"));
    look("why, own");
    let receipt = receipt(demo);
    at(&receipt);
    look("receipt");
    browser.find("form[action$='/not-me'] button").follow();
    look("receipt, disputed");
    at(&format!("{receipt}0"));
    look("receipt, missing");
    at(&format!("{host}/receipt"));
    browser.find("main button").follow();
    look("receipt, error");
    at(&format!("{}x", demo.form));
    look("gone");
    at(&format!("{host}/why/none"));
    look("problem");
    at(&format!("{host}/accessibility"));
    look("accessibility");
    at(&format!("{host}/texts"));
    open_all(browser);
    look("texts");
    ways_in(browser, demo, language, look);
}

/// Signing in and confirming, by the mails that the demo puts into a folder.
pub fn ways_in(browser: &Browser, demo: &Demo, language: &str, look: &mut dyn FnMut(&str)) {
    let host = demo.server.url();
    let at = |path: &str| browser.goto(&format!("{host}{path}?lang={language}"));
    let press = || browser.find("main form button").follow();
    let address = format!("{language}@walk.example");
    let link = |kind: &str| {
        let mark = format!("/{kind}/");
        let mut found = None;
        let came = process::until(Duration::from_secs(30), || {
            let page = demo.server.http().get("/dev/mails").text;
            let own = page
                .split("<article")
                .find(|mail| mail.contains(&address) && mail.contains(&mark));
            found = own.and_then(|mail| {
                let (_, rest) = mail.split_once(&mark)?;
                Some(format!("{mark}{}", rest.split('"').next()?))
            });
            found.is_some()
        });
        assert!(came, "no mail with {mark}");
        found.expect("a link")
    };
    let consent = json!({ "subject": { "email": address }, "purpose": "newsletter", "channel": "email",
        "status": "given", "notice": "newsletter@1", "language": language_of(language), "confirm": "email" });
    let collector = demo.server.http().bearer(&demo.collector);
    collector.post("/v1/consents", &consent).expect(201);

    let confirm = link("o");
    at(&confirm);
    look("confirm");
    browser.script("document.querySelector('[name=shown]').value = ''");
    press();
    look("confirm by code");
    browser.find("#code").enter("12");
    press();
    look("confirm, error");
    at(&confirm);
    press();
    look("confirmed");
    at(&confirm);
    look("confirmed before");

    at("/sign-in");
    look("enter");
    browser.script("document.querySelector('main form').noValidate = true");
    press();
    look("enter, error");
    browser.find("#address").enter(&address);
    press();
    look("inbox");
    browser.find("#code").enter("12");
    press();
    look("inbox, error");
    let sign_in = link("sign-in");
    at(&sign_in);
    look("link");
    press();
    look("me");
    at("/me/history");
    look("history");
    at(&sign_in);
    look("link, used");
    at("/me");
    browser.find(".aside button").follow();
}

/// The demo's notices are in French and English.
fn language_of(language: &str) -> &str {
    if language == "fr" { "fr" } else { "en" }
}

/// The address of a new receipt of somebody else's.
pub fn receipt(demo: &Demo) -> String {
    let printed = demo.server.stdout();
    let line = printed
        .lines()
        .find(|line| line.contains("records consents"));
    let key = line
        .and_then(|line| line.rsplit(' ').next())
        .expect("a key");
    let yes = serde_json::json!({
        "subject": { "email": "walk@example.com" }, "purpose": "newsletter", "channel": "email",
        "status": "given", "notice": "newsletter@1", "language": "fr",
        "source": { "kind": "store", "id": "lille-2" }, "collected_at": chrono::Utc::now().to_rfc3339(),
    });
    let http = demo.server.http().bearer(key);
    let written = http.post("/v1/consents", &yes).expect(201).json();
    written["receipt_url"]
        .as_str()
        .expect("an address")
        .to_owned()
}

/// The pages of staff.
pub fn staff(browser: &Browser, demo: &Demo, look: &mut dyn FnMut(&str)) {
    browser.goto(&demo.console);
    look("sign in");
    browser.find("#user").enter(&demo.user);
    browser.find("#password").enter("wrong");
    browser.find("button.main").follow();
    look("sign in, error");
    browser.goto(&demo.console);
    browser.find("#user").enter(&demo.user);
    browser.find("#password").enter(&demo.password);
    browser.find("button.main").follow();
    look("console");
    refused(browser);
    look("console, errors");
    browser.goto(&format!("{}/console/reports", demo.server.url()));
    look("reports");
    refused(browser);
    look("reports, errors");
    browser.goto(&format!("{}/console/keys", demo.server.url()));
    look("keys");
    for form in ["/console", "/console/reports"] {
        browser.goto(&format!("{}{form}", demo.server.url()));
        browser.find("main form button[name=how]").follow();
        look("export of the background, on its way");
        ready(browser);
        look("export of the background, ready");
    }
    browser.goto(&demo.console.replace("/sign-in", ""));
    look("console, exports");
}

/// Asks for the page of an export again until its file is there.
pub fn ready(browser: &Browser) {
    for _ in 0..120 {
        if browser.script("return !!document.querySelector(\"main a[href$='/file']\")") == true {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(250));
        browser.find("main a[href*='?lang=']").follow();
    }
    panic!("the export is never ready");
}

/// The pages of agents, in a browser of their own.
pub fn agents(browser: &Browser, demo: &Demo, look: &mut dyn FnMut(&str)) {
    super::agent::sign_in(browser, demo);
    look("agent, find");
    browser.find("#contact").enter("anne@");
    browser.find("main button.main").follow();
    look("agent, find, error");
    browser.script("document.querySelector('#contact').value = ''");
    browser.find("#contact").enter("camille.martin@example.com");
    browser.find("main button.main").follow();
    look("agent, ask");
    browser.script("document.querySelectorAll('.pick input').forEach(input => { input.value = 'perhaps'; input.checked = true })");
    save(browser);
    look("agent, ask, errors");
    choose(browser, "newsletter.email", "no");
    choose(browser, "offers.push", "yes");
    save(browser);
    open_all(browser);
    look("agent, done");
    browser.find("main form button").follow();
    look("agent, undone");
    browser.goto(&format!("{}/console/customers/day", demo.server.url()));
    look("agent, my day");
    browser.find("article form button").follow();
    look("agent, my day, corrected");
    browser.script("history.back()");
    browser.wait_until("return document.querySelector('article form button') !== null");
    browser.find("article form button").follow();
    look("agent, my day, error");
}

/// Sends the form for files with a period that ends before it begins.
fn refused(browser: &Browser) {
    browser.script(
        "document.querySelectorAll('main form').forEach(form => { form.noValidate = true });
        document.getElementById('from').value = '2026-02-02';
        document.getElementById('to').value = '2026-01-01';",
    );
    browser.find("main form button.main").follow();
}

/// Opens whatever can be opened.
fn open_all(browser: &Browser) {
    browser.script(
        "document.querySelectorAll('main details').forEach(details => { details.open = true })",
    );
}
