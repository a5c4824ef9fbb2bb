//! The address of a destination, read as strictly as one can be: what two readers could understand
//! differently is refused.

use super::{Failed, Kind};
use std::fmt;
use std::net::IpAddr;
use url::Url;

/// Who is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// By an address.
    Address(IpAddr),
    /// By a name.
    Name(String),
}

impl Host {
    /// A host as it stands in a registration: a name or an address.
    ///
    /// # Errors
    /// Where it is neither.
    pub fn of(text: &str) -> Result<Self, Failed> {
        if let Ok(address) = text.parse() {
            return Ok(Self::Address(address));
        }
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        let fits = (1..=253).contains(&text.len()) && text.bytes().all(plain);
        let labels = text
            .split('.')
            .all(|label| (1..=63).contains(&label.len()) && !label.starts_with('-'));
        // 127.1, 0x7f000001 and 2130706433 are addresses to some readers
        let last = text.rsplit('.').next().unwrap_or_default();
        let number = last.starts_with(|first: char| first.is_ascii_digit());
        if fits && labels && !number {
            Ok(Self::Name(text.to_ascii_lowercase()))
        } else {
            Err(Failed::Address(
                "has no plain host: write a name in ASCII (xn--… for others) without a dot at its end, or an \
                 address like 10.0.0.7",
            ))
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Name(name) => f.write_str(name),
        }
    }
}

/// An address of HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The whole, as it is asked.
    pub url: String,
    /// Who.
    pub host: Host,
    /// At which port.
    pub port: u16,
}

impl Target {
    /// Reads an address.
    ///
    /// # Errors
    /// Where it is none, or may not be one of this kind.
    pub fn of(text: &str, kind: Kind) -> Result<Self, Failed> {
        let no = Failed::Address;
        let plain = |byte: u8| byte.is_ascii_graphic() && !b"\\\"<>^`{|}".contains(&byte);
        if !text.bytes().all(plain) {
            return Err(no("has characters that no address has"));
        }
        let url = Url::parse(text).map_err(|_| no("cannot be read"))?;
        match url.scheme() {
            "https" => {}
            "http" if kind.may_be_clear() => {}
            "http" => return Err(no("must begin with https://")),
            _ => return Err(no("must begin with https:// or http://")),
        }
        // `user@` and `@`, which the reader would take for none
        let rest = text.split_once("//").map_or(text, |(_, rest)| rest);
        let written = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if written.contains('@') {
            return Err(no("has a user in it: a secret does not belong there"));
        }
        if url.fragment().is_some() {
            return Err(no("has a # in it"));
        }
        let host = host_as_written(written)?;
        let port = url
            .port_or_known_default()
            .filter(|port| *port != 0)
            .ok_or(no("has no port"))?;
        let same = url.host_str().map(bare) == Some(host.to_string().as_str());
        if !same {
            return Err(no("has a host that can be read in two ways"));
        }
        Ok(Self {
            url: url.into(),
            host,
            port,
        })
    }
}

fn bare(host: &str) -> &str {
    let inside = host.strip_prefix('[');
    let inside = inside.and_then(|rest| rest.strip_suffix(']'));
    inside.unwrap_or(host)
}

/// The host that stands there: an address of the new kind in brackets, another without.
fn host_as_written(written: &str) -> Result<Host, Failed> {
    let wrong = Failed::Address("has no host");
    if let Some(rest) = written.strip_prefix('[') {
        let (address, _) = rest.split_once(']').ok_or(wrong.clone())?;
        let address = address.parse().map_err(|_| wrong)?;
        return Ok(Host::Address(IpAddr::V6(address)));
    }
    Host::of(written.split(':').next().unwrap_or_default())
}
