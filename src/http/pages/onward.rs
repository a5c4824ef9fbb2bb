//! A page between here and the provider by which staff sign in: it says what happens, and leads on.

use askama::Template;

use super::frame::rendered;
use super::{Frame, PostForm, Words};

/// The form that leads to the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderForm {
    /// The form.
    pub form: PostForm,
    /// What people call the provider.
    pub name: String,
}

/// Where it leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhereTo {
    /// To the provider.
    Provider,
    /// Into the console.
    In,
    /// Back to the page that asked for a proof, which is open still.
    Proven,
    /// There as well, with nothing proven.
    NotProven,
    /// There as well, since the provider cannot be asked.
    Away,
}

impl WhereTo {
    const fn keys(self) -> (&'static str, &'static str) {
        match self {
            Self::Provider => ("provider-go-title", "provider-go"),
            Self::In => ("provider-in-title", "provider-in"),
            Self::Proven => ("provider-proven-title", "provider-proven"),
            Self::NotProven => ("provider-not_proven-title", "provider-not_proven"),
            Self::Away => ("provider-not_proven-title", "provider-away"),
        }
    }

    const fn is_fault(self) -> bool {
        matches!(self, Self::NotProven | Self::Away)
    }
}

/// The page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnwardPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// Where it leads.
    pub to: WhereTo,
    /// The address, where there is one.
    pub url: Option<String>,
}

#[derive(Template)]
#[template(path = "onward.html")]
struct OnwardView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a OnwardPage,
    title: String,
    heading: String,
    text: String,
}

impl OnwardPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        let (heading, text) = self.to.keys();
        let heading = w.get(heading);
        rendered(&OnwardView {
            w,
            frame: &self.frame,
            page: self,
            title: self.frame.title(&heading, self.to.is_fault()),
            heading,
            text: w.get(text),
        })
    }
}
