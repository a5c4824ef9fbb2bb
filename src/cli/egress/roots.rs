//! Whose certificates are believed where we call: on the open network those that browsers believe; an operator may
//! name others, alone, for systems of own networks and for the provider of sign-in.

use super::Kind;
use crate::cli::config::{Config, ConfigError};
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

/// Those that were named.
#[derive(Debug, Clone, Default)]
pub(super) struct Roots {
    own: Option<RootCerts>,
    provider: Option<RootCerts>,
}

impl Roots {
    pub fn of(config: &Config) -> Result<Self, ConfigError> {
        Ok(Self {
            own: read(config, "egress_roots")?,
            provider: read(config, "oidc_roots")?,
        })
    }

    /// How certificates are looked at where something of that kind is called.
    pub fn tls(&self, kind: Kind) -> TlsConfig {
        let named = match kind {
            Kind::Own => &self.own,
            Kind::Provider => &self.provider,
            Kind::Open | Kind::Signed | Kind::Server => &None,
        };
        let roots = named.clone().unwrap_or(RootCerts::WebPki);
        TlsConfig::builder().root_certs(roots).build()
    }
}

fn read(config: &Config, name: &'static str) -> Result<Option<RootCerts>, ConfigError> {
    let file = config.get(name);
    if file.is_empty() {
        return Ok(None);
    }
    let wrong = || {
        let mend =
            format!("must name a file of authorities' certificates (PEM), which {file} is not");
        ConfigError::Value { name, mend }
    };
    let pem = std::fs::read(&file).map_err(|_| wrong())?;
    let items: Result<Vec<PemItem<'static>>, _> = parse_pem(&pem).collect();
    let items = items.map_err(|_| wrong())?;
    let all = items.into_iter().filter_map(|item| match item {
        PemItem::Certificate(one) => Some(one),
        _ => None,
    });
    let all: Vec<_> = all.collect();
    if all.is_empty() {
        return Err(wrong());
    }
    Ok(Some(RootCerts::from(all)))
}
