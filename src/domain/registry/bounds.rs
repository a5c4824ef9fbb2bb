//! Within which bounds somebody at the API's door may act: for which brands and purposes, and from where.

use super::brand::Host;
use super::{Purpose, Slug};
use crate::domain::network::Network;
use crate::domain::peer::Peer;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The bounds of a key; what is empty bounds nothing.
#[derive(Clone, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    /// The controllers whose purposes it may act on.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub brands: BTreeSet<Slug>,
    /// The purposes that it may act on.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub purposes: BTreeSet<Slug>,
    /// The networks that it may be used from.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub networks: BTreeSet<Network>,
    /// The host names of which the caller's certificate must be for one.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub certificates: BTreeSet<Host>,
}

/// What about a caller is out of bounds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outside {
    /// They come from another network.
    Network,
    /// They have shown no certificate of such a name.
    Certificate,
}

impl Bounds {
    /// Whether it bounds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.is_scope() && !self.is_placed()
    }

    /// Whether it says from where, or with what, one must come.
    #[must_use]
    pub fn is_placed(&self) -> bool {
        !(self.networks.is_empty() && self.certificates.is_empty())
    }

    /// Whether it says on what one may act.
    #[must_use]
    pub fn is_scope(&self) -> bool {
        !(self.brands.is_empty() && self.purposes.is_empty())
    }

    /// Whether one may act on a purpose.
    #[must_use]
    pub fn covers(&self, purpose: &Purpose) -> bool {
        let among = |set: &BTreeSet<Slug>, one: &Slug| set.is_empty() || set.contains(one);
        among(&self.brands, &purpose.controller) && among(&self.purposes, &purpose.id)
    }

    /// What of a caller is out of bounds; whose address is not known comes from no network.
    #[must_use]
    pub fn outside(&self, peer: &Peer) -> Option<Outside> {
        let known = |from| self.networks.iter().any(|network| network.has(from));
        if !self.networks.is_empty() && !peer.address.is_some_and(known) {
            return Some(Outside::Network);
        }
        let shown = peer.certificate.as_ref();
        let named = shown.is_some_and(|shown| !shown.names.is_disjoint(&self.certificates));
        (!self.certificates.is_empty() && !named).then_some(Outside::Certificate)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::domain::peer::{ClientCertificate, Thumbprint};
    use std::sync::Arc;

    #[test]
    fn who_has_networks_comes_from_them_only() {
        let bounds: Bounds = serde_json::from_str(r#"{"networks":["203.0.113.0/24"]}"#).unwrap();
        let outside = |bounds: &Bounds, from: &str| {
            bounds.outside(&Peer {
                address: from.parse().ok(),
                certificate: None,
            })
        };
        assert_eq!(outside(&bounds, "203.0.113.9"), None);
        assert_eq!(outside(&bounds, "203.0.114.9"), Some(Outside::Network));
        assert_eq!(outside(&bounds, ""), Some(Outside::Network));
        assert_eq!(outside(&Bounds::default(), ""), None);
        assert!(Bounds::default().is_empty());
        assert!(!bounds.is_empty() && !bounds.is_scope());
        assert!(serde_json::from_str::<Bounds>(r#"{"purpose":["offers"]}"#).is_err());
    }

    #[test]
    fn who_is_bound_to_a_certificate_shows_one_of_its_name() {
        let bounds: Bounds =
            serde_json::from_str(r#"{"certificates":["crm.example.com"]}"#).unwrap();
        assert!(!bounds.is_empty() && bounds.is_placed() && !bounds.is_scope());
        let showing = |names: &[&str]| {
            let names = names
                .iter()
                .map(|name| Host::try_from((*name).to_owned()).unwrap());
            let certificate = ClientCertificate {
                thumbprint: Thumbprint([1; 32]),
                names: names.collect(),
            };
            bounds.outside(&Peer {
                address: None,
                certificate: Some(Arc::new(certificate)),
            })
        };
        assert_eq!(showing(&["till.example.com", "crm.example.com"]), None);
        assert_eq!(showing(&["example.com"]), Some(Outside::Certificate));
        assert_eq!(showing(&[]), Some(Outside::Certificate));
        let nothing_shown = bounds.outside(&Peer::default());
        assert_eq!(nothing_shown, Some(Outside::Certificate));
    }
}
