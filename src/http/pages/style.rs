//! The one style sheet of all pages.

/// The sheet, to be served at `/assets/style.css` as `text/css; charset=utf-8`.
pub const STYLE: &str = include_str!("style.css");

/// A fingerprint of [`STYLE`] (FNV-1a), so that browsers may keep it for ever.
/// It names a version and protects nothing.
pub const STYLE_HASH: u64 = fnv1a(STYLE.as_bytes());

/// The address of the sheet, with its fingerprint in the query.
#[must_use]
pub fn style_url() -> String {
    format!("/assets/style.css?v={STYLE_HASH:016x}")
}

/// A fingerprint of content (FNV-1a).
#[must_use]
pub const fn fnv1a(mut rest: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    while let [byte, tail @ ..] = rest {
        hash = (hash ^ *byte as u64).wrapping_mul(0x0100_0000_01b3);
        rest = tail;
    }
    hash
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::string_slice, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_sheet_is_small_and_calls_nobody() {
        assert!(STYLE.len() < 12_000, "{} bytes", STYLE.len());
        for foreign in ["http:", "https:", "url(", "@import", "@font-face"] {
            assert!(!STYLE.contains(foreign), "{foreign}");
        }
    }

    /// Brands' accents are held against these grounds.
    #[test]
    fn the_grounds_are_those_that_brands_are_measured_on() {
        use crate::domain::registry::brand::Scheme;
        for (palette, scheme) in Scheme::ALL.into_iter().enumerate() {
            for (name, ground) in scheme.grounds() {
                let found = STYLE.split(&format!("--{name}:")).nth(palette + 1).unwrap();
                let written = found
                    .split([';', '}'])
                    .next()
                    .unwrap()
                    .replace("#fff", "#ffffff");
                assert_eq!(written, ground.to_string(), "{name} {scheme:?}");
            }
        }
    }

    #[test]
    fn the_fingerprint_is_fnv1a() {
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c);
    }

    /// The value of a token in the light (0) or dark (1) palette, as linear light.
    fn luminance(token: &str, palette: usize) -> f64 {
        let found = STYLE.split(&format!("--{token}:#")).nth(palette + 1);
        let hex: String = found.unwrap().split([';', '}']).next().unwrap().to_owned();
        let wide: String = match hex.len() {
            3 => hex.chars().flat_map(|c| [c, c]).collect(),
            _ => hex,
        };
        let part = |at: usize| {
            let byte = u8::from_str_radix(&wide[at..at + 2], 16).unwrap();
            let c = f64::from(byte) / 255.0;
            if c <= 0.04045 {
                c / 12.92
            } else {
                ((c + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * part(0) + 0.7152 * part(2) + 0.0722 * part(4)
    }

    /// WCAG 1.4.3 (text, 4.5) and 1.4.11 (controls and focus, 3), in both palettes.
    #[test]
    fn the_palettes_have_contrast() {
        let text = ["ink", "soft", "brand", "brand-deep"].map(|name| (name, 4.5));
        let edges = [("edge", 3.0), ("focus", 3.0), ("bad", 4.5)];
        for palette in [0, 1] {
            let ratio = |a: &str, b: &str| {
                let (a, b) = (luminance(a, palette), luminance(b, palette));
                (a.max(b) + 0.05) / (a.min(b) + 0.05)
            };
            for ground in ["paper", "card", "wash"] {
                for (name, least) in text.into_iter().chain(edges) {
                    let found = ratio(name, ground);
                    assert!(found >= least, "{name} on {ground} ({palette}): {found:.2}");
                }
            }
            assert!(ratio("on-brand", "brand") >= 4.5 && ratio("on-brand", "brand-deep") >= 4.5);
            assert!(ratio("bad", "bad-wash") >= 4.5);
        }
    }
}
