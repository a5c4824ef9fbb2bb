//! Whether the person is in a register: as the caller says, and as the loaded lists say. Of the two
//! the stricter holds, so that a caller's no does not lift what a list says, nor a list the caller's
//! yes.

use super::moment::Moment;
use super::told::{Entry, Told};
use super::when::When;
use crate::policy::Facts;
use crate::policy::vocabulary::{RegisterFact, Stated};
use chrono::{DateTime, NaiveDate, Utc};

/// What loaded lists say of the person; nothing where no list that is consulted does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Listed {
    /// Bloctel (France).
    pub bloctel: Stated,
    /// The list Robinson of a country whose law holds.
    pub robinson: Stated,
    /// The Telephone Preference Service (United Kingdom).
    pub tps: Stated,
    /// The Registro delle opposizioni (Italy).
    pub rpo: RegisterFact,
    /// "Ne m'appelez plus" (Belgium).
    pub dncm: RegisterFact,
}

impl Default for Listed {
    fn default() -> Self {
        Self {
            bloctel: Stated::NotStated,
            robinson: Stated::NotStated,
            tps: Stated::NotStated,
            rpo: RegisterFact::NotStated,
            dncm: RegisterFact::NotStated,
        }
    }
}

impl Listed {
    /// The facts: what the caller said and what the lists say.
    pub(super) fn facts(
        &self,
        told: &Told,
        own_yes: Option<DateTime<Utc>>,
        moment: &Moment,
        facts: &mut Facts,
    ) {
        facts.on_bloctel = stricter(told.on_bloctel.into(), self.bloctel);
        facts.on_robinson_list = stricter(told.on_robinson_list.into(), self.robinson);
        facts.on_tps = stricter(told.on_tps.into(), self.tps);
        let said = |registered| entry(registered, own_yes, moment);
        facts.rpo = stricter_entry(said(told.rpo_registered_at), self.rpo);
        facts.dncm = stricter_entry(said(told.dncm_registered_at), self.dncm);
    }
}

/// In a list since a day, or since one that is not known: no consent is later than that.
#[must_use]
pub fn listed_since(
    since: Option<NaiveDate>,
    own_yes: Option<DateTime<Utc>>,
    moment: &Moment,
) -> RegisterFact {
    match since {
        Some(day) => entry(Some(Some(When::Day(day))), own_yes, moment),
        None => RegisterFact::Registered,
    }
}

fn entry(registered: Entry, own_yes: Option<DateTime<Utc>>, moment: &Moment) -> RegisterFact {
    match registered {
        None => RegisterFact::NotStated,
        Some(None) => RegisterFact::NotRegistered,
        Some(Some(since)) => match own_yes {
            Some(yes) if since.end(moment) <= yes => RegisterFact::RegisteredBeforeConsent,
            _ => RegisterFact::Registered,
        },
    }
}

fn stricter(one: Stated, other: Stated) -> Stated {
    let either = |word| one == word || other == word;
    match () {
        () if either(Stated::Yes) => Stated::Yes,
        () if either(Stated::No) => Stated::No,
        () => Stated::NotStated,
    }
}

fn stricter_entry(one: RegisterFact, other: RegisterFact) -> RegisterFact {
    const STRICTEST_FIRST: [RegisterFact; 3] = [
        RegisterFact::Registered,
        RegisterFact::RegisteredBeforeConsent,
        RegisterFact::NotRegistered,
    ];
    let stated = STRICTEST_FIRST
        .into_iter()
        .find(|word| one == *word || other == *word);
    stated.unwrap_or(RegisterFact::NotStated)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn of_two_words_the_stricter_holds() {
        use Stated::{No, NotStated, Yes};
        for (one, other, both) in [
            (NotStated, NotStated, NotStated),
            (NotStated, No, No),
            (No, Yes, Yes),
            (NotStated, Yes, Yes),
            (Yes, Yes, Yes),
        ] {
            assert_eq!(stricter(one, other), both);
            assert_eq!(stricter(other, one), both);
        }
        use RegisterFact::{NotRegistered, Registered, RegisteredBeforeConsent};
        for (one, other, both) in [
            (
                NotRegistered,
                RegisteredBeforeConsent,
                RegisteredBeforeConsent,
            ),
            (Registered, RegisteredBeforeConsent, Registered),
            (RegisterFact::NotStated, NotRegistered, NotRegistered),
            (NotRegistered, Registered, Registered),
        ] {
            assert_eq!(stricter_entry(one, other), both);
            assert_eq!(stricter_entry(other, one), both);
        }
    }

    #[test]
    fn a_consent_counts_only_if_it_is_later_than_the_entry() {
        let moment = Moment {
            at: "2026-11-20T10:00:00Z".parse().unwrap(),
            zone: Some(chrono_tz::Europe::Rome),
        };
        let yes = |at: &str| Some(at.parse().unwrap());
        let day = "2026-01-10".parse().ok();
        let on_the_day = listed_since(day, yes("2026-01-10T12:00:00Z"), &moment);
        assert_eq!(on_the_day, RegisterFact::Registered);
        let later = listed_since(day, yes("2026-01-11T12:00:00Z"), &moment);
        assert_eq!(later, RegisterFact::RegisteredBeforeConsent);
        assert_eq!(listed_since(day, None, &moment), RegisterFact::Registered);
        let unknown = listed_since(None, yes("2026-01-11T12:00:00Z"), &moment);
        assert_eq!(unknown, RegisterFact::Registered);
    }
}
