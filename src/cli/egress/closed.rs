//! Which addresses nobody is sent to unless an operator says so: own networks, the machine itself, what
//! clouds tell their machines, and whatever stands for such an address in another form
//! (IANA's registries of special addresses, RFC 6890).

use crate::domain::network::Network;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const V4: [(Network, &str); 18] = [
    (Network::v4([0, 0, 0, 0], 8), "this network"),
    (Network::v4([10, 0, 0, 0], 8), "of a private network"),
    (Network::v4([100, 64, 0, 0], 10), "shared by a carrier"),
    (Network::v4([127, 0, 0, 0], 8), "this machine"),
    (
        Network::v4([168, 63, 129, 16], 32),
        "of a cloud's own service",
    ),
    (Network::v4([169, 254, 0, 0], 16), "of the local link"),
    (Network::v4([172, 16, 0, 0], 12), "of a private network"),
    (Network::v4([192, 0, 0, 0], 24), "reserved"),
    (Network::v4([192, 0, 2, 0], 24), "for documentation"),
    (Network::v4([192, 31, 196, 0], 24), "reserved"),
    (Network::v4([192, 52, 193, 0], 24), "reserved"),
    (Network::v4([192, 88, 99, 0], 24), "reserved"),
    (Network::v4([192, 168, 0, 0], 16), "of a private network"),
    (Network::v4([198, 18, 0, 0], 15), "for measurements"),
    (Network::v4([198, 51, 100, 0], 24), "for documentation"),
    (Network::v4([203, 0, 113, 0], 24), "for documentation"),
    (Network::v4([224, 0, 0, 0], 4), "of many machines at once"),
    (Network::v4([240, 0, 0, 0], 4), "reserved"),
];

/// What is given to machines of the open network; all else is closed.
const OPEN_V6: Network = Network::v6([0x2000, 0, 0], 3);

const V6: [(Network, &str); 6] = [
    (Network::v6([0x2001, 0, 0], 32), "a tunnel (Teredo)"),
    (Network::v6([0x2001, 0, 0], 23), "reserved"),
    (Network::v6([0x2001, 0xdb8, 0], 32), "for documentation"),
    (Network::v6([0x2002, 0, 0], 16), "a tunnel (6to4)"),
    (Network::v6([0x2620, 0x4f, 0x8000], 48), "reserved"),
    (Network::v6([0x3fff, 0, 0], 20), "for documentation"),
];

const TRANSLATED: Network = Network::v6([0x64, 0xff9b, 0], 96);

/// Why nobody is sent there; `None` for the open network.
pub(super) fn why(address: IpAddr) -> Option<&'static str> {
    let address = address.to_canonical();
    let listed = |all: &[(Network, &'static str)]| {
        let one = all.iter().find(|(network, _)| network.has(address));
        one.map(|(_, why)| *why)
    };
    match address {
        IpAddr::V4(_) => listed(&V4),
        IpAddr::V6(v6) if v6 == Ipv6Addr::LOCALHOST => Some("this machine"),
        IpAddr::V6(_) if stands_for(address).is_some() => {
            Some("another address in a form of the new kind")
        }
        IpAddr::V6(_) if !OPEN_V6.has(address) => Some("not of the open network"),
        IpAddr::V6(_) => listed(&V6),
    }
}

/// The address of the old kind that one of the new kind stands for.
pub(super) fn stands_for(address: IpAddr) -> Option<IpAddr> {
    let IpAddr::V6(v6) = address.to_canonical() else {
        return None;
    };
    let [first, second, third, .., seventh, eighth] = v6.segments();
    let joined = |high: u16, low: u16| {
        let bits = (u32::from(high) << 16) | u32::from(low);
        Some(IpAddr::V4(Ipv4Addr::from_bits(bits)))
    };
    match first {
        0x2002 => joined(second, third),
        _ if TRANSLATED.has(address) => joined(seventh, eighth),
        0 if v6.to_bits() >> 32 == 0 && seventh != 0 => joined(seventh, eighth),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_open_network_and_what_is_none_of_it() {
        let closed = [
            "0.0.0.0",
            "0.255.255.255",
            "10.0.0.0",
            "10.255.255.255",
            "100.64.0.0",
            "100.127.255.255",
            "100.100.100.200",
            "127.0.0.1",
            "127.255.255.255",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.0",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.0",
            "192.168.255.255",
            "198.18.0.0",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.7",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::a9fe:a9fe",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:0:127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::808:808",
            "64:ff9b:1::a00:1",
            "100::1",
            "2001::1",
            "2001:2::1",
            "2001:10::1",
            "2001:20::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:808:808::",
            "2620:4f:8000::1",
            "3fff::1",
            "4000::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ];
        for address in closed {
            assert!(why(address.parse().unwrap()).is_some(), "{address}");
        }
        let open = [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "172.15.255.255",
            "172.32.0.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "::ffff:93.184.216.34",
            "2001:4860:4860::8888",
            "2a00:1450:4007::1",
        ];
        for address in open {
            assert_eq!(why(address.parse().unwrap()), None, "{address}");
        }
    }
}
