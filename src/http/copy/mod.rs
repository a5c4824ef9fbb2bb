//! What is held about one person, bound into one ZIP: a page to read, tables, and data for programs. Row after
//! row goes into the file as it is read.

mod machine;
mod page;

use super::pages::Language;
use crate::app::export::ExportError;
use crate::app::package::{Binder, Bound, Collected, Scope, Table};
use crate::app::systems::FoundRows;
use crate::audit::package::write::WriteError;
use chrono_tz::Tz;
use std::io::Write;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

type Zip<'a> = ZipWriter<StreamWriter<&'a mut dyn Write>>;

/// The tables of what may be taken along.
const PORTABLE: [Table; 3] = [Table::Contacts, Table::Choices, Table::History];

/// Binds packages.
#[derive(Debug, Clone, Copy)]
pub struct CopyBinder {
    /// In which zone times are shown.
    pub timezone: Tz,
}

impl Binder for CopyBinder {
    fn bind(
        &self,
        collected: &mut Collected<'_, '_>,
        out: &mut dyn Write,
    ) -> Result<Bound, ExportError> {
        let language = Language::from_code(collected.language()).unwrap_or_default();
        let mut zip = ZipWriter::new_stream(out);
        begin(&mut zip, "index.html")?;
        let tables = page::write(&mut zip, collected, (language, self.timezone))?;
        begin(&mut zip, "data.json")?;
        machine::json(&mut zip, collected, Scope::All)?;
        for table in Table::ALL {
            begin(&mut zip, &csv_name("", *table))?;
            machine::csv(&mut zip, collected, *table, Scope::All)?;
        }
        for index in 0..collected.found().len() {
            begin(&mut zip, &system_name("", collected, index))?;
            machine::system_csv(&mut zip, collected, index)?;
        }
        portable(&mut zip, collected)?;
        zip.finish().map_err(WriteError::from)?;
        Ok(tables)
    }
}

fn portable(zip: &mut Zip<'_>, collected: &mut Collected<'_, '_>) -> Result<(), ExportError> {
    begin(zip, "portable/data.json")?;
    machine::json(zip, collected, Scope::Portable)?;
    for table in PORTABLE {
        begin(zip, &csv_name("portable/", table))?;
        machine::csv(zip, collected, table, Scope::Portable)?;
    }
    for index in 0..collected.found().len() {
        let found = collected.found().get(index);
        if found.is_some_and(|found| is_portable(collected, found)) {
            begin(zip, &system_name("portable/", collected, index))?;
            machine::system_csv(zip, collected, index)?;
        }
    }
    Ok(())
}

/// Whether a system serves a purpose that rests on consent or a contract.
fn is_portable(collected: &Collected<'_, '_>, found: &FoundRows) -> bool {
    let mut purposes = found.system.purposes.iter();
    purposes.any(|purpose| collected.is_portable(purpose))
}

fn csv_name(folder: &str, table: Table) -> String {
    format!("{folder}csv/{}.csv", table.name())
}

fn system_name(folder: &str, collected: &Collected<'_, '_>, index: usize) -> String {
    let found = collected.found().get(index);
    let id = found.map_or("", |found| found.system.id.as_str());
    format!("{folder}systems/{id}.csv")
}

fn begin(zip: &mut Zip<'_>, path: &str) -> Result<(), ExportError> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default())
        .unix_permissions(0o644);
    Ok(zip.start_file(path, options).map_err(WriteError::from)?)
}
