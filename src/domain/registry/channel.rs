//! By which way a person is reached.

use serde::{Deserialize, Serialize};

macro_rules! channels {
    ($($(#[$doc:meta])* $name:ident = $text:literal / $code:literal,)*) => {
        /// A channel, in the vocabulary of the law files. Consent never reaches from one
        /// channel to another.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        pub enum Channel {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
        }

        impl Channel {
            /// Every channel.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The name in the API and in files.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// A small stable number, for packed rows.
            #[must_use]
            pub const fn code(self) -> u8 {
                match self { $(Self::$name => $code,)* }
            }

            /// The channel of that name.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$name),)* _ => None }
            }
        }
    };
}

channels! {
    /// Electronic mail.
    Email = "email" / 0,
    /// Text message.
    Sms = "sms" / 1,
    /// A call by a person.
    PhoneLive = "phone_live" / 2,
    /// A call by an automaton.
    PhoneAutomated = "phone_automated" / 3,
    /// Post with the person's address.
    PostAddressed = "post_addressed" / 4,
    /// Leaflets without an address.
    PostUnaddressed = "post_unaddressed" / 5,
    /// A notification by the device's system.
    Push = "push" / 6,
    /// A message inside an application.
    InApp = "in_app" / 7,
    /// An advertisement in the look of a mail, in the inbox.
    InboxAd = "inbox_ad" / 8,
    /// Upload of contact points to an advertising platform.
    AdsCustomAudience = "ads_custom_audience" / 9,
    /// Advertising that follows a visit.
    AdsRetargeting = "ads_retargeting" / 10,
    /// A pixel in a mail that tells of its opening.
    EmailTrackingPixel = "email_tracking_pixel" / 11,
    /// Storing or reading on the person's device.
    StorageAccess = "storage_access" / 12,
    /// Handing the data to another controller.
    ThirdPartySharing = "third_party_sharing" / 13,
    /// Handing the data to a processor (art. 28).
    ProcessorTransfer = "processor_transfer" / 14,
    /// Asking for consent.
    ConsentPrompt = "consent_prompt" / 15,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_codes_are_distinct_and_read_back() {
        for (at, channel) in Channel::ALL.iter().enumerate() {
            assert_eq!(Channel::parse(channel.as_str()), Some(*channel));
            assert_eq!(usize::from(channel.code()), at);
        }
        assert_eq!(Channel::parse("fax"), None);
    }
}
