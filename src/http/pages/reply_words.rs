//! Answers to whoever made a request, in their language: filled templates, which staff may change before
//! they send them.

use super::request_words::day_long;
use super::{Language, Words};
use crate::domain::requests::{
    ClosedAs, Doubt, ExtensionReason, Ground, Request, RequestKind, authority,
};

/// What is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// It came in.
    Receipt,
    /// Who is asking?
    Ask(Doubt),
    /// It takes two further months.
    Extend(ExtensionReason),
    /// It is done, but for what a ground stands against.
    Fulfil(Option<Ground>),
    /// It is refused.
    Refuse(Ground),
    /// It needs no answer.
    Close(ClosedAs),
}

/// What stands in it.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// The request as it will stand once it is sent.
    pub request: &'a Request,
    /// In whose name.
    pub brand: &'a str,
    /// Where the person signs in.
    pub link: &'a str,
}

/// The answer.
#[must_use]
pub fn reply(language: Language, reply: Reply, said: &Said<'_>) -> String {
    let w = Words::of(language);
    let mut parts = vec![w.get("reply-hello"), about(w, said.request)];
    match reply {
        Reply::Receipt => parts.extend(receipt(w, said)),
        Reply::Ask(doubt) => parts.extend(ask(w, said, doubt)),
        Reply::Extend(reason) => {
            let reason = w.code("reply-extension", reason.as_str());
            let due = due(w, said.request).unwrap_or_else(|| w.get("reply-due-stands"));
            let told = [("reason", reason.as_str()), ("due", due.as_str())];
            parts.push(w.get_with("reply-extend", &told));
            parts.push(remedy(w, said.request));
        }
        Reply::Fulfil(except) => {
            let kind = said.request.receipt.kind;
            parts.push(w.code("reply-done", kind.as_str()));
            if matches!(kind, RequestKind::Access | RequestKind::Portability) {
                parts.push(w.get_with("reply-read", &[("link", said.link)]));
            }
            if let Some(ground) = except {
                parts.push(grounded(w, "reply-except", ground));
                parts.push(remedy(w, said.request));
            }
        }
        Reply::Refuse(ground) => {
            parts.push(grounded(w, "reply-refuse", ground));
            parts.push(remedy(w, said.request));
        }
        Reply::Close(reason) => parts.push(w.code("reply-closed", reason.as_str())),
    }
    parts.push(w.get_with("reply-signed", &[("brand", said.brand)]));
    parts.join("\n\n")
}

fn about(w: Words, request: &Request) -> String {
    let kind = w.code("reply-kind", request.receipt.kind.as_str());
    let received = day_long(w, request.receipt.received_on);
    let number = request.id.number();
    let told = [
        ("number", number.as_str()),
        ("kind", kind.as_str()),
        ("received", received.as_str()),
    ];
    w.get_with("reply-about", &told)
}

/// The last day; none while the period stands still.
fn due(w: Words, request: &Request) -> Option<String> {
    Some(day_long(w, request.deadline()?.due().day()?))
}

fn receipt(w: Words, said: &Said<'_>) -> Vec<String> {
    let kind = said.request.receipt.kind;
    let held = matches!(kind, RequestKind::Objection | RequestKind::Restriction);
    let held = held.then(|| w.code("reply-done", kind.as_str()));
    let due = due(w, said.request);
    let due = due.map(|due| w.get_with("reply-receipt", &[("due", &due)]));
    held.into_iter().chain(due).collect()
}

fn ask(w: Words, said: &Said<'_>, doubt: Doubt) -> [String; 2] {
    let doubt = w.code("reply-doubt", doubt.as_str());
    let asked = [("doubt", doubt.as_str()), ("link", said.link)];
    [w.get_with("reply-ask", &asked), w.get("reply-ask-stands")]
}

/// A ground with where it stands in the law (GDPR 12(4)).
fn grounded(w: Words, key: &str, ground: Ground) -> String {
    let said = w.code("reply-ground", ground.as_str());
    w.get_with(
        key,
        &[("ground", &said), ("source", &w.law(ground.source()))],
    )
}

/// Where the person can complain, and that they can go to court (GDPR 12(4), 77, 79).
fn remedy(w: Words, request: &Request) -> String {
    match authority(&request.receipt.country) {
        Some(one) => {
            let facts = [("authority", one.name), ("place", one.url)];
            w.get_with("reply-remedy", &facts)
        }
        None => w.get("reply-remedy-any"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::domain::ids::DsrId;
    use crate::domain::requests::{Act, Receipt, Via};

    fn request(kind: RequestKind) -> Request {
        let receipt = Receipt {
            kind,
            via: Via::Letter,
            received_on: "2026-01-31".parse().unwrap(),
            country: "FR".into(),
            mandated: false,
            duplicate: false,
            known_by: None,
        };
        Request::received(DsrId::from_bytes([7; 16]), receipt)
    }

    fn written(language: Language, what: Reply, request: &Request) -> String {
        let (brand, link) = ("Maison Lumen", "placet.example/sign-in");
        let said = Said {
            request,
            brand,
            link,
        };
        reply(language, what, &said)
    }

    /// Art. 12(4): the reasons, the complaint and the judicial remedy; in every language, with no word missing.
    #[test]
    fn a_refusal_names_ground_complaint_and_court_in_every_language() {
        for language in Language::ALL {
            for ground in Ground::ALL {
                let kind = *ground.kinds().first().unwrap();
                let text = written(language, Reply::Refuse(*ground), &request(kind));
                let (_, articles) = ground.source().split_once(' ').unwrap();
                for part in [articles, "CNIL", "www.cnil.fr", "Maison Lumen", "12(4)"] {
                    assert!(text.contains(part), "{language:?} {part}: {text}");
                }
                assert!(!text.contains("reply-") && !text.contains("{$"), "{text}");
            }
        }
    }

    /// Art. 12(3): the reason and the new date; of the two ways to count three months the one that ends first.
    #[test]
    fn an_extension_names_its_reason_and_the_new_day() {
        let on = "2026-02-20".parse().unwrap();
        for reason in ExtensionReason::ALL {
            let act = Act::Extend {
                on,
                reason: *reason,
            };
            let extended = request(RequestKind::Access).after(&act).unwrap();
            let text = written(Language::En, Reply::Extend(*reason), &extended);
            assert!(text.contains("Tuesday 28\u{a0}April 2026"), "{text}");
            let said = Words::of(Language::En).code("reply-extension", reason.as_str());
            assert!(text.contains(&said), "{text}");
        }
    }

    #[test]
    fn every_answer_has_its_words_in_every_language() {
        let mut texts = std::collections::BTreeSet::new();
        let mut made = 0;
        for language in Language::ALL {
            for kind in RequestKind::ALL {
                let request = request(*kind);
                let asked = Doubt::ALL.iter().copied().map(Reply::Ask);
                let closed = ClosedAs::ALL.iter().copied().map(Reply::Close);
                let all = [
                    Reply::Receipt,
                    Reply::Fulfil(None),
                    Reply::Fulfil(Some(Ground::Excessive)),
                ];
                for what in asked.chain(closed).chain(all) {
                    let text = written(language, what, &request);
                    assert!(!text.contains("reply-") && !text.contains("{$"), "{text}");
                    assert!(text.contains(&request.id.number()), "{text}");
                    texts.insert(text);
                    made += 1;
                }
            }
        }
        assert_eq!(texts.len(), made, "each says something of its own");
    }

    /// The API tells the same grounds in the same words.
    #[test]
    fn a_ground_is_said_alike_everywhere() {
        for ground in Ground::ALL {
            let said = |language| Words::of(language).code("reply-ground", ground.as_str());
            assert_eq!(said(Language::En), ground.in_english());
            let plain = |text: &str| text.replace(['\u{a0}', '\u{202f}'], " ");
            assert_eq!(plain(&said(Language::Fr)), plain(ground.in_french()));
        }
    }
}
