//! A host name of a brand.

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};
use serde::{Deserialize, Serialize};
use std::{fmt, sync::Arc};

/// A host name in lower case and ASCII, as browsers send it: no scheme, no port, no star, no number.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Host(Arc<str>);

impl Host {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a `Host` header, with its port or without, names it.
    #[must_use]
    pub fn is_named_by(&self, header: &str) -> bool {
        let name = header.split_once(':').map_or(header, |(name, _)| name);
        name.eq_ignore_ascii_case(&self.0)
    }
}

impl TryFrom<String> for Host {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        const MEND: &str =
            "must be a host name like www.example.com, without scheme, port, path or star";
        let strict = (AsciiDenyList::URL, Hyphens::Check, DnsLength::Verify);
        let name = Uts46::new()
            .to_ascii(text.as_bytes(), strict.0, strict.1, strict.2)
            .map_err(|_| MEND)?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
        let last = name.rsplit('.').next().unwrap_or_default();
        let is_name = last.bytes().any(|byte| byte.is_ascii_alphabetic());
        let known = name.contains('.') || name == "localhost";
        if is_name && known && name.bytes().all(plain) {
            Ok(Self(name.as_ref().into()))
        } else {
            Err(MEND)
        }
    }
}

impl From<Host> for String {
    fn from(host: Host) -> Self {
        host.0.as_ref().to_owned()
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn host_names_are_plain() {
        let host = |text: &str| Host::try_from(text.to_owned());
        assert_eq!(
            host("WWW.Lumen.example").unwrap().as_str(),
            "www.lumen.example"
        );
        assert_eq!(
            host("www.lumière.example").unwrap().as_str(),
            "www.xn--lumire-6ua.example"
        );
        let bad = [
            "",
            "*",
            "*.example.com",
            "https://example.com",
            "example.com:443",
            "example.com/",
            "a b.example",
            "127.0.0.1",
            "[::1]",
            "example.com; script-src",
            "'self'",
            "lumen",
            ".example.com",
            "example.com.",
            "a..b.example",
        ];
        for bad in bad {
            assert!(host(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_header_names_it_with_port_or_without() {
        let host = Host::try_from("choices.example".to_owned()).unwrap();
        for header in ["choices.example", "Choices.Example", "choices.example:8443"] {
            assert!(host.is_named_by(header), "{header}");
        }
        for header in [
            "",
            "example",
            "choices.example.evil",
            "evil-choices.example",
            "choices.example@x",
        ] {
            assert!(!host.is_named_by(header), "{header}");
        }
    }
}
