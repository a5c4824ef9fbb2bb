//! Who tells the addresses of a name: this machine's own resolver.

use super::Failed;
use std::fmt::Debug;
use std::io;
use std::net::{IpAddr, ToSocketAddrs};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::Duration;

/// Tells the addresses of a name.
pub trait Names: Debug + Send + Sync {
    /// All of them.
    ///
    /// # Errors
    /// Where it is not known.
    fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// This machine's own.
#[derive(Debug)]
pub(super) struct SystemNames;

impl Names for SystemNames {
    fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let mut found: Vec<IpAddr> = (name, 0)
            .to_socket_addrs()?
            .map(|place| place.ip())
            .collect();
        found.dedup();
        Ok(found)
    }
}

/// What is told in time: the machine's resolver knows no limit of ours, and is waited for beside us.
pub(super) fn told(
    names: &Arc<dyn Names>,
    name: &str,
    within: Duration,
) -> Result<Vec<IpAddr>, Failed> {
    let (tell, hear) = sync_channel(1);
    let (names, name) = (names.clone(), name.to_owned());
    let asked = std::thread::Builder::new()
        .name("names".into())
        .spawn(move || drop(tell.send(names.addresses(&name))));
    asked.map_err(|_| Failed::Unreachable)?;
    match hear.recv_timeout(within) {
        Ok(Ok(found)) => Ok(found),
        Ok(Err(_)) => Err(Failed::Nameless),
        Err(_) => Err(Failed::TimedOut),
    }
}
