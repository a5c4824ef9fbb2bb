//! The encrypted line to listen on, as it is configured.

use super::config::{Config, ConfigError};
use super::output::Failure;
use crate::domain::personal::Secret;
use crate::domain::time::{Now, rfc3339};
use crate::http::tls::{Line, Papers};
use crate::jobs::certificate::Renewal;
use chrono::TimeDelta;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

/// How long before its end a certificate is complained about: what renews them by itself is done by then.
const SOON: TimeDelta = TimeDelta::days(14);

/// The files of the line.
pub struct Files {
    certificate: String,
    key: String,
}

impl Files {
    /// Those that are configured; `None` where the line is plain.
    ///
    /// # Errors
    /// Where one is missing.
    pub fn of(config: &Config) -> Result<Option<Self>, ConfigError> {
        let names = ["tls_certificate", "tls_key", "tls_client_ca"];
        let [certificate, key, authorities] = names.map(|name| config.get(name));
        let missing = |name| {
            let mend = "must name a file: tls_certificate and tls_key are set together, and tls_client_ca with them";
            let mend = mend.into();
            Err(ConfigError::Value { name, mend })
        };
        match (certificate.is_empty(), key.is_empty()) {
            (true, true) if authorities.is_empty() => Ok(None),
            (true, _) => missing("tls_certificate"),
            (_, true) => missing("tls_key"),
            _ => Ok(Some(Self { certificate, key })),
        }
    }

    /// What is in them now.
    ///
    /// # Errors
    /// Where they cannot be read, or anybody on the machine may read the key.
    pub fn read(&self) -> Result<Papers, String> {
        let unread = |file: &str, error| format!("{file} cannot be read: {error}");
        let about = std::fs::metadata(&self.key).map_err(|error| unread(&self.key, error))?;
        if about.permissions().mode() & 0o007 != 0 {
            let key = &self.key;
            return Err(format!(
                "tls_key {key} can be read by everybody; run: chmod o= {key}"
            ));
        }
        let read = |file: &str| std::fs::read(file).map_err(|error| unread(file, error));
        Ok(Papers {
            chain: read(&self.certificate)?,
            key: Secret::new(read(&self.key)?),
        })
    }

    /// What shows the certificate anew.
    pub fn renewal(self, line: Arc<Line>) -> Renewal {
        Box::new(move |now| {
            let before = line.ends_at();
            let papers = self.read()?;
            line.renew(&papers).map_err(|error| error.to_string())?;
            if line.ends_at() != before {
                tracing::info!("another certificate is shown");
            }
            ends_soon(&line, now).map_or(Ok(()), Err)
        })
    }
}

/// The line that is configured, and its files; `None` where it is plain.
///
/// # Errors
/// Where something about the files cannot be used.
pub fn line(config: &Config) -> Result<Option<(Arc<Line>, Files)>, Failure> {
    let Some(files) = Files::of(config)? else {
        return Ok(None);
    };
    let papers = files.read().map_err(Failure::usage)?;
    let authorities = match config.get("tls_client_ca") {
        file if file.is_empty() => None,
        file => Some(std::fs::read(&file).map_err(|error| {
            Failure::usage(format!("tls_client_ca {file} cannot be read: {error}"))
        })?),
    };
    let line = Line::new(&papers, authorities.as_deref());
    let line = line.map_err(|error| Failure::usage(error.to_string()))?;
    Ok(Some((Arc::new(line), files)))
}

/// What is to be said of a certificate that ends soon, or has ended.
pub fn ends_soon(line: &Line, now: Now) -> Option<String> {
    let ends = line.ends_at()?;
    let told = || {
        let ends = rfc3339(ends);
        format!(
            "tls_certificate ends at {ends}: put the renewed one in its place; it is taken up within seconds"
        )
    };
    (ends - now.utc() < SOON).then(told)
}
