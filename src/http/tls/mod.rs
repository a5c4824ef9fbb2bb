//! The service's own encrypted line (rustls, TLS 1.2 and 1.3): the certificate that it shows, renewed while it serves,
//! and those that clients may show (RFC 8705).

mod client;
mod own;
mod papers;
mod shown;
#[cfg(test)]
mod tests;

pub use client::keep_certificate;
pub use own::own_line;
pub use papers::{Papers, Unusable};

use crate::domain::time::from_micros;
use chrono::{DateTime, Utc};
use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, ring::default_provider};
use rustls::server::WebPkiClientVerifier;
use shown::Shown;
use std::sync::{Arc, LazyLock};

/// The one implementation of TLS's algorithms: of key exchanges and ciphers it has none but those of TLS 1.3, and of
/// TLS 1.2 those with forward secrecy and authenticated encryption.
static ALGORITHMS: LazyLock<Arc<CryptoProvider>> = LazyLock::new(|| Arc::new(default_provider()));

/// An encrypted line to listen on.
pub struct Line {
    config: ServerConfig,
    shown: Arc<Shown>,
}

impl Line {
    /// A line that shows a certificate, and asks clients for theirs where `authorities` (PEM) are given that make
    /// them. Who has none comes in as before: browsers do.
    ///
    /// # Errors
    /// What about the files cannot be used.
    pub fn new(papers: &Papers, authorities: Option<&[u8]>) -> Result<Self, Unusable> {
        let shown = Arc::new(Shown::new(papers.read(&ALGORITHMS)?));
        let config = ServerConfig::builder_with_provider(ALGORITHMS.clone())
            .with_safe_default_protocol_versions()?;
        let config = match authorities {
            None => config.with_no_client_auth(),
            Some(pem) => {
                let roots = Arc::new(papers::authorities(pem)?);
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(roots, ALGORITHMS.clone())
                        .allow_unauthenticated()
                        .build();
                config.with_client_cert_verifier(verifier.map_err(|_| Unusable::Authorities)?)
            }
        };
        let config = config.with_cert_resolver(shown.clone());
        Ok(Self { config, shown })
    }

    /// Shows another certificate from the next line on; lines that are open stay.
    ///
    /// # Errors
    /// What about the files cannot be used; then the one before is shown on.
    pub fn renew(&self, papers: &Papers) -> Result<(), Unusable> {
        self.shown.put(papers.read(&ALGORITHMS)?);
        Ok(())
    }

    /// When the certificate that is shown ends; `None` where it never does.
    #[must_use]
    pub fn ends_at(&self) -> Option<DateTime<Utc>> {
        self.shown.ends_at()
    }

    pub(super) fn config(&self) -> ServerConfig {
        self.config.clone()
    }
}

/// When a certificate (DER) ends.
fn end_of(certificate: &pki_types::CertificateDer<'_>) -> Option<DateTime<Utc>> {
    // the library tells it only to whoever asks about an instant after that: the last of the year 9999
    let late = std::time::Duration::from_secs(253_402_300_799);
    let late = pki_types::UnixTime::since_unix_epoch(late);
    let anchor = webpki::anchor_from_trusted_cert(certificate).ok()?;
    let own = webpki::EndEntityCert::try_from(certificate).ok()?;
    let algorithms = ALGORITHMS.signature_verification_algorithms.all;
    let usage = webpki::KeyUsage::server_auth();
    let anchors = [anchor];
    let verified = own.verify_for_usage(algorithms, &anchors, &[], late, usage, None, None);
    match verified.err()? {
        webpki::Error::CertExpired { not_after, .. } => {
            let seconds = i64::try_from(not_after.as_secs()).ok()?;
            Some(from_micros(seconds.checked_mul(1_000_000)?))
        }
        _ => None,
    }
}
