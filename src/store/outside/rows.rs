//! How far the database has taken in each file of the register.

use crate::audit::Hash;
use crate::store::connection::{Db, on};
use crate::store::error::StoreError;
use crate::store::rows::{signed, unsigned};
use crate::store::schema::erasure_register;
use diesel::prelude::*;

/// A file as the database knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct Known {
    pub id: String,
    pub node: String,
    pub blocks: u64,
    pub head: Vec<u8>,
}

const READING: &str = "reading how far the register was taken in";

type Row = (String, String, i64, Vec<u8>);

fn read((id, node, blocks, head): Row) -> Known {
    let blocks = unsigned(blocks);
    Known {
        id,
        node,
        blocks,
        head,
    }
}

pub(super) fn all(db: &mut Db) -> Result<Vec<Known>, StoreError> {
    let rows: Vec<Row> =
        on!(db, conn => erasure_register::table.order(erasure_register::id).load(conn))
            .map_err(StoreError::failed(READING))?;
    Ok(rows.into_iter().map(read).collect())
}

pub(super) fn find(db: &mut Db, id: &str) -> Result<Option<Known>, StoreError> {
    let row: Option<Row> = on!(db, conn => erasure_register::table.find(id).first(conn).optional())
        .map_err(StoreError::failed(READING))?;
    Ok(row.map(read))
}

pub(super) fn put(
    db: &mut Db,
    (id, node): (&str, &str),
    blocks: u64,
    head: &Hash,
) -> Result<(), StoreError> {
    let moved = (
        erasure_register::node.eq(node),
        erasure_register::blocks.eq(signed(blocks)),
        erasure_register::head.eq(head.to_vec()),
    );
    on!(db, conn => diesel::insert_into(erasure_register::table)
        .values((erasure_register::id.eq(id), moved.clone()))
        .on_conflict(erasure_register::id)
        .do_update()
        .set(moved)
        .execute(conn))
    .map_err(StoreError::failed(
        "writing how far the register was taken in",
    ))?;
    Ok(())
}

pub(super) fn forget(db: &mut Db, id: &str) -> Result<(), StoreError> {
    on!(db, conn => diesel::delete(erasure_register::table.find(id)).execute(conn))
        .map_err(StoreError::failed("forgetting a file of the register"))?;
    Ok(())
}
