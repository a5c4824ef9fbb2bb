//! France: the eleven days of the labour code, and what Alsace-Moselle and the overseas territories
//! add. The calendar `FR` holds the eleven alone: the calling days of C. conso. D223-9 refer to that
//! list, also in Strasbourg and in Fort-de-France.

use super::{Region, YEARS};
use crate::domain::calendar::rule::Rule;

const CODE_DU_TRAVAIL: &[Rule] = &[
    Rule::fixed("Jour de l'an", 1, 1),
    Rule::easter("Lundi de Pâques", 1),
    Rule::fixed("Fête du travail", 5, 1),
    Rule::fixed("Victoire 1945", 5, 8),
    Rule::easter("Ascension", 39),
    Rule::easter("Lundi de Pentecôte", 50),
    Rule::fixed("Fête nationale", 7, 14),
    Rule::fixed("Assomption", 8, 15),
    Rule::fixed("Toussaint", 11, 1),
    Rule::fixed("Armistice 1918", 11, 11),
    Rule::fixed("Noël", 12, 25),
];

/// Good Friday is one by law in the communes with a Protestant temple or a mixed church; the law
/// files count it for the whole of the three departments.
const ALSACE_MOSELLE: &[Rule] = &[
    Rule::easter("Vendredi saint", -2),
    Rule::fixed("Deuxième jour de Noël", 12, 26),
];

const ABOLITION: &str = "Abolition de l'esclavage";

/// Days off by custom, named by no law.
const ANTILLES_CUSTOM: &[Rule] = &[
    Rule::easter("Mi-carême", -24).in_parts(),
    Rule::easter("Vendredi saint", -2).in_parts(),
    Rule::fixed("Fête Victor Schœlcher", 7, 21).in_parts(),
];

const OVERSEAS: &str = "C. trav. L3133-1 and L3422-2; loi 83-550, décret 83-1003";

const fn overseas(
    codes: &'static [&'static str],
    name: &'static str,
    rules: &'static [&'static [Rule]],
) -> Region {
    Region {
        codes,
        name,
        source: OVERSEAS,
        years: YEARS,
        rules,
    }
}

pub(super) const REGIONS: &[Region] = &[
    Region {
        codes: &["FR"],
        name: "France",
        source: "C. trav. L3133-1",
        years: YEARS,
        rules: &[CODE_DU_TRAVAIL],
    },
    Region {
        codes: &["FR-57", "FR-67", "FR-68", "FR-6AE"],
        name: "Alsace and Moselle",
        source: "C. trav. L3133-1 and L3134-13",
        years: YEARS,
        rules: &[CODE_DU_TRAVAIL, ALSACE_MOSELLE],
    },
    overseas(
        &["FR-971", "FR-GP", "GP"],
        "Guadeloupe",
        &[
            CODE_DU_TRAVAIL,
            &[Rule::fixed(ABOLITION, 5, 27)],
            ANTILLES_CUSTOM,
        ],
    ),
    overseas(
        &["FR-972", "FR-MQ", "MQ"],
        "Martinique",
        &[
            CODE_DU_TRAVAIL,
            &[Rule::fixed(ABOLITION, 5, 22)],
            ANTILLES_CUSTOM,
        ],
    ),
    overseas(
        &["FR-973", "FR-GF", "GF"],
        "French Guiana",
        &[CODE_DU_TRAVAIL, &[Rule::fixed(ABOLITION, 6, 10)]],
    ),
    overseas(
        &["FR-974", "FR-RE", "RE"],
        "Réunion",
        &[CODE_DU_TRAVAIL, &[Rule::fixed(ABOLITION, 12, 20)]],
    ),
    overseas(
        &["FR-976", "FR-YT", "YT"],
        "Mayotte",
        &[CODE_DU_TRAVAIL, &[Rule::fixed(ABOLITION, 4, 27)]],
    ),
    overseas(
        &["FR-BL", "BL"],
        "Saint-Barthélemy",
        &[
            CODE_DU_TRAVAIL,
            &[Rule::fixed(ABOLITION, 10, 9)],
            ANTILLES_CUSTOM,
        ],
    ),
    overseas(
        &["FR-MF", "MF"],
        "Saint-Martin",
        &[
            CODE_DU_TRAVAIL,
            &[Rule::fixed(ABOLITION, 5, 28)],
            ANTILLES_CUSTOM,
        ],
    ),
];
