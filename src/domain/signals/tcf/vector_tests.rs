//! The law files' consent strings, and what must hold of any string.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::*;
use crate::domain::signals::testing::Writer;
use crate::domain::testing::each;
use chrono::{DateTime, Utc};
use proptest::prelude::*;
use serde::Deserialize;

const REJECT: &str = "CQuFeUAQuFeUAEsABBENCWFgAAAAAAAAAAqIAAAAAAAA.IAFP_AAA.YAAAAAAAAAAA";
const ACCEPT: &str = "CQuFeUAQuFeUAEsABBENCWFsAP_gAEPgAAqIAFP_AAp_4AAA.IAFP_AAA.YAAAAAAAAAAA";
/// Consent to the purposes 1, 3, 4 for the vendors 2 and 4; ten vendors disclosed.
const SOME: &str = "CQuFeUAQuFeUAEsABBENCWFgALAAAAAAAAqIACFAAAAA.IAFP_AAA.YAAAAAAAAAAA";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    #[serde(rename = "name")]
    _name: String,
    tc_string: String,
    segments: Option<usize>,
    decoded: Decoded,
    expected_validity: Option<String>,
    #[serde(rename = "generator")]
    _generator: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decoded {
    version: u8,
    created: DateTime<Utc>,
    last_updated: DateTime<Utc>,
    cmp_id: u16,
    cmp_version: u16,
    consent_screen: u16,
    consent_language: String,
    vendor_list_version: u16,
    tcf_policy_version: u16,
    is_service_specific: bool,
    publisher_cc: String,
    special_feature_optins: Vec<u8>,
    purpose_consents: Vec<u8>,
    purpose_li: Vec<u8>,
    vendor_consents: Option<Vec<u16>>,
    vendor_li: Option<Vec<u16>>,
    vendors_disclosed: Option<Vec<u16>>,
}

fn at() -> DateTime<Utc> {
    "2026-11-23T10:00:00Z".parse().unwrap()
}

fn vendors(set: &VendorIds) -> Vec<u16> {
    (0..=u16::MAX).filter(|id| set.has(*id)).collect()
}

#[test]
fn tcf_vectors() {
    each("tcf_vectors", |case: &Case| {
        let (id, expected) = (&case.id, &case.decoded);
        let tc = TcString::parse(&case.tc_string).unwrap();
        let core = tc.core();
        assert_eq!(expected.version, 2, "{id}");
        assert_eq!(
            (core.created, core.last_updated),
            (expected.created, expected.last_updated),
            "{id}"
        );
        assert_eq!(
            (core.cmp_id, core.cmp_version),
            (expected.cmp_id, expected.cmp_version),
            "{id}"
        );
        assert_eq!(core.consent_screen, expected.consent_screen, "{id}");
        assert_eq!(core.consent_language, expected.consent_language, "{id}");
        assert_eq!(
            core.vendor_list_version, expected.vendor_list_version,
            "{id}"
        );
        assert_eq!(core.tcf_policy_version, expected.tcf_policy_version, "{id}");
        assert_eq!(
            core.is_service_specific, expected.is_service_specific,
            "{id}"
        );
        assert_eq!(core.publisher_cc, expected.publisher_cc, "{id}");
        for (found, expected) in [
            (
                core.special_feature_optins,
                &expected.special_feature_optins,
            ),
            (core.purpose_consents, &expected.purpose_consents),
            (core.purpose_li, &expected.purpose_li),
        ] {
            assert_eq!(&found.iter().collect::<Vec<_>>(), expected, "{id}");
        }
        for (found, expected) in [
            (Some(&core.vendor_consents), &expected.vendor_consents),
            (Some(&core.vendor_li), &expected.vendor_li),
            (tc.disclosed(), &expected.vendors_disclosed),
        ] {
            if expected.is_some() {
                assert_eq!(&found.map(vendors), expected, "{id}");
            }
        }
        let segments =
            1 + usize::from(tc.disclosed().is_some()) + usize::from(tc.publisher().is_some());
        assert_eq!(segments, case.segments.unwrap_or(1), "{id}");
        validity(id, &tc, case.expected_validity.as_deref());
    });
}

fn validity(id: &str, tc: &TcString, expected: Option<&str>) {
    let defects = tc.defects(at());
    let Some(expected) = expected else {
        return assert_eq!(defects, [], "{id}");
    };
    assert_eq!(
        expected, "invalid: not service specific, policy < 4, no disclosedVendors",
        "{id}"
    );
    assert!(
        defects.starts_with(&[Defect::NotServiceSpecific, Defect::PolicyTooOld]),
        "{id}"
    );
    assert_eq!(tc.disclosed(), None, "{id}");
}

fn ask(text: &str, vendor: u16, purpose: u8, ground: Ground) -> VendorAnswer {
    let purpose = TcfPurpose::new(purpose).unwrap();
    TcString::parse(text)
        .unwrap()
        .vendor_may(vendor, purpose, ground, at())
}

#[test]
fn consent_needs_vendor_and_purpose() {
    use VendorAnswer::{No, NotDisclosed, Yes};
    for (vendor, purpose, answer) in [
        (4, 4, Yes),
        (3, 4, No),
        (4, 2, No),
        (11, 4, NotDisclosed),
        (0, 4, NotDisclosed),
    ] {
        assert_eq!(
            ask(SOME, vendor, purpose, Ground::Consent),
            answer,
            "{vendor} {purpose}"
        );
    }
    for purpose in 1..=11 {
        assert_eq!(ask(REJECT, 4, purpose, Ground::Consent), No);
        assert_eq!(ask(REJECT, 4, purpose, Ground::LegitimateInterest), No);
        assert_eq!(ask(ACCEPT, 4, purpose, Ground::Consent), Yes);
    }
}

#[test]
fn profiling_rests_on_consent_alone() {
    for purpose in 1..=11 {
        let allowed = ask(ACCEPT, 4, purpose, Ground::LegitimateInterest) == VendorAnswer::Yes;
        assert_eq!(allowed, !matches!(purpose, 1 | 3..=6), "{purpose}");
    }
    assert_eq!(TcfPurpose::new(0), None);
    assert_eq!(TcfPurpose::new(12), None);
}

#[test]
fn without_its_segment_a_string_of_today_is_invalid() {
    let bare = SOME.replace(".IAFP_AAA", "");
    assert_eq!(ask(&bare, 4, 4, Ground::Consent), VendorAnswer::Invalid);
    let nobody = SOME.replace(".IAFP_AAA", ".IAAA");
    assert_eq!(
        ask(&nobody, 4, 4, Ground::Consent),
        VendorAnswer::NotDisclosed
    );
}

#[test]
fn what_is_no_such_string_is_refused() {
    let again = format!("{SOME}.IAFP_AAA");
    let twice = format!("{SOME}.YAAAAAAAAAAA");
    let trailing = SOME.replace(".IAFP_AAA", ".IAFP_AAB");
    for (text, error) in [
        ("", TcfError::Bits(BitsError::TooShort)),
        (".", TcfError::Bits(BitsError::TooShort)),
        (
            "BQuFeUAQuFeUAEsABBENCWFgALAAAAAAAAqIACFAAAAA",
            TcfError::Version,
        ),
        (
            "CQuFeUAQuFeUAEsABBENCWFgALAAAAAAAAqIACFAAAAA.",
            TcfError::Bits(BitsError::TooShort),
        ),
        (
            "CQuFeUAQuFeUAEsABB__CWFgALAAAAAAAAqIACFAAAAA",
            TcfError::Letters,
        ),
        (
            "CQuFeUAQuFeUAEsABBENCWFgALAAAAAAAAqIACFAAAAB",
            TcfError::Bits(BitsError::Trailing),
        ),
        (
            "CQuFeUAQuFeUAEsABBENCWFgALAAAAAAAAqIACFAAAAA.QAAA",
            TcfError::Segment,
        ),
        (again.as_str(), TcfError::Segment),
        (twice.as_str(), TcfError::Segment),
        (trailing.as_str(), TcfError::Bits(BitsError::Trailing)),
        ("CQuFeUA+uFeUA", TcfError::Bits(BitsError::Character)),
    ] {
        assert_eq!(TcString::parse(text).unwrap_err(), error, "{text}");
    }
    // each segment would do, the whole would not
    let long = SOME.replace('.', &format!("{}.", "A".repeat(8_200)));
    assert_eq!(
        TcString::parse(&long),
        Err(TcfError::Bits(BitsError::TooLong))
    );
}

/// One restriction of a purpose, of a kind, for the vendors 3 to 5.
fn restriction(purpose: u16, kind: u16) -> Result<Restriction, TcfError> {
    let writer = Writer::default().number(purpose, 6).number(kind, 2);
    let text = writer.ranges(&[(3, 5)]).text();
    super::core::restriction(&mut Bits::of(&text)?)
}

#[test]
fn a_publisher_narrows_and_never_widens() {
    for (kind, consent, interest) in [(0, false, false), (1, true, false), (2, false, true)] {
        let mut tc = TcString::parse(ACCEPT).unwrap();
        tc.core.restrictions = vec![restriction(2, kind).unwrap()];
        let may = |vendor, purpose, ground| {
            let purpose = TcfPurpose::new(purpose).unwrap();
            tc.vendor_may(vendor, purpose, ground, at()) == VendorAnswer::Yes
        };
        assert_eq!(may(4, 2, Ground::Consent), consent, "{kind}");
        assert_eq!(may(4, 2, Ground::LegitimateInterest), interest, "{kind}");
        for ground in [Ground::Consent, Ground::LegitimateInterest] {
            assert!(may(6, 2, ground) && may(4, 7, ground), "{kind}");
        }
    }
}

#[test]
fn restrictions_that_cannot_be_are_refused() {
    for (purpose, kind) in [(0, 0), (25, 0), (2, 3)] {
        assert_eq!(
            restriction(purpose, kind),
            Err(TcfError::Restriction),
            "{purpose} {kind}"
        );
    }
    assert!(restriction(24, 2).is_ok());
}

#[test]
fn storage_is_never_a_legitimate_interest() {
    let mut tc = TcString::parse(ACCEPT).unwrap();
    tc.core.purpose_li = IdSet::read(&mut Bits::of("wAAA").unwrap(), 24).unwrap();
    let may = |purpose| {
        let purpose = TcfPurpose::new(purpose).unwrap();
        tc.vendor_may(4, purpose, Ground::LegitimateInterest, at())
    };
    assert_eq!((may(1), may(2)), (VendorAnswer::No, VendorAnswer::Yes));
}

fn defects(change: impl Fn(&mut TcString)) -> Vec<Defect> {
    let mut tc = TcString::parse(SOME).unwrap();
    change(&mut tc);
    tc.defects(at())
}

fn dated(tc: &mut TcString, day: &str) {
    let at: DateTime<Utc> = day.parse().unwrap();
    (tc.core.created, tc.core.last_updated) = (at, at);
}

#[test]
fn each_defect_is_seen_and_none_imagined() {
    assert_eq!(defects(|_| {}), []);
    assert_eq!(
        defects(|tc| tc.core.is_service_specific = false),
        [Defect::NotServiceSpecific]
    );
    assert_eq!(
        defects(|tc| tc.core.tcf_policy_version = 3),
        [Defect::PolicyTooOld]
    );
    assert_eq!(defects(|tc| tc.core.tcf_policy_version = 4), []);
    for purposes in ["IAAA", "EAAA", "CAAA", "BAAA"] {
        let li = IdSet::read(&mut Bits::of(purposes).unwrap(), 24).unwrap();
        assert_eq!(
            defects(|tc| tc.core.purpose_li = li),
            [Defect::LegitimateInterestNotAllowed]
        );
    }
}

#[test]
fn the_segment_is_due_since_the_day_of_tcf_2_3() {
    let without = |day: &str| {
        defects(|tc| {
            dated(tc, day);
            tc.disclosed = None;
        })
    };
    assert_eq!(without("2026-02-27T00:00:00Z"), []);
    assert_eq!(
        without("2026-02-28T00:00:00Z"),
        [Defect::NoDisclosedVendors]
    );
}

#[test]
fn a_string_has_one_day_and_it_is_not_tomorrow() {
    let day = |day: &'static str| defects(move |tc| dated(tc, day));
    assert_eq!(day("2026-11-23T00:00:00Z"), []);
    assert_eq!(day("2026-11-24T00:00:00Z"), [Defect::FromTheFuture]);
    assert_eq!(day("2026-11-22T00:00:00.1Z"), [Defect::Dates]);
    let earlier = "2026-11-21T00:00:00Z".parse().unwrap();
    assert_eq!(defects(|tc| tc.core.created = earlier), [Defect::Dates]);
    let tc = TcString::parse(SOME).unwrap();
    assert_eq!(tc.defects(tc.core().created), []);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_text_is_read_or_refused(text in "C[A-Za-z0-9_.-]{0,400}|.{0,60}") {
        if let Ok(tc) = TcString::parse(&text) {
            let _ = tc.defects(at());
        }
    }

    /// What can still be read answers by its own bits.
    #[test]
    fn a_changed_string_is_read_or_refused(
        whole in prop::sample::select(vec![REJECT, ACCEPT, SOME]),
        place in 0..60usize,
        put in "[A-Za-z0-9_.-]{0,3}",
        vendor in 0..20u16,
        purpose in 1..=11u8,
    ) {
        let cut = place.min(whole.len());
        let (head, tail) = whole.split_at(cut);
        let text = format!("{head}{put}{}", tail.get(1..).unwrap_or_default());
        if let Ok(tc) = TcString::parse(&text) {
            let purpose = TcfPurpose::new(purpose).unwrap();
            let answer = tc.vendor_may(vendor, purpose, Ground::Consent, at());
            if answer == VendorAnswer::Yes {
                prop_assert!(tc.core().vendor_consents.has(vendor));
                let old = || tc.core().created < "2026-02-28T00:00:00Z".parse::<DateTime<Utc>>().unwrap();
                prop_assert!(tc.disclosed().map_or_else(old, |disclosed| disclosed.has(vendor)));
            }
        }
    }
}
