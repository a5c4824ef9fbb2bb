//! The three host names that are configured: all of them, or none.

use super::config::{Config, ConfigError};
use crate::domain::registry::brand::Host;
use crate::http::hosts::Hosts;

/// Those that are configured.
///
/// # Errors
/// Where one is no name, two are the same, one is missing, or customers' links lead elsewhere.
pub fn of(config: &Config) -> Result<Option<Hosts>, ConfigError> {
    let set = |name: &str| !config.get(name).is_empty();
    if !["customer_host", "console_host", "api_host"]
        .map(set)
        .contains(&true)
    {
        return Ok(None);
    }
    let hosts = Hosts {
        customers: host(config, "customer_host")?,
        console: host(config, "console_host")?,
        api: host(config, "api_host")?,
    };
    if hosts.console == hosts.customers {
        return Err(wrong("console_host", "must be another than customer_host"));
    }
    if hosts.api == hosts.customers || hosts.api == hosts.console {
        let mend = "must be another than customer_host and console_host";
        return Err(wrong("api_host", mend));
    }
    let url = config.get("public_url");
    let place = url.split_once("://").map_or("", |(_, rest)| rest);
    if !hosts.customers.is_named_by(place) {
        let mend = "must be an address at customer_host, like https://choices.example.com: customers' links begin with it";
        return Err(wrong("public_url", mend));
    }
    Ok(Some(hosts))
}

fn host(config: &Config, name: &'static str) -> Result<Host, ConfigError> {
    let mend = "must be a host name like console.example.com, without scheme or port: customer_host, console_host and \
                api_host are set together";
    Host::try_from(config.get(name)).map_err(|_| wrong(name, mend))
}

fn wrong(name: &'static str, mend: &str) -> ConfigError {
    let mend = mend.into();
    ConfigError::Value { name, mend }
}
