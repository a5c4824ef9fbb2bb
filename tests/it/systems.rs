//! The systems that hold data about customers: registered, read, erased; and what happens when one of
//! them lies, hangs, dies or answers garbage, or when we do.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use serde_json::{Value, json};

use crate::support::database::Db;
use crate::support::server::{Output, cli, cli_beside};
use crate::support::waits::{MARIADB, POSTGRES, test_name};
use crate::support::{mariadb, postgres, process};

pub const ANNE: &str = "anne@systems.example";

/// A registration; `rest` stands before its way.
pub fn system(id: &str, asks_by: &str, rest: &str, via: &str) -> String {
    format!(
        "[[system]]\nid = \"{id}\"\ntitle = \"The {id}\"\nowner = \"ops\"\nholds = [\"contact\"]\n\
         asks_by = \"{asks_by}\"\n{rest}\n[system.via]\n{via}\n\n"
    )
}

pub fn apply(db: &Db, systems: &[String]) -> Output {
    let folder = db.data_dir().join("systems");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("all.toml"), systems.concat()).unwrap();
    cli(db, &["systems", "apply", &folder.display().to_string()])
}

#[track_caller]
pub fn applied(db: &Db, systems: &[String]) {
    let done = apply(db, systems);
    assert_eq!(done.code, 0, "{done:?}");
}

pub fn fill(path: &Path, sql: &str) {
    rusqlite::Connection::open(path)
        .unwrap()
        .execute_batch(sql)
        .unwrap();
}

pub fn count(path: &Path, sql: &str) -> i64 {
    let db = rusqlite::Connection::open(path).unwrap();
    db.query_row(sql, [], |row| row.get(0)).unwrap()
}

/// A customer base and a shop that knows customers by number.
pub fn shops(db: &Db) -> (PathBuf, PathBuf) {
    let (crm, shop) = (db.data_dir().join("crm.db"), db.data_dir().join("shop.db"));
    fill(
        &crm,
        "CREATE TABLE people (no INTEGER, email TEXT, friend TEXT);
         INSERT INTO people VALUES (7, 'anne@systems.example', 'bea@systems.example'), (8, 'bea@systems.example', NULL);",
    );
    fill(
        &shop,
        "CREATE TABLE orders (customer_no INTEGER, item TEXT);
         INSERT INTO orders VALUES (7, 'lamp'), (7, 'shade'), (8, 'bulb');",
    );
    (crm, shop)
}

pub fn crm(path: &Path) -> String {
    let via = format!(
        "kind = \"sqlite\"\nat = {{ file = \"{}\" }}\n\
         read = \"SELECT no AS customer_no, email, friend FROM people WHERE email = ?1\"\n\
         erase = [\"DELETE FROM people WHERE email = ?1\"]",
        path.display()
    );
    system(
        "crm",
        "email",
        "yields = [\"customer_no\"]\nothers = [\"friend\"]\ntimeout = 1",
        &via,
    )
}

pub fn shop(path: &Path, erase: &str) -> String {
    let via = format!(
        "kind = \"sqlite\"\nat = {{ file = \"{}\" }}\n\
         read = \"SELECT customer_no, item FROM orders WHERE customer_no = CAST(?1 AS INTEGER)\"\n\
         erase = [\"{erase}\"]",
        path.display()
    );
    system("shop", "customer_no", "timeout = 1", &via)
}

pub const DELETES: &str = "DELETE FROM orders WHERE customer_no = CAST(?1 AS INTEGER)";

fn run(db: &Db, what: &str, wait: &str) -> (Output, Value) {
    let done = cli(
        db,
        &[
            "--json", "systems", "run", what, "--email", ANNE, "--wait", wait,
        ],
    );
    let told = serde_json::from_str(&done.stdout).unwrap_or_default();
    (done, told)
}

fn outcome<'a>(told: &'a Value, system: &str) -> &'a Value {
    let tasks = told["tasks"].as_array().expect("tasks");
    let task = tasks
        .iter()
        .find(|task| task["system"] == system)
        .expect("its task");
    &task["progress"]["outcome"]
}

fn task(told: &Value, system: &str) -> String {
    let tasks = told["tasks"].as_array().expect("tasks");
    let task = tasks
        .iter()
        .find(|task| task["system"] == system)
        .expect("its task");
    task["task"].as_str().unwrap().to_owned()
}

on_both! {
    /// What is read follows the key; what is about others stays out; what is erased is gone, and the
    /// rest is there.
    fn the_keys_lead_from_one_to_the_next(db: &Db) {
        let (crm_db, shop_db) = shops(db);
        applied(db, &[shop(&shop_db, DELETES), crm(&crm_db)]);
        let (read, told) = run(db, "read", "30");
        assert_eq!(read.code, 0, "{read:?}");
        assert_eq!(outcome(&told, "shop")["outcome"], "done");
        let rows = told["tasks"].as_array().unwrap().iter().flat_map(|task| task["rows"].as_array().unwrap().clone());
        let rows: Vec<Value> = rows.collect();
        assert_eq!(rows.len(), 3, "{rows:?}");
        assert!(!read.stdout.contains("bea@"), "somebody else's data");
        // what was found is sealed
        if !db.is_postgres() {
            for file in [db.file(), db.file().with_extension("db-wal")] {
                let bytes = std::fs::read(file).unwrap_or_default();
                assert!(!bytes.windows(ANNE.len()).any(|part| part == ANNE.as_bytes()));
            }
        }
        let (erased, told) = run(db, "erase", "30");
        assert_eq!(erased.code, 0, "{erased:?}");
        assert_eq!(outcome(&told, "crm")["outcome"], "done");
        assert_eq!(count(&crm_db, "SELECT count(*) FROM people"), 1);
        assert_eq!(count(&shop_db, "SELECT count(*) FROM orders"), 1);
        assert_eq!(db.ask("SELECT count(*) FROM public_events WHERE payload LIKE '%anne@%'"), "0");
        for done in [&read, &erased] {
            let forgotten = cli(db, &["systems", "forget", &request(done)]);
            assert_eq!(forgotten.code, 0, "{forgotten:?}");
        }
        let nothing = "SELECT (SELECT count(*) FROM case_keys) + (SELECT count(*) FROM system_tasks WHERE length(sealed) > 0)";
        assert_eq!(db.ask(nothing), "0");
        let told = cli(db, &["systems", "tasks", &request(&erased)]);
        assert!(told.code == 0 && told.stdout.contains("none left"), "{told:?}");
        let checked = cli(db, &["audit", "check"]);
        assert_eq!(checked.code, 0, "{checked:?}");
    }

    /// A system that says yes and did nothing is found out.
    fn a_lie_is_found_out(db: &Db) {
        let (crm_db, shop_db) = shops(db);
        let lies = format!("{DELETES} AND item = 'nothing'");
        applied(db, &[crm(&crm_db), shop(&shop_db, &lies)]);
        let (done, told) = run(db, "erase", "30");
        assert_eq!(done.code, 1, "{done:?}");
        assert_eq!(outcome(&told, "shop"), &json!({ "outcome": "not_verified", "left": 2 }));
        assert_eq!(outcome(&told, "crm")["outcome"], "done");
        applied(db, &[crm(&crm_db), shop(&shop_db, DELETES)]);
        let again = cli(db, &["systems", "retry", &task(&told, "shop")]);
        assert_eq!(again.code, 0, "{again:?}");
        let request = request(&done);
        let early = cli(db, &["systems", "forget", &request]);
        assert_eq!(early.code, 1, "{early:?}");
        let done = cli(db, &["systems", "resume", &request]);
        assert_eq!(done.code, 0, "{done:?}");
        assert_eq!(count(&shop_db, "SELECT count(*) FROM orders"), 1);
        assert_eq!(cli(db, &["systems", "forget", &request]).code, 0);
        let again = cli(db, &["systems", "retry", &task(&told, "shop")]);
        assert!(again.code != 0 && again.stderr.contains("forgotten"), "{again:?}");
    }

    /// Killed at any step, it is taken up again and ends with everything erased.
    fn killed_at_any_step_it_is_resumed(db: &Db) {
        let (crm_db, shop_db) = shops(db);
        applied(db, &[crm(&crm_db), shop(&shop_db, DELETES)]);
        for delay in [0, 40, 80, 120, 160, 200, 260, 320] {
            fill(&crm_db, "DELETE FROM people WHERE no = 7; INSERT INTO people VALUES (7, 'anne@systems.example', NULL)");
            fill(&shop_db, "DELETE FROM orders WHERE customer_no = 7; INSERT INTO orders VALUES (7, 'lamp')");
            let before: i64 = db.ask("SELECT count(*) FROM case_keys").parse().unwrap();
            let mut child = cli_beside(db, &["systems", "run", "erase", "--email", ANNE]);
            let planned = || db.ask("SELECT count(*) FROM case_keys").parse::<i64>().unwrap() > before;
            assert!(process::until(Duration::from_secs(60), planned), "not planned");
            std::thread::sleep(Duration::from_millis(delay));
            child.kill().unwrap();
            child.wait().unwrap();
            let hex = if db.is_postgres() { "encode(case_id, 'hex')" } else { "hex(case_id)" };
            let found = db.ask(&format!("SELECT {hex} FROM system_tasks ORDER BY id DESC LIMIT 1"));
            let done = cli(db, &["--json", "systems", "resume", &found]);
            let told: Value = serde_json::from_str(&done.stdout).unwrap_or_default();
            assert_eq!(done.code, 0, "after {delay} ms: {done:?}");
            assert_eq!(told["tasks"].as_array().unwrap().len(), 2);
            assert_eq!(count(&crm_db, "SELECT count(*) FROM people WHERE no = 7"), 0);
            assert_eq!(count(&shop_db, "SELECT count(*) FROM orders WHERE customer_no = 7"), 0);
        }
    }

    /// Who changes a statement in the database does not have it run.
    fn a_planted_statement_is_not_run(db: &Db) {
        let (crm_db, shop_db) = shops(db);
        applied(db, &[crm(&crm_db), shop(&shop_db, DELETES)]);
        db.tamper("UPDATE systems SET body = replace(body, 'customer_no = CAST', '1 = 1 OR customer_no = CAST')");
        let (done, _) = run(db, "erase", "5");
        assert_eq!(done.code, 3, "{done:?}");
        assert_eq!(count(&shop_db, "SELECT count(*) FROM orders"), 3);
    }
}

fn request(done: &Output) -> String {
    let line = done
        .stderr
        .lines()
        .find_map(|line| line.split("request ").nth(1));
    line.expect("the request's id").trim().to_owned()
}

#[test]
fn a_registration_that_cannot_be_is_refused_with_its_line() {
    let db = Db::sqlite();
    let (crm_db, shop_db) = shops(&db);
    let lonely = apply(&db, &[shop(&shop_db, DELETES)]);
    assert_eq!(lonely.code, 2, "{lonely:?}");
    assert!(
        lonely
            .stderr
            .contains("all.toml:1: shop is asked by customer_no"),
        "{lonely:?}"
    );
    let secret = crm(&crm_db).replace(
        "kind = \"sqlite\"",
        "kind = \"sqlite\"\npassword = \"geheim\"",
    );
    let refused = apply(&db, &[secret]);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(!refused.stderr.contains("geheim"), "{refused:?}");
    applied(&db, &[crm(&crm_db)]);
    let same = apply(&db, &[crm(&crm_db)]);
    assert!(same.stdout.contains("nothing to change"), "{same:?}");
}

#[test]
fn a_reading_that_writes_is_not_run() {
    let db = Db::sqlite();
    let (crm_db, _) = shops(&db);
    let writes = crm(&crm_db).replace(
        "SELECT no AS customer_no, email, friend FROM people WHERE email = ?1",
        "DELETE FROM people WHERE email = ?1 RETURNING no AS customer_no",
    );
    applied(&db, &[writes]);
    let tried = cli(&db, &["--json", "systems", "check"]);
    assert_eq!(tried.code, 1, "{tried:?}");
    assert_eq!(count(&crm_db, "SELECT count(*) FROM people"), 2);
    let wrong = crm(&crm_db).replace(
        "FROM people WHERE email = ?1\"\n",
        "FROM peeple WHERE email = ?1\"\n",
    );
    applied(&db, &[wrong]);
    let tried = cli(&db, &["systems", "check"]);
    assert!(tried.stdout.contains("no such table: peeple"), "{tried:?}");
}

#[test]
fn a_postgresql_server() {
    let cluster = match postgres::shared() {
        Ok(cluster) => cluster,
        Err(why) => return POSTGRES.missing(&test_name(), why),
    };
    let (db, url) = (Db::sqlite(), cluster.database());
    let name = url.rsplit('/').next().unwrap();
    let secret = url.split(':').nth(2).unwrap().split('@').next().unwrap();
    cluster.sql(name, "CREATE TABLE people (no INTEGER, email TEXT, since DATE); INSERT INTO people VALUES (7, 'anne@systems.example', '2020-01-31'), (8, 'bea@systems.example', NULL)");
    let password = db.data_dir().join("password");
    std::fs::write(&password, secret).unwrap();
    let with = |read: &str, erase: &str| {
        let via = format!(
            "kind = \"postgres\"\nat = {{ host = \"127.0.0.1\", port = {}, database = \"{name}\", user = \"placet\", password = {{ file = \"{}\" }} }}\nread = \"{read}\"\nerase = [\"{erase}\"]",
            cluster.port(),
            password.display(),
        );
        system("crm", "email", "timeout = 2", &via)
    };
    let (reads, erases) = (
        "SELECT * FROM people WHERE email = $1",
        "DELETE FROM people WHERE email = $1",
    );
    applied(&db, &[with(reads, erases)]);
    let tried = cli(&db, &["systems", "check"]);
    assert_eq!(tried.code, 0, "{tried:?}");
    let (_, told) = run(&db, "read", "30");
    assert_eq!(told["tasks"][0]["rows"][0]["since"], "2020-01-31", "{told}");
    // it hangs: given up, said, tried again
    applied(
        &db,
        &[with(
            "SELECT pg_sleep(60), email FROM people WHERE email = $1",
            erases,
        )],
    );
    let (hangs, told) = run(&db, "read", "3");
    assert_eq!(hangs.code, 1, "{hangs:?}");
    assert_eq!(told["tasks"][0]["progress"]["last"], "timed_out", "{told}");
    // a reading that writes
    applied(&db, &[with("SELECT nextval('s') AS n, $1 AS e", erases)]);
    cluster.sql(name, "CREATE SEQUENCE s");
    let tried = cli(&db, &["--json", "systems", "check"]);
    assert!(tried.stdout.contains("\"writes\""), "{tried:?}");
    // more than one person has
    applied(
        &db,
        &[with(reads, "DELETE FROM people WHERE email = $1 OR true")
            .replace("timeout = 2", "timeout = 2\nmost_rows = 1")],
    );
    let (much, told) = run(&db, "erase", "3");
    assert_eq!(much.code, 1, "{much:?}");
    assert_eq!(
        told["tasks"][0]["progress"]["last"], "too_many_rows",
        "{told}"
    );
    assert_eq!(cluster.sql(name, "SELECT count(*) FROM people"), "2");
    applied(&db, &[with(reads, erases)]);
    let (done, _) = run(&db, "erase", "30");
    assert_eq!(done.code, 0, "{done:?}");
    assert_eq!(
        cluster.sql(name, "SELECT email FROM people"),
        "bea@systems.example"
    );
    // wrong credentials: said without the secret
    std::fs::write(&password, "quite-wrong").unwrap();
    let tried = cli(&db, &["--json", "systems", "check"]);
    assert!(tried.stdout.contains("\"credentials\""), "{tried:?}");
    assert!(!tried.stdout.contains("quite-wrong") && !tried.stderr.contains("quite-wrong"));
    std::fs::remove_file(&password).unwrap();
    let tried = cli(&db, &["systems", "check"]);
    assert!(
        tried.stdout.contains("its secret is not where"),
        "{tried:?}"
    );
}

#[test]
fn a_mariadb_server() {
    let server = match mariadb::shared() {
        Ok(server) => server,
        Err(why) => return MARIADB.missing(&test_name(), why),
    };
    let (db, name) = (Db::sqlite(), server.database());
    server.sql(&format!("CREATE TABLE {name}.people (no INT, email VARCHAR(90), since DATE); INSERT INTO {name}.people VALUES (7, 'anne@systems.example', '2020-01-31'), (8, 'bea@systems.example', NULL)"));
    let password = db.data_dir().join("password");
    std::fs::write(&password, "geheim\n").unwrap();
    let with = |read: &str, mask: &str| {
        let via = format!(
            "kind = \"mysql\"\nat = {{ host = \"127.0.0.1\", port = {}, database = \"{name}\", user = \"{name}\", password = {{ file = \"{}\" }} }}\nread = \"{read}\"\nmask = [\"{mask}\"]",
            server.port(),
            password.display(),
        );
        system("crm", "email", "timeout = 2\non_erasure = \"mask\"", &via)
    };
    let (reads, masks) = (
        "SELECT * FROM people WHERE email = ?",
        "UPDATE people SET email = NULL WHERE email = ?",
    );
    applied(&db, &[with(reads, masks)]);
    let tried = cli(&db, &["systems", "check"]);
    assert_eq!(tried.code, 0, "{tried:?}");
    let (_, told) = run(&db, "read", "30");
    assert_eq!(
        told["tasks"][0]["rows"][0],
        json!({ "no": 7, "email": ANNE, "since": "2020-01-31" }),
        "{told}"
    );
    applied(
        &db,
        &[with(
            "SELECT sleep(60) AS s, email FROM people WHERE email = ?",
            masks,
        )],
    );
    let (hangs, told) = run(&db, "read", "3");
    assert_eq!(hangs.code, 1, "{hangs:?}");
    assert_eq!(told["tasks"][0]["progress"]["last"], "timed_out", "{told}");
    applied(&db, &[with(reads, masks)]);
    let (done, _) = run(&db, "erase", "30");
    assert_eq!(done.code, 0, "{done:?}");
    assert_eq!(
        server.sql(&format!(
            "SELECT count(*) FROM {name}.people WHERE email IS NULL"
        )),
        "1"
    );
    std::fs::write(&password, "quite-wrong").unwrap();
    let tried = cli(&db, &["--json", "systems", "check"]);
    assert!(tried.stdout.contains("\"credentials\""), "{tried:?}");
    assert!(!tried.stdout.contains("quite-wrong") && !tried.stderr.contains("quite-wrong"));
}

/// A person erases, says so, looks again, and says that too.
#[test]
fn a_person_says_it_and_looks_again() {
    let db = Db::sqlite();
    applied(
        &db,
        &[system(
            "archive",
            "email",
            "",
            "kind = \"manual\"\ninstructions = \"the grey cabinet\"",
        )],
    );
    let (waits, told) = run(&db, "erase", "1");
    assert_eq!(waits.code, 1, "{waits:?}");
    let id = task(&told, "archive");
    let first = cli(
        &db,
        &[
            "systems",
            "outcome",
            &id,
            "done",
            "--count",
            "2",
            "--evidence",
            "T-1",
        ],
    );
    assert_eq!(first.code, 0, "{first:?}");
    let early = cli(&db, &["systems", "outcome", &id, "done"]);
    assert_eq!(early.code, 2, "{early:?}");
    let request = request(&waits);
    cli(&db, &["systems", "resume", &request, "--wait", "1"]);
    let second = cli(&db, &["systems", "outcome", &id, "done", "--count", "0"]);
    assert!(second.stdout.contains("none left"), "{second:?}");
    let held = system(
        "books",
        "email",
        "on_erasure = \"keep\"\n[system.hold]\nground = \"tax law\"\nuntil = \"2036-12-31\"",
        "kind = \"manual\"\ninstructions = \"x\"",
    );
    applied(&db, &[held]);
    let (kept, told) = run(&db, "erase", "1");
    assert_eq!(kept.code, 0, "{kept:?}");
    assert_eq!(outcome(&told, "books")["until"], "2036-12-31");
}

#[test]
fn a_folder_of_files() {
    let db = Db::sqlite();
    let folder = db.data_dir().join("exchange");
    std::fs::create_dir(&folder).unwrap();
    let via = format!("kind = \"folder\"\npath = \"{}\"", folder.display());
    applied(&db, &[system("till", "email", "recipient = true", &via)]);
    let (waits, told) = run(&db, "erase", "0");
    assert_eq!(waits.code, 1, "{waits:?}");
    let id = task(&told, "till");
    let asked = folder.join(format!("{id}-act.json"));
    let body: Value = serde_json::from_slice(&std::fs::read(&asked).unwrap()).unwrap();
    assert_eq!(
        (&body["do"], &body["identifiers"]),
        (&json!("tell_erased"), &json!([ANNE]))
    );
    std::fs::write(
        folder.join(format!("{id}-act.reply.json")),
        r#"{"outcome":"done"}"#,
    )
    .unwrap();
    let done = cli(
        &db,
        &["systems", "resume", &request(&waits), "--wait", "30"],
    );
    assert!(done.stdout.contains("acknowledged"), "{done:?}");
    assert!(!asked.exists(), "a file with a name in it stays");
}

/// A system that is called: what it says, by how often it was called.
pub fn called(
    say: impl Fn(usize, &str, &str) -> Vec<u8> + Send + 'static,
) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/privacy", listener.local_addr().unwrap());
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    std::thread::spawn(move || {
        for socket in listener.incoming() {
            let mut socket = socket.unwrap();
            let mut heard = Vec::new();
            let mut some = [0; 4096];
            loop {
                let count = socket.read(&mut some).unwrap_or(0);
                heard.extend_from_slice(&some[..count]);
                let text = String::from_utf8_lossy(&heard);
                if count == 0
                    || text
                        .split_once("\r\n\r\n")
                        .is_some_and(|(_, body)| body.ends_with('}'))
                {
                    break;
                }
            }
            let text = String::from_utf8_lossy(&heard).into_owned();
            let id = text
                .lines()
                .find_map(|line| line.strip_prefix("webhook-id: "))
                .unwrap_or_default()
                .trim()
                .to_owned();
            let body = text
                .split_once("\r\n\r\n")
                .map(|(_, body)| body.to_owned())
                .unwrap_or_default();
            let number = counted.fetch_add(1, Ordering::SeqCst);
            let _gone = socket.write_all(&say(number, &id, &body));
        }
    });
    (url, calls)
}

fn signed(key: &str, id: &str, body: &str) -> Vec<u8> {
    let at = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
    let tag = STANDARD.encode(hmac::sign(&key, format!("{id}.{at}.{body}").as_bytes()));
    format!("HTTP/1.1 200 OK\r\nwebhook-timestamp: {at}\r\nwebhook-signature: v1,{tag}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len()).into_bytes()
}

pub fn hook(db: &Db, url: &str, private: bool) {
    let secret = db.data_dir().join("hook");
    std::fs::write(&secret, "whsec").unwrap();
    let via = format!(
        "kind = \"webhook\"\nurl = \"{url}\"\nprivate = {private}\nsecret = {{ file = \"{}\" }}",
        secret.display()
    );
    applied(db, &[system("cloud", "email", "timeout = 1", &via)]);
}

fn last(db: &Db) -> Value {
    let (_, told) = run(db, "read", "0");
    told["tasks"][0]["progress"].clone()
}

#[test]
fn a_system_that_is_called() {
    let db = Db::sqlite();
    // erases, then says honestly that nothing is left
    let (url, calls) = called(|_, id, body| {
        assert!(body.contains(ANNE));
        let count = u8::from(id.ends_with(".act")) * 3;
        signed(
            "whsec",
            id,
            &format!(r#"{{"outcome":"done","count":{count}}}"#),
        )
    });
    hook(&db, &url, true);
    let (done, _) = run(&db, "erase", "30");
    assert_eq!(done.code, 0, "{done:?}");
    assert_eq!(calls.load(Ordering::SeqCst), 2);
    // says yes and did nothing
    let (url, _) = called(|_, id, _| signed("whsec", id, r#"{"outcome":"done","count":3}"#));
    hook(&db, &url, true);
    let (lies, told) = run(&db, "erase", "30");
    assert_eq!(
        outcome(&told, "cloud")["outcome"],
        "not_verified",
        "{lies:?}"
    );
    // its own words, with a wrong signature, without end, as garbage, never, as a redirect
    let (url, _) = called(|_, id, _| signed("guessed", id, r#"{"outcome":"done"}"#));
    hook(&db, &url, true);
    assert_eq!(last(&db)["last"], "garbage");
    let (url, _) = called(|_, id, _| signed("whsec", id, "<html>"));
    hook(&db, &url, true);
    assert_eq!(last(&db)["last"], "garbage");
    let (url, _) = called(|_, _, _| {
        let mut endless = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_vec();
        endless.resize(17 << 20, b' ');
        endless
    });
    hook(&db, &url, true);
    assert!(["too_much", "timed_out"].contains(&last(&db)["last"].as_str().unwrap()));
    let (url, _) = called(|_, _, _| {
        std::thread::sleep(Duration::from_secs(20));
        Vec::new()
    });
    hook(&db, &url, true);
    assert_eq!(last(&db)["last"], "timed_out");
    let (url, calls) = called(|_, _, _| {
        b"HTTP/1.1 307 Moved\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n".to_vec()
    });
    hook(&db, &url, true);
    assert_eq!(last(&db)["last"], "rejected");
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    // it has it, and answers later
    let (url, _) = called(|_, _, _| b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n".to_vec());
    hook(&db, &url, true);
    assert_eq!(last(&db)["awaited"], true);
    // an address of our own network that was not meant
    hook(&db, "https://127.0.0.1:1/", false);
    assert_eq!(last(&db)["last"], "not_allowed");
}
