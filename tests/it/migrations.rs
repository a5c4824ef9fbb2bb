//! Nodes of two versions serve beside each other while one is put in the place of the other: so a migration only adds what
//! an older program does not mind, or says that programs older than some are not to go on. Held against each migration
//! from the first on that came after several nodes could be upgraded one by one.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use placet::audit::encoding::hex;
use placet::audit::tree::sha256;

/// The last one that every node had to stop for.
const BEFORE: u32 = 43;
/// Since when tables say which programs may work with them.
const FIRST_SAID: u32 = 45;
/// So many tables that were there one migration changes at the most: it waits for each, and holds those that it has.
const MOST: usize = 4;
/// The facts that policies rest on, and the oldest program that has just these. A program whose facts are others cannot use
/// the packs that a newer one puts in force, and denies everything: it is not to go on. Whoever changes the facts raises
/// what the tables ask for, by a migration, and writes both down here.
const FACTS: (&str, u32) = (
    "7d78ffa3866dca252f3bcd23cd08072fd153d38d5be26da384368697408a12a3",
    FIRST_SAID,
);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Database {
    Sqlite,
    Postgres,
}

impl Database {
    fn folder(self) -> PathBuf {
        let name = match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        };
        root().join("migrations").join(name)
    }

    /// Whether an index only finds rows: without it the same are found. One that forbids double rows is leant on.
    fn made_plainly(self, index: &str) -> bool {
        let made = format!("CREATE INDEX {index}");
        let all = std::fs::read_dir(self.folder()).unwrap();
        let mut all = all.map(|one| std::fs::read_to_string(one.unwrap().path().join("up.sql")));
        all.any(|sql| {
            let each = statements(&sql.unwrap());
            each.iter()
                .any(|one| one.split(" ON ").next() == Some(made.as_str()))
        })
    }

    /// The numbers and statements of its migrations after those for which every node stops.
    fn migrations(self) -> Vec<(u32, String)> {
        let folder = std::fs::read_dir(self.folder()).unwrap();
        let mut all: Vec<PathBuf> = folder.map(|one| one.unwrap().path()).collect();
        all.sort();
        let read = all.iter().map(|one| {
            let name = one.file_name().unwrap().to_str().unwrap();
            let number = name.split('_').next().unwrap().parse().unwrap();
            (number, std::fs::read_to_string(one.join("up.sql")).unwrap())
        });
        read.filter(|(number, _)| *number > BEFORE).collect()
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Its statements, in capitals, with one blank between words.
fn statements(sql: &str) -> Vec<String> {
    let code: Vec<&str> = sql
        .lines()
        .map(|line| line.split("--").next().unwrap())
        .collect();
    let code = code.join(" ").to_uppercase();
    let each = code
        .split(';')
        .map(|one| one.split_whitespace().collect::<Vec<_>>().join(" "));
    each.filter(|one| !one.is_empty()).collect()
}

/// The name behind these words, without what follows it in brackets.
fn named<'a>(statement: &'a str, words: &str) -> Option<&'a str> {
    let rest = statement.strip_prefix(words)?;
    rest.split([' ', '(']).next()
}

/// The oldest program that a migration lets work on, where it says so first of all.
fn raised(all: &[String]) -> Option<u32> {
    let said = all
        .first()?
        .strip_prefix("UPDATE LOG_HEAD SET OLDEST_PROGRAM = ")?;
    said.parse().ok()
}

/// What an older program would mind about a migration.
fn faults(number: u32, sql: &str, database: Database) -> Vec<String> {
    let all = statements(sql);
    if let Some(oldest) = raised(&all) {
        let fits = (FIRST_SAID..=number).contains(&oldest);
        return if fits {
            Vec::new()
        } else {
            vec![format!("{oldest} is no migration up to this")]
        };
    }
    let own: BTreeSet<&str> = all
        .iter()
        .filter_map(|one| named(one, "CREATE TABLE "))
        .collect();
    let minded = all
        .iter()
        .filter_map(|one| minds(one, &own, database).map(|why| format!("{why}: {one}")));
    let mut found: Vec<String> = minded.collect();
    let altered: BTreeSet<&str> = all
        .iter()
        .filter_map(|one| named(one, "ALTER TABLE "))
        .filter(|table| !own.contains(table))
        .collect();
    if altered.len() > MOST {
        found.push(format!(
            "requests wait while it waits for its tables: {altered:?}"
        ));
    }
    found
}

/// Why an older program would mind a statement; `own` are the tables that came with it.
fn minds(statement: &str, own: &BTreeSet<&str>, database: Database) -> Option<&'static str> {
    let is_own = |words: &str| named(statement, words).is_some_and(|table| own.contains(table));
    // what is said of a table or an index is read by nobody
    if ["CREATE TABLE ", "COMMENT ON "]
        .iter()
        .any(|words| statement.starts_with(words))
        || named(statement, "DROP INDEX ").is_some_and(|index| database.made_plainly(index))
        || ["ALTER TABLE ", "INSERT INTO ", "UPDATE "]
            .iter()
            .any(|words| is_own(words))
    {
        return None;
    }
    if let Some(added) = statement.strip_prefix("ALTER TABLE ") {
        return minds_column(added);
    }
    if statement.starts_with("CREATE INDEX ") || statement.starts_with("CREATE UNIQUE INDEX ") {
        let (_, on) = statement.split_once(" ON ")?;
        let table = on.split([' ', '(']).next()?;
        return match database {
            _ if own.contains(table) => None,
            _ if statement.contains("UNIQUE") => Some("an older program may write what it forbids"),
            Database::Postgres if !statement.contains(" CONCURRENTLY ") => {
                Some("nobody writes while it is made: CONCURRENTLY, and run_in_transaction = false")
            }
            _ => None,
        };
    }
    Some("it is not known that an older program can live with this")
}

/// The same of what is altered about a table.
fn minds_column(altered: &str) -> Option<&'static str> {
    let (_, act) = altered.split_once(' ')?;
    let words: Vec<&str> = act
        .split([' ', ','])
        .filter(|word| !word.is_empty())
        .collect();
    let acts = ["ADD", "ALTER", "DROP", "RENAME"];
    let acts = words.iter().filter(|word| acts.contains(*word));
    if !act.starts_with("ADD COLUMN ") || acts.count() > 1 {
        return Some("only columns are added, each by a statement of its own");
    }
    let has = |word: &str| words.contains(&word);
    if ["UNIQUE", "CHECK", "REFERENCES", "PRIMARY", "GENERATED"]
        .iter()
        .any(|word| has(word))
    {
        return Some("an older program may write what it forbids");
    }
    if act.contains("NOT NULL") && !has("DEFAULT") {
        return Some("an older program leaves it out, and has no default");
    }
    act.contains('(')
        .then_some("every row is written anew for a default that is worked out")
}

#[test]
fn migrations_only_add_or_say_which_programs_are_too_old() {
    let mut found = Vec::new();
    for database in [Database::Sqlite, Database::Postgres] {
        for (number, sql) in database.migrations() {
            let each = faults(number, &sql, database);
            found.extend(
                each.into_iter()
                    .map(|why| format!("{database:?} {number:04}: {why}")),
            );
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn both_databases_have_the_same_migrations() {
    let numbers = |database: Database| -> Vec<(u32, Option<u32>)> {
        let all = database.migrations().into_iter();
        all.map(|(number, sql)| (number, raised(&statements(&sql))))
            .collect()
    };
    let all = numbers(Database::Sqlite);
    assert_eq!(all, numbers(Database::Postgres));
    assert!(all.iter().any(|(number, _)| *number == FIRST_SAID));
}

/// A new registry asks for what the migrations raised it to in those that are there.
#[test]
fn a_new_registry_asks_for_as_much_as_one_that_was_migrated() {
    let all = Database::Postgres.migrations();
    let most = all
        .iter()
        .filter_map(|(_, sql)| raised(&statements(sql)))
        .max();
    let source = std::fs::read_to_string(root().join("src/store/programs.rs")).unwrap();
    let oldest = format!("const OLDEST: i32 = {};", most.unwrap_or(FIRST_SAID));
    assert!(source.contains(&oldest), "src/store/programs.rs: {oldest}");
}

/// An index that is made while others write is made outside a transaction.
#[test]
fn what_is_made_beside_writers_is_made_outside_a_transaction() {
    for one in std::fs::read_dir(Database::Postgres.folder()).unwrap() {
        let folder = one.unwrap().path();
        let sql = std::fs::read_to_string(folder.join("up.sql")).unwrap();
        if statements(&sql)
            .iter()
            .any(|one| one.contains(" CONCURRENTLY "))
        {
            let told = std::fs::read_to_string(folder.join("metadata.toml")).unwrap_or_default();
            assert!(
                told.contains("run_in_transaction = false"),
                "{}",
                folder.display()
            );
        }
    }
}

#[test]
fn facts_are_those_of_every_program_that_may_go_on() {
    let schema = std::fs::read_to_string(root().join("policies/schema.cedarschema")).unwrap();
    let words = |line: &str| line.split("//").next().unwrap().trim().to_owned();
    let code: Vec<String> = schema
        .lines()
        .map(words)
        .filter(|line| !line.is_empty())
        .collect();
    let digest = hex(&sha256(&[code.join("\n").as_bytes()]));
    assert_eq!(
        digest, FACTS.0,
        "the facts are others: raise what the tables ask for by a migration, and write it down in FACTS"
    );
    let source = std::fs::read_to_string(root().join("src/store/programs.rs")).unwrap();
    let (_, rest) = source.split_once("const OLDEST: i32 = ").unwrap();
    let oldest: u32 = rest.split(';').next().unwrap().parse().unwrap();
    assert!(
        oldest >= FACTS.1,
        "programs with other facts may still go on"
    );
}

#[test]
fn what_breaks_older_programs_is_found() {
    let bad = [
        "DROP TABLE mails;",
        "DROP INDEX mails_once;",
        "ALTER TABLE mails RENAME TO letters;",
        "ALTER TABLE mails RENAME COLUMN state TO standing;",
        "ALTER TABLE mails DROP COLUMN state;",
        "ALTER TABLE mails ALTER COLUMN state TYPE BIGINT;",
        "ALTER TABLE mails ALTER COLUMN state SET NOT NULL;",
        "ALTER TABLE mails ADD COLUMN weight INTEGER NOT NULL;",
        "ALTER TABLE mails ADD COLUMN weight INTEGER, DROP COLUMN state;",
        "ALTER TABLE mails ADD COLUMN weight INTEGER, ADD COLUMN size INTEGER NOT NULL;",
        "ALTER TABLE mails ADD COLUMN weight INTEGER DEFAULT 1 CHECK (weight > 0);",
        "ALTER TABLE mails ADD COLUMN came BIGINT NOT NULL DEFAULT extract(epoch from now());",
        "ALTER TABLE mails ADD COLUMN kind TEXT UNIQUE;",
        "ALTER TABLE mails ADD CONSTRAINT c CHECK (true);",
        "CREATE UNIQUE INDEX one ON mails (state);",
        "CREATE INDEX one ON mails (state);",
        "ALTER TABLE a ADD COLUMN n TEXT; ALTER TABLE b ADD COLUMN n TEXT; ALTER TABLE c ADD COLUMN n TEXT; \
         ALTER TABLE d ADD COLUMN n TEXT; ALTER TABLE e ADD COLUMN n TEXT;",
        "CREATE TRIGGER t AFTER INSERT ON mails EXECUTE FUNCTION f();",
        "UPDATE consent_states SET status = 'refused';",
        "DELETE FROM mails;",
        "INSERT INTO api_keys (id) VALUES (1);",
        "-- harmless\nCREATE TABLE new (id BIGINT);\nTRUNCATE mails;",
        // said too late, and of what is not there yet
        "DROP TABLE mails; UPDATE log_head SET oldest_program = 50;",
        "UPDATE log_head SET oldest_program = 51; DROP TABLE mails;",
        "UPDATE log_head SET oldest_program = 44; DROP TABLE mails;",
    ];
    for sql in bad {
        assert!(!faults(50, sql, Database::Postgres).is_empty(), "{sql}");
    }
}

#[test]
fn what_older_programs_do_not_mind_passes() {
    let good = [
        "CREATE TABLE new (id BIGINT NOT NULL UNIQUE);\nCREATE UNIQUE INDEX one ON new (id);\nINSERT INTO new SELECT 1;",
        "ALTER TABLE mails ADD COLUMN weight INTEGER; -- not null is for later",
        "ALTER TABLE mails ADD COLUMN weight INTEGER NOT NULL DEFAULT 0;",
        "CREATE INDEX CONCURRENTLY one ON mails (state);",
        "UPDATE log_head SET oldest_program = 49;\nALTER TABLE mails DROP COLUMN state;",
    ];
    for sql in good {
        assert_eq!(
            faults(50, sql, Database::Postgres),
            Vec::<String>::new(),
            "{sql}"
        );
    }
}
