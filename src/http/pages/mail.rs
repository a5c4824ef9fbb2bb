//! Mails in words: a text, and the same as a simple page. Nothing is loaded, and no advertising is in them.

use askama::Template;
use chrono::{DateTime, Utc};

use super::frame::rendered;
use super::{Language, Text, Words, date_long, day_long, moment};
use crate::app::mail::{
    Agreed, AlarmItem, Content, Item, Letter, LooksItem, ReceiptItem, Stationery, Written,
};

/// The words of the pages, for mails.
pub struct MailWords {
    /// The time zone in which dates are told.
    pub timezone: chrono_tz::Tz,
}

/// What both forms of a mail say.
struct Said {
    subject: String,
    lead: String,
    items: Vec<Line>,
    link: String,
    link_text: String,
    code: Option<String>,
    after: Vec<String>,
    foot: Vec<String>,
}

/// One of the things that a mail is about.
struct Line {
    title: Text,
    channel: String,
    answer: Option<String>,
    below: Vec<Text>,
}

#[derive(Template)]
#[template(path = "mail.html")]
struct MailView<'a> {
    w: Words,
    said: &'a Said,
}

impl Stationery for MailWords {
    fn write(&self, letter: &Letter) -> Written {
        let language = Language::from_code(&letter.language).unwrap_or_default();
        let w = Words::of(language);
        let said = self.said(w, letter);
        Written {
            html: rendered(&MailView { w, said: &said }),
            text: plain(w, &said),
            language: language.code(),
            subject: said.subject,
        }
    }
}

impl MailWords {
    fn said(&self, w: Words, letter: &Letter) -> Said {
        let brand = [("brand", letter.brand.as_str())];
        match &letter.content {
            Content::SignIn { link, code } => Said {
                subject: w.get_with("mail-in-subject", &brand),
                lead: w.get_with("mail-in-lead", &brand),
                items: Vec::new(),
                link: link.clone(),
                link_text: w.get("mail-in-link"),
                code: Some(w.get_with("mail-in-code", &[("code", code)])),
                after: vec![w.get("mail-in-not")],
                foot: letter.foot.clone(),
            },
            Content::Welcome { link, code } => Said {
                subject: w.get_with("mail-first-subject", &brand),
                lead: w.get_with("mail-first-lead", &brand),
                items: Vec::new(),
                link: link.clone(),
                link_text: w.get("mail-first-link"),
                code: Some(w.get_with("mail-in-code", &[("code", code)])),
                after: vec![w.get("mail-first-not")],
                foot: letter.foot.clone(),
            },
            Content::Confirm {
                link,
                code,
                items,
                until,
            } => {
                let until = until.with_timezone(&self.timezone);
                let until = date_long(w, until.date_naive());
                Said {
                    subject: w.get_with("mail-confirm-subject", &brand),
                    lead: w.get_with("mail-confirm-lead", &brand),
                    items: items.iter().map(|item| told(w, item)).collect(),
                    link: link.clone(),
                    link_text: w.get("mail-confirm-link"),
                    code: Some(w.get_with("mail-confirm-code", &[("code", code)])),
                    after: vec![
                        w.get("mail-confirm-not"),
                        w.get_with("mail-confirm-until", &[("until", &until)]),
                    ],
                    foot: letter.foot.clone(),
                }
            }
            Content::RequestReceived {
                link,
                number,
                due_on,
            } => Said {
                subject: w.get_with("mail-request-subject", &brand),
                lead: w.get_with("mail-request-lead", &[brand[0], ("number", number)]),
                items: Vec::new(),
                link: link.clone(),
                link_text: w.get("mail-request-link"),
                code: due_on.map(|on| w.get_with("request-due", &[("date", &*date_long(w, on))])),
                after: vec![w.get("mail-request-not")],
                foot: letter.foot.clone(),
            },
            Content::Challenge {
                link,
                code,
                number,
                until,
            } => self.asked(w, letter, "identity", (link, code, number), *until),
            Content::Correction {
                link,
                code,
                number,
                until,
            } => self.asked(w, letter, "correction", (link, code, number), *until),
            Content::Receipt {
                link,
                at,
                source,
                place,
                items,
            } => {
                let at = moment(w, &at.with_timezone(&self.timezone));
                let place = w.place(source, place.as_deref());
                let told = [("at", at.as_str()), ("place", &place), brand[0]];
                Said {
                    subject: w.get_with("mail-receipt-subject", &brand),
                    lead: w.get_with("mail-receipt-lead", &told),
                    items: items.iter().map(|item| receipt_line(w, item)).collect(),
                    link: link.clone(),
                    link_text: w.get("mail-receipt-link"),
                    code: None,
                    after: vec![w.get("slip-change"), w.get("mail-receipt-not")],
                    foot: letter.foot.clone(),
                }
            }
            Content::News { link, number, text } => news(w, letter, link, (number, text.as_ref())),
            Content::PackageReady { link, until } => {
                let until = until.with_timezone(&self.timezone);
                let until = date_long(w, until.date_naive());
                Said {
                    subject: w.get_with("mail-package-subject", &brand),
                    lead: w.get_with("mail-package-lead", &[brand[0], ("until", &until)]),
                    items: Vec::new(),
                    link: link.clone(),
                    link_text: w.get("mail-package-link"),
                    code: None,
                    after: vec![w.get("mail-package-not")],
                    foot: letter.foot.clone(),
                }
            }
            Content::Alarm { link, requests } => Said {
                subject: w.get("mail-alarm-subject"),
                lead: w.get("mail-alarm-lead"),
                items: requests.iter().map(|one| alarm_line(w, one)).collect(),
                link: link.clone(),
                link_text: w.get("mail-alarm-link"),
                code: None,
                after: Vec::new(),
                foot: letter.foot.clone(),
            },
            Content::Looks { link, looks } => Said {
                subject: w.get("mail-looks-subject"),
                lead: w.get("mail-looks-lead"),
                items: looks.iter().map(|one| self.looks_line(w, one)).collect(),
                link: link.clone(),
                link_text: w.get("mail-looks-link"),
                code: None,
                after: Vec::new(),
                foot: letter.foot.clone(),
            },
        }
    }

    fn looks_line(&self, w: Words, one: &LooksItem) -> Line {
        let at = one.at.with_timezone(&self.timezone);
        Line {
            title: Text::new(moment(w, &at)),
            channel: w.code("looks-why", &one.why),
            answer: Some(w.count("looks-persons", one.persons)),
            below: Vec::new(),
        }
    }
}

impl MailWords {
    /// What is asked of the person about a request, by link and code.
    fn asked(
        &self,
        w: Words,
        letter: &Letter,
        what: &str,
        (link, code, number): (&str, &str, &str),
        until: DateTime<Utc>,
    ) -> Said {
        let told = [("brand", letter.brand.as_str()), ("number", number)];
        let until = date_long(w, until.with_timezone(&self.timezone).date_naive());
        let key = |end: &str| format!("mail-{what}-{end}");
        Said {
            subject: w.get_with(&key("subject"), &told[..1]),
            lead: w.get_with(&key("lead"), &told),
            items: Vec::new(),
            link: link.to_owned(),
            link_text: w.get(&key("link")),
            code: Some(w.get_with("mail-confirm-code", &[("code", code)])),
            after: vec![
                w.get(&key("not")),
                w.get_with("mail-confirm-until", &[("until", &until)]),
            ],
            foot: letter.foot.clone(),
        }
    }
}

/// News about a request: what they are is read after signing in, but for whom nobody can any more.
fn news(w: Words, letter: &Letter, link: &str, (number, text): (&str, Option<&String>)) -> Said {
    let told = [("brand", letter.brand.as_str()), ("number", number)];
    let key = match text {
        Some(_) => "mail-news-said",
        None => "mail-news-lead",
    };
    let paragraphs = text.into_iter().flat_map(|text| text.split("\n\n"));
    let not = [w.get("mail-news-not")];
    Said {
        subject: w.get_with("mail-news-subject", &told[..1]),
        lead: w.get_with(key, &told),
        items: Vec::new(),
        link: link.to_owned(),
        link_text: w.get("mail-news-link"),
        code: None,
        after: paragraphs.map(str::to_owned).chain(not).collect(),
        foot: letter.foot.clone(),
    }
}

fn alarm_line(w: Words, one: &AlarmItem) -> Line {
    let day = day_long(w, one.due_on);
    let key = if one.days_left < 0 {
        "request-days-late"
    } else {
        "request-days-left"
    };
    let told = [("number", one.number.as_str()), ("day", day.as_str())];
    Line {
        title: Text::new(w.get_with("mail-alarm-line", &told)),
        channel: w.code("request-kind", &one.kind),
        answer: Some(w.count(key, one.days_left.unsigned_abs())),
        below: Vec::new(),
    }
}

fn told(w: Words, item: &Item) -> Line {
    Line {
        title: Text {
            text: item.title.clone(),
            lang: item.lang.clone(),
        },
        channel: w.code("channel", &item.channel),
        answer: None,
        below: Vec::new(),
    }
}

fn receipt_line(w: Words, taken: &ReceiptItem) -> Line {
    let words = taken.agreed.as_ref().map(|agreed: &Agreed| Text {
        text: format!("{} ({})", agreed.text, agreed.reference),
        lang: agreed.lang.clone(),
    });
    let record = Text::new(format!("{} {}", w.get("slip-record"), taken.record));
    Line {
        answer: Some(w.get(if taken.yes { "yes" } else { "no" })),
        below: words.into_iter().chain([record]).collect(),
        ..told(w, &taken.item)
    }
}

fn plain(w: Words, said: &Said) -> String {
    let mut text = format!("{}\n", said.lead);
    for line in &said.items {
        text.push_str(&format!("\n- {} ({})", line.title.text, line.channel));
        if let Some(answer) = &line.answer {
            text.push_str(&format!(" – {answer}"));
        }
        for below in &line.below {
            text.push_str(&format!("\n  {}", below.text));
        }
    }
    if !said.items.is_empty() {
        text.push('\n');
    }
    let label = w.get_with("label-colon", &[("label", &said.link_text)]);
    text.push_str(&format!("\n{label}\n{}\n", said.link));
    for line in said.code.iter().chain(&said.after) {
        text.push_str(&format!("\n{line}\n"));
    }
    if !said.foot.is_empty() {
        text.push_str(&format!("\n{}\n", said.foot.join("\n")));
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    fn letter(language: &str, content: Content) -> Letter {
        Letter {
            to: "anne@example.fr".into(),
            language: language.into(),
            brand: "<b>Lumière</b>".into(),
            foot: vec!["<i>Bonjour</i>".into()],
            content,
        }
    }

    fn every_kind() -> [Content; 8] {
        let (link, code) = ("https://x.example/o/o_1".to_owned(), "123456".to_owned());
        let sign_in = Content::SignIn {
            link: link.clone(),
            code: code.clone(),
        };
        let item = Item {
            title: "Le <i>journal</i>".into(),
            lang: Some("fr".into()),
            channel: "email".into(),
        };
        let until = crate::domain::time::from_micros(1_795_348_800_000_000);
        let confirm = Content::Confirm {
            link: link.clone(),
            code,
            items: vec![item.clone()],
            until,
        };
        let receipt = Content::Receipt {
            link,
            at: until,
            source: "store".into(),
            place: Some("Lille 123456".into()),
            items: vec![ReceiptItem {
                item,
                yes: true,
                agreed: Some(Agreed {
                    text: "J’accepte.".into(),
                    lang: None,
                    reference: "newsletter@2".into(),
                }),
                record: "0199".into(),
            }],
        };
        let news = Content::News {
            link: "https://x.example/o/o_1".into(),
            number: "123456".into(),
            text: None,
        };
        let received = Content::RequestReceived {
            link: "https://x.example/o/o_1".into(),
            number: "123456".into(),
            due_on: until.date_naive().into(),
        };
        let challenge = Content::Challenge {
            link: "https://x.example/o/o_1".into(),
            code: "123456".into(),
            number: "ABCD-EFGH".into(),
            until,
        };
        let correction = Content::Correction {
            link: "https://x.example/o/o_1".into(),
            code: "123456".into(),
            number: "ABCD-EFGH".into(),
            until,
        };
        let package = Content::PackageReady {
            link: "https://x.example/o/o_1/123456".into(),
            until,
        };
        [
            sign_in, confirm, receipt, received, challenge, correction, news, package,
        ]
    }

    /// X30: a text beside the page, the language said, a link that says where it leads, nothing loaded,
    /// 16 px; and each in its own words.
    #[test]
    fn every_mail_in_every_language() {
        let words = MailWords {
            timezone: chrono_tz::Europe::Paris,
        };
        let mut subjects = std::collections::BTreeSet::new();
        for language in Language::ALL {
            for content in every_kind() {
                let written = words.write(&letter(language.code(), content));
                for part in [&written.text, &written.html] {
                    assert!(part.contains("https://x.example/o/o_1") && part.contains("123456"));
                    assert!(!part.contains("{$") && !part.contains("mail-"), "{part}");
                }
                let html = &written.html;
                assert!(html.starts_with(&format!(
                    "<!doctype html>\n<html lang=\"{}\">",
                    language.code()
                )));
                assert!(html.contains("&#60;b&#62;Lumière"), "{html}");
                let link = html.split("<a ").nth(1).unwrap();
                let text = link.split(['>', '<']).nth(1).unwrap();
                assert!(text.len() > 5 && !text.contains("http"), "{text}");
                for loads in ["src=", "url(", "<img", "<link", "<script"] {
                    assert!(!html.contains(loads), "{loads}");
                }
                assert!(html.contains("font:16px"));
                assert!(
                    !written.subject.contains("123456"),
                    "a locked screen shows subjects"
                );
                subjects.insert(written.subject);
            }
        }
        assert_eq!(subjects.len(), 48);
    }
}
