//! Within which bounds somebody at the API's door may act: for which brands and purposes, and from where.

use super::{Purpose, Slug};
use crate::domain::network::Network;
use core::net::IpAddr;
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
}

impl Bounds {
    /// Whether it bounds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.is_scope() && self.networks.is_empty()
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

    /// Whether one may come from an address; who comes from none that is known comes from no network.
    #[must_use]
    pub fn let_in(&self, from: Option<IpAddr>) -> bool {
        let known = |from| self.networks.iter().any(|network| network.has(from));
        self.networks.is_empty() || from.is_some_and(known)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn who_has_networks_comes_from_them_only() {
        let bounds: Bounds = serde_json::from_str(r#"{"networks":["203.0.113.0/24"]}"#).unwrap();
        assert!(bounds.let_in("203.0.113.9".parse().ok()));
        assert!(!bounds.let_in("203.0.114.9".parse().ok()) && !bounds.let_in(None));
        assert!(Bounds::default().let_in(None) && Bounds::default().is_empty());
        assert!(!bounds.is_empty() && !bounds.is_scope());
        assert!(serde_json::from_str::<Bounds>(r#"{"purpose":["offers"]}"#).is_err());
    }
}
