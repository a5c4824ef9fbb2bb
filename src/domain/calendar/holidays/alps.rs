//! Austria and Switzerland.

use super::{LAST, Region, YEARS};
use crate::domain::calendar::rule::Rule;
use chrono::Weekday;

const AUSTRIA: &[Rule] = &[
    Rule::fixed("Neujahr", 1, 1),
    Rule::fixed("Heilige Drei Könige", 1, 6),
    Rule::easter("Ostermontag", 1),
    Rule::fixed("Staatsfeiertag", 5, 1),
    Rule::easter("Christi Himmelfahrt", 39),
    Rule::easter("Pfingstmontag", 50),
    Rule::easter("Fronleichnam", 60),
    Rule::fixed("Mariä Himmelfahrt", 8, 15),
    Rule::fixed("Nationalfeiertag", 10, 26),
    Rule::fixed("Allerheiligen", 11, 1),
    Rule::fixed("Mariä Empfängnis", 12, 8),
    Rule::fixed("Christtag", 12, 25),
    Rule::fixed("Stefanitag", 12, 26),
];

/// The one day of the federal constitution, and those that every canton keeps.
const SWITZERLAND: &[Rule] = &[
    Rule::fixed("Neujahrstag", 1, 1),
    Rule::easter("Auffahrt", 39),
    Rule::fixed("Bundesfeier", 8, 1),
    Rule::fixed("Weihnachtstag", 12, 25),
];

/// The cantons' own, or their communes'.
const CANTONS: &[Rule] = &[
    Rule::fixed("Berchtoldstag", 1, 2).in_parts(),
    Rule::fixed("Heilige Drei Könige", 1, 6).in_parts(),
    Rule::fixed("Instauration de la République", 3, 1).in_parts(),
    Rule::fixed("Josefstag", 3, 19).in_parts(),
    Rule::easter("Karfreitag", -2).in_parts(),
    Rule::easter("Ostermontag", 1).in_parts(),
    Rule::fixed("Tag der Arbeit", 5, 1).in_parts(),
    Rule::easter("Pfingstmontag", 50).in_parts(),
    Rule::easter("Fronleichnam", 60).in_parts(),
    Rule::fixed("Fête de l'Indépendance", 6, 23).in_parts(),
    Rule::fixed("Peter und Paul", 6, 29).in_parts(),
    Rule::fixed("Mariä Himmelfahrt", 8, 15).in_parts(),
    // the Thursday after the first Sunday of September, the Monday after the third
    Rule::before("Jeûne genevois", Weekday::Thu, 9, 12).in_parts(),
    Rule::before("Lundi du Jeûne", Weekday::Mon, 9, 23).in_parts(),
    Rule::fixed("Bruderklausenfest", 9, 25).in_parts(),
    Rule::fixed("Allerheiligen", 11, 1).in_parts(),
    Rule::fixed("Mariä Empfängnis", 12, 8).in_parts(),
    Rule::fixed("Stephanstag", 12, 26).in_parts(),
    Rule::fixed("Restauration de la République", 12, 31).in_parts(),
];

pub(super) const REGIONS: &[Region] = &[
    // until 2018 Good Friday was one for members of four churches
    Region {
        codes: &["AT"],
        name: "Austria",
        source: "Arbeitsruhegesetz § 7(2)",
        years: (2019, LAST),
        rules: &[AUSTRIA],
    },
    Region {
        codes: &["CH"],
        name: "Switzerland",
        source: "Bundesverfassung art. 110(3); the cantons' laws on days of rest",
        years: YEARS,
        rules: &[SWITZERLAND, CANTONS],
    },
];
