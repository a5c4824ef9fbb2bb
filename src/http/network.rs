//! From which network a request comes: what is counted by where somebody may ask only so often. A proxy
//! that is known tells for whom it asks; what anybody else says of it is not believed.

use super::site::Site;
use crate::domain::peer::{ClientCertificate, Peer};
use actix_web::HttpRequest;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

/// The network: a /24 of IPv4, a /64 of IPv6.
#[must_use]
pub fn network(request: &HttpRequest, site: &Site) -> String {
    address(request, site).map(of).unwrap_or_default()
}

/// The address itself.
#[must_use]
pub fn address(request: &HttpRequest, site: &Site) -> Option<IpAddr> {
    let peer = request.peer_addr().map(|peer| peer.ip());
    let told = request.headers().get_all("x-forwarded-for");
    let told: Vec<&str> = told.filter_map(|value| value.to_str().ok()).collect();
    peer.map(|peer| client(peer, &told.join(","), &site.proxies))
}

/// The same, and the certificate that was shown on the line. What a proxy shows is its own, and says nothing of
/// whom it asks for.
#[must_use]
pub fn peer(request: &HttpRequest, site: &Site) -> Peer {
    let address = address(request, site);
    let nearest = request.peer_addr().map(|peer| peer.ip().to_canonical());
    let shown = request.conn_data::<Arc<ClientCertificate>>();
    Peer {
        address,
        certificate: shown.filter(|_| address == nearest).cloned(),
    }
}

/// The nearest address that is no proxy of ours, from the last hop on.
fn client(peer: IpAddr, forwarded: &str, proxies: &[IpAddr]) -> IpAddr {
    let mut nearest = peer.to_canonical();
    for hop in forwarded.rsplit(',') {
        if !proxies.contains(&nearest) {
            break;
        }
        let Ok(next) = hop.trim().parse::<IpAddr>() else {
            break;
        };
        nearest = next.to_canonical();
    }
    nearest
}

fn of(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            Ipv4Addr::new(a, b, c, 0).to_string()
        }
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn only_a_known_proxy_is_believed() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let ours = [ip("127.0.0.1"), ip("10.0.0.7")];
        let found = |peer: &str, told: &str| client(ip(peer), told, &ours).to_string();
        assert_eq!(found("198.51.100.9", "1.2.3.4"), "198.51.100.9");
        assert_eq!(found("127.0.0.1", "203.0.113.5"), "203.0.113.5");
        // what the client wrote into the header itself stands before what our proxies added
        assert_eq!(found("127.0.0.1", "1.2.3.4, 203.0.113.5"), "203.0.113.5");
        assert_eq!(found("127.0.0.1", "203.0.113.5, 10.0.0.7"), "203.0.113.5");
        assert_eq!(found("::ffff:127.0.0.1", "203.0.113.5"), "203.0.113.5");
        assert_eq!(found("127.0.0.1", "nonsense"), "127.0.0.1");
    }

    #[test]
    fn neighbours_are_counted_together() {
        let network = |text: &str| of(text.parse().unwrap());
        assert_eq!(network("203.0.113.5"), network("203.0.113.250"));
        assert_ne!(network("203.0.113.5"), network("203.0.114.5"));
        assert_eq!(network("2001:db8:1:2:3::9"), network("2001:db8:1:2::1"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
    }
}
