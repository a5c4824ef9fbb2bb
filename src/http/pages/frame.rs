//! What surrounds every page: brand bar, language switch, help, account.

use askama::Template;

use super::{Language, Words, script_url, style_url};

/// A text that an operator wrote, in the language it exists in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// The words.
    pub text: String,
    /// The BCP 47 tag where it differs from the page's language (a fallback).
    pub lang: Option<String>,
}

impl Text {
    /// A text in the page's own language.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        let (text, lang) = (text.into(), None);
        Self { text, lang }
    }

    /// A text that only exists in another language.
    #[must_use]
    pub fn foreign(text: impl Into<String>, lang: impl Into<String>) -> Self {
        let (text, lang) = (text.into(), Some(lang.into()));
        Self { text, lang }
    }
}

/// Where a button posts to, and what goes with it unseen (CSRF token and the like).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PostForm {
    /// The form's `action`.
    pub action_url: String,
    /// Hidden fields, name and value. The page's language goes along as `lang` by itself.
    pub hidden: Vec<(String, String)>,
}

/// The member of staff who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The name shown.
    pub name: String,
    /// The form that signs out.
    pub sign_out: PostForm,
}

/// How a brand helps: each part where there is one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Help {
    /// A sentence: opening hours, an address.
    pub line: Option<String>,
    /// A phone number.
    pub phone: Option<String>,
    /// A mail address.
    pub mail: Option<String>,
    /// A postal address.
    pub post: Option<String>,
    /// The BCP 47 tag of the sentence where it is not the page's.
    pub lang: Option<String>,
}

impl Help {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let parts = [&self.line, &self.phone, &self.mail, &self.post];
        parts.iter().all(|part| part.is_none())
    }

    /// The number as a link dials it.
    pub(super) fn dialled(&self) -> String {
        let phone = self.phone.as_deref().unwrap_or_default();
        let dialled = |sign: &char| sign.is_ascii_digit() || *sign == '+';
        phone.chars().filter(dialled).collect()
    }
}

/// A logo on a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogoView {
    /// Where it is.
    pub url: String,
    /// What it says.
    pub alt: Text,
}

/// What is the same on all pages of a visit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// The page's language.
    pub language: Language,
    /// The name in the brand bar: the controller's, or the product's in the console.
    pub brand: String,
    /// The page to which the language links lead; empty for the current address.
    /// None where the page cannot be asked for again in another language.
    pub switch_path: Option<String>,
    /// What the language links say besides, as it stands in an address: `&brand=default`.
    pub switch_more: String,
    /// The id of the form whose answers go along when the language is switched. The links are then
    /// buttons of that form, which send `switch`.
    pub switch_form: Option<&'static str>,
    /// How the brand helps.
    pub help: Help,
    /// The legal name of the brand, where it is another.
    pub legal_name: Option<String>,
    /// The sheet of the brand's colours.
    pub sheet_url: Option<String>,
    /// The brand's logo.
    pub logo: Option<LogoView>,
    /// True where the page stands in a frame of the brand's own site: what leads away opens a window.
    pub framed: bool,
    /// Set in the console, after signing in.
    pub account: Option<Account>,
    /// True on the console's pages.
    pub console: bool,
    /// True where the page has a form that a passkey goes with, and so the script.
    pub script: bool,
}

impl Frame {
    /// The frame of a customer's page.
    #[must_use]
    pub fn customer(language: Language, brand: impl Into<String>) -> Self {
        Self {
            language,
            brand: brand.into(),
            switch_path: Some(String::new()),
            ..Self::default()
        }
    }

    /// The frame of a console page.
    #[must_use]
    pub fn console(language: Language, account: Option<Account>) -> Self {
        Self {
            account,
            console: true,
            ..Self::customer(language.for_staff(), "Placet")
        }
    }

    /// The words of the page's language.
    #[must_use]
    pub fn words(&self) -> Words {
        Words::of(self.language)
    }

    /// The first letter of the brand, for the mark beside its name.
    pub(super) fn initial(&self) -> String {
        let letter = self.brand.chars().find(|c| c.is_alphanumeric());
        letter
            .map(|c| c.to_uppercase().collect())
            .unwrap_or_default()
    }

    /// Every language with its own name, for the switch.
    pub(super) fn languages(&self) -> &'static [Language] {
        if self.console {
            &Language::STAFF
        } else {
            &Language::ALL
        }
    }

    pub(super) fn style_url(&self) -> String {
        style_url()
    }

    pub(super) fn script_url(&self) -> Option<String> {
        self.script.then(script_url)
    }

    /// The text of `<title>`.
    pub(super) fn title(&self, page: &str, error: bool) -> String {
        let words = self.words();
        let args = [("page", page), ("brand", self.brand.as_str())];
        let title = words.get_with("page-title", &args);
        if error {
            return format!("{} {title}", words.get("error-prefix"));
        }
        title
    }
}

/// A finished page. Writing into a `String` cannot fail, and no value of a page has
/// a `Display` that can.
pub(super) fn rendered(template: &impl Template) -> String {
    template.render().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_is_the_first_letter() {
        let of = |brand| Frame::customer(Language::Fr, brand).initial();
        assert_eq!(of("maison Lumière"), "M");
        assert_eq!(of("« Été »"), "É");
        assert_eq!(of("…"), "");
    }

    #[test]
    fn the_title_says_error_first() {
        let frame = Frame::customer(Language::Fr, "Lumière");
        assert_eq!(
            frame.title("Vos choix", true),
            "Erreur\u{202f}: Vos choix – Lumière"
        );
    }
}
