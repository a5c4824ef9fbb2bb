//! How a system is reached. Secrets are never in these files, only where they are found.

use serde::{Deserialize, Serialize};

/// How a system is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Via {
    /// By statements over the network.
    Postgres(Sql<Address>),
    /// By statements over the network.
    Mysql(Sql<Address>),
    /// By statements on a file of this machine.
    Sqlite(Sql<SqliteFile>),
    /// By signed calls; it answers when it has done it.
    Webhook(Webhook),
    /// By files that are laid down and answered beside it.
    Folder(Folder),
    /// By a person who does it and says what came of it.
    Manual(Manual),
}

impl Via {
    /// Its word.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Postgres(_) => "postgres",
            Self::Mysql(_) => "mysql",
            Self::Sqlite(_) => "sqlite",
            Self::Webhook(_) => "webhook",
            Self::Folder(_) => "folder",
            Self::Manual(_) => "manual",
        }
    }

    /// What a person is told to do, where a person does it.
    #[must_use]
    pub fn instructions(&self) -> Option<&str> {
        match self {
            Self::Manual(manual) => Some(&manual.instructions),
            _ => None,
        }
    }
}

/// A database and the statements that are run in it. Each takes the identifier as its one parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sql<A> {
    /// Where it is.
    pub at: A,
    /// Finds the rows of one person. It runs in a transaction that cannot write.
    pub read: String,
    /// Erase the rows, in this order, in one transaction.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub erase: Vec<String>,
    /// Make the rows nobody's, in this order, in one transaction.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mask: Vec<String>,
    /// Finds what an erasure left; where none is given, that is what `read` finds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recheck: Option<String>,
}

/// A database server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// Its name or address.
    pub host: String,
    /// Its port, where it is not the usual one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// The database.
    pub database: String,
    /// As whom.
    pub user: String,
    /// Where the password is; none where the server asks for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Password>,
    /// How the line to it is encrypted; none where it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
}

/// An encrypted line: the server must prove by a certificate that it is the one of that name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// The file of the authorities whose certificates are believed (PEM); where none is named, those that browsers
    /// believe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorities: Option<String>,
}

/// Where a secret is found: `{ env = "…" }` or `{ file = "…" }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Password {
    /// In a variable of the service's environment.
    Env(String),
    /// In a file of its machine.
    File(String),
}

/// A database file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SqliteFile {
    /// Its path.
    pub file: String,
}

/// An address that is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// The address.
    pub url: String,
    /// Where the secret is, with which both sides sign.
    pub secret: Password,
    /// Whether it may be an address of the own network, or unencrypted.
    #[serde(default)]
    pub private: bool,
}

/// A folder in which tasks are laid down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Folder {
    /// Its path.
    pub path: String,
}

/// What a person is told to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manual {
    /// In plain words.
    pub instructions: String,
}
