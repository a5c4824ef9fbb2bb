//! The house: layers point one way, and each outside library has its room. Whatever breaks a rule
//! is named with its file and line.

use std::path::{Path, PathBuf};

/// The rooms, and which others each may name.
const ARROWS: [(&str, &[&str]); 12] = [
    ("domain", &[]),
    ("audit", &[]),
    ("policy", &["domain"]),
    ("access", &["domain"]),
    ("index", &["domain"]),
    ("store", &["access", "audit", "domain"]),
    (
        "app",
        &["policy", "index", "audit", "store", "access", "domain"],
    ),
    (
        "jobs",
        &[
            "app", "policy", "index", "audit", "store", "access", "domain",
        ],
    ),
    (
        "http",
        &[
            "app", "policy", "index", "audit", "store", "access", "domain",
        ],
    ),
    (
        "cli",
        &[
            "http", "jobs", "app", "policy", "audit", "store", "access", "domain",
        ],
    ),
    ("main.rs", &["cli"]),
    ("lib.rs", &[]),
];

/// What only some rooms may name.
const ONLY_IN: [(&str, &[&str]); 33] = [
    ("diesel", &["store"]),
    ("diesel_async", &["store"]),
    ("diesel_migrations", &["store"]),
    ("actix_web", &["http", "cli"]),
    ("actix_tls", &["http"]),
    ("utoipa", &["http"]),
    ("askama", &["http"]),
    ("fluent_bundle", &["http"]),
    ("prometheus", &["http"]),
    ("rust_xlsxwriter", &["http"]),
    ("pdf_writer", &["http"]),
    ("subsetter", &["http"]),
    ("ttf_parser", &["http"]),
    ("cedar_policy", &["policy"]),
    ("clap", &["cli"]),
    ("indicatif", &["cli"]),
    ("jsonwebtoken", &["app"]),
    ("argon2", &["access"]),
    ("minicbor", &["access"]),
    ("ureq", &["cli"]),
    ("rusqlite", &["cli"]),
    ("tokio_postgres", &["cli", "store"]),
    ("tokio_postgres_rustls", &["store"]),
    ("rustls", &["http", "store"]),
    ("webpki_roots", &["store"]),
    ("mysql", &["cli"]),
    ("tokio::signal", &["cli"]),
    ("lettre", &["cli"]),
    ("sha2", &["store"]),
    ("prefetch_index", &["index", "app"]),
    ("pki_types", &["audit", "http", "store"]),
    ("webpki", &["audit", "http"]),
    (
        "ring",
        &["access", "audit", "policy", "store", "app", "cli"],
    ),
];

/// Time, chance and the world outside are handed in.
const OUTSIDE: [&str; 9] = [
    "Utc::now",
    "Local::now",
    "SystemTime::now",
    "SystemRandom",
    "rand::",
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
];

/// Rooms that know nothing but what they are given.
const PURE: [&str; 4] = ["domain", "audit", "index", "access"];

/// A person's no depends on neither policies nor the index.
const WITHDRAWAL: [&str; 3] = ["app/record.rs", "app/choose.rs", "app/object.rs"];
const NOT_FOR_A_NO: [&str; 6] = [
    "crate::policy",
    "crate::index",
    "self.engine",
    "self.index",
    "app.index()",
    "self.fresh",
];

fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    collect(&root, &root, &mut found);
    found.sort();
    assert!(found.len() > 100, "the sources are not where they were");
    found
}

fn collect(root: &Path, directory: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(directory).expect("a directory") {
        let path: PathBuf = entry.expect("an entry").path();
        if path.is_dir() {
            collect(root, &path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root).expect("under src");
            let text = std::fs::read_to_string(&path).expect("a source in UTF-8");
            found.push((name.display().to_string(), text));
        }
    }
}

/// The lines of a source without comments, each with its number; several lines of one `use` are
/// one line, so that `crate::{app, store}` is seen however it is set.
fn statements(text: &str) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut open = false;
    for (at, line) in text.lines().enumerate() {
        let code = line.split("//").next().unwrap_or_default().trim();
        match found.last_mut() {
            Some((_, statement)) if open => statement.push_str(code),
            _ => found.push((at + 1, code.to_owned())),
        }
        let starts = code.starts_with("use ")
            || code.starts_with("pub use ")
            || code.starts_with("pub(super) use ");
        open = (open || starts) && !code.ends_with(';');
    }
    found
}

/// The rooms that a statement names by `crate::room` or `crate::{room, …}`.
fn rooms_in(statement: &str) -> Vec<String> {
    let mut found = Vec::new();
    for prefix in ["crate::", "placet::"] {
        for (at, _) in statement.match_indices(prefix) {
            let before = statement[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$') {
                continue;
            }
            found.extend(names(&statement[at + prefix.len()..]));
        }
    }
    found
}

/// The first name of a path, or those of a group.
fn names(rest: &str) -> Vec<String> {
    let Some(group) = rest.strip_prefix('{') else {
        return vec![word(rest)];
    };
    let (mut found, mut depth, mut fresh) = (Vec::new(), 0, true);
    for (at, sign) in group.char_indices() {
        match sign {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => fresh = true,
            sign if fresh && sign.is_alphabetic() => {
                found.push(word(&group[at..]));
                fresh = false;
            }
            _ => {}
        }
    }
    found
}

fn word(text: &str) -> String {
    text.chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}

fn room(file: &str) -> String {
    let first = file.split('/').next().unwrap_or_default();
    // a room of one file is the room still
    let name = first.strip_suffix(".rs").unwrap_or(first);
    if matches!(first, "main.rs" | "lib.rs") {
        first.to_owned()
    } else {
        name.to_owned()
    }
}

/// Unit tests may reach for what builds their world.
fn is_test(file: &str) -> bool {
    file.contains("/tests")
        || file.ends_with("_tests.rs")
        || file.ends_with("/testing.rs")
        || file.starts_with("bin/")
}

/// Every statement of the program itself, up to the tests at a file's end.
fn program() -> Vec<(String, usize, String)> {
    let files = sources().into_iter().filter(|(file, _)| !is_test(file));
    let each = files.flat_map(|(file, text)| {
        let body = text
            .split("\n#[cfg(test)]\nmod ")
            .next()
            .unwrap_or_default()
            .to_owned();
        let lines = statements(&body);
        lines
            .into_iter()
            .map(move |(line, statement)| (file.clone(), line, statement))
    });
    each.collect()
}

fn none(offenders: &[String]) {
    assert!(
        offenders.is_empty(),
        "the house's rules are broken:\n{}",
        offenders.join("\n")
    );
}

#[test]
fn the_arrows_point_one_way() {
    for (at, (name, allowed)) in ARROWS.iter().enumerate() {
        let before: Vec<&str> = ARROWS[..at].iter().map(|(room, _)| *room).collect();
        assert!(
            allowed.iter().all(|other| before.contains(other)),
            "{name} points up"
        );
    }
}

#[test]
fn rooms_name_only_rooms_below() {
    let mut offenders = Vec::new();
    for (file, line, statement) in program() {
        let own = room(&file);
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == own) else {
            offenders.push(format!("src/{file}: no room is called {own}"));
            continue;
        };
        for named in rooms_in(&statement) {
            let is_room = ARROWS.iter().any(|(name, _)| *name == named);
            if is_room && named != own && !allowed.contains(&named.as_str()) {
                offenders.push(format!(
                    "src/{file}:{line}: {own} may not name {named}: {statement}"
                ));
            }
        }
    }
    none(&offenders);
}

#[test]
fn libraries_stay_in_their_rooms() {
    let mut offenders = Vec::new();
    for (file, line, statement) in program() {
        let own = room(&file);
        for (library, rooms) in ONLY_IN {
            if names_library(&statement, library) && !rooms.contains(&own.as_str()) {
                offenders.push(format!(
                    "src/{file}:{line}: {library} is for {rooms:?} only: {statement}"
                ));
            }
        }
    }
    none(&offenders);
}

fn names_library(statement: &str, library: &str) -> bool {
    let path = format!("{library}::");
    statement.match_indices(&path).any(|(at, _)| {
        let before = statement[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
    })
}

/// Whether a statement has that path: `rand::`, and not `brand::`.
fn has_path(statement: &str, path: &str) -> bool {
    statement.match_indices(path).any(|(at, _)| {
        let before = statement[..at].chars().next_back();
        before.is_none_or(|sign| !sign.is_alphanumeric() && sign != '_')
    })
}

#[test]
fn pure_rooms_know_only_what_they_are_given() {
    let mut offenders = Vec::new();
    for (file, line, statement) in program() {
        if !PURE.contains(&room(&file).as_str()) {
            continue;
        }
        for outside in OUTSIDE
            .iter()
            .filter(|outside| has_path(&statement, outside))
        {
            offenders.push(format!(
                "src/{file}:{line}: {outside} is not handed in: {statement}"
            ));
        }
    }
    none(&offenders);
}

/// One clock, one source of chance: those of the command line, handed to all others.
#[test]
fn one_place_asks_for_time_and_chance() {
    let asks =
        |statement: &str| statement.contains("Utc::now") || statement.contains("SystemRandom");
    let mut offenders = Vec::new();
    for (file, line, statement) in program() {
        if asks(&statement) && file != "cli/system.rs" {
            offenders.push(format!(
                "src/{file}:{line}: only src/cli/system.rs asks: {statement}"
            ));
        }
    }
    none(&offenders);
}

/// Who calls somebody has the addresses looked at: no other file resolves names or opens connections.
#[test]
fn one_way_out() {
    const WAYS: [(&str, &[&str]); 5] = [
        ("ureq::", &["cli/egress/client.rs", "cli/egress/roots.rs"]),
        // the one asks the service on this machine whether it is ready, the other looks at a line that came in
        ("TcpStream", &["cli/health.rs", "http/tls/client.rs"]),
        ("ToSocketAddrs", &["cli/egress/names.rs", "cli/health.rs"]),
        ("lookup_host", &[]),
        ("UdpSocket", &[]),
    ];
    let mut offenders = Vec::new();
    for (file, line, statement) in program() {
        for (way, files) in WAYS {
            if statement.contains(way) && !files.contains(&file.as_str()) {
                offenders.push(format!(
                    "src/{file}:{line}: {way} is for {files:?}: {statement}"
                ));
            }
        }
    }
    none(&offenders);
}

#[test]
fn a_no_depends_on_neither_policies_nor_the_index() {
    let mut offenders = Vec::new();
    for (file, line, statement) in program() {
        if !WITHDRAWAL.contains(&file.as_str()) {
            continue;
        }
        for named in NOT_FOR_A_NO
            .iter()
            .filter(|named| statement.contains(**named))
        {
            offenders.push(format!(
                "src/{file}:{line}: a no may not depend on {named}: {statement}"
            ));
        }
    }
    none(&offenders);
    for file in WITHDRAWAL {
        assert!(
            sources().iter().any(|(name, _)| name == file),
            "{file} is not where it was"
        );
    }
}

#[test]
fn the_rules_see_what_they_should() {
    assert_eq!(
        rooms_in("use crate::{app::{self, App}, store, http::json};"),
        ["app", "store", "http"]
    );
    assert_eq!(
        rooms_in("let x: crate::policy::Engine = $crate::store::on();"),
        ["policy"]
    );
    assert!(names_library("use diesel::prelude::*;", "diesel"));
    assert!(!names_library("use crate::store::ring::x;", "ring"));
    assert!(has_path("rand::random()", "rand::") && has_path("use x::rand::y", "rand::"));
    assert!(!has_path("pub use brand::Brand;", "rand::"));
    assert_eq!(
        statements("use crate::{\n    app,\n};\nfn x() {}")[0].1,
        "use crate::{app,};"
    );
}
