//! The languages that the pages speak, and how one is chosen.

/// A language of the pages. Those for customers exist in every one; the console, reports and audit
/// packages in those of [`Language::STAFF`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// French.
    #[default]
    Fr,
    /// English.
    En,
    /// German.
    De,
    /// Spanish.
    Es,
    /// Italian.
    It,
    /// Dutch.
    Nl,
}

impl Language {
    /// Every language, in the order in which the switch shows them.
    pub const ALL: [Self; 6] = [Self::Fr, Self::En, Self::De, Self::Es, Self::It, Self::Nl];

    /// The languages of what staff read.
    pub const STAFF: [Self; 2] = [Self::Fr, Self::En];

    /// The nearest language that staff can be spoken to in: English where it is not one of theirs.
    #[must_use]
    pub fn for_staff(self) -> Self {
        if Self::STAFF.contains(&self) {
            self
        } else {
            Self::En
        }
    }

    /// The BCP 47 tag, such as `fr`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Fr => "fr",
            Self::En => "en",
            Self::De => "de",
            Self::Es => "es",
            Self::It => "it",
            Self::Nl => "nl",
        }
    }

    /// The language's name in itself.
    #[must_use]
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::Fr => "Français",
            Self::En => "English",
            Self::De => "Deutsch",
            Self::Es => "Español",
            Self::It => "Italiano",
            Self::Nl => "Nederlands",
        }
    }

    /// The language of a tag such as `en`, `EN` or `fr-CA`; none where we do not speak it.
    #[must_use]
    pub fn from_code(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|language| language.code().eq_ignore_ascii_case(primary))
    }

    /// The best of the languages `spoken` for an `Accept-Language` header (RFC 9110, 12.5.4).
    ///
    /// Takes the highest `q`, the first named among equals. `*` and languages that
    /// are not spoken here fall back to `default`; `q=0` excludes.
    #[must_use]
    pub fn from_accept_language(header: &str, spoken: &[Self], default: Self) -> Self {
        let mut best: Option<(u16, Self)> = None;
        let named = header.split(',').filter_map(|part| weighed(part, default));
        for (weight, language) in named.filter(|(_, language)| spoken.contains(language)) {
            if weight > best.map_or(0, |(highest, _)| highest) {
                best = Some((weight, language));
            }
        }
        best.map_or(default, |(_, language)| language)
    }
}

/// One element of the header, its weight in thousandths.
fn weighed(part: &str, default: Language) -> Option<(u16, Language)> {
    let mut pieces = part.split(';');
    let tag = pieces.next().unwrap_or_default().trim();
    let language = if tag == "*" {
        default
    } else {
        Language::from_code(tag)?
    };
    Some((pieces.find_map(weight_of).unwrap_or(1000), language))
}

/// `q=0.8` as 800. A weight that cannot be read counts as zero: it asks for nothing.
fn weight_of(parameter: &str) -> Option<u16> {
    let (name, value) = parameter.split_once('=')?;
    if !name.trim().eq_ignore_ascii_case("q") {
        return None;
    }
    let q: f32 = value.trim().parse().unwrap_or(0.0);
    let thousandths = (q.clamp(0.0, 1.0) * 1000.0).round();
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and 1000; NaN becomes 0"
    )]
    Some(thousandths as u16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn chooses_by_weight_then_order() {
        let cases = [
            ("", Language::Fr),
            ("en", Language::En),
            ("en-GB,en;q=0.9,fr;q=0.8", Language::En),
            ("pl, en;q=0.4, fr;q=0.7", Language::Fr),
            ("de-AT, en;q=0.4, fr;q=0.7", Language::De),
            ("nl-BE,nl;q=0.9,fr;q=0.8", Language::Nl),
            ("it", Language::It),
            ("ES", Language::Es),
            ("fr;q=0.5, en;q=0.5", Language::Fr),
            ("en;q=0", Language::Fr),
            ("en;q=0, *", Language::Fr),
            ("EN_us", Language::En),
            ("zz, *;q=0.1", Language::Fr),
            ("en;q=NaN", Language::Fr),
            ("en ; Q = 0.3", Language::En),
        ];
        for (header, expected) in cases {
            let found = Language::from_accept_language(header, &Language::ALL, Language::Fr);
            assert_eq!(found, expected, "{header}");
        }
    }

    #[test]
    fn the_default_can_be_english() {
        let found = Language::from_accept_language("pl", &Language::ALL, Language::En);
        assert_eq!(found, Language::En);
    }

    #[test]
    fn staff_are_spoken_to_in_their_languages() {
        let found = |header| Language::from_accept_language(header, &Language::STAFF, Language::En);
        assert_eq!(found("de, fr;q=0.5"), Language::Fr);
        assert_eq!(found("de, es;q=0.5"), Language::En);
        for language in Language::ALL {
            assert!(Language::STAFF.contains(&language.for_staff()));
        }
        assert_eq!(Language::Fr.for_staff(), Language::Fr);
    }

    proptest! {
        #[test]
        fn any_header_gives_a_language(header in ".{0,200}") {
            let _ = Language::from_accept_language(&header, &Language::ALL, Language::Fr);
        }
    }
}
