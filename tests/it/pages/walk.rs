//! A walk through every page that people see, in every state that it has.

use super::{choose, is_chosen, save};
use crate::demo::Demo;
use crate::support::browser::Browser;

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
}

/// The address of a new receipt of somebody else's.
fn receipt(demo: &Demo) -> String {
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
