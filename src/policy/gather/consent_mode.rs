//! Google's consent mode, as the page or app that asks holds it: which of its four states a use
//! needs. A *denied* state that the use needs is a no; a *granted* one is no yes: what the person
//! agreed to stands in the registry.

use crate::domain::signals::consent_mode::{ConsentMode, Signal};
use crate::policy::Facts;
use crate::policy::vocabulary::{Channel, PurposeUse, Stated};

/// Whether a state that the use needs is denied. Whether the device is read must be set before.
pub(super) fn denies(mode: ConsentMode, facts: &Facts) -> bool {
    let needs = [
        (needs_ad_storage(facts), mode.ad_storage),
        (needs_ad_user_data(facts), mode.ad_user_data),
        (needs_ad_personalization(facts), mode.ad_personalization),
        (needs_analytics_storage(facts), mode.analytics_storage),
    ];
    needs.contains(&(true, Signal::Denied))
}

/// Advertising that stores or reads something on the person's device.
fn needs_ad_storage(facts: &Facts) -> bool {
    is_advertising(facts) && (is_on_device(facts) || facts.channel == Channel::AdsRetargeting)
}

/// Data of the person that are sent to an advertising platform.
fn needs_ad_user_data(facts: &Facts) -> bool {
    to_platform(facts) || facts.purpose_use == PurposeUse::SocialAdsMatching
}

/// Advertising chosen for the person.
fn needs_ad_personalization(facts: &Facts) -> bool {
    let by_use = matches!(
        facts.purpose_use,
        PurposeUse::AdPersonalisation | PurposeUse::SocialAdsMatching
    );
    by_use || (is_advertising(facts) && to_platform(facts))
}

/// Measuring an audience on the person's device.
fn needs_analytics_storage(facts: &Facts) -> bool {
    facts.purpose_use == PurposeUse::EmailTracking && is_on_device(facts)
}

fn is_on_device(facts: &Facts) -> bool {
    facts.channel == Channel::StorageAccess || facts.terminal_read == Stated::Yes
}

const fn to_platform(facts: &Facts) -> bool {
    matches!(
        facts.channel,
        Channel::AdsCustomAudience | Channel::AdsRetargeting
    )
}

const fn is_advertising(facts: &Facts) -> bool {
    !matches!(
        facts.purpose_use,
        PurposeUse::ServiceMessage | PurposeUse::EmailTracking
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::vocabulary::LegalBasis;

    /// All granted but the states of these letters: storage, data, personalisation, analytics.
    fn denied(states: &str) -> ConsentMode {
        let state = |letter| {
            if states.contains(letter) {
                Signal::Denied
            } else {
                Signal::Granted
            }
        };
        ConsentMode {
            ad_storage: state('s'),
            ad_user_data: state('d'),
            ad_personalization: state('p'),
            analytics_storage: state('a'),
        }
    }

    /// The letters of the states that a use needs, each denied alone.
    fn needed(purpose_use: PurposeUse, channel: Channel, terminal_read: Stated) -> String {
        let mut facts = Facts::nothing_known(purpose_use, channel, LegalBasis::Consent);
        facts.terminal_read = terminal_read;
        assert!(!denies(denied(""), &facts));
        let letters = ["s", "d", "p", "a"];
        let bearing = letters
            .into_iter()
            .filter(|one| denies(denied(one), &facts));
        bearing.collect()
    }

    #[test]
    fn each_use_needs_the_states_that_are_about_it() {
        use Channel::{
            AdsCustomAudience, AdsRetargeting, Email, InApp, StorageAccess, ThirdPartySharing,
        };
        use PurposeUse::{
            AdPersonalisation, DirectMarketingOwn, EmailTracking, PartnerSharing, ServiceMessage,
            SocialAdsMatching,
        };
        for (purpose_use, channel, states) in [
            (AdPersonalisation, StorageAccess, "sp"),
            (AdPersonalisation, AdsRetargeting, "sdp"),
            (AdPersonalisation, InApp, "p"),
            (SocialAdsMatching, AdsCustomAudience, "dp"),
            (DirectMarketingOwn, AdsCustomAudience, "dp"),
            (DirectMarketingOwn, StorageAccess, "s"),
            (DirectMarketingOwn, Email, ""),
            (PartnerSharing, ThirdPartySharing, ""),
            (EmailTracking, StorageAccess, "a"),
            (ServiceMessage, StorageAccess, ""),
        ] {
            let found = needed(purpose_use, channel, Stated::NotStated);
            assert_eq!(found, states, "{purpose_use} {channel}");
        }
        assert_eq!(needed(AdPersonalisation, InApp, Stated::Yes), "sp");
        assert_eq!(
            needed(EmailTracking, Channel::EmailTrackingPixel, Stated::Yes),
            "a"
        );
    }
}
