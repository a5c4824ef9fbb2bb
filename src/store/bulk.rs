//! Many rows in one statement, for `PostgreSQL`: every column is one array, so that the statement
//! has the same text for any number of rows and is parsed and planned once; and what goes into
//! several tables goes in one way there and back.

use super::connection::PgConnection;
use diesel::expression::{AsExpression, Expression};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, SingleValue, SqlType};
use diesel::{IntoSql, QueryResult, RunQueryDsl};

/// The rows for one table: `INSERT INTO … SELECT * FROM UNNEST(…)`.
pub(super) struct Bulk<'a> {
    table: &'static str,
    rows: usize,
    columns: Vec<(&'static str, Box<dyn QueryFragment<Pg> + 'a>)>,
    /// Where a row of the same key is replaced: the columns of the key.
    key: &'static [&'static str],
}

/// Reads the columns of rows into a [`Bulk`]: `bulk!(rows => table { column, … })`, with
/// `replacing [key, …]` at the end where a row of the same key is replaced.
macro_rules! bulk {
    ($rows:expr => $table:ident { $($column:ident),+ $(,)? } $(replacing [$($key:ident),+])?) => {{
        let key: &'static [&'static str] = &[$($(stringify!($key)),+)?];
        $crate::store::bulk::Bulk::new(stringify!($table), $rows.len(), key)
            $(.column(
                stringify!($column),
                $crate::store::schema::$table::$column,
                $rows.iter().map(|row| &row.$column).collect::<Vec<_>>(),
            ))+
    }};
}
pub(super) use bulk;

impl<'a> Bulk<'a> {
    pub const fn new(table: &'static str, rows: usize, key: &'static [&'static str]) -> Self {
        Self {
            table,
            rows,
            columns: Vec::new(),
            key,
        }
    }

    /// Adds a column, whose type the schema knows.
    pub fn column<C, T>(mut self, name: &'static str, _column: C, values: Vec<T>) -> Self
    where
        C: Expression,
        C::SqlType: SqlType + SingleValue,
        Vec<T>: AsExpression<Array<C::SqlType>>,
        <Vec<T> as AsExpression<Array<C::SqlType>>>::Expression: QueryFragment<Pg> + 'a,
    {
        let values = values.into_sql::<Array<C::SqlType>>();
        self.columns.push((name, Box::new(values)));
        self
    }

    /// What happens to a row whose key is there already.
    fn replace(&self, out: &mut AstPass<'_, '_, Pg>) -> QueryResult<()> {
        if self.key.is_empty() {
            return Ok(());
        }
        let mut before = " ON CONFLICT (";
        for name in self.key {
            out.push_sql(before);
            out.push_identifier(name)?;
            before = ", ";
        }
        before = ") DO UPDATE SET ";
        for (name, _) in self.columns.iter().filter(|(n, _)| !self.key.contains(n)) {
            out.push_sql(before);
            out.push_identifier(name)?;
            out.push_sql(" = excluded.");
            out.push_identifier(name)?;
            before = ", ";
        }
        Ok(())
    }
}

impl QueryFragment<Pg> for Bulk<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("INSERT INTO ");
        out.push_identifier(self.table)?;
        let mut before = " (";
        for (name, _) in &self.columns {
            out.push_sql(before);
            out.push_identifier(name)?;
            before = ", ";
        }
        before = ") SELECT * FROM UNNEST(";
        for (_, values) in &self.columns {
            out.push_sql(before);
            values.walk_ast(out.reborrow())?;
            before = ", ";
        }
        out.push_sql(")");
        self.replace(&mut out)
    }
}

/// Several [`Bulk`]s as one statement: all but the last stand before it in `WITH`.
struct Together<'a>(Vec<Bulk<'a>>);

impl QueryFragment<Pg> for Together<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let Some((last, others)) = self.0.split_last() else {
            return Ok(());
        };
        let mut before = "WITH ";
        for bulk in others {
            out.push_sql(before);
            out.push_identifier(&format!("into_{}", bulk.table))?;
            out.push_sql(" AS (");
            bulk.walk_ast(out.reborrow())?;
            out.push_sql(")");
            before = ", ";
        }
        if !others.is_empty() {
            out.push_sql(" ");
        }
        last.walk_ast(out)
    }
}

// which tables there are is known only when it runs: prepared statements are found by their text
impl QueryId for Together<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Conn> RunQueryDsl<Conn> for Together<'_> {}

/// Inserts what there is, all in one statement. No table may depend on another of them.
pub(super) fn insert(conn: &mut PgConnection, bulks: Vec<Bulk<'_>>) -> QueryResult<()> {
    let bulks: Vec<_> = bulks.into_iter().filter(|bulk| bulk.rows > 0).collect();
    if bulks.is_empty() {
        return Ok(());
    }
    Together(bulks).execute(conn).map(drop)
}
