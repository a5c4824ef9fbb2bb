//! Italy: the days of the whole republic. Each commune's patron saint is not among them.

use super::{Region, YEARS};
use crate::domain::calendar::rule::Rule;

const REPUBLIC: &[Rule] = &[
    Rule::fixed("Capodanno", 1, 1),
    Rule::fixed("Epifania", 1, 6),
    Rule::easter("Pasqua", 0),
    Rule::easter("Lunedì dell'Angelo", 1),
    Rule::fixed("Festa della Liberazione", 4, 25),
    Rule::fixed("Festa del Lavoro", 5, 1),
    Rule::fixed("Festa della Repubblica", 6, 2),
    Rule::fixed("Assunzione di Maria", 8, 15),
    Rule::fixed("San Francesco d'Assisi", 10, 4).from(2026),
    Rule::fixed("Ognissanti", 11, 1),
    Rule::fixed("Immacolata Concezione", 12, 8),
    Rule::fixed("Natale", 12, 25),
    Rule::fixed("Santo Stefano", 12, 26),
];

const SOUTH_TYROL: &[Rule] = &[Rule::easter("Lunedì di Pentecoste", 50).in_parts()];

pub(super) const REGIONS: &[Region] = &[Region {
    codes: &["IT"],
    name: "Italy",
    source: "L. 260/1949 art. 2; L. 54/1977; DPR 792/1985; L. 336/2000; L. 151/2025",
    years: YEARS,
    rules: &[REPUBLIC, SOUTH_TYROL],
}];
