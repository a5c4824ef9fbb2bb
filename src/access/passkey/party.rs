//! For whom passkeys are: the console, by its host and by the origin of its pages.

/// The console as browsers know it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RelyingParty {
    id: String,
    origin: String,
}

impl RelyingParty {
    /// That of a console whose addresses begin so; `None` where no browser has passkeys: at an address of numbers, and
    /// over a connection in clear that leaves the machine.
    #[must_use]
    pub fn at(url: &str) -> Option<Self> {
        let url = url.trim_end_matches('/').to_ascii_lowercase();
        let (scheme, place) = url.split_once("://")?;
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (place, None),
        };
        // what ends in a number is read as an address by browsers
        let last = host.rsplit('.').next().unwrap_or_default();
        let is_name = !last.is_empty()
            && !last.starts_with(|c: char| c.is_ascii_digit())
            && host
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || ".-".contains(c));
        let here = host == "localhost" || host.ends_with(".localhost");
        let usual = match scheme {
            "https" => "443",
            "http" if here => "80",
            _ => return None,
        };
        let port = port.filter(|port| *port != usual);
        let origin = port.map_or_else(
            || format!("{scheme}://{host}"),
            |port| format!("{scheme}://{host}:{port}"),
        );
        is_name.then(|| Self {
            id: host.to_owned(),
            origin,
        })
    }

    /// Its id: the host.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The origin of its pages.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn it_is_the_console_and_no_address_of_numbers() {
        for (url, id, origin) in [
            (
                "https://Console.example",
                "console.example",
                "https://console.example",
            ),
            ("https://a.example:443/", "a.example", "https://a.example"),
            (
                "https://a.example:8443",
                "a.example",
                "https://a.example:8443",
            ),
            (
                "http://localhost:8080",
                "localhost",
                "http://localhost:8080",
            ),
        ] {
            let party = RelyingParty::at(url).unwrap();
            assert_eq!((party.id(), party.origin()), (id, origin));
        }
        for none in [
            "http://127.0.0.1:8080",
            "https://192.0.2.1",
            "https://[2001:db8::1]",
            "http://console.example",
            "https://",
            "console.example",
            "ftp://localhost",
        ] {
            assert_eq!(RelyingParty::at(none), None, "{none}");
        }
    }
}
