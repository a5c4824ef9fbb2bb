//! In whose name something is said, and at which address.

use super::open::App;
use super::refusal::Refusal;
use crate::domain::registry::brand::Host;
use crate::domain::registry::{Catalogue, Controller, Language, Slug};

/// In whose name a mail is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// The name.
    pub name: String,
    /// The lines below the mail: signature, help.
    pub foot: Vec<String>,
}

impl Sender {
    /// A controller, in a language; without one the product.
    #[must_use]
    pub fn of(controller: Option<&Controller>, language: Language) -> Self {
        let Some(controller) = controller else {
            let (name, foot) = ("Placet".to_owned(), Vec::new());
            return Self { name, foot };
        };
        let words = controller.brand.as_ref();
        let words = words.and_then(|brand| brand.words_in(language));
        let lines = words.into_iter().flat_map(|(_, words)| {
            [
                &words.signature,
                &words.help,
                &words.phone,
                &words.mail,
                &words.post,
            ]
        });
        Self {
            name: controller.known_as(language).to_owned(),
            foot: lines.flatten().cloned().collect(),
        }
    }
}

/// The controller that pages and mails speak for: the one that is named, else the first.
#[must_use]
pub fn speaking<'c>(catalogue: &'c Catalogue, named: Option<&Slug>) -> Option<&'c Controller> {
    let named = named.and_then(|id| catalogue.controllers.get(id));
    named.or_else(|| catalogue.controllers.values().next())
}

/// The controller of the site that posted something, by the `Origin` that its browser sent: over an encrypted
/// connection, unless ours is none either.
#[must_use]
pub fn of_site<'c>(catalogue: &'c Catalogue, origin: &str, https: bool) -> Option<&'c Controller> {
    let (scheme, host) = origin.split_once("://")?;
    if scheme != "https" && (https || scheme != "http") {
        return None;
    }
    let is_it = |site: &Host| site.is_named_by(host);
    let mut brands = catalogue.brands();
    let found = brands.find(|(_, brand)| brand.sites.iter().any(is_it));
    found.map(|(controller, _)| controller)
}

/// What stands in an address as it is.
const fn plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

/// What addresses begin with on a host: as ours do, on that other host.
fn at_host(ours: &str, host: Option<&str>) -> String {
    let (Some(host), Some((scheme, rest))) = (host, ours.split_once("://")) else {
        return ours.to_owned();
    };
    let name_ends = rest.rfind(']').map_or(0, |at| at + 1);
    let port = rest.get(name_ends..).and_then(|rest| rest.find(':'));
    let port = port.and_then(|at| rest.get(name_ends + at..)).unwrap_or("");
    format!("{scheme}://{host}{port}")
}

/// What the addresses of a controller's links begin with, where ours begin so.
#[must_use]
pub fn base_of(ours: &str, controller: Option<&Controller>) -> String {
    let brand = controller.and_then(|one| one.brand.as_ref());
    let host = brand.and_then(|brand| brand.hosts.first());
    at_host(ours, host.map(Host::as_str))
}

/// Where the code of a brand, or of one of its places, leads on its host.
#[must_use]
pub fn way_of(brand: &Slug, place: Option<&str>) -> String {
    place.map_or_else(
        || format!("/at/{brand}"),
        |place| format!("/at/{brand}/{place}"),
    )
}

impl App {
    /// Whether customers come over encrypted connections.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.public_url().starts_with("https://")
    }

    /// What addresses begin with on a brand's host: as ours do, on another host.
    #[must_use]
    pub fn base_at(&self, host: Option<&str>) -> String {
        at_host(self.public_url(), host)
    }

    /// What the console's addresses begin with.
    #[must_use]
    pub fn console_url(&self) -> String {
        self.base_at(self.console_host.as_ref().map(Host::as_str))
    }

    /// What the API's addresses begin with: it names itself by this in what it signs for clients.
    #[must_use]
    pub fn api_url(&self) -> String {
        self.base_at(self.api_host.as_ref().map(Host::as_str))
    }

    /// Has the console and the API each be at a host of its own.
    pub fn keep_at(&mut self, console: Host, api: Host) {
        self.console_host = Some(console);
        self.api_host = Some(api);
    }

    /// What the addresses of a controller's links begin with.
    #[must_use]
    pub fn base_of(&self, controller: Option<&Controller>) -> String {
        base_of(self.public_url(), controller)
    }

    /// The address at which customers of a brand sign in, in one of its places.
    ///
    /// # Errors
    /// Where there is no such brand or place.
    pub fn way_in(&self, brand: &Slug, place: Option<&str>) -> Result<String, Refusal> {
        let catalogue = self.store.read(|tx| tx.catalogue(&self.serve))?;
        let controller = catalogue.controllers.get(brand);
        let controller = controller.ok_or(Refusal::NotFound("this controller"))?;
        let base = self.base_of(Some(controller));
        let known = |place: &str| controller.places.contains_key(place) && place.bytes().all(plain);
        if !place.is_none_or(known) {
            let mend = "must be an id among the controller's places, of letters, digits, '-', '_' and '.' for an address";
            return Err(Refusal::field("/place", "place_unknown", mend));
        }
        Ok(format!("{base}{}", way_of(brand, place)))
    }

    /// The host of a brand that a `Host` header names, as the catalogue writes it.
    #[must_use]
    pub fn brand_host(catalogue: &Catalogue, header: Option<&str>) -> Option<(Slug, Host)> {
        let header = header?;
        let controller = catalogue.at_host(header)?;
        let hosts = &controller.brand.as_ref()?.hosts;
        let host = hosts.iter().find(|host| host.is_named_by(header))?;
        Some((controller.id.clone(), host.clone()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::domain::registry::Brand;

    fn catalogue() -> Catalogue {
        let mut lumen = Controller::named("lumen".parse().unwrap(), "Maison Lumen SAS");
        let host = |text: &str| Host::try_from(text.to_owned()).unwrap();
        lumen.brand = Some(Brand {
            hosts: vec![host("choices.lumen.example")],
            sites: vec![host("www.lumen.example")],
            ..Brand::default()
        });
        let mut catalogue = Catalogue::default();
        catalogue.controllers.insert(lumen.id.clone(), lumen);
        catalogue
    }

    #[test]
    fn a_site_speaks_for_its_brand_over_an_encrypted_connection() {
        let catalogue = catalogue();
        let of = |origin, https| of_site(&catalogue, origin, https).is_some();
        assert!(of("https://www.lumen.example", true));
        assert!(of("https://www.lumen.example:8443", true));
        assert!(
            !of("http://www.lumen.example", true) && of("http://www.lumen.example:8080", false)
        );
        for origin in [
            "null",
            "",
            "https://lumen.example",
            "ftp://www.lumen.example",
            "https://www.lumen.example.evil",
        ] {
            assert!(!of(origin, true), "{origin}");
        }
        // where pages are served is not yet a site that may assert
        assert!(!of("https://choices.lumen.example", true));
    }

    #[test]
    fn a_brand_host_is_found_with_its_port() {
        let catalogue = catalogue();
        let found = App::brand_host(&catalogue, Some("Choices.Lumen.Example:8080")).unwrap();
        assert_eq!(found.1.as_str(), "choices.lumen.example");
        assert!(App::brand_host(&catalogue, Some("www.lumen.example")).is_none());
    }
}
