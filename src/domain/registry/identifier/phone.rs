//! Phone numbers in E.164.

use phonenumber::{Mode, PhoneNumber, country};

use super::IdentifierError;
use super::text::clean;

/// More characters than any number written with separators.
const TEXT_MAX: usize = 40;

/// The number in E.164, such as `+33612345678`.
pub(super) fn normal(text: &str, region: Option<&str>) -> Result<String, IdentifierError> {
    let text = plain(&clean(text)?)?;
    let region = region.map(region_id).transpose()?;
    if region.is_none() && !text.starts_with('+') {
        return Err(IdentifierError::PhoneWithoutRegion);
    }
    let number = phonenumber::parse(region, &text).map_err(|_| IdentifierError::PhoneShape)?;
    let e164 = number.format().mode(Mode::E164).to_string();
    if !number.is_valid() {
        return Err(refusal(&number));
    }
    // what is stored must read back as itself, or one person has two hashes
    if e164 != text && !reads_as_itself(&e164) {
        return Err(IdentifierError::PhoneShape);
    }
    Ok(e164)
}

fn reads_as_itself(e164: &str) -> bool {
    phonenumber::parse(None, e164).is_ok_and(|number| {
        number.is_valid() && number.format().mode(Mode::E164).to_string() == e164
    })
}

/// Digits and separators only. Letters are refused before the parser sees
/// them: it would read `1-800-FLOWERS`, drop an extension that tells two
/// persons apart, or take a spreadsheet's `3.36E+10` for a number.
fn plain(text: &str) -> Result<String, IdentifierError> {
    if text.len() > TEXT_MAX {
        return Err(IdentifierError::TooLong);
    }
    text.chars()
        .enumerate()
        .map(|(place, c)| match c {
            '0'..='9' | ' ' | '.' | '-' | '/' | '(' | ')' => Ok(c),
            '+' if place == 0 => Ok(c),
            '\u{a0}' | '\u{2009}' | '\u{202f}' => Ok(' '),
            '\u{2010}'..='\u{2013}' => Ok('-'),
            _ => Err(IdentifierError::PhoneCharacter),
        })
        .collect()
}

fn region_id(region: &str) -> Result<country::Id, IdentifierError> {
    region
        .parse()
        .map_err(|_| IdentifierError::PhoneRegionUnknown)
}

/// Why a well-formed number is refused. French overseas mobiles (0690, 0691,
/// 0692, 0693, 0694, 0696, 0697, 0639) look like metropolitan ones and have
/// their own country codes, so their region must be named.
fn refusal(number: &PhoneNumber) -> IdentifierError {
    let national = number.national().to_string();
    let overseas = ["690", "691", "692", "693", "694", "696", "697", "639"];
    let is_overseas = overseas.iter().any(|range| national.starts_with(range));
    if number.code().value() == 33 && is_overseas {
        IdentifierError::PhoneFrenchOverseas
    } else {
        IdentifierError::PhoneNotInRegion
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::testing::each;
    use serde::Deserialize;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Case {
        id: String,
        raw: String,
        default_region: String,
        e164: String,
        valid: bool,
        #[serde(rename = "region")]
        _region: String,
    }

    #[test]
    fn phone_normalisation_vectors() {
        each("phone_normalisation_vectors", |case: &Case| {
            let found = normal(&case.raw, Some(&case.default_region));
            if case.valid {
                assert_eq!(found.as_ref(), Ok(&case.e164), "{}", case.id);
            } else {
                assert!(found.is_err(), "{}", case.id);
            }
        });
    }

    #[test]
    fn french_overseas_numbers_need_their_region() {
        let trap = Err(IdentifierError::PhoneFrenchOverseas);
        for (raw, region, e164) in [
            ("0692 12 34 56", "RE", "+262692123456"),
            ("0693 12 34 56", "RE", "+262693123456"),
            ("0639 70 12 34", "YT", "+262639701234"),
            ("0690 12 34 56", "GP", "+590690123456"),
            ("0694 12 34 56", "GF", "+594694123456"),
            ("0696 12 34 56", "MQ", "+596696123456"),
            ("0697 12 34 56", "MQ", "+596697123456"),
        ] {
            assert_eq!(normal(raw, Some(region)).as_deref(), Ok(e164), "{region}");
            assert_eq!(normal(raw, Some("FR")), trap, "{raw}");
        }
        assert_eq!(normal("+33 692 12 34 56", None), trap);
    }

    #[test]
    fn international_forms_need_no_region() {
        assert_eq!(
            normal("+49 (30) 123-4567", None).as_deref(),
            Ok("+49301234567")
        );
        assert_eq!(
            normal("0049 30 1234567", Some("FR")).as_deref(),
            Ok("+49301234567")
        );
        assert_eq!(
            normal("+33\u{a0}6 12 34 56 78", Some("DE")).as_deref(),
            Ok("+33612345678")
        );
    }

    #[test]
    fn what_is_no_number_is_refused() {
        use IdentifierError as E;
        for (text, region, expected) in [
            ("06 12 34 56 78", None, E::PhoneWithoutRegion),
            ("06 12 34 56 78", Some("XX"), E::PhoneRegionUnknown),
            ("06 12 34 56 78", Some("fr_FR"), E::PhoneRegionUnknown),
            ("06 12 34 56 78 ext. 5", Some("FR"), E::PhoneCharacter),
            ("1-800-FLOWERS", Some("US"), E::PhoneCharacter),
            ("3.3612345678E+10", Some("FR"), E::PhoneCharacter),
            ("٠٦١٢٣٤٥٦٧٨", Some("FR"), E::PhoneCharacter),
            ("+33", None, E::PhoneShape),
            ("", Some("FR"), E::Empty),
        ] {
            assert_eq!(normal(text, region), Err(expected));
        }
    }
}
