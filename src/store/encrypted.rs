//! The encrypted way to a `PostgreSQL` server, by the words of its own address: `sslmode` and `sslrootcert`. Where it is
//! asked for, the server proves by a certificate that it is the one that the address names: an encrypted line
//! to anybody would keep nobody out.

use diesel_async::AsyncPgConnection;
use pki_types::CertificateDer;
use pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use tokio_postgres::Config;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

/// The modes that ask for it; here they are all the same.
pub(super) const MODES: [&str; 3] = ["require", "verify-ca", "verify-full"];

/// An address that asks for encryption.
pub(super) struct Encrypted {
    /// Without the words that say how.
    url: String,
    roots: RootCertStore,
}

impl Encrypted {
    /// What an address asks for; `None` where it asks for none.
    ///
    /// # Errors
    /// What is wrong with it, and how to mend it.
    pub fn of(url: &str) -> Result<Option<Self>, String> {
        let (place, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut mode, mut root, mut rest) = ("disable", None, Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("sslmode", value)) => mode = value,
                Some(("sslrootcert", value)) => root = Some(value),
                _ => rest.push(pair),
            }
        }
        let wanted = match mode {
            "disable" => false,
            mode if MODES.contains(&mode) => true,
            _ => return Err("sslmode must be disable, or verify-full: anything between may be no encryption at all".into()),
        };
        if !wanted && root.is_some() {
            return Err("sslrootcert is of use with sslmode=verify-full only".into());
        }
        let joint = if rest.is_empty() { "" } else { "?" };
        let url = format!("{place}{joint}{}", rest.join("&"));
        wanted
            .then(|| {
                Ok(Self {
                    url,
                    roots: roots(root)?,
                })
            })
            .transpose()
    }

    /// Connects; `bounded` bounds how long that may take.
    ///
    /// # Errors
    /// Why it cannot.
    pub async fn connect(
        self,
        bounded: impl Fn(&str) -> String,
    ) -> Result<AsyncPgConnection, String> {
        let line = line(self.roots)?;
        let mut at: Config = bounded(&self.url).parse().map_err(told)?;
        at.ssl_mode(SslMode::Require);
        let connected = at.connect(line).await;
        let (client, connection) = connected.map_err(told)?;
        let connection = AsyncPgConnection::try_from_client_and_connection(client, connection);
        connection.await.map_err(|error| error.to_string())
    }
}

/// An encrypted line to another server, which must have a certificate of its own name by one of these authorities: those of
/// a file (PEM), or those that browsers believe.
///
/// # Errors
/// What is wrong with the file.
pub fn encrypted_line(authorities: Option<&str>) -> Result<MakeRustlsConnect, String> {
    line(roots(authorities)?)
}

fn line(roots: RootCertStore) -> Result<MakeRustlsConnect, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

/// Whose certificates are believed: those of a file, or those that browsers believe.
fn roots(file: Option<&str>) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    let Some(file) = file.filter(|file| *file != "system") else {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        return Ok(roots);
    };
    let unread = |why: String| {
        format!("the file of authorities, {file}, is none of certificates (PEM): {why}")
    };
    let certificates = CertificateDer::pem_file_iter(Path::new(file));
    for one in certificates.map_err(|error| unread(error.to_string()))? {
        let one = one.map_err(|error| unread(error.to_string()))?;
        roots.add(one).map_err(|error| unread(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(unread("there is none in it".into()));
    }
    Ok(roots)
}

/// With what is behind it: that a certificate is of somebody else stands there.
fn told(error: tokio_postgres::Error) -> String {
    let behind = error.source().map(|why| format!(": {why}"));
    format!("{error}{}", behind.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn url(text: &str) -> Result<Option<String>, String> {
        Encrypted::of(text).map(|found| found.map(|encrypted| encrypted.url))
    }

    #[test]
    fn an_address_says_whether_it_is_encrypted() {
        for plain in [
            "postgres://a@db/x",
            "postgres://a@db/x?sslmode=disable&connect_timeout=9",
        ] {
            assert_eq!(url(plain), Ok(None), "{plain}");
        }
        for mode in ["require", "verify-ca", "verify-full"] {
            let asked = format!("postgres://a:b@db/x?connect_timeout=9&sslmode={mode}&options=c");
            let rest = "postgres://a:b@db/x?connect_timeout=9&options=c".to_owned();
            assert_eq!(url(&asked), Ok(Some(rest)));
        }
    }

    #[test]
    fn what_may_be_no_encryption_is_refused() {
        for half in ["prefer", "allow", "", "Require", "yes"] {
            let refused = url(&format!("postgres://a@db/x?sslmode={half}")).unwrap_err();
            assert!(refused.contains("verify-full"), "{refused}");
        }
        assert!(url("postgres://a@db/x?sslrootcert=/ca.pem").is_err());
        let lacking =
            url("postgres://a@db/x?sslmode=require&sslrootcert=/nowhere.pem").unwrap_err();
        assert!(lacking.contains("/nowhere.pem"), "{lacking}");
    }

    #[test]
    fn a_file_without_certificates_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let asked = format!(
            "postgres://a@db/x?sslmode=require&sslrootcert={}",
            file.path().display()
        );
        assert!(url(&asked).unwrap_err().contains("there is none in it"));
    }
}
