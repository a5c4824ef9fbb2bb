//! Configuration: flags, then variables `PLACET_…`, then `placet.toml`, then defaults.

use super::Settings;
use super::output::{Exit, Failure, print};
use crate::domain::time::Entropy;
use crate::store::without_password;
use serde_json::json;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::Path;

/// Every setting: name, default, whether it may hold a secret, what it is.
const SETTINGS: &[(&str, &str, bool)] = &[
    ("listen", "127.0.0.1:8080", false),
    ("database_url", "", true),
    ("database_owner_url", "", true),
    ("data_dir", "./placet-data", false),
    ("master_key_file", "", false),
    ("master_key_command", "", false),
    ("key_directory", "", false),
    ("erasure_register", "", false),
    ("policies", "", false),
    ("public_url", "", false),
    ("tls_certificate", "", false),
    ("tls_key", "", false),
    ("tls_client_ca", "", false),
    ("head_seconds", "5", false),
    ("body_seconds", "30", false),
    ("drain_seconds", "", false),
    ("client_limit", "5000", false),
    ("network_limit", "200", false),
    ("customer_host", "", false),
    ("console_host", "", false),
    ("api_host", "", false),
    ("origin", "", false),
    ("country", "FR", false),
    ("timezone", "Europe/Paris", false),
    ("language", "fr", false),
    ("log", "info", false),
    ("workers", "0", false),
    // which part of the persons this node holds in memory, like 2/8; nothing: everybody
    ("index_shard", "", false),
    // which nodes hold the parts, like 1/8=http://10.0.0.7:8080
    ("index_nodes", "", false),
    ("witnesses", "", false),
    ("timestamp_url", "", true),
    ("timestamp_chain", "", false),
    ("smtp_url", "", true),
    ("mail_from", "", false),
    ("trusted_proxies", "127.0.0.1,::1", false),
    ("egress_allow", "", false),
    ("egress_ports", "", false),
    ("egress_roots", "", false),
    ("export_hours", "24", false),
    ("staff_second_factor", "required", false),
    ("second_person", "required", false),
    ("staff_idle_minutes", "30", false),
    ("staff_session_hours", "12", false),
    ("oidc_issuer", "", false),
    ("oidc_client_id", "", false),
    ("oidc_client_secret_file", "", false),
    ("oidc_roots", "", false),
    ("oidc_name", "", false),
    ("oidc_scopes", "openid", false),
    ("oidc_groups_claim", "groups", false),
    ("oidc_roles", "", false),
    ("oidc_name_claim", "preferred_username", false),
    ("oidc_amr", "", false),
    ("oidc_acr", "", false),
    ("oidc_passwords", "", false),
    // so many persons' files a member of staff may look at within an hour before an alarm is raised
    ("views_alarm", "60", false),
    ("retention_notice", "30", false),
    ("retention_proof", "P5Y", false),
    ("backup_period", "", false),
    // for how long recorded decisions are kept; nothing: as long as the registry
    ("decisions_kept", "P5Y", false),
];

/// The configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{file} cannot be read: {why}")]
    File {
        /// Which.
        file: String,
        /// Why.
        why: String,
    },
    /// A line of the file is no setting.
    #[error(
        "{file} has a setting that does not exist: {name}; there are {}",
        names()
    )]
    Unknown {
        /// Which file.
        file: String,
        /// Which setting.
        name: String,
    },
    /// A value cannot be used.
    #[error("the setting {name} {mend}")]
    Value {
        /// Which setting.
        name: &'static str,
        /// What it must be.
        mend: String,
    },
}

fn names() -> String {
    SETTINGS
        .iter()
        .map(|setting| setting.0)
        .collect::<Vec<_>>()
        .join(", ")
}

/// The effective configuration.
pub struct Config {
    values: BTreeMap<&'static str, (String, String)>,
}

impl Config {
    /// Gathers the configuration; `flags` are those of one command.
    ///
    /// # Errors
    /// Where a file cannot be read or has an unknown setting.
    pub fn load(
        settings: &Settings,
        flags: &[(&'static str, Option<String>)],
    ) -> Result<Self, ConfigError> {
        let file = Self::file(settings)?;
        let mut given: BTreeMap<&str, String> = BTreeMap::new();
        let global = [
            ("database_url", &settings.database_url),
            ("data_dir", &settings.data_dir),
            ("master_key_file", &settings.master_key_file),
            ("key_directory", &settings.key_directory),
            ("erasure_register", &settings.erasure_register),
            ("policies", &settings.policies),
            ("public_url", &settings.public_url),
        ];
        given.extend(
            global
                .into_iter()
                .filter_map(|(name, value)| Some((name, value.clone()?))),
        );
        given.extend(
            flags
                .iter()
                .filter_map(|(name, value)| Some((*name, value.clone()?))),
        );
        let values = SETTINGS
            .iter()
            .map(|(name, default, _)| (*name, Self::resolve(name, default, &given, &file)));
        Ok(Self {
            values: values.collect(),
        })
    }

    fn resolve(
        name: &str,
        default: &str,
        given: &BTreeMap<&str, String>,
        file: &BTreeMap<String, String>,
    ) -> (String, String) {
        let variable = format!("PLACET_{}", name.to_uppercase());
        if let Some(value) = given.get(name) {
            return (value.clone(), "flag".into());
        }
        if let Ok(value) = std::env::var(&variable) {
            return (value, variable);
        }
        match file.get(name) {
            Some(value) => (value.clone(), "placet.toml".into()),
            None => (default.to_owned(), "default".into()),
        }
    }

    fn file(settings: &Settings) -> Result<BTreeMap<String, String>, ConfigError> {
        let (path, asked) = match &settings.config {
            Some(path) => (path.as_path(), true),
            None => (Path::new("placet.toml"), false),
        };
        let file = path.display().to_string();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if !asked && error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(BTreeMap::new());
            }
            Err(error) => {
                return Err(ConfigError::File {
                    file,
                    why: error.to_string(),
                });
            }
        };
        let table: toml::Table = toml::from_str(&text).map_err(|error| ConfigError::File {
            file: file.clone(),
            why: error.message().to_owned(),
        })?;
        let known = |name: &str| SETTINGS.iter().any(|setting| setting.0 == name);
        if let Some(name) = table.keys().find(|name| !known(name)) {
            return Err(ConfigError::Unknown {
                file,
                name: name.clone(),
            });
        }
        let is_plain = |value: &toml::Value| value.is_str() || value.is_integer();
        let plain = |value: &toml::Value| {
            let text = value.as_str().map(str::to_owned);
            text.unwrap_or_else(|| value.to_string())
        };
        let text = |(name, value): (String, toml::Value)| match value {
            toml::Value::String(text) => Ok((name, text)),
            toml::Value::Integer(_) | toml::Value::Boolean(_) => Ok((name, value.to_string())),
            toml::Value::Array(all) if all.iter().all(is_plain) => {
                let all: Vec<String> = all.iter().map(plain).collect();
                Ok((name, all.join(" ")))
            }
            _ => Err(ConfigError::File {
                file: file.clone(),
                why: format!("{name} must be a text, a number or a list of these"),
            }),
        };
        table.into_iter().map(text).collect()
    }

    /// A value; empty where there is none.
    #[must_use]
    pub fn get(&self, name: &str) -> String {
        self.values
            .get(name)
            .map(|value| value.0.clone())
            .unwrap_or_default()
    }

    /// The parts of a value that is a list, with commas or spaces between.
    #[must_use]
    pub fn list(&self, name: &str) -> Vec<String> {
        let value = self.get(name);
        let parts = value.split(|sign: char| sign == ',' || sign.is_whitespace());
        let parts = parts.filter(|one| !one.is_empty());
        parts.map(str::to_owned).collect()
    }

    /// A value that reads as `T`.
    ///
    /// # Errors
    /// Where it does not.
    pub fn read<T: std::str::FromStr>(
        &self,
        name: &'static str,
        mend: &str,
    ) -> Result<T, ConfigError> {
        self.get(name).parse().map_err(|_| ConfigError::Value {
            name,
            mend: mend.into(),
        })
    }

    /// A number within bounds.
    ///
    /// # Errors
    /// Where it is none, or beyond them.
    pub fn number(
        &self,
        name: &'static str,
        within: RangeInclusive<i64>,
    ) -> Result<i64, ConfigError> {
        let mend = format!(
            "must be a number from {} to {}",
            within.start(),
            within.end()
        );
        let given: i64 = self.read(name, &mend)?;
        if within.contains(&given) {
            Ok(given)
        } else {
            Err(ConfigError::Value { name, mend })
        }
    }

    /// The address that customers' links begin with.
    #[must_use]
    pub fn public_url(&self, default: &str) -> String {
        match self.get("public_url").as_str() {
            "" => default.to_owned(),
            url => url.to_owned(),
        }
    }

    /// The name of a new log: what the operator says, or a random one.
    ///
    /// # Errors
    /// Where it is no name or randomness is missing.
    pub fn origin(&self, entropy: &dyn Entropy) -> Result<String, Failure> {
        let origin = self.get("origin");
        if origin.is_empty() {
            let random: [u8; 6] = crate::domain::time::random(entropy)
                .map_err(|error| Failure::failed(error.to_string()))?;
            return Ok(format!(
                "placet.localhost/{}",
                crate::audit::encoding::hex(&random)
            ));
        }
        let fits = origin.len() <= 128
            && origin
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "._-/:".contains(c));
        let mend =
            "must have at most 128 letters, digits and . _ - / : like log.example.com/registry";
        if fits {
            Ok(origin)
        } else {
            Err(ConfigError::Value {
                name: "origin",
                mend: mend.into(),
            }
            .into())
        }
    }

    /// Prints every setting with its origin, and no secret.
    ///
    /// # Errors
    /// Where standard output is closed.
    pub fn print(&self, as_json: bool) -> Result<Exit, Failure> {
        let shown = |name: &str, value: &str| {
            let secret = SETTINGS
                .iter()
                .any(|setting| setting.0 == name && setting.2);
            if secret {
                without_password(value)
            } else {
                value.to_owned()
            }
        };
        if as_json {
            let all: BTreeMap<_, _> = self
                .values
                .iter()
                .map(|(name, (value, origin))| {
                    (
                        *name,
                        json!({ "value": shown(name, value), "origin": origin }),
                    )
                })
                .collect();
            return print(&serde_json::to_string_pretty(&all).unwrap_or_default());
        }
        let line = |(name, (value, origin)): (&&str, &(String, String))| {
            format!("{name} = {:?}  # {origin}", shown(name, value))
        };
        print(&self.values.iter().map(line).collect::<Vec<_>>().join("\n"))
    }
}
