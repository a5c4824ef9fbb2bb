//! Which passwords are taken (NIST SP 800-63B-4, 3.1.1.2): long enough, any characters, and none that is guessed
//! first. What they are made of is nobody's business.

use crate::domain::personal::Secret;
use unicode_normalization::UnicodeNormalization;

/// The fewest characters of a password that stands alone.
pub const ALONE: usize = 15;
/// The fewest of one that a second factor stands beside.
pub const BESIDE_A_FACTOR: usize = 8;
/// The most; a longer one is refused rather than cut.
pub const LONGEST: usize = 256;
/// So many characters must be left of it without the words that anybody would try here.
const OF_ITS_OWN: usize = 8;
/// Shorter words are found in anything.
const SHORTEST_WORD: usize = 3;

/// The passwords that are tried first, one a line, sorted. Where they are from: `LICENSE-common.txt`.
const COMMON: &str = include_str!("common.txt");

/// The password cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too short: it needs so many characters.
    #[error("a password needs at least {0} characters; four plain words make a good one")]
    TooShort(usize),
    /// Too long.
    #[error("a password may have at most {LONGEST} characters; shorten it")]
    TooLong,
    /// One of those that are tried first.
    #[error(
        "this password is on the list of those that are tried first; take four words that do not belong together"
    )]
    Common,
    /// The same again and again, or a row of keys.
    #[error(
        "this password repeats itself or follows a row of signs; take four words that do not belong together"
    )]
    Pattern,
    /// Little more than the name of the account, the brand or the service.
    #[error(
        "this password is little more than the account's, the brand's or the service's name; leave these out"
    )]
    Context,
    /// The hash could not be made.
    #[error("the password could not be hashed; try again")]
    Unhashable,
}

/// What a password is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// Whether the account has a second factor.
    pub second_factor: bool,
    /// Words that anybody would try here: the account's name, the brand's, the host's.
    pub words: &'a [String],
}

/// A password that is taken, in the one form that is hashed.
#[derive(Debug)]
pub struct Fit(pub(super) Secret<String>);

/// One form for what looks the same, however it was typed (NFC).
pub(super) fn one_form(typed: &Secret<String>) -> Secret<String> {
    Secret::new(typed.expose().nfc().collect())
}

/// Judges a password.
///
/// # Errors
/// Why it is not taken.
pub fn fit(typed: &Secret<String>, around: Surroundings<'_>) -> Result<Fit, PasswordError> {
    // four bytes are the most that a character takes; before the form, whose work grows with the text
    if typed.expose().len() > LONGEST * 4 {
        return Err(PasswordError::TooLong);
    }
    let password = one_form(typed);
    let least = if around.second_factor {
        BESIDE_A_FACTOR
    } else {
        ALONE
    };
    match password.expose().chars().count() {
        length if length < least => return Err(PasswordError::TooShort(least)),
        length if length > LONGEST => return Err(PasswordError::TooLong),
        _ => {}
    }
    let folded = Secret::new(password.expose().to_lowercase());
    if is_common(folded.expose()) {
        return Err(PasswordError::Common);
    }
    if is_pattern(folded.expose()) {
        return Err(PasswordError::Pattern);
    }
    if is_context(folded.expose(), around.words) {
        return Err(PasswordError::Context);
    }
    Ok(Fit(password))
}

fn is_common(folded: &str) -> bool {
    COMMON.lines().any(|common| common == folded)
}

/// One piece twice or more often, or each sign the next of the one before.
fn is_pattern(folded: &str) -> bool {
    let signs: Vec<char> = folded.chars().collect();
    let repeats = |piece: usize| {
        signs
            .iter()
            .zip(signs.iter().skip(piece))
            .all(|(a, b)| a == b)
    };
    let steps = |by: i64| {
        let next = |(one, other): (&char, &char)| {
            i64::from(u32::from(*other)) - i64::from(u32::from(*one)) == by
        };
        signs.iter().zip(signs.iter().skip(1)).all(next)
    };
    (1..=signs.len() / 2).any(repeats) || steps(1) || steps(-1)
}

fn is_context(folded: &str, words: &[String]) -> bool {
    let mut rest = folded.to_owned();
    let known = words
        .iter()
        .map(|word| word.nfc().collect::<String>().to_lowercase());
    for word in known.filter(|word| word.chars().count() >= SHORTEST_WORD) {
        rest = rest.replace(&word, "");
    }
    rest.len() < folded.len() && rest.chars().count() < OF_ITS_OWN
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(typed: &str, second_factor: bool) -> Option<PasswordError> {
        let words = ["placet", "Élodie", "lumen", "fr"].map(str::to_owned);
        let around = Surroundings {
            second_factor,
            words: &words,
        };
        fit(&Secret::new(typed.to_owned()), around).err()
    }

    #[test]
    fn length_is_counted_in_characters_of_one_form() {
        use PasswordError::{TooLong, TooShort};
        assert_eq!(judged("14 characters.", false), Some(TooShort(15)));
        assert_eq!(judged("15 characters..", false), None);
        assert_eq!(judged("7 signs", true), Some(TooShort(8)));
        assert_eq!(judged("8 signs.", true), None);
        // fifteen as typed, fourteen once the accent stands on its letter
        assert_eq!(judged("14 charactere\u{301}s", false), Some(TooShort(15)));
        assert_eq!(judged("🦊🐻 mit 15 Bildern", false), None);
        let of = |length: usize| -> String {
            "ab cd-ef"
                .chars()
                .cycle()
                .take(length - 1)
                .chain(['!'])
                .collect()
        };
        assert_eq!(judged(&of(256), false), None);
        assert_eq!(judged(&of(257), false), Some(TooLong));
        assert_eq!(judged(&of(100_000), false), Some(TooLong));
    }

    /// Nobody is told which signs to use.
    #[test]
    fn any_characters_are_taken() {
        for fine in [
            "nur kleine buchstaben",
            "482913 771902 5",
            "пароль из четырёх слов",
            "    \t  a    b    ",
        ] {
            assert_eq!(judged(fine, false), None, "{fine}");
        }
    }

    #[test]
    fn what_is_tried_first_is_refused() {
        use PasswordError::{Common, Context, Pattern};
        for common in ["password1", "PassWord1", "1qaz2wsx3edc4rfv", "trustno1"] {
            assert_eq!(judged(common, true), Some(Common), "{common}");
        }
        for pattern in [
            "aaaaaaaaaaaaaaa",
            "hunter5hunter5hunter5",
            "abcdefghijklmnop",
            "zyxwvutsrqponmlk",
            "abcabcabcabcabca",
        ] {
            assert_eq!(judged(pattern, false), Some(Pattern), "{pattern}");
        }
        for named in [
            "placet-2026",
            "LUMEN lumen!",
            "Élodie1999",
            "e\u{301}lodie1999",
        ] {
            assert_eq!(judged(named, true), Some(Context), "{named}");
        }
        assert_eq!(judged("placet is four plain words", false), None);
        assert_eq!(judged("frfrfr.1", true), None, "two letters are no word");
    }

    #[test]
    fn the_list_is_sorted_and_fit_for_its_use() {
        let all: Vec<&str> = COMMON.lines().collect();
        assert!(all.len() > 10_000 && all.is_sorted());
        let long =
            |word: &&str| word.chars().count() >= BESIDE_A_FACTOR && *word == word.to_lowercase();
        assert!(all.iter().all(long));
    }

    #[test]
    fn every_refusal_says_how_to_mend_it() {
        use PasswordError::{Common, Context, Pattern, TooLong, TooShort, Unhashable};
        for error in [TooShort(15), TooLong, Common, Pattern, Context, Unhashable] {
            let text = error.to_string();
            assert!(text.contains(';') && !text.contains('{'), "{text}");
        }
    }
}
