//! What a name of a column and a word of an answer most likely mean: a page fills itself in by it, and asks all the same.

use super::mapping::StatusWord;

/// What a column is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnUse {
    /// A mail address.
    Email,
    /// A phone number.
    Phone,
    /// The customer's number.
    Customer,
    /// What they answered.
    Answer,
    /// When.
    Date,
}

/// Parts of names, in the languages of the files that are met; the first that fits counts.
const PARTS: [(&str, ColumnUse); 28] = [
    ("date", ColumnUse::Date),
    ("time", ColumnUse::Date),
    ("horodat", ColumnUse::Date),
    ("created", ColumnUse::Date),
    ("consent", ColumnUse::Answer),
    ("accord", ColumnUse::Answer),
    ("opt-in", ColumnUse::Answer),
    ("optin", ColumnUse::Answer),
    ("opt_in", ColumnUse::Answer),
    ("statu", ColumnUse::Answer),
    ("abonn", ColumnUse::Answer),
    ("inscri", ColumnUse::Answer),
    ("subscri", ColumnUse::Answer),
    ("einwilligung", ColumnUse::Answer),
    ("e-mail", ColumnUse::Email),
    ("email", ColumnUse::Email),
    ("mail", ColumnUse::Email),
    ("courriel", ColumnUse::Email),
    ("correo", ColumnUse::Email),
    ("phone", ColumnUse::Phone),
    ("mobile", ColumnUse::Phone),
    ("portable", ColumnUse::Phone),
    ("tél", ColumnUse::Phone),
    ("tel", ColumnUse::Phone),
    ("sms", ColumnUse::Phone),
    ("client", ColumnUse::Customer),
    ("customer", ColumnUse::Customer),
    ("crm", ColumnUse::Customer),
];

/// What a column of that name is for.
#[must_use]
pub fn column_use(name: &str) -> Option<ColumnUse> {
    let name = name.to_lowercase();
    let found = PARTS.iter().find(|(part, _)| name.contains(part));
    found.map(|(_, what)| *what)
}

/// What a word says, where it can say nothing else: `0` may be a no, or that nobody asked.
#[must_use]
pub fn meaning(word: &str) -> Option<StatusWord> {
    match word.trim().to_lowercase().as_str() {
        "oui" | "o" | "yes" | "y" | "ja" | "si" | "sí" | "sì" | "opt-in" | "optin" | "opt_in"
        | "subscribed" | "abonné" | "inscrit" | "accepté" | "granted" | "given" => {
            Some(StatusWord::Given)
        }
        "non" | "no" | "n" | "nein" | "nee" | "refusé" | "refused" | "denied" => {
            Some(StatusWord::Refused)
        }
        "opt-out" | "optout" | "opt_out" | "unsubscribed" | "désabonné" | "désinscrit"
        | "withdrawn" | "retiré" => Some(StatusWord::Withdrawn),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_columns_are_known_in_several_languages() {
        for (name, what) in [
            ("Adresse e-mail", Some(ColumnUse::Email)),
            ("COURRIEL", Some(ColumnUse::Email)),
            ("Tél. portable", Some(ColumnUse::Phone)),
            ("Date de consentement", Some(ColumnUse::Date)),
            ("consentement email", Some(ColumnUse::Answer)),
            ("N° client", Some(ColumnUse::Customer)),
            ("Ville", None),
        ] {
            assert_eq!(column_use(name), what, "{name}");
        }
    }

    #[test]
    fn a_word_that_may_say_two_things_is_asked_about() {
        assert_eq!(meaning(" OUI "), Some(StatusWord::Given));
        assert_eq!(meaning("Désabonné"), Some(StatusWord::Withdrawn));
        for open in ["", "0", "1", "false", "x", "pending"] {
            assert_eq!(meaning(open), None, "{open}");
        }
    }
}
