//! Belgium, the Netherlands, Luxembourg.

use super::{LAST, Region, YEARS};
use crate::domain::calendar::rule::Rule;

const BELGIUM: &[Rule] = &[
    Rule::fixed("Nouvel An", 1, 1),
    Rule::easter("Lundi de Pâques", 1),
    Rule::fixed("Fête du Travail", 5, 1),
    Rule::easter("Ascension", 39),
    Rule::easter("Lundi de Pentecôte", 50),
    Rule::fixed("Fête nationale", 7, 21),
    Rule::fixed("Assomption", 8, 15),
    Rule::fixed("Toussaint", 11, 1),
    Rule::fixed("Armistice", 11, 11),
    Rule::fixed("Noël", 12, 25),
];

/// Each community's own day.
const BELGIAN_COMMUNITIES: &[Rule] = &[
    Rule::fixed("Feestdag van de Vlaamse Gemeenschap", 7, 11).in_parts(),
    Rule::fixed("Fête de la Communauté française", 9, 27).in_parts(),
    Rule::fixed("Tag der Deutschsprachigen Gemeinschaft", 11, 15).in_parts(),
];

/// The act on periods of time counts 5 May each year and puts Good Friday on the same footing; in
/// working life both are often ordinary days, so that neither gains anybody time here.
const NETHERLANDS: &[Rule] = &[
    Rule::fixed("Nieuwjaarsdag", 1, 1),
    Rule::easter("Goede Vrijdag", -2).in_parts(),
    Rule::easter("Eerste paasdag", 0),
    Rule::easter("Tweede paasdag", 1),
    Rule::fixed("Koningsdag", 4, 27).not_on_sunday(),
    Rule::fixed("Bevrijdingsdag", 5, 5).in_parts(),
    Rule::easter("Hemelvaartsdag", 39),
    Rule::easter("Eerste pinksterdag", 49),
    Rule::easter("Tweede pinksterdag", 50),
    Rule::fixed("Eerste kerstdag", 12, 25),
    Rule::fixed("Tweede kerstdag", 12, 26),
];

const LUXEMBOURG: &[Rule] = &[
    Rule::fixed("Neijoerschdag", 1, 1),
    Rule::easter("Ouschterméindeg", 1),
    Rule::fixed("Dag vun der Aarbecht", 5, 1),
    Rule::fixed("Europadag", 5, 9),
    Rule::easter("Christi Himmelfaart", 39),
    Rule::easter("Péngschtméindeg", 50),
    Rule::fixed("Nationalfeierdag", 6, 23),
    Rule::fixed("Léiffrawëschdag", 8, 15),
    Rule::fixed("Allerhellgen", 11, 1),
    Rule::fixed("Chrëschtdag", 12, 25),
    Rule::fixed("Stiefesdag", 12, 26),
];

pub(super) const REGIONS: &[Region] = &[
    Region {
        codes: &["BE"],
        name: "Belgium",
        source: "Loi du 4 janvier 1974; arrêté royal du 18 avril 1974 art. 1",
        years: YEARS,
        rules: &[BELGIUM, BELGIAN_COMMUNITIES],
    },
    Region {
        codes: &["NL"],
        name: "Netherlands",
        source: "Algemene termijnenwet art. 3",
        years: YEARS,
        rules: &[NETHERLANDS],
    },
    // the day of Europe came with the act of 25 April 2019
    Region {
        codes: &["LU"],
        name: "Luxembourg",
        source: "Code du travail L.232-2",
        years: (2019, LAST),
        rules: &[LUXEMBOURG],
    },
];
