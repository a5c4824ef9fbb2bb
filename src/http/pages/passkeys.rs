//! The forms that a passkey is made or shown by, and the one script there is: without it these forms stay hidden,
//! since no browser has passkeys without script.

use super::style::fnv1a;
use super::{PostForm, When};

/// The script, to be served at `/assets/passkeys.js` as `text/javascript; charset=utf-8`.
pub const SCRIPT: &str = include_str!("passkeys.js");

const SCRIPT_HASH: u64 = fnv1a(SCRIPT.as_bytes());

/// The address of the script, with its fingerprint in the query.
#[must_use]
pub fn script_url() -> String {
    format!("/assets/passkeys.js?v={SCRIPT_HASH:016x}")
}

/// A form that a passkey goes with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyForm {
    /// The form.
    pub form: PostForm,
    /// Where the script asks for a challenge.
    pub ask_url: String,
}

/// A passkey of one's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyRow {
    /// The name that its owner gave it.
    pub name: String,
    /// Since when.
    pub since: When,
    /// When it was used last.
    pub used: Option<When>,
    /// The form that takes it away.
    pub remove: PostForm,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nothing in it makes a page of a text, and it calls nobody but us.
    #[test]
    fn the_script_is_small_and_writes_nothing_into_pages() {
        assert!(SCRIPT.len() < 4_000, "{} bytes", SCRIPT.len());
        for sink in [
            "innerHTML",
            "outerHTML",
            "insertAdjacent",
            "document.write",
            "eval",
            "Function(",
            "setTimeout",
            "import",
            "createElement",
            "setAttribute",
            "http:",
            "https:",
            "localStorage",
            "sessionStorage",
        ] {
            assert!(!SCRIPT.contains(sink), "{sink}");
        }
    }
}
