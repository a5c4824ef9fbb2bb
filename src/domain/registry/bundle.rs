//! The channels that one single tick covered.

use super::Channel;
use serde::{Deserialize, Serialize};

/// A set of channels, in two bytes; written as the list of their names.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Vec<Channel>", into = "Vec<Channel>")]
pub struct Bundle(u16);

const _: () = assert!(
    Channel::ALL.len() <= 16,
    "the channels no longer fit their set"
);

impl Bundle {
    /// Whether nobody told of one.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0 == 0
    }

    /// Whether the tick that answered for a channel covered another one, too.
    #[must_use]
    pub const fn reaches_beyond(self, own: Channel) -> bool {
        self.0 & !bit(own) != 0
    }
}

impl FromIterator<Channel> for Bundle {
    fn from_iter<I: IntoIterator<Item = Channel>>(channels: I) -> Self {
        let add = |bits, channel| bits | bit(channel);
        Self(channels.into_iter().fold(0, add))
    }
}

impl From<Vec<Channel>> for Bundle {
    fn from(channels: Vec<Channel>) -> Self {
        channels.into_iter().collect()
    }
}

impl From<Bundle> for Vec<Channel> {
    fn from(bundle: Bundle) -> Self {
        let all = Channel::ALL.iter().copied();
        all.filter(|channel| bundle.0 & bit(*channel) != 0)
            .collect()
    }
}

const fn bit(channel: Channel) -> u16 {
    1 << channel.code()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn it_is_written_as_names_and_read_back_in_any_order() {
        let told: Bundle = serde_json::from_str(r#"["sms","email","sms"]"#).unwrap();
        assert_eq!(serde_json::to_string(&told).unwrap(), r#"["email","sms"]"#);
        let all: Bundle = Channel::ALL.iter().copied().collect();
        assert_eq!(Vec::from(all), Channel::ALL);
    }

    #[test]
    fn a_tick_for_its_own_channel_alone_reaches_no_further() {
        let of = |channels: &[Channel]| channels.iter().copied().collect::<Bundle>();
        assert!(!of(&[]).reaches_beyond(Channel::Email) && of(&[]).is_empty());
        assert!(!of(&[Channel::Email]).reaches_beyond(Channel::Email));
        assert!(of(&[Channel::Sms]).reaches_beyond(Channel::Email));
        assert!(of(&[Channel::Email, Channel::Sms]).reaches_beyond(Channel::Email));
    }
}
