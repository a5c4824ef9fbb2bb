//! Why an identifier was refused, and how to mend it.

use thiserror::Error;

/// Why a text is no identifier. It never repeats the text: that is personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum IdentifierError {
    /// Nothing was given.
    #[error("the identifier is empty")]
    Empty,
    /// A control, invisible or replacement character.
    #[error("the identifier contains an invisible or damaged character")]
    InvisibleCharacter,
    /// Longer than any real identifier of its kind.
    #[error("the identifier is too long")]
    TooLong,
    /// An address without exactly one `@`, or with nothing on one side.
    #[error("the e-mail address needs exactly one @ between name and domain")]
    EmailShape,
    /// A space or a character that an unquoted local part cannot have.
    #[error("the e-mail address contains a character that is not allowed")]
    EmailCharacter,
    /// Local part over 64 octets or whole address over 254 (RFC 5321, 4.5.3.1).
    #[error("the e-mail address is too long")]
    EmailTooLong,
    /// A domain that IDNA (UTS 46) refuses.
    #[error("the domain of the e-mail address is not valid")]
    EmailDomain,
    /// A domain of a single label, such as `localhost`.
    #[error("the domain of the e-mail address has no dot")]
    EmailDomainWithoutDot,
    /// An IP address in place of a domain.
    #[error("the e-mail address ends in an ip address")]
    EmailAddressLiteral,
    /// Letters or signs that no phone number has.
    #[error("the phone number contains a character that is not allowed")]
    PhoneCharacter,
    /// No country code, and no region to read the number in.
    #[error("the phone number has no country code")]
    PhoneWithoutRegion,
    /// A default region that is no ISO 3166-1 code with phone numbers.
    #[error("the default region of the phone number is unknown")]
    PhoneRegionUnknown,
    /// No number of any length possible in that country.
    #[error("the phone number cannot be read")]
    PhoneShape,
    /// Well formed, but no such number range exists in that country.
    #[error("the phone number does not exist in its country")]
    PhoneNotInRegion,
    /// A French overseas number read as a metropolitan one.
    #[error("the phone number belongs to a french overseas region")]
    PhoneFrenchOverseas,
    /// Too little for an address.
    #[error("the postal address is too short")]
    PostalTooShort,
    /// The device id that all devices without tracking share.
    #[error("the device id is shared by many devices")]
    DeviceIdShared,
}

impl IdentifierError {
    /// A stable name for reports and the API.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "identifier_empty",
            Self::InvisibleCharacter => "identifier_invisible_character",
            Self::TooLong => "identifier_too_long",
            Self::EmailShape => "email_shape",
            Self::EmailCharacter => "email_character",
            Self::EmailTooLong => "email_too_long",
            Self::EmailDomain => "email_domain",
            Self::EmailDomainWithoutDot => "email_domain_without_dot",
            Self::EmailAddressLiteral => "email_address_literal",
            Self::PhoneCharacter => "phone_character",
            Self::PhoneWithoutRegion => "phone_without_region",
            Self::PhoneRegionUnknown => "phone_region_unknown",
            Self::PhoneShape => "phone_shape",
            Self::PhoneNotInRegion => "phone_not_in_region",
            Self::PhoneFrenchOverseas => "phone_french_overseas",
            Self::PostalTooShort => "postal_too_short",
            Self::DeviceIdShared => "device_id_shared",
        }
    }

    /// One sentence that says how to mend it.
    #[must_use]
    pub fn mend(self) -> &'static str {
        match self {
            Self::Empty => "Give the identifier, or leave the whole entry out.",
            Self::InvisibleCharacter => {
                "Type the identifier anew as plain text; a copy brought hidden characters along."
            }
            Self::TooLong => "Check that the right column or field was taken.",
            Self::EmailShape => "Write the address as name@domain, without a display name.",
            Self::EmailCharacter => {
                "Remove spaces, quotes, commas and brackets; give one bare address."
            }
            Self::EmailTooLong => {
                "Check the address: at most 64 bytes before the @ and 254 in all (RFC 5321)."
            }
            Self::EmailDomain => "Check the spelling of the part after the @.",
            Self::EmailDomainWithoutDot => "Give the full domain after the @, such as exemple.fr.",
            Self::EmailAddressLiteral => "Give an address with a domain name after the @.",
            Self::PhoneCharacter => {
                "Keep digits, spaces, dots, hyphens, brackets and a leading + only, no extension."
            }
            Self::PhoneWithoutRegion => {
                "Start the number with + and the country code, or name the region it was written in."
            }
            Self::PhoneRegionUnknown => {
                "Name the region by two capital letters (ISO 3166-1), such as FR, RE or DE."
            }
            Self::PhoneShape => "Check the number: it has too few or too many digits.",
            Self::PhoneNotInRegion => {
                "Check the number and its region; with + and the country code it can be from anywhere."
            }
            Self::PhoneFrenchOverseas => {
                "Give the number's own region (RE, YT, GP, MQ, GF) or its country code (+262, +590, +596, +594) instead of FR."
            }
            Self::PostalTooShort => "Give street, postcode and town.",
            Self::DeviceIdShared => {
                "Leave the device id out: all devices that refuse tracking have this one."
            }
        }
    }
}
