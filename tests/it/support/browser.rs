//! Chromium, driven as the W3C's WebDriver describes it: <https://www.w3.org/TR/webdriver2/>.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::chromedriver::{Driver, Programs};
use super::element::{Element, LOADS_WITHIN};
use super::http::Http;
use super::process::until;
use super::waits::{CHROMIUM, test_name};

/// The key under which WebDriver hands out elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// As root Chromium has no sandbox; nothing here may talk to anyone but the tests.
const ARGUMENTS: [&str; 11] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--force-color-profile=srgb",
];

/// Whose browser it is.
#[derive(Clone, Copy)]
pub struct Visitor<'a> {
    /// `Accept-Language`, the preferred first: `fr-FR,fr,en`.
    pub languages: &'a str,
    /// Whether pages may run scripts. Without, [`Browser::script`] works all the same.
    pub scripts: bool,
    /// The size of the page, in CSS pixels; below 600 across it is a phone.
    pub window: (u32, u32),
}

impl Default for Visitor<'_> {
    fn default() -> Self {
        Self {
            languages: "en-GB,en",
            scripts: true,
            window: (1280, 900),
        }
    }
}

/// A browser with one window; closed when dropped.
pub struct Browser {
    pub(super) session: Http,
    driver: Driver,
}

impl Browser {
    /// A browser of its own, without history or cookies. Where there is none, the test waits.
    #[track_caller]
    pub fn open(visitor: Visitor<'_>) -> Option<Self> {
        match Programs::find() {
            Ok(programs) => Some(Self::start(&programs, visitor)),
            Err(why) => {
                CHROMIUM.missing(&test_name(), why);
                None
            }
        }
    }

    fn start(programs: &Programs, visitor: Visitor<'_>) -> Self {
        let driver = Driver::start(programs);
        let wanted = capabilities(programs, &driver, visitor);
        let answer = Http::new(&driver.url())
            .post("/session", &wanted)
            .expect(200)
            .json();
        let id = answer["value"]["sessionId"].as_str().expect("a session");
        let session = Http::new(&format!("{}/session/{id}", driver.url()));
        let browser = Self { session, driver };
        let (width, height) = visitor.window;
        browser.resize(width, height);
        browser
    }

    /// Opens an address and waits until it is loaded.
    #[track_caller]
    pub fn goto(&self, url: &str) {
        self.post("/url", &json!({ "url": url }));
    }

    /// Presses the back button and waits until the page is there.
    #[track_caller]
    pub fn back(&self) {
        let page = self.find("html");
        self.post("/back", &json!({}));
        page.is_left();
    }

    pub fn url(&self) -> String {
        text(&self.get("/url"))
    }

    pub fn title(&self) -> String {
        text(&self.get("/title"))
    }

    /// The page as HTML, as the browser sees it.
    pub fn source(&self) -> String {
        text(&self.get("/source"))
    }

    /// The first element that a CSS selector names; fails the test when there is none. A page that is on
    /// its way is waited for.
    #[track_caller]
    pub fn find(&self, css: &str) -> Element<'_> {
        let wanted = json!({ "using": "css selector", "value": css });
        let mut found = None;
        let is_there = || {
            let answer = self.session.post("/element", &wanted);
            found = (answer.status == 200).then(|| answer.json()["value"].take());
            found.is_some()
        };
        let there = until(LOADS_WITHIN, is_there);
        assert!(there, "no {css} on {}", self.url());
        self.element(&found.expect("an element"))
    }

    #[track_caller]
    pub fn find_all(&self, css: &str) -> Vec<Element<'_>> {
        let found = self.post(
            "/elements",
            &json!({ "using": "css selector", "value": css }),
        );
        let found = found.as_array().expect("a list of elements");
        found.iter().map(|element| self.element(element)).collect()
    }

    /// The element that has the focus.
    pub fn focused(&self) -> Element<'_> {
        self.element(&self.get("/element/active"))
    }

    /// Presses a key where the focus is; keys without a character have the codes of WebDriver,
    /// 17.4.2: `\u{E004}` tabulator, `\u{E007}` enter.
    pub fn press(&self, key: &str) {
        let actions =
            json!([{ "type": "keyDown", "value": key }, { "type": "keyUp", "value": key }]);
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": actions });
        self.post("/actions", &json!({ "actions": [keyboard] }));
    }

    /// Does something in the frame that a CSS selector names, and comes back.
    pub fn in_frame(&self, css: &str, act: impl FnOnce()) {
        let found = self.post(
            "/element",
            &json!({ "using": "css selector", "value": css }),
        );
        self.post("/frame", &json!({ "id": found }));
        act();
        self.post("/frame", &json!({ "id": null }));
    }

    /// Runs the body of a function on the page: `return document.title` answers with a value.
    #[track_caller]
    pub fn script(&self, body: &str) -> Value {
        self.post("/execute/sync", &json!({ "script": body, "args": [] }))
    }

    /// Waits until the page answers `true` to the body of a function: for a press that leads to
    /// another page, which comes when it comes. A page that is just being replaced is asked again.
    #[track_caller]
    pub fn wait_until(&self, body: &str) {
        let ask = json!({ "script": body, "args": [] });
        let so = || {
            let answer = self.session.post("/execute/sync", &ask);
            answer.status == 200 && answer.json()["value"] == true
        };
        assert!(until(LOADS_WITHIN, so), "never so: {body}");
    }

    /// Runs this on every page from now on, before anything of the page's own.
    pub fn before_each_page(&self, body: &str) {
        let command =
            json!({ "cmd": "Page.addScriptToEvaluateOnNewDocument", "params": { "source": body } });
        self.post("/goog/cdp/execute", &command);
    }

    /// Shows pages in that size, in CSS pixels. A window can't be narrower than 500 of them, so it is
    /// the developer tools' device emulation; what is narrow is a phone.
    pub fn resize(&self, width: u32, height: u32) {
        let screen = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        let command = json!({ "cmd": "Emulation.setDeviceMetricsOverride", "params": screen });
        self.post("/goog/cdp/execute", &command);
    }

    /// What the person's system prefers, as a media feature: `prefers-color-scheme`, `dark`.
    pub fn prefers(&self, feature: &str, value: &str) {
        let features = json!([{ "name": feature, "value": value }]);
        let command =
            json!({ "cmd": "Emulation.setEmulatedMedia", "params": { "features": features } });
        self.post("/goog/cdp/execute", &command);
    }

    /// Gives it a device that holds passkeys and knows its owner; its name, to take it away by
    /// (<https://www.w3.org/TR/webauthn-3/#sctn-automation>).
    pub fn adds_device(&self) -> String {
        let device = json!({
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
            "isUserVerified": true, "isUserConsenting": true,
        });
        text(&self.post("/webauthn/authenticator", &device))
    }

    /// Takes the device away, with its passkeys.
    pub fn loses_device(&self, name: &str) {
        let path = format!("/webauthn/authenticator/{name}");
        self.session.delete(&path).expect(200);
    }

    /// All cookies of this page, as a `Cookie` header has them.
    pub fn cookies(&self) -> String {
        let cookies = self.get("/cookie");
        let cookies = cookies.as_array().expect("a list of cookies").iter();
        let pair = |cookie: &Value| format!("{}={}", text(&cookie["name"]), text(&cookie["value"]));
        cookies.map(pair).collect::<Vec<_>>().join("; ")
    }

    /// Forgets all cookies.
    pub fn forget_cookies(&self) {
        self.session.delete("/cookie").expect(200);
    }

    /// What the window shows, as a PNG.
    pub fn screenshot(&self, file: &Path) {
        let picture = text(&self.get("/screenshot"));
        let bytes = STANDARD.decode(picture).expect("base64");
        std::fs::write(file, bytes).expect("write the picture");
    }

    /// Goes on in the tab that was opened last; waits for there to be so many.
    #[track_caller]
    pub fn in_tab(&self, of: usize, which: usize) {
        let tabs = || {
            self.get("/window/handles")
                .as_array()
                .cloned()
                .unwrap_or_default()
        };
        assert!(until(LOADS_WITHIN, || tabs().len() == of), "not {of} tabs");
        self.post("/window", &json!({ "handle": tabs()[which] }));
    }

    /// The process of its driver.
    pub fn pid(&self) -> u32 {
        self.driver.pid()
    }

    fn element(&self, value: &Value) -> Element<'_> {
        let id = value[ELEMENT].as_str().expect("an element");
        Element::new(self, id)
    }

    #[track_caller]
    pub(super) fn get(&self, path: &str) -> Value {
        self.session.get(path).expect(200).json()["value"].take()
    }

    #[track_caller]
    pub(super) fn post(&self, path: &str, body: &Value) -> Value {
        self.session.post(path, body).expect(200).json()["value"].take()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // ends the browser in order; the driver is killed after it
        let _ = self
            .session
            .try_send("DELETE", "", "application/json", Vec::new());
    }
}

fn capabilities(programs: &Programs, driver: &Driver, visitor: Visitor<'_>) -> Value {
    let first = visitor.languages.split(',').next().unwrap_or_default();
    let mut arguments = ARGUMENTS.map(str::to_owned).to_vec();
    arguments.push(format!(
        "--user-data-dir={}",
        driver.home().join("profile").display()
    ));
    arguments.push(format!("--lang={first}"));
    let scripts = if visitor.scripts { 1 } else { 2 };
    let preferences = json!({
        "intl.accept_languages": visitor.languages,
        "profile.managed_default_content_settings.javascript": scripts,
    });
    let options = json!({ "binary": programs.browser, "args": arguments, "prefs": preferences });
    // the authority of the tests is none of the browser's
    json!({ "capabilities": { "alwaysMatch": { "goog:chromeOptions": options, "acceptInsecureCerts": true } } })
}

/// A value that is a text.
pub fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
