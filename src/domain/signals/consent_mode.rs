//! Google's consent mode, version 2: what the tags of a page are told about a person's choices.
//!
//! Everything is denied until a choice grants it, and each signal hangs on choices of its own:
//! consent to advertising cookies says nothing of personalised advertising (Google's documentation
//! of consent mode; EU user consent policy).

use serde::{Deserialize, Serialize};

/// What a person said yes to, as far as consent mode asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// Storage for advertising.
    AdStorage,
    /// Data sent to Google to measure advertising.
    AdMeasurementData,
    /// Personalised advertising.
    AdPersonalization,
    /// Storage for audience measurement.
    AnalyticsStorage,
}

/// One signal.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// No.
    #[default]
    Denied,
    /// Yes.
    Granted,
}

impl Signal {
    /// The word in Google's interface.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::Granted => "granted",
        }
    }
}

/// The four signals of version 2, as `gtag('consent', 'update', …)` takes them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentMode {
    /// Storage for advertising.
    pub ad_storage: Signal,
    /// User data sent to Google for advertising.
    pub ad_user_data: Signal,
    /// Personalised advertising.
    pub ad_personalization: Signal,
    /// Storage for analytics.
    pub analytics_storage: Signal,
}

impl ConsentMode {
    /// The signals that these choices, all of them yeses that hold, allow.
    #[must_use]
    pub fn of(choices: &[Choice]) -> Self {
        let granted = |choice| {
            if choices.contains(&choice) {
                Signal::Granted
            } else {
                Signal::Denied
            }
        };
        Self {
            ad_storage: granted(Choice::AdStorage),
            ad_user_data: granted(Choice::AdMeasurementData),
            ad_personalization: granted(Choice::AdPersonalization),
            analytics_storage: granted(Choice::AnalyticsStorage),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::testing::each;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Case {
        id: String,
        choices: Vec<Choice>,
        expect: ConsentMode,
    }

    #[test]
    fn consent_mode_vectors() {
        each("consent_mode_vectors", |case: &Case| {
            assert_eq!(ConsentMode::of(&case.choices), case.expect, "{}", case.id);
        });
    }

    #[test]
    fn each_choice_grants_one_signal() {
        let all = [
            Choice::AdStorage,
            Choice::AdMeasurementData,
            Choice::AdPersonalization,
            Choice::AnalyticsStorage,
        ];
        for choice in all {
            let mode = ConsentMode::of(&[choice]);
            let signals = [
                mode.ad_storage,
                mode.ad_user_data,
                mode.ad_personalization,
                mode.analytics_storage,
            ];
            assert_eq!(
                signals
                    .iter()
                    .filter(|signal| **signal == Signal::Granted)
                    .count(),
                1
            );
        }
        assert_eq!(ConsentMode::of(&[]), ConsentMode::default());
    }
}
