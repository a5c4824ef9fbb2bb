//! Characters that no identifier may carry.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use super::IdentifierError;

/// Trims the text, refuses what cannot be seen, and brings it to NFC.
pub(super) fn clean(text: &str) -> Result<Cow<'_, str>, IdentifierError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(IdentifierError::Empty);
    }
    if text.is_ascii() {
        return clean_ascii(text);
    }
    clean_any(text)
}

/// [`clean_any`] for ASCII, which is in NFC as it stands and hides control characters only.
fn clean_ascii(text: &str) -> Result<Cow<'_, str>, IdentifierError> {
    if text.bytes().any(|byte| byte.is_ascii_control()) {
        return Err(IdentifierError::InvisibleCharacter);
    }
    Ok(Cow::Borrowed(text))
}

fn clean_any(text: &str) -> Result<Cow<'_, str>, IdentifierError> {
    if text.chars().any(is_invisible) {
        return Err(IdentifierError::InvisibleCharacter);
    }
    Ok(Cow::Owned(text.nfc().collect()))
}

/// Lower case in NFC. Folding comes before the last composition, for a capital
/// may have no composed form where its small letter has one (`J̌`, `ǰ`).
pub(super) fn lower(text: &str) -> Cow<'_, str> {
    if !text.is_ascii() {
        return Cow::Owned(lower_any(text));
    }
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Cow::Owned(text.to_ascii_lowercase());
    }
    Cow::Borrowed(text)
}

fn lower_any(text: &str) -> String {
    text.to_lowercase().nfc().collect()
}

/// Control characters, zero-width and direction marks, tags, and the sign that
/// a decoder leaves where bytes were lost: two texts that look alike would
/// otherwise be two persons.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffd}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_short_way_for_ascii_changes_nothing(text in "[\\x00-\\x7f]{1,40}") {
            prop_assert_eq!(clean_ascii(&text), clean_any(&text));
            prop_assert_eq!(lower(&text), lower_any(&text));
        }
    }

    #[test]
    fn invisible_characters_are_refused() {
        for text in ["a\0b", "a\u{200b}b", "a\u{202e}b", "a\u{fffd}b", "a\nb"] {
            assert_eq!(clean(text), Err(IdentifierError::InvisibleCharacter));
        }
        assert_eq!(clean(" \t "), Err(IdentifierError::Empty));
    }

    #[test]
    fn composed_and_decomposed_are_one() {
        assert_eq!(clean("e\u{301}").unwrap(), "\u{e9}");
        assert_eq!(lower("J\u{30c}"), "\u{1f0}");
    }
}
