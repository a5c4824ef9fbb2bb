//! A brand's colours, and how well they can be read (WCAG 2.2, 1.4.3).

use serde::{Deserialize, Serialize};
use std::fmt;

/// The least contrast of a text to its ground (WCAG 2.2, 1.4.3, level AA).
pub const LEAST: f64 = 4.5;

/// A colour as `#rrggbb`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Colour([u8; 3]);

impl TryFrom<String> for Colour {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        const MEND: &str = "must be a colour like #14503f";
        let digits = text.strip_prefix('#').filter(|rest| rest.len() == 6);
        let digits = digits.filter(|rest| rest.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let value = u32::from_str_radix(digits.ok_or(MEND)?, 16).map_err(|_| MEND)?;
        let [_, red, green, blue] = value.to_be_bytes();
        Ok(Self([red, green, blue]))
    }
}

impl From<Colour> for String {
    fn from(colour: Colour) -> Self {
        colour.to_string()
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl Colour {
    /// The contrast ratio of two colours, 1 to 21.
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn luminance(self) -> f64 {
        let linear = |byte: u8| {
            let part = f64::from(byte) / 255.0;
            if part <= 0.04045 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        };
        let [red, green, blue] = self.0.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// A quarter of the way to another colour.
    fn towards(self, other: Self) -> Self {
        let mut mixed = self.0;
        for (part, goal) in mixed.iter_mut().zip(other.0) {
            *part = ((u16::from(*part) * 3 + u16::from(goal)) / 4) as u8;
        }
        Self(mixed)
    }
}

/// The grounds on which the pages set text: page, card, wash; as the style sheet has them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scheme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Scheme {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Light, Self::Dark];

    /// Its name in the catalogue.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The grounds, by the names that the style sheet gives them.
    #[must_use]
    pub const fn grounds(self) -> [(&'static str, Colour); 3] {
        let [paper, card, wash] = match self {
            Self::Light => [[0xf5, 0xf4, 0xf0], [0xff; 3], [0xe9, 0xf0, 0xec]],
            Self::Dark => [[0x10, 0x15, 0x13], [0x18, 0x20, 0x1d], [0x1f, 0x2e, 0x28]],
        };
        [
            ("paper", Colour(paper)),
            ("card", Colour(card)),
            ("wash", Colour(wash)),
        ]
    }

    /// What accents move to when they are pointed at: away from the ground.
    const fn away(self) -> Colour {
        match self {
            Self::Light => Colour([0; 3]),
            Self::Dark => Colour([0xff; 3]),
        }
    }
}

/// The colours of one scheme.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Colours {
    /// Of buttons and links.
    pub accent: Colour,
    /// Of the text on a button.
    pub text: Colour,
}

impl Colours {
    /// What cannot be read: which pair, and its contrast.
    #[must_use]
    pub fn too_faint(self, scheme: Scheme) -> Vec<(String, f64)> {
        let on_accent = (
            format!("text {} on accent {}", self.text, self.accent),
            self.accent.contrast(self.text),
        );
        let on_grounds = scheme.grounds().map(|(name, ground)| {
            let pair = format!("accent {} on the page's {name} {ground}", self.accent);
            (pair, self.accent.contrast(ground))
        });
        let all = std::iter::once(on_accent).chain(on_grounds);
        all.filter(|(_, ratio)| *ratio < LEAST).collect()
    }

    /// The accent of what is pointed at; never harder to read than the accent.
    #[must_use]
    pub fn deep(self, scheme: Scheme) -> Colour {
        let deeper = self.accent.towards(scheme.away());
        if deeper.contrast(self.text) >= LEAST {
            deeper
        } else {
            self.accent
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn colour(text: &str) -> Colour {
        Colour::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn a_colour_is_six_digits() {
        assert_eq!(colour("#0A1b2c").to_string(), "#0a1b2c");
        for bad in [
            "", "#fff", "0a1b2c", "#0a1b2g", "#+a1b2c", "red", "#0a1b2c;",
        ] {
            assert!(Colour::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }

    /// The examples of WCAG's own understanding documents.
    #[test]
    fn contrast_is_measured_as_wcag_says() {
        let ratio = |a: &str, b: &str| format!("{:.2}", colour(a).contrast(colour(b)));
        assert_eq!(ratio("#000000", "#ffffff"), "21.00");
        assert_eq!(ratio("#777777", "#ffffff"), "4.48");
        assert_eq!(ratio("#767676", "#ffffff"), "4.54");
        assert_eq!(ratio("#ff0000", "#ffffff"), "4.00");
    }

    #[test]
    fn what_is_faint_is_named_with_its_ratio() {
        let yellow = Colours {
            accent: colour("#ffd400"),
            text: colour("#ffffff"),
        };
        let found = yellow.too_faint(Scheme::Light);
        assert_eq!(found.len(), 4, "{found:?}");
        let wine = Colours {
            accent: colour("#7a1f3d"),
            text: colour("#ffffff"),
        };
        assert_eq!(wine.too_faint(Scheme::Light), []);
        assert!(!wine.too_faint(Scheme::Dark).is_empty());
    }

    #[test]
    fn what_is_pointed_at_stays_readable() {
        for scheme in Scheme::ALL {
            for accent in ["#7a1f3d", "#000000", "#ffffff", "#757575", "#f2a7bd"] {
                for text in ["#ffffff", "#000000"] {
                    let colours = Colours {
                        accent: colour(accent),
                        text: colour(text),
                    };
                    let (before, deep) =
                        (colours.accent.contrast(colours.text), colours.deep(scheme));
                    assert!(deep.contrast(colours.text) >= before.min(LEAST));
                }
            }
        }
    }
}
