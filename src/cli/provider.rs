//! The provider by which staff sign in: its settings, and the way out to it.

use super::config::{Config, ConfigError};
use super::doors::RoleArg;
use super::egress::{Egress, Kind, Order};
use crate::app::provider::{
    Answer, GroupRole, OwnProof, Provider, ProviderCourier, ProviderSettings, Unreached,
};
use crate::domain::personal::Secret;
use crate::domain::registry::{Bounds, Role};
use clap::ValueEnum;
use std::sync::Arc;
use std::time::Duration;

/// Who has not answered by then is away: somebody waits for it.
const PATIENCE: Duration = Duration::from_secs(5);

/// The way out to it.
struct HttpProvider {
    egress: Egress,
    kind: Kind,
}

impl HttpProvider {
    fn order<'a>(&self, url: &'a str, body: &'a str, most: u64) -> Order<'a> {
        Order {
            url,
            kind: self.kind,
            content_type: "application/x-www-form-urlencoded",
            headers: &[],
            body: body.as_bytes(),
            within: PATIENCE,
            most,
        }
    }
}

impl ProviderCourier for HttpProvider {
    fn get(&self, url: &str, most: u64) -> Result<Answer, Unreached> {
        let answer = self.egress.get(&self.order(url, "", most));
        let answer = answer.map_err(|failed| Unreached(failed.to_string()))?;
        Ok((answer.status, answer.body))
    }

    fn post(
        &self,
        url: &str,
        form: &Secret<String>,
        authorization: Option<&Secret<String>>,
        most: u64,
    ) -> Result<Answer, Unreached> {
        let header = authorization.map(|value| ("authorization", value.expose().as_str()));
        let order = Order {
            headers: header.as_slice(),
            ..self.order(url, form.expose(), most)
        };
        let answer = self.egress.post(&order);
        let answer = answer.map_err(|failed| Unreached(failed.to_string()))?;
        Ok((answer.status, answer.body))
    }
}

/// The provider that is configured.
///
/// # Errors
/// Where a setting cannot be used.
pub fn of(config: &Config) -> Result<Option<Provider>, ConfigError> {
    let issuer = config.get("oidc_issuer");
    if issuer.is_empty() {
        return Ok(None);
    }
    let kind = kind(&issuer)?;
    let egress = Egress::of(config)?;
    let courier = Arc::new(HttpProvider { egress, kind });
    Ok(Some(Provider::new(settings(config, issuer)?, courier)))
}

/// Over a line in clear only to this machine.
fn kind(issuer: &str) -> Result<Kind, ConfigError> {
    let host = issuer.strip_prefix("http://").map(|rest| {
        let host = rest.split('/').next().unwrap_or_default();
        host.split(':').next().unwrap_or_default()
    });
    match host {
        None if issuer.starts_with("https://") && !issuer.contains(['?', '#']) => {
            Ok(Kind::Provider)
        }
        Some("localhost" | "127.0.0.1") => Ok(Kind::Signed),
        _ => Err(wrong(
            "oidc_issuer",
            "must be the provider's issuer, to the letter: an https:// address (http:// to this machine alone)",
        )),
    }
}

fn settings(config: &Config, issuer: String) -> Result<ProviderSettings, ConfigError> {
    let client = config.get("oidc_client_id");
    if client.is_empty() {
        return Err(wrong(
            "oidc_client_id",
            "must be what the provider calls this service",
        ));
    }
    let mut scopes = config.list("oidc_scopes");
    if !scopes.iter().any(|scope| scope == "openid") {
        scopes.insert(0, "openid".into());
    }
    let names = config.list("oidc_passwords");
    Ok(ProviderSettings {
        proof: proof(config)?,
        name: name(config, &issuer),
        scopes,
        groups_claim: config.get("oidc_groups_claim"),
        name_claim: config.get("oidc_name_claim"),
        roles: roles(config)?,
        amr: config.list("oidc_amr"),
        acr: config.list("oidc_acr"),
        passwords: (!names.is_empty()).then_some(names),
        issuer,
        client,
    })
}

fn name(config: &Config, issuer: &str) -> String {
    let host = issuer.split("://").last().unwrap_or_default();
    match config.get("oidc_name").trim() {
        "" => host.split('/').next().unwrap_or_default().to_owned(),
        name => name.to_owned(),
    }
}

fn proof(config: &Config) -> Result<OwnProof, ConfigError> {
    let file = config.get("oidc_client_secret_file");
    if file.is_empty() {
        return Ok(OwnProof::Key);
    }
    let text = std::fs::read_to_string(file).map(Secret::new);
    let secret = text.map(|text| Secret::new(text.expose().trim().to_owned()));
    match secret {
        Ok(secret) if !secret.expose().is_empty() => Ok(OwnProof::Secret(secret)),
        _ => Err(wrong(
            "oidc_client_secret_file",
            "must name a file that holds the secret and nothing else",
        )),
    }
}

fn roles(config: &Config) -> Result<Vec<GroupRole>, ConfigError> {
    let lines = config.list("oidc_roles");
    lines.iter().map(|line| role(line)).collect()
}

/// `group=role`, or `group=role/brand/brand`.
fn role(line: &str) -> Result<GroupRole, ConfigError> {
    let mend = || {
        let mend = format!(
            "has {line:?}, which must be GROUP=ROLE, or GROUP=agent/BRAND/BRAND: `placet roles` tells the roles"
        );
        ConfigError::Value {
            name: "oidc_roles",
            mend,
        }
    };
    let (group, opens) = line.rsplit_once('=').ok_or_else(mend)?;
    let mut parts = opens.split('/');
    let role = RoleArg::from_str(parts.next().unwrap_or_default(), false);
    let role = role.map(Role::from).map_err(|_| mend())?;
    let brands = parts.map(|brand| brand.to_owned().try_into());
    let brands: Result<_, _> = brands.collect();
    let bounds = Bounds {
        brands: brands.map_err(|_| mend())?,
        ..Bounds::default()
    };
    let fits = !group.is_empty() && (bounds.brands.is_empty() || role.can_be_bound());
    let group = group.to_owned();
    let line = GroupRole {
        group,
        role,
        bounds,
    };
    fits.then_some(line).ok_or_else(mend)
}

fn wrong(name: &'static str, mend: &str) -> ConfigError {
    let mend = mend.into();
    ConfigError::Value { name, mend }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_group_opens_a_role() {
        let dpo = role("/placet/dpo=dpo").unwrap();
        assert_eq!((dpo.group.as_str(), dpo.role), ("/placet/dpo", Role::Dpo));
        let agents = role("shop=agent/lumen/atlas").unwrap();
        assert_eq!(
            (agents.role, agents.bounds.brands.len()),
            (Role::Collector, 2)
        );
        for wrong in [
            "dpo",
            "=dpo",
            "g=boss",
            "g=dpo/lumen",
            "g=agent/",
            "g=",
            "g=agent/A B",
        ] {
            assert!(role(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_line_in_clear_leads_to_this_machine_alone() {
        assert_eq!(kind("https://id.example/realms/x").unwrap(), Kind::Provider);
        assert_eq!(
            kind("http://127.0.0.1:8081/realms/x").unwrap(),
            Kind::Signed
        );
        for wrong in [
            "http://id.example",
            "http://127.0.0.1.evil.example",
            "http://localhost@evil.example",
            "ftp://x",
            "https://id.example/?x",
        ] {
            assert!(kind(wrong).is_err(), "{wrong}");
        }
    }
}
