//! Pages of policies, full of hostile text.

use super::fixtures::{HOSTILE, at, form, text};
use super::staff_fixtures::desk;
use super::*;
use crate::app::policies::shadow::Differing;
use crate::domain::registry::Piece;

fn hostile() -> String {
    HOSTILE.to_owned()
}

fn terms() -> Vec<Term> {
    vec![Term {
        label: hostile(),
        language: None,
        text: text(),
    }]
}

fn line(own: bool) -> VersionLine {
    VersionLine {
        digest: hostile(),
        url: hostile(),
        why: hostile(),
        by: hostile(),
        at: at(),
        own,
    }
}

fn list(language: Language, full: bool) -> String {
    let shadow = ShadowView {
        draft: hostile(),
        asked: 1_204,
        differing: vec![Differing {
            live: "deny",
            live_reason: hostile(),
            draft: "permit",
            draft_reason: hostile(),
            checks: 3,
        }],
    };
    PoliciesPage {
        frame: desk(language),
        live: hostile(),
        url: full.then(hostile),
        facts: terms(),
        drafts: if full {
            vec![line(true), line(false)]
        } else {
            Vec::new()
        },
        earlier: vec![line(false)],
        shadow: full.then_some(shadow),
    }
    .render()
}

fn packs() -> Vec<PackRow> {
    let day = || Some(at().date_naive());
    let pack = |from, until| PackRow {
        folder: hostile(),
        name: hostile(),
        jurisdiction: hostile(),
        from,
        until,
        policies: vec![PolicyRow {
            id: hostile(),
            effect: "deny",
            reason: hostile(),
            rules: hostile(),
            source: hostile(),
            from,
            until,
            words: hostile(),
        }],
    };
    let spans = [(None, None), (day(), None), (None, day()), (day(), day())];
    spans.map(|(from, until)| pack(from, until)).to_vec()
}

fn simulation(w: Words) -> SimulationView {
    let bars = [(hostile(), vec![3, 1]), (hostile(), vec![0, 0])];
    SimulationView {
        persons: 1_204,
        circumstances: vec![hostile(), hostile()],
        picture: BarChart::new(vec![hostile(), hostile()], &bars, w).render(HOSTILE),
        rows: vec![UseRow {
            purpose: text(),
            channel: "email".to_owned(),
            to_permit: 3,
            to_deny: 1,
            flips: vec![FlipRow {
                circumstances: hostile(),
                to: "permit",
                live: hostile(),
                draft: hostile(),
                persons: 3,
            }],
        }],
        to_permit: 3,
        to_deny: 1,
        decisions: 12,
        decisions_to_permit: 1,
        decisions_to_deny: 0,
        cannot_be_told: 2,
        needed: 3,
    }
}

fn version(language: Language, tried: bool, fault: Option<PolicyFault>) -> String {
    let frame = desk(language);
    let changed = |what| ChangedPolicy {
        what,
        id: hostile(),
        terms: vec![ChangedTerm {
            label: hostile(),
            lang: None,
            pieces: vec![Piece::Gone(hostile()), Piece::New(hostile())],
        }],
    };
    let kinds = ["added", "removed", "changed", "pack", "schema"];
    PolicyPage {
        digest: hostile(),
        facts: terms(),
        changes: Some(kinds.map(changed).to_vec()),
        packs: packs(),
        simulation: tried.then(|| simulation(frame.words())),
        simulate: Some(form()),
        approve: tried.then(form),
        own: !tried,
        fault,
        frame,
    }
    .render()
}

/// Every page of them.
pub(super) fn policies(language: Language) -> Vec<(String, String)> {
    let mut pages = vec![
        ("policies".to_owned(), list(language, true)),
        ("policies, none".to_owned(), list(language, false)),
        ("policy".to_owned(), version(language, false, None)),
        ("policy, tried".to_owned(), version(language, true, None)),
    ];
    for fault in [
        PolicyFault::StaleForm,
        PolicyFault::Busy,
        PolicyFault::Own,
        PolicyFault::Gate,
        PolicyFault::Meanwhile,
    ] {
        let page = version(language, false, Some(fault));
        pages.push((format!("error policy {fault:?}"), page));
    }
    pages
}
