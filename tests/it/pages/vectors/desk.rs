//! A member of staff at the console, who types what is code to a browser.

use serde_json::json;

use super::looking::{looked, shows};
use super::{VECTORS, few};
use crate::shop::Shop;
use crate::support::browser::Browser;
use crate::support::staff::PASSWORD;

/// The text fields of a form, and the lists of one that only asks; filled, whatever they take, and sent.
const FILL: &str = "
    const form = document.querySelectorAll('main form')[AT];
    const typed = form.querySelectorAll('textarea, input:not([type=hidden], [type=radio], [type=checkbox], [type=file], [type=password])');
    if (typed.length === 0) return false;
    typed.forEach((one, at) => {
        one.removeAttribute('maxlength');
        if (one.type === 'date') one.type = 'text';
        one.value = TEXTS[at % TEXTS.length];
    });
    if (form.method === 'get') {
        form.querySelectorAll('select').forEach((one, at) => {
            one.add(new Option('x', TEXTS[at % TEXTS.length], true, true));
        });
    }
    form.noValidate = true;
    form.requestSubmit(form.querySelector('button'));
    return true;";

/// A form of this session, with any fields.
const SEND: &str = "
    const form = document.createElement('form');
    form.method = 'post';
    form.action = ACTION;
    const secret = document.querySelector('[name=csrf]').value;
    [['csrf', secret], ...FIELDS].forEach(([name, value]) => {
        const field = document.createElement('textarea');
        field.name = name;
        field.value = value;
        form.append(field);
    });
    document.body.append(form);
    form.submit();";

/// Somebody who is signed in.
pub struct Desk<'a> {
    pub browser: &'a Browser,
    host: String,
}

impl<'a> Desk<'a> {
    /// Signs an account in, after whoever was in.
    #[track_caller]
    pub fn enters(browser: &'a Browser, shop: &Shop, login: &str) -> Self {
        let host = shop.server.url();
        let desk = Self { browser, host };
        desk.opens("/console/sign-in");
        browser.forget_cookies();
        desk.opens("/console/sign-in");
        browser.find("#user").enter(login);
        browser.find("#password").enter(PASSWORD);
        browser.find("button.main").follow();
        desk
    }

    pub fn opens(&self, path: &str) {
        self.browser.goto(&format!("{}{path}", self.host));
    }

    /// Sends a form of a page that is open.
    #[track_caller]
    pub fn sends(&self, path: &str, fields: &[(&str, &str)]) {
        let page = self.browser.find("html");
        let fields = json!(fields).to_string();
        let body = SEND.replace("ACTION", &json!(path).to_string());
        self.browser.script(&body.replace("FIELDS", &fields));
        page.is_left();
    }

    /// The same, and what then stands on the page.
    #[track_caller]
    pub fn sends_and_sees(&self, path: &str, fields: &[(&str, &str)], texts: &[&str]) {
        self.sends(path, fields);
        shows(self.browser, path, texts);
    }

    /// Fills and sends each form of a page that has a field for text; how many there were, and how many vectors
    /// stood on the answers.
    #[track_caller]
    pub fn fills(&self, path: &str, from: usize) -> (usize, usize) {
        self.opens(path);
        looked(self.browser, path);
        let forms = self.browser.find_all("main form").len();
        let (mut filled, mut seen) = (0, 0);
        for at in 0..forms {
            let texts: Vec<String> = (0..12).map(|field| few(from + at + field, 2)).collect();
            let page = self.browser.find("html");
            let body = FILL.replace("TEXTS", &json!(texts).to_string());
            if self.browser.script(&body.replace("AT", &at.to_string())) == json!(true) {
                page.is_left();
                seen += looked(self.browser, &format!("{path}, form {at}"));
                filled += 1;
                self.opens(path);
            }
        }
        (filled, seen)
    }

    /// Looks at an address, all of whose parameters are each of the vectors in turn.
    pub fn asks(&self, path: &str, names: &[&str]) {
        for from in (0..VECTORS.len()).step_by(names.len()) {
            let pairs = names.iter().enumerate().map(|(at, name)| {
                let text = crate::support::http::encode(&few(from + at, 1));
                format!("{name}={text}")
            });
            let pairs: Vec<String> = pairs.collect();
            let address = format!("{path}?{}", pairs.join("&"));
            self.opens(&address);
            looked(self.browser, &address);
        }
    }
}
