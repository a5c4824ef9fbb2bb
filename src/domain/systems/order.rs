//! The order in which systems are asked: whoever yields an identifier before whoever is asked by it.

use super::file::{Fault, Registered};
use super::system::System;
use crate::domain::registry::IdentifierKind;
use std::collections::BTreeSet;

/// A system in its place, with those that must have been read before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InOrder<'a> {
    /// The system.
    pub system: &'a System,
    /// Those that yield what it is asked by.
    pub after: Vec<&'a System>,
}

/// Those that yield what a system is asked by.
fn before<'a>(all: &[&'a System], system: &System) -> Vec<&'a System> {
    let yields = |other: &&&System| other.id != system.id && other.yields.contains(&system.asks_by);
    all.iter().filter(yields).copied().collect()
}

/// Systems in the order in which they are asked. What stands in a circle stays out.
#[must_use]
pub fn ordered<'a>(systems: &[&'a System]) -> Vec<InOrder<'a>> {
    let mut left: Vec<InOrder<'a>> = systems
        .iter()
        .map(|system| InOrder {
            system,
            after: before(systems, system),
        })
        .collect();
    let (mut done, mut placed) = (BTreeSet::new(), Vec::new());
    while let Some(at) = left
        .iter()
        .position(|one| one.after.iter().all(|other| done.contains(&other.id)))
    {
        let next = left.remove(at);
        done.insert(next.system.id.clone());
        placed.push(next);
    }
    placed
}

/// What is wrong with systems as they stand together.
#[must_use]
pub fn faults(all: &[Registered]) -> Vec<Fault> {
    let systems: Vec<&System> = all.iter().map(|one| &one.system).collect();
    let placed: BTreeSet<_> = ordered(&systems)
        .iter()
        .map(|one| one.system.id.clone())
        .collect();
    let (mut seen, mut found) = (BTreeSet::new(), Vec::new());
    for one in all {
        let system = &one.system;
        let mut say = |what| {
            found.push(Fault {
                file: one.file.clone(),
                line: one.line,
                what,
            });
        };
        let known = IdentifierKind::parse(system.asks_by.as_str()).is_some();
        if !seen.insert(system.id.clone()) {
            say(format!("{} is registered twice", system.id));
        } else if !known && before(&systems, system).is_empty() {
            say(format!(
                "{} is asked by {}, which no other system yields; a request itself brings {}",
                system.id,
                system.asks_by,
                IdentifierKind::ALL.map(IdentifierKind::as_str).join(", ")
            ));
        } else if !placed.contains(&system.id) {
            say(format!(
                "{} waits for itself: the systems that yield {} are asked by what follows from it",
                system.id, system.asks_by
            ));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use crate::domain::systems::read;

    fn text(id: &str, asks_by: &str, yields: &str) -> String {
        format!(
            "[[system]]\nid = \"{id}\"\ntitle = \"T\"\nowner = \"o\"\nholds = [\"contact\"]\nasks_by = \"{asks_by}\"\nyields = [{yields}]\n[system.via]\nkind = \"manual\"\ninstructions = \"look\"\n"
        )
    }

    fn all(texts: &[String]) -> Vec<Registered> {
        let whole = texts.concat();
        read("s.toml", &whole).unwrap()
    }

    #[test]
    fn keys_lead_from_one_to_the_next() {
        let all = all(&[
            text("tickets", "order_no", ""),
            text("shop", "customer_no", "\"order_no\""),
            text("crm", "email", "\"customer_no\""),
        ]);
        assert_eq!(faults(&all), []);
        let systems: Vec<&System> = all.iter().map(|one| &one.system).collect();
        let order: Vec<String> = ordered(&systems)
            .iter()
            .map(|one| one.system.id.to_string())
            .collect();
        assert_eq!(order, ["crm", "shop", "tickets"]);
    }

    #[test]
    fn what_cannot_be_ordered_is_named_with_its_line() {
        let orphan = faults(&all(&[
            text("crm", "email", ""),
            text("shop", "customer_no", ""),
        ]));
        assert_eq!(orphan.len(), 1);
        assert_eq!((orphan[0].line, orphan[0].file.as_str()), (11, "s.toml"));
        assert!(orphan[0].what.contains("no other system yields"));
        let circle = faults(&all(&[text("a", "x", "\"y\""), text("b", "y", "\"x\"")]));
        assert_eq!(circle.len(), 2);
        assert!(circle[0].what.contains("waits for itself"));
        let twice = faults(&all(&[text("a", "email", ""), text("a", "email", "")]));
        assert!(twice[0].what.contains("twice"));
    }

    #[test]
    fn a_file_that_says_what_it_may_not_is_refused_with_its_line() {
        let secret =
            text("a", "email", "").replace("instructions", "password = \"x\"\ninstructions");
        assert!(read("s.toml", &secret).unwrap_err()[0].line >= 1);
        let hook = "[[system]]\nid = \"a\"\ntitle = \"T\"\nowner = \"o\"\nholds = []\nasks_by = \"email\"\n[system.via]\nkind = \"webhook\"\nurl = \"http://x/\"\nsecret = { env = \"X\" }\n";
        assert!(read("s.toml", hook).unwrap_err()[0].what.contains("https"));
    }
}
