//! The signals of browsers and consent platforms that a caller passes on.

use super::consent_mode;
use super::moment::Moment;
use super::told::Told;
use crate::domain::signals::gpc::signals_gpc;
use crate::domain::signals::gpp::{Gpp, TCF_EU_V2};
use crate::domain::signals::tcf::{Ground, TcString, TcfPurpose, VendorAnswer};
use crate::policy::Facts;
use crate::policy::vocabulary::{ConsentFact, ProofFact, SignalFact};

/// A field that cannot be read, and why. Nothing of its content is repeated.
pub type Unreadable = (&'static str, String);

/// The strings that cannot be read.
#[must_use]
pub fn unreadable(told: &Told) -> Vec<Unreadable> {
    let strings = [("tc_string", tc(told)), ("gpp_string", gpp(told))];
    let failed = strings.into_iter().filter_map(|(field, read)| {
        let why = read?.err()?;
        Some((field, format!("cannot be read: it {why}")))
    });
    failed.collect()
}

/// The TC string; `None` where none was sent.
fn tc(told: &Told) -> Option<Result<TcString, String>> {
    let text = told.tc_string.as_deref()?;
    Some(TcString::parse(text).map_err(|why| why.to_string()))
}

/// The European section of the GPP string; `None` where there is none, which says nothing.
fn gpp(told: &Told) -> Option<Result<TcString, String>> {
    match Gpp::parse(told.gpp_string.as_deref()?) {
        Err(why) => Some(Err(why.to_string())),
        Ok(gpp) => {
            let section = gpp.section(TCF_EU_V2)?;
            Some(TcString::parse(section).map_err(|why| why.to_string()))
        }
    }
}

/// The facts of the signals. A yes in a string is a consent, and never stands against a no of the
/// registry; a no stands against a yes that the registry holds: of the two the stricter counts.
pub(super) fn facts(told: &Told, moment: &Moment, facts: &mut Facts) {
    let sent = told
        .headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("Sec-GPC"));
    facts.gpc = signals_gpc(sent.flat_map(|(_, values)| values.iter()));
    facts.consent_mode_denied = told
        .consent_mode
        .is_some_and(|mode| consent_mode::denies(mode, facts));
    // of two strings the stricter counts
    let strings = [tc(told), gpp(told)].into_iter().flatten();
    let answers = strings.map(|read| answer(&read, told, moment));
    let Some(answer) = answers.min_by_key(|answer| leniency(*answer)) else {
        return;
    };
    facts.signal = match answer {
        VendorAnswer::Invalid => SignalFact::Invalid,
        VendorAnswer::NotDisclosed => SignalFact::VendorNotDisclosed,
        VendorAnswer::Yes | VendorAnswer::No => SignalFact::Valid,
    };
    match (answer, facts.consent) {
        (VendorAnswer::Yes, ConsentFact::NeverAsked | ConsentFact::Requested) => {
            facts.consent = ConsentFact::Given;
            facts.consent_proof = ProofFact::Individual;
            facts.notice_current = true;
        }
        (VendorAnswer::No, ConsentFact::Given) => facts.consent = ConsentFact::Refused,
        _ => {}
    }
}

/// What a string says of the vendor and the purpose asked about.
fn answer(read: &Result<TcString, String>, told: &Told, moment: &Moment) -> VendorAnswer {
    let vendor = told.vendor_id.unwrap_or(0);
    let purpose = told.purpose_id.and_then(TcfPurpose::new);
    match (read, purpose) {
        (Ok(read), Some(purpose)) => read.vendor_may(vendor, purpose, Ground::Consent, moment.at),
        // a string that cannot be read, or a purpose that there is not
        _ => VendorAnswer::Invalid,
    }
}

const fn leniency(answer: VendorAnswer) -> u8 {
    match answer {
        VendorAnswer::Invalid => 0,
        VendorAnswer::NotDisclosed => 1,
        VendorAnswer::No => 2,
        VendorAnswer::Yes => 3,
    }
}
