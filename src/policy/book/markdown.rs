//! The book as a page that people read.

use super::elsewhere::{Elsewhere, How};
use super::{Book, Entry, Place};
use std::collections::BTreeMap;

/// The book in Markdown.
#[must_use]
pub fn markdown(book: &Book) -> String {
    let mut page = head(book);
    let tables = [
        ("Encoded in policies", ENCODED, None),
        ("Carried out by other code", CODE, Some(How::Code)),
        ("Not built, or not whole", NOT_BUILT, Some(How::NotBuilt)),
        (
            "Asks nothing of the service",
            NO_DECISION,
            Some(How::NoDecision),
        ),
    ];
    for (title, words, how) in tables {
        let rows: Vec<String> = book
            .rules
            .iter()
            .filter(|entry| entry.how() == how)
            .map(row)
            .collect();
        page.push_str(&format!("\n## {title} ({})\n{words}\n\n", rows.len()));
        page.push_str("| rule | says | where | tested by |\n|---|---|---|---|\n");
        page.push_str(&rows.concat());
    }
    page
}

const ENCODED: &str =
    "A policy decides on it. Cases are examples of the rule; `placet policy test` runs them.";
const CODE: &str = "No policy decides on it, because it is not about one use of one person's data. Paths are those of the source.";
const NOT_BUILT: &str =
    "The service does not do this yet, or only the part that is named. Nobody may rely on it.";
const NO_DECISION: &str = "A fine, a duty of people, a definition, a draft.";

impl Entry {
    fn how(&self) -> Option<How> {
        match &self.place {
            Place::Policies(_) => None,
            Place::Elsewhere(elsewhere) => Some(elsewhere.how),
        }
    }
}

fn head(book: &Book) -> String {
    let all = book.rules.len();
    let doubtful = book.rules.iter().filter(|entry| !entry.confirmed).count();
    format!(
        "# The law, rule by rule\n\
         <!-- Generated: `placet policy law > docs/law.md`. Edit policies, cases and policies/law/elsewhere.toml instead. -->\n\n\
         All {all} rules of `policies/law/rules.json`: which policy encodes each and which cases test it, or where\n\
         else it lives and why it is no rule on a decision. None is left out: the program refuses to write this page\n\
         with a rule missing. Not legal advice; each rule cites its source so that a lawyer can check it.\n\n\
         **⚠ marks the {doubtful} rules whose source nobody has confirmed**, or not in whole. A policy that rests on\n\
         one says so in every explanation.\n"
    )
}

fn row(entry: &Entry) -> String {
    let rule = &entry.rule;
    let doubt = if entry.confirmed {
        String::new()
    } else {
        format!("<br>⚠ Source not confirmed: {}", cell(&rule.status))
    };
    format!(
        "| **{}** {}<br>{}; {}{doubt} | {} | {} | {} |\n",
        rule.id,
        cell(&rule.title),
        cell(&rule.jurisdiction),
        cell(&rule.source),
        cell(&rule.statement),
        place(&entry.place),
        tested(entry),
    )
}

fn place(place: &Place) -> String {
    match place {
        Place::Policies(policies) => by_file(policies),
        Place::Elsewhere(Elsewhere { files, why, .. }) if files.is_empty() => cell(why),
        Place::Elsewhere(Elsewhere { files, why, .. }) => {
            format!("{}<br>{}", cell(why), code(files))
        }
    }
}

fn tested(entry: &Entry) -> String {
    let mut parts = Vec::new();
    if let Place::Elsewhere(elsewhere) = &entry.place
        && !elsewhere.tests.is_empty()
    {
        parts.push(code(&elsewhere.tests));
    }
    if !entry.cases.is_empty() {
        parts.push(by_file(&entry.cases));
    }
    if parts.is_empty() {
        parts.push("–".to_owned());
    }
    parts.join("<br>")
}

fn code(paths: &[String]) -> String {
    let quoted: Vec<String> = paths.iter().map(|path| format!("`{path}`")).collect();
    quoted.join(", ")
}

fn by_file(names: &[(String, String)]) -> String {
    let mut files: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (file, name) in names {
        files.entry(file).or_default().push(name);
    }
    let lines: Vec<String> = files
        .iter()
        .map(|(file, names)| format!("`{file}`: {}", names.join(", ")))
        .collect();
    lines.join("<br>")
}

/// Text that cannot break out of its cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
        .replace('<', "&lt;")
        .replace('\n', " ")
}
