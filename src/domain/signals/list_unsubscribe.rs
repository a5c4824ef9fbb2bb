//! The header fields by which a message offers one-click unsubscribe (RFC 2369, RFC 8058).

/// The one value that `List-Unsubscribe-Post` may have (RFC 8058, 3.1).
pub const POST_VALUE: &str = "List-Unsubscribe=One-Click";

/// Why a message offers no one-click unsubscribe.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ListHeaderError {
    /// `List-Unsubscribe` is no list of addresses in angle brackets.
    #[error("`List-Unsubscribe` must hold addresses in angle brackets, with commas between them")]
    Shape,
    /// It holds no `https` address, more than one, or one with `http` beside it.
    #[error("`List-Unsubscribe` must hold one `https` address and no `http` one")]
    Https,
    /// `List-Unsubscribe-Post` has another value.
    #[error("`List-Unsubscribe-Post` must be `List-Unsubscribe=One-Click`, exactly")]
    Post,
}

/// Whether the two fields offer one-click unsubscribe: one `https` address, further ones only of
/// other kinds such as `mailto`, and the exact post value. That a DKIM signature covers both is
/// for the sender's mail server to see to.
///
/// # Errors
/// Why they do not.
pub fn one_click_headers(unsubscribe: &str, post: &str) -> Result<(), ListHeaderError> {
    if post.trim() != POST_VALUE {
        return Err(ListHeaderError::Post);
    }
    let addresses = addresses(unsubscribe).ok_or(ListHeaderError::Shape)?;
    let mut https = addresses
        .iter()
        .filter(|address| has_scheme(address, "https"));
    let one = https.next().is_some_and(|address| has_host(address)) && https.next().is_none();
    if !one || addresses.iter().any(|address| has_scheme(address, "http")) {
        return Err(ListHeaderError::Https);
    }
    Ok(())
}

/// `<one>, <other>`; an address has neither white space nor brackets inside.
fn addresses(value: &str) -> Option<Vec<&str>> {
    let mut found = Vec::new();
    let mut rest = value.trim();
    loop {
        let (address, after) = rest.strip_prefix('<')?.split_once('>')?;
        if address.is_empty() || address.contains(|c: char| c.is_whitespace() || c == '<') {
            return None;
        }
        found.push(address);
        match after.trim_start() {
            "" => return Some(found),
            more => rest = more.strip_prefix(',')?.trim_start(),
        }
    }
}

fn has_scheme(address: &str, scheme: &str) -> bool {
    address
        .split_once(':')
        .is_some_and(|(found, _)| found.eq_ignore_ascii_case(scheme))
}

fn has_host(address: &str) -> bool {
    let after = address.split_once("://").map(|(_, after)| after);
    after.is_some_and(|after| !after.starts_with(['/', '?', '#', ':']) && !after.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::testing::each;
    use proptest::prelude::*;
    use serde::Deserialize;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Case {
        id: String,
        headers: Headers,
        valid_one_click: bool,
        why: Option<String>,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "PascalCase")]
    struct Headers {
        #[serde(rename = "List-Unsubscribe")]
        unsubscribe: String,
        #[serde(rename = "List-Unsubscribe-Post")]
        post: String,
    }

    #[test]
    fn list_header_vectors() {
        each("list_header_vectors", |case: &Case| {
            let found = one_click_headers(&case.headers.unsubscribe, &case.headers.post);
            assert_eq!(found.is_ok(), case.valid_one_click, "{}", case.id);
            assert_eq!(case.why.is_some(), found.is_err(), "{}", case.id);
        });
    }

    #[test]
    fn what_offers_no_one_click() {
        use ListHeaderError::{Https, Shape};
        for (unsubscribe, error) in [
            ("", Shape),
            ("https://ex.org/u/abc", Shape),
            ("<https://ex.org/u/abc> <mailto:u@ex.org>", Shape),
            ("<https://ex.org/u/abc>,", Shape),
            ("<https://ex.org/u abc>", Shape),
            ("<>", Shape),
            ("<mailto:u@ex.org>", Https),
            ("<https://>", Https),
            ("<https:ex.org>", Https),
            ("<https://a.org/1>, <https://b.org/2>", Https),
            ("<https://ex.org/u/abc>, <http://ex.org/u/abc>", Https),
        ] {
            assert_eq!(
                one_click_headers(unsubscribe, POST_VALUE),
                Err(error),
                "{unsubscribe}"
            );
        }
        let lower = "list-unsubscribe=one-click";
        assert_eq!(
            one_click_headers("<https://ex.org/u>", lower),
            Err(ListHeaderError::Post)
        );
        let order = "<mailto:u@ex.org?subject=a,b>,<HTTPS://ex.org/u/abc>";
        assert_eq!(one_click_headers(order, POST_VALUE), Ok(()));
    }

    proptest! {
        #[test]
        fn any_text_is_judged(unsubscribe in "[<>, a:/htps.]{0,60}|.{0,40}") {
            if one_click_headers(&unsubscribe, POST_VALUE).is_ok() {
                prop_assert!(unsubscribe.to_ascii_lowercase().contains("<https://"));
            }
        }
    }
}
