//! A set of packs as the command line names it.

use crate::cli::config::Config;
use crate::cli::output::Failure;
use crate::policy::{Pack, PolicySource};

/// Loads `shipped` or a directory.
///
/// # Errors
/// Where it cannot be read.
pub fn load(name: &str, _config: &Config) -> Result<Pack, Failure> {
    let source = match name {
        "shipped" => PolicySource::Embedded,
        directory => PolicySource::Directory(directory.into()),
    };
    source
        .load()
        .map_err(|error| Failure::usage(error.to_string()))
}
