//! The way out for mails: a mail server, or a folder for who only tries the service.

mod folder;
mod smtp;

use super::config::{Config, ConfigError};
use super::output::Failure;
use crate::app::mail::{Postman, Tray};
use folder::Folder;
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
            let postman = Smtp::new(url, &from).map_err(wrong)?;
            Ok(Some(Post {
                postman: Arc::new(postman),
                tray: None,
            }))
        }
    }
}
