//! `placet catalogue …`: brands, purposes and notices as files under version control.

use super::config::Config;
use super::open;
use super::output::{Exit, Failure, print, say};
use crate::access::{Grant, Principal, PublishCatalogue, ReadCatalogue, authorize};
use crate::app::Refusal;
use crate::app::publish::{Difference, Publication};
use crate::domain::registry::Controller;
use crate::domain::registry::brand::{MOST, Picture};
use clap::Subcommand;
use serde_json::json;
use std::io::Read;
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
        let wrong = |error: String| Failure::usage(format!("{}: {error}", file.display()));
        let mut one: Publication =
            toml::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        one.read_pictures(|name| picture(directory, name))
            .map_err(wrong)?;
        all.controllers.extend(one.controllers);
        all.purposes.extend(one.purposes);
        all.notices.extend(one.notices);
    }
    Ok(all)
}

/// A logo's bytes, of a file beside the catalogue's. No more is read than a logo may have.
fn picture(directory: &Path, name: &str) -> Result<Vec<u8>, String> {
    let plain = Path::new(name).file_name().is_some_and(|last| last == name);
    if !plain {
        return Err("must be a file in the catalogue's own directory".to_owned());
    }
    let unread = |error: std::io::Error| format!("cannot be read: {error}");
    let file = std::fs::File::open(directory.join(name)).map_err(unread)?;
    let mut bytes = Vec::new();
    file.take(MOST as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(unread)?;
    Ok(bytes)
}

/// Writes the pictures of logos beside the catalogue's files, which then name them.
fn put_pictures(directory: &Path, controllers: &mut [Controller]) -> Result<(), Failure> {
    for controller in controllers {
        let Some(logo) = controller
            .brand
            .as_mut()
            .and_then(|brand| brand.logo.as_mut())
        else {
            continue;
        };
        if let Picture::Data(image) = &logo.image {
            let name = format!("logo-{}.{}", controller.id, image.kind().ending());
            std::fs::write(directory.join(&name), image.bytes())?;
            logo.image = Picture::File(name);
        }
    }
    Ok(())
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
    let mut controllers: Vec<Controller> = catalogue.controllers.values().cloned().collect();
    put_pictures(directory, &mut controllers)?;
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
