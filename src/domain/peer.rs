//! Who is at the other end of a line, as far as the line itself proves it.

use super::registry::brand::Host;
use core::net::IpAddr;
use std::collections::BTreeSet;
use std::sync::Arc;

/// SHA-256 of a certificate as it is sent (DER): what an access token is bound to (RFC 8705, 3.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Thumbprint(pub [u8; 32]);

/// A certificate whose key the other side has, made by an authority that the operator believes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClientCertificate {
    /// Which one it is.
    pub thumbprint: Thumbprint,
    /// The host names that it is for.
    pub names: BTreeSet<Host>,
}

/// Where a request comes from.
#[derive(Clone, Default, Debug)]
pub struct Peer {
    /// The address; `None` where none is known.
    pub address: Option<IpAddr>,
    /// The certificate that was shown on the line, if one was.
    pub certificate: Option<Arc<ClientCertificate>>,
}

impl Peer {
    /// Whether it has shown the very certificate of a thumbprint.
    #[must_use]
    pub fn has_shown(&self, wanted: Thumbprint) -> bool {
        let shown = self.certificate.as_ref();
        shown.is_some_and(|shown| shown.thumbprint == wanted)
    }
}
