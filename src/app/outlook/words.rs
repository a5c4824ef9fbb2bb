//! The changes in words, French and English.

use super::{Change, WayOut};
use crate::domain::registry::Channel;
use chrono::{DateTime, Datelike, FixedOffset, Offset, SecondsFormat, Timelike, Utc};
use chrono_tz::Tz;

const JOURS: [&str; 7] = [
    "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche",
];
const DAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];
const MOIS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// An instant as the person's clock shows it; in UTC where their zone is not known.
pub(super) fn there(at: DateTime<Utc>, zone: Option<Tz>) -> DateTime<FixedOffset> {
    zone.map_or_else(
        || at.fixed_offset(),
        |zone| {
            let local = at.with_timezone(&zone);
            local.with_timezone(&local.offset().fix())
        },
    )
}

impl WayOut {
    /// From when on, as RFC 3339 with the person's offset.
    #[must_use]
    pub fn from_text(&self) -> Option<String> {
        self.from.map(|from| self.instant_text(from))
    }

    /// An instant as RFC 3339 with the person's offset.
    #[must_use]
    pub fn instant_text(&self, at: DateTime<Utc>) -> String {
        there(at, self.zone).to_rfc3339_opts(SecondsFormat::AutoSi, true)
    }

    /// All of it in French.
    #[must_use]
    pub fn fr(&self) -> String {
        let mut parts: Vec<String> = self.changes.iter().map(|one| self.change_fr(one)).collect();
        parts.extend(self.from.map(|from| {
            let local = there(from, self.zone);
            let whose = if self.zone.is_some() {
                "à l'heure de la personne"
            } else {
                "UTC"
            };
            let day = pick(&JOURS, local.weekday().num_days_from_monday());
            let month = pick(&MOIS, local.month0());
            let (date, year) = (local.day(), local.year());
            let (hour, minute) = (local.hour(), local.minute());
            format!("à partir du {day} {date} {month} {year} à {hour:02}:{minute:02} ({whose})")
        }));
        if !self.aged.is_empty() {
            let number = self.aged.len();
            let last = parts.pop().unwrap_or_default();
            let s = if number == 1 {
                "sollicitation est sortie"
            } else {
                "sollicitations sont sorties"
            };
            parts.push(format!("{last}, quand {number} {s} de la période"));
        }
        format!("Permis avec : {}.", parts.join(" ; "))
    }

    /// All of it in English.
    #[must_use]
    pub fn en(&self) -> String {
        let mut parts: Vec<String> = self.changes.iter().map(|one| self.change_en(one)).collect();
        parts.extend(self.from.map(|from| {
            let local = there(from, self.zone);
            let whose = if self.zone.is_some() {
                "the person's time"
            } else {
                "UTC"
            };
            let day = pick(&DAYS, local.weekday().num_days_from_monday());
            let month = pick(&MONTHS, local.month0());
            let (date, year) = (local.day(), local.year());
            let (hour, minute) = (local.hour(), local.minute());
            format!("from {day} {date} {month} {year} at {hour:02}:{minute:02} on ({whose})")
        }));
        if !self.aged.is_empty() {
            let number = self.aged.len();
            let last = parts.pop().unwrap_or_default();
            let s = if number == 1 {
                "contact has left its period"
            } else {
                "contacts have left their period"
            };
            parts.push(format!("{last}, when {number} {s}"));
        }
        format!("Permitted with: {}.", parts.join("; "))
    }

    /// One change in French.
    #[must_use]
    pub fn change_fr(&self, change: &Change) -> String {
        let (purpose, on) = (&self.purpose, channel_fr(self.channel));
        match (change.code, change.value) {
            ("consent", _) => {
                format!("un consentement de la personne, finalité « {purpose} », {on}")
            }
            ("confirmation", _) => {
                format!("un consentement confirmé par la personne, finalité « {purpose} », {on}")
            }
            ("explicit_consent", _) => {
                format!("un consentement explicite de la personne, finalité « {purpose} », {on}")
            }
            ("parental_consent", _) => format!(
                "l'accord du titulaire de l'autorité parentale, finalité « {purpose} », {on}"
            ),
            ("joint_consent", _) => format!(
                "l'accord du mineur et du titulaire de l'autorité parentale, finalité « {purpose} », {on}"
            ),
            ("suppression_lifted_by_person", _) => {
                "la personne lève elle-même son opposition sur cette adresse ou ce numéro"
                    .to_owned()
            }
            ("objection_lifted_by_person", _) => {
                "la personne revient elle-même sur son opposition".to_owned()
            }
            ("restriction_lifted", _) => {
                "la limitation demandée par la personne est levée".to_owned()
            }
            ("contact_from_person", _) => "un nouveau contact venant de la personne".to_owned(),
            ("person_recorded", _) => "la personne est enregistrée".to_owned(),
            ("channel_declared", _) => {
                format!("le canal ({on}) est déclaré pour la finalité « {purpose} »")
            }
            (code, value) => {
                let name = code.strip_prefix("fact:").unwrap_or(code);
                format!(
                    "le fait {name} donné avec la valeur {}",
                    value.unwrap_or_default()
                )
            }
        }
    }

    /// One change in English.
    #[must_use]
    pub fn change_en(&self, change: &Change) -> String {
        let (purpose, on) = (&self.purpose, channel_en(self.channel));
        match (change.code, change.value) {
            ("consent", _) => format!("the person's consent to \"{purpose}\" {on}"),
            ("confirmation", _) => format!("the person's confirmed consent to \"{purpose}\" {on}"),
            ("explicit_consent", _) => {
                format!("the person's explicit consent to \"{purpose}\" {on}")
            }
            ("parental_consent", _) => {
                format!("the consent of the holder of parental authority to \"{purpose}\" {on}")
            }
            ("joint_consent", _) => format!(
                "the consent of the minor and of the holder of parental authority to \"{purpose}\" {on}"
            ),
            ("suppression_lifted_by_person", _) => {
                "the person lifts the stop on this address or number".to_owned()
            }
            ("objection_lifted_by_person", _) => "the person takes the objection back".to_owned(),
            ("restriction_lifted", _) => {
                "the restriction that the person asked for is lifted".to_owned()
            }
            ("contact_from_person", _) => "a new contact from the person".to_owned(),
            ("person_recorded", _) => "the person is recorded".to_owned(),
            ("channel_declared", _) => format!("the channel ({on}) is declared for \"{purpose}\""),
            (code, value) => {
                let name = code.strip_prefix("fact:").unwrap_or(code);
                format!("the fact {name} given as {}", value.unwrap_or_default())
            }
        }
    }
}

/// Said where nothing flips a denial.
pub const NOTHING_FR: &str = "Rien ne le permet : ni le temps, ni vous, ni la personne.";
/// The same in English.
pub const NOTHING_EN: &str = "Nothing makes it lawful: neither time, nor you, nor the person.";

fn pick<'a>(names: &[&'a str], place: u32) -> &'a str {
    let name = usize::try_from(place)
        .ok()
        .and_then(|place| names.get(place));
    name.copied().unwrap_or_default()
}

const fn channel_fr(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "par courriel",
        Channel::Sms => "par SMS",
        Channel::PhoneLive => "par téléphone",
        Channel::PhoneAutomated => "par automate d'appel",
        Channel::PostAddressed => "par courrier postal",
        Channel::Push => "par notification",
        Channel::InApp => "dans l'application",
        other => other.as_str(),
    }
}

const fn channel_en(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "by e-mail",
        Channel::Sms => "by SMS",
        Channel::PhoneLive => "by telephone",
        Channel::PhoneAutomated => "by calling machine",
        Channel::PostAddressed => "by post",
        Channel::Push => "by push notification",
        Channel::InApp => "in the app",
        other => other.as_str(),
    }
}
