//! `PostgreSQL` servers.

use super::reach::{Bounds, LARGEST, Outward, Work, secret};
use crate::app::systems::{Answer, Fault};
use crate::domain::personal::Personal;
use crate::domain::systems::{Address, Failure};
use crate::store::encrypted_line;
use futures_util::{StreamExt, pin_mut};
use serde_json::Value;
use std::error::Error as _;
use std::net::SocketAddr;
use tokio::task::JoinHandle;
use tokio_postgres::config::SslMode;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Config, Error, NoTls, Socket, Statement};

pub(super) fn run(
    at: &Address,
    work: &Work<'_>,
    keys: &Personal<Vec<String>>,
    bounds: Bounds,
    outward: Outward<'_>,
) -> Result<Answer, Fault> {
    let places = outward.places(at, 5432, bounds)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|_| Failure::Unreachable)?;
    let done = runtime.block_on(async {
        tokio::time::timeout(bounds.timeout, connected(at, &places, work, keys, bounds)).await
    });
    runtime.shutdown_background();
    done.unwrap_or_else(|_| Err(Failure::TimedOut.into()))
}

async fn connected(
    at: &Address,
    places: &[SocketAddr],
    work: &Work<'_>,
    keys: &Personal<Vec<String>>,
    bounds: Bounds,
) -> Result<Answer, Fault> {
    let mut config = Config::new();
    for place in places {
        config
            .host(&at.host)
            .hostaddr(place.ip())
            .port(place.port());
    }
    config.dbname(&at.database).user(&at.user);
    config
        .application_name("placet")
        .connect_timeout(bounds.timeout);
    if let Some(place) = &at.password {
        config.password(secret(place)?.expose());
    }
    let (client, talk) = match &at.tls {
        None => opened(&config, NoTls).await?,
        Some(tls) => {
            config.ssl_mode(SslMode::Require);
            let line = encrypted_line(tls.authorities.as_deref());
            opened(&config, line.map_err(|why| unencrypted(Some(why)))?).await?
        }
    };
    let answer = answered(&client, work, keys, bounds).await;
    drop(client);
    talk.abort();
    answer
}

async fn opened<T>(config: &Config, tls: T) -> Result<(Client, JoinHandle<()>), Fault>
where
    T: MakeTlsConnect<Socket>,
    T::Stream: Send + 'static,
{
    let opened = config.connect(tls).await;
    let (client, connection) = opened.map_err(|error| at_the_door(&error))?;
    // what breaks it off breaks the answer, too
    let talk = async move { drop(connection.await) };
    Ok((client, tokio::spawn(talk)))
}

/// Nothing is said to a server that does not prove which one it is.
fn unencrypted(detail: Option<String>) -> Fault {
    Fault {
        why: Failure::NotAllowed,
        detail,
    }
}

async fn answered(
    client: &Client,
    work: &Work<'_>,
    keys: &Personal<Vec<String>>,
    bounds: Bounds,
) -> Result<Answer, Fault> {
    // the server itself gives up as well, so that nothing runs on unseen
    let limit = bounds.timeout.as_millis();
    let begin = match work {
        Work::Change(_) => "BEGIN",
        Work::Read(_) | Work::Try(..) => "BEGIN READ ONLY",
    };
    let setup = format!("SET statement_timeout = {limit}; SET lock_timeout = {limit}; {begin}");
    client
        .batch_execute(&setup)
        .await
        .map_err(|error| fault(&error))?;
    match work {
        Work::Read(sql) => read(client, sql, keys, bounds).await.map(Answer::Rows),
        Work::Change(all) => change(client, all, keys, bounds).await.map(Answer::Changed),
        Work::Try(first, others) => {
            for sql in others {
                prepared(client, sql).await?;
            }
            read(client, first, keys, bounds).await.map(Answer::Rows)
        }
    }
}

/// A statement whose one parameter is text. What the server says of it quotes the statement, never a
/// value: none is there yet.
async fn prepared(client: &Client, sql: &str) -> Result<Statement, Fault> {
    let statement = client
        .prepare_typed(sql, &[Type::TEXT])
        .await
        .map_err(|error| Fault {
            detail: error.as_db_error().map(|said| said.message().to_owned()),
            ..fault(&error)
        })?;
    if statement.params().len() != 1 {
        return Err(Fault {
            why: Failure::Statement,
            detail: Some("it must take the identifier as its one parameter, $1".into()),
        });
    }
    Ok(statement)
}

async fn read(
    client: &Client,
    sql: &str,
    keys: &Personal<Vec<String>>,
    bounds: Bounds,
) -> Result<Personal<Vec<Value>>, Fault> {
    let most = u64::from(bounds.rows) + 1;
    let sql = sql.trim().trim_end_matches(';');
    let as_json = format!("SELECT row_to_json(found)::text FROM ({sql}) AS found LIMIT {most}");
    let statement = prepared(client, &as_json).await?;
    let (mut found, mut bytes) = (Vec::new(), 0);
    for key in keys.reveal() {
        let rows = client
            .query_raw(&statement, [key])
            .await
            .map_err(|error| fault(&error))?;
        pin_mut!(rows);
        while let Some(row) = rows.next().await {
            let text: String = row
                .and_then(|row| row.try_get(0))
                .map_err(|error| fault(&error))?;
            bytes += text.len() as u64;
            if bytes > LARGEST {
                return Err(Failure::TooMuch.into());
            }
            found.push(serde_json::from_str(&text).map_err(|_| Failure::Garbage)?);
            if found.len() > bounds.rows as usize {
                return Err(Failure::TooManyRows.into());
            }
        }
    }
    Ok(Personal::new(found))
}

async fn change(
    client: &Client,
    all: &[String],
    keys: &Personal<Vec<String>>,
    bounds: Bounds,
) -> Result<u64, Fault> {
    let mut changed = 0;
    for sql in all {
        let statement = prepared(client, sql).await?;
        for key in keys.reveal() {
            changed += client
                .execute(&statement, &[key])
                .await
                .map_err(|error| fault(&error))?;
        }
    }
    // the transaction goes with the connection
    bounds.allow(changed, all)?;
    client
        .batch_execute("COMMIT")
        .await
        .map_err(|error| fault(&error))?;
    Ok(changed)
}

fn at_the_door(error: &Error) -> Fault {
    match error.code() {
        Some(_) => fault(error),
        None if error.to_string().contains("password") => Failure::Credentials.into(),
        None if error.to_string().contains("TLS") => {
            unencrypted(error.source().map(ToString::to_string))
        }
        None => Failure::Unreachable.into(),
    }
}

fn fault(error: &Error) -> Fault {
    let Some(code) = error.code() else {
        return Failure::Unreachable.into();
    };
    let why = match code.code() {
        "25006" => Failure::Writes,
        "57014" | "55P03" => Failure::TimedOut,
        code if code.starts_with("28") => Failure::Credentials,
        code if code.starts_with("57") || code.starts_with("53") => Failure::Unreachable,
        _ => Failure::Statement,
    };
    Fault {
        why,
        detail: Some(format!("SQLSTATE {}", code.code())),
    }
}
