//! Masked identifiers for screens: recognisable, never whole.

use super::IdentifierKind;

const DOTS: &str = "•••";

/// The normal text with most of it hidden.
pub(super) fn masked(kind: IdentifierKind, text: &str) -> String {
    match kind {
        IdentifierKind::Email => email(text),
        IdentifierKind::Phone => phone(text),
        IdentifierKind::Postal => DOTS.to_owned(),
        IdentifierKind::CrmId | IdentifierKind::DeviceId => key(text),
    }
}

/// `a•••@exemple.fr`; a local part of one letter is hidden whole.
fn email(text: &str) -> String {
    let (local, domain) = text.split_once('@').unwrap_or((text, ""));
    let mut letters = local.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(_)) => format!("{first}{DOTS}@{domain}"),
        _ => format!("{DOTS}@{domain}"),
    }
}

/// `+33 6 •• •• •• 78`: country code, first and last two digits.
fn phone(text: &str) -> String {
    let Ok(number) = phonenumber::parse(None, text) else {
        return DOTS.to_owned();
    };
    let code = number.code().value();
    let national = number.national().to_string();
    let digits = national.chars().count();
    if digits < 7 {
        return format!("+{code} {DOTS}");
    }
    let first = national.chars().take(1).collect::<String>();
    let last = national.chars().skip(digits - 2).collect::<String>();
    let hidden = vec!["••"; (digits - 3).div_ceil(2)].join(" ");
    format!("+{code} {first} {hidden} {last}")
}

/// The last two signs of a long key.
fn key(text: &str) -> String {
    let length = text.chars().count();
    if length < 8 {
        return DOTS.to_owned();
    }
    let last = text.chars().skip(length - 2).collect::<String>();
    format!("{DOTS}{last}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_a_little() {
        for (kind, text, shown) in [
            (IdentifierKind::Email, "anne@exemple.fr", "a•••@exemple.fr"),
            (IdentifierKind::Email, "a@exemple.fr", "•••@exemple.fr"),
            (IdentifierKind::Phone, "+33612345678", "+33 6 •• •• •• 78"),
            (
                IdentifierKind::Phone,
                "+390212345678",
                "+39 0 •• •• •• •• 78",
            ),
            (IdentifierKind::CrmId, "C-1", "•••"),
            (IdentifierKind::CrmId, "CUSTOMER-17", "•••17"),
            (IdentifierKind::Postal, "12 rue de lille", "•••"),
        ] {
            assert_eq!(masked(kind, text), shown);
        }
    }
}
