//! `placet link …`.

use super::check::PersonArgs;
use super::config::Config;
use super::open;
use super::output::{Exit, Failure, print};
use crate::access::{Grant, IssueLinks, Principal, authorize};
use crate::app::Refusal;
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
}

/// Runs `placet link …`.
///
/// # Errors
/// Where it could not be done.
pub fn run(command: &LinkCommand, config: &Config, as_json: bool) -> Result<Exit, Failure> {
    let LinkCommand::Create { person } = command;
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
