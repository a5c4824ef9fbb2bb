//! Pictures of every page in both languages, for `docs/screens`, where `PLACET_TEST_SCREENS=1`.

use std::path::Path;

use super::{choose, save};
use crate::demo::Demo;
use crate::support::browser::{Browser, Visitor};

/// A picture of what the window shows; a page that is out of proportion would show here.
fn picture(browser: &Browser, name: &str, visitor: Visitor<'_>) {
    let language = &visitor.languages[..2];
    let name = format!("{name}-{language}-{}.png", visitor.window.0);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/screens");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join(name);
    browser.screenshot(&file);
    let bytes = std::fs::metadata(&file).unwrap().len();
    assert!(bytes < 150_000, "{}: {bytes} bytes", file.display());
}

#[test]
fn pictures_are_taken_where_they_are_wanted() {
    if std::env::var("PLACET_TEST_SCREENS").is_err() {
        return;
    }
    for languages in ["fr-FR,fr", "en-GB,en"] {
        for window in super::WINDOWS {
            take(Visitor {
                languages,
                window,
                scripts: true,
            });
        }
    }
}

fn take(visitor: Visitor<'_>) {
    let demo = Demo::start();
    let browser = Browser::open(visitor).expect("pictures need Chromium");
    let asked = demo.ask();
    let decision = asked["decision_id"].as_str().unwrap();
    browser.goto(&format!("{}/why/{decision}", demo.server.url()));
    picture(&browser, "why", visitor);
    browser.goto(&demo.form);
    picture(&browser, "choices", visitor);
    choose(&browser, "newsletter.email", "no");
    choose(&browser, "offers.push", "yes");
    save(&browser);
    picture(&browser, "saved", visitor);
    browser.goto(&demo.form.replace("/c/", "/u/"));
    picture(&browser, "stop", visitor);
    browser.find("main button").follow();
    picture(&browser, "stopped", visitor);
    browser.goto(&format!("{}x", demo.form));
    picture(&browser, "link-gone", visitor);
    browser.goto(&demo.console);
    picture(&browser, "sign-in", visitor);
    browser.find("#user").enter(&demo.user);
    browser.find("#password").enter(&demo.password);
    browser.find("button.main").follow();
    picture(&browser, "console", visitor);
    browser.goto(&format!("{}/console/reports", demo.server.url()));
    picture(&browser, "reports", visitor);
    for name in ["purposes", "retention", "staff", "system", "imports"] {
        browser.goto(&format!("{}/console/{name}", demo.server.url()));
        picture(&browser, name, visitor);
    }
    browser.goto(&format!("{}/console/codes", demo.server.url()));
    browser.find("main form button.main").follow();
    picture(&browser, "code", visitor);
    super::walk::requests(&browser, &demo, &mut |name| match name {
        "requests" => picture(&browser, "requests", visitor),
        "request, opened" => picture(&browser, "request", visitor),
        "request, reply" => picture(&browser, "reply", visitor),
        _ => {}
    });
    browser.goto(&format!("{}/console/reports", demo.server.url()));
    browser.find("main form button[name=how]").follow();
    super::walk::ready(&browser);
    picture(&browser, "export", visitor);
    super::agent::sign_in(&browser, &demo);
    browser.find("#contact").enter("camille.martin@example.com");
    browser.find("main button.main").follow();
    picture(&browser, "agent", visitor);
    // what is not asked again yet is folded away
    super::walk::open_all(&browser);
    choose(&browser, "offers.sms", "no");
    choose(&browser, "offers.push", "yes");
    save(&browser);
    picture(&browser, "agent-receipt", visitor);
    browser.goto(&format!("{}/console/customers/day", demo.server.url()));
    picture(&browser, "agent-day", visitor);
    ways_in(&browser, &demo, visitor);
}

/// Signing in, one's own page, history, receipt, confirming, and the texts.
fn ways_in(browser: &Browser, demo: &Demo, visitor: Visitor<'_>) {
    let language = &visitor.languages[..2];
    super::walk::ways_in(browser, demo, language, &mut |name| {
        let name = match name {
            "confirm" | "confirmed" | "enter" | "inbox" | "me" | "history" | "rights" => name,
            "data, made" => "data",
            "right, check" => "right-check",
            "own request" => "own-request",
            _ => return,
        };
        picture(browser, name, visitor);
    });
    browser.goto(&format!("{}/at/default?lang={language}", demo.server.url()));
    picture(browser, "shop-code", visitor);
    browser.goto(&format!("{}/texts?lang={language}", demo.server.url()));
    picture(browser, "texts", visitor);
    browser.goto(&super::walk::receipt(demo));
    picture(browser, "receipt", visitor);
}
