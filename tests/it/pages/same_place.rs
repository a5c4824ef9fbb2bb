//! X12: help stands in the same place and order on every page of the customer's (WCAG 3.2.6).

use super::{english, walk};
use crate::demo::Demo;

const FOOT: &str = "
    const foot = document.querySelector('body > footer .wide');
    const last = [...document.body.children].filter(one => !one.matches('script')).pop();
    return [last.tagName, ...[...foot.children].map(one => one.innerText)].join(' | ')";

#[test]
fn help_stands_in_the_same_place_on_every_page() {
    let demo = Demo::start();
    let Some(browser) = english() else { return };
    let mut feet: Vec<(String, String)> = Vec::new();
    walk::customers(&browser, &demo, "en", &mut |name| {
        let foot = browser.script(FOOT);
        feet.push((
            name.to_owned(),
            foot.as_str().unwrap_or_default().to_owned(),
        ));
    });
    let (_, first) = feet.first().expect("a page");
    assert!(first.starts_with("FOOTER | Need help?"), "{first}");
    for (name, foot) in &feet {
        assert_eq!(foot, first, "{name}");
    }
    assert!(feet.len() > 30, "{} views", feet.len());
}
