//! The United Kingdom: three lists of bank holidays. There is none for the whole of it, so that
//! `GB` alone is not known.

use super::{Region, YEARS};
use crate::domain::calendar::rule::Rule;
use chrono::Weekday;

const EVERYWHERE: &[Rule] = &[
    Rule::fixed("New Year's Day", 1, 1).with_substitute(),
    Rule::easter("Good Friday", -2),
    Rule::nth("Early May bank holiday", 1, Weekday::Mon, 5).until(2019),
    Rule::once("Early May bank holiday (VE day)", 2020, 5, 8),
    Rule::nth("Early May bank holiday", 1, Weekday::Mon, 5).from(2021),
    Rule::before("Spring bank holiday", Weekday::Mon, 6, 1).until(2021),
    Rule::once("Spring bank holiday", 2022, 6, 2),
    Rule::once("Platinum Jubilee bank holiday", 2022, 6, 3),
    Rule::before("Spring bank holiday", Weekday::Mon, 6, 1).from(2023),
    Rule::once("State Funeral of Queen Elizabeth II", 2022, 9, 19),
    Rule::once("Coronation of King Charles III", 2023, 5, 8),
    Rule::fixed("Christmas Day", 12, 25).with_substitute(),
    Rule::fixed("Boxing Day", 12, 26).with_substitute(),
];

const NOT_SCOTLAND: &[Rule] = &[
    Rule::easter("Easter Monday", 1),
    Rule::before("Summer bank holiday", Weekday::Mon, 9, 1),
];

const SCOTLAND: &[Rule] = &[
    Rule::fixed("2nd January", 1, 2).with_substitute(),
    Rule::once("World Cup bank holiday", 2026, 6, 15),
    Rule::nth("Summer bank holiday", 1, Weekday::Mon, 8),
    Rule::fixed("St Andrew's Day", 11, 30).with_substitute(),
];

const NORTHERN_IRELAND: &[Rule] = &[
    Rule::fixed("St Patrick's Day", 3, 17).with_substitute(),
    Rule::fixed("Battle of the Boyne (Orangemen's Day)", 7, 12).with_substitute(),
];

const SOURCE: &str = "Banking and Financial Dealings Act 1971 s. 1 and sch. 1; royal proclamations";

pub(super) const REGIONS: &[Region] = &[
    Region {
        codes: &["GB-ENG", "GB-WLS", "GB-EAW"],
        name: "England and Wales",
        source: SOURCE,
        years: YEARS,
        rules: &[EVERYWHERE, NOT_SCOTLAND],
    },
    Region {
        codes: &["GB-SCT"],
        name: "Scotland",
        source: "Banking and Financial Dealings Act 1971 s. 1 and sch. 1; St Andrew's Day Bank Holiday (Scotland) Act 2007; royal proclamations",
        years: YEARS,
        rules: &[EVERYWHERE, SCOTLAND],
    },
    Region {
        codes: &["GB-NIR"],
        name: "Northern Ireland",
        source: SOURCE,
        years: YEARS,
        rules: &[EVERYWHERE, NOT_SCOTLAND, NORTHERN_IRELAND],
    },
];
