//! A line to the service on this machine itself, by whoever wants to know whether it is there.

use super::ALGORITHMS;
use pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, Error, SignatureScheme, StreamOwned,
    crypto,
};
use std::io::{Read, Write};
use std::net::IpAddr;
use std::sync::Arc;

/// An encrypted line to an address of this machine. Whose certificate is shown there is not asked, since it is for the
/// name that others call the service by: nothing may be said on this line that is not for everybody.
///
/// # Errors
/// Where no line can be made.
pub fn own_line<S: Read + Write>(
    stream: S,
    address: IpAddr,
) -> std::io::Result<StreamOwned<ClientConnection, S>> {
    let config = ClientConfig::builder_with_provider(ALGORITHMS.clone())
        .with_safe_default_protocol_versions()
        .map_err(std::io::Error::other)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Whoever))
        .with_no_client_auth();
    let name = ServerName::from(address);
    let client = ClientConnection::new(Arc::new(config), name).map_err(std::io::Error::other)?;
    Ok(StreamOwned::new(client, stream))
}

/// Believes every certificate whose key the other side has.
#[derive(Debug)]
struct Whoever;

impl ServerCertVerifier for Whoever {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &ALGORITHMS.signature_verification_algorithms;
        crypto::verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &ALGORITHMS.signature_verification_algorithms;
        crypto::verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        ALGORITHMS
            .signature_verification_algorithms
            .supported_schemes()
    }
}
