//! The way out for mails: a mail server, or a folder for who only tries the service; and `placet mail …`.

mod folder;
mod smtp;

use super::config::{Config, ConfigError};
use super::egress::{Egress, Failed};
use super::open;
use super::output::{Exit, Failure, print};
use crate::access::{Grant, ManageMail, Principal, authorize};
use crate::app::Refusal;
use crate::app::mail::{Postman, Tray};
use clap::Subcommand;
use folder::Folder;
use serde_json::json;
use smtp::Smtp;
use std::path::Path;
use std::sync::Arc;

/// The setting that puts mails into a folder.
const FOLDER: &str = "folder";

/// Who carries mails, and where they lie if they are not sent.
pub struct Post {
    /// Who carries them.
    pub postman: Arc<dyn Postman>,
    /// Where they lie.
    pub tray: Option<Arc<dyn Tray>>,
}

/// The way out that is configured; `None` where no mail goes out.
///
/// # Errors
/// Where a setting cannot be used.
pub fn post(config: &Config) -> Result<Option<Post>, Failure> {
    match config.get("smtp_url").as_str() {
        "" => Ok(None),
        FOLDER => {
            let data = config.get("data_dir");
            let folder = Arc::new(Folder::open(&Path::new(&data).join("mails"))?);
            Ok(Some(Post {
                postman: folder.clone(),
                tray: Some(folder),
            }))
        }
        url => {
            let from = config.get("mail_from");
            let wrong = |(name, mend): (&'static str, &str)| ConfigError::Value {
                name,
                mend: mend.into(),
            };
            let postman = Smtp::new(url, &from, Egress::of(config)?).map_err(wrong)?;
            Ok(Some(Post {
                postman: Arc::new(postman),
                tray: None,
            }))
        }
    }
}

/// Whether the mail server that is configured may be called; `None` where there is none.
#[must_use]
pub fn look(config: &Config) -> Option<Result<(), Failed>> {
    let url = config.get("smtp_url");
    if url.is_empty() || url == FOLDER {
        return None;
    }
    // what cannot be read keeps the service from starting, which says so
    let smtp = Smtp::new(&url, &config.get("mail_from"), Egress::of(config).ok()?).ok()?;
    Some(smtp.look().map(drop))
}

/// `placet mail …`
#[derive(Subcommand)]
pub enum MailCommand {
    /// Have mails that were given up tried again, but for those whose links have run out
    #[command(
        after_help = "Example: placet mail retry\n\nAfter what kept the mail server from taking them is mended."
    )]
    Retry,
}

/// Runs `placet mail …`.
///
/// # Errors
/// Where it could not be done.
pub fn run(command: &MailCommand, config: &Config, as_json: bool) -> Result<Exit, Failure> {
    let MailCommand::Retry = command;
    let app = open(config)?;
    let grant: Grant<ManageMail> = authorize(&Principal::Operator).map_err(Refusal::from)?;
    let count = app.revive_mails(&grant, app.now())?;
    if as_json {
        return print(&json!({ "retried": count }).to_string());
    }
    print(&count.to_string())
}
