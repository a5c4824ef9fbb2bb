//! Every text that a customer was or is asked by, version by version.

use super::open::App;
use super::refusal::Refusal;
use crate::domain::registry::{Catalogue, Notice, Purpose};
use chrono::{DateTime, Utc};

/// One version of a notice.
#[derive(Debug, Clone)]
pub struct TextVersion {
    /// Its words.
    pub notice: Notice,
    /// From when on they were shown.
    pub since: DateTime<Utc>,
    /// Until when; none for those in force.
    pub until: Option<DateTime<Utc>>,
    /// The version before.
    pub before: Option<Notice>,
}

/// The texts of one purpose, the newest first.
#[derive(Debug, Clone)]
pub struct PurposeTexts {
    /// The purpose.
    pub purpose: Purpose,
    /// The versions.
    pub versions: Vec<TextVersion>,
}

impl App {
    /// The catalogue, and the texts of every purpose that has any. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn texts(&self) -> Result<(Catalogue, Vec<PurposeTexts>), Refusal> {
        let (catalogue, notices) = self.store.read(|tx| {
            let catalogue = tx.catalogue(&self.serve)?;
            Ok::<_, Refusal>((catalogue, tx.notice_versions(&self.serve)?))
        })?;
        let purposes = catalogue.purposes.values().cloned();
        let texts = purposes.map(|purpose| {
            let own = notices
                .iter()
                .filter(|(notice, _)| notice.purpose == purpose.id);
            let versions = versions(own.cloned().collect());
            PurposeTexts { purpose, versions }
        });
        let texts = texts.filter(|texts| !texts.versions.is_empty()).collect();
        Ok((catalogue, texts))
    }
}

/// Each with its end and the one before it, the newest first.
fn versions(mut notices: Vec<(Notice, DateTime<Utc>)>) -> Vec<TextVersion> {
    notices.sort_by_key(|(_, since)| *since);
    let ends = notices.iter().skip(1).map(|(_, since)| Some(*since));
    let ends = ends.chain([None]);
    let before = notices.iter().map(|(notice, _)| Some(notice.clone()));
    let before = [None].into_iter().chain(before);
    let version = |(((notice, since), until), before): (((Notice, _), _), _)| TextVersion {
        notice,
        since,
        until,
        before,
    };
    let all = notices.clone().into_iter().zip(ends).zip(before);
    let mut all: Vec<TextVersion> = all.map(version).collect();
    all.reverse();
    all
}
