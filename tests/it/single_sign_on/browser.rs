//! The whole way in Chromium: from the sign-in page to the provider and back, and once more for a proof.

use super::*;
use crate::support::browser::{Browser, Visitor};

on_both! {
    fn from_the_sign_in_page_to_a_proof(db: &Db) {
        let (provider, shop) = opened(db);
        bound(db, "dpo", "dpo", "u-1");
        let Some(browser) = Browser::open(Visitor { scripts: false, ..Visitor::default() }) else { return };
        let server = &shop.server;
        let heading = |text: &str| {
            browser.wait_until(&format!("return document.querySelector('h1')?.textContent === '{text}'"));
        };
        let logs_in = || {
            browser.wait_until("return document.querySelector('#login') !== null");
            assert!(browser.url().starts_with(&provider.issuer()), "{}", browser.url());
            browser.find("#login").follow();
        };
        browser.goto(&format!("{}/console/sign-in", server.url()));
        browser.find(&format!("form[action='{GO}'] button")).follow();
        logs_in();
        // the session's cookie comes along, though the way came from another site
        let path = |path: &str| browser.wait_until(&format!("return location.pathname === '{path}'"));
        path("/console");
        assert!(browser.find(".account").text().contains("dpo"));
        // what was filled in waits while the provider asks again in another tab
        browser.goto(&format!("{}/console/account", server.url()));
        long_ago(db);
        browser.find(&format!("form[action='{FACTOR}'] button")).follow();
        heading("Confirm that it is you");
        browser.find(&format!("form[action='{PROVE}'] button")).click();
        browser.in_tab(2, 1);
        logs_in();
        heading("You have confirmed that it is you");
        browser.in_tab(2, 0);
        browser.find("form.card button.plain").follow();
        path(FACTOR);
    }
}
