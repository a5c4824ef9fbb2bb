//! Words in several languages.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An ISO 639-1 code: two lower-case letters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Language([u8; 2]);

impl Language {
    /// French.
    pub const FR: Self = Self(*b"fr");
    /// English.
    pub const EN: Self = Self(*b"en");

    /// The language of that code.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let code: [u8; 2] = text.as_bytes().try_into().ok()?;
        code.iter()
            .all(u8::is_ascii_lowercase)
            .then_some(Self(code))
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("en")
    }
}

impl TryFrom<String> for Language {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("is not a language code of two lower-case letters, like fr")
    }
}

impl From<Language> for String {
    fn from(language: Language) -> Self {
        language.as_str().to_owned()
    }
}

/// One text in one or more languages. Legal texts are never translated silently: what is
/// missing is shown in the language that there is, and marked so.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Wording(pub BTreeMap<Language, String>);

impl Wording {
    /// The text in `language`, or else in French, English or whatever there is, with the
    /// language that it is in. `None` where there is no text at all.
    #[must_use]
    pub fn in_or_else(&self, language: Language) -> Option<(Language, &str)> {
        [language, Language::FR, Language::EN]
            .into_iter()
            .find_map(|wanted| self.0.get_key_value(&wanted))
            .or_else(|| self.0.first_key_value())
            .map(|(found, text)| (*found, text.as_str()))
    }
}
