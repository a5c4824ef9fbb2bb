//! A form's fields, and the purpose or the notice that they say; and back. What the registry itself would refuse it
//! refuses (`app/publish.rs`): here only what could not be written down at all.

use super::draft::Draft;
use crate::app::FieldProblem;
use crate::domain::duration::PeriodError;
use crate::domain::registry::{
    Channel, Language, LegalBasis, Mention, Notice, NoticeChange, Purpose, Slug, Wording,
};
use crate::http::browser::Form;
use std::collections::BTreeMap;

/// Fields by name.
pub(super) type Fields = BTreeMap<String, String>;

/// The fields of a form that say what it would publish, as they are kept.
pub(super) fn fields(form: &Form) -> Fields {
    let own = |name: &str| !matches!(name, "csrf" | "lang" | "proof" | "checked" | "act" | "upon");
    let kept = form.fields().filter(|(name, _)| own(name));
    let plain = |text: &str| text.replace("\r\n", "\n").trim().to_owned();
    kept.map(|(name, text)| (name.to_owned(), plain(text)))
        .filter(|(_, text)| !text.is_empty())
        .collect()
}

/// What the fields say; everything that cannot be read.
pub(super) fn draft(fields: &Fields) -> Result<Draft, Vec<FieldProblem>> {
    let mut problems = Vec::new();
    let draft = if is_words(fields) {
        notice(fields, &mut problems).map(|notice| Draft::Words(Box::new(notice)))
    } else {
        purpose(fields, &mut problems).map(|purpose| Draft::Purpose(Box::new(purpose)))
    };
    draft.filter(|_| problems.is_empty()).ok_or(problems)
}

/// Whether it is about the words of a purpose.
pub(super) fn is_words(fields: &Fields) -> bool {
    get(fields, "what") == "words"
}

fn get<'f>(fields: &'f Fields, name: &str) -> &'f str {
    fields.get(name).map_or("", String::as_str)
}

fn slug(fields: &Fields, name: &str, problems: &mut Vec<FieldProblem>) -> Option<Slug> {
    let found = get(fields, name).parse();
    let wrong = |error: &crate::domain::registry::SlugError| {
        problems.push(FieldProblem::new(name, "name_malformed", error.to_string()));
    };
    found.inspect_err(wrong).ok()
}

fn purpose(fields: &Fields, problems: &mut Vec<FieldProblem>) -> Option<Purpose> {
    let id = slug(fields, "id", problems);
    let controller = slug(fields, "controller", problems);
    let law_use = slug(fields, "use", problems);
    let basis = LegalBasis::parse(get(fields, "legal_basis"));
    if basis.is_none() {
        problems.push(FieldProblem::new("legal_basis", "basis_missing", ""));
    }
    let rest = Some(get(fields, "ask_again_after")).filter(|text| !text.is_empty());
    let rest = rest.map(str::parse).transpose();
    let wrong = |error: &PeriodError| {
        let problem = FieldProblem::new("ask_again_after", "period_malformed", error.to_string());
        problems.push(problem);
    };
    let ask_again_after = rest.inspect_err(wrong).ok().flatten();
    let channels = Channel::ALL.iter().copied();
    let is_ticked =
        |channel: &Channel| fields.contains_key(&format!("channels.{}", channel.as_str()));
    Some(Purpose {
        id: id?,
        version: 0,
        controller: controller?,
        law_use: law_use?,
        title: wording(fields, "title"),
        description: wording(fields, "description"),
        legal_basis: basis?,
        channels: channels.filter(is_ticked).collect(),
        data_categories: lines(get(fields, "data_categories")),
        recipients: lines(get(fields, "recipients")),
        retention: fields.get("retention").cloned(),
        ask_again_after,
        double_opt_in: choice(get(fields, "double_opt_in")),
    })
}

fn notice(fields: &Fields, problems: &mut Vec<FieldProblem>) -> Option<Notice> {
    let id = slug(fields, "id", problems);
    let purpose = slug(fields, "purpose", problems);
    let change = match get(fields, "change") {
        "major" => Some(NoticeChange::Major),
        "minor" => Some(NoticeChange::Minor),
        _ => None,
    };
    if change.is_none() {
        problems.push(FieldProblem::new("change", "change_missing", ""));
    }
    let ticked = |one: &Mention| fields.contains_key(&format!("mentions.{}", one.as_str()));
    let mentions: std::collections::BTreeSet<_> = Mention::ALL.into_iter().filter(ticked).collect();
    let recipients = lines(get(fields, "recipients"));
    Some(Notice {
        id: id?,
        version: get(fields, "version").parse().ok()?,
        purpose: purpose?,
        change: change?,
        text: wording(fields, "text"),
        mentions: Some(mentions).filter(|mentions| !mentions.is_empty()),
        names_sender: choice(get(fields, "names_sender")),
        recipients: Some(recipients).filter(|recipients| !recipients.is_empty()),
    })
}

fn wording(fields: &Fields, name: &str) -> Wording {
    let spoken = fields.iter().filter_map(|(field, text)| {
        let code = field.strip_prefix(name)?.strip_prefix('.')?;
        Some((Language::parse(code)?, text.clone()))
    });
    Wording(spoken.collect())
}

/// One a line.
fn lines(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim);
    lines
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

fn choice(text: &str) -> Option<bool> {
    match text {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

const fn chosen(choice: Option<bool>) -> &'static str {
    match choice {
        Some(true) => "yes",
        Some(false) => "no",
        None => "",
    }
}

/// The fields of a purpose in force.
pub(super) fn of_purpose(purpose: &Purpose) -> Fields {
    let mut fields = Fields::from(
        [
            ("what", "purpose".to_owned()),
            ("id", purpose.id.to_string()),
            ("controller", purpose.controller.to_string()),
            ("use", purpose.law_use.to_string()),
            ("legal_basis", purpose.legal_basis.as_str().to_owned()),
            ("data_categories", purpose.data_categories.join("\n")),
            ("recipients", purpose.recipients.join("\n")),
            ("retention", purpose.retention.clone().unwrap_or_default()),
            ("double_opt_in", chosen(purpose.double_opt_in).to_owned()),
        ]
        .map(|(name, text)| (name.to_owned(), text)),
    );
    let rest = purpose.ask_again_after.map(|period| period.to_string());
    fields.insert("ask_again_after".to_owned(), rest.unwrap_or_default());
    put(&mut fields, "title", &purpose.title);
    put(&mut fields, "description", &purpose.description);
    let ticked = purpose.channels.iter();
    fields.extend(ticked.map(|one| (format!("channels.{}", one.as_str()), "on".to_owned())));
    fields
}

/// The fields of the next version of a notice: as the last one says. The first has nothing to say yet.
pub(super) fn of_words(purpose: &Slug, last: Option<&Notice>) -> Fields {
    let version = last.map_or(1, |last| last.version.saturating_add(1));
    let id = last.map_or(purpose, |last| &last.id);
    let mut fields = Fields::from(
        [
            ("what", "words".to_owned()),
            ("id", id.to_string()),
            ("version", version.to_string()),
            ("purpose", purpose.to_string()),
        ]
        .map(|(name, text)| (name.to_owned(), text)),
    );
    let Some(last) = last else {
        fields.insert("change".to_owned(), "major".to_owned());
        return fields;
    };
    put(&mut fields, "text", &last.text);
    let ticked = last.mentions.iter().flatten();
    fields.extend(ticked.map(|one| (format!("mentions.{}", one.as_str()), "on".to_owned())));
    let recipients = last.recipients.iter().flatten();
    let recipients: Vec<&str> = recipients.map(String::as_str).collect();
    fields.insert("recipients".to_owned(), recipients.join("\n"));
    let sender = chosen(last.names_sender).to_owned();
    fields.insert("names_sender".to_owned(), sender);
    fields
}

fn put(fields: &mut Fields, name: &str, wording: &Wording) {
    let all = wording.0.iter();
    fields.extend(all.map(|(code, text)| (format!("{name}.{}", code.as_str()), text.clone())));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
    use super::*;

    /// Whatever is in force can be filled in again, and says the same.
    #[test]
    fn a_purpose_and_its_words_come_back_as_they_were() {
        let purpose: Purpose = serde_json::from_str(
            r#"{"id":"offers","version":0,"controller":"default","use":"direct_marketing_own",
            "title":{"fr":"Nos offres","pt":"Ofertas"},"description":{"fr":"Deux par mois,\npas plus."},
            "legal_basis":"soft_opt_in","channels":["email","sms"],"data_categories":["contact","orders"],
            "recipients":["A mailer, in Lille"],"retention":"P3Y","ask_again_after":"P12M","double_opt_in":false}"#,
        )
        .unwrap();
        let Ok(Draft::Purpose(read)) = draft(&of_purpose(&purpose)) else {
            panic!("no purpose");
        };
        assert_eq!(*read, purpose);
        let notice: Notice = serde_json::from_str(
            r#"{"id":"offers","version":3,"purpose":"offers","change":"minor","text":{"fr":"Oui.","en":"Yes."},
            "mentions":["choice","period"],"names_sender":true,"recipients":["A mailer"]}"#,
        )
        .unwrap();
        let mut next = of_words(&notice.purpose, Some(&notice));
        assert!(draft(&next).is_err(), "what it changes has to be said");
        next.insert("change".to_owned(), "minor".to_owned());
        let Ok(Draft::Words(read)) = draft(&next) else {
            panic!("no words");
        };
        let wanted = Notice {
            version: 4,
            ..notice
        };
        assert_eq!(*read, wanted);
    }

    #[test]
    fn everything_that_cannot_be_read_is_told_at_once() {
        let form = Form::read(b"id=No&controller=default&use=x&ask_again_after=soon").unwrap();
        let problems = draft(&fields(&form)).unwrap_err();
        let told: Vec<(&str, &str)> = problems
            .iter()
            .map(|one| (one.pointer.as_str(), one.code))
            .collect();
        assert_eq!(
            told,
            [
                ("id", "name_malformed"),
                ("legal_basis", "basis_missing"),
                ("ask_again_after", "period_malformed"),
            ]
        );
    }
}
