//! `placet catalogue …`: purposes and notices as files under version control.

use super::config::Config;
use super::open;
use super::output::{Exit, Failure, print, say};
use crate::access::{Grant, Principal, PublishCatalogue, ReadCatalogue, authorize};
use crate::app::Refusal;
use crate::app::publish::{Difference, Publication};
use clap::Subcommand;
use serde_json::json;
use std::path::{Path, PathBuf};

/// `placet catalogue …`
#[derive(Subcommand)]
pub enum CatalogueCommand {
    /// Show what the files would change, and change it
    #[command(after_help = "Example: placet catalogue apply catalogue --dry-run")]
    Apply {
        /// Directory of *.toml files
        directory: PathBuf,
        /// Show only
        #[arg(long)]
        dry_run: bool,
    },
    /// Write what is in force as files
    #[command(after_help = "Example: placet catalogue export catalogue")]
    Export {
        /// Directory to write to
        directory: PathBuf,
    },
}

/// Runs `placet catalogue …`.
///
/// # Errors
/// Where files cannot be read or published.
pub fn run(command: &CatalogueCommand, config: &Config, as_json: bool) -> Result<Exit, Failure> {
    match command {
        CatalogueCommand::Apply { directory, dry_run } => {
            apply(directory, *dry_run, config, as_json)
        }
        CatalogueCommand::Export { directory } => export(directory, config),
    }
}

fn apply(directory: &Path, dry_run: bool, config: &Config, as_json: bool) -> Result<Exit, Failure> {
    let publication = read(directory)?;
    let app = open(config)?;
    let difference = app.difference(&publication)?;
    if as_json {
        print(&json!({ "difference": difference, "applied": !dry_run }).to_string())?;
    } else {
        show(&difference)?;
    }
    if dry_run || difference.is_empty() {
        return Ok(Exit::Ok);
    }
    let grant: Grant<PublishCatalogue> = authorize(&Principal::Operator).map_err(Refusal::from)?;
    let now = app.now();
    actix_web::rt::System::new().block_on(app.publish(&grant, publication, now, None))?;
    say("in force from now on");
    Ok(Exit::Ok)
}

fn show(difference: &[Difference]) -> Result<Exit, Failure> {
    if difference.is_empty() {
        return print("nothing to change: all of it is in force");
    }
    let line = |one: &Difference| format!("{:<8} {:<10} {}", one.change, one.kind, one.name);
    print(&difference.iter().map(line).collect::<Vec<_>>().join("\n"))
}

fn read(directory: &Path) -> Result<Publication, Failure> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(directory)
        .map_err(|error| {
            Failure::usage(format!("{} cannot be read: {error}", directory.display()))
        })?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    files.sort();
    if files.is_empty() {
        return Err(Failure::usage(format!(
            "{} holds no *.toml file",
            directory.display()
        )));
    }
    let mut all = Publication::default();
    for file in files {
        let text = std::fs::read_to_string(&file)?;
        let one: Publication = toml::from_str(&text)
            .map_err(|error| Failure::usage(format!("{}: {error}", file.display())))?;
        all.controllers.extend(one.controllers);
        all.purposes.extend(one.purposes);
        all.notices.extend(one.notices);
    }
    Ok(all)
}

fn export(directory: &Path, config: &Config) -> Result<Exit, Failure> {
    let app = open(config)?;
    let grant: Grant<ReadCatalogue> = authorize(&Principal::Operator).map_err(Refusal::from)?;
    let catalogue = app.catalogue(&grant, None)?;
    std::fs::create_dir_all(directory)?;
    let write = |name: &str, publication: &Publication| {
        let text = toml::to_string_pretty(publication)
            .map_err(|error| Failure::failed(error.to_string()))?;
        std::fs::write(directory.join(name), text).map_err(Failure::from)
    };
    let controllers = catalogue.controllers.values().cloned().collect();
    write(
        "controllers.toml",
        &Publication {
            controllers,
            ..Publication::default()
        },
    )?;
    for purpose in catalogue.purposes.values() {
        let notices = catalogue
            .notices
            .values()
            .filter(|notice| notice.purpose == purpose.id)
            .cloned()
            .collect();
        let one = Publication {
            controllers: Vec::new(),
            purposes: vec![purpose.clone()],
            notices,
        };
        write(&format!("purpose-{}.toml", purpose.id), &one)?;
    }
    print(&format!(
        "{} purposes and {} notices written",
        catalogue.purposes.len(),
        catalogue.notices.len()
    ))
}
