//! `placet link …`.

use super::check::PersonArgs;
use super::config::Config;
use super::open;
use super::output::{Exit, Failure, print};
use crate::access::{Grant, IssueLinks, Principal, authorize};
use crate::app::Refusal;
use crate::domain::registry::Slug;
use crate::domain::time::rfc3339;
use clap::Subcommand;
use serde_json::json;

/// `placet link …`
#[derive(Subcommand)]
pub enum LinkCommand {
    /// Make a link to a person's own choices; it is shown this once
    #[command(after_help = "Example: placet link create --email anne@example.fr")]
    Create {
        #[command(flatten)]
        person: PersonArgs,
    },
    /// Draw the code that leads to a brand's way in, for a shop's counter: an SVG to print
    #[command(after_help = "Example: placet link code --brand default --place lille-2 > lille.svg")]
    Code {
        /// The controller
        #[arg(long)]
        brand: Slug,
        /// The place, by its id among the controller's places
        #[arg(long)]
        place: Option<String>,
    },
}

/// Runs `placet link …`.
///
/// # Errors
/// Where it could not be done.
pub fn run(command: &LinkCommand, config: &Config, as_json: bool) -> Result<Exit, Failure> {
    match command {
        LinkCommand::Create { person } => create(person, config, as_json),
        LinkCommand::Code { brand, place } => code(brand, place.as_deref(), config, as_json),
    }
}

/// The address says brand and place, and nothing about anybody.
fn code(
    brand: &Slug,
    place: Option<&str>,
    config: &Config,
    as_json: bool,
) -> Result<Exit, Failure> {
    let url = open(config)?.way_in(brand, place)?;
    if as_json {
        return print(&json!({ "url": url }).to_string());
    }
    let drawn = crate::http::qr::svg(&url).map_err(|error| Failure::failed(error.to_string()))?;
    print(&drawn)
}

fn create(person: &PersonArgs, config: &Config, as_json: bool) -> Result<Exit, Failure> {
    let app = open(config)?;
    let grant: Grant<IssueLinks> = authorize(&Principal::Operator).map_err(Refusal::from)?;
    let named = person.named(&app)?;
    let now = app.now();
    let link = actix_web::rt::System::new().block_on(app.issue_link(&grant, named, None, now))?;
    if as_json {
        let text = json!({ "url": link.url, "stop_url": link.stop_url, "expires_at": rfc3339(link.expires_at) });
        return print(&text.to_string());
    }
    print(&link.url)
}
