//! Nobody is asked again and again (fairness, F7): a no is remembered, whoever asks is told until when, and
//! an agent has nothing to read aloud before. The person's own page stays free.

use crate::shop::{Shop, yes};
use crate::support::http::Http;
use crate::support::scene::hidden;
use chrono::{DateTime, Months, TimeDelta, Utc};
use serde_json::{Value, json};

const ANNE: &str = "anne@asked.example";

fn said(status: &str, at: DateTime<Utc>) -> Value {
    let mut body = yes(ANNE);
    body["status"] = json!(status);
    body["collected_at"] = json!(at.to_rfc3339());
    body
}

/// From when on a check says that Anne may be asked again.
fn told(shop: &Shop, purpose: &str) -> Option<DateTime<Utc>> {
    let question = json!({ "subject": { "email": ANNE }, "purpose": purpose, "channel": "email" });
    let answer = shop.marketing().post("/v1/checks", &question).expect(200);
    let answer = answer.json();
    let text = answer["ask_again_after"].as_str()?;
    Some(text.parse().unwrap())
}

/// The same, as her choices tell it.
fn held(shop: &Shop) -> Option<DateTime<Utc>> {
    let choices = shop.choices(ANNE);
    let text = choices["consents"][0]["ask_again_after"].as_str()?;
    Some(text.parse().unwrap())
}

/// The newsletter's purpose, with a rest of its own.
fn rests(shop: &Shop, period: &Value) -> crate::support::http::Reply {
    let purpose = json!({
        "controller": "default", "use": "direct_marketing_own", "legal_basis": "consent",
        "title": { "fr": "Notre lettre", "en": "Our newsletter" },
        "channels": ["email"], "data_categories": ["contact"], "ask_again_after": period,
    });
    shop.admin().put("/v1/purposes/newsletter", &purpose)
}

/// What an agent finds.
fn found(agent: &Http, contact: &str) -> String {
    let page = agent.get("/console/customers").expect(200).text;
    let csrf = hidden(&page, "csrf").expect("a secret");
    let fields = [
        ("csrf", csrf.as_str()),
        ("contact", contact),
        ("lang", "en"),
        ("tongue", "en"),
    ];
    agent.form("/console/customers", &fields).expect(200).text
}

on_both! {
    fn a_no_is_remembered_for_as_long_as_the_purpose_says(db: &Db) {
        let shop = Shop::open(db);
        let day = |days| Utc::now() - TimeDelta::days(days);
        let no = day(3);
        shop.record(&said("given", day(9)));
        assert_eq!((told(&shop, "newsletter"), held(&shop)), (None, None), "after a yes nothing is remembered");
        shop.record(&said("withdrawn", no));
        let near = |found: Option<DateTime<Utc>>, months| {
            let wanted = no.checked_add_months(Months::new(months)).unwrap();
            let found = found.expect("an instant");
            assert!((found - wanted).abs() < TimeDelta::seconds(1), "{found}, not {wanted}");
        };
        near(told(&shop, "newsletter"), 6);
        near(held(&shop), 6);
        assert_eq!(told(&shop, "offers"), None, "of which nobody asked");
        // a purpose of its own mind
        rests(&shop, &json!("P2M")).expect(200);
        near(told(&shop, "newsletter"), 2);
        near(held(&shop), 2);
        for wrong in ["P0M", "6", "two months"] {
            rests(&shop, &json!(wrong)).expect(422);
        }
        // an older yes that arrives late changes nothing; the person's own later yes ends it
        shop.record(&said("given", day(8)));
        near(told(&shop, "newsletter"), 2);
        shop.record(&said("given", day(1)));
        assert_eq!((told(&shop, "newsletter"), held(&shop)), (None, None));
    }

    /// An objection to all advertising rests as well where the purpose was never answered.
    fn who_stops_everything_is_left_alone(db: &Db) {
        let shop = Shop::open(db);
        let (_, stop) = { shop.record(&yes(ANNE)); shop.link(ANNE) };
        shop.server.http().form(&stop, &[]).expect(200);
        for purpose in ["newsletter", "offers"] {
            let from = told(&shop, purpose).expect("an instant");
            assert!(from > Utc::now() + TimeDelta::days(150), "{purpose}: {from}");
        }
    }

    fn an_agent_reads_nothing_aloud_before(db: &Db) {
        let shop = Shop::open(db);
        let agent = shop.staff(db, "collector").header("accept-language", "en");
        let unread = "<summary>To read only if the customer brings it up";
        let page = found(&agent, ANNE);
        assert!(!page.contains("Not to be asked again before") && !page.contains(unread), "{page}");
        shop.record(&said("refused", Utc::now() - TimeDelta::days(3)));
        let page = found(&agent, ANNE);
        assert_eq!(page.matches("Not to be asked again before").count(), 1, "{page}");
        assert_eq!(page.matches(unread).count(), 1, "{page}");
        // what may be asked is read as ever, and has the focus
        let (_, offers) = page.split_once("id=\"t-offers\"").expect("the offers");
        assert!(offers.contains("To read to the customer"), "{offers}");
        assert!(offers.contains("autofocus") && page.matches("autofocus").count() == 1, "{page}");
        // half a year later it may be asked again
        let old = Utc::now() - TimeDelta::days(200);
        let mut before = said("refused", old);
        before["subject"] = json!({ "email": "bea@asked.example" });
        shop.record(&before);
        assert!(!found(&agent, "bea@asked.example").contains("Not to be asked again before"));
        // on her own page nothing stands in the way
        let (choices, _) = shop.link(ANNE);
        let own = shop.server.http().header("accept-language", "en").get(&choices).expect(200).text;
        assert!(!own.contains("Not to be asked") && own.contains("choice.newsletter.email-yes"), "{own}");
    }
}
