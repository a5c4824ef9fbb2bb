//! The age from which a child may consent to an online service alone (GDPR art. 8(1)), by country.

use chrono::NaiveDate;

/// How well a source was checked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Checked {
    /// The text of the law was seen.
    Source,
    /// A secondary source was seen.
    SecondarySource,
    /// From memory: where it is shown it is marked unverified.
    Memory,
}

/// A country's rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DigitalConsentAge {
    /// The country, ISO 3166-1 alpha-2.
    pub country: &'static str,
    /// The age in years, 13 to 16; below it the holder of parental authority must agree.
    pub years: u8,
    /// Below it child and parent agree jointly: neither alone suffices.
    pub joint: bool,
    /// How well it was checked.
    pub checked: Checked,
    /// The national law, or what to look at again.
    pub note: &'static str,
}

impl DigitalConsentAge {
    /// Whether a child of that age needs a parent.
    #[must_use]
    pub const fn needs_parent(&self, age: u8) -> bool {
        age < self.years
    }
}

/// The day since which the table stands: Denmark's move from 13 to 15. How it stood before is not
/// known here.
const SINCE: Option<NaiveDate> = NaiveDate::from_ymd_opt(2024, 1, 1);

/// The rule of a country, the child's habitual residence, on a day. `None` where it is not known:
/// the caller then takes 16, the Regulation's own age and the highest there is.
#[must_use]
pub fn digital_consent_age(country: &str, on: NaiveDate) -> Option<DigitalConsentAge> {
    if SINCE.is_none_or(|since| on < since) {
        return None;
    }
    TABLE.into_iter().find(|row| row.country == country)
}

const fn row(
    country: &'static str,
    years: u8,
    checked: Checked,
    note: &'static str,
) -> DigitalConsentAge {
    DigitalConsentAge {
        country,
        years,
        joint: false,
        checked,
        note,
    }
}

use Checked::{Memory, SecondarySource, Source};

const TABLE: [DigitalConsentAge; 31] = [
    row("AT", 14, SecondarySource, "DSG 4(4)"),
    row("BE", 13, SecondarySource, "loi 30 July 2018 art. 7"),
    row("BG", 14, SecondarySource, ""),
    row("HR", 16, SecondarySource, "GDPR default"),
    row("CY", 14, Source, "law 125(I)/2018 s. 8 (text seen)"),
    row("CZ", 15, SecondarySource, "act 110/2019 s. 7"),
    row(
        "DK",
        15,
        SecondarySource,
        "raised from 13 on 2024-01-01; older tables say 13",
    ),
    row("EE", 13, SecondarySource, ""),
    row("FI", 13, SecondarySource, ""),
    DigitalConsentAge {
        joint: true,
        ..row(
            "FR",
            15,
            Source,
            "LIL 45; JOINT consent child + parental authority below 15",
        )
    },
    row("DE", 16, SecondarySource, "GDPR default"),
    row("GR", 15, SecondarySource, "law 4624/2019 art. 21"),
    row("HU", 16, SecondarySource, ""),
    row("IE", 16, SecondarySource, "DPA 2018 s. 31"),
    row("IT", 14, SecondarySource, "Codice privacy 2-quinquies"),
    row("LV", 13, SecondarySource, ""),
    row("LT", 14, SecondarySource, ""),
    row("LU", 16, SecondarySource, ""),
    row("MT", 13, SecondarySource, ""),
    row("NL", 16, SecondarySource, ""),
    row("PL", 16, SecondarySource, ""),
    row("PT", 13, SecondarySource, ""),
    row("RO", 16, SecondarySource, ""),
    row("SK", 16, SecondarySource, ""),
    row("SI", 15, Memory, "ZVOP-2 (2023)"),
    row(
        "ES",
        14,
        SecondarySource,
        "LOPDGDD 7; bill to 16 pending: re-check",
    ),
    row("SE", 13, SecondarySource, ""),
    row("NO", 13, SecondarySource, "proposal to 15: re-check"),
    row("IS", 13, Memory, ""),
    row("LI", 16, Memory, ""),
    row("GB", 13, SecondarySource, "DPA 2018 s. 9"),
];

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
mod tests {
    use super::*;
    use crate::domain::testing::each;
    use serde::Deserialize;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct AgeCase {
        country: String,
        age: u8,
        status: String,
        note: String,
    }

    fn on() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 22).unwrap()
    }

    #[test]
    fn age_table() {
        let mut rows = 0;
        each("age_table", |case: &AgeCase| {
            let found = digital_consent_age(&case.country, on()).unwrap();
            let checked = match case.status.as_str() {
                "C" => Source,
                "C2" => SecondarySource,
                "M" => Memory,
                status => panic!("{status}"),
            };
            assert_eq!(
                (found.years, found.checked, found.note),
                (case.age, checked, case.note.as_str())
            );
            assert_eq!(found.joint, case.note.contains("JOINT"), "{}", case.country);
            rows += 1;
        });
        assert_eq!(rows, TABLE.len());
    }

    #[test]
    fn below_the_age_a_parent_is_needed_and_at_it_none() {
        let fr = digital_consent_age("FR", on()).unwrap();
        assert!(fr.needs_parent(14) && !fr.needs_parent(15));
    }

    #[test]
    fn denmark_is_known_since_it_moved() {
        let first = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap();
        assert_eq!(digital_consent_age("DK", first).unwrap().years, 15);
    }

    #[test]
    fn what_is_not_known_is_none() {
        assert_eq!(digital_consent_age("US", on()), None);
        assert_eq!(
            digital_consent_age("DK", NaiveDate::from_ymd_opt(2023, 12, 31).unwrap()),
            None
        );
    }
}
