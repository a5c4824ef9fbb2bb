//! Networks that may be called, as an operator writes them: `10.0.0.0/8`, `fd00::/8`, or one address.

use crate::domain::network::Network;
use std::net::IpAddr;

/// Reads one. IPv4 is written as such: within IPv6 it is more likely mistyped than meant.
pub(super) fn read(text: &str) -> Result<Network, &'static str> {
    let address = text.split('/').next().and_then(|text| text.parse().ok());
    if address.is_some_and(|address: IpAddr| address != address.to_canonical()) {
        return Err("must be written as a network of IPv4");
    }
    let mend = "must be a network like 10.0.0.0/8 or fd00::/8, with nothing after its own bits";
    text.parse().map_err(|_| mend)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn networks_as_they_are_written() {
        let has =
            |network: &str, address: &str| read(network).unwrap().has(address.parse().unwrap());
        assert!(has("10.0.0.0/8", "10.255.0.1") && !has("10.0.0.0/8", "11.0.0.1"));
        assert!(has("10.0.0.0/8", "::ffff:10.0.0.1"), "in its other form");
        assert!(has("127.0.0.1", "127.0.0.1") && !has("127.0.0.1", "127.0.0.2"));
        assert!(has("0.0.0.0/0", "8.8.8.8") && !has("0.0.0.0/0", "2a00::1"));
        assert!(has("fd00::/8", "fdff::1") && !has("fd00::/8", "fe00::1"));
        for wrong in [
            "",
            "10.0.0.7/8",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0.0/-1",
            "::ffff:10.0.0.0/104",
            "fd00::/129",
            "fd00::1/8",
            "localhost",
            "10/8",
            "0x7f.0.0.1",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
