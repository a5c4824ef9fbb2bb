//! The one way out to the network. Whoever is called is resolved here, each address is looked at, and the
//! connection goes to an address that was looked at, so that a name cannot lead elsewhere meanwhile.
//!
//! | module | holds |
//! |---|---|
//! | [`network`] | networks, as an operator writes them |
//! | [`closed`] | which addresses nobody may be sent to unless an operator says so |
//! | [`target`] | the address of a destination, read strictly |
//! | [`names`] | who tells the addresses of a name |
//! | [`roots`] | whose certificates are believed there |
//! | [`client`] | HTTP: no redirect, no proxy, bounded in time and size |

mod client;
mod closed;
mod names;
mod network;
mod roots;
mod target;
#[cfg(test)]
mod tests;

#[cfg(test)]
use client::Answer;
pub use client::{Headers, Line, Order, Post};
pub use names::Names;
pub use target::{Host, Target};

use super::config::{Config, ConfigError};
use crate::domain::network::Network;
use crate::domain::systems::Webhook;
use names::{SystemNames, told};
use roots::Roots;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// Ports of HTTPS that need no word of the operator.
const USUAL: [u16; 2] = [443, 8443];

/// What a destination is, which says what it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// HTTPS on the open network.
    Open,
    /// Signs what it answers, so that HTTP will do, and may be our own.
    Signed,
    /// A system of an own network, over HTTP, too.
    Own,
    /// The provider by which staff sign in: HTTPS, and may be our own.
    Provider,
    /// A server of another protocol, at the port that the operator wrote: a database, mail.
    Server,
}

impl Kind {
    /// That of a system that is called.
    #[must_use]
    pub const fn of_hook(hook: &Webhook) -> Self {
        if hook.private { Self::Own } else { Self::Open }
    }

    const fn may_be_clear(self) -> bool {
        !matches!(self, Self::Open | Self::Provider)
    }
    const fn may_be_own(self) -> bool {
        !matches!(self, Self::Open)
    }
    const fn has_any_port(self) -> bool {
        matches!(self, Self::Server)
    }
}

/// A call that was not made, or got no whole answer. It names hosts and addresses, never whom a call is about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failed {
    /// The address cannot be one.
    #[error("its address {0}")]
    Address(&'static str),
    /// It leads where nobody may be sent.
    #[error("{0}")]
    NotAllowed(String),
    /// The name has no address.
    #[error("its name has no address")]
    Nameless,
    /// It took too long.
    #[error("it did not answer in time")]
    TimedOut,
    /// It answered more than is read.
    #[error("it answered too much")]
    TooMuch,
    /// It did not speak the protocol.
    #[error("its answer is not HTTP")]
    Garbage,
    /// Nobody is there.
    #[error("it cannot be reached")]
    Unreachable,
}

/// Who may be called, and who tells where they are.
#[derive(Debug, Clone)]
pub struct Egress {
    allowed: Vec<Network>,
    ports: Vec<u16>,
    names: Arc<dyn Names>,
    roots: Roots,
}

impl Egress {
    /// As it is configured.
    ///
    /// # Errors
    /// Where a setting cannot be read.
    pub fn of(config: &Config) -> Result<Self, ConfigError> {
        let wrong = |name, mend: &str| ConfigError::Value {
            name,
            mend: mend.into(),
        };
        let networks = config.list("egress_allow");
        let networks = networks.iter().map(|one| {
            let mend = |mend: &str| format!("has {one:?}, which {mend}");
            network::read(one).map_err(|error| wrong("egress_allow", &mend(error)))
        });
        let ports = config.list("egress_ports");
        let ports = ports.iter().map(|one| {
            let mend = "must be ports with commas between them, like 8080,9443";
            one.parse().map_err(|_| wrong("egress_ports", mend))
        });
        Ok(Self {
            allowed: networks.collect::<Result<_, _>>()?,
            ports: ports.collect::<Result<_, _>>()?,
            names: Arc::new(SystemNames),
            roots: Roots::of(config)?,
        })
    }

    /// One that finds names in a test's own book.
    #[cfg(test)]
    pub(super) fn with(allowed: &[&str], ports: &[u16], names: Arc<dyn Names>) -> Self {
        let allowed = allowed.iter().filter_map(|one| network::read(one).ok());
        Self {
            allowed: allowed.collect(),
            ports: ports.to_vec(),
            names,
            roots: Roots::default(),
        }
    }

    /// As an operator has it whose systems are on this machine.
    #[cfg(test)]
    pub(super) fn to_this_machine() -> Self {
        Self::with(&["127.0.0.0/8"], &[], Arc::new(SystemNames))
    }

    /// The addresses of a host, each looked at: one that may not be called makes all of them void.
    ///
    /// # Errors
    /// Where there is none, or one may not be called.
    pub fn places(
        &self,
        host: &Host,
        port: u16,
        kind: Kind,
        within: Duration,
    ) -> Result<Vec<SocketAddr>, Failed> {
        let found = match host {
            Host::Address(address) => vec![*address],
            Host::Name(name) => told(&self.names, name, within)?,
        };
        if found.is_empty() {
            return Err(Failed::Nameless);
        }
        for address in &found {
            self.look_at(*address, port, kind)
                .map_err(|why| Failed::NotAllowed(format!("{host} {why}")))?;
        }
        Ok(found.iter().map(|ip| SocketAddr::new(*ip, port)).collect())
    }

    fn look_at(&self, address: IpAddr, port: u16, kind: Kind) -> Result<(), String> {
        if self.is_allowed(address, kind) {
            return Ok(());
        }
        if let Some(why) = closed::why(address) {
            let mend = if kind.may_be_own() {
                "allow its network by egress_allow if it is meant"
            } else {
                "a system of an own network needs private = true, and its network in egress_allow"
            };
            return Err(format!("leads to {address}, which is {why}: {mend}"));
        }
        let clear = kind.may_be_clear() && port == 80;
        if kind.has_any_port() || clear || USUAL.contains(&port) || self.ports.contains(&port) {
            return Ok(());
        }
        Err(format!(
            "is to be called at port {port}: name that in egress_ports if it is meant"
        ))
    }

    /// Whether the operator named its network, and that of the address that it stands for.
    fn is_allowed(&self, address: IpAddr, kind: Kind) -> bool {
        let address = address.to_canonical();
        let named = self.allowed.iter().any(|one| one.has(address));
        let inner = closed::stands_for(address);
        kind.may_be_own()
            && named
            && inner.is_none_or(|ip| closed::why(ip).is_none() || self.is_allowed(ip, kind))
    }
}
