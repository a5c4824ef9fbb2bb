//! The page on which a customer has a copy of their data made, and downloads it.

use askama::Template;

use super::frame::rendered;
use super::{Frame, PostForm, When, Words, copy::left_out, moment};
use crate::store::LeftOut;

/// How a copy stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CopyState {
    /// It is being made.
    Waiting,
    /// It is there.
    Ready(CopyFile),
    /// It could not be made.
    Failed,
    /// Its time is over.
    Expired,
}

/// The file of a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyFile {
    /// Its tables, each with how many rows.
    pub tables: Vec<(String, u64)>,
    /// How large it is, in kilobytes.
    pub kilobytes: u64,
    /// Its SHA-256.
    pub sha256: String,
    /// Until when it is there.
    pub until: When,
    /// How often it was downloaded.
    pub downloads: u64,
    /// What systems hold and is not in it, in words.
    pub left_out: Vec<String>,
    /// Downloads it; none for who signed in too long ago.
    pub download: Option<PostForm>,
}

/// A copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyCard {
    /// When it was asked for.
    pub asked_at: When,
    /// The number of the request that it answers.
    pub request: Option<String>,
    /// How it stands.
    pub state: CopyState,
    /// Where to look again, while it is being made.
    pub again_url: Option<String>,
}

/// The page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnDataPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// The names of the tables.
    pub contents: Vec<&'static str>,
    /// Whether other systems hold something that a copy made here lacks.
    pub has_systems: bool,
    /// Asks for a copy.
    pub ask: PostForm,
    /// Too many were asked for.
    pub too_many: bool,
    /// They signed in too long ago to download.
    pub stale: bool,
    /// The newest first.
    pub copies: Vec<CopyCard>,
    /// Where to sign in again.
    pub sign_in_url: String,
    /// Back to the customer's page.
    pub me_url: String,
}

#[derive(Template)]
#[template(path = "own_data.html")]
struct View<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a OwnDataPage,
    title: String,
}

impl CopyFile {
    /// What of systems is not in it, in words.
    #[must_use]
    pub fn lacks(w: Words, systems: &[LeftOut]) -> Vec<String> {
        let rules = left_out(w, &[]).len();
        left_out(w, systems).split_off(rules)
    }
}

impl CopyCard {
    fn title(&self, w: Words) -> String {
        w.get_with("data-asked", &[("when", &moment(w, &self.asked_at))])
    }

    fn says(&self, w: Words) -> Option<String> {
        Some(w.get(match self.state {
            CopyState::Ready(_) => return None,
            CopyState::Waiting => "data-waiting",
            CopyState::Failed => "data-failed",
            CopyState::Expired => "data-expired",
        }))
    }

    const fn file(&self) -> Option<&CopyFile> {
        match &self.state {
            CopyState::Ready(file) => Some(file),
            _ => None,
        }
    }

    fn facts(&self, w: Words) -> Vec<(String, String)> {
        let Some(file) = self.file() else {
            return Vec::new();
        };
        let size = w.number(file.kilobytes);
        vec![
            (w.get("data-until"), moment(w, &file.until)),
            (
                w.get("data-size"),
                w.get_with("data-kilo", &[("shown", &size)]),
            ),
            (w.get("data-hash"), file.sha256.clone()),
            (w.get("data-downloads"), w.number(file.downloads)),
        ]
    }
}

impl OwnDataPage {
    fn left_out(&self, w: Words) -> Vec<String> {
        let mut told = left_out(w, &[]);
        if self.has_systems {
            told.push(w.get("data-not-systems"));
        }
        told
    }

    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        let alarmed = self.too_many || self.stale;
        rendered(&View {
            w,
            frame: &self.frame,
            page: self,
            title: self.frame.title(&w.get("me-data"), alarmed),
        })
    }
}
