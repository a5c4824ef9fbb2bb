//! The page of staff: who has an account, who looked at whose file and why; disabling, and letting in again.

use std::time::Duration;

use serde_json::json;

use crate::shop::{Shop, yes};
use crate::support::database::Db;
use crate::support::http::{Http, Reply};
use crate::support::process::until;
use crate::support::server::cli;
use crate::support::smtp::Smtp;
use crate::support::staff::{self, PASSWORD, csrf, signs_in};

const EMAIL: &str = "anne@known.example";
const PAGE: &str = "/console/staff";
/// A job that looks every few seconds has looked by then, on a busy machine too.
const WAIT: Duration = Duration::from_secs(40);

/// The page in English.
#[track_caller]
fn page(who: &Http, asked: &str) -> String {
    who.get(&format!("{PAGE}?lang=en{asked}")).expect(200).text
}

/// The lines of the log.
fn lines(page: &str) -> Vec<String> {
    let log = page.split("id=\"accesses\"").nth(1).unwrap_or_default();
    let rows = log.split("<tr>").skip(2);
    rows.map(|row| row.split("</tr>").next().unwrap().to_owned())
        .collect()
}

/// The number of the account of that name, as the filter has it.
#[track_caller]
fn account(page: &str, login: &str) -> String {
    let picks = page.split("<option value=\"");
    let found = picks.filter_map(|pick| pick.split_once('"'));
    let mut found = found.filter(|(_, rest)| rest.contains(&format!(">{login}</option>")));
    found.next().expect("an account").0.to_owned()
}

/// Where older entries are.
fn older(page: &str) -> Option<String> {
    let before = page
        .split("\">Older entries")
        .next()
        .filter(|rest| rest.len() < page.len())?;
    let url = before.rsplit("href=\"").next()?;
    Some(url.replace("&#38;", "&").replace("&amp;", "&"))
}

#[track_caller]
fn presses(who: &Http, path: &str) -> Reply {
    let secret = csrf(&who.get(PAGE).expect(200).text);
    who.header("accept-language", "en")
        .form(path, &[("csrf", &secret)])
}

fn reader(shop: &Shop, number: &str) -> Http {
    shop.dpo()
        .header("view-reason", "complaint")
        .header("view-reference", number)
}

on_both! {
    fn the_dpo_sees_who_has_an_account_and_who_looked_at_whose_file(db: &Db) {
        let shop = Shop::open(db);
        shop.record(&yes(EMAIL));
        let subject = shop.subject(EMAIL);
        let file = format!("/v1/subjects/{subject}/consents");
        reader(&shop, "2026-17").get(&file).expect(200);
        staff::add(db, "k.dupuis", "marketing");
        staff::password(&shop.server, "k.dupuis", "wrong").expect(401);
        staff::password(&shop.server, "nobody.here", "wrong").expect(401);
        let me = shop.staff(db, "dpo");
        let shown = page(&me, "");
        assert!(shown.contains("k.dupuis") && shown.contains("None known"), "{shown}");
        assert!(!shown.contains(EMAIL) && !shown.contains("nobody.here"), "{shown}");
        let view = lines(&shown).into_iter().find(|line| line.contains("2026-17")).expect("the view");
        for part in ["File read", "dpo", &subject, "the choices", "a complaint"] {
            assert!(view.contains(part), "{part}: {view}");
        }
        // who tried is known where there is such an account, and whoever else is nobody
        let failed = lines(&page(&me, "&kind=failed"));
        assert_eq!(failed.len(), 2, "{failed:?}");
        assert!(failed[1].contains("account k.dupuis") && !failed[0].contains("account "), "{failed:?}");
        let theirs = lines(&page(&me, &format!("&who={}", account(&shown, "k.dupuis"))));
        assert!(theirs.iter().all(|line| line.contains("k.dupuis")) && theirs.len() == 2, "{theirs:?}");
        let mine = lines(&page(&me, &format!("&kind=sign-ins&who={}", account(&shown, "dpo"))));
        assert!(mine.len() == 1 && mine[0].contains("Sign-in"), "{mine:?}");
        assert!(lines(&page(&me, "&day=1999-01-01")).is_empty());
        let today = chrono::Utc::now().date_naive();
        let near = [today.pred_opt().unwrap(), today, today.succ_opt().unwrap()];
        let on = |day: &chrono::NaiveDate| lines(&page(&me, &format!("&kind=files&day={day}"))).len();
        assert_eq!(near.iter().map(on).sum::<usize>(), lines(&page(&me, "&kind=files")).len());
        let refused = me.get("/console/staff?lang=en&day=soon").expect(422).text;
        assert!(refused.contains("no such day") && lines(&refused).is_empty());
        // that the log was read is in the log, once
        let read: Vec<String> = lines(&page(&me, "&kind=exports"));
        assert!(read.iter().filter(|line| line.contains("about=accesses")).count() == 1, "{read:?}");
        let checked = cli(db, &["audit", "check"]);
        assert_eq!(checked.code, 0, "{checked:?}");
    }

    /// Positions never change: what was on a page stays on it, whatever comes.
    fn pages_are_stable(db: &Db) {
        let shop = Shop::open(db);
        shop.record(&yes(EMAIL));
        let file = format!("/v1/subjects/{}/consents", shop.subject(EMAIL));
        let look = |number: usize| reader(&shop, &format!("N-{number}")).get(&file).expect(200);
        (0..70).for_each(|number| drop(look(number)));
        let me = shop.staff(db, "dpo");
        let first = page(&me, "&kind=files");
        assert_eq!(lines(&first).len(), 50);
        let next = older(&first).expect("older ones");
        let second = me.get(&next).expect(200).text;
        let all = |page: &str| lines(page).iter().filter(|line| line.contains("N-")).count();
        assert_eq!((all(&first), all(&second), older(&second)), (50, 20, None));
        look(70);
        assert_eq!(lines(&me.get(&next).expect(200).text), lines(&second));
        assert!(lines(&page(&me, "&kind=files"))[0].contains("N-70"));
    }

    fn an_account_is_disabled_and_let_in_again(db: &Db) {
        let shop = Shop::open(db);
        let (agent, me) = (shop.staff(db, "collector"), shop.staff(db, "dpo"));
        let shown = page(&me, "");
        let (theirs, mine) = (account(&shown, "collector"), account(&shown, "dpo"));
        let act = |id: &str, act: &str| format!("{PAGE}/{id}/{act}");
        agent.get("/console/customers").expect(200);
        // not from elsewhere, not by whoever may not, not one's own
        me.form(&act(&theirs, "disable"), &[("csrf", "guessed")]).expect(422);
        agent.form(&act(&mine, "disable"), &[("csrf", "x")]).expect(403);
        agent.get(PAGE).expect(403);
        let refused = presses(&me, &act(&mine, "disable")).expect(422);
        assert!(refused.text.contains("your own account"), "{}", refused.text);
        assert!(!page(&me, "").contains(&act(&mine, "disable")));
        presses(&me, &act("01990000-0000-7000-8000-000000000000", "disable")).expect(404);
        presses(&me, &act(&theirs, "disable")).expect(303);
        agent.get("/console/customers").expect(303);
        staff::password(&shop.server, "collector", PASSWORD).expect(401);
        assert!(page(&me, "").contains("Disabled since"));
        // an administrator sees the accounts, and of the log nothing
        let admin = shop.staff(db, "admin");
        let shown = page(&admin, "");
        assert!(shown.contains(">collector<") && !shown.contains("id=\"log\""), "{shown}");
        presses(&admin, &act(&theirs, "enable")).expect(303);
        presses(&admin, &act(&theirs, "enable")).expect(303);
        staff::password(&shop.server, "collector", PASSWORD).expect(303);
        let told = lines(&page(&me, &format!("&kind=accounts&who={theirs}")));
        let kinds = ["Account enabled", "Account disabled", "Second factor set up", "Account added"];
        assert_eq!(told.len(), kinds.len(), "{told:?}");
        assert!(told.iter().zip(kinds).all(|(line, kind)| line.contains(kind)), "{told:?}");
        assert!(told[1].contains("dpo") && told[1].contains("account collector"), "{told:?}");
        // longer ago than ten minutes, it asks
        db.tamper("UPDATE sessions SET proven_at = 1");
        let asked = presses(&me, &act(&theirs, "disable")).expect(403);
        assert!(asked.text.contains("name=\"proof\""), "{}", asked.text);
        let checked = cli(db, &["audit", "check"]);
        assert_eq!(checked.code, 0, "{checked:?}");
    }
}

#[test]
fn nobody_else_comes_to_the_page() {
    let db = Db::sqlite();
    let shop = Shop::open(&db);
    shop.server.http().get(PAGE).expect(303);
    staff::add(&db, "marketing", "marketing");
    let marketing = signs_in(&shop.server, "marketing").http;
    marketing.get(PAGE).expect(403);
    // a key is nobody at the console
    shop.admin().get(PAGE).expect(303);
}

/// An agent at a counter.
struct Counter {
    http: Http,
    secret: String,
}

impl Counter {
    #[track_caller]
    fn of(db: &Db, shop: &Shop, login: &str) -> Self {
        staff::add(db, login, "collector");
        let http = signs_in(&shop.server, login).http;
        let secret = csrf(&http.get("/console/customers").expect(200).text);
        Self { http, secret }
    }

    #[track_caller]
    fn looks_at(&self, persons: std::ops::Range<usize>) {
        for person in persons {
            let contact = known(person);
            let fields = [
                ("csrf", self.secret.as_str()),
                ("place_kind", "store"),
                ("place", "Lille"),
                ("tongue", "fr"),
                ("contact", &contact),
            ];
            self.http.form("/console/customers", &fields).expect(200);
        }
    }
}

fn known(person: usize) -> String {
    format!("p{person}@known.example")
}

on_both! {
    /// As many files as were set raise none; one more raises one alarm, and whatever follows within the hour no other.
    fn looking_at_more_files_than_usual_raises_one_alarm(db: &Db) {
        let smtp = Smtp::start(&[]);
        let url = smtp.url();
        let set = [("PLACET_SMTP_URL", url.as_str()), ("PLACET_MAIL_FROM", "choices@shop.example"), ("PLACET_VIEWS_ALARM", "3")];
        let shop = Shop::open_with(db, &set);
        let brand = json!({ "name": "Maison Lumen", "country": "FR", "dpo_contact": "dpo@lumen.example" });
        shop.admin().put("/v1/controllers/default", &brand).expect(200);
        (0..7).for_each(|person| drop(shop.record(&yes(&known(person)))));
        let (busy, calm) = (Counter::of(db, &shop, "k.busy"), Counter::of(db, &shop, "m.calm"));
        calm.looks_at(0..3);
        calm.looks_at(0..3);
        busy.looks_at(0..4);
        let me = shop.staff(db, "dpo");
        let raised = |who: &str| {
            let page = page(&me, "");
            let alarms = page.split("id=\"looks\"").nth(1).and_then(|rest| rest.split("</section>").next());
            alarms.unwrap_or_default().matches(&format!(">{who}: 4 persons within an hour")).count()
        };
        until(WAIT, || raised("k.busy") == 1);
        assert_eq!((raised("k.busy"), raised("m.calm")), (1, 0));
        let came = smtp.wait(1).remove(0);
        assert_eq!(came.to, ["dpo@lumen.example"]);
        let text = came.decoded();
        assert!(text.contains("4 person") && text.contains("/console/staff"), "{text}");
        assert!(!text.contains("busy") && !text.contains("known.example"), "{text}");
        // what was read before the second alarm came raised no third
        busy.looks_at(4..7);
        calm.looks_at(3..4);
        until(WAIT, || raised("m.calm") == 1);
        assert_eq!((raised("k.busy"), raised("m.calm")), (1, 1));
        assert_eq!(db.ask("(SELECT count(*) FROM view_alarms)"), "2");
        smtp.wait(2);
        let home = me.get("/console?lang=en").expect(200).text;
        assert!(home.contains("Unusual looking") && home.contains("k.busy: 4 persons"), "{home}");
        assert!(!shop.staff(db, "admin").get("/console?lang=en").expect(200).text.contains("known.example"));
        assert_eq!(cli(db, &["audit", "check"]).code, 0);
    }
}
