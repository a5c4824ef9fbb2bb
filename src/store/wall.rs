//! A role of its own for the service (PostgreSQL). The owner makes and changes the tables; the service reads,
//! adds and changes rows, and can neither change nor take out what the log says and what it is proven by.
//! Whoever gets hold of the service's connection cannot rewrite the past, whatever else they can do.

use super::connection::Db;
use super::error::StoreError;
use super::migrate::Tables;
use super::url::DatabaseUrl;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

/// Tables to which rows are only ever added.
pub const ONLY_ADDED: [&str; 12] = [
    "ledger",
    "public_events",
    "tree_tiles",
    "checkpoints",
    "cosignatures",
    "timestamps",
    "suppressions",
    "catalogue_items",
    "erasures",
    "erased_entries",
    "imports",
    "decision_expiries",
];

/// A role, as SQL names it and as a text in quotes.
#[derive(QueryableByName, PartialEq, Eq)]
struct Role {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    quoted: String,
}

#[derive(QueryableByName)]
struct Can {
    #[diesel(sql_type = Bool)]
    can: bool,
}

/// Makes the tables by their owner, and gives the service's role what it needs of them. Rights on the tables of a newer
/// program are that one's to give: it knows of which rows are only added.
pub(super) fn raise(owner: &DatabaseUrl, service: &DatabaseUrl) -> Result<Tables, StoreError> {
    let mut tables = Db::connect_writer(owner)?;
    let whose = tables.migrate()?;
    let role = role(&mut Db::connect(service)?)?;
    if role == self::role(&mut tables)? {
        return Err(StoreError::OneRole);
    }
    if whose != Tables::Expanded && !has_its_rights(&mut tables, &role)? {
        tables.execute(&rights(&role.name), "giving the service its rights")?;
    }
    Ok(whose)
}

/// Whether they were given since the last table came: to each its own, and of those that only grow no more.
fn has_its_rights(tables: &mut Db, Role { quoted, .. }: &Role) -> Result<bool, StoreError> {
    let asked = format!(
        "SELECT bool_and(has_table_privilege({quoted}, oid, 'SELECT')) AND NOT {} AS can
         FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
        can_change(&format!("{quoted}, "))
    );
    can(tables, &asked)
}

/// Who is connected.
fn role(db: &mut Db) -> Result<Role, StoreError> {
    let Db::Postgres(conn) = db else {
        return Err(StoreError::NoRoles);
    };
    let asked = "SELECT quote_ident(current_user) AS name, quote_literal(current_user) AS quoted";
    diesel::sql_query(asked)
        .get_result(conn)
        .map_err(StoreError::failed("asking who is connected"))
}

/// One node at a time: two that grant at once disturb each other.
fn rights(role: &str) -> String {
    let kept = ONLY_ADDED.join(", ");
    format!(
        "BEGIN;
         SELECT pg_advisory_xact_lock(7306925);
         GRANT USAGE ON SCHEMA public TO {role};
         GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
         GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};
         REVOKE UPDATE, DELETE, TRUNCATE ON {kept} FROM {role};
         REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON __diesel_schema_migrations FROM {role};
         COMMIT"
    )
}

/// Whether who is connected could change what the log says; of an embedded database whoever has its file can.
pub(super) fn can_rewrite(db: &mut Db) -> Result<bool, StoreError> {
    if matches!(db, Db::Sqlite(_)) {
        return Ok(true);
    }
    can(db, &format!("SELECT {} AS can", can_change("")))
}

/// Whether a role, or who is connected, may do more than add to any of the tables that only grow.
fn can_change(role: &str) -> String {
    let each = ONLY_ADDED
        .map(|table| format!("has_table_privilege({role}'{table}', 'UPDATE, DELETE, TRUNCATE')"));
    format!("({})", each.join(" OR "))
}

fn can(db: &mut Db, asked: &str) -> Result<bool, StoreError> {
    let Db::Postgres(conn) = db else {
        return Err(StoreError::NoRoles);
    };
    let found: Can = diesel::sql_query(asked)
        .get_result(conn)
        .map_err(StoreError::failed("asking what the service may do"))?;
    Ok(found.can)
}
