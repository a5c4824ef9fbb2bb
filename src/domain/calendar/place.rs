//! Which calendar a person is under, from what is known of where they are.

use super::region::Calendar;
use chrono_tz::Tz;

/// A territory that its time zone gives away.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// The state, ISO 3166-1 alpha-2.
    pub country: &'static str,
    /// The territory, ISO 3166-2.
    pub region: &'static str,
}

/// The French territories overseas, by their zones. Those without a labour code in common with
/// France (the last five) have no calendar here: their holidays are not known.
const OVERSEAS: [(Tz, &str); 13] = [
    (Tz::America__Guadeloupe, "FR-971"),
    (Tz::America__Martinique, "FR-972"),
    (Tz::America__Cayenne, "FR-973"),
    (Tz::Indian__Reunion, "FR-974"),
    (Tz::Indian__Mayotte, "FR-976"),
    (Tz::America__St_Barthelemy, "FR-BL"),
    (Tz::America__Marigot, "FR-MF"),
    (Tz::America__Miquelon, "FR-PM"),
    (Tz::Pacific__Wallis, "FR-WF"),
    (Tz::Pacific__Noumea, "FR-NC"),
    (Tz::Pacific__Tahiti, "FR-PF"),
    (Tz::Pacific__Marquesas, "FR-PF"),
    (Tz::Pacific__Gambier, "FR-PF"),
];

/// The territory overseas that a zone belongs to; `None` for every other zone, which says less
/// than the country that is known beside it.
#[must_use]
pub fn place_of_zone(zone: Tz) -> Option<Place> {
    let (_, region) = OVERSEAS.into_iter().find(|(known, _)| *known == zone)?;
    Some(Place {
        country: "FR",
        region,
    })
}

impl Calendar {
    /// The calendar of a place: the region where one is named, else the territory that the zone
    /// gives away if it is this country's, else the country. `None` where it is not known which,
    /// as for `GB` without its part.
    #[must_use]
    pub fn of_place(country: &str, region: Option<&str>, zone: Option<Tz>) -> Option<Self> {
        if let Some(region) = region {
            return Self::of(region);
        }
        let place = zone.and_then(place_of_zone);
        match place.filter(|place| place.country == country) {
            Some(place) => Self::of(place.region),
            None => Self::of(country),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(country: &str, region: Option<&str>, zone: Option<Tz>) -> Option<&'static str> {
        Calendar::of_place(country, region, zone).map(Calendar::code)
    }

    #[test]
    fn the_zone_tells_the_territory() {
        assert_eq!(
            code("FR", None, Some(Tz::America__Martinique)),
            Some("FR-972")
        );
        assert_eq!(code("FR", None, Some(Tz::Europe__Paris)), Some("FR"));
        assert_eq!(code("FR", None, None), Some("FR"));
        // a German on holiday there is no French consumer
        assert_eq!(code("DE", None, Some(Tz::America__Martinique)), Some("DE"));
    }

    #[test]
    fn what_is_named_counts_first() {
        assert_eq!(
            code("FR", Some("FR-67"), Some(Tz::America__Martinique)),
            Some("FR-57")
        );
        assert_eq!(code("DE", Some("DE-BY"), None), Some("DE-BY"));
    }

    #[test]
    fn what_is_not_known_is_none() {
        for (country, region, zone) in [
            ("GB", None, Some(Tz::Europe__London)),
            ("PL", None, None),
            ("FR", Some("FR-XX"), None),
            ("FR", None, Some(Tz::Pacific__Noumea)),
            ("", None, None),
        ] {
            assert_eq!(code(country, region, zone), None, "{country}");
        }
    }
}
