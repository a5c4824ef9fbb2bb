//! Denmark.

use super::{Region, YEARS};
use crate::domain::calendar::rule::Rule;

const CHURCH: &[Rule] = &[
    Rule::fixed("Nytårsdag", 1, 1),
    Rule::easter("Skærtorsdag", -3),
    Rule::easter("Langfredag", -2),
    Rule::easter("Påskedag", 0),
    Rule::easter("2. påskedag", 1),
    // abolished by the act of 6 March 2023
    Rule::easter("Store bededag", 26).until(2023),
    Rule::easter("Kristi himmelfartsdag", 39),
    Rule::easter("Pinsedag", 49),
    Rule::easter("2. pinsedag", 50),
    Rule::fixed("Juledag", 12, 25),
    Rule::fixed("2. juledag", 12, 26),
];

/// Shops or banks are closed; no church holidays.
const CLOSED: &[Rule] = &[
    Rule::fixed("Grundlovsdag", 6, 5).in_parts(),
    Rule::fixed("Juleaftensdag", 12, 24).in_parts(),
    Rule::fixed("Nytårsaftensdag", 12, 31).in_parts(),
];

pub(super) const REGIONS: &[Region] = &[Region {
    codes: &["DK"],
    name: "Denmark",
    source: "Helligdage of the Folkekirke; lukkeloven § 1; lov nr. 214 of 6 March 2023",
    years: YEARS,
    rules: &[CHURCH, CLOSED],
}];
