//! Who is called, and whether they may be: their names are asked for and their addresses looked at. Nobody
//! is called.

use super::{Finding, Standing, found};
use crate::app::witness::Witness;
use crate::cli::config::Config;
use crate::cli::egress::{Egress, Failed, Host, Kind, Target};
use crate::cli::mail;
use crate::domain::systems::{Address, System, Via};
use std::time::Duration;

const ABOUT: &str = "calls that go out";
const PATIENCE: Duration = Duration::from_secs(5);

/// Those of the configuration.
pub(super) fn configured(config: &Config) -> Vec<Finding> {
    let egress = match Egress::of(config) {
        Ok(egress) => egress,
        Err(error) => return vec![found(ABOUT, Standing::Wrong, error.to_string())],
    };
    let stamps = config.get("timestamp_url");
    let stamps = (!stamps.is_empty()).then_some(("the timestamping authority", stamps));
    let witnesses = config.get("witnesses");
    let witnesses = witnesses
        .split_whitespace()
        .filter_map(|text| text.parse::<Witness>().ok())
        .map(|witness| ("a witness", witness.url));
    let mut all: Vec<Finding> = witnesses
        .chain(stamps)
        .map(|(who, url)| told(who, by_http(&egress, &url, Kind::Signed)))
        .collect();
    all.extend(mail::look(config).map(|looked| told("the mail server", looked)));
    all
}

/// Those that are registered.
pub(super) fn registered(config: &Config, systems: &[System]) -> Vec<Finding> {
    // what is wrong with the settings is told of those of the configuration
    let Ok(egress) = Egress::of(config) else {
        return Vec::new();
    };
    let each = systems.iter().filter_map(|system| {
        let looked = match &system.via {
            Via::Postgres(sql) => server(&egress, &sql.at, 5432),
            Via::Mysql(sql) => server(&egress, &sql.at, 3306),
            Via::Webhook(hook) => by_http(&egress, &hook.url, Kind::of_hook(hook)),
            Via::Sqlite(_) | Via::Folder(_) | Via::Manual(_) => return None,
        };
        Some(told(&format!("the system {}", system.id), looked))
    });
    each.collect()
}

fn by_http(egress: &Egress, url: &str, kind: Kind) -> Result<(), Failed> {
    let target = Target::of(url, kind)?;
    egress
        .places(&target.host, target.port, kind, PATIENCE)
        .map(drop)
}

fn server(egress: &Egress, at: &Address, usual: u16) -> Result<(), Failed> {
    let (host, port) = (Host::of(&at.host)?, at.port.unwrap_or(usual));
    egress.places(&host, port, Kind::Server, PATIENCE).map(drop)
}

fn told(who: &str, looked: Result<(), Failed>) -> Finding {
    match looked {
        Ok(()) => found(ABOUT, Standing::Ok, format!("{who} may be called")),
        Err(failed) => found(ABOUT, Standing::Wrong, format!("{who}: {failed}")),
    }
}
