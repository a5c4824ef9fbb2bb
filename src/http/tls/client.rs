//! The certificate that a client has shown.

use crate::audit::tree::sha256;
use crate::domain::peer::{ClientCertificate, Thumbprint};
use crate::domain::registry::brand::Host;
use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use pki_types::CertificateDer;
use std::any::Any;
use std::sync::Arc;

/// Keeps beside a line what its client has shown on it, if that is an encrypted line and it has shown something.
pub fn keep_certificate(line: &dyn Any, kept: &mut Extensions) {
    let shown = line
        .downcast_ref::<TlsStream<TcpStream>>()
        .and_then(|line| {
            let own = line.get_ref().1.peer_certificates()?.first()?;
            Some(Arc::new(read(own)))
        });
    if let Some(shown) = shown {
        kept.insert::<Arc<ClientCertificate>>(shown);
    }
}

/// What it is for. That its authority may make certificates for these names was looked at when the line was opened;
/// here each is a name to the letter, and one with a star is none.
pub(super) fn read(certificate: &CertificateDer<'_>) -> ClientCertificate {
    let own = webpki::EndEntityCert::try_from(certificate).ok();
    let names = own.iter().flat_map(|own| own.valid_dns_names());
    let names = names.filter_map(|name| Host::try_from(name.to_owned()).ok());
    ClientCertificate {
        thumbprint: Thumbprint(sha256(&[certificate])),
        names: names.collect(),
    }
}
