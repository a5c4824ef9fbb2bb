//! Lists to choose from.

use crate::http::pages::{Language, Pick, Text, Words};

/// A choice.
pub(in crate::http::console) fn pick(value: &str, label: String, selected: bool) -> Pick {
    Pick {
        value: value.to_owned(),
        label: Text::new(label),
        selected,
    }
}

/// The words of a list, in the staff's language.
pub(in crate::http::console) fn words(
    w: Words,
    list: &str,
    codes: impl IntoIterator<Item = &'static str>,
    chosen: &str,
) -> Vec<Pick> {
    let one = |code: &'static str| pick(code, w.code(list, code), code == chosen);
    codes.into_iter().map(one).collect()
}

/// The languages that persons are written to in.
pub(super) fn tongues(chosen: Language) -> Vec<Pick> {
    let one = |language: Language| {
        let name = language.own_name().to_owned();
        pick(language.code(), name, language == chosen)
    };
    Language::ALL.map(one).to_vec()
}
