//! Networks of addresses, as operators write them: `203.0.113.0/24`, `2001:db8::/32`, or one address.
//! Addresses are values here; nothing is reached.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// All addresses that begin with the same bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network {
    first: IpAddr,
    bits: u8,
}

/// The text names no network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "is no network like 203.0.113.0/24, 2001:db8::/32 or 203.0.113.7, with nothing after its own bits"
)]
pub struct NoNetwork;

/// An address as a number, and how many bits it has. What is IPv4 within IPv6 is IPv4.
fn number(address: IpAddr) -> (u128, u8) {
    match address.to_canonical() {
        IpAddr::V4(v4) => (u32::from(v4).into(), 32),
        IpAddr::V6(v6) => (v6.into(), 128),
    }
}

/// What comes after the first bits.
fn rest(number: u128, bits: u8, length: u8) -> u128 {
    let own = u32::from(length.saturating_sub(bits));
    number & 1_u128.checked_shl(own).map_or(u128::MAX, |end| end - 1)
}

impl Network {
    /// The network of IPv4 that begins with these bits of an address.
    #[must_use]
    pub const fn v4([a, b, c, d]: [u8; 4], bits: u8) -> Self {
        let first = IpAddr::V4(Ipv4Addr::new(a, b, c, d));
        Self { first, bits }
    }

    /// The network of IPv6 that begins with these bits of an address, of which only the first groups are not nothing.
    #[must_use]
    pub const fn v6([a, b, c]: [u16; 3], bits: u8) -> Self {
        let first = IpAddr::V6(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0));
        Self { first, bits }
    }

    /// Whether an address is one of it.
    #[must_use]
    pub fn has(&self, address: IpAddr) -> bool {
        let ((first, length), (other, others)) = (number(self.first), number(address));
        length == others && rest(first ^ other, self.bits, length) == first ^ other
    }
}

impl FromStr for Network {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let first: IpAddr = address.parse().map_err(|_| NoNetwork)?;
        let first = first.to_canonical();
        let (number, length) = number(first);
        let bits = bits.map_or(Ok(length), str::parse).map_err(|_| NoNetwork)?;
        if bits > length || rest(number, bits, length) != 0 {
            return Err(NoNetwork);
        }
        Ok(Self { first, bits })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.bits)
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.to_string()
    }
}

impl TryFrom<String> for Network {
    type Error = NoNetwork;

    fn try_from(text: String) -> Result<Self, NoNetwork> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn an_address_is_of_its_network_alone() {
        let has = |network: &str, address: &str| {
            network
                .parse::<Network>()
                .unwrap()
                .has(address.parse().unwrap())
        };
        assert!(has("203.0.113.0/24", "203.0.113.250"));
        assert!(!has("203.0.113.0/24", "203.0.114.0"));
        assert!(has("203.0.113.7", "203.0.113.7") && !has("203.0.113.7", "203.0.113.6"));
        assert!(has("203.0.113.128/25", "203.0.113.129"));
        assert!(!has("203.0.113.128/25", "203.0.113.127"));
        assert!(has("0.0.0.0/0", "198.51.100.1") && !has("0.0.0.0/0", "2001:db8::1"));
        assert!(has("::/0", "2001:db8::1") && !has("::/0", "198.51.100.1"));
        assert!(has("2001:db8::/32", "2001:db8:9::1") && !has("2001:db8::/32", "2001:db9::1"));
        // a listener of both families tells IPv4 addresses within IPv6
        assert!(has("203.0.113.0/24", "::ffff:203.0.113.9"));
    }

    #[test]
    fn what_is_no_network_is_refused() {
        let bad = [
            "",
            "203.0.113.5/24",
            "203.0.113.0/33",
            "203.0.113.0/-1",
            "2001:db8::1/64",
            "example.org",
            "203.0.113.0/",
        ];
        for text in bad {
            assert_eq!(text.parse::<Network>(), Err(NoNetwork), "{text}");
        }
        let one: Network = "203.0.113.7".parse().unwrap();
        assert_eq!(one.to_string(), "203.0.113.7/32");
    }
}
