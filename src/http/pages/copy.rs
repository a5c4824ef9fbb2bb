//! The page of a person's package, piece by piece: it needs nothing else and may be long.

use std::io::{self, Write};

use askama::Template;

use super::{Language, Words};
use crate::store::LeftOut;

/// Something with a title, and what is said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyFacts {
    /// Its title.
    pub title: String,
    /// Labels, and what each says.
    pub facts: Vec<(String, String)>,
}

/// What stands before the tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyHead {
    /// Its language.
    pub language: Language,
    /// Of when it is.
    pub lead: String,
    /// The tables: where each stands, and its title.
    pub contents: Vec<(String, String)>,
    /// Who decides.
    pub who: Vec<CopyFacts>,
    /// What the data are used for.
    pub purposes: Vec<CopyFacts>,
    /// Which systems hold some.
    pub systems: Vec<CopyFacts>,
    /// What the person may do.
    pub rights: String,
    /// To whom they may complain.
    pub authority: String,
    /// What is not in it, and why.
    pub left_out: Vec<String>,
}

/// What is not in a package, in words: the rules that hold for all, and what systems did not tell.
#[must_use]
pub fn left_out(w: Words, systems: &[LeftOut]) -> Vec<String> {
    let rules = ["staff", "others", "notes", "hashes"];
    let told = systems.iter().map(|one| {
        let key = format!("data-left-{}", one.why);
        w.get_with(&key, &[("system", &one.system)])
    });
    rules
        .iter()
        .map(|rule| w.code("data-not", rule))
        .chain(told)
        .collect()
}

#[derive(Template)]
#[template(path = "copy_head.html")]
struct Head<'a> {
    w: Words,
    about: &'a CopyHead,
    title: String,
}

#[derive(Template)]
#[template(path = "copy_table.html")]
struct Begin<'a> {
    id: &'a str,
    title: &'a str,
}

#[derive(Template)]
#[template(path = "copy_row.html")]
struct Row<'a> {
    facts: &'a [(String, String)],
}

#[derive(Template)]
#[template(path = "copy_table_end.html")]
struct End {
    says: Option<String>,
}

#[derive(Template)]
#[template(path = "copy_foot.html")]
struct Foot {
    w: Words,
}

/// Writes what stands before the tables.
///
/// # Errors
/// Whatever `out` gives.
pub fn copy_head(out: &mut dyn Write, head: &CopyHead) -> io::Result<()> {
    let w = Words::of(head.language);
    let title = w.get("me-data");
    Head {
        w,
        about: head,
        title,
    }
    .write_into(out)
}

/// Begins a table.
///
/// # Errors
/// Whatever `out` gives.
pub fn copy_table(out: &mut dyn Write, (id, title): (&str, &str)) -> io::Result<()> {
    Begin { id, title }.write_into(out)
}

/// Writes a row.
///
/// # Errors
/// Whatever `out` gives.
pub fn copy_row(out: &mut dyn Write, facts: &[(String, String)]) -> io::Result<()> {
    Row { facts }.write_into(out)
}

/// Ends a table of so many rows, of which at most so many are shown.
///
/// # Errors
/// Whatever `out` gives.
pub fn copy_table_end(
    out: &mut dyn Write,
    language: Language,
    (count, shown, file): (u64, u64, &str),
) -> io::Result<()> {
    let w = Words::of(language);
    let says = match count {
        0 => Some(w.get("copy-empty")),
        more if more > shown => {
            let shown = w.number(shown);
            Some(w.get_with("copy-more", &[("shown", &shown), ("file", file)]))
        }
        _ => None,
    };
    End { says }.write_into(out)
}

/// Ends the page.
///
/// # Errors
/// Whatever `out` gives.
pub fn copy_foot(out: &mut dyn Write, language: Language) -> io::Result<()> {
    let w = Words::of(language);
    Foot { w }.write_into(out)
}
