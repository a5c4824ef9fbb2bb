//! The customer's ways in: mails and who carries them, signing in, confirming, the header's one click.

mod confirming;
mod first_choices;
mod headers;
mod history;
mod mails;
pub mod own_login;
mod rights;
pub mod signing_in;

use std::time::Duration;

use crate::shop::Shop;
use crate::support::database::Db;
use crate::support::http::{Http, Reply};
use crate::support::process;

pub const FOLDER: [(&str, &str); 1] = [("PLACET_SMTP_URL", "folder")];

/// A mail of the folder.
#[derive(Debug, Clone)]
pub struct Letter {
    pub text: String,
    pub html: String,
}

impl Letter {
    /// The path of its link.
    pub fn link(&self) -> String {
        let line = self.text.lines().find(|line| line.starts_with("http"));
        let (_, rest) = line.expect("a link").split_once("://").expect("an address");
        format!("/{}", rest.split_once('/').expect("a path").1)
    }

    /// The six digits.
    pub fn code(&self) -> String {
        let words = self.text.split(|c: char| !c.is_ascii_digit());
        let mut codes = words.filter(|word| word.len() == 6);
        codes.next().expect("a code").to_owned()
    }

    /// Another code than its own.
    pub fn wrong_code(&self) -> String {
        let number: u32 = self.code().parse().unwrap();
        format!("{:06}", (number + 1) % 1_000_000)
    }
}

/// The mails in the folder, the oldest first.
pub fn letters(db: &Db) -> Vec<Letter> {
    let folder = db.data_dir().join("mails");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "txt"))
        .collect();
    paths.sort();
    let read = |path: std::path::PathBuf| Letter {
        html: std::fs::read_to_string(path.with_extension("html")).unwrap(),
        text: std::fs::read_to_string(path).unwrap(),
    };
    paths.into_iter().map(read).collect()
}

/// Waits until so many mails are there; the last.
#[track_caller]
pub fn letter(db: &Db, count: usize) -> Letter {
    let there = process::until(Duration::from_secs(30), || letters(db).len() >= count);
    let all = letters(db);
    assert!(there, "{} mails, not {count}", all.len());
    all.last().cloned().unwrap()
}

/// Waits until no wish to sign in and no mail waits.
#[track_caller]
pub fn settled(db: &Db) {
    let waits = "(SELECT count(*) FROM sign_ins WHERE looked_at IS NULL) + (SELECT count(*) FROM mails WHERE state = 'waiting')";
    let done = process::until(Duration::from_secs(30), || db.ask(waits).trim() == "0");
    assert!(done, "something still waits");
}

/// A cookie that an answer sets, as the browser sends it back.
#[track_caller]
pub fn cookie(reply: &Reply, name: &str) -> String {
    let all = reply.headers.get_all("set-cookie").iter();
    let mut texts = all.map(|value| value.to_str().unwrap());
    let found = texts.find(|text| text.starts_with(&format!("{name}=")));
    let found = found.unwrap_or_else(|| panic!("no {name}: {:?}", reply.headers));
    for guard in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(found.contains(guard), "{found}");
    }
    found.split(';').next().unwrap().to_owned()
}

/// A browser of the shop that speaks English.
pub fn browser(shop: &Shop) -> Http {
    let http = shop.server.http().header("accept-language", "en");
    http.header("sec-fetch-site", "same-origin")
}

/// A hidden field of a page.
#[track_caller]
pub fn hidden(page: &str, name: &str) -> String {
    let mark = format!("name=\"{name}\" value=\"");
    let (_, rest) = page
        .split_once(&mark)
        .unwrap_or_else(|| panic!("no {name} in {page}"));
    rest.split('"').next().unwrap().to_owned()
}
