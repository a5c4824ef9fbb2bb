//! Where the data are.

use super::encrypted::MODES;
use std::net::IpAddr;
use std::{fmt, path::PathBuf, str::FromStr};

/// `sqlite://PATH` or `postgres://…`.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file on this machine.
    Sqlite(PathBuf),
    /// A server. The whole URL; it may hold a password.
    Postgres(String),
}

impl DatabaseUrl {
    /// Whether what is said to the database goes unencrypted over a network.
    #[must_use]
    pub fn is_exposed(&self) -> bool {
        let Self::Postgres(url) = self else {
            return false;
        };
        let (_, rest) = url.split_once("://").unwrap_or_default();
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let place = place.split('/').next().unwrap_or_default();
        let hosts = place.rsplit_once('@').map_or(place, |(_, hosts)| hosts);
        let mut hosts: Vec<&str> = hosts.split(',').collect();
        let pairs = || query.split('&').filter_map(|pair| pair.split_once('='));
        hosts.extend(
            pairs()
                .filter(|(name, _)| *name == "host")
                .map(|(_, host)| host),
        );
        let encrypted = pairs().any(|(name, mode)| name == "sslmode" && MODES.contains(&mode));
        !encrypted && hosts.iter().any(|host| !is_here(host))
    }
}

/// Whether a host, perhaps with its port, is this machine: by its loopback or a socket's file.
fn is_here(host: &str) -> bool {
    let bare = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let loopback = bare
        .parse::<IpAddr>()
        .is_ok_and(|address| address.is_loopback());
    loopback
        || bare.is_empty()
        || bare == "localhost"
        || bare.starts_with('/')
        || bare.starts_with("%2")
}

/// Never prints a password.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Self::Postgres(url) => f.write_str(&without_password(url)),
        }
    }
}

/// An address without what it may hold of a password: before the host, or as a parameter.
#[must_use]
pub fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        // no address at all, but perhaps a list of settings
        return if url.contains("password") {
            "•••".into()
        } else {
            url.to_owned()
        };
    };
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let place = place
        .rsplit_once('@')
        .map_or_else(|| place.to_owned(), |(_, host)| format!("•••@{host}"));
    let parameter = |pair: &str| match pair.split_once('=') {
        Some((name, _)) if name.to_ascii_lowercase().contains("pass") => format!("{name}=•••"),
        _ => pair.to_owned(),
    };
    if query.is_empty() {
        return format!("{scheme}://{place}");
    }
    let query: Vec<String> = query.split('&').map(parameter).collect();
    format!("{scheme}://{place}?{}", query.join("&"))
}

/// An address and, apart from it, its password, for programs that are given the one where everybody sees
/// it and the other where nobody does.
#[must_use]
pub fn parted(url: &str) -> (String, Option<String>) {
    let apart = || {
        let (scheme, rest) = url.split_once("://")?;
        let (place, query) = rest
            .split_once('?')
            .map_or((rest, None), |(place, query)| (place, Some(query)));
        let (user, host) = place.rsplit_once('@')?;
        let (user, password) = user.split_once(':')?;
        let query = query.map(|query| format!("?{query}")).unwrap_or_default();
        Some((
            format!("{scheme}://{user}@{host}{query}"),
            decoded(password),
        ))
    };
    apart().map_or_else(
        || (url.to_owned(), None),
        |(url, password)| (url, Some(password)),
    )
}

/// Without the percent signs of an address.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        let pair = after.get(..2);
        if let Some(byte) = pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            bytes.push(byte);
            rest = after.get(2..).unwrap_or_default();
        } else {
            bytes.push(b'%');
            rest = after;
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for DatabaseUrl {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(path) = text
            .strip_prefix("sqlite://")
            .filter(|path| !path.is_empty())
        {
            return Ok(Self::Sqlite(path.into()));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        Err("must be sqlite://PATH or postgres://USER@HOST/NAME")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_password_goes_apart_as_it_is_meant() {
        assert_eq!(
            parted("postgres://placet:s%3Acr%40t%zz@db:5432/placet?sslmode=require"),
            (
                "postgres://placet@db:5432/placet?sslmode=require".to_owned(),
                Some("s:cr@t%zz".to_owned())
            )
        );
        let plain = "postgres://placet@db/placet";
        assert_eq!(parted(plain), (plain.to_owned(), None));
    }

    #[test]
    fn what_leaves_the_machine_unencrypted_is_known() {
        let exposed = |url: &str| url.parse::<DatabaseUrl>().unwrap().is_exposed();
        for here in [
            "sqlite:///var/placet.db",
            "postgres://a:p@127.0.0.1:5432/x",
            "postgres://a@localhost/x",
            "postgres://a@[::1]:5432/x",
            "postgres:///x?host=/run/postgresql",
            "postgres://a@%2Frun%2Fpostgresql/x",
            "postgres://a@db.example:5432/x?connect_timeout=3&sslmode=verify-full",
            "postgres://a@db.example/x?sslmode=require",
        ] {
            assert!(!exposed(here), "{here}");
        }
        for away in [
            "postgres://a:p@ss@db.example:5432/x",
            "postgres://10.0.0.7/x?sslmode=disable",
            "postgres://a@localhost,db.example/x",
            "postgres:///x?host=db.example",
            "postgres://a@[2001:db8::1]/x",
        ] {
            assert!(exposed(away), "{away}");
        }
    }

    #[test]
    fn a_password_is_never_printed() {
        let url: DatabaseUrl = "postgres://placet:s3cret@db/placet".parse().unwrap();
        assert_eq!(
            format!("{url} {url:?}"),
            "postgres://•••@db/placet postgres://•••@db/placet"
        );
        let url = "postgres://a:p@ss@db/placet?password=s3cret&sslmode=require";
        assert_eq!(
            without_password(url),
            "postgres://•••@db/placet?password=•••&sslmode=require"
        );
        assert_eq!(without_password("host=db password=s3cret"), "•••");
        assert!("mysql://x".parse::<DatabaseUrl>().is_err());
        assert!("sqlite://".parse::<DatabaseUrl>().is_err());
    }
}
