//! What was chosen for the columns of a file.

use super::upload::OWN;
use crate::domain::import::{
    ColumnUse, LineError, Look, MappingDraft, Says, StatusWord, column_use, meaning,
};
use crate::domain::registry::{Channel, IdentifierKind};
use crate::http::browser::Form;
use crate::http::pages::ImportFault;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The fields, which go along from page to page.
pub(super) const FIELDS: [&str; 11] = [
    "source", "email", "phone", "country", "customer", "wanted", "answer", "date", "notice",
    "language", "act",
];
/// The columns that say who it is, by their fields.
const WHO: [(&str, IdentifierKind); 3] = [
    ("email", IdentifierKind::Email),
    ("phone", IdentifierKind::Phone),
    ("customer", IdentifierKind::CrmId),
];

/// What is known of the answers before they are read.
pub(super) enum Answers<'a> {
    /// Every line says the same.
    All(StatusWord),
    /// They stand in this column, in these words.
    By(String, &'a BTreeSet<String>),
}

/// What was chosen for a file, with what the chosen columns hold.
pub(super) struct Choices {
    pub look: Look,
    form: Arc<Form>,
    /// The words of the column of answers; none where they are too many, or no column was chosen.
    words: Option<BTreeSet<String>>,
    /// How the column of times may be written.
    formats: Vec<&'static str>,
}

/// What the names of the columns suggest.
fn guessed(look: &Look) -> Form {
    let first = |wanted: ColumnUse| {
        let of = |name: &str| column_use(name) == Some(wanted);
        let place = look.columns.iter().position(|column| of(&column.name));
        place.map(|place| place.to_string()).unwrap_or_default()
    };
    let fields = [
        ("email", first(ColumnUse::Email)),
        ("phone", first(ColumnUse::Phone)),
        ("customer", first(ColumnUse::Customer)),
        ("answer", first(ColumnUse::Answer)),
        ("date", first(ColumnUse::Date)),
        ("country", "FR".to_owned()),
        ("source", "file".to_owned()),
    ];
    Form::of(fields.map(|(name, value)| (name.to_owned(), value)).into())
}

impl Choices {
    /// Looks a file through for what was chosen. Blocks for as long as that takes.
    pub fn of(file: &[u8], look: Look, form: Arc<Form>) -> Self {
        let mut choices = Self {
            look,
            form,
            words: None,
            formats: Vec::new(),
        };
        if let Some(column) = choices.column("answer") {
            choices.words = choices.look.words(file, &column);
        }
        if let Some(column) = choices.column("date") {
            choices.formats = choices.look.time_formats(file, &column);
        }
        choices
    }

    /// What the names of a file's columns suggest. Blocks as [`Self::of`] does.
    pub fn suggested(file: &[u8]) -> Result<Self, LineError> {
        let look = Look::at(file)?;
        let form = guessed(&look);
        Ok(Self::of(file, look, Arc::new(form)))
    }

    /// A field as it was filled in.
    pub fn field(&self, name: &str) -> &str {
        self.form.get(name).unwrap_or_default().trim()
    }

    fn filled(&self, name: &str) -> Option<String> {
        let text = self.field(name);
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// The column that was chosen in a field.
    fn column(&self, name: &str) -> Option<String> {
        let place: usize = self.field(name).parse().ok()?;
        Some(self.look.columns.get(place)?.name.clone())
    }

    /// Where the answers stand.
    pub fn answers(&self) -> Result<Answers<'_>, ImportFault> {
        if let Some(word) = self.field("answer").strip_prefix("all-") {
            let word = StatusWord::parse(word).ok_or(ImportFault::Answer)?;
            return Ok(Answers::All(word));
        }
        let column = self.column("answer").ok_or(ImportFault::Answer)?;
        let words = self.words.as_ref().ok_or(ImportFault::Words)?;
        Ok(Answers::By(column, words))
    }

    /// What was said that a word means, or what it most likely does: an empty cell says nothing.
    pub fn meant(&self, place: usize, word: &str) -> Option<StatusWord> {
        match self.form.get(&word_field(place)) {
            Some(said) => StatusWord::parse(said),
            None if word.is_empty() => Some(StatusWord::Skip),
            None => meaning(word),
        }
    }

    /// The column of the times, with how they may be written; none where none was chosen.
    pub fn times(&self) -> Result<Option<(String, &[&'static str])>, ImportFault> {
        let Some(column) = self.column("date") else {
            return Ok(None);
        };
        if self.formats.is_empty() {
            return Err(ImportFault::Date);
        }
        Ok(Some((column, &self.formats)))
    }

    /// The mapping, once everything was answered.
    pub fn draft(&self, timezone: &str) -> Result<MappingDraft, ImportFault> {
        let identifiers = self.identifiers()?;
        let (purpose, channel) = self.wanted()?;
        Ok(MappingDraft {
            source: self.filled("source").ok_or(ImportFault::Source)?,
            timezone: timezone.to_owned(),
            delimiter: self.look.delimiter(),
            encoding: self.look.encoding(),
            identifiers,
            purpose,
            channel,
            says: self.says()?,
            date: self.date()?,
            notice: self.filled("notice"),
            language: self.filled("language"),
            act: self.column("act"),
        })
    }

    /// Who it is, and what for: what is asked first.
    pub fn first(&self) -> Result<(), ImportFault> {
        self.filled("source").ok_or(ImportFault::Source)?;
        self.identifiers()?;
        self.wanted()?;
        self.answers()?;
        self.times().map(drop)
    }

    fn identifiers(&self) -> Result<Vec<(IdentifierKind, String, Option<String>)>, ImportFault> {
        let country = self.filled("country").map(|code| code.to_uppercase());
        let one = |(field, kind): (&str, IdentifierKind)| {
            let region = country.clone().filter(|_| kind == IdentifierKind::Phone);
            Some((kind, self.column(field)?, region))
        };
        let found: Vec<_> = WHO.into_iter().filter_map(one).collect();
        if found.is_empty() {
            return Err(ImportFault::Contact);
        }
        Ok(found)
    }

    fn wanted(&self) -> Result<(String, Channel), ImportFault> {
        let chosen = self.field("wanted").split_once(' ');
        let chosen = chosen
            .and_then(|(purpose, channel)| Some((purpose.to_owned(), Channel::parse(channel)?)));
        chosen.ok_or(ImportFault::Wanted)
    }

    fn says(&self) -> Result<Says, ImportFault> {
        let (column, words) = match self.answers()? {
            Answers::All(word) => return Ok(Says::All(word)),
            Answers::By(column, words) => (column, words),
        };
        let mut values = BTreeMap::new();
        for (place, word) in words.iter().enumerate() {
            let meant = self.meant(place, word).ok_or(ImportFault::Meaning)?;
            values.insert(word.clone(), meant);
        }
        // a column that is empty from top to bottom says nothing of anybody
        if values.is_empty() {
            return Err(ImportFault::Answer);
        }
        Ok(Says::By(column, values))
    }

    fn date(&self) -> Result<Option<(String, String)>, ImportFault> {
        let Some((column, formats)) = self.times()? else {
            return Ok(None);
        };
        let chosen = match formats {
            [only] => Some(*only),
            several => several
                .iter()
                .find(|one| **one == self.field("format"))
                .copied(),
        };
        let format = chosen.ok_or(ImportFault::Meaning)?;
        Ok(Some((column, format.to_owned())))
    }
}

/// The field of a word.
pub(super) fn word_field(place: usize) -> String {
    format!("word-{place}")
}

/// By which name the ledger knows a mapping that was put together here.
pub(super) const NAME: &str = OWN[0];
