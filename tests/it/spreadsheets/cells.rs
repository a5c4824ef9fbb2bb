//! Files as `LibreOffice` opens them: the cells, as it would keep them in a file of its own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::reaper::reaper;

/// A cell as the spreadsheet keeps it.
pub struct Cell {
    pub attributes: String,
    pub text: String,
}

/// Opens all of them at once, taking this sign for what parts the cells of a CSV file; the cells of each.
pub fn opened(
    program: &Path,
    home: &Path,
    files: &[PathBuf],
    sign: char,
) -> BTreeMap<String, Vec<Cell>> {
    let out = home.join(format!("opened-{}", u32::from(sign)));
    let profile = format!(
        "-env:UserInstallation=file://{}",
        home.join("profile").display()
    );
    // the comma is what it takes by itself, as it does each kind of file
    let filter = (sign != ',').then(|| format!("--infilter=CSV:{},34,76,1", u32::from(sign)));
    let child = Command::new(program)
        .args([&profile, "--headless"])
        .args(filter)
        .args(["--convert-to", "fods", "--outdir"])
        .arg(&out)
        .args(files)
        .env("HOME", home)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("run LibreOffice");
    let id = child.id();
    reaper().watch(id, "KILL");
    let done = child.wait_with_output().expect("LibreOffice ends");
    reaper().forget(id);
    let read = |file: &PathBuf| {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        let as_xml = out.join(&name).with_extension("fods");
        (
            name,
            std::fs::read_to_string(&as_xml)
                .unwrap_or_else(|error| panic!("{}: {error}, {done:?}", as_xml.display())),
        )
    };
    let all = files.iter().map(read);
    all.map(|(name, text)| (name, cells(&text))).collect()
}

fn cells(sheet: &str) -> Vec<Cell> {
    let cells = sheet.split("<table:table-cell").skip(1);
    let cell = |part: &str| {
        let (attributes, rest) = part.split_once('>').expect("a cell");
        let inside = rest.split("</table:table-cell>").next().unwrap_or_default();
        let inside = if attributes.ends_with('/') {
            ""
        } else {
            inside
        };
        Cell {
            attributes: attributes.to_owned(),
            text: text_of(inside),
        }
    };
    cells.map(cell).collect()
}

/// The text between the tags.
fn text_of(inside: &str) -> String {
    let parts = inside
        .split('<')
        .filter_map(|part| Some(part.split_once('>')?.1));
    let text: String = parts.collect();
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&apos;", "'"),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(text.trim().to_owned(), |text, (from, to)| {
        text.replace(from, to)
    })
}
