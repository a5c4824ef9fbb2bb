//! What holds for every page, in every language.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use super::fixtures::{HOSTILE, choices, every_page, every_row, row};
use super::staff_fixtures::report;
use super::*;

fn all() -> Vec<(Language, String, String)> {
    let pages = Language::ALL.into_iter().flat_map(|language| {
        every_page(language)
            .into_iter()
            .map(move |(name, html)| (language, name, html))
    });
    pages.collect()
}

#[test]
fn hostile_text_is_escaped_everywhere() {
    let mut pages: Vec<String> = all().into_iter().map(|(_, _, html)| html).collect();
    pages.push(report(Language::Fr, vec![], 2));
    let script = format!("<script src=\"{}\" defer></script>", script_url());
    for html in pages {
        // the one script there is, from our own origin, on pages of staff
        let ours = if html.contains("<body class=\"console\">") {
            html.replacen(&script, "", 1)
        } else {
            html.clone()
        };
        assert!(!ours.contains("<script"), "{html}");
        assert!(!html.contains(HOSTILE));
        assert!(!html.contains("\"x\""), "a quote leaves its attribute");
    }
}

#[test]
fn every_page_has_its_landmarks_language_and_title() {
    for (language, name, html) in all() {
        let console = html.contains("<body class=\"console\">");
        let language = if console {
            language.for_staff()
        } else {
            language
        };
        let head = format!("<!doctype html>\n<html lang=\"{}\">", language.code());
        assert!(html.starts_with(&head), "{name}");
        for once in [
            "<h1>",
            "<main ",
            "<header ",
            "<footer ",
            "<title>",
            "class=\"skip\"",
        ] {
            assert_eq!(html.matches(once).count(), 1, "{name}: {once}");
        }
        assert!(html.contains("name=\"viewport\""), "{name}");
        let prefix = match language {
            Language::Fr => "<title>Erreur\u{202f}:",
            Language::En | Language::Es => "<title>Error:",
            Language::De => "<title>Fehler:",
            Language::It => "<title>Errore:",
            Language::Nl => "<title>Fout:",
        };
        assert_eq!(html.contains(prefix), name.contains("error"), "{name}");
    }
}

#[test]
fn no_page_needs_a_script_a_style_attribute_or_another_host() {
    for (_, name, html) in all() {
        for forbidden in [
            "style=",
            "<style",
            "onclick",
            "javascript:",
            "http:",
            "https:",
        ] {
            assert!(!html.contains(forbidden), "{name}: {forbidden}");
        }
    }
}

#[test]
fn a_page_does_not_name_an_id_twice() {
    for (_, name, html) in all() {
        let mut ids: Vec<&str> = html
            .split(" id=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap())
            .collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "{name}");
    }
}

#[test]
fn every_form_posts_and_carries_token_and_language() {
    for (language, name, html) in all() {
        let console = html.contains("<body class=\"console\">");
        let language = if console {
            language.for_staff()
        } else {
            language
        };
        let lang = format!("name=\"lang\" value=\"{}\"", language.code());
        for form in html.split("<form").skip(1) {
            let form = form.split("</form>").next().unwrap();
            assert!(form.contains(&lang), "{name}");
            // what only asks stands in an address, and there no token is
            let asks = form.contains("method=\"get\"");
            assert_eq!(form.contains("method=\"post\""), !asks, "{name}");
            assert_eq!(form.contains("name=\"csrf\""), !asks, "{name}");
        }
    }
}

#[test]
fn no_message_lacks_an_argument() {
    for (_, name, html) in all() {
        assert!(!html.contains("{$"), "{name}");
    }
}

/// F1: but for name, value and state, the two controls are the same markup.
#[test]
fn yes_and_no_look_the_same() {
    let html = choices(Language::En, every_row()).render();
    for pair in html.split("class=\"pair\"").skip(1) {
        let pair = pair.split("</div>").next().unwrap();
        let labels: Vec<&str> = pair
            .split("<label")
            .skip(1)
            .map(|rest| rest.split("</label>").next().unwrap())
            .collect();
        assert_eq!(labels.len(), 2);
        let bare = |label: &str, value: &str, word: &str| {
            label
                .replace(value, "")
                .replace(word, "")
                .replace(" checked", "")
        };
        assert_eq!(bare(labels[0], "yes", "Yes"), bare(labels[1], "no", "No"),);
    }
}

/// F2: only an answer that was given is preselected.
#[test]
fn nothing_is_preselected_without_an_answer() {
    for row in every_row() {
        let answer = row.state.answer();
        let was = row.state.was();
        let html = choices(Language::Fr, vec![row]).render();
        assert_eq!(
            html.matches(" checked").count(),
            usize::from(answer.is_some())
        );
        assert!(html.contains(&format!("value=\"{was}\">")));
    }
}

/// F4: one form, one button, before the first question, and apart from it, so that
/// the Enter key in a question cannot press it.
#[test]
fn stop_all_comes_first_and_alone() {
    let html = choices(Language::Fr, every_row()).render();
    let stop = html.find("name=\"stop_all\" value=\"1\"").unwrap();
    let first = html.find("type=\"radio\"").unwrap();
    assert!(stop < first);
    assert!(html.get(stop..first).unwrap().contains("</form>"));
}

#[test]
fn a_locked_row_has_no_control_unless_there_is_a_yes_to_stop() {
    let mut asked = row("f", RowState::NeverAsked);
    asked.locked = Some(Lock::NoContact);
    let mut given = row("g", RowState::Customer);
    given.locked = Some(Lock::Restricted);
    let html = choices(Language::En, vec![asked, given]).render();
    assert_eq!(html.matches("type=\"radio\"").count(), 2);
    assert!(html.contains("was.g") && !html.contains("was.f"));
}

#[test]
fn a_text_in_another_language_says_so() {
    let html = choices(Language::Fr, every_row()).render();
    assert!(html.contains("<h3 id=\"t-news\" lang=\"de\">"));
}

#[test]
fn the_summary_and_the_field_say_the_same() {
    let mut page = choices(Language::En, every_row());
    page.purposes[0].title = Text::new("Offers");
    page.errors = vec![ChoicesError::Changed {
        field: "f1".to_owned(),
    }];
    let html = page.render();
    let message = "Offers, Email: your choice has changed since this page was opened.";
    assert_eq!(html.matches(message).count(), 2);
    assert!(html.contains("href=\"#f1-yes\"") && html.contains("id=\"f1-yes\""));
}

#[test]
fn the_report_is_whole_and_needs_nothing_else() {
    for language in Language::STAFF {
        let html = report(language, vec![], 3);
        assert!(html.starts_with("<!doctype html>") && html.trim_end().ends_with("</html>"));
        assert_eq!(html.matches("<tr id=\"p").count(), 3);
        assert_eq!(
            html.matches("<table").count(),
            html.matches("<caption").count()
        );
        for foreign in ["http:", "https:", "<link", "src=", "url("] {
            assert!(!html.contains(foreign), "{foreign}");
        }
        assert!(html.contains("placet audit verify "));
    }
}

#[test]
fn findings_come_first_and_name_the_entry() {
    let finding = |position| Finding {
        position,
        text: "leaf does not match".to_owned(),
    };
    let html = report(Language::En, vec![finding(Some(48_211)), finding(None)], 1);
    assert!(html.contains("2 faults were found"));
    assert!(html.contains("Position 48,211") && html.contains("Whole log"));
    assert!(html.find("id=\"findings\"").unwrap() < html.find("<table").unwrap());
}
