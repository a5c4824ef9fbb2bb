//! Everything that stands in a database, past the program: whether anything of it changed.

use std::collections::BTreeMap;

use super::database::Db;

/// What comes by itself: the log is signed, jobs are done, keys were used, what was tried is counted.
const BY_ITSELF: [&str; 12] = [
    "checkpoints",
    "cosignatures",
    "decision_chunks",
    "decision_journal",
    "decision_runs",
    "guesses",
    "key_answers",
    "key_uses",
    "outbox",
    "provider_asks",
    "timestamps",
    "tree_tiles",
];

/// When a session was used last.
const USED: &str = "seen_at";

/// The rows of each table.
#[derive(PartialEq, Eq)]
pub struct Everything(BTreeMap<String, Vec<String>>);

impl Everything {
    pub fn of(db: &Db) -> Self {
        let mut tables = match db {
            Db::Sqlite { .. } => of_sqlite(&db.file()),
            Db::Postgres { .. } => of_postgres(db),
        };
        tables.retain(|name, _| !BY_ITSELF.contains(&name.as_str()));
        assert!(tables.len() > 40, "{} tables", tables.len());
        Self(tables)
    }

    /// Nothing came, went or is another since; `what` was done meanwhile.
    #[track_caller]
    pub fn is_still(&self, db: &Db, what: &str) {
        let now = Self::of(db);
        for (name, before) in &self.0 {
            let after = now.0.get(name).map(Vec::as_slice).unwrap_or_default();
            let came: Vec<_> = after.iter().filter(|row| !before.contains(row)).collect();
            let went: Vec<_> = before.iter().filter(|row| !after.contains(row)).collect();
            assert!(
                *before == after,
                "{what} changed {name}: came {came:?}, went {went:?}"
            );
        }
    }
}

fn of_sqlite(file: &std::path::Path) -> BTreeMap<String, Vec<String>> {
    let db = rusqlite::Connection::open(file).expect("open the database");
    let wait = std::time::Duration::from_secs(10);
    db.busy_timeout(wait).expect("wait for others");
    let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    let mut names = db.prepare(sql).expect("the tables");
    let names = names.query_map([], |row| row.get::<_, String>(0));
    let names = names.expect("the tables").map(|name| name.expect("a name"));
    let rows = names.map(|name| (name.clone(), rows(&db, &name)));
    rows.collect()
}

fn rows(db: &rusqlite::Connection, table: &str) -> Vec<String> {
    let mut all = db
        .prepare(&format!("SELECT * FROM {table}"))
        .expect("a table");
    let names: Vec<String> = all.column_names().into_iter().map(str::to_owned).collect();
    let told = |row: &rusqlite::Row<'_>| {
        let each = names.iter().enumerate();
        let each = each.filter(|(_, name)| *name != USED);
        let each = each.map(|(at, name)| Ok(format!("{name}: {:?}", row.get_ref(at)?)));
        each.collect::<rusqlite::Result<Vec<_>>>()
            .map(|each| each.join(", "))
    };
    let rows = all.query_map([], told).expect("the rows");
    let mut rows: Vec<String> = rows.map(|row| row.expect("a row")).collect();
    rows.sort();
    rows
}

fn of_postgres(db: &Db) -> BTreeMap<String, Vec<String>> {
    let names = "SELECT string_agg(tablename, ' ') FROM pg_tables WHERE schemaname = 'public'";
    let names = db.ask(names);
    let each = names.split_whitespace();
    let each = each.map(|name| {
        format!("SELECT '{name} ' || (to_jsonb(t) - '{USED}')::text AS row FROM {name} t")
    });
    let each = each.collect::<Vec<_>>().join(" UNION ALL ");
    let rows = db.ask(&format!(
        "SELECT string_agg(row, E'\\n' ORDER BY row) FROM ({each}) all_rows"
    ));
    let names = names
        .split_whitespace()
        .map(|name| (name.to_owned(), Vec::new()));
    let mut tables: BTreeMap<String, Vec<String>> = names.collect();
    for line in rows.lines() {
        let (name, row) = line.split_once(' ').expect("a table and a row");
        let table = tables.get_mut(name).expect("a table");
        table.push(row.to_owned());
    }
    tables
}
