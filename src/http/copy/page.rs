//! The page to read.

use super::machine::plain;
use crate::app::export::ExportError;
use crate::app::package::{Bound, Cell, Collected, Column, Scope, Shows, Table};
use crate::domain::registry::{Language as Spoken, LegalBasis, Purpose};
use crate::domain::systems::System;
use crate::http::pages::{
    CopyFacts, CopyHead, Language, Words, copy_foot, copy_head, copy_row, copy_table,
    copy_table_end, date_long, date_time_long, left_out,
};
use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;
use std::io::{self, Write};

/// Most rows of a table that the page shows; the others are in its CSV file.
const SHOWN: u64 = 2_000;
/// Who watches over data protection, country by country.
const AUTHORITIES: &str = "https://www.edpb.europa.eu/about-edpb/about-edpb/members_en";

struct Teller {
    w: Words,
    zone: Tz,
    spoken: Spoken,
}

/// Writes it; each table with how many rows it has.
pub(super) fn write(
    out: &mut dyn Write,
    collected: &mut Collected<'_, '_>,
    (language, zone): (Language, Tz),
) -> Result<Bound, ExportError> {
    let teller = Teller {
        w: Words::of(language),
        zone,
        spoken: crate::http::form::code(language),
    };
    copy_head(out, &teller.head(collected, language))?;
    let mut tables = Vec::new();
    for table in Table::ALL {
        let title = teller.w.code("copy", table.name());
        copy_table(out, (table.name(), &title))?;
        let mut shown = 0;
        let count = collected.rows(*table, Scope::All, &mut |row| {
            shown += 1;
            if shown > SHOWN {
                return Ok(());
            }
            copy_row(out, &teller.row(table.columns(), row))
        })?;
        let file = format!("csv/{}.csv", table.name());
        copy_table_end(out, language, (count, SHOWN, &file))?;
        tables.push((table.name().to_owned(), count));
    }
    teller.systems(out, collected, language, &mut tables)?;
    copy_foot(out, language)?;
    Ok(tables)
}

impl Teller {
    fn head(&self, collected: &Collected<'_, '_>, language: Language) -> CopyHead {
        let w = self.w;
        let catalogue = collected.catalogue();
        let mut contents: Vec<(String, String)> = Table::ALL
            .iter()
            .map(|table| (table.name().to_owned(), w.code("copy", table.name())))
            .collect();
        contents.extend(collected.found().iter().map(|found| {
            let id = format!("system-{}", found.system.id);
            (id, self.system_title(&found.system))
        }));
        let who = catalogue.controllers.values().map(|one| CopyFacts {
            title: one.known_as(self.spoken).to_owned(),
            facts: self.said([
                ("copy-contact", one.contact.clone()),
                ("copy-dpo", one.dpo_contact.clone()),
                ("copy-transfers", one.transfers.clone()),
            ]),
        });
        let systems = collected.systems().iter();
        CopyHead {
            language,
            lead: w.get_with("copy-lead", &[("when", &self.time(collected))]),
            contents,
            who: who.collect(),
            purposes: catalogue
                .purposes
                .values()
                .map(|one| self.purpose(one))
                .collect(),
            systems: systems.map(|one| self.system(one)).collect(),
            rights: w.get_with("copy-rights-text", &[("url", collected.public_url())]),
            authority: w.get_with("copy-authority", &[("url", AUTHORITIES)]),
            left_out: left_out(w, collected.left_out()),
        }
    }

    fn time(&self, collected: &Collected<'_, '_>) -> String {
        date_time_long(self.w, &collected.made_at().with_timezone(&self.zone))
    }

    fn said<const N: usize>(&self, facts: [(&str, Option<String>); N]) -> Vec<(String, String)> {
        let told = facts
            .into_iter()
            .filter_map(|(key, text)| Some((key, text?)));
        told.map(|(key, text)| (self.w.get(key), text)).collect()
    }

    fn purpose(&self, purpose: &Purpose) -> CopyFacts {
        let title = purpose.title.in_or_else(self.spoken);
        let basis: LegalBasis = purpose.legal_basis;
        CopyFacts {
            title: title.map_or_else(|| purpose.id.to_string(), |(_, title)| title.to_owned()),
            facts: self.said([
                ("copy-basis", Some(self.w.code("rests", basis.as_str()))),
                (
                    "copy-categories",
                    Some(self.list(&purpose.data_categories, "copy-unsaid")),
                ),
                (
                    "copy-recipients",
                    Some(self.list(&purpose.recipients, "copy-nobody")),
                ),
                (
                    "copy-retention",
                    Some(self.period(purpose.retention.as_deref())),
                ),
            ]),
        }
    }

    fn system(&self, system: &System) -> CopyFacts {
        CopyFacts {
            title: system.title.clone(),
            facts: self.said([
                (
                    "copy-categories",
                    Some(self.list(&system.holds, "copy-unsaid")),
                ),
                (
                    "copy-recipients",
                    Some(self.list(&system.recipients, "copy-nobody")),
                ),
                (
                    "copy-retention",
                    Some(self.period(system.retention.as_deref())),
                ),
            ]),
        }
    }

    fn list(&self, texts: &[String], none: &str) -> String {
        if texts.is_empty() {
            return self.w.get(none);
        }
        texts.join(", ")
    }

    /// A period of ISO 8601 in words; words as they are.
    fn period(&self, text: Option<&str>) -> String {
        let Some(text) = text else {
            return self.w.get("copy-unsaid");
        };
        let parts = text.strip_prefix('P').map(|rest| self.parts(rest));
        parts.flatten().unwrap_or_else(|| text.to_owned())
    }

    fn parts(&self, rest: &str) -> Option<String> {
        let (mut told, mut digits) = (Vec::new(), String::new());
        for sign in rest.chars() {
            let key = match sign {
                '0'..='9' => {
                    digits.push(sign);
                    continue;
                }
                'Y' => "copy-years",
                'M' => "copy-months",
                'D' => "copy-days",
                _ => return None,
            };
            told.push(self.w.count(key, digits.parse().ok()?));
            digits.clear();
        }
        (digits.is_empty() && !told.is_empty()).then(|| told.join(", "))
    }

    fn system_title(&self, system: &System) -> String {
        self.w.get_with("copy-found", &[("system", &system.title)])
    }

    /// A row for the eye: what says something, each with its label.
    fn row(&self, columns: &[Column], row: &[Cell]) -> Vec<(String, String)> {
        let told = columns.iter().zip(row);
        let told = told.filter_map(|(column, cell)| {
            let text = self.cell(column.shows, cell.as_deref()?)?;
            Some((self.label(column.name), text))
        });
        told.collect()
    }

    fn label(&self, column: &str) -> String {
        match column {
            "recorded_at" | "made_at" => self.w.get("col-at"),
            other => self.w.code("col", other),
        }
    }

    fn cell(&self, shows: Shows, text: &str) -> Option<String> {
        Some(match shows {
            Shows::Nothing => return None,
            Shows::Text => text.to_owned(),
            Shows::Code(list) => self.w.code(list, text),
            Shows::Time => match DateTime::parse_from_rfc3339(text) {
                Ok(at) => date_time_long(self.w, &at.with_timezone(&self.zone)),
                Err(_) => text.to_owned(),
            },
            Shows::Day => match text.parse::<NaiveDate>() {
                Ok(day) => date_long(self.w, day),
                Err(_) => text.to_owned(),
            },
        })
    }

    fn systems(
        &self,
        out: &mut dyn Write,
        collected: &Collected<'_, '_>,
        language: Language,
        tables: &mut Bound,
    ) -> io::Result<()> {
        for found in collected.found() {
            let id = format!("system-{}", found.system.id);
            copy_table(out, (&id, &self.system_title(&found.system)))?;
            let rows = found.rows.reveal();
            for row in rows {
                let fields = row.as_object().into_iter().flatten();
                let told = fields.filter(|(_, value)| !value.is_null());
                let told: Vec<_> = told
                    .map(|(name, value)| (name.clone(), plain(value)))
                    .collect();
                copy_row(out, &told)?;
            }
            let count = rows.len() as u64;
            let file = format!("systems/{}.csv", found.system.id);
            copy_table_end(out, language, (count, u64::MAX, &file))?;
            tables.push((found.system.title.clone(), count));
        }
        Ok(())
    }
}
