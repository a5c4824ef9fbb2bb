//! PostgreSQL: databases are separate, and what is committed survives a kill.

use crate::support::postgres::{self, Cluster};
use crate::support::process;
use crate::support::waits::{POSTGRES, test_name};

#[track_caller]
fn shared() -> Option<&'static Cluster> {
    let found = postgres::shared();
    found
        .inspect_err(|why| POSTGRES.missing(&test_name(), why))
        .ok()
}

#[track_caller]
fn private() -> Option<Cluster> {
    let found = Cluster::start_new();
    found
        .inspect_err(|why| POSTGRES.missing(&test_name(), why))
        .ok()
}

/// The database's name in a URL.
fn name(url: &str) -> &str {
    url.rsplit('/').next().unwrap()
}

#[test]
fn two_databases_are_separate() {
    let Some(cluster) = shared() else {
        return;
    };
    let (one, two) = (cluster.database(), cluster.database());
    assert_ne!(one, two);
    cluster.sql(
        name(&one),
        "CREATE TABLE mine (n int); INSERT INTO mine VALUES (1), (2)",
    );
    assert_eq!(
        cluster.sql(name(&one), "SELECT n FROM mine ORDER BY n"),
        "1\n2"
    );
    assert_eq!(
        cluster.sql(name(&two), "SELECT to_regclass('mine') IS NULL"),
        "t"
    );
}

#[test]
fn it_writes_durably_and_keeps_parameters_out_of_its_log() {
    let Some(cluster) = shared() else {
        return;
    };
    let settings = "SELECT string_agg(setting, ',' ORDER BY name) FROM pg_settings WHERE name IN \
                    ('fsync', 'synchronous_commit', 'log_parameter_max_length_on_error')";
    assert_eq!(cluster.sql("postgres", settings), "on,0,on");
}

#[test]
fn a_committed_row_outlives_a_kill_and_a_stop() {
    let Some(cluster) = private() else {
        return;
    };
    let url = cluster.database();
    cluster.sql(
        name(&url),
        "CREATE TABLE mine (n int); INSERT INTO mine VALUES (7)",
    );
    cluster.kill9();
    assert!(!process::listens(cluster.port()));
    cluster.start();
    assert_eq!(cluster.sql(name(&url), "SELECT n FROM mine"), "7");
    cluster.stop();
    assert!(!process::listens(cluster.port()));
    cluster.start();
    assert_eq!(cluster.sql(name(&url), "SELECT n FROM mine"), "7");
}
