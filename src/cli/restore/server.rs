//! A server's database: the dump comes in as one transaction, so that half of it is never seen; what the
//! register has is applied next, here or by whichever node starts first.

use super::super::backup::{program, ran};
use super::super::digest;
use super::super::output::{Failure, say};
use super::{brought_up, fits, is_what_it_says, wrong};
use crate::app::Setup;
use crate::app::again::{AppliedAgain, Look};
use crate::app::backup::Manifest;
use crate::store::{DatabaseUrl, StoreError, in_use, look_at, parted};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::process::Stdio;

/// Takes out what is there, within the same transaction.
const CLEAR: &str = "DO $$ DECLARE one text; BEGIN FOR one IN SELECT quote_ident(tablename) FROM pg_tables \
     WHERE schemaname = current_schema() LOOP EXECUTE 'DROP TABLE IF EXISTS ' || one || ' CASCADE'; END LOOP; END $$;";

pub(super) fn run(
    file: &Path,
    manifest: &Manifest,
    replaces: bool,
    setup: Setup,
    look: Look,
) -> Result<Option<AppliedAgain>, Failure> {
    fits(manifest, "postgres")?;
    // whoever owns the tables takes them out and makes them
    let database = setup.owner.as_ref().unwrap_or(&setup.database).clone();
    let DatabaseUrl::Postgres(url) = database.clone() else {
        return Err(StoreError::damaged("the kind of a database").into());
    };
    if look_at(&database)?.is_some() && !replaces {
        return Err(Failure::usage(
            "the database is not empty: to let the backup take its place add --replace",
        ));
    }
    if in_use(&database)? {
        return Err(Failure::usage(
            "the database is in use: stop every node and whatever else is connected to it first",
        ));
    }
    let whole = File::open(file)
        .map_err(|error| Failure::usage(format!("{} cannot be read: {error}", file.display())))?;
    if digest::sha256(BufReader::with_capacity(1 << 20, whole))? != manifest.sha256 {
        return Err(wrong("this copy is damaged: it is not what its list says"));
    }
    bring_in(file, &url)?;
    let head = look_at(&database)?.ok_or_else(|| wrong("this copy is empty"))?;
    is_what_it_says(manifest, &head)?;
    say("applying the erasure register");
    brought_up(setup, look)
}

fn bring_in(file: &Path, url: &str) -> Result<(), Failure> {
    let (url, password) = parted(url);
    let mut psql = program("psql", password.as_deref());
    psql.args(["--no-psqlrc", "--quiet", "--single-transaction"]);
    psql.args(["--set=ON_ERROR_STOP=1", "--command", CLEAR, "--file"]);
    psql.arg(file).arg(format!("--dbname={url}"));
    psql.stdout(Stdio::null());
    ran(psql, "psql")
}
