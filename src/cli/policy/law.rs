//! `placet policy law`: the book of rules.

use super::{compile, wrong};
use crate::cli::output::{Exit, Failure, print};
use crate::policy::PolicySource;
use crate::policy::book::{Book, markdown};

/// Prints the book, or everything that keeps it from being whole.
pub(super) fn run(source: &PolicySource, as_json: bool) -> Result<Exit, Failure> {
    let book = match book(source) {
        Ok(book) => book,
        Err(what) => return wrong(&what.join("\n")),
    };
    if as_json {
        return print(&serde_json::json!(book).to_string());
    }
    print(markdown(&book).trim_end())
}

fn book(source: &PolicySource) -> Result<Book, Vec<String>> {
    let told = |error: crate::policy::PolicyError| vec![error.to_string()];
    let engine = compile(source).map_err(told)?;
    let law = source.law().map_err(told)?;
    let cases = source.cases().map_err(told)?;
    Book::make(&law, engine.policies(), &cases)
}
