//! The catalogue: every word of the pages, in Fluent, one file per language. Those of staff's
//! languages have the console's words as well, behind the line [`STAFF_ONLY`].

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

use super::Language;

type Bundle = FluentBundle<FluentResource>;

const FR: &str = include_str!("words/fr.ftl");
const EN: &str = include_str!("words/en.ftl");

const DE: &str = include_str!("words/de.ftl");
const ES: &str = include_str!("words/es.ftl");
const IT: &str = include_str!("words/it.ftl");
const NL: &str = include_str!("words/nl.ftl");

static FRENCH: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::Fr, FR));
static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::En, EN));
static GERMAN: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::De, DE));
static SPANISH: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::Es, ES));
static ITALIAN: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::It, IT));
static DUTCH: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::Nl, NL));

/// Loads a catalogue. The tests hold that both files parse whole; at run time what
/// can be read is used, because a missing word must not take the pages down.
fn bundle(language: Language, source: &str) -> Bundle {
    let locale: LanguageIdentifier = language.code().parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![locale]);
    // Isolation marks would be copied into addresses and references.
    bundle.set_use_isolating(false);
    let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(part, _)| part);
    bundle.add_resource_overriding(resource);
    bundle
}

/// The words of one language; cheap to copy.
#[derive(Clone, Copy)]
pub struct Words {
    language: Language,
    bundle: &'static Bundle,
}

impl Words {
    /// The catalogue of `language`, loaded once for the process.
    #[must_use]
    pub fn of(language: Language) -> Self {
        let bundle = match language {
            Language::Fr => &*FRENCH,
            Language::En => &*ENGLISH,
            Language::De => &*GERMAN,
            Language::Es => &*SPANISH,
            Language::It => &*ITALIAN,
            Language::Nl => &*DUTCH,
        };
        Self { language, bundle }
    }

    /// The language of these words.
    #[must_use]
    pub const fn language(self) -> Language {
        self.language
    }

    /// The message of `key`, or the key itself where the catalogue has none.
    #[must_use]
    pub fn get(self, key: &str) -> String {
        self.lookup(key, None).unwrap_or_else(|| key.to_owned())
    }

    /// The message of `key` with named texts put in.
    #[must_use]
    pub fn get_with(self, key: &str, args: &[(&str, &str)]) -> String {
        let args: FluentArgs = args.iter().copied().collect();
        self.lookup(key, Some(&args))
            .unwrap_or_else(|| key.to_owned())
    }

    /// The message of `key` for `n` things: `$n` chooses the plural, `$shown` is printed.
    #[must_use]
    pub fn count(self, key: &str, n: u64) -> String {
        let mut args = FluentArgs::new();
        args.set("n", n);
        args.set("shown", self.number(n));
        self.lookup(key, Some(&args))
            .unwrap_or_else(|| key.to_owned())
    }

    /// `n` with the language's thousands separator.
    #[must_use]
    pub fn number(self, n: u64) -> String {
        let separator = self.get("group-separator");
        let digits = n.to_string();
        let mut shown = String::new();
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                shown.push_str(&separator);
            }
            shown.push(digit);
        }
        shown
    }

    /// The word for a code from an open list (`channel`, `status`, `source`, `entry`),
    /// or the code itself where the catalogue does not know it.
    #[must_use]
    pub fn code(self, list: &str, code: &str) -> String {
        self.lookup(&format!("{list}-{}", code.replace('.', "-")), None)
            .unwrap_or_else(|| code.to_owned())
    }

    /// Where something stands in the law, with the Regulation's name in this language.
    #[must_use]
    pub fn law(self, source: &str) -> String {
        source.replace("GDPR", &self.get("law-gdpr"))
    }

    /// Where something was taken down: the kind of place, and which one.
    #[must_use]
    pub fn place(self, kind: &str, name: Option<&str>) -> String {
        let kind = self.code("source", kind);
        match name {
            Some(name) if !name.is_empty() => {
                self.get_with("source-place", &[("source", &kind), ("place", name)])
            }
            _ => kind,
        }
    }

    fn lookup(self, key: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
        // a word of the console, should a customer's language be asked for one
        let staff = || ENGLISH.get_message(key);
        let pattern = self.bundle.get_message(key).or_else(staff)?.value()?;
        // A missing argument is printed as its name; the tests render every page.
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, args, &mut errors);
        Some(text.into_owned())
    }
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]
mod tests {
    use super::*;
    use crate::domain::registry::tone;
    use std::collections::{BTreeMap, BTreeSet};

    /// The line behind which a catalogue has the words of staff alone.
    const STAFF_ONLY: &str = "\n### Console\n";

    /// The catalogues of languages that only customers are spoken to in.
    const CUSTOMERS: [(Language, &str); 4] = [
        (Language::De, DE),
        (Language::Es, ES),
        (Language::It, IT),
        (Language::Nl, NL),
    ];

    /// Every catalogue.
    fn catalogues() -> Vec<(Language, &'static str)> {
        let staff = [(Language::Fr, FR), (Language::En, EN)];
        staff.into_iter().chain(CUSTOMERS).collect()
    }

    /// Keys and raw values of a catalogue file.
    fn entries(source: &str) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        let mut last = String::new();
        for line in source.lines().filter(|line| !line.starts_with('#')) {
            if let Some((key, value)) = line
                .split_once(" =")
                .filter(|_| line.starts_with(char::is_alphabetic))
            {
                key.clone_into(&mut last);
                assert!(
                    found.insert(last.clone(), value.to_owned()).is_none(),
                    "{key} twice"
                );
            } else if let Some(value) = found.get_mut(&last) {
                value.push('\n');
                value.push_str(line);
            }
        }
        found
    }

    /// The texts of the templates and of the Rust sources beside them.
    fn sources() -> Vec<String> {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/src/http/pages");
        let mut texts = Vec::new();
        for folder in [root.to_owned(), format!("{root}/templates")] {
            for file in std::fs::read_dir(folder).unwrap() {
                let path = file.unwrap().path();
                if path.is_file() && !path.ends_with("words.rs") {
                    texts.push(std::fs::read_to_string(&path).unwrap());
                }
            }
        }
        texts
    }

    /// Every quoted word that could be a key.
    fn quoted_words() -> BTreeSet<String> {
        let is_key = |word: &&str| {
            let part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
            word.starts_with(|c: char| c.is_ascii_lowercase()) && word.chars().all(part)
        };
        let mut found = BTreeSet::new();
        for text in sources() {
            found.extend(text.split('"').filter(is_key).map(str::to_owned));
        }
        found
    }

    /// Every key given to the catalogue in a literal call.
    fn called_keys() -> BTreeSet<String> {
        let mut keys = BTreeSet::new();
        for text in sources() {
            for call in [".get(", ".get_with(", ".count("] {
                let rests = text.split(call).skip(1).map(str::trim_start);
                let literals = rests.filter_map(|rest| rest.strip_prefix('"'));
                keys.extend(literals.map(|rest| rest.split('"').next().unwrap().to_owned()));
            }
        }
        keys
    }

    #[test]
    fn every_file_parses_whole() {
        assert_eq!(catalogues().len(), Language::ALL.len());
        for (language, source) in catalogues() {
            let parsed = FluentResource::try_new(source.to_owned());
            assert!(parsed.is_ok(), "{language:?}");
        }
    }

    /// What a value is given.
    fn arguments(value: &str) -> BTreeSet<String> {
        let cut = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
        let rests = value.split('$').skip(1);
        rests
            .map(|rest| rest.split(cut).next().unwrap().to_owned())
            .collect()
    }

    /// A word that a customer reads and that one language lacks fails here.
    #[test]
    fn customers_are_spoken_to_in_every_language() {
        let (customers, _) = FR.split_once(STAFF_ONLY).unwrap();
        let french = entries(customers);
        assert!(french.len() > 150, "{}", french.len());
        for (language, source) in CUSTOMERS {
            let found = entries(source);
            let of = |map: &BTreeMap<String, String>| map.keys().cloned().collect::<BTreeSet<_>>();
            let (wanted, had) = (of(&french), of(&found));
            let lacks: Vec<_> = wanted.difference(&had).collect();
            let too_many: Vec<_> = had.difference(&wanted).collect();
            assert!(
                lacks.is_empty() && too_many.is_empty(),
                "{language:?} lacks {lacks:?}, has {too_many:?} too many"
            );
            for (key, value) in &french {
                assert_eq!(
                    arguments(value),
                    arguments(&found[key]),
                    "{language:?} {key}"
                );
            }
        }
    }

    #[test]
    fn both_languages_have_the_same_keys_and_arguments() {
        let (fr, en) = (entries(FR), entries(EN));
        let names = |map: &BTreeMap<String, String>| map.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&fr), names(&en));
        for (key, value) in &fr {
            assert_eq!(arguments(value), arguments(&en[key]), "{key}");
        }
    }

    #[test]
    fn every_key_that_is_called_exists() {
        let fr = entries(FR);
        let called = called_keys();
        assert!(
            called.len() > 60,
            "the search finds the calls: {}",
            called.len()
        );
        // Keys that are chosen by a `key()` stand in the sources with their page's prefix.
        let by_prefix = [
            "state-",
            "lock-",
            "choices-",
            "already-",
            "gone-",
            "problem-",
            "sign-in-error-",
            "sign-in-notice-",
            "count-",
            "export-error-",
            "background-",
            "reports-error-",
            "retention-error-",
            "publish-fault-",
            "policies-fault-",
            "checking-fault-",
        ];
        let of_page = |word: &String| by_prefix.iter().any(|prefix| word.starts_with(prefix));
        for key in called
            .into_iter()
            .chain(quoted_words().into_iter().filter(of_page))
        {
            assert!(fr.contains_key(&key), "{key}");
        }
    }

    #[test]
    fn no_key_is_left_over() {
        let open = [
            "account-done-",
            "browser-",
            "channel-",
            "kind-",
            "source-",
            "status-",
            "entry-",
            "month-",
            "weekday-",
            "origin-",
            "table-",
            "column-",
            "basis-",
            "effect-",
            "asked-",
            "actor-",
            "figures-",
            "reports-format-",
            "person-",
            "act-",
            "agent-act-",
            "agent-place-",
            "agent-refused-",
            "view-",
            "withheld-",
            "percent",
            "period-",
            "term-",
            "policies-",
            "checking-",
            "use-",
            "mention-",
            "change-",
            "purpose-change-",
            "publish-error-",
            "publish-change-",
            "publish-agreed",
            "publish-means-",
            "publish-as-brand",
            "publish-not-said",
            "undo-late",
            "erased-",
            "background-failed-",
            "background-gone-",
            "pace-",
            "receipt-",
            "history-by-",
            "history-dispute-",
            "dispute-outcome-",
            "dispute-close-",
            "keys-epoch-",
            "staff-kind-",
            "role-",
            "looks-why-",
            "system-about-",
            "system-job-",
            "system-room-of-",
            "system-sound-",
            "system-standing-",
            "copy-",
            "col-",
            "did-",
            "direction-",
            "decided-",
            "right-",
            "writer-",
            "reader-",
            "part-",
            "rests-",
            "data-not-",
            "data-left-",
            "keys-signing-",
            "request-",
            "requests-",
            "reply-",
            "own-request-",
            "own-requests-",
            "ask-",
            "ground-",
            "retention-kept-",
            "identity-",
            "correction-",
            "mail-identity-",
            "mail-correction-",
            "import-all-",
            "import-count-",
            "import-fault-",
            "import-field-",
            "import-layout-",
            "import-problem-",
            "import-status-",
        ];
        let used = quoted_words();
        for key in entries(FR).keys() {
            let reached = used.contains(key) || open.iter().any(|list| key.starts_with(list));
            let used_here = ["group-separator", "law-gdpr"].contains(&key.as_str());
            assert!(reached || used_here, "{key} is never used");
        }
    }

    #[test]
    fn french_has_its_narrow_spaces() {
        for (key, value) in entries(FR) {
            let text = value.replace("{ $", "").replace("->", "");
            let mut before = ' ';
            for c in text.chars() {
                if ":;!?»".contains(c) {
                    assert_eq!(before, '\u{202f}', "{key}: {value}");
                }
                assert!(c != '\'', "{key}: a typewriter apostrophe");
                before = c;
            }
        }
    }

    /// The words of pressure, guilt and double negation (fairness rule F6).
    #[test]
    fn no_banned_words() {
        let all = catalogues()
            .into_iter()
            .flat_map(|(_, source)| entries(source));
        for (key, value) in all {
            assert_eq!(tone::pressure(&value), None, "{key}");
        }
    }

    #[test]
    fn plurals_and_numbers_follow_the_language() {
        let (fr, en) = (Words::of(Language::Fr), Words::of(Language::En));
        assert_eq!(fr.number(48_211), "48\u{202f}211");
        assert_eq!(en.number(1_048_211), "1,048,211");
        assert_eq!(fr.number(7), "7");
        assert!(fr.count("report-end", 0).contains("0 entrée."));
        assert!(en.count("report-end", 0).contains("0 entries."));
        assert!(en.count("report-end", 12_000).contains("12,000"));
    }

    #[test]
    fn an_unknown_code_is_shown_as_it_is() {
        let words = Words::of(Language::En);
        assert_eq!(words.code("channel", "email"), "Email");
        assert_eq!(words.code("entry", "consent.given"), "Consent given");
        assert_eq!(words.code("channel", "pigeon"), "pigeon");
    }
}
