//! How a controller looks and speaks on the pages of its customers, where they are served, and who may say
//! for it that somebody is logged in.

mod colour;
mod host;
mod image;

pub use colour::{Colour, Colours, LEAST, Scheme};
pub use host::Host;
pub use image::{Image, ImageKind, MOST};

use super::tone::pressure;
use super::{Language, PublicKey, Wording};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A brand.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Brand {
    /// The name by which customers know it; the controller's own name is the legal one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Host names on which its pages are served. Its links lead to the first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<Host>,
    /// Host names of its own sites: they may frame its pages, and post who is logged in there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<Host>,
    /// Its logo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<Logo>,
    /// Its colours; of a scheme that it leaves out, ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub light: Option<Colours>,
    /// The same where the reader's device is dark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dark: Option<Colours>,
    /// Its words, by language.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub words: BTreeMap<Language, BrandWords>,
    /// The keys by which its sites say who is logged in; two while one follows the other.
    #[serde(default, rename = "key", skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<PublicKey>,
}

/// A logo, and what it says to whom cannot see it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logo {
    /// The picture.
    pub image: Picture,
    /// What it says, by language.
    pub alt: Wording,
}

/// A picture, or the file that it is in.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Picture {
    /// A file beside the catalogue's; it is read before anything is published.
    File(String),
    /// The picture itself, in base64.
    Data(Image),
}

/// What a brand says in one language.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrandWords {
    /// The name by which it speaks of itself in sentences, where it is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The last line of its mails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// When and how it helps, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The phone number of its help.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The address of its help.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<String>,
    /// Its postal address, in a line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<String>,
}

impl BrandWords {
    fn all(&self) -> [(&'static str, Option<&String>); 6] {
        [
            ("name", self.name.as_ref()),
            ("signature", self.signature.as_ref()),
            ("help", self.help.as_ref()),
            ("phone", self.phone.as_ref()),
            ("mail", self.mail.as_ref()),
            ("post", self.post.as_ref()),
        ]
    }
}

/// Something in a brand that customers should not meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrandFault {
    /// Where, under `brand`.
    pub field: String,
    /// A stable word for it.
    pub code: &'static str,
    /// What is wrong, and how to mend it.
    pub detail: String,
}

impl Brand {
    /// The picture of its logo.
    #[must_use]
    pub fn image(&self) -> Option<&Image> {
        match &self.logo.as_ref()?.image {
            Picture::Data(image) => Some(image),
            Picture::File(_) => None,
        }
    }

    /// Its words in a language, or else in French, English or whatever there is; with the language.
    #[must_use]
    pub fn words_in(&self, language: Language) -> Option<(Language, &BrandWords)> {
        let mut wanted = [language, Language::FR, Language::EN].into_iter();
        let found = wanted.find_map(|one| self.words.get_key_value(&one));
        let found = found.or_else(|| self.words.first_key_value());
        found.map(|(language, words)| (*language, words))
    }

    /// Its colours of a scheme.
    #[must_use]
    pub const fn colours(&self, scheme: Scheme) -> Option<Colours> {
        match scheme {
            Scheme::Light => self.light,
            Scheme::Dark => self.dark,
        }
    }

    /// Its key of that name.
    #[must_use]
    pub fn key(&self, kid: &str) -> Option<&PublicKey> {
        self.keys.iter().find(|key| key.kid == kid)
    }

    /// Everything in it that cannot be published.
    #[must_use]
    pub fn faults(&self) -> Vec<BrandFault> {
        let mut faults = self.faint();
        faults.extend(self.pressing());
        faults.extend(self.unreachable());
        if let Some(logo) = &self.logo {
            faults.extend(logo_fault(logo));
        }
        let kids: BTreeSet<&str> = self.keys.iter().map(|key| key.kid.as_str()).collect();
        if kids.len() < self.keys.len() {
            let detail = "each key needs a kid of its own";
            faults.push(fault("key", "kid_twice", detail));
        }
        faults
    }

    fn faint(&self) -> Vec<BrandFault> {
        let faint = |scheme: Scheme| {
            let found = self.colours(scheme).map(|one| one.too_faint(scheme));
            let told = move |(pair, ratio): (String, f64)| {
                // rounded down: what fails must not read as if it passed
                let ratio = (ratio * 100.0).floor() / 100.0;
                let detail = format!(
                    "{pair}: the contrast is {ratio:.2}:1 and must be at least {LEAST}:1 (WCAG 1.4.3); take a {} accent",
                    if scheme == Scheme::Light {
                        "darker"
                    } else {
                        "lighter"
                    }
                );
                fault(scheme.as_str(), "contrast_low", detail)
            };
            found.unwrap_or_default().into_iter().map(told)
        };
        Scheme::ALL.into_iter().flat_map(faint).collect()
    }

    /// Every text that customers read, by its field.
    fn texts(&self) -> Vec<(String, &str)> {
        let mut texts = Vec::new();
        texts.extend(self.name.as_deref().map(|name| ("name".to_owned(), name)));
        for (language, words) in &self.words {
            let given = words.all().into_iter();
            let given = given.filter_map(|(name, text)| Some((name, text?)));
            texts.extend(given.map(|(name, text)| {
                (format!("words/{}/{name}", language.as_str()), text.as_str())
            }));
        }
        for (language, text) in self.logo.iter().flat_map(|logo| &logo.alt.0) {
            texts.push((format!("logo/alt/{}", language.as_str()), text));
        }
        texts
    }

    fn pressing(&self) -> Vec<BrandFault> {
        let told = |(field, text): (String, &str)| {
            if text.trim().is_empty()
                || text.chars().any(char::is_control)
                || text.chars().count() > 200
            {
                let detail =
                    "must be one line of 1 to 200 characters; leave out what you have no words for";
                return Some(fault(field, "words_malformed", detail));
            }
            let word = pressure(text)?;
            let detail = format!(
                "says “{word}”: words to customers press nobody; say it plainly (docs/dpo.md)"
            );
            Some(fault(field, "words_pressing", detail))
        };
        self.texts().into_iter().filter_map(told).collect()
    }

    /// Phone and mail become links: each must be what it says.
    fn unreachable(&self) -> Vec<BrandFault> {
        let mut faults = Vec::new();
        for (language, words) in &self.words {
            let at = |name: &str| format!("words/{}/{name}", language.as_str());
            let diallable = |phone: &String| {
                let known =
                    |sign: char| sign.is_ascii_digit() || "+ ().-/\u{a0}\u{202f}".contains(sign);
                phone.chars().all(known) && phone.chars().any(|sign| sign.is_ascii_digit())
            };
            if !words.phone.as_ref().is_none_or(diallable) {
                faults.push(fault(
                    at("phone"),
                    "phone_malformed",
                    "must be a phone number",
                ));
            }
            let mailable = |mail: &String| super::Identifier::email(mail).is_ok();
            if !words.mail.as_ref().is_none_or(mailable) {
                faults.push(fault(
                    at("mail"),
                    "mail_malformed",
                    "must be a mail address",
                ));
            }
        }
        faults
    }
}

fn logo_fault(logo: &Logo) -> Option<BrandFault> {
    if matches!(logo.image, Picture::File(_)) {
        let detail =
            "a file is read by placet catalogue apply only; give the picture as data, in base64";
        return Some(fault("logo/image", "logo_unread", detail));
    }
    let detail = "say in at least one language what the logo says, for those who cannot see it";
    logo.alt
        .0
        .is_empty()
        .then(|| fault("logo/alt", "alt_missing", detail))
}

fn fault(field: impl Into<String>, code: &'static str, detail: impl Into<String>) -> BrandFault {
    BrandFault {
        field: field.into(),
        code,
        detail: detail.into(),
    }
}
