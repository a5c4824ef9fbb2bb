//! What is on a page in the browser.

use std::time::Duration;

use serde_json::{Value, json};

use super::browser::{Browser, text};
use super::process;

pub(super) const LOADS_WITHIN: Duration = Duration::from_secs(30);

/// Something on the page.
pub struct Element<'a> {
    browser: &'a Browser,
    path: String,
}

impl<'a> Element<'a> {
    /// The element to which WebDriver gave that id.
    pub fn new(browser: &'a Browser, id: &str) -> Self {
        let path = format!("/element/{id}");
        Self { browser, path }
    }

    /// Clicks what leads to another page, a link or a form's button, and waits until that is there.
    #[track_caller]
    pub fn follow(&self) {
        self.click();
        self.is_left();
    }

    /// Waits until its page is gone: an element goes with its page.
    #[track_caller]
    pub fn is_left(&self) {
        let session = &self.browser.session;
        let name = format!("{}/name", self.path);
        let gone = || session.get(&name).status != 200;
        assert!(
            process::until(LOADS_WITHIN, gone),
            "still on {}",
            self.browser.url()
        );
    }

    /// Clicks what changes only the page itself.
    #[track_caller]
    pub fn click(&self) {
        self.browser
            .post(&format!("{}/click", self.path), &json!({}));
    }

    /// Types into it.
    #[track_caller]
    pub fn enter(&self, keys: &str) {
        self.browser
            .post(&format!("{}/value", self.path), &json!({ "text": keys }));
    }

    /// Its text, as a person sees it.
    #[track_caller]
    pub fn text(&self) -> String {
        text(&self.get("text"))
    }

    /// An attribute as written in the page, when it is there.
    #[track_caller]
    pub fn attribute(&self, name: &str) -> Option<String> {
        let value = self.get(&format!("attribute/{name}"));
        value.as_str().map(str::to_owned)
    }

    /// The value of a CSS property, as computed.
    #[track_caller]
    pub fn style(&self, property: &str) -> String {
        text(&self.get(&format!("css/{property}")))
    }

    /// Whether a box is ticked or an option chosen.
    #[track_caller]
    pub fn is_selected(&self) -> bool {
        self.get("selected") == true
    }

    #[track_caller]
    pub fn is_displayed(&self) -> bool {
        self.get("displayed") == true
    }

    /// The name that assistive technology reads out.
    #[track_caller]
    pub fn accessible_name(&self) -> String {
        text(&self.get("computedlabel"))
    }

    /// Place and size, `{"x", "y", "width", "height"}` in CSS pixels.
    #[track_caller]
    pub fn rect(&self) -> Value {
        self.get("rect")
    }

    #[track_caller]
    fn get(&self, what: &str) -> Value {
        self.browser.get(&format!("{}/{what}", self.path))
    }
}
