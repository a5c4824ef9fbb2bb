//! What a purpose or a notice says, term by term in the words of the page, and where two versions differ.

use crate::domain::duration::CalendarPeriod;
use crate::domain::registry::{
    Catalogue, Language, Mention, Notice, NoticeChange, Piece, Purpose, Wording, redline,
};
use crate::http::pages::{ChangedTerm, Term, Text, Words};

/// What a purpose says.
pub(super) fn of_purpose(w: Words, catalogue: &Catalogue, purpose: &Purpose) -> Vec<Term> {
    let brand = catalogue.controllers.get(&purpose.controller);
    let brand = brand.map_or_else(
        || purpose.controller.to_string(),
        |brand| brand.name.clone(),
    );
    let channels = purpose.channels.iter();
    let channels = channels.map(|channel| w.code("channel", channel.as_str()));
    let mut terms = vec![
        plain(w, "term-controller", brand),
        plain(w, "term-use", w.code("use", purpose.law_use.as_str())),
        plain(
            w,
            "term-legal_basis",
            w.code("basis", purpose.legal_basis.as_str()),
        ),
        plain(w, "term-channels", channels.collect::<Vec<_>>().join(", ")),
    ];
    terms.extend(spoken(w, "term-title", &purpose.title));
    terms.extend(spoken(w, "term-description", &purpose.description));
    let asked = purpose.ask_again_after.map(|period| period.to_string());
    let rest = [
        ("term-data_categories", purpose.data_categories.join(", ")),
        ("term-recipients", purpose.recipients.join(", ")),
        ("term-retention", span(w, purpose.retention.as_deref())),
        ("term-ask_again_after", span(w, asked.as_deref())),
        ("term-double_opt_in", told(w, purpose.double_opt_in)),
    ];
    terms.extend(said(w, rest));
    terms
}

/// What a version of a notice says.
pub(super) fn of_notice(w: Words, notice: &Notice) -> Vec<Term> {
    let mut terms = spoken(w, "term-text", &notice.text);
    let mentions = notice.mentions.iter().flatten();
    let mentions = mentions.map(|one| w.code("mention", Mention::as_str(*one)));
    let recipients = notice.recipients.as_deref().unwrap_or_default();
    let rest = [
        ("term-mentions", mentions.collect::<Vec<_>>().join(", ")),
        ("term-names_sender", told(w, notice.names_sender)),
        ("term-recipients", recipients.join(", ")),
    ];
    terms.extend(said(w, rest));
    terms
}

/// Whether a version asks again.
pub(super) const fn change(notice: &Notice) -> &'static str {
    match notice.change {
        NoticeChange::Major => "major",
        NoticeChange::Minor => "minor",
    }
}

/// Where two versions differ, in the order of the later one; what it says no more comes last.
pub(super) fn changes(before: &[Term], after: &[Term]) -> Vec<ChangedTerm> {
    let same =
        |one: &Term, other: &Term| one.label == other.label && one.language == other.language;
    let found = |all: &[Term], one: &Term| {
        let term = all.iter().find(|other| same(one, other));
        term.map(|term| term.text.text.clone()).unwrap_or_default()
    };
    let gone = before
        .iter()
        .filter(|one| !after.iter().any(|other| same(one, other)));
    let all = after.iter().chain(gone);
    let differ = all.filter_map(|one| {
        let pieces = redline(&found(before, one), &found(after, one));
        let differs = pieces.iter().any(|piece| !matches!(piece, Piece::Kept(_)));
        differs.then(|| ChangedTerm {
            label: one.label.clone(),
            lang: one.text.lang.clone(),
            pieces,
        })
    });
    differ.collect()
}

/// A period in words.
pub(in crate::http::console) fn period(w: Words, text: &str) -> String {
    let Ok(period) = text.parse::<CalendarPeriod>() else {
        return text.to_owned();
    };
    let counted = period.to_string();
    let (mut number, mut parts) = (0_u64, Vec::new());
    for sign in counted.chars().skip(1) {
        match (sign, sign.to_digit(10)) {
            (_, Some(digit)) => number = number.saturating_mul(10).saturating_add(digit.into()),
            ('M', _) if number.is_multiple_of(12) => {
                parts.push(w.count("period-years", number / 12));
                number = 0;
            }
            (unit, _) => {
                let key = if unit == 'M' {
                    "period-months"
                } else {
                    "period-days"
                };
                parts.push(w.count(key, number));
                number = 0;
            }
        }
    }
    parts.join(" ")
}

fn span(w: Words, text: Option<&str>) -> String {
    text.map(|text| period(w, text)).unwrap_or_default()
}

fn told(w: Words, said: Option<bool>) -> String {
    match said {
        Some(true) => w.get("yes"),
        Some(false) => w.get("no"),
        None => String::new(),
    }
}

fn plain(w: Words, key: &str, text: String) -> Term {
    Term {
        label: w.get(key),
        language: None,
        text: Text::new(text),
    }
}

/// Those of which something is said.
fn said<const N: usize>(w: Words, terms: [(&str, String); N]) -> Vec<Term> {
    let some = terms.into_iter().filter(|(_, text)| !text.is_empty());
    some.map(|(key, text)| plain(w, key, text)).collect()
}

/// One term a language.
fn spoken(w: Words, key: &str, wording: &Wording) -> Vec<Term> {
    let own = w.language().code();
    let one = |(language, text): (&Language, &String)| {
        let code = language.as_str();
        let facts = [("what", w.get(key)), ("language", name(code))];
        let facts = facts.each_ref().map(|(name, text)| (*name, text.as_str()));
        Term {
            label: w.get_with("term-in-language", &facts),
            language: Some(code.to_owned()),
            text: if code == own {
                Text::new(text)
            } else {
                Text::foreign(text, code)
            },
        }
    };
    wording.0.iter().map(one).collect()
}

/// What a language calls itself, or its code.
pub(super) fn name(code: &str) -> String {
    let known = crate::http::pages::Language::from_code(code);
    known.map_or_else(|| code.to_owned(), |known| known.own_name().to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use crate::http::pages::Language as Spoken;

    fn notice(text: &str) -> Notice {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_period_is_told_in_words() {
        let w = Words::of(Spoken::En);
        let told = |text| period(w, text);
        assert_eq!(told("P3Y"), "3 years");
        assert_eq!(told("P1Y"), "1 year");
        assert_eq!(told("P18M"), "18 months");
        assert_eq!(told("P1Y10D"), "1 year 10 days");
        assert_eq!(told("for ever"), "for ever");
    }

    #[test]
    fn what_came_what_went_and_nothing_else_is_told() {
        let w = Words::of(Spoken::En);
        let before = notice(
            r#"{"id":"n","version":1,"purpose":"n","change":"major","text":{"en":"I agree.","de":"Ja."}}"#,
        );
        let after = notice(
            r#"{"id":"n","version":2,"purpose":"n","change":"minor","names_sender":true,
                "text":{"en":"I agree.","fr":"Oui."}}"#,
        );
        let found = changes(&of_notice(w, &before), &of_notice(w, &after));
        let told: Vec<(&str, Option<&str>)> = found
            .iter()
            .map(|one| (one.label.as_str(), one.lang.as_deref()))
            .collect();
        assert_eq!(
            told,
            [
                ("Words, Français", Some("fr")),
                ("Names the sender", None),
                ("Words, Deutsch", Some("de")),
            ]
        );
        assert_eq!(found[2].pieces, [Piece::Gone("Ja.".to_owned())]);
        assert!(changes(&of_notice(w, &after), &of_notice(w, &after)).is_empty());
    }
}
