//! The settings of an index over several nodes.

use super::config::{Config, ConfigError};
use crate::domain::shard::Shard;
use crate::store::DatabaseUrl;

/// Whom this node holds in memory, where that is not everybody.
///
/// # Errors
/// Where the setting is none, or there is no node beside this one.
pub fn shard(config: &Config, database: &DatabaseUrl) -> Result<Option<Shard>, ConfigError> {
    let (name, told) = ("index_shard", config.get("index_shard"));
    if told.is_empty() {
        return Ok(None);
    }
    let wrong = |mend: String| ConfigError::Value { name, mend };
    let shard = told
        .parse()
        .map_err(|error| wrong(format!("is {told:?} and {error}")))?;
    match database {
        DatabaseUrl::Postgres(_) => Ok(Some(shard)),
        DatabaseUrl::Sqlite(_) => Err(wrong(
            "needs PostgreSQL, over which other nodes hold the other parts; leave it out with SQLite"
                .into(),
        )),
    }
}
