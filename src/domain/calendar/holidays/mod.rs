//! The regions whose public holidays are known by rule.
//!
//! Left out on purpose, because no rule gives them: the days that each Spanish municipality or
//! each Italian patron saint adds, and those that a government proclaims for one year, from the
//! year on that nobody has looked at. Hence the last year below.

mod alps;
mod benelux;
mod denmark;
mod france;
mod germany;
mod italy;
mod kingdom;
mod spain;

use super::region::Region;

/// Rules are looked at from the year in which the GDPR began to apply …
const FIRST: i32 = 2018;
/// … to this one. Who raises it has read each law again.
const LAST: i32 = 2040;
const YEARS: (i32, i32) = (FIRST, LAST);

/// Every region, country by country.
pub(super) const ALL: &[&[Region]] = &[
    france::REGIONS,
    germany::REGIONS,
    spain::REGIONS,
    italy::REGIONS,
    benelux::REGIONS,
    denmark::REGIONS,
    kingdom::REGIONS,
    alps::REGIONS,
];
