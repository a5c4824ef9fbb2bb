//! Forms of pages, filled in and sent as a browser does.

use super::http::{Http, Reply};

/// What a form holds, as a browser would send it.
pub type Fields = Vec<(String, String)>;

fn plain(text: &str) -> String {
    let signs = [
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#38;", "&"),
    ];
    signs
        .iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    Some(plain(rest.split('"').next()?))
}

/// Everything that the form that posts to this address would send.
#[track_caller]
pub fn filled(page: &str, action: &str) -> Fields {
    let (_, rest) = page
        .split_once(&format!("action=\"{action}\">"))
        .unwrap_or_else(|| panic!("no form to {action}: {page}"));
    let form = rest.split("</form>").next().unwrap();
    let (mut fields, mut first) = (Fields::new(), false);
    for part in form.split('<').skip(1) {
        let (tag, text) = part.split_once('>').unwrap_or((part, ""));
        let Some(name) = attribute(tag, "name") else {
            // an option belongs to the list before it, whose first is chosen where none is
            if tag.starts_with("option ") {
                let is_first = std::mem::take(&mut first);
                if is_first || tag.ends_with(" selected") {
                    fields.last_mut().unwrap().1 = attribute(tag, "value").unwrap();
                }
            }
            continue;
        };
        let ticked = tag.ends_with(" checked");
        let is_box = tag.contains("type=\"checkbox\"") || tag.contains("type=\"radio\"");
        if tag.starts_with("textarea ") {
            fields.push((name, plain(text)));
        } else if tag.starts_with("select ") {
            first = true;
            fields.push((name, String::new()));
        } else if tag.starts_with("input ") && (ticked || !is_box) {
            fields.push((name, attribute(tag, "value").unwrap_or_default()));
        }
    }
    fields
}

/// Fills a field in.
pub fn set(fields: &mut Fields, name: &str, value: &str) {
    fields.retain(|(field, _)| field != name);
    fields.push((name.to_owned(), value.to_owned()));
}

/// Sends the form.
pub fn send(who: &Http, path: &str, fields: &Fields) -> Reply {
    let all: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    who.form(path, &all)
}
