//! Where the columns named in a mapping are in a file.

use std::collections::HashMap;

use toml::Spanned;

use super::COLUMNS_MAX;
use super::cells::Cells;
use super::error::{Fault, Problem};
use super::mapping::{ConsentRule, IdentifierRule, Mapping};
use super::words::Column;

/// The columns that a mapping reads, by name.
#[derive(Debug)]
pub(super) struct Columns {
    places: HashMap<String, usize>,
    count: usize,
}

impl Columns {
    /// Finds each column of the mapping in the first record of the file.
    pub(super) fn find(mapping: &Mapping, first: &Cells) -> Result<Self, Fault> {
        let count = first.len();
        if count > COLUMNS_MAX {
            return Err(Problem::TooManyColumns.into());
        }
        let mut places = HashMap::new();
        for Column(name) in named(mapping) {
            let place = if mapping.file.header {
                by_name(name, first)
            } else {
                by_number(name, count)
            };
            let place = place.map_err(|problem| Fault::at(name, problem))?;
            places.insert(name.clone(), place);
        }
        Ok(Self { places, count })
    }

    /// How many columns each record must have.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// The cell of a column.
    pub(super) fn cell<'c>(&self, cells: &'c Cells, column: &Column) -> &'c str {
        let place = self.places.get(&column.0);
        place.map_or("", |place| cells.get(*place))
    }
}

fn by_name(name: &str, header: &Cells) -> Result<usize, Problem> {
    let mut found = (0..header.len()).filter(|place| header.get(*place) == name);
    let place = found.next().ok_or(Problem::ColumnMissing)?;
    match found.next() {
        None => Ok(place),
        Some(_) => Err(Problem::ColumnTwice),
    }
}

fn by_number(name: &str, count: usize) -> Result<usize, Problem> {
    let number = name.parse::<usize>().ok();
    let place = number.and_then(|number| number.checked_sub(1));
    place
        .filter(|place| *place < count)
        .ok_or(Problem::ColumnMissing)
}

fn named(mapping: &Mapping) -> Vec<&Column> {
    let identifiers = mapping.identifiers.iter().flat_map(|rule| {
        let IdentifierRule {
            column,
            region_column,
            ..
        } = rule.get_ref();
        std::iter::once(column).chain(region_column)
    });
    let consents = mapping.consent.iter().map(Spanned::get_ref);
    identifiers.chain(consents.flat_map(of_consent)).collect()
}

fn of_consent(rule: &ConsentRule) -> impl Iterator<Item = &Column> {
    let times = rule
        .collected_at
        .iter()
        .chain(&rule.withdrawn_at)
        .chain(&rule.confirmed_at);
    let words = rule.notice_column.iter().chain(&rule.language_column);
    let status = rule.status_from.iter().map(|from| &from.column);
    let evidence = rule.evidence.iter().map(|kept| &kept.column);
    status
        .chain(times.map(|time| &time.column))
        .chain(words)
        .chain(evidence)
}
