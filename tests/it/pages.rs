//! The pages for people, in Chromium: no is as easy as yes, nothing is chosen beforehand, and a
//! page that is out of date takes nothing back.

mod agent;
pub mod axe;
mod fairness;
mod journeys;
mod keyboard;
mod own;
mod pausing;
mod receipts;
mod requests;
mod rights;
mod same_place;
mod screens;
mod stale;
mod stopping;
mod undo;
mod vectors;
mod walk;

use crate::shop::{Shop, yes};
use crate::support::browser::{Browser, Visitor};
use crate::support::database::Db;

/// A phone and a desk.
const WINDOWS: [(u32, u32); 2] = [(390, 844), (1280, 900)];

/// A shop with one customer who said yes to the newsletter, and the way to their choices.
struct Scene {
    shop: Shop,
    choices: String,
    stop: String,
}

impl Scene {
    fn set(email: &str) -> Self {
        let shop = Shop::open(&Db::sqlite());
        shop.record(&yes(email));
        Self::of(shop, email)
    }

    /// A customer who was never asked anything.
    fn fresh(email: &str) -> Self {
        Self::of(Shop::open(&Db::sqlite()), email)
    }

    fn of(shop: Shop, email: &str) -> Self {
        let (choices, stop) = shop.link(email);
        let whole = |path: String| format!("{}{path}", shop.server.url());
        let (choices, stop) = (whole(choices), whole(stop));
        Self {
            shop,
            choices,
            stop,
        }
    }
}

fn english() -> Option<Browser> {
    Browser::open(Visitor::default())
}

/// Chooses one answer of the form.
fn choose(browser: &Browser, choice: &str, value: &str) {
    let id = format!("choice.{choice}-{value}");
    browser.script(&format!(
        "document.getElementById('{id}').scrollIntoView({{block: 'center'}})"
    ));
    browser.find(&format!("[id='{id}']")).click();
}

fn is_chosen(browser: &Browser, choice: &str, value: &str) -> bool {
    browser
        .find(&format!("[id='choice.{choice}-{value}']"))
        .is_selected()
}

fn save(browser: &Browser) {
    browser.find(".savebar button").follow();
}
