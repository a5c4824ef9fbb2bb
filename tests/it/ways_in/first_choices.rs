//! Behind a shop's code somebody who is not known yet says for the first time what they want. What is typed there is
//! answered alike for all, and nothing is kept before they have read the mail and said yes to something.

use super::signing_in::{is_in, told};
use super::{FOLDER, Letter, browser, cookie, hidden, letter, letters, settled};
use crate::shop::{Shop, yes};
use crate::support::database::Db;
use crate::support::http::Http;
use serde_json::json;

const ANNE: &str = "anne@known.example";
const NEW: &str = "nadia@unknown.example";
const AT: [(&str, &str); 2] = [("brand", "default"), ("place", "lille-2")];

fn shop(db: &Db) -> Shop {
    let shop = Shop::open_with(db, &FOLDER);
    shop.record(&yes(ANNE));
    let named =
        json!({ "name": "Maison Essai", "country": "FR", "places": { "lille-2": "Lille" } });
    shop.admin()
        .put("/v1/controllers/default", &named)
        .expect(200);
    shop.newsletter(ANNE);
    shop
}

/// Types an address behind the shop's code; that browser, with its cookie.
fn types(shop: &Shop, address: &str) -> Http {
    let fields = [("address", address), AT[0], AT[1]];
    let reply = browser(shop).form("/sign-in", &fields).expect(200);
    browser(shop).header("cookie", &cookie(&reply, "placet-in"))
}

/// The same, and the mail that comes.
fn mailed(db: &Db, shop: &Shop, address: &str) -> (Http, Letter) {
    let before = letters(db).len();
    (types(shop, address), letter(db, before + 1))
}

/// A yes to the newsletter, as the page posts it.
fn wants<'a>(page: &str, slip: &'a mut String) -> Vec<(&'static str, &'a str)> {
    *slip = hidden(page, "slip");
    vec![
        ("slip", slip),
        ("seen", "0"),
        AT[0],
        AT[1],
        ("choice.newsletter.email", "yes"),
        ("notice.newsletter", "newsletter@2"),
    ]
}

on_both! {
    fn somebody_new_says_yes_in_a_shop(db: &Db) {
        let shop = shop(db);
        let way = browser(&shop).get("/at/default/lille-2").expect(200).text;
        assert!(way.contains("<h1>Your choices</h1>") && way.contains("You need no account"), "{way}");
        assert_eq!((hidden(&way, "brand"), hidden(&way, "place")), ("default".into(), "lille-2".into()));
        let before = shop.position();
        let (asking, mail) = mailed(db, &shop, NEW);
        assert!(mail.text.contains("Your choices – Maison Essai") || mail.text.contains("wants to tell Maison Essai"), "{}", mail.text);
        // looking changes nothing, and elsewhere the link opens nothing
        asking.get(&mail.link()).expect(200);
        browser(&shop).form(&mail.link(), &[]).expect(403);
        let page = asking.form(&mail.link(), &[]).expect(200).text;
        assert!(page.contains("We have never asked you") && page.contains("n•••@unknown.example"), "{page}");
        assert!(!page.contains(" checked") && !page.contains(NEW), "nothing is ticked: {page}");
        assert!(!page.contains("choice.offers.sms"), "only what reaches that address: {page}");
        let mut slip = String::new();
        let wanted = wants(&page, &mut slip);
        // another language keeps what was picked
        let switched = [wanted.clone(), vec![("switch", "fr")]].concat();
        let french = browser(&shop).form("/join", &switched).expect(200).text;
        assert!(french.contains("lang=\"fr\"") && french.contains(" checked"), "{french}");
        // a no alone leaves nothing
        let no: Vec<_> = wanted.iter().map(|(name, text)| (*name, if *text == "yes" { "no" } else { *text })).collect();
        let kept = browser(&shop).form("/join", &no).expect(200).text;
        assert!(kept.contains("We keep nothing"), "{kept}");
        shop.server.http().header("sec-fetch-site", "cross-site").form("/join", &wanted).expect(403);
        assert_eq!(shop.position(), before, "until then nothing is written down");
        assert_eq!(shop.newsletter(NEW).1, "UNKNOWN_SUBJECT");

        let mine = is_in(&browser(&shop), browser(&shop).form("/join", &wanted));
        assert!(mine.get("/me").expect(200).text.contains("n•••@unknown.example"));
        assert_eq!(shop.newsletter(NEW).0, "permit");
        let (choices, _) = shop.link(NEW);
        let page = browser(&shop).get(&choices).expect(200).text;
        assert!(page.contains("in a shop, Lille"), "{page}");
        // the back button, the same page again, the same mail again
        let again = browser(&shop).form("/join", &wanted).expect(403).text;
        assert!(again.contains("Nothing was saved") && again.contains("href=\"/at/default/lille-2?lang=en\""), "{again}");
        asking.form(&mail.link(), &[]).expect(410);
        assert!(!shop.server.stderr().contains("unknown.example"));
    }

    /// By the code, in the tab that is open; a wrong one opens nothing.
    fn by_the_code_of_the_mail(db: &Db) {
        let shop = shop(db);
        let (asking, mail) = mailed(db, &shop, NEW);
        let typed = |code: &str| asking.form("/sign-in/code", &[("code", code), AT[0], AT[1]]);
        typed(&mail.wrong_code()).expect(422);
        let page = typed(&mail.code()).expect(200).text;
        assert!(page.contains("We have never asked you"), "{page}");
        let mut slip = String::new();
        let wanted = wants(&page, &mut slip);
        is_in(&browser(&shop), browser(&shop).form("/join", &wanted));
        typed(&mail.code()).expect(410);
    }

    /// Known, unknown and suppressed: one answer; a mail goes to the first two alone.
    fn nobody_learns_there_who_is_known(db: &Db) {
        let shop = shop(db);
        let never = json!({ "subject": { "email": "never@unknown.example" }, "reason": "complaint" });
        shop.collector().post("/v1/suppressions", &never).expect(201);
        let answer = |address: &str| {
            let fields = [("address", address), AT[0], AT[1]];
            told(&browser(&shop).form("/sign-in", &fields), address)
        };
        let known = answer(ANNE);
        assert!(known.0 == 200 && known.2.contains("If we may write to this address"), "{}", known.2);
        assert_eq!(answer("never@unknown.example"), known);
        assert_eq!(answer(NEW), known);
        letter(db, 2);
        settled(db);
        let all = letters(db);
        assert_eq!(all.len(), 2, "none to who must never be written to");
        let subject = |words: &str| all.iter().filter(|mail| mail.text.contains(words)).count();
        assert_eq!((subject("asked to sign in"), subject("wants to tell")), (1, 1));
        // what is kept of the unknown address is sealed, and only where a mail went to it
        assert_eq!(db.ask("SELECT count(*) FROM sign_ins WHERE address IS NOT NULL").trim(), "1");
        // the plain page to sign in writes to nobody unknown
        browser(&shop).form("/sign-in", &[("address", "other@unknown.example")]).expect(200);
        settled(db);
        assert_eq!(letters(db).len(), 2);
    }

    /// A yes that the catalogue has confirmed by mail waits for that here, too.
    fn a_yes_is_confirmed_where_the_brand_says_so(db: &Db) {
        let shop = shop(db);
        let named = json!({ "name": "Maison Essai", "country": "FR", "double_opt_in": true });
        shop.admin().put("/v1/controllers/default", &named).expect(200);
        shop.newsletter(ANNE);
        let reply = browser(&shop).form("/sign-in", &[("address", NEW), AT[0]]).expect(200);
        let asking = browser(&shop).header("cookie", &cookie(&reply, "placet-in"));
        let page = asking.form(&letter(db, 1).link(), &[]).expect(200).text;
        let mut slip = String::new();
        let wanted = wants(&page, &mut slip);
        is_in(&browser(&shop), browser(&shop).form("/join", &wanted));
        assert_eq!(shop.newsletter(NEW).0, "deny");
        let confirm = letter(db, 2).link();
        let shown = browser(&shop).get(&confirm).expect(200);
        let opened = browser(&shop).header("cookie", &cookie(&shown, "placet-o"));
        opened.form(&confirm, &[("shown", &hidden(&shown.text, "shown"))]).expect(200);
        assert_eq!(shop.newsletter(NEW).0, "permit");
    }

    /// The time of the mail runs out, as if it had passed.
    fn a_late_mail_and_a_forged_slip_open_nothing(db: &Db) {
        let shop = shop(db);
        let (asking, mail) = mailed(db, &shop, NEW);
        db.tamper("UPDATE sign_ins SET expires_at = 1");
        asking.form(&mail.link(), &[]).expect(410);
        asking.form("/sign-in/code", &[("code", &mail.code()), AT[0]]).expect(410);
        for forged in ["", "x", "e30.00"] {
            let fields = [("slip", forged), AT[0], AT[1], ("choice.newsletter.email", "yes")];
            let page = browser(&shop).form("/join", &fields).expect(403).text;
            assert!(page.contains("Nothing was saved"), "{page}");
        }
        browser(&shop).form("/join", &[("slip", "x"), ("brand", "\"><script>")]).expect(403);
        assert_eq!(shop.newsletter(NEW).1, "UNKNOWN_SUBJECT");
    }
}
