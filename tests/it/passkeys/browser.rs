//! The whole way in Chromium, with a device that it plays.

use super::{ACCOUNT, FACTOR};
use crate::accounts::long_ago;
use crate::support::browser::{Browser, Visitor};
use crate::support::database::Db;
use crate::support::server::Server;
use crate::support::staff::{self, PASSWORD};

const PASSKEY: &str = "[data-passkey] button";
const FAULT: &str = "[data-passkey] .error";

struct Walk<'a> {
    browser: &'a Browser,
    base: String,
}

impl Walk<'_> {
    fn goes(&self, path: &str) {
        self.browser.goto(&format!("{}{path}", self.base));
    }

    /// Presses what a passkey goes with, and waits for the page that has this heading.
    #[track_caller]
    fn shows(&self, heading: &str) {
        self.browser.find(PASSKEY).click();
        self.arrives(heading);
    }

    #[track_caller]
    fn arrives(&self, heading: &str) {
        let so = format!("return document.querySelector('h1')?.textContent === '{heading}'");
        self.browser.wait_until(&so);
    }

    #[track_caller]
    fn types_password(&self) {
        self.goes("/console/sign-in");
        self.browser.find("#user").enter("dpo");
        self.browser.find("#password").enter(PASSWORD);
        self.browser.find("button.main").follow();
    }

    fn signs_out(&self) {
        self.browser.find("form.account button").follow();
    }
}

on_both! {
    fn a_passkey_from_the_first_sign_in_to_its_end(db: &Db) {
        let server = Server::at_localhost(db);
        staff::add(db, "dpo", "dpo");
        let Some(browser) = Browser::open(Visitor::default()) else { return };
        let walk = Walk { browser: &browser, base: format!("http://localhost:{}", server.port()) };
        let device = browser.adds_device();
        // enrolled at the first sign-in, in the place of an app
        walk.types_password();
        assert!(browser.url().ends_with(FACTOR), "{}", browser.url());
        browser.find("#passkey-name").enter("Laptop");
        walk.shows("Your recovery codes");
        browser.find(".onward a").follow();
        // with the password
        walk.signs_out();
        walk.types_password();
        assert_eq!(browser.find("h1").text(), "Your second factor");
        browser.find(PASSKEY).click();
        browser.wait_until("return location.pathname === '/console'");
        // alone
        walk.signs_out();
        walk.goes("/console/sign-in");
        browser.find(PASSKEY).click();
        browser.wait_until("return location.pathname === '/console'");
        // asked again
        long_ago(db);
        walk.goes(ACCOUNT);
        browser.find("form[action='/console/account/recovery'] button").follow();
        assert_eq!(browser.find("h1").text(), "Confirm that it is you");
        walk.shows("Your recovery codes");
        // the same device is refused by the browser, which the page says
        walk.goes(ACCOUNT);
        browser.find("#passkey-name").enter("Laptop again");
        assert!(!browser.find(FAULT).is_displayed());
        browser.find(PASSKEY).click();
        browser.wait_until("return !document.querySelector('[data-passkey] [role=alert]').hidden");
        assert!(browser.find(FAULT).is_displayed());
        // the last one stays; with another it goes
        let remove = "form[action='/console/account/passkeys/remove'] button";
        browser.find(remove).follow();
        assert!(browser.title().starts_with("Error:"), "{}", browser.title());
        browser.loses_device(&device);
        browser.adds_device();
        browser.find("#passkey-name").enter("Key in the drawer");
        browser.find(PASSKEY).click();
        browser.wait_until("return document.querySelector('[role=status]')?.textContent.startsWith('The passkey is added')");
        browser.find(remove).follow();
        let told = browser.find("[role=status]").text();
        assert!(told.starts_with("The passkey is removed"), "{told}");
        let names = browser.script("return [...document.querySelectorAll('#passkeys ~ .row bdi')].map(one => one.textContent)");
        assert_eq!(names, serde_json::json!(["Key in the drawer"]));
        walk.signs_out();
        browser.find(PASSKEY).click();
        browser.wait_until("return location.pathname === '/console'");
        // our own script alone runs, and none that somebody puts into the page
        walk.goes(ACCOUNT);
        let blocked = "try { document.body.innerHTML = '<p>x'; return false } catch (fault) { return fault instanceof TypeError }";
        assert_eq!(browser.script(blocked), true);
    }
}

/// Without script nothing is offered that would do nothing, and name, password and code are there as ever.
#[test]
fn without_script_no_passkey_is_offered() {
    let db = Db::sqlite();
    let server = Server::at_localhost(&db);
    let Some(browser) = Browser::open(Visitor {
        scripts: false,
        ..Visitor::default()
    }) else {
        return;
    };
    browser.goto(&format!(
        "http://localhost:{}/console/sign-in",
        server.port()
    ));
    assert!(!browser.find(PASSKEY).is_displayed());
    assert!(browser.find("#password").is_displayed());
}
