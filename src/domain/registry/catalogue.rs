//! What is in force: controllers, purposes and notices.

use super::{Brand, Controller, Notice, NoticeChange, NoticeRef, Purpose, Slug};
use std::collections::BTreeMap;

/// The latest version of each controller and purpose, and every version of each notice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogue {
    /// By name.
    pub controllers: BTreeMap<Slug, Controller>,
    /// The latest version, by name.
    pub purposes: BTreeMap<Slug, Purpose>,
    /// Every version, by name and version.
    pub notices: BTreeMap<NoticeRef, Notice>,
}

impl Catalogue {
    /// The purpose of that name.
    #[must_use]
    pub fn purpose(&self, id: &str) -> Option<&Purpose> {
        self.purposes.get(id)
    }

    /// Whether a yes to a purpose counts only once it was confirmed by mail (double opt-in).
    #[must_use]
    pub fn confirms(&self, purpose: &Purpose) -> bool {
        let house = self.controllers.get(&purpose.controller);
        let as_house = || house.is_some_and(|controller| controller.double_opt_in);
        purpose.double_opt_in.unwrap_or_else(as_house)
    }

    /// The name by which customers know the place of a source: as a controller names it, or its id where
    /// that reads like a name. A code of the house's own is no place that anybody knows.
    #[must_use]
    pub fn place<'a>(&'a self, id: &'a str) -> Option<&'a str> {
        let mut named = self.controllers.values();
        let named = named.find_map(|controller| controller.places.get(id));
        named
            .map(String::as_str)
            .or_else(|| reads_as_name(id).then_some(id))
    }

    /// The controller whose brand has its pages on the host that a `Host` header names.
    #[must_use]
    pub fn at_host(&self, header: &str) -> Option<&Controller> {
        self.brands()
            .find(|(_, brand)| brand.hosts.iter().any(|host| host.is_named_by(header)))
            .map(|(controller, _)| controller)
    }

    /// The controllers that have a brand, with it.
    pub fn brands(&self) -> impl Iterator<Item = (&Controller, &Brand)> {
        let all = self.controllers.values();
        all.filter_map(|controller| Some((controller, controller.brand.as_ref()?)))
    }

    /// The latest notice that asks consent for that purpose.
    #[must_use]
    pub fn latest_notice(&self, purpose: &Slug) -> Option<&Notice> {
        let of_purpose = self
            .notices
            .values()
            .filter(|notice| notice.purpose == *purpose);
        of_purpose.max_by_key(|notice| notice.version)
    }

    /// Whether a consent to those words still covers the purpose: no major version has been
    /// published since. A consent without known words is covered by the first version only.
    #[must_use]
    pub fn covers(&self, purpose: &Slug, shown: Option<&NoticeRef>) -> bool {
        let version = shown.map_or(1, |notice| notice.version);
        !self.notices.values().any(|notice| {
            // numbers first: names are compared for the few that remain
            notice.version > version
                && notice.change == NoticeChange::Major
                && notice.purpose == *purpose
                && shown.is_none_or(|shown| shown.id == notice.id)
        })
    }

    /// The version that the next notice of that name must have.
    #[must_use]
    pub fn next_notice_version(&self, id: &Slug) -> u32 {
        let of_name = self.notices.keys().filter(|reference| reference.id == *id);
        of_name
            .map(|reference| reference.version)
            .max()
            .unwrap_or(0)
            .saturating_add(1)
    }
}

/// Letters, from a capital on, with what joins words.
fn reads_as_name(text: &str) -> bool {
    let begins = text.chars().next().is_some_and(char::is_uppercase);
    let joins = |sign: char| sign.is_alphabetic() || " -'’.".contains(sign);
    begins && text.chars().count() <= 60 && text.chars().all(joins)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_place_is_named_by_the_catalogue_or_by_itself() {
        let mut lumen = Controller::named("default".parse().unwrap(), "Lumen");
        let name = ("lille-2".to_owned(), "Lille".to_owned());
        lumen.places.extend([name]);
        let mut catalogue = Catalogue::default();
        catalogue.controllers.insert(lumen.id.clone(), lumen);
        assert_eq!(catalogue.place("lille-2"), Some("Lille"));
        assert_eq!(catalogue.place("Paris – Rivoli"), None);
        assert_eq!(catalogue.place("Saint-Étienne"), Some("Saint-Étienne"));
        for code in ["lille-3", "S042", "", "https://x.example", "POS 7"] {
            assert_eq!(catalogue.place(code), None, "{code}");
        }
    }
}
