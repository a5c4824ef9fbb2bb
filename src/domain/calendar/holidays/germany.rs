//! Germany: nine days in every Land, and what each Land's holiday act adds.

use super::{Region, YEARS};
use crate::domain::calendar::rule::Rule;
use chrono::Weekday;

const EVERYWHERE: &[Rule] = &[
    Rule::fixed("Neujahr", 1, 1),
    Rule::easter("Karfreitag", -2),
    Rule::easter("Ostermontag", 1),
    Rule::fixed("Tag der Arbeit", 5, 1),
    Rule::easter("Christi Himmelfahrt", 39),
    Rule::easter("Pfingstmontag", 50),
    Rule::fixed("Tag der Deutschen Einheit", 10, 3),
    Rule::fixed("1. Weihnachtstag", 12, 25),
    Rule::fixed("2. Weihnachtstag", 12, 26),
];

const EPIPHANY: Rule = Rule::fixed("Heilige Drei Könige", 1, 6);
const WOMEN: Rule = Rule::fixed("Internationaler Frauentag", 3, 8);
const EASTER: Rule = Rule::easter("Ostersonntag", 0);
const WHITSUN: Rule = Rule::easter("Pfingstsonntag", 49);
const CORPUS_CHRISTI: Rule = Rule::easter("Fronleichnam", 60);
const PEACE: Rule = Rule::fixed("Augsburger Friedensfest", 8, 8);
const ASSUMPTION: Rule = Rule::fixed("Mariä Himmelfahrt", 8, 15);
const CHILDREN: Rule = Rule::fixed("Weltkindertag", 9, 20).from(2019);
const REFORMATION: Rule = Rule::fixed("Reformationstag", 10, 31);
const ALL_SAINTS: Rule = Rule::fixed("Allerheiligen", 11, 1);
const REPENTANCE: Rule = Rule::before("Buß- und Bettag", Weekday::Wed, 11, 23);

/// Days that some Land or other keeps: in the calendar of the whole country they are days in parts.
const SOMEWHERE: &[Rule] = &[
    EPIPHANY.in_parts(),
    WOMEN.from(2019).in_parts(),
    CORPUS_CHRISTI.in_parts(),
    PEACE.in_parts(),
    ASSUMPTION.in_parts(),
    CHILDREN.in_parts(),
    REFORMATION.in_parts(),
    ALL_SAINTS.in_parts(),
    REPENTANCE.in_parts(),
    LIBERATION_2020.in_parts(),
    LIBERATION_2025.in_parts(),
    UPRISING_2028.in_parts(),
];

const LIBERATION_2020: Rule = Rule::once("75. Jahrestag der Befreiung", 2020, 5, 8);
const LIBERATION_2025: Rule = Rule::once("80. Jahrestag der Befreiung", 2025, 5, 8);
const UPRISING_2028: Rule = Rule::once("75. Jahrestag des Volksaufstandes", 2028, 6, 17);

const fn land(
    codes: &'static [&'static str],
    name: &'static str,
    source: &'static str,
    rules: &'static [&'static [Rule]],
) -> Region {
    Region {
        codes,
        name,
        source,
        years: YEARS,
        rules,
    }
}

pub(super) const REGIONS: &[Region] = &[
    land(
        &["DE"],
        "Germany",
        "Einigungsvertrag art. 2(2) (3 October) and the holiday acts of all Länder",
        &[EVERYWHERE, SOMEWHERE],
    ),
    land(
        &["DE-BW"],
        "Baden-Württemberg",
        "FTG (Baden-Württemberg) § 1",
        &[EVERYWHERE, &[EPIPHANY, CORPUS_CHRISTI, ALL_SAINTS]],
    ),
    // Assumption: in the communes with a Catholic majority; peace festival: in Augsburg
    land(
        &["DE-BY"],
        "Bavaria",
        "FTG (Bayern) art. 1",
        &[
            EVERYWHERE,
            &[
                EPIPHANY,
                CORPUS_CHRISTI,
                ALL_SAINTS,
                ASSUMPTION.in_parts(),
                PEACE.in_parts(),
            ],
        ],
    ),
    land(
        &["DE-BE"],
        "Berlin",
        "FeiertG (Berlin) § 1",
        &[
            EVERYWHERE,
            &[
                WOMEN.from(2019),
                LIBERATION_2020,
                LIBERATION_2025,
                UPRISING_2028,
            ],
        ],
    ),
    land(
        &["DE-BB"],
        "Brandenburg",
        "FTG (Brandenburg) § 2",
        &[EVERYWHERE, &[EASTER, WHITSUN, REFORMATION]],
    ),
    land(
        &["DE-HB"],
        "Bremen",
        "SFTG (Bremen) § 2",
        &[EVERYWHERE, &[REFORMATION]],
    ),
    land(
        &["DE-HH"],
        "Hamburg",
        "FeiertG (Hamburg) § 1",
        &[EVERYWHERE, &[REFORMATION]],
    ),
    land(
        &["DE-HE"],
        "Hesse",
        "HFeiertagsG § 1",
        &[EVERYWHERE, &[CORPUS_CHRISTI]],
    ),
    land(
        &["DE-MV"],
        "Mecklenburg-Western Pomerania",
        "FTG M-V § 2",
        &[EVERYWHERE, &[WOMEN.from(2023), REFORMATION]],
    ),
    land(
        &["DE-NI"],
        "Lower Saxony",
        "NFeiertagsG § 2",
        &[EVERYWHERE, &[REFORMATION]],
    ),
    land(
        &["DE-NW"],
        "North Rhine-Westphalia",
        "Feiertagsgesetz NW § 2",
        &[EVERYWHERE, &[CORPUS_CHRISTI, ALL_SAINTS]],
    ),
    land(
        &["DE-RP"],
        "Rhineland-Palatinate",
        "LFtG (Rheinland-Pfalz) § 2",
        &[EVERYWHERE, &[CORPUS_CHRISTI, ALL_SAINTS]],
    ),
    land(
        &["DE-SL"],
        "Saarland",
        "SFG (Saarland) § 2",
        &[EVERYWHERE, &[CORPUS_CHRISTI, ASSUMPTION, ALL_SAINTS]],
    ),
    // Corpus Christi: in Catholic communes of the Sorbian area
    land(
        &["DE-SN"],
        "Saxony",
        "SächsSFG § 1",
        &[
            EVERYWHERE,
            &[REFORMATION, REPENTANCE, CORPUS_CHRISTI.in_parts()],
        ],
    ),
    land(
        &["DE-ST"],
        "Saxony-Anhalt",
        "FeiertG LSA § 2",
        &[EVERYWHERE, &[EPIPHANY, REFORMATION]],
    ),
    land(
        &["DE-SH"],
        "Schleswig-Holstein",
        "SFTG (Schleswig-Holstein) § 2",
        &[EVERYWHERE, &[REFORMATION]],
    ),
    // Corpus Christi: in the Eichsfeld and some communes more
    land(
        &["DE-TH"],
        "Thuringia",
        "ThürFtG § 2",
        &[
            EVERYWHERE,
            &[CHILDREN, REFORMATION, CORPUS_CHRISTI.in_parts()],
        ],
    ),
];
