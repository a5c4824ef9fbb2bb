//! The service's own role in PostgreSQL: it does all that it does, and what the log says it cannot change.

use crate::shop::{Shop, yes};
use crate::support::database::Db;
use crate::support::postgres_programs::Programs;
use crate::support::server::{cli, cli_beside};

/// What an intruder with the service's connection tries, and the database's answer.
fn tries(db: &Db, sql: &str) -> String {
    let mut psql = Programs::find().unwrap().command("psql");
    psql.args([
        "--no-psqlrc",
        "--quiet",
        "--set=ON_ERROR_STOP=1",
        "--command",
        sql,
    ]);
    let done = psql.arg(db.url()).output().unwrap();
    if done.status.success() {
        "done".to_owned()
    } else {
        String::from_utf8_lossy(&done.stderr).trim().to_owned()
    }
}

#[test]
fn it_adds_to_the_log_and_cannot_change_it() {
    let Some(db) = Db::postgres("own_role::it_adds_to_the_log_and_cannot_change_it") else {
        return;
    };
    let shop = Shop::open(&db);
    shop.record(&yes("anne@example.fr"));
    let refused = [
        "UPDATE ledger SET leaf = leaf",
        "DELETE FROM ledger",
        "TRUNCATE ledger",
        "DROP TABLE ledger",
        "ALTER TABLE ledger ADD COLUMN more INTEGER",
        "UPDATE public_events SET payload = payload",
        "DELETE FROM tree_tiles",
        "DELETE FROM checkpoints",
        "DELETE FROM suppressions",
        "DELETE FROM erasures",
        "UPDATE catalogue_items SET id = id",
        "DELETE FROM __diesel_schema_migrations",
        "CREATE TABLE other (id INTEGER)",
        "SET ROLE placet",
    ];
    for sql in refused {
        let answer = tries(&db, sql);
        let barred = ["permission denied", "must be owner"];
        assert!(
            barred.iter().any(|words| answer.contains(words)),
            "{sql}: {answer}"
        );
    }
    // it is the rights that bar it: what the service does, this connection does
    assert_eq!(tries(&db, "UPDATE staff SET login = login"), "done");
    shop.record(&yes("bea@example.fr"));
    let told = cli(&db, &["doctor"]);
    assert!(
        told.stdout.contains("adds to the log and cannot change it"),
        "{told:?}"
    );
}

#[test]
fn one_role_for_both_is_told() {
    let Some(db) = Db::postgres("own_role::one_role_for_both_is_told") else {
        return;
    };
    let Db::Postgres { data, url, .. } = &db else {
        unreachable!()
    };
    let same = Db::Postgres {
        data: data.clone(),
        url: url.clone(),
        owner: Some(url.clone()),
    };
    let told = cli(&same, &["keys", "list"]);
    assert_eq!(told.code, 3, "{told:?}");
    let owner = db.owner().unwrap().to_owned();
    let owners = Db::Postgres {
        data: data.clone(),
        url: owner.clone(),
        owner: None,
    };
    Shop::open(&owners);
    let told = cli(&owners, &["doctor"]);
    assert!(
        told.stdout.contains("could change what the log says"),
        "{told:?}"
    );
    let twice = Db::Postgres {
        data: data.clone(),
        url: owner.clone(),
        owner: Some(owner),
    };
    let told = cli(&twice, &["keys", "list"]);
    assert!(told.stderr.contains("connect as the same role"), "{told:?}");
}

#[test]
fn many_that_start_at_once_give_the_rights_once() {
    let Some(db) = Db::postgres("own_role::many_that_start_at_once_give_the_rights_once") else {
        return;
    };
    drop(Shop::open(&db));
    db.tamper("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM service");
    let all: Vec<_> = (0..6).map(|_| cli_beside(&db, &["keys", "list"])).collect();
    for one in all {
        let done = one.wait_with_output().unwrap();
        assert!(done.status.success(), "{done:?}");
    }
    // what somebody gave it since is taken back at the next start
    db.tamper("GRANT UPDATE ON ledger TO service");
    assert_eq!(tries(&db, "UPDATE ledger SET leaf = leaf"), "done");
    assert_eq!(cli(&db, &["keys", "list"]).code, 0);
    assert!(tries(&db, "UPDATE ledger SET leaf = leaf").contains("permission denied"));
}
