//! A mail program's one click (RFC 8058): a `POST` with the one pair `List-Unsubscribe=One-Click`,
//! as a form or as multipart. It comes without cookie, without page, and it only ever says no.
//! `GET` and `HEAD` are what scanners send, and never say anything.

use super::list_unsubscribe::POST_VALUE;

/// What a request to an unsubscribe address asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unsubscribe {
    /// To look; nothing may change.
    Show,
    /// To stop at once, by a mail program's one click.
    OneClick,
    /// To stop, by another form, such as the button on our own page.
    Form,
    /// Nothing that such an address knows.
    NotAllowed,
}

/// Reads a request by its method, the value of `Content-Type`, and its body.
#[must_use]
pub fn unsubscribe_request(method: &str, content_type: Option<&str>, body: &[u8]) -> Unsubscribe {
    match method {
        "GET" | "HEAD" => Unsubscribe::Show,
        "POST" if is_one_click(content_type.unwrap_or_default(), body) => Unsubscribe::OneClick,
        "POST" => Unsubscribe::Form,
        _ => Unsubscribe::NotAllowed,
    }
}

fn is_one_click(content_type: &str, body: &[u8]) -> bool {
    let (essence, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
    match essence.trim().to_ascii_lowercase().as_str() {
        "application/x-www-form-urlencoded" => body.trim_ascii() == POST_VALUE.as_bytes(),
        "multipart/form-data" => boundary(parameters)
            .is_some_and(|boundary| multipart_pair(boundary, body).is_some_and(is_the_pair)),
        _ => false,
    }
}

fn is_the_pair((name, value): (&str, &str)) -> bool {
    POST_VALUE.split_once('=') == Some((name, value))
}

/// The parameter `boundary`, in quotes or not (RFC 2046, 5.1.1).
fn boundary(parameters: &str) -> Option<&str> {
    let mut each = parameters
        .split(';')
        .filter_map(|one| one.trim().split_once('='));
    let (_, value) = each.find(|(name, _)| name.eq_ignore_ascii_case("boundary"))?;
    let bare = value
        .strip_prefix('"')
        .and_then(|value| value.strip_suffix('"'))
        .unwrap_or(value);
    (!bare.is_empty()).then_some(bare)
}

/// The name and value of a multipart form of one part (RFC 7578); of more, the value is all that
/// follows. `None` where it cannot be read.
fn multipart_pair<'a>(boundary: &str, body: &'a [u8]) -> Option<(&'a str, &'a str)> {
    let text = std::str::from_utf8(body).ok()?.trim_end();
    let inside = text
        .strip_prefix(&format!("--{boundary}\r\n"))?
        .strip_suffix(&format!("\r\n--{boundary}--"))?;
    let (head, value) = inside.split_once("\r\n\r\n")?;
    let disposition = head.lines().find_map(|line| {
        let (field, value) = line.split_once(':')?;
        field
            .eq_ignore_ascii_case("content-disposition")
            .then_some(value.trim())
    })?;
    let name = disposition
        .strip_prefix("form-data;")?
        .trim()
        .strip_prefix("name=\"")?;
    Some((name.strip_suffix('"')?, value))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::domain::testing::each;
    use proptest::prelude::*;
    use serde::Deserialize;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Case {
        id: String,
        method: String,
        content_type: Option<String>,
        #[serde(default)]
        body: String,
        token: String,
        cookies: Option<bool>,
        expect: Expected,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Expected {
        #[serde(rename = "status_class")]
        _status_class: Option<String>,
        effect: String,
        redirect: Option<bool>,
        #[serde(rename = "note")]
        _note: Option<String>,
    }

    /// What the address then answers is the page's to test; here, what is asked of it. A forged
    /// token asks just the same and finds nobody.
    #[test]
    fn one_click_vectors() {
        each("one_click_vectors", |case: &Case| {
            let asked = unsubscribe_request(
                &case.method,
                case.content_type.as_deref(),
                case.body.as_bytes(),
            );
            let stops = matches!(asked, Unsubscribe::OneClick | Unsubscribe::Form);
            let effect = if stops && case.token == "valid" {
                "withdraw"
            } else {
                "none"
            };
            assert_eq!(effect, case.expect.effect, "{}", case.id);
            assert_eq!(
                asked == Unsubscribe::OneClick,
                case.content_type.is_some(),
                "{}",
                case.id
            );
            assert!(!case.cookies.unwrap_or(false) && !case.expect.redirect.unwrap_or(false));
        });
    }

    const FORM: Option<&str> = Some("application/x-www-form-urlencoded; charset=utf-8");

    #[test]
    fn a_form_has_the_exact_pair() {
        let asked = |body: &str| unsubscribe_request("POST", FORM, body.as_bytes());
        assert_eq!(asked("List-Unsubscribe=One-Click"), Unsubscribe::OneClick);
        assert_eq!(
            asked("List-Unsubscribe=One-Click\r\n"),
            Unsubscribe::OneClick
        );
        for body in [
            "",
            "List-Unsubscribe=one-click",
            "List-Unsubscribe=One-Click&x=1",
        ] {
            assert_eq!(asked(body), Unsubscribe::Form, "{body}");
        }
    }

    #[test]
    fn multipart_has_the_one_part() {
        let asked = |body: &str| {
            unsubscribe_request(
                "POST",
                Some("multipart/form-data; boundary=\"--B1\""),
                body.as_bytes(),
            )
        };
        let part = "Content-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click";
        assert_eq!(
            asked(&format!("----B1\r\n{part}\r\n----B1--\r\n")),
            Unsubscribe::OneClick
        );
        assert_eq!(
            asked(&format!("----B1\r\n{part}\r\n----B1\r\n{part}\r\n----B1--")),
            Unsubscribe::Form
        );
        assert_eq!(asked(part), Unsubscribe::Form);
    }

    #[test]
    fn looking_stops_nothing() {
        for method in ["GET", "HEAD"] {
            assert_eq!(
                unsubscribe_request(method, FORM, POST_VALUE.as_bytes()),
                Unsubscribe::Show
            );
        }
        assert_eq!(
            unsubscribe_request("PUT", FORM, POST_VALUE.as_bytes()),
            Unsubscribe::NotAllowed
        );
    }

    proptest! {
        #[test]
        fn any_request_is_read(kind in "multipart/form-data; boundary=.{0,5}|.{0,30}", body in any::<Vec<u8>>()) {
            let asked = unsubscribe_request("POST", Some(&kind), &body);
            prop_assert!(matches!(asked, Unsubscribe::OneClick | Unsubscribe::Form));
        }
    }
}
