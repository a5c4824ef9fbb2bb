//! A walk through every page that people see, in every state that it has.

use super::{choose, is_chosen, save};
use crate::demo::Demo;
use crate::support::browser::Browser;
use crate::support::process;
use crate::support::staff::App;
use crate::ways_in::own_login;
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
    at("/me/data");
    look("data");
    press();
    browser.wait_until("if (document.querySelector('form[action=\"/me/data/file\"]')) return true; location.assign('/me/data' + location.search); return false");
    look("data, made");
    rights(browser, &host, language, look);
    at(&sign_in);
    look("link, used");
    at("/me");
    browser.find(".aside button").follow();
}

/// Somebody new, whom a brand's own login names or a shop's code brings.
pub fn first_choices(
    browser: &Browser,
    scene: &own_login::Scene,
    language: &str,
    look: &mut dyn FnMut(&str),
) {
    let address = format!("{language}@walk.example");
    let enters = |site: &str| {
        browser.goto(site);
        browser.find("button").follow();
    };
    let site = scene.site(&address, language);
    enters(&site);
    look("first choices");
    browser.script("document.querySelectorAll('.pick input').forEach(input => { input.value = 'perhaps'; input.checked = true })");
    save(browser);
    look("first choices, errors");
    enters(&site);
    choose(browser, "newsletter.email", "no");
    save(browser);
    look("first choices, nothing");
    enters(&site);
    choose(browser, "newsletter.email", "yes");
    save(browser);
    enters(&site);
    look("own login, refused");
    browser.goto(&format!(
        "{}/at/default?lang={language}",
        scene.shop.server.url()
    ));
    look("shop's code");
    browser.script("document.querySelector('main form').noValidate = true");
    browser.find("main form button").follow();
    look("shop's code, error");
    browser.script("document.querySelector('main form').action = '/join'; document.querySelector('main form').noValidate = true");
    browser.find("main form button").follow();
    look("first choices, late");
    browser.find("main .onward a").follow();
    browser.find("#address").enter(&address);
    browser.find("main form button").follow();
    look("shop's code, inbox");
}

/// Asking for a right, and what comes of it, by somebody who is signed in.
fn rights(browser: &Browser, host: &str, language: &str, look: &mut dyn FnMut(&str)) {
    let at = |path: &str| browser.goto(&format!("{host}{path}?lang={language}"));
    let press = || browser.find("main form button").follow();
    at("/me/rights");
    look("rights");
    at("/me/rights/rectification");
    look("right, question");
    press();
    look("right, question, error");
    browser.find("#answer").enter("Lille");
    press();
    browser.find("#answer").enter("Calais");
    press();
    look("right, check");
    press();
    browser.find("#text").enter("59000");
    press();
    open_all(browser);
    look("own request");
    browser.script("document.querySelector('main form').noValidate = true");
    press();
    look("own request, error");
    at("/me/rights/rectification");
    look("right, open already");
    at("/me/requests");
    look("own requests");
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
    browser.goto(&format!("{}/console/purposes", demo.server.url()));
    look("purposes");
    browser.find("main th a").follow();
    open_all(browser);
    look("purpose");
    browser.goto(&format!("{}/console/policies", demo.server.url()));
    look("policies");
    browser.find("main .onward a").follow();
    open_all(browser);
    look("policy");
    browser.goto(&format!("{}/console/retention", demo.server.url()));
    look("retention");
    browser.goto(&format!("{}/console/staff", demo.server.url()));
    look("staff");
    browser.goto(&format!("{}/console/staff?day=none", demo.server.url()));
    look("staff, error");
    browser.goto(&format!("{}/console/system", demo.server.url()));
    look("system");
    browser.goto(&format!("{}/console/codes", demo.server.url()));
    look("codes");
    browser.find("main form button.main").follow();
    look("code to print");
    browser.goto(&format!(
        "{}/console/codes/sheet?of=none",
        demo.server.url()
    ));
    look("codes, error");
    requests(browser, demo, look);
    for form in ["/console", "/console/reports"] {
        browser.goto(&format!("{}{form}", demo.server.url()));
        browser.find("main form button[name=how]").follow();
        look("export of the background, on its way");
        ready(browser);
        look("export of the background, ready");
    }
    browser.goto(&demo.console.replace("/sign-in", ""));
    look("console, exports");
    account(browser, demo, look);
}

/// One's own account: the password, a second factor, recovery codes, and the code at the next sign-in.
fn account(browser: &Browser, demo: &Demo, look: &mut dyn FnMut(&str)) {
    let press = |selector: &str| browser.find(selector).follow();
    browser.goto(&format!("{}/console/account", demo.server.url()));
    look("account");
    browser.find("#current").enter(&demo.password);
    browser.find("#new").enter("short");
    press("main form button.main");
    look("account, error");
    press("main form[action$='/second-factor'] button");
    look("second factor");
    let app = App::told(&browser.find("main code").text());
    browser.find("#code").enter(&app.wrong_code());
    press("main button.main");
    look("second factor, error");
    browser.find("#code").enter(&app.code(0));
    press("main button.main");
    look("recovery codes");
    let recovery = browser.find("main code").text();
    browser.goto(&format!("{}/console/account", demo.server.url()));
    look("account, second factor");
    press("form.account button");
    browser.find("#user").enter(&demo.user);
    browser.find("#password").enter(&demo.password);
    press("button.main");
    look("code");
    browser.find("#proof").enter(&app.wrong_code());
    press("button.main");
    look("code, error");
    browser.find("#proof").enter(&recovery);
    press("button.main");
    browser.wait_until("return location.pathname === '/console'");
}

/// The board of requests, a file, and an answer.
pub fn requests(browser: &Browser, demo: &Demo, look: &mut dyn FnMut(&str)) {
    let host = demo.server.url();
    let board = format!("{host}/console/requests");
    let press = |selector: &str| browser.find(selector).follow();
    browser.goto(&board);
    look("requests, none");
    browser.goto(&format!("{board}/new"));
    press("main button.main");
    look("requests, new, error");
    browser.find("#email").enter("zoe@walk.example");
    browser.find("#text").enter("Everything, please.");
    press("main button.main");
    look("requests, filed");
    let file = browser
        .find("main .lines a")
        .attribute("href")
        .expect("a file");
    browser.goto(&board);
    look("requests");
    press("main .board ~ section button");
    look("requests, feed");
    browser.goto(&format!("{board}?view=table"));
    look("requests, table");
    browser.goto(&format!("{host}{file}"));
    open_all(browser);
    look("request, closed");
    press("main form[method=get] button");
    open_all(browser);
    look("request, opened");
    press("form button[value=identify]");
    look("request, done");
    open_all(browser);
    browser
        .find("form:has(input[value=refuse]) button")
        .follow();
    look("request, reply");
    browser.script("document.getElementById('to').value = ''");
    press("main button.main");
    look("request, refused");
    browser.find("a[href*='/letter/']").follow();
    look("request, letter");
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
    // what is not asked again yet is folded away
    open_all(browser);
    look("agent, ask");
    browser.script("document.querySelectorAll('.pick input').forEach(input => { input.value = 'perhaps'; input.checked = true })");
    save(browser);
    open_all(browser);
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
pub fn open_all(browser: &Browser) {
    browser.script(
        "document.querySelectorAll('main details').forEach(details => { details.open = true })",
    );
}
