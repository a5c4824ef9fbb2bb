//! What the line shows and believes, read from the texts of its files.

use crate::domain::personal::Secret;
use pki_types::pem::PemObject;
use pki_types::{CertificateDer, PrivateKeyDer};
use rustls::crypto::CryptoProvider;
use rustls::sign::CertifiedKey;
use rustls::{InconsistentKeys, RootCertStore};

/// A certificate and its key, as they stand in files.
pub struct Papers {
    /// The certificate, and after it those between it and its authority (PEM).
    pub chain: Vec<u8>,
    /// Its private key (PEM).
    pub key: Secret<Vec<u8>>,
}

/// Something about the files cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// There is no certificate.
    #[error(
        "tls_certificate must name a file of certificates (PEM), the service's own first, then those up to its authority"
    )]
    Certificate,
    /// There is no key.
    #[error(
        "tls_key must name the file of the certificate's private key (PEM), without a passphrase"
    )]
    Key,
    /// The two do not belong together.
    #[error("tls_key is not the key of the first certificate in tls_certificate")]
    OtherKey,
    /// They certify nothing.
    #[error("tls_client_ca must name a file of authorities' certificates (PEM)")]
    Authorities,
    /// Anything else.
    #[error("tls_certificate and tls_key cannot be used: {0}")]
    Other(rustls::Error),
}

impl From<rustls::Error> for Unusable {
    fn from(error: rustls::Error) -> Self {
        match error {
            rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => Self::OtherKey,
            rustls::Error::InvalidCertificate(_) => Self::Certificate,
            other => Self::Other(other),
        }
    }
}

impl Papers {
    pub(super) fn read(&self, algorithms: &CryptoProvider) -> Result<CertifiedKey, Unusable> {
        let chain = certificates(&self.chain).ok_or(Unusable::Certificate)?;
        let key = PrivateKeyDer::from_pem_slice(self.key.expose()).map_err(|_| Unusable::Key)?;
        Ok(CertifiedKey::from_der(chain, key, algorithms)?)
    }
}

/// Authorities whose certificates are believed.
pub(super) fn authorities(pem: &[u8]) -> Result<RootCertStore, Unusable> {
    let mut roots = RootCertStore::empty();
    for one in certificates(pem).ok_or(Unusable::Authorities)? {
        roots.add(one).map_err(|_| Unusable::Authorities)?;
    }
    Ok(roots)
}

/// All of a text, one at least.
fn certificates(pem: &[u8]) -> Option<Vec<CertificateDer<'static>>> {
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    all.ok().filter(|all| !all.is_empty())
}
